from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain

from odoo.addons.crm_suite.tools.dates import written_day
from odoo.addons.crm_suite.tools.work import work_through

# What is computed, or says what was booked; program, company and month are asked.
FIGURES = {
    "previous_id",
    "issued",
    "redeemed",
    "expired",
    "outstanding",
    "redemption_rate",
    "redemption_source",
    "ended_lots",
    "expected_points",
    "point_price",
    "price_source",
    "sales",
    "sold_points",
    "given_points",
    "newly_deferred",
    "deferred",
    "recognised",
    "liability",
    "problem",
    "move_id",
    "liability_account_id",
}


class LoyaltyPointLiability(models.Model):
    """What a program's points are owed at the end of a month.

    Computed from the entries up to that day and from the valuation before, and never
    from anything that changes later: the same month gives the same figures.
    """

    _name = "loyalty.point.liability"
    _description = "Points Liability"
    _inherit = ["suite.protected.mixin", "suite.company.mixin"]
    _order = "date desc, program_id, id desc"
    _rec_name = "date"

    _protected_fields = FIGURES
    _company_links = ("program_id", "move_id")

    program_id = fields.Many2one(
        "loyalty.program",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        domain="[('program_type', '=', 'loyalty'), ('keep_ledger', '=', True)]",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(
        "Month End",
        required=True,
        readonly=True,
        default=lambda self: self._last_month_end(),
    )
    previous_id = fields.Many2one(
        "loyalty.point.liability", readonly=True, ondelete="restrict", index=True
    )

    issued = fields.Float(
        "Points Issued",
        digits=(16, 2),
        readonly=True,
        help="Since the program began, less what was taken back.",
    )
    redeemed = fields.Float("Points Spent", digits=(16, 2), readonly=True)
    expired = fields.Float("Points Expired", digits=(16, 2), readonly=True)
    outstanding = fields.Float(
        "Points Outstanding",
        digits=(16, 2),
        readonly=True,
        help="Available and pending, on cards that owe none.",
    )
    redemption_rate = fields.Float(
        "Expected to Be Spent",
        digits=(16, 4),
        readonly=True,
        aggregator="avg",
        help="Share of newly earned points that will be spent.",
    )
    redemption_source = fields.Selection(
        [("observed", "Seen on the program's own points"), ("assumed", "Assumed")],
        readonly=True,
    )
    ended_lots = fields.Integer("Lots Spent or Expired", readonly=True)
    expected_points = fields.Float(
        "Points Still to Be Spent",
        digits=(16, 2),
        readonly=True,
        help="Of the outstanding points, each by its age.",
    )

    point_price = fields.Float(
        "Price of a Point",
        digits=(16, 6),
        readonly=True,
        aggregator="avg",
        help="What a customer would pay for it: the stand-alone selling price.",
    )
    price_source = fields.Char(readonly=True)
    sales = fields.Monetary(
        "Sales with Points",
        readonly=True,
        help="Untaxed, since the valuation before, less what was taken back.",
    )
    sold_points = fields.Float("Points Earned by Sales", digits=(16, 2), readonly=True)
    given_points = fields.Float(
        "Points Given without a Sale",
        digits=(16, 2),
        readonly=True,
        help="Opening balances and gifts.",
    )
    newly_deferred = fields.Monetary("Deferred This Time", readonly=True)
    deferred = fields.Monetary("Deferred in All", readonly=True)
    recognised = fields.Monetary("Revenue from Points in All", readonly=True)
    liability = fields.Monetary("Points Liability", readonly=True)
    problem = fields.Char(readonly=True)

    move_id = fields.Many2one(
        "account.move",
        "Journal Entry",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
    )
    move_state = fields.Selection(related="move_id.state", string="Entry Status")
    liability_account_id = fields.Many2one("account.account", readonly=True)

    _month_uniq = models.UniqueIndex(
        "(program_id, company_id, date)", "This month is valued already."
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Value the program; figures are never given."""
        valuations = super().create(vals_list)
        for valuation in valuations.sorted("date"):
            valuation._check_month()
            # sudo: an accountant need not read cards and orders
            valuation.sudo()._value()
        return valuations

    def write(self, vals):
        """A form may be saved only by who may write; what it values stays."""
        valued = {"program_id", "date"} & vals.keys()
        if valued and not self.env.su:
            self.check_access("write")
            if any(one._differs(name, vals[name]) for name in valued for one in self):
                raise AccessError(
                    self.env._("A valuation keeps its program and its month.")
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        later = self.search([("previous_id", "in", self.ids)]) - self
        if later:
            raise UserError(
                self.env._("A later month builds on this valuation: delete it first.")
            )
        if self.filtered(lambda valuation: valuation.move_id):
            raise UserError(
                self.env._(
                    "A journal entry was proposed for this month: delete the draft, or "
                    "reverse the entry and let the next month correct it."
                )
            )

    @api.model
    def _last_month_end(self, company=None):
        """A month is over when it is where the company is."""
        today = (company or self.env.company)._today()
        return today.replace(day=1) - timedelta(1)

    @api.model
    def _pool_domain(self, program, company) -> Domain:
        return Domain("program_id", "=", program.id) & Domain(
            "company_id", "=", company.id
        )

    def _check_month(self):
        if (self.date + timedelta(1)).day != 1:
            raise UserError(
                self.env._("%s is not the last day of a month.", self._say(self.date))
            )
        if self.date >= self.company_id._today():
            raise UserError(
                self.env._("The month of %s is not over yet.", self._say(self.date))
            )
        # sudo: what kind of program it is is no secret
        program = self.sudo().program_id
        if program.program_type != "loyalty":
            raise UserError(
                self.env._(
                    "%s is no loyalty program: gift cards, wallets and coupons are "
                    "accounted for by their own products.",
                    program.name,
                )
            )
        if not program.keep_ledger:
            raise UserError(
                self.env._(
                    "%s keeps no ledger of points: switch it on first.", program.name
                )
            )
        if program.company_id and program.company_id != self.company_id:
            raise UserError(
                self.env._(
                    "The program %(program)s belongs to %(company)s.",
                    program=program.name,
                    company=program.company_id.name,
                )
            )
        self._check_last()
        pool = self._pool_domain(program, self.company_id)
        valued = pool & Domain("problem", "=", False) & Domain("date", "<", self.date)
        # sudo: nobody writes a valuation but itself
        self.sudo().previous_id = self.search(valued, order="date desc", limit=1)

    def _check_last(self):
        """Each month builds on the ones before."""
        pool = self._pool_domain(self.program_id, self.company_id)
        later = self.search(pool & Domain("date", ">", self.date), limit=1)
        if later:
            raise UserError(
                self.env._(
                    "%s is valued already, and builds on the months before: delete it "
                    "first.",
                    self._say(later.date),
                )
            )

    def _say(self, day) -> str:
        return written_day(self.env, day)

    def action_value_again(self):
        """After a price or a rate was set; not once an entry was proposed."""
        self.ensure_one()
        self.check_access("create")
        if self.move_id:
            raise UserError(
                self.env._("A journal entry was proposed: these figures stay.")
            )
        self._check_last()
        # sudo: an accountant need not read cards and orders
        self.sudo()._value()

    @api.model
    def _cron_value_last_month(self):
        """Value last month wherever accounts are set and it is not valued yet."""
        companies = self.env["res.company"].search(
            [("point_liability_account_id", "!=", False)]
        )
        ends = {company: self._last_month_end(company) for company in companies}

        def unvalued(company) -> Domain:
            valued = self.search(
                [("company_id", "=", company.id), ("date", ">=", ends[company])]
            )
            return (
                Domain("program_type", "=", "loyalty")
                & Domain("keep_ledger", "=", True)
                & Domain("company_id", "in", [False, company.id])
                & Domain("id", "not in", valued.program_id.ids)
            )

        def value(programs):
            self.create(
                [
                    {"program_id": one.id, "company_id": company.id, "date": day}
                    for company, day in ends.items()
                    for one in programs.filtered_domain(unvalued(company))
                ]
            )

        work_through(
            self.env["loyalty.program"],
            lambda: Domain.OR(map(unvalued, companies)),
            value,
        )

    def action_propose_entry(self):
        """Book the difference to what the books say of this program's points."""
        self.ensure_one()
        self.check_access("create")
        self.env["account.move"].check_access("create")
        # two clicks at once: the second waits and finds the first one's entry
        self.lock_for_update()
        self._check_proposal()
        change = self._change_to_book()
        if self.currency_id.is_zero(change):
            raise UserError(
                self.env._("Nothing to book: the books hold this liability already.")
            )
        as_system = self.env["account.move"]._as_system()
        move = as_system.create(self._prepare_move_values(change)).with_env(self.env)
        # sudo: nobody writes a valuation but itself
        self.sudo().write(
            {
                "move_id": move.id,
                "liability_account_id": self.company_id.point_liability_account_id.id,
            }
        )
        return self.action_open_entry()

    def action_open_entry(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }

    def _check_proposal(self):
        company = self.company_id
        if self.move_id:
            raise UserError(
                self.env._(
                    "An entry was proposed for this month already: %s.",
                    self.move_id.display_name,
                )
            )
        if self.problem:
            raise UserError(self.problem)
        for name in (
            "point_liability_account_id",
            "point_deferral_account_id",
            "point_journal_id",
        ):
            if not company[name]:
                raise UserError(
                    self.env._(
                        "Set '%(field)s' of %(company)s in the settings of Invoicing "
                        "first.",
                        field=company._fields[name]._description_string(self.env),
                        company=company.name,
                    )
                )
        accounts = (
            company.point_liability_account_id | company.point_deferral_account_id
        )
        for account in accounts:
            if company.root_id not in account.company_ids.root_id or not account.active:
                raise UserError(
                    self.env._(
                        "The account %(account)s is not in use at %(company)s.",
                        account=account.display_name,
                        company=company.name,
                    )
                )
        locks = company._get_violated_lock_dates(
            self.date, False, company.point_journal_id
        )
        if locks:
            raise UserError(
                self.env._(
                    "The books of %(company)s are locked up to %(day)s.",
                    company=company.name,
                    day=self._say(locks[-1][0]),
                )
            )

    def _change_to_book(self) -> float:
        return self.currency_id.round(self.liability - self._booked())

    def _booked(self) -> float:
        """What the proposed entries of this program, and their reversals, add up to.

        Drafts count: they were proposed. Deleted and cancelled ones do not.
        """
        valuations = self.search(
            self._pool_domain(self.program_id, self.company_id)
            & Domain("liability_account_id", "!=", False)
        )
        # sudo: an accountant sees these; what is booked does not depend on who asks
        Line = self.env["account.move.line"].sudo()
        ours = Domain("move_id.point_liability_id", "in", valuations.ids)
        reversals = Domain(
            "move_id.reversed_entry_id.point_liability_id", "in", valuations.ids
        )
        ((booked,),) = Line._read_group(
            (ours | reversals)
            & Domain("account_id", "in", valuations.liability_account_id.ids)
            & Domain("parent_state", "!=", "cancel")
            & Domain("date", "<=", self.date),
            [],
            ["balance:sum"],
        )
        return -booked

    def _prepare_move_values(self, change) -> dict:
        company = self.company_id
        label = self.env._(
            "Points of %(program)s, %(day)s",
            program=self.program_id.display_name,
            day=self._say(self.date),
        )
        lines = (
            (company.point_deferral_account_id, change),
            (company.point_liability_account_id, -change),
        )
        return {
            "move_type": "entry",
            "date": self.date,
            "ref": label,
            "journal_id": company.point_journal_id.id,
            "company_id": company.id,
            "point_liability_id": self.id,
            "line_ids": [
                Command.create(
                    {
                        "name": label,
                        "account_id": account.id,
                        "debit": max(balance, 0.0),
                        "credit": max(-balance, 0.0),
                    }
                )
                for account, balance in lines
            ],
        }
