from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL


class DistributionProvision(models.Model):
    """What is owed to intermediaries and not billed yet, as an accrued expense.

    Each one books the difference to what was booked before, so that the account always
    holds what is owed, also for a day in a month that was closed meanwhile.
    """

    _name = "distribution.provision"
    _description = "Accrued Commissions and Rebates"
    _inherit = ["suite.protected.mixin", "suite.company.mixin"]
    _order = "date desc, id desc"
    _rec_name = "date"
    _company_links = ("move_id",)
    _protected_fields = {"owed", "before", "settled", "change", "move_id"}

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(
        required=True,
        default=lambda self: self.env.company._today(),
        help="The last day that counts.",
    )
    owed = fields.Monetary(
        readonly=True,
        help="Earned up to that day, and on no posted bill or credit note.",
    )
    before = fields.Monetary("Booked before", readonly=True)
    settled = fields.Monetary(
        "Settled since", readonly=True, help="On bills posted since the one before."
    )
    change = fields.Monetary(
        "To Book", readonly=True, help="Owed, less what was booked before."
    )
    move_id = fields.Many2one(
        "account.move",
        "Journal Entry",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    def action_book(self):
        """Draft the journal entry of its day; posted, it takes the next open one."""
        self.ensure_one()
        self.check_access("write")
        self.env["account.move"].check_access("create")
        if self.move_id:
            raise UserError(self.env._("It is booked already."))
        company = self.company_id
        self.env["suite.turn"]._take([f"provision {company.id}"])
        accounts = (
            company.distribution_expense_account_id,
            company.distribution_accrued_account_id,
        )
        if not all((*accounts, company.distribution_journal_id)):
            raise UserError(
                self.env._("Choose the accounts and the journal in the settings first.")
            )
        owed, settled = self._owed()
        before = self._booked()
        change = company.currency_id.round(owed - before)
        values = {
            "owed": owed,
            "before": before,
            "settled": settled,
            "change": change,
        }
        if change:
            move = self.env["account.move"].create(self._prepare_move(values, accounts))
            values["move_id"] = move.id
        # by the right to write that was asked
        self._as_system().write(values)
        return self.move_id._get_records_action() if self.move_id else None

    def _prepare_move(self, figures, accounts) -> dict:
        expense, accrued = accounts
        settled = min(figures["settled"], figures["before"])
        other = self.currency_id.round(figures["change"] + settled)
        lines = []
        for name, amount in (
            (self.env._("Commissions and rebates that were settled"), -settled),
            (self.env._("Commissions and rebates earned or taken back"), other),
        ):
            if self.currency_id.is_zero(amount):
                continue
            lines += [
                {"name": name, "account_id": expense.id, "balance": amount},
                {"name": name, "account_id": accrued.id, "balance": -amount},
            ]
        return {
            "move_type": "entry",
            "date": self.date,
            "journal_id": self.company_id.distribution_journal_id.id,
            "company_id": self.company_id.id,
            "ref": self.env._("Accrued commissions and rebates"),
            "line_ids": [Command.create(values) for values in lines],
        }

    def _owed(self) -> tuple[float, float]:
        """What is owed on the day, and what was settled since the booking before."""
        # sudo: sums of all intermediaries, whoever books
        entries = self.env["distribution.accrual"].sudo()
        company, currency = self.company_id, self.currency_id
        owed = 0.0
        for other, earned, closed in entries._read_group(
            [("company_id", "=", company.id), ("date", "<=", self.date)],
            ["currency_id"],
            ["earned:sum", "closed:sum"],
        ):
            owed += other._convert(earned - closed, currency, company, self.date)
        earlier = self.search(
            [
                ("company_id", "=", company.id),
                ("date", "<", self.date),
                ("move_id", "!=", False),
            ],
            limit=1,
        )
        settled = since = 0.0
        self.env["account.move"].flush_model()
        self.env["distribution.settlement.line"].flush_model()
        for currency_id, amount, later in self.env.execute_query(
            SQL(
                """
                SELECT statement.currency_id, sum(line.amount),
                       coalesce(sum(line.amount) FILTER (WHERE move.date > %(last)s), 0)
                  FROM distribution_settlement_line line
                  JOIN distribution_settlement statement
                    ON statement.id = line.settlement_id
                  JOIN account_move move ON move.id = line.move_id
                 WHERE line.company_id = %(company)s AND move.state = 'posted'
                   AND move.date <= %(day)s
                 GROUP BY 1
                """,
                company=company.id,
                day=self.date,
                last=earlier.date or fields.Date.to_date("1900-01-01"),
            )
        ):
            other = currency.browse(currency_id)
            settled += other._convert(amount, currency, company, self.date)
            since += other._convert(later, currency, company, self.date)
        return currency.round(owed - settled), currency.round(since)

    def _booked(self) -> float:
        """What the account holds of it, by all that was booked and not cancelled."""
        # sudo: entries of all journals, whoever books
        lines = self.env["account.move.line"].sudo()
        ((balance,),) = lines._read_group(
            [
                ("move_id", "in", self._bookings().move_id.ids),
                ("parent_state", "!=", "cancel"),
                ("account_id", "=", self.company_id.distribution_accrued_account_id.id),
            ],
            [],
            ["balance:sum"],
        )
        return self.currency_id.round(-(balance or 0.0))

    def _bookings(self):
        return self.search([("company_id", "=", self.company_id.id)])
