from ast import literal_eval
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .policy_common import DAY, PolicyCommon

JANUARY, MARCH, APRIL = date(2027, 1, 1), date(2027, 3, 31), date(2027, 4, 1)
JUNE, JULY, DECEMBER = date(2027, 6, 30), date(2027, 7, 1), date(2027, 12, 31)


@tagged("post_install", "-at_install")
class TestExclusivity(PolicyCommon):
    """Never more partners hold a scope alone than the policy has room for."""

    def test_periods_that_touch_are_refused(self):
        """C011: the last day belongs to the first one."""
        held = self._alone(
            self.a, self.juice, self.north, date_from=JANUARY, date_to=MARCH
        )
        with self.assertRefused(held):
            self._alone(self.b, self.juice, self.north, date_from=MARCH)
        later = self._alone(self.b, self.juice, self.north, date_from=APRIL)
        self._commit()
        self.assertEqual(later.state, "active")

    def test_without_an_end_it_is_for_ever(self):
        """C011: no end is for ever."""
        held = self._alone(self.a, self.juice, self.north, date_from=JANUARY)
        with self.assertRefused(held):
            self._alone(
                self.b,
                self.juice,
                self.north,
                date_from=JANUARY + relativedelta(years=2),
            )

    def test_scopes_meet_above_and_below(self):
        held = self._alone(self.a, self.juice, self.north)
        for category in (None, self.drinks, self.juice):
            for territory in (None, self.country, self.north, self.city):
                with self.assertRefused(held):
                    self._alone(self.b, category, territory)
        self._alone(self.b, self.bread, self.north)
        self._alone(self.b, self.juice, self.south)
        self._commit()

    def test_every_field_of_the_scope_is_looked_at(self):
        """C012: to edit one day is to claim it."""
        first = self._alone(self.a, self.juice, self.north, date_to=JUNE)
        second = self._alone(
            self.b, self.juice, self.north, date_from=JULY, date_to=DECEMBER
        )
        self._commit()
        with self.assertRefused(first):
            second.date_from = JUNE
        with self.assertRefused(second):
            first.date_to = JULY
        elsewhere = self._alone(self.c, self.bread, self.south, date_to=JUNE)
        shared = self._agreement(self.c, self.juice, self.north)
        self._commit()
        with self.assertRefused(first):
            elsewhere.write({"category_id": self.drinks.id, "territory_id": False})
        with self.assertRefused(first):
            shared.exclusive = True
        own = self._alone(self.a, self.juice, self.city, date_to=JUNE)
        self._commit()
        with self.assertRefused(first):
            own.partner_id = self.b

    def test_two_adjoining_ones_are_moved_in_one_save(self):
        first = self._alone(self.a, self.juice, self.north, date_to=JUNE)
        second = self._alone(self.b, self.juice, self.north, date_from=JULY)
        self._commit()
        # in between they overlap by a month
        first.date_to = date(2027, 7, 31)
        second.date_from = date(2027, 8, 1)
        self._commit()
        with self.assertRefused(second):
            first.date_to = date(2027, 8, 1)

    def test_the_capacity_of_the_policy_is_room_for_as_many(self):
        """C013: the third is told both who hold it."""
        self._policy(
            "Two",
            kind="exclusive",
            capacity=2,
            category_id=self.drinks.id,
            territory_id=self.country.id,
        )
        first = self._alone(self.a, self.juice, self.north)
        second = self._alone(self.b, self.juice, self.north)
        self._commit()
        with self.assertRefused(first, second):
            self._alone(self.c, self.juice, self.north)

    def test_six_are_allowed(self):
        """C013: six where the policy says so."""
        policy = self._policy(kind="exclusive", capacity=6)
        self.assertIn("more than 5", policy.capacity_warning)
        partners = self.env["res.partner"].create(
            [{"name": f"P{number}", "is_company": True} for number in range(7)]
        )
        for partner in partners[:6]:
            self._alone(partner, self.juice, self.north)
        self._commit()
        with self.assertRefused():
            self._alone(partners[6], self.juice, self.north)

    def test_a_suspended_one_keeps_its_scope(self):
        """C014: it is refused, then the first one goes on."""
        held = self._alone(self.a, self.juice, self.north)
        held.action_suspend()
        self._commit()
        self.assertFalse(self._in_scope(self.juice, self.north))
        with self.assertRefused(held):
            self._alone(self.b, self.juice, self.north)
        held.action_activate()
        self._commit()
        self.assertEqual(held.state, "active")
        self.assertEqual(self._in_scope(self.juice, self.north), self.a)

    @freeze_time(datetime(2027, 3, 10, 12))
    def test_an_ended_one_sets_its_scope_free(self):
        held = self._alone(self.a, self.juice, self.north, date_to=DECEMBER)
        held.action_end()
        self.assertRecordValues(
            held, [{"state": "ended", "date_to": date(2027, 3, 10)}]
        )
        self._alone(self.b, self.juice, self.north)
        self._commit()

    def test_beside_drafts_and_those_of_the_same_partner(self):
        self._draft(self.a, self.juice, self.north, exclusive=True)
        first = self._alone(self.b, self.juice, self.north)
        second = self._alone(self.b, self.drinks, self.city)
        self._commit()
        self.assertEqual((first | second).mapped("state"), ["active", "active"])

    def test_where_the_policy_is_not_exclusive_nobody_is_alone(self):
        policy = self._policy("Many", kind="selective", category_id=self.drinks.id)
        with self.assertRefused("selective by “Many”"):
            self._alone(self.a, self.juice, self.north)
        self._alone(self.a, self.bread, self.north)
        self._agreement(self.a, self.juice, self.north)
        self._commit()
        # another capacity for those who were there before changes nothing for them
        policy.write({"kind": "exclusive", "capacity": 2})
        first = self._alone(self.a, self.juice, self.north)
        self._alone(self.b, self.juice, self.north)
        self._commit()
        policy.capacity = 1
        first.write({"notice_days": 10, "date_to": DECEMBER})
        self._commit()

    def test_to_give_up_a_part_takes_nothing_from_anybody(self):
        policy = self._policy(kind="exclusive", capacity=2)
        self._alone(self.a, self.drinks, self.north)
        second = self._alone(self.b, self.drinks, self.north)
        self._commit()
        policy.capacity = 1
        second.write({"category_id": self.juice.id, "date_to": DECEMBER})
        self._commit()
        with self.assertRefused():
            second.date_to = False

    def test_a_tree_that_is_moved_is_looked_at_too(self):
        held = self._alone(self.a, self.drinks, self.north)
        self._alone(self.b, self.bread, self.north)
        self._alone(self.c, self.drinks, self.south)
        self._commit()
        with self.assertRefused(held):
            self.bread.parent_id = self.juice
        with self.assertRefused(held):
            self.south.parent_id = self.city

    def test_created_in_force_by_the_system_it_is_looked_at(self):
        held = self._alone(self.a, self.juice)
        with self.assertRefused(held):
            self._draft(self.b, exclusive=True, state="active")

    def test_whom_it_meets_is_shown_before(self):
        held = self._alone(self.a, self.juice, self.north)
        for exclusive in (True, False):
            with Form(self.agreements) as form:
                form.partner_id = self.b
                form.date_from = DAY
                form.exclusive = exclusive
                self.assertIn(held.display_name, form.overlap_warning)
                form.territory_id = self.south
                self.assertFalse(form.overlap_warning)
        self._policy(kind="exclusive", capacity=2)
        second = self._alone(self.b, self.juice, self.north)
        self.assertFalse(second.overlap_warning)
        third = self._draft(self.c, self.juice, self.north, exclusive=True)
        self.assertIn(held.display_name, third.overlap_warning)
        self.assertIn(second.display_name, third.overlap_warning)

    def test_only_active_sales_are_restricted(self):
        """C015: what is not known is not active."""
        held = self._alone(self.a, self.juice, self.north)
        found = {
            sale: held._restricts(sale) for sale in ("active", "passive", "unknown")
        }
        self.assertEqual(found, {"active": True, "passive": False, "unknown": False})
        shared = self._agreement(self.b, self.bread, self.north)
        self.assertFalse(shared._restricts("active"))


@tagged("post_install", "-at_install")
class TestAgreements(PolicyCommon):
    """What partners were promised, and what becomes of it by date."""

    def test_in_scope_by_nearness_then_by_what_the_partner_is(self):
        wide = self._agreement(self.a)
        near = self._agreement(self.c, self.juice, self.city)
        same = self._agreement(self.b, self.juice, self.city)
        goods = self._agreement(self.a, self.juice, self.country)
        alone = self._alone(self.a, self.drinks, self.north, date_to=JUNE)
        for outside in (
            {"category": self.bread},
            {"territory": self.south},
            {"date_from": JULY},
            {"date_to": DAY, "date_from": DAY},
        ):
            scope = {"category": self.juice, "territory": self.city} | outside
            self._agreement(self.b, scope.pop("category"), **scope)
        self._draft(self.b, self.juice, self.city)
        day = DAY + timedelta(1)
        (ids,) = self.agreements._in_scope([self._question(self.juice, self.city, day)])
        self.assertEqual(ids, (alone | same | near | goods | wide).ids)

    def test_a_district_is_covered_by_the_agreement_of_its_province(self):
        self._agreement(self.a, self.drinks, self.north)
        self.assertEqual(self._in_scope(self.juice, self.city), self.a)
        self.assertFalse(self._in_scope(self.juice, self.country))
        self.assertFalse(self._in_scope(None, self.city))

    def test_many_questions_are_few_queries(self):
        for partner in (self.a, self.b, self.c):
            self._agreement(partner, self.juice, self.north)
        questions = [
            self._question(category, territory, DAY + timedelta(number))
            for number in range(100)
            for category in (self.juice, self.bread)
            for territory in (self.city, self.south)
        ]
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(4):
            self.agreements._in_scope(questions)

    def test_equals_do_not_hang_on_the_sequence_in_which_they_were_made(self):
        ways = []
        for names in (("Xa", "Xb"), ("Xb", "Xa")):
            partners = self.env["res.partner"].create(
                [{"name": name, "is_company": True} for name in names]
            )
            for partner in partners:
                self._agreement(partner, self.juice, self.city)
            found = self._in_scope(self.juice, self.city) & partners
            ways.append(found.mapped("name"))
        self.assertEqual(ways[0], ways[1])

    def test_an_archived_partner_keeps_its_scope_and_gets_nothing(self):
        """C018: it stands in a list until it is ended."""
        held = self._alone(self.a, self.juice, self.north)
        self.assertEqual(self._in_scope(self.juice, self.north), self.a)
        self.a.active = False
        self.assertFalse(self._in_scope(self.juice, self.north))
        with self.assertRefused(held):
            self._alone(self.b, self.juice, self.north)
        action = self.env.ref(
            "crm_distribution.distribution_agreement_action_no_partner"
        )

        domain = literal_eval(action.domain)
        self.assertIn(held, self.agreements.search(domain))
        held.action_end()
        self.assertNotIn(held, self.agreements.search(domain))
        draft = self._draft(self.a, self.bread)
        with self.assertRaisesRegex(UserError, "archived"):
            draft.action_activate()

    def test_one_agrees_with_the_company_not_with_a_contact(self):
        contact = self.env["res.partner"].create(
            {"name": "Dara", "parent_id": self.a.id}
        )
        with self.assertRefused(self.a):
            self._draft(contact)

    def test_notice_is_given_once_for_an_end(self):
        with freeze_time(datetime(2027, 5, 30, 12)):
            agreement = self._agreement(self.a, date_to=JUNE, notice_days=30)
            self._agreement(self.b)
            self.env.ref("crm_distribution.cron_give_notice")
            self._give_notice()
            self.assertFalse(agreement.activity_ids)
        with freeze_time(datetime(2027, 5, 31, 12)):
            self._give_notice()
            self._give_notice()
            (activity,) = agreement.activity_ids
            self.assertEqual(activity.date_deadline, JUNE)
            self.assertEqual(activity.user_id, agreement.user_id)
            # put off: the notice is of that day then
            agreement.date_to = DECEMBER
            self._give_notice()
            self.assertEqual(len(agreement.activity_ids), 1)
        with freeze_time(datetime(2027, 12, 1, 12)):
            self._give_notice()
            self.assertEqual(len(agreement.activity_ids), 2)

    def _give_notice(self):
        self.agreements.search(self.agreements._notice_domain())._give_notice()

    def test_it_renews_itself_on_its_last_day(self):
        with freeze_time(datetime(2027, 6, 29, 12)):
            agreement = self._alone(
                self.a,
                self.juice,
                date_to=JUNE,
                renewal="automatic",
                renewal_months=8,
            )
            self.assertNotIn(
                agreement, self.agreements.search(self.agreements._renewal_domain())
            )
        with freeze_time(datetime(2027, 6, 30, 12)):
            self._renew()
            # eight whole months
            self.assertEqual(agreement.date_to, date(2028, 2, 29))
            self._renew()
            self.assertEqual(agreement.date_to, date(2028, 2, 29))

    def test_it_does_not_renew_into_the_time_of_another(self):
        with freeze_time(datetime(2027, 6, 30, 12)):
            agreement = self._alone(
                self.a, self.juice, date_to=JUNE, renewal="automatic"
            )
            next_one = self._alone(self.b, self.juice, date_from=JULY)
            self._commit()
            self._renew()
            self.assertRecordValues(agreement, [{"date_to": JUNE, "renewal": "none"}])
            self.assertIn(next_one.display_name, agreement.activity_ids.summary)

    def _renew(self):
        self.agreements.search(self.agreements._renewal_domain())._renew_by_date()

    def test_the_jobs_run_as_the_scheduler_runs_them(self):
        with freeze_time(datetime(2027, 6, 30, 12)):
            agreement = self._agreement(self.a, date_to=JUNE, renewal="automatic")
            self.env.flush_all()
            with self.enter_registry_test_mode():
                for name in ("cron_give_notice", "cron_renew_agreements"):
                    self.env.ref(f"crm_distribution.{name}").method_direct_trigger()
            agreement.invalidate_recordset()
            self.assertTrue(agreement.activity_ids)
            self.assertEqual(agreement.date_to, date(2028, 6, 30))

    def test_terms_of_days_that_are_over_stay(self):
        with freeze_time(datetime(2027, 3, 1, 12)):
            agreement = self._draft(self.a)
            Term = self.env["distribution.agreement.term"]
            first = Term.create(
                {"agreement_id": agreement.id, "name": "30 days", "quota": 3}
            )
            first.name = "30 days net"
            agreement.action_activate()
        with freeze_time(datetime(2027, 3, 10, 12)):
            for change in (
                lambda: first.write({"quota": 9}),
                first.unlink,
                lambda: first.copy({"date_from": date(2027, 3, 9)}),
            ):
                with self.assertRaises(UserError):
                    change()
            # whoever may not write it is told so first
            with self.assertRaises(AccessError):
                first.with_user(self.user).write({"quota": 9})
            second = first.copy({"date_from": date(2027, 3, 10), "quota": 0})
            with self.assertRaises(UserError):
                second.date_from = date(2027, 3, 5)
            self.assertEqual([first.quota, second.quota], [3, 0])
            self.assertEqual(second.date_from, date(2027, 3, 10))

    def test_the_state_is_changed_by_its_buttons_alone(self):
        agreement = self._draft(self.a).with_user(self.manager)
        for values in ({"state": "active"}, {"noticed_on": DAY}):
            with self.assertRaises(AccessError):
                agreement.write(values)
            # nor beside what one may write
            with self.assertRaises(AccessError):
                agreement.write({"date_to": DECEMBER, **values})
        agreement.action_activate()
        with self.assertRaises(UserError):
            agreement.unlink()
        for action in ("action_suspend", "action_end", "action_renew"):
            with self.assertRaises(AccessError):
                getattr(agreement.with_user(self.user), action)()

    def test_another_company_sees_and_links_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        agreement = self._agreement(self.a)
        self.manager.write({"company_ids": other.ids, "company_id": other.id})
        agreements = self.agreements.with_user(self.manager)
        self.assertFalse(agreements.search([("id", "=", agreement.id)]))
        with self.assertRaises(AccessError):
            agreement.with_user(self.manager).action_suspend()
        self.a.company_id = self.company
        with self.assertRaises(ValidationError):
            self._draft(self.a, company_id=other.id)
        # and does not stand in the way
        self._alone(self.b)
        self.agreements.create(
            {
                "partner_id": self.c.id,
                "company_id": other.id,
                "exclusive": True,
                "date_from": DAY,
            }
        ).action_activate()
        self._commit()

    def test_the_first_agreement_step_by_step(self):
        held = self._alone(self.b, self.juice, self.north)
        self._commit()
        wizard = (
            self.env["distribution.agreement.start"]
            .with_user(self.manager)
            .create({"partner_id": self.a.id, "date_from": DAY, "terms": "30 days"})
        )
        wizard.action_next()
        wizard.write({"territory_id": self.north.id, "exclusive": True})
        wizard.action_next()
        wizard.action_back()
        wizard.action_next()
        wizard.action_next()
        self.assertEqual(wizard.step, "check")
        self.assertIn(held.display_name, wizard.overlap_warning)
        self.assertEqual(wizard.decision, "No policy covers this.")
        with self.assertRefused(held):
            wizard.action_finish()
        wizard.category_id = self.bread
        self.assertFalse(wizard.overlap_warning)
        agreement = self.agreements.browse(wizard.action_finish()["res_id"])
        self.assertRecordValues(
            agreement,
            [
                {
                    "partner_id": self.a.id,
                    "state": "active",
                    "exclusive": True,
                    "category_id": self.bread.id,
                    "territory_id": self.north.id,
                }
            ],
        )
        self.assertEqual(agreement.term_ids.name, "30 days")
