from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class LoyaltyProgram(models.Model):
    """What a point is worth, and how many are expected to be spent."""

    _inherit = "loyalty.program"

    point_price = fields.Float(
        "Price of a Point",
        digits=(16, 6),
        help="In the program's currency. 0 takes it from the rewards: the most that a "
        "point brings off a price.",
    )
    point_price_reason = fields.Char(
        "Why This Price", help="Needed where the price is not taken from the rewards."
    )
    point_redemption_share = fields.Float(
        "Expected to Be Spent",
        default=1.0,
        help="Share of earned points. Counts until enough points of this program have "
        "been spent or have expired; then what was seen counts instead.",
    )

    _point_price_range = models.Constraint(
        "CHECK (point_price >= 0)", "The price of a point cannot be negative."
    )
    _point_redemption_share_range = models.Constraint(
        "CHECK (point_redemption_share BETWEEN 0 AND 1)",
        "The share of points that are expected to be spent lies between 0 and 100 %.",
    )

    @api.constrains("point_price", "point_price_reason")
    def _check_point_price(self):
        for program in self:
            if program.point_price and not (program.point_price_reason or "").strip():
                raise ValidationError(
                    self.env._(
                        "Say why the price of a point in %s is not taken from the "
                        "rewards.",
                        program.name,
                    )
                )

    def _point_worth(self, company, day) -> tuple[float, str]:
        """A point's stand-alone selling price in the company's currency, and whence.

        :raise UserError: no reward says what a point is worth, or there is no rate
        """
        self.ensure_one()
        if self.point_price:
            worth, source = self.point_price, self.point_price_reason
        else:
            worths = {reward: reward._worth_per_point() for reward in self.reward_ids}
            best = max(worths, key=worths.get, default=None)
            if not best or not worths[best]:
                raise UserError(
                    self.env._(
                        "No reward of %s says what a point is worth in money: set the "
                        "price of a point on the program.",
                        self.name,
                    )
                )
            worth = worths[best]
            source = self.env._(
                "Reward: %(reward)s for %(points)s points",
                reward=best.description,
                points=f"{best.required_points:g}",
            )
        self._check_rate(self.currency_id, company, day)
        price = self.currency_id._convert(
            worth, company.currency_id, company, day, round=False
        )
        return price, source

    def _check_rate(self, currency, company, day):
        """Odoo would take 1 where it knows no rate."""
        for each in currency | company.currency_id:
            if currency == company.currency_id or each == company.currency_id:
                continue
            known = self.env["res.currency.rate"].search_count(
                [
                    ("currency_id", "=", each.id),
                    ("company_id", "in", [False, company.root_id.id]),
                    ("name", "<=", day),
                ],
                limit=1,
            )
            if not known:
                raise UserError(
                    self.env._(
                        "There is no rate of %(currency)s on %(day)s or before: add "
                        "one and value again.",
                        currency=each.name,
                        day=fields.Date.to_string(day),
                    )
                )
