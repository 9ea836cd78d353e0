from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.dates import written_day

# What whoever begins a valuation may say; the rest is computed.
ASKED = {"program_id", "company_id", "date"}


class LoyaltyPointLiability(models.Model):
    """What a program's points are owed at the end of a month.

    Computed from the entries up to that day and from the valuation before, and never
    from anything that changes later: the same month gives the same figures.
    """

    _name = "loyalty.point.liability"
    _description = "Points Liability"
    _order = "date desc, program_id, id desc"
    _rec_name = "date"

    program_id = fields.Many2one(
        "loyalty.program",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        domain="[('program_type', '=', 'loyalty')]",
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
        asked = [
            {name: value for name, value in vals.items() if name in ASKED}
            for vals in vals_list
        ]
        valuations = super().create(asked)
        for valuation in valuations.sorted("date"):
            valuation._check_month()
            # sudo: an accountant need not read cards and orders
            valuation.sudo()._value()
        return valuations

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
    def _last_month_end(self):
        return fields.Date.today().replace(day=1) - timedelta(1)

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
        if self.date >= fields.Date.today():
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
        day = self._last_month_end()
        companies = self.env["res.company"].search(
            [("point_liability_account_id", "!=", False)]
        )
        programs = self.env["loyalty.program"].search(
            [("program_type", "=", "loyalty")]
        )
        wanted = [
            (program, company)
            for company in companies
            for program in programs
            if program.company_id in (company, company.browse())
        ]
        groups = self._read_group([("date", ">=", day)], ["program_id", "company_id"])
        known = set(groups)
        missing = [pool for pool in wanted if pool not in known]
        for done, (program, company) in enumerate(missing, start=1):
            self.create(
                {"program_id": program.id, "company_id": company.id, "date": day}
            )
            self.env["ir.cron"]._commit_progress(1, remaining=len(missing) - done)
