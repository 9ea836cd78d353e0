from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class DistributionSettlementLine(models.Model):
    """One entry on a statement: it is billed once, or held by a dispute."""

    _name = "distribution.settlement.line"
    _description = "Line of a Statement"
    _inherit = "suite.protected.mixin"
    _order = "settlement_id desc, date, id"
    _rec_name = "accrual_id"
    _protected_fields = {
        "settlement_id",
        "company_id",
        "accrual_id",
        "amount",
        "written_off",
        "state",
        "move_id",
        "dispute_reason",
        "outcome",
        "decided_by_id",
        "decided_on",
    }

    settlement_id = fields.Many2one(
        "distribution.settlement",
        "Statement",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    accrual_id = fields.Many2one(
        "distribution.accrual",
        "Entry",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    term_id = fields.Many2one(related="accrual_id.term_id")
    date = fields.Date(related="accrual_id.date", store=True)
    reason = fields.Selection(related="accrual_id.reason")
    document_id = fields.Many2one(related="accrual_id.move_id", string="Document")
    order_id = fields.Many2one(related="accrual_id.order_id")
    product_id = fields.Many2one(related="accrual_id.product_id")
    source_amount = fields.Monetary(
        related="accrual_id.source_amount", currency_field="source_currency_id"
    )
    source_currency_id = fields.Many2one(related="accrual_id.source_currency_id")
    rate = fields.Float(related="accrual_id.rate")
    currency_id = fields.Many2one(related="settlement_id.currency_id")
    amount = fields.Monetary(readonly=True)
    written_off = fields.Monetary(readonly=True)
    state = fields.Selection(
        [
            ("open", "To Bill"),
            ("disputed", "In Dispute"),
            ("billed", "Billed"),
            ("written_off", "Written Off"),
        ],
        required=True,
        readonly=True,
        default="open",
    )
    move_id = fields.Many2one(
        "account.move",
        "Bill",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    dispute_reason = fields.Text(readonly=True)
    outcome = fields.Text("Decision", readonly=True)
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True)
    decided_on = fields.Datetime("Decided on", readonly=True)

    _accrual_uniq = models.UniqueIndex(
        "(accrual_id)", "An entry stands on one statement."
    )
    _settlement_state_idx = models.Index("(settlement_id, state)")

    def action_bill(self):
        """Bill these lines alone; those of the same statement that are left follow."""
        self.settlement_id._check_may_settle()
        self.check_access("read")
        bills = self.env["account.move"]
        for settlement, lines in self.grouped("settlement_id").items():
            bills |= settlement._draft_bill(lines)
        return bills._get_records_action() if bills else None

    def action_dispute(self):
        """Ask why, then hold the line."""
        return self._ask("dispute")

    def action_decide(self):
        """Ask what is granted, and why."""
        return self._ask("decide")

    def _ask(self, decision: str):
        self.ensure_one()
        self.settlement_id._check_may_settle()
        wizard = self.env["distribution.dispute"].create(
            {"line_id": self.id, "decision": decision, "granted": self.amount}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dispute"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _hold(self, reason: str) -> None:
        """The line waits; the others are billed."""
        self.ensure_one()
        self.settlement_id._check_may_settle()
        if self.state != "open":
            raise UserError(self.env._("Only what is not billed yet can be disputed."))
        # sudo: lines are the system's; the right was asked
        self.sudo().write({"state": "disputed", "dispute_reason": reason})

    def _decide(self, granted: float, outcome: str) -> None:
        """What is granted may be billed; the rest is written off, and by whom."""
        self.ensure_one()
        self.settlement_id._check_may_settle()
        if self.state != "disputed":
            raise UserError(self.env._("This line is not in dispute."))
        granted = self.currency_id.round(granted)
        low, high = sorted((0.0, self.amount))
        if not low <= granted <= high:
            raise UserError(
                self.env._("What is granted lies between 0 and the amount of the line.")
            )
        lost = self.currency_id.round(self.amount - granted)
        # sudo: lines and entries are the system's; the right was asked
        line = self.sudo()
        line.write(
            {
                "amount": granted,
                "written_off": lost,
                "state": "open" if granted else "written_off",
                "outcome": outcome,
                "decided_by_id": self.env.uid,
                "decided_on": fields.Datetime.now(),
            }
        )
        if lost:
            line.accrual_id._write_off(lost, line)
        if not granted:
            line._entries("settled")

    @api.model
    def _take_entries(self, settlements) -> None:
        """What is payable and on no statement goes onto that of its intermediary."""
        if not settlements:
            return
        settlements.flush_recordset()
        self.env["distribution.accrual"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH line AS (
                    INSERT INTO distribution_settlement_line
                           (settlement_id, company_id, accrual_id, date, amount,
                            state, create_uid, create_date, write_uid, write_date)
                    SELECT statement.id, entry.company_id, entry.id, entry.date,
                           entry.payable, 'open', %(user)s, %(now)s, %(user)s, %(now)s
                      FROM distribution_settlement statement
                      JOIN distribution_accrual entry
                        ON entry.company_id = statement.company_id
                       AND entry.partner_id = statement.partner_id
                       AND entry.kind = statement.kind
                       AND entry.currency_id = statement.currency_id
                       AND entry.date <= statement.date_to
                     WHERE statement.id = ANY(%(settlements)s)
                       AND entry.settlement_line_id IS NULL AND entry.payable <> 0
                     ORDER BY entry.date, entry.id
                    RETURNING id, accrual_id
                )
                UPDATE distribution_accrual entry SET settlement_line_id = line.id
                  FROM line WHERE entry.id = line.accrual_id
                """,
                settlements=settlements.ids,
                user=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        self.env["distribution.accrual"].invalidate_model()
        self.invalidate_model()
        settlements.invalidate_recordset()
        for name in ("state", "amount", "amount_open"):
            self.env.add_to_compute(settlements._fields[name], settlements)

    def _set_billed(self, bill) -> None:
        self.write({"state": "billed", "move_id": bill.id})
        self._entries("settled")

    def _free(self) -> None:
        """Their bill is no more."""
        self.write({"state": "open", "move_id": False})
        self._entries("payable")

    def _release(self) -> None:
        """Back to what the next run finds; a decision on a dispute stays decided."""
        # what was written off stays with its entry, so that sums are as decided
        entries = self.env["distribution.accrual"].search(
            [("settlement_line_id", "in", self.ids)]
        )
        entries.write({"settlement_line_id": False, "state": "payable"})
        self.unlink()

    def _entries(self, state: str) -> None:
        self.flush_recordset()
        self.env["distribution.accrual"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE distribution_accrual SET state = %s
                 WHERE settlement_line_id = ANY(%s)
                """,
                state,
                self.ids,
            )
        )
        self.env["distribution.accrual"].invalidate_model(["state"])
