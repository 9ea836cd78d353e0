from datetime import timedelta
from email.message import EmailMessage
from runpy import run_path

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools.misc import file_path

from ... import _look_back
from ..voice_common import VoiceCommon


@tagged("post_install", "-at_install")
class TestTalk(VoiceCommon):
    """Contacts by medium, those without answer, mails that came back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.signals = cls.env["ecrm.signal"]
        cls.company.ecrm_unanswered_days = 3
        cls.seller = new_test_user(
            cls.env, "voice_seller", "sales_team.group_sale_salesman"
        )
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "New kitchen",
                "type": "opportunity",
                "partner_id": cls.emma.partner_id.id,
                "company_id": cls.company.id,
                "user_id": cls.seller.id,
            }
        )
        cls.public = cls.env.ref("mail.mt_comment")
        cls.internal = cls.env.ref("mail.mt_note")

    def _said(self, record, author, days, **values):
        return self.env["mail.message"].create(
            {
                "model": record._name,
                "res_id": record.id,
                "author_id": author.id,
                "message_type": "email",
                "subtype_id": self.public.id,
                "record_company_id": self.company.id,
                "date": fields.Datetime.now() - timedelta(days=days),
                "body": "What nobody here may copy",
                **values,
            }
        )

    def _counts(self, customer=None, *sources):
        """Of a customer, by source and medium."""
        self.env.flush_all()
        found = self.signals.search(
            [
                ("partner_id", "=", (customer or self.harbour).id),
                ("source", "in", sources),
            ]
        )
        counts = {}
        for one in found:
            key = (one.source, one.medium) if one.medium else one.source
            counts[key] = counts.get(key, 0) + one.count
        return counts

    def _unanswered(self, customer=None):
        return self._counts(customer, "unanswered").get("unanswered", 0)

    def test_what_the_customer_writes_counts_by_medium(self):
        emma = self.emma.partner_id
        self._said(self.lead, emma, 5)
        self._said(self.lead, self.noah.partner_id, 5, message_type="comment")
        self._said(self.harbour, emma, 4)
        self._said(self.lead, self.seller.partner_id, 1)
        self._said(self.lead, emma, 1, message_type="notification")
        self.assertEqual(
            self._counts(None, "message"),
            {("message", "mail"): 2, ("message", "portal"): 1},
        )
        days = self.signals.search(
            [("partner_id", "=", self.harbour.id), ("source", "=", "message")]
        ).mapped("day")
        self.assertEqual(
            set(days),
            {(fields.Datetime.now() - timedelta(days=n)).date() for n in (4, 5)},
        )

    def test_suppliers_strangers_and_signatures_are_no_contact(self):
        emma = self.emma.partner_id
        bill = self.env["account.move"].create(
            {"move_type": "in_invoice", "partner_id": self.harbour.id}
        )
        order = self.env["sale.order"].create(
            {"partner_id": emma.id, "signed_on": fields.Datetime.now()}
        )
        channel = self.env["discuss.channel"].create({"name": "Talk"})
        self._said(bill, emma, 1)
        self._said(channel, emma, 1, message_type="comment")
        self._said(self.lead, self.env["res.partner"], 1, email_from="x@y.example")
        self._said(order, emma, 0, message_type="comment")
        self.assertEqual(self._counts(None, "message", "unanswered"), {})
        self._said(order, emma, 0)
        self.assertEqual(self._counts(None, "message"), {("message", "mail"): 1})

    def test_an_automatic_answer_is_no_contact(self):
        """V23, on any record."""
        sent = self._said(self.lead, self.seller.partner_id, 10)
        sent.message_id = "<ours@us.test>"
        for number, headers in enumerate(({}, {"Auto-Submitted": "auto-replied"})):
            mail = EmailMessage()
            mail["From"] = "Emma <emma@customers.example>"
            mail["To"] = "sales@us.test"
            mail["Subject"] = "Re: New kitchen"
            mail["Message-Id"] = f"<{number}@customers.example>"
            mail["In-Reply-To"] = sent.message_id
            for name, value in headers.items():
                mail[name] = value
            mail.set_content("I am away." if headers else "Yes, please.")
            self.env["mail.thread"].message_process(None, mail.as_bytes())
        heard = self.lead.message_ids.filtered(
            lambda one: one.author_id == self.emma.partner_id
        )
        self.assertEqual(len(heard), 2, "both are kept on the record")
        noted = self.env["ecrm.automatic.mail"].search([])
        self.assertEqual(
            noted.message_id.mapped("message_id"), ["<1@customers.example>"]
        )
        self.assertEqual(self._counts(None, "message"), {("message", "mail"): 1})

    def test_what_machines_wrote_before_headers_were_read_is_told_from_people(self):
        emma, ours = self.emma.partner_id, self.seller.partner_id
        asked = self._said(self.lead, ours, 20)
        reply = {"parent_id": asked.id, "date": asked.date + timedelta(seconds=20)}
        machines = self.env["mail.message"].union(
            self._said(self.lead, emma, 30, subject="Automatic reply: New kitchen"),
            self._said(self.lead, emma, 29, subject="پاسخ خودکار: آشپزخانه"),
            self._said(self.lead, emma, 28, email_from="E <no-reply@shop.example>"),
            self._said(self.lead, emma, 20, **reply),
        )
        reply["date"] = asked.date + timedelta(minutes=5)
        people = self.env["mail.message"].union(
            self._said(self.lead, emma, 27, subject="Out of stock?"),
            self._said(self.lead, emma, 20, **reply),
            # on another record, within seconds by chance
            self._said(self.harbour, emma, 20, date=asked.date + timedelta(seconds=5)),
        )
        self._said(self.lead, emma, 400, subject="Automatic reply: too long ago")
        notes = self.env["ecrm.automatic.mail"]
        script = file_path("crm_ecrm/migrations/19.0.1.2.0/post-look-back.py")
        notes.search([]).unlink()
        run_path(script)["migrate"](self.env.cr, "19.0.1.1.0")
        self.assertEqual(notes.search([]).message_id, machines, "after an update")
        notes.search([])[1:].unlink()
        for _time in range(2):
            _look_back(self.env)
            self.assertEqual(notes.search([]).message_id, machines, "installed")
        self.assertEqual(
            self._counts(None, "message"), {("message", "mail"): len(people) + 1}
        )

    def test_unanswered_is_what_the_customer_wrote_last_and_long_ago(self):
        emma = self.emma.partner_id
        self._said(self.lead, emma, 400)
        self.assertEqual(self._unanswered(), 0, "he waits no more")
        self._said(self.lead, emma, 10)
        self.assertEqual(self._unanswered(), 1)
        machine = self._said(self.lead, emma, 9)
        self.env["ecrm.automatic.mail"]._note(machine.message_id)
        self.assertEqual(self._unanswered(), 1, "a machine answers nothing")
        self._said(self.lead, self.seller.partner_id, 9, subtype_id=self.internal.id)
        self.assertEqual(self._unanswered(), 1, "a note is no answer")
        self._said(
            self.lead, self.env.ref("base.partner_root"), 9, message_type="auto_comment"
        )
        self.assertEqual(self._unanswered(), 1, "nor is a receipt")
        self._said(self.lead, self.seller.partner_id, 8)
        self.assertEqual(self._unanswered(), 0)
        self._said(self.lead, emma, 2)
        self.assertEqual(self._unanswered(), 0, "still in time")
        self.company.ecrm_unanswered_days = 1
        self.assertEqual(self._unanswered(), 1)

    def test_who_was_an_employee_is_no_customer(self):
        self._said(self.lead, self.emma.partner_id, 10)
        self._said(self.lead, self.seller.partner_id, 8)
        self.seller.active = False
        self.seller.partner_id.flush_recordset()
        self.assertEqual(
            self._counts(self.seller.partner_id, "message", "unanswered"), {}
        )
        self.assertEqual(self._unanswered(), 0, "his answers stay answers")

    def test_each_record_is_answered_for_itself(self):
        other = self.lead.copy()
        for record in (self.lead, other):
            self._said(record, self.emma.partner_id, 10)
        self._said(other, self.seller.partner_id, 9)
        self.assertEqual(self._unanswered(), 1)

    def test_a_call_is_a_contact_and_an_answer(self):
        self._said(self.lead, self.emma.partner_id, 10)
        activity = self.lead.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.seller.id
        )
        self.assertEqual(self._counts(None, "call"), {}, "planned is not done")
        activity.with_user(self.seller).action_feedback(feedback="Nice talk")
        self.assertEqual(self._counts(None, "call"), {"call": 1})
        self.assertEqual(self._unanswered(), 0)

    def test_a_meeting_that_was_held_counts_once_a_customer(self):
        now = fields.Datetime.now()
        people = self.emma.partner_id | self.noah.partner_id | self.nasrin.partner_id
        past, ahead, gone = self.env["calendar.event"].create(
            [
                {
                    "name": "Kitchen",
                    "start": now + timedelta(days=days),
                    "stop": now + timedelta(days=days, hours=1),
                    "user_id": self.seller.id,
                    "partner_ids": [Command.set((people | self.seller.partner_id).ids)],
                }
                for days in (-2, 2, -3)
            ]
        )
        gone.active = False
        past.attendee_ids.filtered(
            lambda one: one.partner_id == self.nasrin.partner_id
        ).state = "declined"
        self.assertTrue(ahead)
        self.assertEqual(self._counts(None, "meeting"), {"meeting": 1})
        self.assertEqual(self._counts(self.sepehr, "meeting"), {})

    def test_our_mails_are_shown_and_are_no_sign_of_the_customer(self):
        message = self._said(self.lead, self.seller.partner_id, 3)
        notices = self.env["mail.notification"].create(
            [
                {
                    "mail_message_id": message.id,
                    "res_partner_id": person.partner_id.id,
                    "notification_type": "email",
                    "notification_status": status,
                    "failure_type": failure,
                }
                for person, status, failure in (
                    (self.emma, "sent", False),
                    (self.noah, "bounce", "mail_bounce"),
                    (self.nasrin, "exception", "mail_smtp"),
                )
            ]
        )
        self.assertEqual(len(notices), 3)
        self.assertEqual(
            self._counts(None, "outgoing", "bounce"), {"outgoing": 1, "bounce": 1}
        )
        self.assertEqual(
            self._counts(self.sepehr, "outgoing", "bounce"), {}, "our server failed"
        )
        one = self.env["ecrm.engagement"].search([("partner_id", "=", self.harbour.id)])
        self.assertRecordValues(
            one, [{"score": 0, "last_day": False, "silent_days": False}]
        )
        self.assertIn("Mails That Came Back: 1", one.reasons)
        self.assertNotIn("Our Mails", one.reasons)

    def test_cases_have_messages_answers_and_their_own_silence(self):
        team = self.env["ecrm.team"].create({"name": "Help", "assigns": False})
        case = self.env["ecrm.case"].create(
            {
                "name": "It leaks",
                "team_id": team.id,
                "partner_id": self.emma.partner_id.id,
                "medium": "portal",
                "opened_on": fields.Datetime.now() - timedelta(days=9),
            }
        )
        sources = ("message", "case_message", "answer", "case_unanswered")
        self.assertEqual(self._counts(None, *sources), {"case_unanswered": 1})
        case.sudo()._say("We look into it", user=self.agent)
        self.assertEqual(self._counts(None, *sources), {"answer": 1})
        moment = fields.Datetime.now() + timedelta(seconds=1)
        case.sudo()._hear("Still", by=self.emma.partner_id, medium="portal", at=moment)
        case.sudo()._hear(
            "I am away",
            by=self.emma.partner_id,
            medium="mail",
            at=moment,
            automatic=True,
        )
        self.assertEqual(
            self._counts(None, *sources), {"answer": 1, ("case_message", "portal"): 1}
        )
        self.company.ecrm_unanswered_days = 0
        case.event_ids.flush_recordset()
        self.env.cr.execute(
            "UPDATE ecrm_case_event SET at = at - interval '1 hour' WHERE case_id = %s",
            [case.id],
        )
        self.assertEqual(self._counts(None, "case_unanswered"), {"case_unanswered": 1})
        case.state = "waiting"
        self.assertEqual(self._counts(None, "case_unanswered"), {})

    def test_an_invoice_paid_after_its_day_was_paid_late(self):
        def paid(due, on):
            invoice = self.env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.harbour.id,
                    "invoice_date": self._ago(60),
                    "invoice_date_due": due,
                    "invoice_line_ids": [
                        Command.create(
                            {"name": "x", "price_unit": 10, "tax_ids": False}
                        )
                    ],
                }
            )
            invoice.action_post()
            payment = self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoice.ids
            )
            payment.create({"payment_date": on})._create_payments()
            return invoice

        late = paid(self._ago(40), self._ago(20))
        in_time = paid(self._ago(40), self._ago(41))
        self.assertTrue(
            {late.payment_state, in_time.payment_state} <= {"paid", "in_payment"}
        )
        self.env.flush_all()
        found = self.signals.search(
            [
                ("partner_id", "=", self.harbour.id),
                ("source", "in", ("late", "paid_late")),
            ]
        )
        self.assertRecordValues(
            found, [{"source": "paid_late", "day": self._ago(20), "count": 1}]
        )

    def _ago(self, days):
        return fields.Date.today() - timedelta(days=days)

    def test_no_content_is_copied(self):
        self.assertFalse(
            [
                name
                for name, field in self.signals._fields.items()
                if field.type in ("text", "html") or name in ("name", "body", "subject")
            ]
        )

    def test_queries_do_not_grow_with_customers(self):
        people = self.env["res.partner"].create(
            [{"name": f"Customer {n}"} for n in range(60)]
        )
        for person in people:
            self._said(self.lead.copy({"partner_id": person.id}), person, 10)
        self.env.flush_all()
        rows = self.env["ecrm.engagement"].search([("partner_id", "in", people.ids)])
        self.assertEqual(len(rows), 60)

        def read(these):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            these.mapped("reasons")
            these.mapped("score")
            return self.cr.sql_log_count - before

        read(rows)
        self.assertEqual(read(rows[:3]), read(rows))
