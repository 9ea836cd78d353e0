from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .policy_common import DAY, PolicyCommon


@tagged("post_install", "-at_install")
class TestAdmissions(PolicyCommon):
    """Candidates are measured by what a policy asks, and admitted by somebody."""

    def setUp(self):
        super().setUp()
        self.turnover, self.showroom = self.env["distribution.criterion"].create(
            [
                {"name": "Turnover", "least": 100, "sequence": 1},
                {"name": "Showroom", "kind": "answer", "sequence": 2},
            ]
        )
        self.policy = self._policy(
            "Chosen ones",
            category_id=self.juice.id,
            criterion_ids=[Command.set((self.turnover | self.showroom).ids)],
        )
        self.admissions = self.env["distribution.admission"].with_user(self.user)

    def _admission(self, partner):
        return self.admissions.create(
            {"partner_id": partner.id, "policy_id": self.policy.id}
        )

    def test_what_is_not_on_file_is_neither_met_nor_failed(self):
        """C017: not known, and nobody is admitted by himself."""
        admission = self._admission(self.a)
        self.assertEqual(admission.line_ids.mapped("asked"), ["At least 100", "Yes"])
        self.assertEqual(admission.line_ids.mapped("result"), ["unknown"] * 2)
        turnover, showroom = admission.line_ids
        showroom.answer = "yes"
        self.assertEqual((turnover | showroom).mapped("result"), ["unknown", "met"])
        self.assertRecordValues(
            admission, [{"result": "unknown", "met_count": "1 of 2", "state": "open"}]
        )
        turnover.write({"figure": 99.5, "is_known": True})
        self.assertEqual(admission.result, "failed")
        turnover.figure = 100
        self.assertEqual(admission.result, "met")
        # and still nobody is admitted by himself
        self.assertEqual(admission.state, "open")

    def test_nothing_on_file_is_not_zero(self):
        admission = self._admission(self.a)
        turnover = admission.line_ids[0]
        turnover.is_known = True
        self.assertEqual(turnover.result, "failed")

    def test_managers_decide_and_say_why(self):
        admission = self._admission(self.a)
        with self.assertRaises(AccessError):
            admission.action_admit()
        with self.assertRaises(AccessError):
            admission.state = "admitted"
        mine = admission.with_user(self.manager)
        for action in (mine.action_admit, mine.action_refuse):
            with self.assertRaisesRegex(UserError, "0 of 2"):
                action()
        mine.reason = "Known for twenty years"
        mine.action_admit()
        self.assertRecordValues(
            mine, [{"state": "admitted", "decided_by_id": self.manager.id}]
        )
        with self.assertRaises(UserError):
            admission.line_ids[0].figure = 5
        mine.action_reopen()
        admission.line_ids[0].figure = 5

    def test_it_is_asked_as_it_was_on_that_day(self):
        admission = self._admission(self.a)
        self.turnover.least = 200
        self.assertEqual(admission.line_ids[0].asked, "At least 100")
        self.assertEqual(self._admission(self.b).line_ids[0].asked, "At least 200")

    def test_the_file_is_what_was_said_before(self):
        first = self._admission(self.a)
        first.line_ids[0].write({"figure": 150, "is_known": True})
        first.line_ids[1].answer = "no"
        again = self._admission(self.a)
        self.assertEqual(again.line_ids.mapped("result"), ["met", "failed"])
        self.assertEqual(
            again.line_ids.mapped("known_on"), first.line_ids.mapped("known_on")
        )
        self.assertEqual(
            set(self._admission(self.b).line_ids.mapped("known_on")), {False}
        )

    def test_nobody_changes_what_is_asked(self):
        line = self._admission(self.a).line_ids[0]
        with self.assertRaises(AccessError):
            line.least = 0
        with self.assertRaises(AccessError):
            line.with_user(self.manager).least = 0
        with self.assertRaises(AccessError):
            line.with_user(self.manager).unlink()

    def test_without_admission_no_agreement(self):
        agreement = self._draft(self.a, self.juice, self.north)
        with self.assertRaisesRegex(UserError, "Chosen ones"):
            agreement.action_activate()
        self._draft(self.a, self.bread).action_activate()
        admission = self._admission(self.a).with_user(self.manager)
        admission.reason = "Why not"
        admission.action_refuse()
        with self.assertRaises(UserError):
            agreement.action_activate()
        admission.action_reopen()
        admission.action_admit()
        agreement.action_activate()
        self.assertEqual(agreement.state, "active")

    def test_an_intensive_policy_asks_nobody(self):
        self.policy.kind = "intensive"
        agreement = self._draft(self.a, self.juice, date_from=DAY)
        agreement.action_activate()
        self.assertEqual(agreement.state, "active")
