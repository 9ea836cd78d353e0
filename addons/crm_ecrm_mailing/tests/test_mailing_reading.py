from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_ecrm.tests.voice_common import VoiceCommon


@tagged("post_install", "-at_install")
class TestMailingReading(VoiceCommon):
    """What people read of mailings counts; what their programs open does not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()
        cls.sent = cls.now - timedelta(days=10)
        cls.reader = cls.env["res.partner"].create(
            {"name": "Reader", "email": "reader@customers.example"}
        )
        cls.mailing = cls._mailing("Spring")
        cls.links = cls.env["link.tracker"].create(
            [{"url": f"https://us.test/{n}", "title": f"Page {n}"} for n in range(3)]
        )

    @classmethod
    def _mailing(cls, name):
        return cls.env["mailing.mailing"].create(
            {
                "subject": name,
                "mailing_model_id": cls.env["ir.model"]._get_id("res.partner"),
                "state": "done",
                "sent_date": cls.sent,
            }
        )

    @classmethod
    def _traces(cls, partners, opened_after=None, mailing=None, **values):
        """Mails of the mailing, opened so many seconds after they were sent."""
        if opened_after is not None:
            values |= {
                "trace_status": "open",
                "open_datetime": cls.sent + timedelta(seconds=opened_after),
            }
        return cls.env["mailing.trace"].create(
            [
                {
                    "mass_mailing_id": (mailing or cls.mailing).id,
                    "model": "res.partner",
                    "res_id": partner.id,
                    "email": partner.email_normalized,
                    "trace_status": "sent",
                    "sent_datetime": cls.sent,
                    **values,
                }
                for partner in partners
            ]
        )

    def _click(self, trace, link, after):
        """A link of the mail, followed so many seconds after it was sent."""
        click = self.env["link.tracker.click"].create(
            {"link_id": link.id, "mailing_trace_id": trace.id, "ip": "192.0.2.1"}
        )
        click.flush_recordset()
        self.env.cr.execute(
            "UPDATE link_tracker_click SET create_date = %s WHERE id = %s",
            [self.sent + timedelta(seconds=after), click.id],
        )
        return click

    def _signals(self, partner=None):
        self.env.flush_all()
        self.env.invalidate_all()
        found = self.env["ecrm.signal"].search(
            [
                ("partner_id", "=", (partner or self.reader).id),
                ("source", "in", ("opened", "clicked", "program", "mailing_bounce")),
            ]
        )
        return {one.source: one.count for one in found}

    def _reading(self, mailing=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["ecrm.mailing.reading"].search(
            [("mailing_id", "in", (mailing or self.mailing).ids)]
        )

    def test_500_mails_of_which_programs_opened_260_have_no_open_rate_of_52(self):
        """V50"""
        people = self.env["res.partner"].create(
            [{"name": f"P{n}", "email": f"p{n}@customers.example"} for n in range(500)]
        )
        self._traces(people[:260], opened_after=5)
        self._traces(people[260:284], opened_after=3600)
        self._traces(people[284:])
        one = self._reading()
        self.assertRecordValues(
            one,
            [
                {
                    "delivered": 500,
                    "opened": 24,
                    "opened_by_program": 260,
                    "opened_share": 10.0,
                    "clicked": 0,
                }
            ],
        )
        self.assertIn("260 mails were opened at once", self.mailing.voice_reading)
        self.assertIn("Of the 240 others, 24", self.mailing.voice_reading)
        self.assertEqual(self._signals(people[0]), {"program": 1})
        self.assertEqual(self._signals(people[260]), {"opened": 1})
        scores = self.env["ecrm.engagement"].search([("partner_id", "in", people.ids)])
        by_person = {one.partner_id: one.score for one in scores}
        self.assertEqual(
            {by_person[person] for person in people[:260]}, {0}, "engagement unchanged"
        )
        self.assertTrue(all(by_person[person] > 0 for person in people[260:284]))

    def test_the_first_minute_ends_after_60_seconds(self):
        for after, source in ((-3, "program"), (59, "program"), (60, "opened")):
            person = self.reader.copy({"email": f"at{after}@customers.example"})
            self._traces(person, opened_after=after)
            self.assertEqual(self._signals(person), {source: 1}, after)

    def test_a_click_of_a_person_counts(self):
        trace = self._traces(self.reader, opened_after=4000)
        self._click(trace, self.links[0], 4000)
        self._click(trace, self.links[1], 4007)
        self.assertEqual(self._signals(), {"opened": 1, "clicked": 2})
        self.assertRecordValues(
            self._reading(), [{"clicked": 1, "clicked_by_program": 0}]
        )
        self.assertFalse(self.mailing.voice_reading, "there is nothing to say")

    def test_a_click_within_seconds_of_sending_is_a_scanner(self):
        trace = self._traces(self.reader, opened_after=4)
        self._click(trace, self.links[0], 4)
        self.assertEqual(self._signals(), {"program": 1})
        self.assertRecordValues(
            self._reading(),
            [{"clicked": 0, "clicked_by_program": 1, "opened_by_program": 1}],
        )

    def test_links_of_a_mail_clicked_in_one_second_are_a_scanner(self):
        """Also long after sending, and a person may follow one of them later."""
        trace = self._traces(self.reader, opened_after=7200)
        for link in self.links:
            self._click(trace, link, 7200)
        self.assertEqual(self._signals(), {"program": 1})
        self._click(trace, self.links[0], 9000)
        self.assertEqual(self._signals(), {"program": 1, "clicked": 1})

    def test_one_link_clicked_twice_in_a_second_is_a_person(self):
        trace = self._traces(self.reader, opened_after=300)
        self._click(trace, self.links[0], 300)
        self._click(trace, self.links[0], 300)
        self.assertEqual(self._signals(), {"opened": 1, "clicked": 2})

    def test_an_answer_is_no_reading_of_its_own(self):
        """V23: an automatic answer opens the mail in Odoo's books."""
        moment = self.sent + timedelta(seconds=200)
        self._traces(self.reader, opened_after=200, reply_datetime=moment)
        self.assertNotIn("opened", self._signals())

    def test_a_mailing_that_came_back_is_a_signal(self):
        self._traces(self.reader, trace_status="bounce", failure_type="mail_bounce")
        self._traces(
            self.emma.partner_id, trace_status="error", failure_type="mail_smtp"
        )
        self.assertEqual(self._signals(), {"mailing_bounce": 1})
        self.assertEqual(self._signals(self.harbour), {}, "our server failed")
        one = self.env["ecrm.engagement"].search([("partner_id", "=", self.reader.id)])
        self.assertIn("Mailings That Came Back: 1", one.reasons)
        self.assertFalse(one.last_day, "nothing was heard of him")

    def test_tests_of_a_mailing_are_no_mails(self):
        self._traces(self.reader, opened_after=4000, is_test_trace=True)
        self.assertEqual(self._signals(), {})
        self.assertFalse(self._reading())

    def test_a_mailing_to_others_finds_the_customer_by_his_address_alone(self):
        contact = self.env["mailing.contact"].create(
            {"name": "Emma", "email": "emma@customers.example"}
        )
        self._traces(contact, opened_after=4000, model="mailing.contact")
        self.assertEqual(self._signals(self.harbour), {"opened": 1})
        self.nasrin.partner_id.email = "emma@customers.example"
        self.assertEqual(self._signals(self.harbour), {}, "two customers have it")
        lead = self.env["crm.lead"].create(
            {
                "name": "Kitchen",
                "partner_id": self.reader.id,
                "email_from": "a@b.example",
            }
        )
        self._traces(lead, opened_after=4000, model="crm.lead")
        self.assertEqual(self._signals(), {"opened": 1})

    def test_the_share_of_several_mailings_is_that_of_all_mails(self):
        people = self.env["res.partner"].create(
            [{"name": f"P{n}", "email": f"q{n}@customers.example"} for n in range(10)]
        )
        self._traces(people[:1], opened_after=3600)
        self._traces(people[1:8])
        self._traces(people[8:], opened_after=1)
        autumn = self._mailing("Autumn")
        self._traces(people[:2], opened_after=3600, mailing=autumn)
        rows = self._reading(self.mailing | autumn)
        self.assertEqual(sorted(rows.mapped("opened_share")), [12.5, 100.0])
        ((share,),) = rows._read_group(
            [("id", "in", rows.ids)], aggregates=["opened_share:avg"]
        )
        self.assertAlmostEqual(share, 30.0, 6)

    def test_rows_of_mailings_open_their_mails(self):
        traces = self._traces(self.reader | self.emma.partner_id, opened_after=1)
        action = self._reading().with_user(self.leader).action_open_traces()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, traces)
        self.assertFalse(
            self.env["ecrm.mailing.reading"].with_user(self.agent).has_access("read")
        )

    def test_a_user_of_mailings_reads_the_sentence_without_our_rights(self):
        self._traces(self.reader, opened_after=1)
        user = new_test_user(self.env, "mailer", "mass_mailing.group_mass_mailing_user")
        self.env.flush_all()
        mailing = self.mailing.with_user(user)
        self.assertIn("1 mails were opened at once", mailing.voice_reading)

    def test_who_stopped_mailings_gets_no_offers_from_the_suite(self):
        people = self.reader | self.emma.partner_id
        self.assertEqual(people._may_contact("email", "marketing"), people)
        blacklist = self.env["mail.blacklist"]
        blacklist._add("reader@customers.example")
        self.assertEqual(
            people._may_contact("email", "marketing"), self.emma.partner_id
        )
        self.assertEqual(
            self.reader._may_contact("email", "service"), self.reader, "he asked for it"
        )
        blacklist._remove("reader@customers.example")
        self.assertEqual(people._may_contact("email", "marketing"), people)

    def test_queries_do_not_grow_with_mailings(self):
        mailings = self.env["mailing.mailing"]
        for n in range(5):
            mailings |= self._mailing(f"M{n}")
            self._traces(self.reader, opened_after=1, mailing=mailings[-1])
        self.env.flush_all()

        def read(these):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            these.mapped("voice_reading")
            return self.cr.sql_log_count - before

        read(mailings)
        self.assertEqual(read(mailings[:1]), read(mailings))
