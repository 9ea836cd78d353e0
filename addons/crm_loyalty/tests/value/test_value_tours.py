import random
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from ..common import ValueCommon


@tagged("post_install", "-at_install")
class TestValueTours(ValueCommon, HttpCase):
    """What a salesperson and a sales manager do with values, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # filters such as "this week" go by the day of today
        cls.company.value_cutoff = False
        cls._make_crowd(60)
        cls.seller = cls._make_user("seller", "sales_team.group_sale_salesman")
        cls.manager = cls._make_user("boss", "sales_team.group_sale_manager")

    @classmethod
    def _make_crowd(cls, count):
        """Customers who buy and leave by chance, so that a population is found."""
        draw = random.Random(3)
        for partner in cls.env["res.partner"].create(
            [{"name": f"Customer {number:02}"} for number in range(count)]
        ):
            cls._orders(partner, *cls._draw_days(draw), quantity=draw.randint(1, 4))

    @staticmethod
    def _draw_days(draw):
        """How many days ago one customer bought; days run from 400 to yesterday."""
        rate = draw.gammavariate(1.2, 1 / 30)
        leaves = draw.betavariate(1, 4)
        day = draw.uniform(120, 400)
        days = [int(day)]
        while draw.random() > leaves:
            day -= draw.expovariate(rate)
            if day < 1:
                break
            days.append(int(day))
        return days

    @classmethod
    def _make_user(cls, login, groups, company=None):
        return new_test_user(
            cls.env(su=True), login, groups, company_id=(company or cls.company).id
        )

    @classmethod
    def _day(cls, day):
        if isinstance(day, int):
            return fields.Date.today() - timedelta(days=day)
        return super()._day(day)

    def _name_two_customers(self):
        """A loyal one, and one at risk, to be contacted today whatever the weekday."""
        values = self._all_values()
        loyal = values.filtered(lambda value: value.lifecycle == "loyal")
        loyal.sorted("contact_before")[-1].partner_id.name = "Faithful Florist"
        silent = values.filtered(
            lambda value: value.lifecycle == "at_risk" and value.purchase_count > 2
        )[0]
        silent.partner_id.name = "Silent Bakery"
        silent.contact_before = fields.Date.today()
        return silent.partner_id

    def test_newcomer_finds_who_is_leaving_and_why(self):
        self.runs._refresh_now(self.company)
        self._name_two_customers()
        self.start_tour("/odoo", "crm_loyalty_who_is_leaving", login="seller")

    def test_salesperson_acts_on_who_is_leaving(self):
        self.runs._refresh_now(self.company)
        partner = self._name_two_customers()
        partner.phone = "+1 212 555 0100"
        self.start_tour("/odoo", "crm_loyalty_act_on_leaving", login="seller")
        act = (
            self.env["crm.customer.act"]
            .sudo()
            .search([("partner_id", "=", partner.id)])
        )
        self.assertTrue(act.undone)
        self.assertFalse(partner.activity_ids)

    def test_values_stand_where_people_work(self):
        self.runs._refresh_now(self.company)
        partner = self._name_two_customers()
        self.env["sale.order"].create(
            {"partner_id": partner.id, "user_id": self.seller.id}
        )
        self.env["crm.lead"].create(
            {
                "name": "More bread",
                "type": "opportunity",
                "partner_id": partner.id,
                "user_id": self.seller.id,
            }
        )
        self.start_tour("/odoo", "crm_loyalty_where_people_work", login="seller")

    def test_manager_refreshes_and_reads_the_report_card(self):
        self.start_tour("/odoo", "crm_loyalty_refresh_values", login="boss")
        run = self.runs.search([("company_id", "=", self.company.id)])
        self.assertEqual(run.state, "queued")

        # on its own, so that no other company's run is asked for
        self.env.ref("crm_loyalty.cron_score_values").sudo().method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(run.state, "done")
        self.assertEqual(run.evidence, "population")

        self._name_two_customers()
        self.start_tour("/odoo", "crm_loyalty_report_card", login="boss")

    def _make_head(self):
        """Somebody who may change settings."""
        # the company has pricelists: with the feature off, the settings warn of them
        self.env.ref("base.group_user").sudo()._apply_group(
            self.group_product_pricelist
        )
        return self._make_user(
            "head", "sales_team.group_sale_manager,base.group_system"
        )

    def test_settings_are_found_and_kept(self):
        self._make_head()
        self.start_tour("/odoo", "crm_loyalty_settings", login="head")
        self.assertAlmostEqual(self.company.value_lapse_threshold, 0.45)

    def test_settings_that_contradict_are_refused(self):
        self._make_head()
        self.start_tour("/odoo", "crm_loyalty_settings_refuse", login="head")
        self.assertAlmostEqual(self.company.value_class_a, 0.5)

    def test_empty_pages_say_what_to_do_next(self):
        company = self.env["res.company"].sudo().create({"name": "Fresh Start"})
        self._make_user("fresh", "sales_team.group_sale_manager", company)
        self.start_tour("/odoo", "crm_loyalty_nothing_yet", login="fresh")
