from odoo import api, fields, models

from ...points import DebtPolicy

# a share below this is the noise of adding amounts
NOTHING = 1e-6


class LoyaltyProgram(models.Model):
    _inherit = "loyalty.program"

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
        "Points Last (Days)",
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
        "Answers for Points",
        default=lambda self: self.env.user,
        ondelete="set null",
        domain="[('share', '=', False)]",
        help="Is told when a card does not hold what its entries add up to.",
    )

    _point_days_range = models.Constraint(
        "CHECK (point_vesting_days >= 0 AND point_valid_days >= 0"
        " AND point_notice_days >= 0)",
        "Days cannot be negative.",
    )

    def write(self, vals):
        res = super().write(vals)
        if "point_holder" in vals:
            self.with_context(active_test=False)._regroup_cards()
        return res

    def _regroup_cards(self):
        """Contacts' points go to their company's card, or stay there and part ways."""
        # sudo: whoever may set the program may have its cards follow
        cards = self.env["loyalty.card"].sudo().search([("program_id", "in", self.ids)])
        cards._join_accounts()

    def _points_last_days(self) -> int:
        return self.point_valid_days

    def _vests_at_confirmation(self) -> bool:
        """Whether points may be spent as soon as the order is confirmed.

        Coupons for one order cannot wait: only a customer's own card can.
        """
        waits = self.point_vesting != "confirmation" or self.point_vesting_days
        return not (waits and self.is_nominative)

    def _rewarded_products(self, products):
        """Those of the products that the program gives points for."""
        rules = self._get_valid_products(products)
        return self.env["product.product"].union(*rules.values())

    def _kept_points_share(self, share: float) -> float:
        """The share of points that stays when so much of the goods is kept.

        Half a coupon is none: it goes with the last of the goods.
        """
        if self.is_nominative or self.is_payment_program:
            return share
        return 1.0 if share > NOTHING else 0.0

    @api.model
    def _open_ledger(self, batch_size=1000):
        """Take over the balances from before the ledger, each once."""
        # sudo: what is installed is installed for every company
        Card = self.env["loyalty.card"].sudo().with_context(active_test=False)
        unopened = [("points", "!=", 0), ("entry_ids", "=", False)]
        while cards := Card.search(unopened, limit=batch_size):
            cards._open_balances()
        Card.search([("account_key", "=", False)])._join_accounts()
        Card.with_context(active_test=True)._hide_quoted_cards()
