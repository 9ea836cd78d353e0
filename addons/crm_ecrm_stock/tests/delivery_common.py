from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.crm_ecrm.tests.feedback.feedback_common import FeedbackCommon


class DeliveryCommon(FeedbackCommon):
    """Orders that are delivered, goods that come back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pump = cls.env["product.product"].create(
            {
                "name": "Pump in Stock",
                "type": "consu",
                "is_storable": True,
                "invoice_policy": "order",
                "taxes_id": False,
            }
        )
        warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.env["stock.quant"]._update_available_quantity(
            cls.pump, warehouse.lot_stock_id, 1000
        )

    @classmethod
    def _sell(cls, quantity=10, partner=None, price=10, unit=None, **values):
        order = cls.env["sale.order"].create(
            {
                "partner_id": (partner or cls.customer).id,
                "user_id": cls.agent.id,
                "company_id": cls.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.pump.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            "product_uom_id": (unit or cls.pump.uom_id).id,
                        }
                    )
                ],
                **values,
            }
        )
        order.action_confirm()
        return order

    @classmethod
    def _deliver(cls, order, quantity=None):
        """The delivery that is ready, whole or in part; the rest stays to be sent."""
        picking = order.picking_ids.filtered(
            lambda one: one.state not in ("done", "cancel")
        )[:1]
        picking.action_assign()
        for move in picking.move_ids:
            move.write({"quantity": quantity or move.product_uom_qty, "picked": True})
        picking.with_context(skip_backorder=True).button_validate()
        return picking

    @classmethod
    def _take_back(cls, picking, quantity, to_refund=True):
        wizard = Form(
            cls.env["stock.return.picking"].with_context(
                active_id=picking.id,
                active_ids=picking.ids,
                active_model="stock.picking",
            )
        ).save()
        wizard.product_return_moves.write(
            {"quantity": quantity, "to_refund": to_refund}
        )
        action = wizard.action_create_returns()
        back = cls.env["stock.picking"].browse(action["res_id"])
        back.move_ids.write({"quantity": quantity, "picked": True})
        back.button_validate()
        return back

    @classmethod
    def _invoice(cls, order):
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    @classmethod
    def _credit(cls, invoice, quantity):
        wizard = (
            cls.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        refund = cls.env["account.move"].browse(wizard.refund_moves()["res_id"])
        refund.invoice_line_ids.quantity = quantity
        refund.action_post()
        return refund
