from odoo.exceptions import UserError
from odoo.fields import Command, Date
from odoo.tests import new_test_user, tagged

from .liability_common import FEBRUARY, JANUARY, MARCH, LiabilityCommon


@tagged("post_install", "-at_install")
class TestPointLiabilityEntry(LiabilityCommon):
    """The journal entry that a valuation proposes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env, "liability_accountant", "account.group_account_user"
        )

    def _propose(self, valuation):
        valuation.with_user(self.accountant).action_propose_entry()
        return valuation.move_id

    def _balances(self, moves):
        """What the moves book on the liability and on the revenue account."""
        booked = moves.line_ids.grouped("account_id")
        return tuple(
            round(sum(booked[account].mapped("balance")), 2)
            for account in (self.liability_account, self.revenue_account)
        )

    def _january(self):
        with self._on("2024-01-10"):
            self._order(quantity=100)
        return self._value(JANUARY)

    def test_entry_is_a_balanced_draft_of_the_month(self):
        january = self._january()
        move = self._propose(january)
        self.assertRecordValues(
            move,
            [
                {
                    "state": "draft",
                    "move_type": "entry",
                    "date": Date.to_date(JANUARY),
                    "journal_id": self.company.point_journal_id.id,
                    "company_id": self.company.id,
                    "point_liability_id": january.id,
                }
            ],
        )
        self.assertEqual(self._balances(move), (-january.liability, january.liability))
        self.assertEqual(sum(move.line_ids.mapped("balance")), 0)
        move.action_post()
        self.assertEqual(move.state, "posted")

    def test_never_twice_for_one_month(self):
        january = self._january()
        move = self._propose(january)
        for _state in ("draft", "posted"):
            with self.assertRaisesRegex(UserError, "already"):
                self._propose(january)
            if move.state == "draft":
                move.action_post()
        self.assertEqual(january.move_id, move)
        with self.assertRaises(UserError):
            january.unlink()
        with self.assertRaises(UserError):
            january.action_value_again()

    def test_the_next_month_books_the_difference(self):
        january = self._january()
        moves = self._propose(january)
        moves.action_post()
        with self._on("2024-02-10"):
            self._spend(600)
        february = self._value(FEBRUARY)
        self.assertLess(february.liability, january.liability)
        move = self._propose(february)
        self.assertEqual(
            self._balances(move)[0],
            round(january.liability - february.liability, 2),
        )
        moves |= move
        self.assertEqual(self._balances(moves)[0], -february.liability)
        with self.assertRaisesRegex(UserError, "Nothing to book"):
            self._propose(self._value(MARCH))

    def test_odoos_reversal_is_counted(self):
        january = self._january()
        move = self._propose(january)
        move.action_post()
        reversal = move._reverse_moves([{"date": Date.to_date(FEBRUARY)}], cancel=True)
        self.assertEqual(self._balances(move | reversal), (0, 0))
        february = self._value(FEBRUARY)
        again = self._propose(february)
        self.assertEqual(self._balances(again)[0], -february.liability)

    def test_a_deleted_draft_is_booked_next_month(self):
        january = self._january()
        self._propose(january).unlink()
        self.assertFalse(january.move_id)
        february = self._value(FEBRUARY)
        self.assertEqual(
            self._balances(self._propose(february))[0], -february.liability
        )

    def test_what_is_missing_is_said_and_nothing_is_left(self):
        january = self._january()
        company = self.company.sudo()
        moves = self.env["account.move"].search_count([])
        for name, words in (
            ("point_liability_account_id", "Contract Liability"),
            ("point_deferral_account_id", "Revenue Deferred"),
            ("point_journal_id", "Journal for Points"),
        ):
            kept = company[name]
            company[name] = False
            with self.assertRaisesRegex(UserError, words):
                self._propose(january)
            company[name] = kept
        company.fiscalyear_lock_date = Date.to_date(FEBRUARY)
        with self.assertRaisesRegex(UserError, "locked up to"):
            self._propose(january)
        company.fiscalyear_lock_date = False
        self.liability_account.active = False
        with self.assertRaisesRegex(UserError, "not in use"):
            self._propose(january)
        self.assertEqual(self.env["account.move"].search_count([]), moves)
        self.assertFalse(january.move_id)

    def test_each_program_is_booked_by_itself(self):
        january = self._january()
        second = self._make_program(
            name="Second",
            rule_ids=[
                Command.create({"reward_point_mode": "money", "reward_point_amount": 1})
            ],
        )
        with self._on("2024-01-12"):
            self._order(self.other_customer, quantity=3)
        other = self._value(JANUARY, second)
        january.unlink()
        january = self._value(JANUARY)
        for valuation in (january, other):
            move = self._propose(valuation)
            self.assertEqual(self._balances(move)[0], -valuation.liability)
