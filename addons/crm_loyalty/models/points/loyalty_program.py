from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import ormcache

from ...points import MOST_POINTS, DebtPolicy

# a hundred years: more would end behind the last day of the calendar
MOST_DAYS = 36_525


class LoyaltyProgram(models.Model):
    """When points vest and expire, whose they are, and what a point is worth."""

    _name = "loyalty.program"
    _inherit = ["loyalty.program", "suite.number.mixin"]

    _number_limits = {
        "point_vesting_days": (0, MOST_DAYS),
        "point_valid_days": (0, MOST_DAYS),
        "point_notice_days": (0, MOST_DAYS),
        "point_price": (0, MOST_POINTS),
        "point_redemption_share": (0, 1),
    }

    point_vesting = fields.Selection(
        [
            ("confirmation", "The order is confirmed"),
            ("delivery", "Everything is delivered"),
            ("invoice", "Everything is invoiced"),
            ("payment", "Everything is paid"),
        ],
        "Points Available When",
        default="confirmation",
        required=True,
        help="Until then points are pending: shown, but not to be spent. Points that "
        "pay for something in the very order that earns them need 'confirmed'.",
    )
    point_vesting_days = fields.Integer(
        "Days to Wait After", help="A return window, for example."
    )
    point_valid_days = fields.Integer(
        "Expires After (Days)",
        help="Counted from the day on which they are available; 0 means for ever. "
        "Points that expire first are spent first.",
    )
    point_notice_days = fields.Integer(
        "Notice Before (Days)", help="0 means that nobody is told."
    )
    point_debt_policy = fields.Selection(
        [
            (DebtPolicy.BLOCK.value, "Refuse the refund"),
            (DebtPolicy.OWE.value, "The customer owes them"),
            (DebtPolicy.WRITE_OFF.value, "Write them off"),
        ],
        "If Refunded Points Are Spent",
        default=DebtPolicy.OWE.value,
        required=True,
        help="Owed points are paid by the next ones earned.",
    )
    point_holder = fields.Selection(
        [("contact", "Each contact"), ("company", "The company, for all its contacts")],
        "Points Belong To",
        default="contact",
        required=True,
    )

    point_responsible_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        ondelete="set null",
        domain="[('share', '=', False)]",
        help="Is told when a card does not hold what its entries add up to.",
    )

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

    _point_days_range = models.Constraint(
        "CHECK (point_vesting_days >= 0 AND point_valid_days >= 0"
        " AND point_notice_days >= 0)",
        "Days cannot be negative.",
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

    def _check_company_stays(self, vals) -> None:
        """Its points, and what is owed for them, would move to another company."""
        if "company_id" not in vals:
            return
        company_id = vals["company_id"] or False
        moving = self.filtered(lambda one: one.company_id.id != company_id)
        # sudo: the ledger is the same for whoever may set the program
        entries = self.env["loyalty.point.entry"].sudo()
        groups = entries._read_group([("program_id", "in", moving.ids)], ["program_id"])
        for (program,) in groups:
            raise ValidationError(
                self.env._(
                    "Points of %s have moved: its company stays. Make another "
                    "program for the other company.",
                    program.name,
                )
            )

    def _regroup_cards(self):
        """Contacts' points go to their company's card, or stay there and part ways."""
        # sudo: whoever may set the program may have its cards follow
        Card = self.env["loyalty.card"].sudo().with_context(active_test=False)
        Card.search([("program_id", "in", self.ids)])._join_accounts()

    def _points_last_days(self) -> int:
        return self.point_valid_days if self.keep_ledger else 0

    def _vests_at_confirmation(self) -> bool:
        """Whether points may be spent as soon as the order is confirmed.

        Coupons for one order cannot wait: only a customer's own card can.
        """
        waits = self.point_vesting != "confirmation" or self.point_vesting_days
        return not (waits and self.is_nominative and self.keep_ledger)

    @api.model
    @ormcache()
    def _any_payment_program(self) -> bool:
        """Whether anything is, or was, paid by gift card or wallet here."""
        # sudo: of any company; it only spares reports work
        programs = self.sudo().with_context(active_test=False)
        kinds = [("program_type", "in", ("gift_card", "ewallet"))]
        return bool(programs.search_count(kinds, limit=1))

    def _tell_payments(self) -> None:
        """Whoever has looked whether there is such a program looks again."""
        if self.filtered("is_payment_program"):
            self._forget_answers()

    def _gives_in_parts(self) -> bool:
        """Whether a part of its points means anything: of a coupon none does."""
        return self.is_nominative or self.is_payment_program

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
                points=f"{best.required_points:.15g}",
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
