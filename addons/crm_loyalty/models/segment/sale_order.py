from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class SaleOrder(models.Model):
    """What is open with a customer: quotations, and what confirmed orders still owe."""

    _inherit = "sale.order"

    @api.model
    def _open_quotations_domain(self, company) -> Domain:
        return Domain("state", "in", ("draft", "sent")) & Domain(
            "company_id", "=", company.id
        )

    @api.model
    def _open_contracts_domain(self, company) -> Domain:
        """Hook: confirmed orders of the company that are not done with.

        Something is to be delivered or to be invoiced. Where nobody records what is
        delivered, having invoiced all of it is enough.
        """
        self.env["sale.order.line"].flush_model(
            [
                "order_id",
                "state",
                "display_type",
                "is_downpayment",
                "product_uom_qty",
                "qty_delivered",
                "qty_delivered_method",
                "qty_invoiced",
                "qty_to_invoice",
                "reward_id",
            ]
        )
        unfinished = SQL(
            """(
                SELECT order_id FROM sale_order_line
                 WHERE state = 'sale' AND display_type IS NULL AND reward_id IS NULL
                   AND is_downpayment IS NOT TRUE
                   AND (qty_to_invoice > 0
                        OR qty_delivered < product_uom_qty
                           AND NOT (qty_delivered_method = 'manual'
                                    AND qty_invoiced >= product_uom_qty))
            )"""
        )
        return (
            Domain("state", "=", "sale")
            & Domain("company_id", "=", company.id)
            & Domain("id", "in", unfinished)
        )
