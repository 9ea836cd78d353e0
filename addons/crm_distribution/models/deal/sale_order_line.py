from odoo import fields, models


class SaleOrderLine(models.Model):
    """What goods cost whoever has no price of his own, kept when they are sold."""

    _name = "sale.order.line"
    _inherit = ["sale.order.line", "suite.protected.mixin"]
    _protected_fields = {"distribution_list_price"}

    distribution_list_price = fields.Float(
        "List Price",
        digits="Product Price",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Of a unit on the day of the sale, in the currency of the order. Kept for "
        "sales to intermediaries.",
    )

    def _keep_list_price(self):
        goods = self.filtered(
            lambda line: (
                line.product_id
                and not line.display_type
                and not line.is_downpayment
                # a set has the prices of its parts, which add up otherwise
                and line.product_type != "combo"
                and not line.combo_item_id
            )
        )
        sold = goods.order_id.filtered(
            lambda order: order.partner_id._is_intermediary()
        )
        for (order, unit), lines in goods.grouped(
            lambda line: (line.order_id, line.product_uom_id)
        ).items():
            if order not in sold:
                continue
            prices = lines.product_id._price_compute(
                "list_price",
                uom=unit,
                currency=order.currency_id,
                company=order.company_id,
                date=order.date_order,
            )
            for line in lines._as_system():
                line.distribution_list_price = prices[line.product_id.id]
