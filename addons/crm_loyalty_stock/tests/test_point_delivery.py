from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.crm_loyalty.tests.points.statement_common import StatementCommon


@tagged("post_install", "-at_install")
class TestPointDelivery(StatementCommon):
    """Points that wait for the delivery wait for what the warehouse sends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.point_vesting = "delivery"
        cls.flour = cls.env["product.product"].create(
            {
                "name": "Flour in bags",
                "type": "consu",
                "taxes_id": [],
                "list_price": 100,
            }
        )

    def _send(self, order, quantity=None, *, backorder=True):
        picking = order.picking_ids.filtered(
            lambda one: one.state not in ("done", "cancel")
        )
        for move in picking.move_ids:
            move.quantity = quantity or move.product_uom_qty
            move.picked = True
        picking.with_context(
            skip_backorder=True,
            picking_ids_not_to_backorder=[] if backorder else picking.ids,
        ).button_validate()
        self.env.flush_all()

    def _balance(self):
        card = self._card()
        return card.points, card.pending_points

    def test_a_shipping_line_holds_nothing_back(self):
        """Vesting: goods delivered, with a shipping line, a service"""
        order = self._sell(
            {"product_id": self.flour.id, "product_uom_qty": 2}, {"price_unit": 14}
        )
        self._send(order, 1)
        self._night()
        self.assertEqual(self._balance(), (0, 214))
        self._send(order)
        self._night()
        self.assertEqual(self._balance(), (214, 0))

    def test_a_rest_that_is_never_sent_is_taken_back(self):
        """Vesting: half delivered, the rest cancelled for good"""
        order = self._sell({"product_id": self.flour.id, "product_uom_qty": 4})
        self._send(order, 2)
        self._night()
        self.assertEqual(self._balance(), (0, 400))
        order.picking_ids.filtered(lambda one: one.state != "done").action_cancel()
        self.env.flush_all()
        for _night in range(2):
            self._night()
            self.assertEqual(self._balance(), (200, 0))
        # credited later, it is not taken once more
        invoice = self._invoice(order)
        if invoice.invoice_line_ids.quantity == 4:
            self._credit(invoice, {order.order_line: {"quantity": 2}})
            self.assertEqual(self._balance(), (200, 0))
        self.assertWhole()

    def test_a_delivery_that_was_cancelled_whole_may_be_made_anew(self):
        order = self._sell({"product_id": self.flour.id, "product_uom_qty": 4})
        order.picking_ids.action_cancel()
        self.env.flush_all()
        self._night()
        self.assertEqual(self._balance(), (0, 400))

    def test_days_count_from_the_delivery_and_not_from_the_job(self):
        """L039 vesting, the day"""
        self.company.partner_id.tz = "America/Los_Angeles"
        self.program.point_vesting_days = 14
        with freeze_time("2027-03-01 20:00:00"):
            order = self._sell({"product_id": self.flour.id})
        with freeze_time("2027-03-02 07:30:00"):
            self._send(order)
        with freeze_time("2027-03-04 12:00:00"):
            self._night()
            lot = self._card().lot_ids.filtered("points")
            self.assertEqual(lot.available_on, date(2027, 3, 15))

    def test_a_delivery_wakes_the_job(self):
        """L039: so that it need not wait for the hour"""
        order = self._sell({"product_id": self.flour.id})
        triggers = self.env["ir.cron.trigger"].sudo()
        job = self.env.ref("crm_loyalty.cron_close_points_day")
        triggers.search([("cron_id", "=", job.id)]).unlink()
        self._send(order)
        self.assertTrue(triggers.search([("cron_id", "=", job.id)]))
