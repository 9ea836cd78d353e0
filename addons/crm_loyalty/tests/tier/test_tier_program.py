from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..common import TODAY
from .tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTierProgram(TierCommon):
    """Nights, simulations, progress, and what a tier brings and costs."""

    def test_nights_go_on_where_they_were_stopped(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(7)]
        )
        for partner in partners:
            self._orders(partner, 3, quantity=6)
        self.program.evaluated_on = False
        # time for one step
        with self._scheduled(60, 0):
            self.programs._cron_evaluate(batch_size=3)
        reached = self.program.last_partner
        self.assertTrue(reached)
        self.assertFalse(self.program.evaluated_on)
        with self._scheduled():
            self.programs._cron_evaluate(batch_size=50)
            self.assertEqual(self.program.evaluated_on, TODAY)
            self.assertEqual(self.program.last_partner, 0)
            members = self.memberships.search([("partner_id", "in", partners.ids)])
            self.assertEqual(members.partner_id, partners)
            self.assertEqual(len(members), 7)
            # a second run finds nothing to do
            self.programs._cron_evaluate(batch_size=50)
        again = self.memberships.search([("partner_id", "in", partners.ids)])
        self.assertEqual(again, members)

    def test_night_queries_do_not_grow_with_customers(self):
        def queries(count):
            partners = self.env["res.partner"].create(
                [{"name": f"{count} {number}"} for number in range(count)]
            )
            for partner in partners:
                self._orders(partner, 3, quantity=6)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self.program._evaluate(partners.ids, self.program._today())
            return self.cr.sql_log_count - start

        queries(2)
        self.assertLessEqual(queries(20), queries(4))

    def test_confirming_asks_nothing_without_a_published_program(self):
        self.program.action_withdraw()
        order = self._spend(10)
        self.env.flush_all()
        with self.assertQueryCount(0):
            order._evaluate_tiers()
            self.customer._tier_benefits("payment_term")
        self.program.action_publish()
        self._spend(600)
        self.env.flush_all()
        with self.assertQueryCount(5):
            order._evaluate_tiers()

    def test_simulation_tells_who_would_land_where(self):
        partners = self.env["res.partner"].create(
            [{"name": name} for name in ("Up", "New", "Same", "Out")]
        )
        up, new, same, out = partners
        for partner, amount in ((up, 600), (same, 600), (new, 450), (out, 500)):
            self._spend(amount, partner)
        draft = self._make_program(publish=False, thresholds=(430, 460, 600))
        draft.tier_ids[1].threshold = 560
        self.silver.threshold = 500
        self._benefit(draft.tier_ids[0], "service", cost_by="member", unit_cost=7)
        self._benefit(
            draft.tier_ids[2],
            "contact",
            user_id=self.env.user.id,
            cost_by="revenue",
            cost_share=0.01,
        )
        before = self.memberships.search_count([])
        action = draft.action_simulate()
        simulation = self.env[action["res_model"]].sudo().browse(action["res_id"])
        self.assertEqual(simulation.compared_id, self.program)
        lines = simulation.line_ids.filtered("tier_id")
        self.assertEqual(
            {
                line.tier_id.name: (line.member_count, line.revenue, line.cost)
                for line in lines
            },
            {
                "Platinum": (2, 1_200, 2 * 7 + 12),
                "Gold": (0, 0, 0),
                "Silver": (2, 950, 2 * 7),
            },
        )
        customers = self.env["loyalty.tier.simulation.customer"].sudo()
        found = customers.search([("simulation_id", "=", simulation.id)])
        changes = {one.partner_id: one.change for one in found}
        self.assertEqual(changes, {up: "up", same: "up", new: "new", out: "same"})
        self.assertEqual(simulation.up_count, 3)
        # simulating has changed nothing
        self.assertEqual(self.memberships.search_count([]), before)

    def test_simulating_other_thresholds_changes_no_live_program(self):
        self._spend(600)
        self._spend(400, self.other_customer)
        keeper = new_test_user(
            self.env(su=True),
            "simulates",
            "crm_loyalty.group_loyalty_manager",
            company_id=self.company.id,
        )
        program = self.program.with_user(keeper)
        before = (program.tier_ids.mapped("threshold"), self._story())
        action = program.action_simulate()
        simulation = self.env[action["res_model"]].with_user(keeper)
        simulation = simulation.browse(action["res_id"])
        self.assertFalse(simulation.tries_others)
        with Form(simulation) as form:
            for index in range(3):
                with form.line_ids.edit(index) as line:
                    line.threshold = line.threshold * 0.7
        simulation.action_simulate()
        self.assertTrue(simulation.tries_others)
        silver = simulation.line_ids.filtered(
            lambda line: line.tier_id.name == "Silver"
        )
        self.assertEqual((silver.threshold, silver.live_threshold), (350, 500))
        self.assertEqual((silver.member_count, silver.current_count), (2, 1))
        self.assertEqual(simulation.up_count, 1)
        self._night()
        self.assertEqual((program.tier_ids.mapped("threshold"), self._story()), before)
        self.assertFalse(self._tier(self.other_customer))
        for values in (
            {"member_count": 9},
            {"tier_id": self.gold.id},
            {"cost": 0.5},
        ):
            with self.assertRaises(AccessError):
                silver.write(values)
        with self.assertRaises(AccessError):
            simulation.write({"program_id": self._make_program(publish=False).id})
        silver.threshold = 700
        with self.assertRaises(UserError):
            simulation.action_simulate()
        silver.threshold = 350
        # until somebody says so
        simulation.action_apply()
        self.assertEqual(program.tier_ids.mapped("threshold"), [350, 700, 2_100])
        self._night()
        self.assertEqual(self._tier(self.other_customer), self.silver)

    def test_thresholds_of_a_live_program_are_not_typed_beside_its_buttons(self):
        with (
            Form(self.program) as form,
            form.tier_ids.edit(0) as tier,
            self.assertRaises(AssertionError),
        ):
            tier.threshold = 1

    def test_simulation_shows_who_leaves(self):
        self._spend(600)
        draft = self._make_program(publish=False, thresholds=(5_000,))
        simulation = self.env["loyalty.tier.simulation"].sudo()._run(draft)
        self.assertEqual(simulation.down_count, 1)

    def test_simulation_lands_them_as_publishing_does(self):
        dice = (499.99, 500, 999.99, 1_000, 1_700, 3_000, 12)
        for number, amount in enumerate(dice):
            partner = self.env["res.partner"].create({"name": str(number)})
            self._spend(amount, partner)
        for measure in ("spend", "margin"):
            draft = self._make_program(publish=False, measure=measure)
            simulation = self.env["loyalty.tier.simulation"].sudo()._run(draft)
            simulated = {
                line.tier_id: line.member_count for line in simulation.line_ids
            }
            draft.action_publish()
            self.assertEqual(
                simulated, {tier: tier.member_count for tier in draft.tier_ids}
            )
            self.assertGreater(sum(simulated.values()), 3)

    def test_progress_in_figures_and_words(self):
        self._spend(600)
        self._go(30)
        self._spend(100)
        (progress,) = self.customer._tier_progress()
        self.assertEqual(progress.tier, self.silver)
        self.assertEqual(progress.kept_until, TODAY.replace(year=2026))
        self.assertEqual(progress.missing_to_keep, 400)
        self.assertEqual(progress.next_tier, self.gold)
        self.assertEqual(progress.missing, 300)
        self.assertEqual(str(progress.reach_by), "2026-06-29")
        words = self.customer.customer_tier_progress
        self.assertIn("You keep Silver until", words)
        self.assertIn("400.00 more by", words)
        self.assertIn("300.00 more by", words)
        # what is said to be enough by that day is enough
        self._go(progress.reach_by)
        self._spend(progress.missing)
        self.assertEqual(self._tier(), self.gold)

    def test_progress_of_who_has_no_tier(self):
        self._spend(100)
        (progress,) = self.customer._tier_progress()
        self.assertFalse(progress.tier)
        self.assertEqual(progress.missing, 400)
        (progress,) = self.other_customer._tier_progress()
        self.assertEqual(progress.missing, 500)

    def test_value_and_cost_of_a_tier(self):
        self._benefit(self.silver, "service", cost_by="member", unit_cost=20)
        self._benefit(self.gold, "portal", code="x", cost_by="revenue", cost_share=0.02)
        self._spend(600)
        self._spend(1_500, self.other_customer)
        self.assertRecordValues(
            self.program.tier_ids,
            [
                {"member_count": 1, "yearly_revenue": 600, "yearly_cost": 20},
                {"member_count": 1, "yearly_revenue": 1_500, "yearly_cost": 50},
                {"member_count": 0, "yearly_revenue": 0, "yearly_cost": 0},
            ],
        )
        self.assertEqual(self.gold.yearly_margin, 1_500 - 60)

    def test_customers_by_tier(self):
        self._spend(600)
        partners = self.env["res.partner"]
        self.assertEqual(
            partners.search([("customer_tier_id", "=", self.silver.id)]), self.customer
        )
        self.assertEqual(
            partners.search([("customer_tier_id.name", "=", "Silver")]), self.customer
        )
        without = partners.search([("customer_tier_id", "=", False)])
        self.assertNotIn(self.customer, without)
        self.assertIn(self.other_customer, without)
        both = self.customer | self.other_customer
        groups = partners._read_group(
            [("id", "in", both.ids)], ["customer_tier_id"], ["__count"]
        )
        self.assertEqual(dict(groups), {self.silver: 1, self.env["loyalty.tier"]: 1})
        ordered = partners.search([("id", "in", both.ids)], order="customer_tier_id")
        self.assertEqual(ordered, both)

    def test_customer_list_asks_once_for_all_tiers(self):
        partners = self.env["res.partner"].create(
            [{"name": f"C{number}"} for number in range(20)]
        )
        for partner in partners:
            self._orders(partner, 3, quantity=6)
        self._night()

        def queries(some):
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            some.read(["customer_tier_id"])
            return self.cr.sql_log_count - start

        queries(partners)
        self.assertEqual(queries(partners), queries(partners[:2]))

    def test_tier_is_a_criterion_of_segments(self):
        self._spend(600)
        segment = self.env["crm.customer.segment"].create(
            {"name": "Silver", "tier_ids": self.silver.ids}
        )
        self.assertEqual(segment.member_count, 1)
        found = self.env["res.partner"].search(segment._customers_domain())
        self.assertEqual(found, self.customer)
        self._go(365 + 31)
        segment.invalidate_recordset()
        self.assertEqual(segment.member_count, 0)

    def test_other_companies_tiers_are_their_own(self):
        other = self.setup_other_company()["company"]
        self._spend(600)
        self.assertTrue(self.customer.customer_tier_id)
        there = self.customer.with_company(other)
        self.assertFalse(there.customer_tier_id)
        self.assertFalse(there._tier_progress(other))

    def test_merged_customers_have_one_tier(self):
        self._spend(600)
        self._go(5)
        self._spend(1_200, self.other_customer)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (self.customer | self.other_customer).ids, self.customer
        )
        self.assertEqual(self._tier(), self.gold)
        self.assertEqual(len(self._story()), 2)
        self._night()
        self.assertEqual(self._tier(), self.gold)
        self._go(12)
        self.program._evaluate(self.customer.ids, TODAY + timedelta(12))
        self.assertEqual(self._tier(), self.gold)
