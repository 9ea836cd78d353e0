from datetime import timedelta

from lxml import etree
from lxml.html import fromstring

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..program.program_common import ProgramCommon


@tagged("post_install", "-at_install")
class TestLeaving(ProgramCommon):
    """Who is leaving is a list to act on: what was done shows, and drops out of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._today()
        cls.leaving = cls._customers(4)
        cls.seller, cls.other, cls.keeper = (
            cls._make_user(login, group)
            for login, group in (
                ("l_seller", "sales_team.group_sale_salesman"),
                ("l_other", "sales_team.group_sale_salesman"),
                ("l_keeper", "crm_loyalty.group_loyalty_manager"),
            )
        )
        cls.leaving.user_id = cls.seller
        cls._value_of(cls.leaving)

    @classmethod
    def _value_of(cls, partners, **values):
        """Values as a run would write them: at risk, last bought 60 days ago."""
        return cls.values.create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": cls.company.id,
                    "lifecycle": "at_risk",
                    "purchase_count": 3,
                    "revenue": 300,
                    "mean_interval": 30,
                    "first_purchase": cls.today - timedelta(days=200),
                    "last_purchase": cls.today - timedelta(days=60),
                    "contact_before": cls.today,
                    **values,
                }
                for partner in partners
            ]
        )

    def _to_contact(self, user=None):
        values = self.env["crm.customer.value"].with_user(user or self.seller)
        found = values.search(
            [("to_contact", "=", True), ("partner_id", "in", self.leaving.ids)],
            order="id",
        )
        self.assertEqual(found, found.filtered("to_contact"))
        return found.partner_id.with_env(self.env)

    def _wizard(self, kind, customers, user=None, **values):
        rows = self.values.search(
            [("partner_id", "in", customers.ids), ("lifecycle", "=", "at_risk")]
        )
        wizards = self.env["crm.customer.act.wizard"].with_user(user or self.seller)
        return wizards.with_context(
            active_model=rows._name, active_ids=rows.ids, default_kind=kind
        ).create(values)

    def _act(self, kind, customers, user=None, **values):
        self._wizard(kind, customers, user, **values).action_do()
        return (
            self.env["crm.customer.act"]
            .sudo()
            .search([("partner_id", "in", customers.ids)])
        )

    def test_calls_with_a_script_in_bulk(self):
        two = self.leaving[:2]
        acts = self._act("call", two, script="<p>Ask how it goes</p>")
        self.assertEqual(self._to_contact(), self.leaving[2:])
        calls = acts.activity_id
        self.assertEqual(calls.mapped("res_id"), acts.partner_id.ids)
        self.assertEqual(calls.user_id, self.seller)
        self.assertIn("Ask how it goes", calls[0].note)
        self.assertIn("Call by", acts[0].words)
        self.assertIn(acts[0].words, self._value(two[0]).act_words)

    def _value(self, partner):
        return self.values.search([("partner_id", "=", partner.id)])

    def test_undoing_a_call_takes_it_away_and_puts_the_customer_back(self):
        one = self.leaving[:1]
        act = self._act("call", one)
        act.with_user(self.seller).action_undo()
        self.assertFalse(act.activity_id)
        self.assertFalse(
            self.env["mail.activity"].search(
                [("res_model", "=", "res.partner"), ("res_id", "=", one.id)]
            )
        )
        self.assertEqual(self._to_contact(), self.leaving)
        with self.assertRaises(UserError):
            act.with_user(self.seller).action_undo()

    def test_opportunities_and_who_has_one_already(self):
        one = self.leaving[0]
        self.env["crm.lead"].create(
            {"name": "Open", "type": "opportunity", "partner_id": one.id}
        )
        wizard = self._wizard("opportunity", self.leaving)
        self.assertIn("1", wizard.left_out_words)
        wizard.action_do()
        self.assertEqual(self._to_contact(), one)
        acts = self.env["crm.customer.act"].sudo().search([])
        self.assertEqual(acts.lead_id.partner_id, self.leaving[1:])
        untouched, touched = acts[0], acts[1]
        untouched.with_user(self.seller).action_undo()
        self.assertFalse(untouched.lead_id.active)
        touched.lead_id.activity_schedule("mail.mail_activity_data_call")
        told = touched.with_user(self.seller).action_undo()
        self.assertTrue(touched.lead_id.active)
        self.assertIn("stays", told["params"]["message"])
        # both are to be contacted again
        self.assertEqual(len(self._to_contact()), 3)

    def test_a_single_opportunity_opens(self):
        action = self._wizard("opportunity", self.leaving[0]).action_do()
        lead = self.env["crm.lead"].browse(action["res_id"])
        self.assertEqual(lead.partner_id, self.leaving[0])

    def test_an_email_to_each_who_may_be_mailed(self):
        self.leaving[0].email = False
        self.env["mail.blacklist"].sudo()._add(self.leaving[1].email)
        wizard = self._wizard("email", self.leaving, message="<p>Hello you</p>")
        self.assertIn("2", wizard.left_out_words)
        wizard.action_do()
        self.assertEqual(self._to_contact(), self.leaving[:2])
        mails = (
            self.env["mail.mail"].sudo().search([("body_html", "ilike", "Hello you")])
        )
        self.assertEqual(mails.recipient_ids | self.leaving[2:], self.leaving[2:])
        self.assertEqual(len(mails), 2)
        # it shows in the customers' own chatter, which the value's page has too
        self.assertIn("Hello you", self.leaving[2].message_ids[0].body)

    def test_not_now_asks_why_and_until_when(self):
        one = self.leaving[0]
        with self.assertRaises(UserError):
            self._act("not_now", one)
        day = self.today + timedelta(days=20)
        act = self._act("not_now", one, reason="season", note="Ice cream", until=day)
        self.assertIn("Ice cream", act.words)
        self.assertNotIn(one, self._to_contact())
        with self._later(20):
            self.assertNotIn(one, self._to_contact())
        with self._later(21):
            self.env.invalidate_all()
            self.assertIn(one, self._to_contact())
        for bad in (self.today - timedelta(days=1), self.today + timedelta(days=5000)):
            with self.assertRaises(UserError):
                self._act("not_now", self.leaving[1], reason="other", until=bad)

    def test_who_bought_since_and_falls_silent_again_comes_back(self):
        one = self.leaving[0]
        act = self._act("call", one, until=self.today + timedelta(days=400))
        act.done_on = self.today - timedelta(days=70)
        self.env.flush_all()
        self.assertIn(one, self._to_contact())
        act.done_on = self.today - timedelta(days=60)
        self.env.flush_all()
        self.assertNotIn(one, self._to_contact())

    def test_acts_outlive_the_nightly_run_and_a_merge(self):
        one, target = self.leaving[0], self.leaving[1]
        act = self._act("call", one)
        self.env.flush_all()
        self.runs._refresh_now(self.company)
        self.assertTrue(act.exists())
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo()
        wizard._merge((one | target).ids, target, extra_checks=False)
        self.env.invalidate_all()
        self.assertEqual(act.partner_id, target)
        self.assertEqual(act.activity_id.res_id, target.id)

    def test_into_a_program_by_its_draw_and_no_arm_is_told(self):
        others = self._customers(20)
        program = self._running(control_share=0.5, recurring=False)
        inside = program.member_ids
        self.assertGreaterEqual(inside.partner_id, others)
        program.member_ids.filtered(
            lambda m: m.partner_id in self.leaving[2:]
        ).sudo().unlink()
        rows = self.leaving
        with self.assertRaises(AccessError):
            self._act("campaign", rows, program_id=program.id)
        before = {m.partner_id: m.arm for m in program.member_ids}
        acts = self._act("campaign", rows, user=self.keeper, program_id=program.id)
        self.assertEqual(acts.partner_id, self.leaving)
        self.assertFalse(self._to_contact(self.keeper))
        after = {m.partner_id: m.arm for m in program.member_ids}
        self.assertEqual({p: after[p] for p in before}, before)
        self.assertEqual(len(after), len(before) + 2)
        for member in program.member_ids:
            self.assertEqual(member.arm, "control" if member.draw < 0.5 else "treated")
        self.assertEqual(len({act.words for act in acts}), 1)

    def test_a_program_that_does_not_run_takes_nobody(self):
        program = self._program()
        with self.assertRaises(UserError):
            self._act("campaign", self.leaving, user=self.keeper, program_id=program.id)

    def test_others_customers_are_neither_seen_nor_acted_on(self):
        self.assertFalse(self._to_contact(self.other))
        rows = self.values.search([("partner_id", "in", self.leaving.ids)])
        wizard = self.env["crm.customer.act.wizard"].with_user(self.other)
        made = wizard.with_context(active_model=rows._name, active_ids=rows.ids).create(
            {"kind": "call"}
        )
        self.assertFalse(made.value_ids)
        with self.assertRaises(AccessError):
            wizard.create({"kind": "call", "value_ids": [(6, 0, rows.ids)]})
        # whose customers they become between choosing and doing
        late = self._wizard("call", self.leaving)
        self.leaving[3].user_id = self.other
        self.env.flush_all()
        self.env.invalidate_all()
        late.action_do()
        acts = self.env["crm.customer.act"].sudo().search([])
        self.assertEqual(acts.partner_id, self.leaving[:3])
        self.leaving[3].user_id = self.seller
        act = acts.filtered(lambda one: one.partner_id == self.leaving[0])
        with self.assertRaises(AccessError):
            act.with_user(self.other).action_undo()
        with self.assertRaises(AccessError):
            act.with_user(self.seller).write({"undone": True})
        with self.assertRaises(AccessError):
            act.with_user(self.seller).create(
                {
                    "partner_id": self.leaving[1].id,
                    "company_id": self.company.id,
                    "kind": "call",
                    "done_on": self.today,
                    "until": self.today,
                }
            )

    def test_lists_cost_the_same_for_any_number(self):
        self._act("call", self.leaving)
        rows = self.values.search([("partner_id", "in", self.leaving.ids)])
        for some in (rows[:1], rows):
            self.env.invalidate_all()
            with self.assertQueryCount(7):
                some.mapped("act_words")

    def test_page_has_the_customers_own_chatter(self):
        arch = etree.fromstring(
            self.env["crm.customer.value"]
            .with_user(self.seller)
            .get_view(view_type="form")["arch"]
        )
        self.assertEqual(arch.find(".//chatter").get("of"), "partner_id")

    def _help(self, user=None):
        action = self.env.ref("crm_loyalty.crm_customer_value_action_leaving")
        told = (
            action.with_user(user or self.seller)
            .sudo()
            .read(["help", "context", "res_model"])
        )
        return fromstring(told[0]["help"]).text_content()

    def test_empty_list_says_why(self):
        runs = self.runs.search([("company_id", "=", self.company.id)])
        runs.unlink()
        self.assertIn("Nothing has been computed yet", self._help())
        run = self.runs._queue(self.company)
        self.assertIn("are being computed", self._help())
        run.state = "failed"
        self.assertIn("Nothing could be computed", self._help())
        run.state = "done"
        self._act("call", self.leaving)
        self.assertIn("Nobody is left to contact", self._help())
        self.assertIn("4 customers", self._help())
        # whose customers they are counts
        self.assertIn("Nobody is about to leave", self._help(self.other))
