from odoo import api, fields, models
from odoo.exceptions import UserError

REASONS = [
    ("projection", "Ordered"),
    ("sale", "Sale"),
    ("change", "Changed"),
    ("return", "Returned"),
    ("catch_up", "Tier Catch-Up"),
    ("payment", "Payment"),
    ("dispute", "Dispute Settled"),
]


class DistributionAccrual(models.Model):
    """What one line earned, when and by which rate: entries that nobody changes.

    Each has four differences: what is expected of open orders, what is earned, what of
    it may be paid out, and what never will be. Their sums are what holds now. What a
    line earned is read from its own entries ever after, never from today's terms.
    """

    _name = "distribution.accrual"
    _description = "Commission or Rebate Entry"
    _inherit = "suite.protected.mixin"
    _order = "date desc, id desc"
    _rec_name = "term_id"
    # the settlement alone takes an entry onto a statement
    _protected_fields = {
        "company_id",
        "term_id",
        "partner_id",
        "kind",
        "currency_id",
        "reason",
        "date",
        "period_from",
        "order_line_id",
        "move_line_id",
        "cause_line_id",
        "sellout_line_id",
        "order_id",
        "move_id",
        "product_id",
        "source_amount",
        "source_currency_id",
        "share",
        "quantity",
        "turnover",
        "basis",
        "rate",
        "projected",
        "earned",
        "payable",
        "closed",
        "settlement_line_id",
        "state",
    }

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    term_id = fields.Many2one(
        "distribution.term",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Intermediary",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    kind = fields.Selection(
        [("commission", "Commission"), ("rebate", "Rebate")],
        required=True,
        readonly=True,
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    reason = fields.Selection(REASONS, required=True, readonly=True)
    date = fields.Date(
        required=True,
        readonly=True,
        index=True,
        help="The day of the document where the company is.",
    )
    period_from = fields.Date("Tier Period", readonly=True)
    order_line_id = fields.Many2one(
        "sale.order.line", readonly=True, index="btree_not_null", ondelete="set null"
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        "Invoice Line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    cause_line_id = fields.Many2one(
        "account.move.line",
        "Returned by",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    sellout_line_id = fields.Many2one(
        "distribution.sellout.line",
        "Sell-Out Line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", ondelete="set null"
    )
    move_id = fields.Many2one(
        "account.move",
        "Document",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    product_id = fields.Many2one("product.product", readonly=True, ondelete="restrict")
    source_amount = fields.Monetary(
        "Line Amount",
        readonly=True,
        currency_field="source_currency_id",
        help="Without tax, after discounts, in the currency of the document.",
    )
    source_currency_id = fields.Many2one("res.currency", readonly=True)
    share = fields.Float(
        "Share (%)", readonly=True, aggregator="avg", help="Of the intermediary."
    )
    quantity = fields.Float(readonly=True, help="In the unit of the product.")
    turnover = fields.Float(
        readonly=True, help="What it adds towards the tiers of the period."
    )
    basis = fields.Float(
        readonly=True, help="What the rate is of: amount, margin or pieces."
    )
    rate = fields.Float(
        digits=(16, 4),
        readonly=True,
        aggregator="avg",
        help="As it was when it was earned: per cent, or an amount per piece.",
    )
    projected = fields.Monetary(readonly=True, help="Of confirmed orders not invoiced.")
    earned = fields.Monetary(readonly=True)
    payable = fields.Monetary(
        readonly=True, help="What may be paid out, and what was paid out."
    )
    closed = fields.Monetary(
        readonly=True,
        help="Earned, and never payable: the customer did not pay it in money.",
    )
    settlement_line_id = fields.Many2one(
        "distribution.settlement.line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
    )
    settlement_id = fields.Many2one(
        related="settlement_line_id.settlement_id", string="Statement"
    )
    state = fields.Selection(
        [
            ("projected", "Projected"),
            ("earned", "Earned"),
            ("payable", "Payable"),
            ("settled", "Settled"),
        ],
        required=True,
        readonly=True,
        help="Settled: it stands on a bill or credit note.",
    )

    _turnover_idx = models.Index("(term_id, partner_id, period_from)")
    _open_idx = models.Index(
        "(company_id, partner_id) WHERE settlement_line_id IS NULL AND payable <> 0"
    )

    @api.depends("term_id", "reason", "date")
    def _compute_display_name(self):
        labels = dict(self._fields["reason"]._description_selection(self.env))
        for entry in self:
            # sudo: the term's name, of whoever may see the entry
            term = entry.sudo().term_id.name
            entry.display_name = f"{term}, {labels.get(entry.reason, '')}"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(
            self.env._("What was earned stays: a later entry takes it back.")
        )

    def action_open_source(self):
        """The invoice or the order that made it."""
        self.ensure_one()
        self.check_access("read")
        source = self.move_id or self.order_id
        if not source:
            raise UserError(self.env._("It comes from the turnover of a period."))
        source.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": source._name,
            "res_id": source.id,
            "view_mode": "form",
        }
