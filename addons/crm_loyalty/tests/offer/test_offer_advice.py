from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import TODAY
from .offer_common import OfferCommon


@tagged("post_install", "-at_install")
class TestOfferAdvice(OfferCommon):
    def test_rules_answer_where_there_are_no_arms(self):
        effects = self._advise()
        self.assertEqual(effects.based_on, "rules")
        self.assertRecordValues(
            self._advice(self.regular)
            | self._advice(self.late)
            | self._advice(self.gone)
            | self._advice(self.prospect),
            [
                {
                    "verdict": "wait",
                    "reason_code": "buys_anyway",
                    "wait_until": TODAY + timedelta(days=40),
                    "from_arms": False,
                },
                {
                    "verdict": "give",
                    "reason_code": "pays",
                    "wait_until": False,
                    "from_arms": False,
                },
                {
                    "verdict": "withhold",
                    "reason_code": "lost_cause",
                    "wait_until": False,
                    "from_arms": False,
                },
                {
                    "verdict": "unclear",
                    "reason_code": "unknown",
                    "wait_until": False,
                    "from_arms": False,
                },
            ],
        )
        self.assertEqual(
            (
                effects.give_count,
                effects.wait_count,
                effects.withhold_count,
                effects.unclear_count,
            ),
            (1, 1, 1, 1),
        )

    def test_expected_margin_and_cost_are_those_of_the_rule(self):
        """10 % of 40 more; 5 for each of the 38 % who come anyway and the 10 %."""
        self._advise()
        advice = self._advice(self.late)
        self.assertAlmostEqual(advice.extra_margin, 4.0)
        self.assertAlmostEqual(advice.cost, 2.4, places=2)
        self.assertAlmostEqual(advice.anyway, 0.38, places=2)
        self.assertIn("10%", advice.reason)

    def test_assumed_response_decides(self):
        self.company.advice_response = 0.05
        self._advise()
        advice = self._advice(self.late)
        self.assertEqual((advice.verdict, advice.reason_code), ("withhold", "too_dear"))

    def test_margin_floor_is_respected(self):
        self.company.advice_margin_floor = 0.37
        self._advise()
        advice = self._advice(self.late)
        self.assertEqual(advice.reason_code, "below_floor")
        self.company.advice_margin_floor = 0.36  # 35 of 95 are left
        self._advise()
        self.assertEqual(self._advice(self.late).verdict, "give")

    def test_database_refuses_an_offer_that_costs_more_than_it_brings(self):
        self._advise()
        self.env.flush_all()
        for column, amount in (("extra_margin", 2), ("cost", 5), ("cost", None)):
            with (
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(
                    f"UPDATE crm_offer_advice SET {column} = %s WHERE id = %s",
                    [amount, self._advice(self.late).id],
                )

    def test_arms_answer_once_there_are_enough(self):
        self._past_program(buys=(0.2, 0.6))
        effects = self._advise()
        self.assertEqual(effects.based_on, "arms")
        self.assertEqual((effects.treated_count, effects.control_count), (450, 200))
        advice = self._advice(self.late)
        self.assertTrue(advice.from_arms)
        self.assertEqual(advice.verdict, "give")
        # 35 x 60 % against 40 x 20 %, and 5 for each of the 60 % who use it
        self.assertAlmostEqual(advice.extra_margin - advice.cost, 13, delta=0.5)
        self.assertAlmostEqual(advice.cost, 3.0, delta=0.05)
        self.assertIn("450", advice.reason)
        self.assertIn("200", advice.reason)
        # nobody like him was in a program
        self.assertFalse(self._advice(self.regular).from_arms)

    def test_arms_say_whom_the_offer_disturbs(self):
        self._past_program(buys=(0.6, 0.3))
        self._advise()
        advice = self._advice(self.late)
        self.assertEqual((advice.verdict, advice.reason_code), ("withhold", "disturbs"))
        self.assertLess(advice.extra_margin, 0)

    def test_arms_that_do_not_tell_are_no_evidence(self):
        self._past_program(buys=(0.30, 0.345))
        self._advise()
        advice = self._advice(self.late)
        self.assertEqual((advice.verdict, advice.reason_code), ("unclear", "unproved"))

    def test_few_held_back_leave_it_to_rules(self):
        self._past_program(customers=400)
        self.assertEqual(self._advise().based_on, "rules")

    def test_arms_under_observation_do_not_count_yet(self):
        program = self._past_program()
        program.sudo().member_ids.observed_until = fields.Datetime.now() + timedelta(1)
        self.assertEqual(self._advise().based_on, "rules")

    def test_another_offer_learns_nothing_from_them(self):
        self._past_program()
        other = self._make_offer("Six Off", discount=6)
        by_offer = self._advise().grouped("offer_id")
        self.assertEqual(by_offer[other].based_on, "rules")
        self.assertEqual(by_offer[self.offer].based_on, "arms")

    def test_advising_again_changes_nothing(self):
        self._advise()
        before = self._rows()
        self._advise()
        self.assertEqual(self._rows(), before)

    def test_batches_of_one_give_the_same_advice(self):
        self._advise()
        before = self._advice(self.late).read()
        self.advices.search([]).sudo().unlink()
        self._advise(batch_size=1)
        after = self._advice(self.late).read()
        self.assertEqual(
            {key: value for key, value in after[0].items() if key != "id"},
            {key: value for key, value in before[0].items() if key != "id"},
        )
        self.assertEqual(len(self.advices.search([])), 4)

    def _rows(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT xmin, ctid, * FROM crm_offer_advice ORDER BY id")
        return self.env.cr.fetchall()

    def test_interrupted_night_goes_on_where_it_was(self):
        effect = self._advise(batch_size=2)
        effect.write({"advised_on": False, "fitted_on": False})
        effect._work(2)
        effect._work(2)
        reached = effect.last_partner
        self.assertTrue(reached)
        self.assertFalse(effect.advised_on)
        effect._work(2)
        self.assertGreater(effect.last_partner, reached)

    def test_job_advises_each_offer_once_a_day(self):
        self._make_offer("Six Off", discount=6)
        job = self.env.ref("crm_loyalty.cron_advise_offers")
        with self.enter_registry_test_mode():
            job.method_direct_trigger()
        mine = self.effects.search([("company_id", "=", self.company.id)])
        self.assertEqual(set(mine.mapped("advised_on")), {fields.Date.today()})
        self.assertEqual(
            len(self.advices.search([("company_id", "=", self.company.id)])), 8
        )
        self.assertFalse(self.effects.search(self.effects._due_domain()))

    def test_advice_goes_with_its_reason_to_exist(self):
        self._advise()
        self._value(self.late).unlink()
        self._advise()
        self.assertFalse(self._advice(self.late))
        self.offer.advise_offer = False
        self._advise()
        self.assertFalse(self.advices.search([("offer_id", "=", self.offer.id)]))

    def test_ended_offer_is_not_advised(self):
        self.offer.date_to = fields.Date.today() - timedelta(days=1)
        self.assertFalse(self._advise())

    def test_what_rewards_cost(self):
        gift = self.env["product.product"].create(
            {"name": "Cup", "standard_price": 3, "list_price": 9}
        )
        for reward, cost in (
            ({"discount": 50, "discount_max_amount": 4}, 4),
            ({"discount": 3, "discount_mode": "per_order"}, 3),
            (
                {
                    "reward_type": "product",
                    "reward_product_id": gift.id,
                    "reward_product_qty": 2,
                },
                6,
            ),
        ):
            offer = self._make_offer("Other", **reward)
            self._advise()
            self.assertEqual(self._advice(self.late, offer).use_cost, cost, reward)

    def test_dearest_of_several_rewards_counts(self):
        self.offer.reward_ids = [Command.create({"discount": 20})]
        self._advise()
        self.assertEqual(self._advice(self.late).use_cost, 20)

    def test_gift_of_no_product_has_no_known_cost(self):
        tag = self.env["product.tag"].create({"name": "Nothing"})
        self.offer.reward_ids.write(
            {"reward_type": "product", "reward_product_tag_id": tag.id}
        )
        self._advise()
        advice = self._advice(self.late)
        self.assertEqual((advice.verdict, advice.reason_code), ("unclear", "no_cost"))

    def test_amounts_are_in_the_company_s_currency(self):
        """An offer of 5 in a currency worth half costs 2.50."""
        other = self.env["res.currency"].create({"name": "XHA", "symbol": "h"})
        self.env["res.currency.rate"].create(
            {"currency_id": other.id, "rate": 2, "name": "2020-01-01"}
        )
        offer = self._make_offer("Half", discount=5, discount_mode="per_order")
        offer.currency_id = other
        self._advise()
        self.assertEqual(self._advice(self.late, offer).use_cost, 2.5)

    def test_each_company_has_its_own_advice(self):
        other = self.env["res.company"].create(
            {"name": "Elsewhere", "value_cutoff": TODAY, "advice_response": 0.01}
        )
        self.offer.company_id = False
        self._give_value(
            self.late, alive=0.4, silent=70, lifecycle="at_risk", company=other
        )
        self._advise()
        self._advise(other)
        verdicts = {
            advice.company_id: advice.verdict for advice in self._advice(self.late)
        }
        self.assertEqual(verdicts, {self.company: "give", other: "withhold"})

    def test_queries_do_not_grow_with_customers(self):
        def queries():
            effect = self._advise()
            effect.write({"fitted_on": False, "advised_on": False, "last_partner": 0})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            while not effect.advised_on:
                effect._work(10_000)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        few = queries()
        partners = self.env["res.partner"].create([{"name": str(n)} for n in range(60)])
        self.values.create(
            [
                self._value_of(partner, alive=0.4, silent=70, lifecycle="at_risk")
                for partner in partners
            ]
        )
        self.assertLessEqual(queries(), few)
        self.assertEqual(len(self.advices.search([])), 64)
