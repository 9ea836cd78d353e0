from datetime import datetime, timedelta

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..common import TODAY, ValueCommon

NOON = datetime.combine(TODAY, datetime.min.time()) + timedelta(hours=12)


@tagged("post_install", "-at_install")
class TestDigest(ValueCommon):
    """The figures that the digest mail tells of a period."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._imported_shop()
        # came within the last week
        cls._orders(cls.customer, 3)
        cls.runs._refresh_now(cls.company)
        cls.digest = cls.env["digest.digest"].create(
            {"name": "Loyalty", "company_id": cls.company.id}
        )

    def _figure(self, name, days_ago=7, until_days_ago=0, user=None):
        digest = self.digest.with_context(
            start_datetime=NOON - timedelta(days=days_ago),
            end_datetime=NOON - timedelta(days=until_days_ago),
        )
        digest.invalidate_model()
        return digest.with_user(user or self.env.user)[f"kpi_loyalty_{name}_value"]

    def _between(self, field, first, last):
        """How many values have that day from `first` to before `last` days ago."""
        return len(
            self._all_values().filtered(
                lambda value: (
                    value[field] and self._day(first) <= value[field] < self._day(last)
                )
            )
        )

    def test_new_customers_are_those_who_bought_first_in_the_period(self):
        expected = self._between("first_purchase", 7, 0)
        self.assertGreaterEqual(expected, 1)
        self.assertEqual(self._figure("new_customers"), expected)
        self.assertEqual(self._figure("new_customers", 3, 3), 0)

    def test_lost_customers_are_those_who_were_let_go_in_the_period(self):
        lost = self._all_values().filtered(lambda value: value.lifecycle == "lost")
        expected = lost.filtered(lambda v: v.contact_before >= self._day(90))
        self.assertTrue(expected)
        self.assertEqual(self._figure("lost_customers", 90), len(expected))

    def test_customers_to_contact_are_those_of_the_period_that_follows(self):
        expected = self._between("contact_before", 0, -30)
        self.assertGreaterEqual(expected, 1)
        self.assertEqual(self._figure("customers_to_contact", 30), expected)

    def test_another_company_counts_its_own(self):
        self.digest.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        self.assertEqual(self._figure("new_customers", 365), 0)

    def test_figures_are_left_out_for_who_may_not_see_values(self):
        clerk = new_test_user(self.env, "clerk", "base.group_user")
        with self.assertRaises(AccessError):
            self._figure("new_customers", user=clerk)

    def test_digest_without_company_tells_of_the_users(self):
        self.digest.company_id = False
        expected = self._between("first_purchase", 7, 0)
        self.assertEqual(self._figure("new_customers"), expected)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "stranger",
            "sales_team.group_sale_manager",
            company_id=elsewhere.id,
            company_ids=[(6, 0, elsewhere.ids)],
        )
        self.assertEqual(self._figure("new_customers", user=stranger), 0)

    def test_figure_of_no_period_is_zero(self):
        names = ("new_customers", "lost_customers", "customers_to_contact")
        figures = self.digest.read([f"kpi_loyalty_{name}_value" for name in names])[0]
        del figures["id"]
        self.assertEqual(set(figures.values()), {0})

    def test_figures_lead_to_their_pages_without_the_menu_too(self):
        self.env.ref("crm_loyalty.menu_loyalty").unlink()
        actions = self.digest._compute_kpis_actions(self.company, self.env.user)
        self.assertEqual(
            actions["kpi_loyalty_new_customers"],
            "crm_loyalty.crm_customer_value_action",
        )

    def test_mail_shows_the_figures(self):
        self.digest.kpi_loyalty_new_customers = True
        manager = new_test_user(
            self.env,
            "boss",
            "sales_team.group_sale_manager",
            company_id=self.company.id,
        )
        kpis = self.digest._compute_kpis(self.company, manager)
        names = [kpi["kpi_name"] for kpi in kpis]
        self.assertIn("kpi_loyalty_new_customers", names)
