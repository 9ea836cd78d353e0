from odoo.tests import TransactionCase

from ..tools.mark import Mark

LOUD = Mark("loud")


class TestMark(TransactionCase):
    def test_only_its_own_object_counts(self):
        users = self.env["res.users"]
        self.assertIsNone(LOUD.on(users))
        self.assertTrue(LOUD.on(LOUD.put(users)))
        self.assertEqual(LOUD.on(LOUD.put(users, 5)), 5)
        self.assertIsNone(LOUD.on(LOUD.take_off(LOUD.put(users))))
        other = Mark("loud").put(users)
        self.assertIsNone(LOUD.on(other))

    def test_no_caller_can_send_it(self):
        for value in (True, 1, "suite_mark:loud", {"value": True}, ["loud", True]):
            sent = self.env["res.users"].with_context(**{"suite_mark:loud": value})
            self.assertIsNone(LOUD.on(sent), value)
