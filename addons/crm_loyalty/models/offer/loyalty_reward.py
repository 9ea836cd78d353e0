import numpy as np

from odoo import fields, models
from odoo.fields import Domain


class LoyaltyReward(models.Model):
    """What a reward costs the company, in its currency."""

    _inherit = "loyalty.reward"

    def _usual_cost(self, revenue, company):
        """Cost on orders of these revenues; nan where it cannot be said."""
        self.ensure_one()
        if self.reward_type == "product":
            return np.full(len(revenue), self._gift_cost(company))
        if self.reward_type != "discount":
            return np.full(len(revenue), np.nan)
        rate = self._rate_to(company)
        if self.discount_mode == "percent":
            cost = np.maximum(revenue, 0.0) * self.discount / 100
        else:
            cost = np.full(len(revenue), self._fixed_amount() * rate)
        if self.discount_max_amount:
            cost = np.minimum(cost, self.discount_max_amount * rate)
        return np.minimum(cost, np.maximum(revenue, 0.0))

    def _order_cost(self, lines, company, rate: float) -> tuple[float, object]:
        """Cost on an order's own lines, and the lines whose price it lowers.

        :param rate: from the order's currency to the company's
        """
        self.ensure_one()
        nothing = lines.browse()
        if self.reward_type == "product":
            return self._gift_cost(company), nothing
        if self.reward_type != "discount":
            return float("nan"), nothing
        discounted = self._discounted_lines(lines)
        base = sum(discounted.mapped("price_subtotal")) * rate
        if self.discount_applicability == "cheapest":
            base = sum(
                line.price_subtotal / (line.product_uom_qty or 1) * rate
                for line in discounted
            )
        to_company = self._rate_to(company)
        if self.discount_mode == "percent":
            cost = base * self.discount / 100
        else:
            cost = self._fixed_amount() * to_company
        if self.discount_max_amount:
            cost = min(cost, self.discount_max_amount * to_company)
        return max(min(cost, base), 0.0), discounted

    def _discounted_lines(self, lines):
        priced = lines.filtered(lambda line: line.price_subtotal > 0)
        if self.discount_applicability == "cheapest":
            return priced.sorted(
                lambda line: line.price_subtotal / (line.product_uom_qty or 1)
            )[:1]
        if self.discount_applicability == "specific":
            products = priced.product_id.filtered_domain(
                Domain(self._get_discount_product_domain())
            )
            return priced.filtered(lambda line: line.product_id in products)
        return priced

    def _gift_cost(self, company) -> float:
        """The dearest of the products to choose from, at cost."""
        products = self.reward_product_ids.with_company(company)
        if not products:
            return float("nan")
        return max(products.mapped("standard_price")) * self.reward_product_qty

    def _fixed_amount(self) -> float:
        """Per order, or per point for the points that the reward takes."""
        if self.discount_mode == "per_point":
            return self.discount * self.required_points
        return self.discount

    def _rate_to(self, company) -> float:
        currency = self.currency_id or company.currency_id
        return currency._get_conversion_rate(
            currency, company.currency_id, company, fields.Date.context_today(self)
        )
