from datetime import datetime, time, timedelta

import numpy as np

from odoo.tests import tagged

from odoo.addons.crm_loyalty.models.value.value_words import attribute_name, phrase
from odoo.addons.crm_loyalty.tests.common import TODAY
from odoo.addons.crm_loyalty.tests.value.attribute_common import DAYS, AttributeCommon
from odoo.addons.crm_suite.tools.columns import day_number

NAMES = ("open_complaints", "complaints", "late_answers", "satisfaction", "unanswered")


class SignalCommon(AttributeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["ecrm.team"].create(
            {"name": "Support", "sequence": -1, "assigns": False, "calendar_id": False}
        )

    @classmethod
    def _at(cls, days_ago, hour=12):
        return datetime.combine(TODAY - timedelta(days=days_ago), time(hour))

    @classmethod
    def _complain(cls, told):
        """Complaints of a customer that came in and were solved so many days ago.

        :param told: rows of customer, day, and day of the solution if there was one
        """
        cases = (
            cls.env["ecrm.case"]
            .sudo()
            .create(
                [
                    {
                        "name": "It leaks",
                        "kind": "complaint",
                        "partner_id": partner.id,
                        "team_id": cls.team.id,
                        "opened_on": cls._at(day),
                    }
                    for partner, day, _solved in told
                ]
            )
        )
        for case, (_partner, _day, solved) in zip(cases, told, strict=True):
            if solved is not None:
                case.episode_id.solved_on = cls._at(solved)
        return cases


@tagged("post_install", "-at_install")
class TestVoiceSignals(SignalCommon):
    """What customers told us, as it was known on a day, and nothing that came later."""

    def _known(self, days_ago, *customers):
        self.env.flush_all()
        until = TODAY - timedelta(days=days_ago)
        run = self.runs.new({"company_id": self.company.id, "cutoff": until})
        customers = customers or (self.customer,)
        ids = np.sort([customer.id for customer in customers])
        columns = {"customer": ids}
        found = {
            signal.name: run._read_attribute(
                signal, columns, until, day_number(until)
            ).values
            for signal in run._allowed_signals()
            if signal.name in NAMES
        }
        place = {customer: list(ids).index(customer.id) for customer in customers}
        return {
            name: [
                None if np.isnan(values[place[one]]) else float(values[place[one]])
                for one in customers
            ]
            for name, values in found.items()
        }

    def _asked(self, partner, asked, answered=None, score=0, metric="nps"):
        touchpoint = self.env["ecrm.touchpoint"].create(
            {"name": "How was it?", "metric": metric, "follow_up": False}
        )
        return (
            self.env["ecrm.feedback"]
            .sudo()
            .create(
                {
                    "name": "How was it?",
                    "touchpoint_id": touchpoint.id,
                    "metric": metric,
                    "company_id": self.company.id,
                    "partner_id": partner.id,
                    "res_model": "res.partner",
                    "res_id": partner.id,
                    "asked_on": self._at(asked),
                    "valid_until": self._at(asked - 14),
                    "answered_on": answered is not None and self._at(answered),
                    "state": "asked" if answered is None else "answered",
                    "score": score,
                }
            )
        )

    def test_complaints_are_open_from_their_day_until_they_were_solved(self):
        self._complain([(self.customer, 60, 40), (self.customer, 50, None)])
        contact = self.customer.create({"name": "Eli", "parent_id": self.customer.id})
        self._complain([(contact, 400, 390)])
        for days_ago, open_, received in (
            (401, 0, 0),
            (400, 1, 1),
            (391, 1, 1),
            (390, 0, 1),
            (61, 0, 1),
            (60, 1, 2),
            (50, 2, 3),
            (41, 2, 3),
            (40, 1, 3),
            # a year after the first one
            (34, 1, 2),
            (0, 1, 2),
        ):
            known = self._known(days_ago)
            self.assertEqual(
                (known["open_complaints"], known["complaints"]),
                ([open_], [received]),
                days_ago,
            )

    def test_a_reopened_complaint_is_open_again_from_then_on(self):
        case = self._complain([(self.customer, 60, 40)])
        case._begin_episode("reopened", self._at(20))
        for days_ago, open_ in ((41, 1), (40, 0), (21, 0), (20, 1)):
            self.assertEqual(self._known(days_ago)["open_complaints"], [open_])

    def test_a_day_ends_where_the_company_is(self):
        self.company.partner_id.tz = "Asia/Tehran"
        case = self._complain([(self.customer, 60, None)])
        case._as_system().opened_on = self._at(60, 22)
        case.episode_id.started_on = self._at(60, 22)
        known = [self._known(days)["open_complaints"] for days in (60, 59)]
        self.assertEqual(known, [[0], [1]])

    def test_other_companies_and_what_is_no_complaint_do_not_count(self):
        self._complain([(self.customer, 60, None)]).kind = "question"
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        there = {"name": "There", "company_id": elsewhere.id, "calendar_id": False}
        team = self.team.create(there)
        case = self._complain([(self.customer, 50, None)])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ecrm_case SET company_id = %s, team_id = %s WHERE id = %s",
            [elsewhere.id, team.id, case.id],
        )
        known = self._known(0)
        self.assertEqual((known["complaints"], known["open_complaints"]), ([0], [0]))

    def test_a_promise_is_missed_on_the_day_on_which_it_passed(self):
        case = self._complain([(self.customer, 60, None)])
        self.env["ecrm.case.clock"].sudo().create(
            {
                "case_id": case.id,
                "episode_id": case.episode_id.id,
                "kind": "first",
                "number": 9,
                "state": "missed",
                "started_on": self._at(60),
                "due_on": self._at(55),
                "finished_on": self._at(30),
            }
        )
        told = [
            self._known(days, self.customer, self.other_customer)["late_answers"]
            for days in (61, 60, 56, 55, 0)
        ]
        # of who never wrote nothing is known
        self.assertEqual(
            told, [[None, None], [0, None], [0, None], [1, None], [1, None]]
        )

    def test_scores_are_known_from_their_day_on_one_scale(self):
        self._asked(self.customer, 210, 200, 10)
        self._asked(self.customer, 110, 100, 1, "csat")
        self._asked(self.other_customer, 110, 100, 4, "ces")
        told = [
            self._known(days, self.customer, self.other_customer)["satisfaction"]
            for days in (201, 200, 101, 100, 0)
        ]
        self.assertEqual(
            told, [[None, None], [100, None], [100, None], [0, 50], [0, 50]]
        )

    def test_silence_is_known_when_the_time_to_answer_is_over(self):
        self._asked(self.customer, 100)
        self._asked(self.other_customer, 100, 80, 9)
        told = [
            self._known(days, self.customer, self.other_customer)["unanswered"]
            for days in (101, 100, 87, 86, 81, 80)
        ]
        self.assertEqual(told, [[None, None], [0, 0], [0, 0], [1, 1], [1, 1], [1, 0]])

    def test_reading_them_takes_as_many_queries_for_many(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._known(0)
            return self.env.cr.sql_log_count - before

        self._complain([(self.customer, 60, 50)])
        queries()
        few = queries()
        self._complain([(self.other_customer, day, None) for day in range(40)])
        self.assertLessEqual(queries(), few)

    def test_they_are_said_in_words(self):
        for expected, name, value in (
            ("no open complaint", "open_complaints", 0),
            ("open complaints: 2", "open_complaints", 2),
            ("complaints within a year: 3", "complaints", 3),
            ("was always answered in time", "late_answers", 0),
            ("missed promises within a year: 1", "late_answers", 1),
            ("last rated us 20 out of 100", "satisfaction", 20),
            ("answered whenever asked", "unanswered", 0),
            ("left unanswered within a year: 2", "unanswered", 2),
        ):
            factor = {"name": name, "value": value, "weight": 1}
            self.assertEqual(phrase(self.env, factor), expected)
        self.assertEqual(attribute_name(self.env, "satisfaction"), "Latest score")


class WorldCommon(SignalCommon):
    """Customers of whose purchases some go wrong, and who complain of these."""

    @classmethod
    def _draw_world(cls, matters, count=500, seed=5):
        """
        :param matters: half of those whom something went wrong for leave then; else as
            many leave, whatever went wrong
        """
        rng = np.random.default_rng(seed)
        customers = cls._customers(count)
        told = []
        place = iter(customers)

        def draw_days(_chance):
            customer = next(place)
            rate = rng.gamma(3.0, 1 / 100.0)
            day = rng.uniform(200, DAYS)
            days = set()
            while day >= 0:
                days.add(int(day))
                bad = rng.random() < 0.2
                if bad and day >= 1:
                    told.append((customer, int(day), max(int(day) - 5, 0)))
                leave = (0.5 if bad else 0.03) if matters else 0.124
                if rng.random() < leave:
                    break
                day -= rng.exponential(1 / rate)
            return days

        cls._import(customers, draw_days, np.zeros(count))
        cls._complain(told)
        return customers

    def _trial(self):
        self.env.flush_all()
        run = self.runs._refresh_now(self.company)
        self.assertEqual(run.state, "done", run.error)
        return run


@tagged("post_install", "-at_install")
class TestWorldWhereTheyLeaveForIt(WorldCommon):
    def test_complaints_better_the_back_test(self):
        self._draw_world(matters=True)
        run = self._trial()
        self.assertEqual(run.attributes["verdict"], "adopted")
        self.assertLess(
            run.attributes["corrected"]["log_loss"],
            run.attributes["plain"]["log_loss"],
        )
        used = {part.name for part in run._kept_trial().correction.design.parts}
        self.assertIn("complaints", used)


@tagged("post_install", "-at_install")
class TestWorldWhereNobodyLeavesForIt(WorldCommon):
    def test_complaints_are_not_believed(self):
        """Though whoever buys more complains more."""
        self._draw_world(matters=False)
        self.assertEqual(self._trial().attributes["verdict"], "no_gain")
