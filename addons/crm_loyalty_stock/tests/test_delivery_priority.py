from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_loyalty.tests.tier.tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestDeliveryPriority(TierCommon):
    """Deliveries follow the tier from its first day to its last."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._benefit(cls.silver, "delivery", delivery_priority="1")
        cls.flour = cls.env["product.product"].create(
            {"name": "Flour", "type": "consu", "is_storable": True}
        )

    def _deliver(self, partner=None, user=None):
        """The deliveries of a new order, confirmed by somebody."""
        order = self.env["sale.order"].create(
            {
                "partner_id": (partner or self.customer).id,
                "order_line": [Command.create({"product_id": self.flour.id})],
            }
        )
        order.with_user(user or self.env.user).action_confirm()
        return order.picking_ids

    def test_priority_while_the_tier_lasts(self):
        self.assertEqual(self._deliver().priority, "0")
        self._spend(600)
        made = self._deliver()
        self.assertEqual(made.priority, "1")
        self.assertEqual(made.move_ids.mapped("priority"), ["1"])
        self.assertEqual(self._deliver(self.other_customer).priority, "0")
        self._go(365 + 31)
        self.env.invalidate_all()
        self.assertEqual(self._deliver().priority, "0")
        # what was made stays as it was made
        self.assertEqual(made.priority, "1")

    def test_every_step_of_a_delivery(self):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        warehouse.delivery_steps = "pick_ship"
        self._spend(600)
        picking = self._deliver()
        self.assertEqual(picking.mapped("priority"), ["1"] * len(picking))
        move = picking.move_ids
        move.quantity, move.picked = 1, True
        picking.button_validate()
        steps = move.sale_line_id.order_id.picking_ids
        self.assertEqual(len(steps), 2)
        self.assertEqual((steps - picking).priority, "1")

    def test_salesperson_may_confirm(self):
        self._spend(600)
        seller = new_test_user(
            self.env,
            "priority_seller",
            "sales_team.group_sale_salesman_all_leads",
            company_id=self.company.id,
        )
        self.assertEqual(self._deliver(user=seller).priority, "1")

    def test_delivery_without_an_order(self):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        move = self.env["stock.move"].create(
            {
                "product_id": self.flour.id,
                "product_uom_qty": 1,
                "location_id": warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "picking_type_id": warehouse.out_type_id.id,
            }
        )
        move._action_confirm()
        self.assertEqual(move.picking_id.priority, "0")
