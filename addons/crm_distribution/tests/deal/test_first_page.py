from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestFirstPage(TransactionCase):
    def test_every_tile_opens_what_it_counts(self):
        user = new_test_user(
            self.env, "tiles", "crm_distribution.group_channel_manager"
        )
        tiles = self.env["suite.tile"].with_user(user)
        shown = tiles.search([("app", "=", "channel")])
        self.assertGreater(len(shown), 8)
        for tile in shown:
            with self.subTest(tile.name):
                action = tile.action_open()
                if tile.count:
                    model = self.env[action["res_model"]].with_user(user)
                    self.assertEqual(model.search_count(action["domain"]), tile.count)
                self.assertTrue(tile.sentence)
