from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare

from ..network.res_partner import GROUP_USER


class DistributionShare(models.Model):
    """The part that an intermediary had in an order, where it is not all or nothing."""

    _name = "distribution.share"
    _description = "Share of an Intermediary in an Order"
    _inherit = ["suite.company.mixin", "suite.protected.mixin", "suite.number.mixin"]
    _order = "order_id, percent desc, id"
    _rec_name = "partner_id"
    _company_links = ("partner_id",)
    _number_limits = {"percent": (0.01, 100)}

    order_id = fields.Many2one(
        "sale.order", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", "Intermediary", required=True, index=True, ondelete="restrict"
    )
    percent = fields.Float("Share (%)", default=100, required=True)

    _partner_uniq = models.UniqueIndex(
        "(order_id, partner_id)", "This intermediary has its share already."
    )
    _percent_range = models.Constraint(
        "CHECK (percent > 0 AND percent <= 100)",
        "A share is above 0 and not above 100 %.",
    )

    @api.constrains("partner_id")
    def _check_partner(self):
        self.partner_id._check_is_company()

    @api.constrains("order_id", "percent")
    def _check_whole(self):
        """No more is shared out than there is, also when two share at one moment."""
        orders = self.order_id
        self.env["suite.turn"]._take(f"shares {order.id}" for order in orders)
        # sudo: shares that the writer may not see count as well
        sums = self.sudo()._read_group(
            [("order_id", "in", orders.ids)], ["order_id"], ["percent:sum"]
        )
        for order, percent in sums:
            if float_compare(percent, 100, precision_digits=4) > 0:
                raise ValidationError(
                    self.env._(
                        "%(order)s: shares of %(percent)s %% are more than the whole.",
                        order=order.name,
                        percent=round(percent, 2),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        shares = super().create(vals_list)
        shares._check_may_share()
        return shares

    def write(self, vals):
        self._check_may_share()
        res = super().write(vals)
        self._check_may_share()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_hidden_orders(self):
        self._check_may_share()

    def _check_may_share(self) -> None:
        """Whose an order's commission is, say channel users, or who may change it.

        Not of orders that he does not see: whoever works with own intermediaries alone.
        """
        if not (self.env.su or self.env.user.has_group(GROUP_USER)):
            self.order_id.check_access("write")

    @api.model
    def _merge_partners(self, src_partners, dst_partner) -> None:
        """Before contacts are merged: what both had of an order is one share."""
        shares = self.search([("partner_id", "in", (src_partners | dst_partner).ids)])
        for parts in shares.grouped("order_id").values():
            kept = parts.filtered(lambda one: one.partner_id == dst_partner)
            kept = (kept or parts)[:1]
            whole = sum(parts.mapped("percent"))
            (parts - kept).unlink()
            kept.percent = min(whole, 100)
