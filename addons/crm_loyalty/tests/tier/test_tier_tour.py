from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestTierTour(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.tier.program"].search([]).active = False
        new_test_user(cls.env, "tier_boss", "crm_loyalty.group_loyalty_manager")
        cls.customer = cls.env["res.partner"].create({"name": "Alba Bakery"})
        product = cls.env["product.product"].create({"name": "Flour", "type": "consu"})
        cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "order_line": [
                    Command.create({"product_id": product.id, "price_unit": 1_200})
                ],
            }
        ).action_confirm()
        cls.env["crm.value.run"]._refresh_now(cls.env.company)

    def test_from_an_idea_to_a_member(self):
        self.start_tour(
            "/odoo/action-crm_loyalty.loyalty_tier_program_action",
            "crm_loyalty_tier",
            login="tier_boss",
        )
        program = self.env["loyalty.tier.program"].search(
            [("name", "=", "Bakers Club")]
        )
        self.assertEqual(program.state, "published")
        membership = self.env["loyalty.tier.membership"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(membership.tier_id.name, "Gold")
        self.assertEqual(self.customer.service_level, "priority")
