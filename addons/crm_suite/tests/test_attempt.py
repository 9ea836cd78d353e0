from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user
from odoo.tools import SQL

MINUTE = timedelta(minutes=1)


class TestAttempt(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.attempts = cls.env["suite.attempt"]

    def _pass_by(self, seconds):
        self.env.execute_query(
            SQL(
                "UPDATE suite_attempt SET create_date = create_date - %s RETURNING id",
                timedelta(seconds=seconds),
            )
        )
        self.env.invalidate_all()

    def test_so_many_in_a_time_and_again_after_it(self):
        limits = {"test of a": 2}
        admitted = [self.attempts._admit(limits, MINUTE) for _number in range(4)]
        self.assertEqual(admitted, [True, True, False, False])
        self._pass_by(30)
        self.assertFalse(self.attempts._is_within(limits, MINUTE))
        self._pass_by(31)
        # what was not admitted does not make anybody wait longer
        self.assertTrue(self.attempts._admit(limits, MINUTE))

    def test_each_of_the_limits_holds(self):
        def admit(sender, place):
            return self.attempts._admit({f"by {sender}": 2, f"at {place}": 3}, MINUTE)

        self.assertTrue(admit("a", "here") and admit("a", "there"))
        self.assertFalse(admit("a", "elsewhere"))
        self.assertTrue(admit("b", "here") and admit("c", "here"))
        self.assertFalse(admit("d", "here"))
        self.assertTrue(admit("d", "there"))

    def test_asking_counts_nothing(self):
        limits = {"test of a": 1}
        for _number in range(2):
            self.assertTrue(self.attempts._is_within(limits, MINUTE))
        self.attempts._note(limits)
        self.assertFalse(self.attempts._is_within(limits, MINUTE))

    def test_who_it_was_is_not_kept(self):
        self.attempts._admit({"test of ada@steel.example": 1}, MINUTE)
        kept = self.attempts.search([], order="id desc", limit=1)
        self.assertNotIn("ada", kept.mark)
        self.assertGreaterEqual(len(kept.mark), 64)

    def test_old_ones_go(self):
        self.attempts._note(["test of a", "test of b"])
        kept = self.attempts.search([])
        self._pass_by(3_000)
        self.attempts._gc_attempts()
        self.assertEqual(kept.exists(), kept)
        self._pass_by(601)
        self.attempts._gc_attempts()
        self.assertFalse(kept.exists())

    def test_attempts_are_nobodys(self):
        user = new_test_user(self.env, "seller", "sales_team.group_sale_manager")
        with self.assertRaises(AccessError):
            self.attempts.with_user(user).search_count([])
