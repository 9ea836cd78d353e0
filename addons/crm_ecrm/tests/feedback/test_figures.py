from datetime import timedelta

import numpy as np

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.crm_suite.tests.trade import paying

from ...metrics import satisfaction
from .feedback_common import FeedbackCommon


@tagged("post_install", "-at_install")
class TestFigures(FeedbackCommon):
    """What answers say together, what it hangs on, and what comes back."""

    def _answers(self, touchpoint, scores, agent=None, marks=None):
        for place, score in enumerate(scores):
            values = {"score": int(score), "medium": "link"}
            if marks is not None:
                values["mark_ids"] = [
                    Command.create({"dimension_id": dimension.id, "score": int(mark)})
                    for dimension, mark in zip(
                        touchpoint.dimension_ids.sorted("id"), marks[place], strict=True
                    )
                ]
            self._asked(touchpoint, agent=agent)._accept(values)
        self.env.flush_all()
        self.env.invalidate_all()

    def test_few_answers_are_too_few(self):
        """V43: under ten answers the figure stands behind “too few”."""
        touchpoint = self._make_touchpoint(metric="nps", follow_up=False)
        self.assertEqual(touchpoint.figure, "No answers")
        self._answers(touchpoint, [0, 6, 7, 8, 9, 10])
        self.assertEqual(touchpoint.answer_count, 6)
        self.assertTrue(touchpoint.figure.startswith("Too few answers (6) – NPS 0.0"))
        self._answers(touchpoint, [10] * 4)
        self.assertRegex(touchpoint.figure, r"^NPS 40\.0, between .* \(10 answers\)$")

    def test_change_within_its_margin_is_none(self):
        """V45: 7.8 ± 15.9 is no change that is shown."""
        touchpoint = self._make_touchpoint(metric="nps", follow_up=False)
        counts = satisfaction.Counts(100, 60, 40), satisfaction.Counts(81, 58, 41)
        self.assertEqual(
            touchpoint._change_in_words(*counts), "+7.8 ± 15.9: no change shown"
        )
        counts = satisfaction.Counts(900, 60, 40), satisfaction.Counts(81, 58, 41)
        self.assertIn("better", touchpoint._change_in_words(*counts))
        self.assertIn("worse", touchpoint._change_in_words(*reversed(counts)))
        self._answers(touchpoint, [9] * 10)
        self.assertEqual(touchpoint.change, "Too few answers to compare")
        old = self.feedback.search([("touchpoint_id", "=", touchpoint.id)])[:5]
        self._answers(touchpoint, [0] * 10)
        self._answers(touchpoint, [9] * 5)
        old.answered_on = fields.Datetime.now() - timedelta(days=100)
        self._answers(touchpoint, [9] * 10)
        self.assertEqual(touchpoint.change, "Too few answers to compare")

    def test_average_of_points_is_the_figure(self):
        """V46: a company's NPS is that of all its answers."""
        touchpoint = self._make_touchpoint(metric="nps", follow_up=False)
        self._asked(touchpoint)
        self._answers(touchpoint, [9] * 8 + [7] * 2)
        self._answers(touchpoint, [9] * 8 + [7] * 2 + [0] * 8, self.other_agent)
        domain = [("touchpoint_id", "=", touchpoint.id)]
        ((points,),) = self.feedback._read_group(domain, [], ["points:avg"])
        # (16 − 8) of 28; who has not answered is no 0
        self.assertAlmostEqual(points, 100 * 8 / 28)
        found = dict(self.feedback._read_group(domain, ["agent_id"], ["points:avg"]))
        self.assertAlmostEqual(found[self.agent], 80)
        self.assertAlmostEqual(found[self.other_agent], 0)
        rows = self.env["ecrm.satisfaction"].search(domain)
        self.assertRecordValues(
            rows.sorted("answers"),
            [
                {"agent_id": agent.id, "asked": asked, "answers": told, "bad": bad}
                for agent, asked, told, bad in (
                    (self.agent, 11, 10, 0),
                    (self.other_agent, 18, 18, 8),
                )
            ],
        )
        self.assertIn("NPS 80.0", rows.sorted("answers")[0].figure)
        action = rows.sorted("answers")[0].action_open_feedback()
        self.assertEqual(self.feedback.search_count(action["domain"]), 10)

    def test_nobody_answered_is_none(self):
        """V47: none, not 0."""
        touchpoint = self._make_touchpoint(metric="nps")
        self._asked(touchpoint)
        ((points, number),) = self.feedback._read_group(
            [("touchpoint_id", "=", touchpoint.id)], [], ["points:avg", "__count"]
        )
        self.assertEqual((points, number), (False, 1))

    def test_drivers_are_told_with_their_interval(self):
        rng = np.random.default_rng(2)
        speed, staff = rng.integers(1, 6, (2, 60))
        overall = np.clip(np.round(0.8 * speed + 0.2 * staff), 1, 5)
        dimensions = self.env["ecrm.dimension"].create(
            [{"name": "Speed of Test"}, {"name": "Staff of Test"}]
        )
        touchpoint = self._make_touchpoint(
            follow_up=False, dimension_ids=[Command.set(dimensions.ids)]
        )
        marks = list(zip(speed, staff, strict=True))
        self._answers(touchpoint, overall[:20], marks=marks[:20])
        touchpoint.action_refresh_drivers()
        self.assertEqual(touchpoint.driver_verdict, "few")
        self.assertIn("20 judge every dimension, 30", touchpoint.driver_reading)
        self.assertFalse(touchpoint.driver_chart)
        self._answers(touchpoint, overall[20:], marks=marks[20:])
        # without a mark, and of before the year: no part of it
        self._answers(touchpoint, [1] * 5)
        touchpoint.action_refresh_drivers()
        self.assertEqual(
            (touchpoint.driver_verdict, touchpoint.driver_answers), ("told", 60)
        )
        first, second = touchpoint.driver_ids
        self.assertEqual((first | second).dimension_id, dimensions)
        self.assertEqual(first.dimension_id, dimensions[0])
        self.assertGreater(first.share_low, second.share_high)
        self.assertAlmostEqual(first.share + second.share, touchpoint.r_squared, 5)
        self.assertAlmostEqual(first.performance, speed.mean(), 5)
        self.assertEqual(len(touchpoint.driver_chart["points"]), 2)
        action = first.action_open_feedback()
        found = self.env["ecrm.feedback.mark"].search(action["domain"])
        self.assertEqual(len(found), 60)
        # a version that took another's place leaves its marks out
        changed = found[0].feedback_id
        changed._accept({"score": 3, "medium": "link"})
        self.env.flush_all()
        self.assertEqual(
            self.env["ecrm.feedback.mark"].search_count(action["domain"]), 59
        )
        again = [driver.share for driver in touchpoint.driver_ids]
        changed.answer_ids[:1].mark_ids = [
            Command.create({"dimension_id": one.id, "score": mark})
            for one, mark in zip(dimensions, marks[0], strict=True)
        ]
        self.env.flush_all()
        touchpoint._refresh_drivers()
        self.assertEqual(len(touchpoint.driver_ids), 2)
        self.assertNotEqual(again, [])

    def test_everybody_says_the_same(self):
        dimension = self.env["ecrm.dimension"].create({"name": "Same of Test"})
        touchpoint = self._make_touchpoint(
            follow_up=False, dimension_ids=[Command.set(dimension.ids)]
        )
        self._answers(touchpoint, [5] * 30, marks=[(5,)] * 30)
        touchpoint.action_refresh_drivers()
        self.assertEqual(touchpoint.driver_verdict, "even")
        self.assertIn("say the same", touchpoint.driver_reading)

    def test_survey_answers_come_in(self):
        """V47: a scale of ten about effort makes no NPS."""
        survey = self.env["survey.survey"].create(
            {"title": "Long survey", "access_mode": "public"}
        )
        asked, effort = self.env["survey.question"].create(
            [
                {
                    "survey_id": survey.id,
                    "title": title,
                    "question_type": "scale",
                    "scale_min": 0,
                    "scale_max": highest,
                }
                for title, highest in (("Recommend?", 10), ("How hard was it?", 9))
            ]
        )
        with self.assertRaises(ValidationError):
            self._make_touchpoint(
                trigger="survey",
                metric="nps",
                survey_id=survey.id,
                survey_question_id=effort.id,
            )
        touchpoint = self._make_touchpoint(
            trigger="survey",
            metric="nps",
            follow_up=False,
            survey_id=survey.id,
            survey_question_id=asked.id,
        )
        people = (self.customer, self.agent.partner_id, self._make_customer("Test"))
        for person in people:
            given = survey._create_answer(partner=person)
            given.test_entry = person.name == "Test"
            given._save_lines(asked, 9)
            given._save_lines(effort, 2)
            given._mark_done()
            given._mark_done()
        found = self.feedback.search([("touchpoint_id", "=", touchpoint.id)])
        self.assertRecordValues(
            found,
            [
                {
                    "partner_id": self.customer.id,
                    "score": 9,
                    "medium": "survey",
                    "points": 100,
                    "state": "answered",
                }
            ],
        )

    def test_share_of_returns_is_that_of_all_together(self):
        partner = self._make_customer("Returner")
        other = self.env["product.product"].create({"name": "Hose"})

        def bill(kind, product, price, quantity=1):
            move = self.env["account.move"].create(
                {
                    "move_type": kind,
                    "partner_id": partner.id,
                    "invoice_date": fields.Date.today() - timedelta(days=5),
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "price_unit": price,
                                "quantity": quantity,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
            )
            move.action_post()
            return move

        bill("out_invoice", self.product, 100, 9)
        bill("out_refund", self.product, 100, 2)
        bill("out_invoice", other, 100)
        back = bill("out_refund", other, 100)
        self.env.flush_all()
        returns = self.env["ecrm.return"]
        mine = [("partner_id", "=", partner.id)]
        ((sold, returned, share, pieces),) = returns._read_group(
            mine, [], ["sold:sum", "returned:sum", "share:avg", "returned_quantity:sum"]
        )
        self.assertEqual((sold, returned, pieces), (1000, 300, 3))
        # not (22 % + 100 %) ÷ 2
        self.assertAlmostEqual(share, 30)
        found = dict(returns._read_group(mine, ["product_id"], ["share:avg"]))
        self.assertAlmostEqual(found[self.product], 100 * 2 / 9)
        row = returns.search([*mine, ("move_id", "=", back.id)])
        self.assertEqual(row.action_open_move()["res_id"], back.id)
        with paying(back):
            returned = returns._read_group(mine, [], ["returned:sum"])
            self.assertEqual(returned, [(200,)])
