from odoo import api, models

from odoo.addons.crm_suite.tools.numbers import check_numbers

from ...points import MOST_POINTS, kept_share
from .loyalty_card import CARDS_MERGE, POSTED_BY_CALLER


class SaleOrderLine(models.Model):
    """Odoo changes cards when reward lines of confirmed orders change; we post that."""

    _inherit = "sale.order.line"

    @api.constrains("coupon_id", "order_id")
    def _check_coupon(self):
        if not CARDS_MERGE.on(self):
            self.filtered("coupon_id").order_id._check_cards()

    @api.model_create_multi
    def create(self, vals_list):
        if not any(vals.get("coupon_id") for vals in vals_list):
            return super().create(vals_list)
        for vals in vals_list:
            self._check_cost(vals)
        orders = {vals["order_id"] for vals in vals_list if vals.get("order_id")}
        orders = self.env["sale.order"].browse(orders)
        lines = super(SaleOrderLine, self._leaving_points(orders)).create(vals_list)
        lines = lines.with_env(self.env)
        lines._confirmed_orders()._post_points_now()
        return lines

    def write(self, vals):
        if "points_cost" not in vals:
            return super().write(vals)
        self._check_cost(vals)
        lines = self._leaving_points(self.order_id)
        res = super(SaleOrderLine, lines).write(vals)
        self._confirmed_orders()._post_points_now()
        return res

    def unlink(self):
        orders = self.filtered("coupon_id")._confirmed_orders()
        if not orders:
            return super().unlink()
        lines = self._leaving_points(orders)
        res = super(SaleOrderLine, lines).unlink()
        orders._post_points_now()
        return res

    def _check_cost(self, vals):
        cost = {name: vals[name] for name in {"points_cost"} & vals.keys()}
        check_numbers(self, cost, {"points_cost": (-MOST_POINTS, MOST_POINTS)})

    def _goods(self):
        """What was bought, without rewards and down payments."""
        return self.filtered(lambda line: not (line.reward_id or line.is_downpayment))

    def _kept_share(self, program=None) -> float:
        """Which share of these goods the customer keeps after credit notes.

        :param program: count the goods it gives points for
        """
        goods = self._rewarded_by(program) if program else self
        amounts = {"out_invoice": 0.0, "out_refund": 0.0}
        for line in goods:
            for item in line.invoice_lines:
                if item.parent_state == "posted" and item.move_type in amounts:
                    amounts[item.move_type] += item.currency_id._convert(
                        item.price_total,
                        line.currency_id,
                        line.company_id,
                        line.order_id.date_order,
                    )
        share = kept_share(
            sum(goods.mapped("price_total")),
            amounts["out_invoice"],
            amounts["out_refund"],
        )
        return program._kept_points_share(share) if program else share

    def _rewarded_by(self, program):
        products = program._rewarded_products(self.product_id)
        return self.filtered(lambda line: line.product_id in products)

    def _confirmed_orders(self):
        return self.order_id.filtered(lambda order: order.state == "sale")

    def _leaving_points(self, orders):
        return POSTED_BY_CALLER.put(self, orders)
