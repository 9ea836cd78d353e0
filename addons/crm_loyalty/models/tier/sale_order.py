from odoo import api, fields, models

from .tier_words import DELIVERY_PRIORITIES


class SaleOrder(models.Model):
    """Orders give what the customer's tier grants, and count for the next one."""

    _name = "sale.order"
    _inherit = ["sale.order", "suite.protected.mixin"]
    _protected_fields = {"tier_point_factor"}

    tier_point_factor = fields.Float(
        default=1.0,
        readonly=True,
        copy=False,
        help="By which points were multiplied when the order was confirmed.",
    )
    tier_delivery_priority = fields.Selection(
        DELIVERY_PRIORITIES,
        compute="_compute_tier_delivery_priority",
        help="By the customer's tier today: for the deliveries of the order.",
    )

    @api.depends("partner_id", "company_id")
    def _compute_tier_delivery_priority(self):
        for company, orders in self.grouped("company_id").items():
            granted = orders.partner_id._tier_benefits("delivery", company)
            for order in orders:
                benefit = granted.get(order.partner_id.commercial_partner_id)
                order.tier_delivery_priority = benefit and benefit.delivery_priority

    def _apply_tier_term(self):
        """The tier's term where it gives more time than the customer's own."""
        self.env["account.payment.term"]._grant_longer(self, "payment_term_id")

    def _evaluate_tiers(self):
        programs = self.env["loyalty.tier.program"]
        for company, orders in self.grouped("company_id").items():
            if programs._published_ids(company.id):
                programs._evaluate_customers(orders.partner_id, company)

    def _follow_point_factor(self):
        """The factor follows the tier until the order is confirmed, and then stays."""
        for order in self.filtered(lambda order: order.state != "sale"):
            factor = order._granted_point_factor()
            if order.tier_point_factor != factor:
                # sudo: nobody sets it by hand
                order.sudo().tier_point_factor = factor

    def _granted_point_factor(self) -> float:
        # read together with the company's own contact, whose time zone Odoo asks for
        both = self.partner_id | self.company_id.partner_id
        customer = self.partner_id.with_prefetch(both._ids)
        granted = customer._tier_benefits("point_factor", self.company_id)
        benefit = granted.get(customer.commercial_partner_id)
        return benefit.point_factor if benefit else 1.0

    def _apply_point_factor(self, statuses: dict) -> dict:
        """What a program of points gives, times what the tier makes of it."""
        for program, status in statuses.items():
            if status.get("points"):
                status["points"] = [
                    self._with_point_factor(program, points)
                    for points in status["points"]
                ]
        return statuses

    def _point_factor(self, program):
        if program.program_type != "loyalty" or not program.keep_ledger:
            return super()._point_factor(program)
        return self.tier_point_factor or 1.0
