from collections import defaultdict
from datetime import date
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

GROUP_SETTLE = "account.group_account_invoice"
BILL = {"commission": "in_invoice", "rebate": "out_refund"}


class Due(NamedTuple):
    """What one intermediary is owed up to a day, and what stands against paying it."""

    partner: int
    kind: str
    currency: int
    amount: float
    count: int
    reason: str


class DistributionSettlement(models.Model):
    """A statement of what is payable, which a vendor bill or a credit note pays.

    Each entry stands on one statement, and each line on one bill. What is below zero or
    below the minimum stays with the entries and is carried to the next run.
    """

    _name = "distribution.settlement"
    _description = "Commission or Rebate Statement"
    _inherit = ["mail.thread", "suite.company.mixin", "suite.protected.mixin"]
    _order = "date_to desc, id desc"
    _company_links = ("partner_id",)
    _protected_fields = {
        "name",
        "company_id",
        "partner_id",
        "kind",
        "currency_id",
        "date_to",
        "is_cancelled",
        "line_ids",
        "move_ids",
    }

    name = fields.Char(required=True, readonly=True, copy=False)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Intermediary",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        context={"active_test": False},
    )
    kind = fields.Selection(
        [("commission", "Commission"), ("rebate", "Rebate")],
        required=True,
        readonly=True,
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    date_to = fields.Date(
        "Through", required=True, readonly=True, help="The last day is included."
    )
    line_ids = fields.One2many(
        "distribution.settlement.line", "settlement_id", readonly=True
    )
    move_ids = fields.One2many(
        "account.move",
        "distribution_settlement_id",
        "Bills and Credit Notes",
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    is_cancelled = fields.Boolean(readonly=True, copy=False)
    state = fields.Selection(
        [
            ("open", "To Bill"),
            ("disputed", "In Dispute"),
            ("billed", "Billed"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
    )
    amount = fields.Monetary("Total", compute="_compute_amounts", store=True)
    amount_open = fields.Monetary(
        "To Bill", compute="_compute_amounts", store=True, help="Without disputes."
    )
    amount_disputed = fields.Monetary(
        "In Dispute", compute="_compute_amounts", store=True
    )
    amount_billed = fields.Monetary("Billed", compute="_compute_amounts", store=True)

    @api.depends("is_cancelled", "line_ids.state")
    def _compute_state(self):
        for one in self:
            states = set(one.line_ids.mapped("state"))
            if one.is_cancelled:
                one.state = "cancelled"
            elif "open" in states:
                one.state = "open"
            elif "disputed" in states:
                one.state = "disputed"
            else:
                one.state = "billed"

    @api.depends("line_ids.state", "line_ids.amount")
    def _compute_amounts(self):
        sums = defaultdict(float)
        for settlement, state, amount in self.env[
            "distribution.settlement.line"
        ]._read_group(
            [("settlement_id", "in", self.ids)],
            ["settlement_id", "state"],
            ["amount:sum"],
        ):
            sums[settlement.id, state] = amount
        for one in self:
            parts = {
                state: one.currency_id.round(sums[one._origin.id, state])
                for state in ("open", "disputed", "billed")
            }
            one.amount_open = parts["open"]
            one.amount_disputed = parts["disputed"]
            one.amount_billed = parts["billed"]
            one.amount = sum(parts.values())

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A statement is cancelled, not deleted."))

    def action_draft_bill(self):
        """Draft a vendor bill or a credit note of what is left to bill."""
        self._check_may_settle()
        bills = self.env["account.move"]
        for one in self:
            bills |= one._draft_bill()
        return bills._get_records_action() if bills else None

    def action_cancel(self):
        """What stands on no bill goes back to what the next run finds."""
        self._check_may_settle()
        for one in self:
            if any(line.state == "billed" for line in one.line_ids):
                raise UserError(
                    self.env._("%s: cancel or delete its bill first.", one.display_name)
                )
        # sudo: statements are the system's; the right was asked
        own = self.sudo()
        own.line_ids._release()
        own.is_cancelled = True

    def action_open_bills(self):
        self._check_may_settle()
        return self.move_ids._get_records_action()

    def action_print(self):
        self.check_access("read")
        report = self.env.ref("crm_distribution.report_distribution_settlement")
        return report.report_action(self)

    def _check_may_settle(self) -> None:
        """By Odoo's own rights on invoices, and for what one may see."""
        if not (self.env.su or self.env.user.has_group(GROUP_SETTLE)):
            raise AccessError(
                self.env._("Only those who may invoice pay commissions and rebates.")
            )
        self.check_access("read")

    def _draft_bill(self, chosen=None):
        """
        :param chosen: only these of its lines
        """
        self.ensure_one()
        # two at one moment: the second one finds nothing left
        self.env["suite.turn"]._take([f"statement {self.id}"])
        lines = self.env["distribution.settlement.line"].search(
            [("settlement_id", "=", self.id), ("state", "=", "open")]
        )
        if chosen is not None:
            lines &= chosen
        if not lines:
            return self.env["account.move"]
        total = self.currency_id.round(sum(lines.mapped("amount")))
        if self.currency_id.compare_amounts(total, 0) <= 0:
            raise UserError(
                self.env._(
                    "%s: what is left to bill is not above zero. Cancel it, so that "
                    "it is carried to the next one.",
                    self.display_name,
                )
            )
        # the bill itself by the rights of whoever settles
        moves = self.env["account.move"]._as_system()
        bill = moves.create(self._prepare_bill_values(lines))
        # sudo: lines are the system's; the right was asked
        lines.sudo()._set_billed(bill)
        return bill.with_env(self.env)

    def _prepare_bill_values(self, lines) -> dict:
        amounts = [
            (
                self.env._(
                    "%(term)s, statement %(statement)s",
                    term=term.name,
                    statement=self.name,
                ),
                self.currency_id.round(sum(some.mapped("amount"))),
            )
            for term, some in lines.grouped("term_id").items()
        ]
        values = self.env["account.move"]._prepare_channel_values(
            BILL[self.kind], self, self.name, amounts
        )
        return {**values, "distribution_settlement_id": self.id}

    # the run

    @api.model
    def _dues(self, company, through: date, minimum: float, partners=None):
        """What is payable up to a day and on no statement, with why it is not paid."""
        domain = (
            Domain("company_id", "=", company.id)
            & Domain("settlement_line_id", "=", False)
            & Domain("date", "<=", through)
            & Domain("payable", "!=", 0)
        )
        if partners:
            domain &= Domain("partner_id", "in", partners.ids)
        groups = self.env["distribution.accrual"]._read_group(
            domain,
            ["partner_id", "kind", "currency_id"],
            ["payable:sum", "__count"],
        )
        dues = []
        for partner, kind, currency, amount, count in groups:
            amount = currency.round(amount)
            least = company.currency_id._convert(minimum, currency, company, through)
            reason = ""
            if currency.compare_amounts(amount, 0) < 0:
                reason = self.env._("Owed to us: carried")
            elif currency.is_zero(amount):
                reason = self.env._("Sums up to zero: carried")
            elif currency.compare_amounts(amount, least) < 0:
                reason = self.env._("Below the minimum: carried")
            dues.append(Due(partner.id, kind, currency.id, amount, count, reason))
        return dues

    @api.model
    def _run(self, company, through: date, minimum: float = 0.0, partners=None):
        """One statement a partner, kind and currency, of what is due.

        :param self: in superuser mode; the caller asked for the right
        """
        # two at one moment: the second one finds nothing left
        self.env["suite.turn"]._take([f"settlement {company.id}"])
        self.env["distribution.accrual"].flush_model()
        settlements = self.browse()
        for due in self._dues(company, through, minimum, partners):
            if due.reason:
                continue
            settlements |= self.create(
                {
                    "name": self._next_name(company, through),
                    "company_id": company.id,
                    "partner_id": due.partner,
                    "kind": due.kind,
                    "currency_id": due.currency,
                    "date_to": through,
                }
            )
        settlements.line_ids._take_entries(settlements)
        return settlements

    def _next_name(self, company, day: date) -> str:
        sequence = self.env["ir.sequence"].with_company(company)
        return sequence.next_by_code("distribution.settlement", day) or "/"

    @api.model
    def _overview(self, company, through: date, minimum: float) -> list[dict]:
        """For every intermediary what is projected, earned and payable, and why not."""
        dues = defaultdict(list)
        for due in self._dues(company, through, minimum):
            dues[due.partner, due.kind, due.currency].append(due)
        rows = []
        for partner, kind, currency, projected, earned, payable, closed in self.env[
            "distribution.accrual"
        ]._read_group(
            [("company_id", "=", company.id), ("date", "<=", through)],
            ["partner_id", "kind", "currency_id"],
            ["projected:sum", "earned:sum", "payable:sum", "closed:sum"],
        ):
            due = dues.get((partner.id, kind, currency.id), [None])[0]
            rows.append(
                {
                    "partner": partner.display_name,
                    "kind": kind,
                    "currency": currency,
                    "projected": projected,
                    "earned": earned,
                    "coming": currency.round(earned - payable - closed),
                    "due": due.amount if due else 0.0,
                    "reason": due.reason if due else self.env._("Nothing is due"),
                }
            )
        return rows
