from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_ecrm.tests.case.case_common import CaseCommon
from odoo.addons.crm_loyalty.tests.tier.tier_common import TierCommon

from .. import _forget_levels


@tagged("post_install", "-at_install")
class TestServiceLevel(TierCommon, CaseCommon):
    """What a tier grants is promised for the cases that its members bring."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._benefit(cls.silver, "service", service_level="priority")
        cls.team.calendar_id = cls._hours((0, 24), days="0123456", zone="UTC")
        cls.own = cls.env["ecrm.team.promise"].create(
            {
                "team_id": cls.team.id,
                "severity": "normal",
                "service_level": "priority",
                "first_hours": 0.5,
                "next_hours": 1,
                "solution_hours": 4,
            }
        )

    def _promised(self, case):
        """Minutes until the first answer, and the solution."""
        return tuple(
            self._clock(case, kind).target_minutes for kind in ("first", "solution")
        )

    def _watch(self):
        cases = self.env["ecrm.case"].sudo()
        cases.search(cases._stale_clock_domain())._refresh_clocks()

    def _case(self, partner=None, **values):
        partner = self.customer if partner is None else partner
        return self._receive(partner, medium="api", **values)

    def test_members_have_their_own_promise(self):
        self._spend(600)
        contact = self.env["res.partner"].create(
            {"name": "Eli", "parent_id": self.customer.id}
        )
        for partner in (self.customer, contact):
            case = self._case(partner)
            self.assertEqual(case.service_level, "priority")
            self.assertEqual(self._promised(case), (30, 240))
        case = self._case(self.other_customer)
        self.assertFalse(case.service_level)
        self.assertEqual(self._promised(case), (60, 480))
        # where the team promises nothing of its own, the usual is promised
        case = self._case(severity="serious")
        self.assertEqual(
            (case.service_level, self._promised(case)), ("priority", (60, 480))
        )

    def test_by_whatever_way_it_comes_it_is_the_same(self):
        self._spend(600)
        self.customer.email = "alba@customers.example"
        for medium in ("portal", "mail", "phone", "staff"):
            case = self._receive(self.customer, medium=medium)
            self.assertEqual(case.service_level, "priority", medium)
        by_agent = self.env["ecrm.case"].with_user(self.agent)
        case = by_agent.create(
            {"name": "X", "partner_id": self.customer.id, "team_id": self.team.id}
        )
        self.assertEqual(case.service_level, "priority")
        with self.assertRaises(AccessError):
            case.service_level = "premium"
        with self.assertRaises(AccessError):
            by_agent.create(
                {"name": "X", "team_id": self.team.id, "service_level": "premium"}
            )

    def test_what_was_promised_stays_after_the_tier(self):
        before = self._case()
        self._spend(600)
        case = self._case()
        self._go(365 + 31)
        self.env.invalidate_all()
        self.assertFalse(self._case().service_level)
        self._watch()
        self.assertEqual(case.service_level, "priority")
        # nor does a tier reached later change what was promised before
        self.assertFalse(before.service_level)
        self.assertEqual(self._promised(before), (60, 480))
        # a colleague goes on with it
        case.partner_id = self.env["res.partner"].create(
            {"name": "Eli", "parent_id": self.customer.id}
        )
        self.assertEqual(case.service_level, "priority")
        case._solve(self.agent)
        case._reopen()
        self.assertEqual(self._promised(case), (30, 240))

    def test_running_clocks_follow_the_promise_of_their_level_alone(self):
        self._spend(600)
        case, usual = self._case(), self._case(self.other_customer)
        self.own.first_hours = 2
        self._watch()
        self.assertEqual(self._promised(case)[0], 120)
        self.assertEqual(self._promised(usual)[0], 60)

    def test_whose_case_it_turns_out_to_be_has_what_he_has(self):
        self._spend(600)
        nobody = self.env["res.partner"]
        case = self._case(nobody, email_from="who@elsewhere.example")
        self.assertFalse(case.service_level)
        case.with_user(self.agent).partner_id = self.customer
        self.assertEqual(case.service_level, "priority")
        self.assertEqual(self._promised(case), (30, 240))

    def test_one_promise_for_each_severity_and_level(self):
        for level in (False, "priority"):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.own.create(
                    {
                        "team_id": self.team.id,
                        "severity": "normal",
                        "service_level": level,
                    }
                )
        self.own.create(
            {
                "team_id": self.team.id,
                "severity": "normal",
                "service_level": "premium",
            }
        )

    def test_levels_of_many_cases_are_found_at_once(self):
        partners = self._customers(30)
        cases = self.env["ecrm.case"].create(
            [
                {"name": "X", "partner_id": partner.id, "team_id": self.team.id}
                for partner in partners
            ]
        )

        def queries(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some._service_levels()
            return self.env.cr.sql_log_count - before

        queries(cases)
        self.assertLessEqual(queries(cases), queries(cases[:3]))

    def test_worth_and_tier_are_shown_to_those_who_may_know(self):
        self._spend(600)
        self.runs._refresh_now(self.company)
        case = self._case()
        fields = ["customer_tier_id", "customer_lifetime_value", "customer_lifecycle"]
        with self.assertRaises(AccessError):
            case.with_user(self.agent).read(fields)
        form = self.env["ecrm.case"].with_user(self.agent).get_view(view_type="form")
        self.assertNotIn("customer_lifetime_value", form["arch"])
        self.assertIn("service_level", form["arch"])
        groups = "crm_ecrm.group_voice_agent,sales_team.group_sale_salesman_all_leads"
        seller = new_test_user(
            self.env, "loyal_agent", groups, company_id=self.company.id
        )
        form = self.env["ecrm.case"].with_user(seller).get_view(view_type="form")
        self.assertIn("customer_lifetime_value", form["arch"])
        seen = case.with_user(seller)
        self.assertEqual(seen.customer_tier_id, self.silver)
        self.assertEqual(
            (seen.customer_lifetime_value, seen.customer_lifecycle),
            (
                self._value(self.customer).lifetime_value,
                self._value(self.customer).lifecycle,
            ),
        )
        # a case of nobody in particular is of nobody's worth
        nobody = self._case(self.env["res.partner"], email_from="x@y.example")
        self.assertFalse(nobody.with_user(seller).customer_tier_id)
        # a salesperson sees nothing of customers who are another's
        groups = "crm_ecrm.group_voice_agent,sales_team.group_sale_salesman"
        other = new_test_user(self.env, "loyal_other", groups)
        self.customer.user_id = self.leader
        self.env.invalidate_all()
        self.assertFalse(case.with_user(other).customer_lifetime_value)

    def test_without_the_add_on_all_are_promised_the_same(self):
        self._spend(600)
        case = self._case()
        _forget_levels(self.env)
        self.assertFalse(case.service_level)
        self.assertFalse(self.team.promise_ids.filtered("service_level"))
