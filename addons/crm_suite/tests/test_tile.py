from odoo.exceptions import AccessError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestTile(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.partner"].create([{"name": "Tiled", "ref": "tile"}] * 3)
        cls.tile = cls.env["suite.tile"].create(
            {
                "name": "Tiled contacts",
                "app": "test",
                "action_id": cls.env.ref("base.action_partner_form").id,
                "domain": "[('ref', '=', 'tile')]",
                "hint": "Call them.",
                "empty": "Nobody yet.",
            }
        )
        cls.user = new_test_user(cls.env, "tile-reader", "base.group_user")

    def test_counts_and_opens_the_same_records(self):
        self.assertEqual((self.tile.count, self.tile.sentence), (3, "Call them."))
        action = self.tile.action_open()
        self.assertEqual(self.env["res.partner"].search_count(action["domain"]), 3)
        self.assertFalse([k for k in action["context"] if k.startswith("search_def")])

    def test_everybody_counts_what_he_may_read(self):
        self.env["ir.rule"].create(
            {
                "name": "but one",
                "model_id": self.env.ref("base.model_res_partner").id,
                "domain_force": f"[('id', '!=', {self._tiled()[0].id})]",
                "groups": [(4, self.env.ref("base.group_user").id)],
            }
        )
        self.assertEqual(self.tile.with_user(self.user).count, 2)

    def test_without_right_to_the_model_there_is_nothing(self):
        turns = self.env["ir.actions.act_window"].create(
            {"name": "Turns", "res_model": "suite.turn"}
        )
        self.tile.write({"action_id": turns.id, "domain": "[]"})
        self.env["suite.turn"]._take(["tile test"])
        self.assertEqual(self.tile.with_user(self.user).count, 0)

    def test_nothing_leads_to_the_next_step(self):
        self._tiled().unlink()
        self.tile.next_action_id = self.env.ref("base.action_partner_category_form")
        self.tile.invalidate_recordset()
        self.assertEqual(self.tile.sentence, "Nobody yet.")
        opened = self.tile.with_user(self.user).action_open()
        self.assertEqual(opened["res_model"], "res.partner.category")

    def test_is_there_for_its_groups_only(self):
        self.tile.group_ids = self.env.ref("base.group_system")
        seen = self.env["suite.tile"].with_user(self.user)
        self.assertFalse(seen.search([("app", "=", "test")]))
        with self.assertRaises(AccessError):
            self.tile.with_user(self.user).action_open()

    def test_condition_that_cannot_be_read_is_refused(self):
        for wrong in ("[('nothing', '=', 1)]", "[(", "hello"):
            with self.subTest(wrong), self.assertRaises(ValidationError):
                self.tile.domain = wrong

    def _tiled(self):
        return self.env["res.partner"].search([("ref", "=", "tile")])
