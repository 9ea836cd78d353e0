from datetime import date, datetime, timedelta
from itertools import product

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from .policy_common import DAY, PolicyCommon


@tagged("post_install", "-at_install")
class TestPolicies(PolicyCommon):
    """One policy decides for any goods, place and day, and says why."""

    def test_the_category_goes_before_the_territory_and_the_loser_is_named(self):
        """C008: category depth before territory depth."""
        drinks = self._policy(
            "P", kind="exclusive", category_id=self.drinks.id, territory_id=self.city.id
        )
        juice = self._policy(
            "Q", category_id=self.juice.id, territory_id=self.country.id
        )
        decision = self._decide(self.juice, self.city)
        self.assertEqual(decision.policy_id, juice.id)
        self.assertEqual(decision.lost_ids, (drinks.id,))
        self.assertEqual(
            decision.sentence,
            "“Q” decides: its product category is closer than that of “P”.",
        )
        self.assertEqual(self._decide(self.drinks, self.city).policy_id, drinks.id)

    def test_a_policy_of_a_province_holds_for_its_districts(self):
        province = self._policy(territory_id=self.north.id)
        for territory in (self.north, self.city):
            self.assertEqual(self._decide(self.juice, territory).policy_id, province.id)
        for territory in (self.country, self.south, None):
            decision = self._decide(self.juice, territory)
            self.assertFalse(decision.policy_id)
            self.assertEqual(decision.sentence, "No policy covers this.")

    def test_the_later_start_then_the_newer_one(self):
        first = self._policy("First", date_from=DAY - timedelta(1))
        second = self._policy("Second")
        third = self._policy("Third")
        decision = self._decide(self.juice)
        self.assertEqual(decision.policy_id, third.id)
        self.assertEqual(decision.lost_ids, (second.id, first.id))
        self.assertIn("made later than “Second”", decision.sentence)
        third.action_end()
        self.assertIn("began later than “First”", self._decide(self.juice).sentence)

    def test_a_policy_of_one_day_holds_all_of_it(self):
        """C009: from the first to the last minute of that day."""
        day = date(2027, 5, 27)
        policy = self._policy(date_from=day, date_to=day)
        self.company.partner_id.tz = "Asia/Tehran"
        # from the first to the last minute there
        for moment in (datetime(2027, 5, 26, 20, 30), datetime(2027, 5, 27, 20, 29)):
            with freeze_time(moment):
                today = self.company._today()
            found = self._decide(self.juice, None, today).policy_id
            self.assertEqual(found, policy.id)
        for beside in (day - timedelta(1), day + timedelta(1)):
            self.assertFalse(self._decide(self.juice, None, beside).policy_id)

    def test_the_day_is_the_companys_own(self):
        """C010: half past ten in the evening is still that day."""
        self.company.partner_id.tz = "America/Bogota"
        first = self._policy(date_to=date(2027, 3, 31))
        second = self._policy(date_from=date(2027, 4, 1))
        with freeze_time(datetime(2027, 4, 1, 3, 30)):
            today = self.company._today()
        self.assertEqual(self._decide(self.juice, None, today).policy_id, first.id)
        with freeze_time(datetime(2027, 4, 1, 5, 0)):
            today = self.company._today()
        self.assertEqual(self._decide(self.juice, None, today).policy_id, second.id)

    def test_drafts_and_other_companies_decide_nothing(self):
        self.policies.create({"name": "Draft", "date_from": DAY})
        other = self.env["res.company"].create({"name": "Other"})
        self._policy(company_id=other.id)
        self.assertFalse(self._decide(self.juice).policy_id)

    @freeze_time(datetime(2027, 3, 10, 12))
    def test_an_ended_policy_still_says_what_held_before(self):
        policy = self._policy()
        policy.action_end()
        self.assertRecordValues(
            policy, [{"state": "ended", "date_to": date(2027, 3, 9)}]
        )
        self.assertFalse(self._decide(self.juice, None, date(2027, 3, 10)).policy_id)
        decision = self._decide(self.juice, None, date(2027, 3, 9))
        self.assertEqual(decision.policy_id, policy.id)
        same_day = self._policy(date_from=date(2027, 3, 10))
        same_day.action_end()
        self.assertFalse(self._decide(self.juice, None, date(2027, 3, 10)).policy_id)

    def test_a_thousand_questions_are_two_queries(self):
        self._policy(category_id=self.drinks.id)
        self._policy(territory_id=self.north.id)
        questions = [
            self._question(category, territory, DAY + timedelta(number))
            for number in range(100)
            for category in (self.juice, self.bread, None)
            for territory in (self.city, self.south, None)
        ]
        self.env.flush_all()
        with self.assertQueryCount(2):
            decisions = self.policies._decide(questions)
        self.assertEqual(len(decisions), 900)

    def test_goals_in_the_database_are_those_of_the_policy_that_decides(self):
        categories = [None, self.drinks, self.juice, self.bread]
        territories = [None, self.country, self.north, self.city, self.south]
        for number, (category, territory) in enumerate(
            product(categories, territories)
        ):
            if number % 3 == 1:
                continue
            self._policy(
                f"P{number}",
                category_id=category and category.id,
                territory_id=territory and territory.id,
                date_from=DAY + timedelta(number % 4),
                date_to=number % 2 and DAY + timedelta(5),
                goal_numeric=number,
            )
        questions = [
            self._question(category, territory, DAY + timedelta(days))
            for category in categories
            for territory in territories
            for days in range(-1, 8)
        ]
        columns = [list(column) for column in zip(*questions, strict=True)]
        source = SQL(
            "SELECT * FROM unnest(%s::int[], %s::int[], %s::int[], %s::date[])"
            " WITH ORDINALITY AS q (company_id, category_id, territory_id, day, id)",
            columns[0],
            [value or None for value in columns[1]],
            [value or None for value in columns[2]],
            columns[3],
        )
        rows = self.env.execute_query(self.policies._goals_sql(source))
        found = {row[0]: (row[1], row[3]) for row in rows}
        decisions = self.policies._decide(questions)
        self.assertGreater(len({decision.policy_id for decision in decisions}), 8)
        for number, decision in enumerate(decisions, 1):
            policy = self.policies.browse(decision.policy_id or ())
            expected = (policy.id, policy.goal_numeric) if policy else None
            self.assertEqual(found.get(number), expected, questions[number - 1])

    def test_more_than_five_are_allowed_with_a_warning(self):
        """C013: six are allowed, with a warning."""
        policy = self._policy(kind="exclusive", capacity=5)
        self.assertFalse(policy.capacity_warning)
        policy.capacity = 6
        self.assertIn("more than 5", policy.capacity_warning)
        self.company.distribution_exclusive_most = 6
        self.assertFalse(policy.capacity_warning)
        policy.write({"kind": "selective", "capacity": 9})
        self.assertFalse(policy.capacity_warning)

    def test_what_cannot_be_is_refused(self):
        for values in ({"goal_numeric": 101}, {"goal_weighted": -1}):
            with self.assertRaises(UserError):
                self._policy(**values)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._policy(kind="exclusive", capacity=0)
        policy = self._policy()
        with self.assertRaises(UserError):
            policy.unlink()
        self.policies.create({"name": "Draft"}).unlink()

    def test_the_state_is_changed_by_its_buttons_alone(self):
        policy = self.policies.with_user(self.manager).create({"name": "P"})
        with self.assertRaises(AccessError):
            policy.state = "active"
        with self.assertRaises(AccessError):
            policy.create({"name": "P", "state": "active"})
        sent = policy.with_context(default_state="active").create({"name": "P"})
        self.assertEqual(sent.state, "draft")
        policy.action_activate()
        self.assertEqual(policy.state, "active")
        with self.assertRaises(AccessError):
            policy.with_user(self.user).action_end()

    def test_a_proposal_by_kind_of_goods_says_why(self):
        found = {}
        for kind in ("convenience", "shopping", "specialty", "unsought"):
            form = Form(self.env["distribution.policy.propose"])
            form.goods_kind = kind
            form.category_id = self.juice
            self.assertTrue(form.reason)
            found[kind] = form.kind
        self.assertEqual(
            found,
            {
                "convenience": "intensive",
                "shopping": "selective",
                "specialty": "exclusive",
                "unsought": "selective",
            },
        )
        action = form.save().action_create()
        policy = self.policies.browse(action["res_id"])
        self.assertRecordValues(
            policy,
            [
                {
                    "state": "draft",
                    "kind": "selective",
                    "goods_kind": "unsought",
                    "category_id": self.juice.id,
                }
            ],
        )


@tagged("post_install", "-at_install")
class TestPolicyChanges(PolicyCommon):
    """Whoever changes a policy is told which promises he changes."""

    def setUp(self):
        super().setUp()
        self.enterContext(freeze_time(datetime(2027, 3, 10, 12)))
        self.policy = self._policy(
            "Drinks alone", kind="exclusive", category_id=self.drinks.id
        )
        self.held = self._alone(self.a, self.juice, self.north)
        self.other = self._alone(self.b, self.bread, self.north)
        self._commit()

    def test_the_form_lists_them_before_it_is_saved(self):
        with Form(self.policy) as form:
            self.assertFalse(form.change_warning)
            form.kind = "selective"
            self.assertIn(self.held.display_name, form.change_warning)
            self.assertIn("contradicts", form.change_warning)
            self.assertNotIn(self.other.display_name, form.change_warning)
            form.kind = "exclusive"
            self.assertFalse(form.change_warning)
            form.conflict_handling = "block"
            self.assertFalse(form.change_warning)

    def test_a_draft_lists_whom_activating_it_concerns(self):
        draft = self.policies.create(
            {"name": "New", "kind": "intensive", "category_id": self.bread.id}
        )
        self.assertIn(self.other.display_name, draft.change_warning)
        self.assertNotIn(self.held.display_name, draft.change_warning)

    def test_its_history_keeps_whose_promise_changed(self):
        before = self._messages(self.policy)
        self.policy.capacity = 2
        told = self._messages(self.policy) - before
        self.assertIn(self.held.display_name, "".join(map(str, told.mapped("body"))))
        self.policy.action_end()
        self.assertIn("no policy", str(self._messages(self.policy)[0].body))

    def test_a_closer_policy_shields_its_agreements(self):
        self._policy("Juice", kind="exclusive", category_id=self.juice.id)
        self.policy.kind = "intensive"
        self.assertFalse(self.policy._changes([self.policy._rule()]))

    def test_what_if_names_agreements_and_changes_nothing(self):
        form = Form.from_action(self.env, self.policy.action_what_if())
        self.assertEqual(form.kind, "exclusive")
        form.kind = "selective"
        wizard = form.save()
        self.assertRecordValues(
            wizard.line_ids,
            [
                {
                    "agreement_id": self.held.id,
                    "day": date(2027, 3, 10),
                    "before": "exclusive for 1 by “Drinks alone”",
                    "contradicts": True,
                }
            ],
        )
        self.assertEqual(self.policy.kind, "exclusive")
        wizard.action_apply()
        self.assertEqual(self.policy.kind, "selective")
        # what was promised stays
        self.assertEqual(self.held.state, "active")

    def test_what_if_counts_leads_and_orders_that_lose_their_place(self):
        iran = self.env.ref("base.ir")
        self.north.area_ids = [Command.create({"country_id": iran.id})]
        self.c.write(
            {
                "country_id": iran.id,
                "distribution_level_id": self.env.ref(
                    "crm_distribution.level_retailer"
                ).id,
            }
        )
        self.a.write(
            {
                "country_id": iran.id,
                "distribution_level_id": self.c.distribution_level_id.id,
            }
        )
        product = self.env["product.product"].create(
            {"name": "Apple Juice", "categ_id": self.juice.id}
        )
        held, without = self.env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "order_line": [Command.create({"product_id": product.id})],
                }
                for partner in (self.a, self.c)
            ]
        )
        lead = self.env["crm.lead"].create(
            {
                "name": "A shop asks for juice",
                "country_id": iran.id,
                "distribution_category_id": self.juice.id,
            }
        )
        self.assertEqual(lead.distribution_state, "offered")
        form = Form.from_action(self.env, self.policy.action_what_if())
        form.kind = "selective"
        wizard = form.save()
        self.assertEqual(wizard.order_ids & (held | without), without)
        (line,) = wizard.line_ids
        self.assertEqual((line.agreement_id, line.lead_count), (self.held, 1))
        self.assertEqual(line.action_open_leads()["domain"], [("id", "in", lead.ids)])
        wizard.kind = "intensive"
        self.assertFalse(wizard.order_ids)

    def test_what_if_is_the_managers(self):
        wizard = self.env["distribution.policy.what.if"].with_user(self.user)
        with self.assertRaises(AccessError):
            wizard.create({"policy_id": self.policy.id})

    def _handled(self, handling, outlets):
        shops = self.env["distribution.outlet"].create(
            [
                {"name": f"Shop {number}", "country_id": self.env.ref("base.ir").id}
                for number in range(outlets)
            ]
        )
        self.env["distribution.handling"].create(
            [
                {
                    "outlet_id": shop.id,
                    "category_id": self.juice.id,
                    "date": date(2027, 3, 1),
                    "kind": "sale",
                }
                for shop in shops[:handling]
            ]
        )

    def test_coverage_knows_the_goal_and_what_is_missing(self):
        self._handled(3, 4)
        self.policy.write({"goal_numeric": 90, "goal_weighted": 50})
        rows = self.env["distribution.coverage"].search([])
        juice = rows.filtered(lambda row: row.category_id == self.juice)
        self.assertRecordValues(
            juice,
            [
                {
                    "numeric_distribution": 75,
                    "policy_id": self.policy.id,
                    "goal_numeric": 90,
                    "gap_numeric": 15,
                    # nobody said what they turn over
                    "gap_weighted": 0,
                }
            ],
        )
        self.assertIn(juice, rows.search([("gap_numeric", ">", 0)]))
        self.assertNotIn(juice, rows.search([("gap_weighted", ">", 0)]))
        self.policy.goal_numeric = 75
        self.assertNotIn(juice, rows.search([("gap_numeric", ">", 0)]))
        self.policy.action_end()
        juice.invalidate_recordset()
        self.assertFalse(juice.policy_id)

    def test_what_if_shows_goals_won_and_lost(self):
        self._handled(3, 4)
        self.policy.goal_numeric = 70
        form = Form.from_action(self.env, self.policy.action_what_if())
        form.goal_numeric = 90
        wizard = form.save()
        juice = wizard.goal_ids.filtered(lambda one: one.category_id == self.juice)
        self.assertRecordValues(
            juice,
            [
                {
                    "measure": "numeric",
                    "actual": 75,
                    "before": 70,
                    "after": 90,
                    "gap_before": 0,
                    "gap_after": 15,
                }
            ],
        )
        self.assertIn("less of its goal in 0 areas and goods", wizard.summary)
        self.assertRegex(wizard.summary, "and more in [1-9]")
        # asked for less, what was missed is reached
        self.policy.goal_numeric = 90
        again = self.env["distribution.policy.what.if"].create(
            {"policy_id": self.policy.id}
        )
        again.goal_numeric = 60
        won = again.goal_ids.filtered(lambda one: one.category_id == self.juice)
        self.assertRecordValues(won, [{"gap_before": 15, "gap_after": 0}])
        self.assertRegex(again.summary, "less of its goal in [1-9]")
        self.assertIn("and more in 0", again.summary)
