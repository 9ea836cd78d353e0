from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.dates import written_day
from odoo.addons.crm_suite.tools.work import work_through

from ...channel.tiers import Tiers

# what a term says as long as it runs; another word is another version
FROZEN = {
    "kind",
    "partner_id",
    "agreement_id",
    "grade_id",
    "product_tmpl_id",
    "product_id",
    "category_id",
    "territory_id",
    "base",
    "in_full",
    "measure",
    "rate",
    "retroactive",
    "tier_period",
    "currency_id",
    "counts_sisters",
    "date_from",
    "previous_id",
}


class DistributionTerm(models.Model):
    """What an intermediary earns by which sales: a commission, or a rebate.

    A line has one term of each kind: the closest by goods, then by whom it names,
    then by place. A term that runs stays as it is: the next version follows by date.
    """

    _name = "distribution.term"
    _description = "Commission or Rebate Term"
    _inherit = [
        "distribution.scope.mixin",
        "suite.company.mixin",
        "suite.protected.mixin",
        "suite.job.mixin",
        "suite.number.mixin",
    ]
    _order = "date_from desc, id desc"
    _company_links = ("partner_id", "product_id", "product_tmpl_id")
    _jobs = {"crm_distribution.cron_state_earnings"}
    # by its buttons alone
    _protected_fields = {"state", "walked_to_id", "is_walked"}
    _number_limits = {"rate": (0, 1e9)}

    name = fields.Char(required=True, tracking=True)
    kind = fields.Selection(
        [("commission", "Commission"), ("rebate", "Rebate")],
        default="commission",
        required=True,
        tracking=True,
        help="Commission: for whoever brought the sale, paid by a vendor bill. Rebate: "
        "for the buyer, given by a credit note.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("ended", "Ended")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Intermediary",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        domain="[('is_company', '=', True), ('parent_id', '=', False)]",
    )
    agreement_id = fields.Many2one(
        "distribution.agreement",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="Earns as long as the agreement is in force.",
    )
    grade_id = fields.Many2one(
        "res.partner.grade",
        "Partner Level",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="All intermediaries of this level, each by its own sales.",
    )
    product_tmpl_id = fields.Many2one(
        "product.template", "Product", ondelete="restrict", tracking=True
    )
    product_id = fields.Many2one(
        "product.product",
        "Variant",
        ondelete="restrict",
        tracking=True,
        domain="[('product_tmpl_id', '=?', product_tmpl_id)]",
    )
    base = fields.Selection(
        [
            ("ordered", "Ordered"),
            ("invoiced", "Invoiced"),
            ("paid", "Paid by the Customer"),
            ("sold_out", "Sold to Consumers"),
        ],
        default="invoiced",
        required=True,
        tracking=True,
        help="Ordered: earned and payable when an order is confirmed. Invoiced: when "
        "an invoice is posted. Paid: earned by the invoice, payable as its money "
        "comes in. Sold to consumers: as the intermediary's own reports say, when "
        "they are accepted.",
    )
    in_full = fields.Boolean(
        "Only When Fully Paid",
        tracking=True,
        help="Nothing is payable before nothing of the invoice is open.",
    )
    measure = fields.Selection(
        [
            ("percent", "% of Turnover"),
            ("margin", "% of Margin"),
            ("piece", "Amount per Piece"),
        ],
        default="percent",
        required=True,
        tracking=True,
        help="Turnover: without tax, after discounts. Margin: less the cost at the "
        "time of sale, and nothing for a loss. Piece: in the unit of the product.",
    )
    rate = fields.Float(digits=(16, 4), tracking=True, help="Where there are no tiers.")
    tier_ids = fields.One2many("distribution.term.tier", "term_id", "Tiers", copy=True)
    retroactive = fields.Boolean(
        tracking=True,
        help="The tier that is reached holds for all the turnover of the period. "
        "Otherwise for what lies above its start.",
    )
    tier_period = fields.Selection(
        [
            ("month", "Month"),
            ("quarter", "Quarter"),
            ("year", "Calendar Year"),
            ("whole", "Whole Term"),
        ],
        default="year",
        required=True,
        tracking=True,
        help="In which time turnover is added up to reach a tier.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        tracking=True,
        help="In which it is stated and paid: each document at the rate of its day.",
    )
    counts_sisters = fields.Boolean(
        "Sales to Own Companies Count",
        tracking=True,
        help="Otherwise what goes to another company of ours earns when it is sold on.",
    )
    previous_id = fields.Many2one(
        "distribution.term",
        "Former Version",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        check_company=True,
        help="Its turnover in a period counts towards the tiers of this one.",
    )
    walked_to_id = fields.Integer("Looked Through", readonly=True, copy=False)
    is_walked = fields.Boolean(
        "Earlier Invoices Done", default=True, readonly=True, copy=False
    )
    accrual_count = fields.Integer("Entries", compute="_compute_accrual_count")

    _rate_range = models.Constraint("CHECK (rate >= 0)", "A rate is not below 0.")
    _who_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, agreement_id, grade_id) = 1)",
        "Say for whom: an intermediary, an agreement, or a partner level.",
    )

    def _compute_accrual_count(self):
        counts = dict(
            self.env["distribution.accrual"]._read_group(
                [("term_id", "in", self.ids)], ["term_id"], ["__count"]
            )
        )
        for term in self:
            term.accrual_count = counts.get(term._origin, 0)

    @api.constrains("partner_id")
    def _check_partner(self):
        self.partner_id._check_is_company()

    @api.constrains("product_tmpl_id", "product_id")
    def _check_product(self):
        for term in self:
            template = term.product_tmpl_id
            if template and term.product_id.product_tmpl_id not in (
                template,
                template.browse(),
            ):
                raise ValidationError(
                    self.env._("%s: this is no variant of the product.", term.name)
                )

    @api.constrains("previous_id")
    def _check_previous(self):
        if self._has_cycle("previous_id"):
            raise ValidationError(self.env._("A version cannot follow itself."))

    def write(self, vals):
        self.check_access("write")
        frozen = FROZEN & vals.keys()
        running = self.filtered(lambda term: term.state != "draft")
        if frozen and running:
            running._refuse_other_words(vals, frozen)
        return super().write(vals)

    def _refuse_other_words(self, vals, names) -> None:
        for term in self:
            for name in names:
                field = self._fields[name]
                value = field.convert_to_record(
                    field.convert_to_cache(vals[name], term), term
                )
                if term[name] != value:
                    raise term._frozen_error()

    def _frozen_error(self) -> UserError:
        return UserError(
            self.env._(
                "%s has been in force: what was earned by it was promised so. Make a "
                "new version.",
                self[:1].name,
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if running := self.filtered(lambda term: term.state != "draft"):
            raise running._frozen_error()

    def action_activate(self):
        self.check_access("write")
        for term in self.filtered(lambda one: one.state == "draft"):
            if not term.rate and not any(term.tier_ids.mapped("rate")):
                raise UserError(self.env._("%s: it has no rate.", term.name))
            # sudo: the state is the system's
            own = term.sudo()
            if former := own.previous_id:
                eve = fields.Date.subtract(term.date_from, days=1)
                if not former.date_to or former.date_to > eve:
                    former.date_to = max(eve, former.date_from)
            own.write(
                {
                    "state": "active",
                    "is_walked": term.date_from >= term.company_id._today(),
                    "walked_to_id": 0,
                }
            )
        if not all(self.mapped("is_walked")):
            self.env.ref("crm_distribution.cron_state_earnings")._trigger()

    def action_end(self):
        """It earns nothing more from tomorrow on."""
        self.check_access("write")
        for term in self.filtered(lambda one: one.state == "active"):
            today = term.company_id._today()
            # sudo: the state is the system's
            term.sudo().write(
                {
                    "state": "ended",
                    "date_to": min(term.date_to or today, today),
                }
            )

    def action_new_version(self):
        """A draft that takes its place from a day on."""
        self.ensure_one()
        self.check_access("write")
        version = self.copy(
            {
                "previous_id": self.id,
                "date_from": max(self.company_id._today(), self.date_from),
                "date_to": self.date_to,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": version.id,
            "view_mode": "form",
        }

    def action_open_accruals(self):
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Earned"),
            "res_model": "distribution.accrual",
            "view_mode": "list,pivot,graph,form",
            "domain": [("term_id", "in", self.ids)],
        }

    @api.model
    def _cron_state_earnings(self, batch_size=500):
        """Invoices and orders from before a term was in force, but of its days."""
        work_through(
            self,
            [("state", "!=", "draft"), ("is_walked", "=", False)],
            lambda term: term._state_earlier(batch_size),
        )

    def _state_earlier(self, batch_size: int) -> None:
        """The next documents of its days, in the sequence of their numbers."""
        self.ensure_one()
        if self.base == "sold_out":
            self._state_earlier_sellout(batch_size)
            return
        name, domain = (
            "account.move",
            Domain("state", "=", "posted")
            & Domain("move_type", "in", ("out_invoice", "out_refund")),
        )
        day = "invoice_date"
        if self.base == "ordered":
            name, day, domain = "sale.order", "date_order", Domain("state", "=", "sale")
        documents = self.env[name].search(
            domain
            & Domain("company_id", "=", self.company_id.id)
            & Domain("id", ">", self.walked_to_id)
            & Domain(day, ">=", fields.Date.subtract(self.date_from, days=1)),
            order="id",
            limit=batch_size,
        )
        entries = self.env["distribution.accrual"]
        if name == "sale.order":
            entries._follow_orders(documents)
        else:
            entries._follow_moves(documents)
        self.walked_to_id = documents[-1:].id or self.walked_to_id
        self.is_walked = len(documents) < batch_size

    def _state_earlier_sellout(self, batch_size: int) -> None:
        reports = self.env["distribution.sellout"].search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("state", "in", ("accepted", "superseded"))
            & Domain("id", ">", self.walked_to_id),
            order="id",
            limit=max(batch_size // 50, 1),
        )
        self.env["distribution.accrual"]._follow_sellout(reports)
        self.walked_to_id = reports[-1:].id or self.walked_to_id
        self.is_walked = not reports

    def _tiers(self) -> Tiers:
        """Its rates as the arithmetic takes them: a share, or an amount per piece."""
        self.ensure_one()
        scale = 1.0 if self.measure == "piece" else 0.01
        steps = [(tier.turnover_from, tier.rate * scale) for tier in self.tier_ids]
        return Tiers.of(steps or [(0.0, self.rate * scale)], self.retroactive)

    def _period_start(self, day: date) -> date:
        if self.tier_period == "month":
            return day.replace(day=1)
        if self.tier_period == "quarter":
            return day + relativedelta(month=(day.month - 1) // 3 * 3 + 1, day=1)
        if self.tier_period == "year":
            return day.replace(month=1, day=1)
        return (self._versions()[-1:] or self).date_from

    def _versions(self):
        """Those that came before, the closest first."""
        former, versions = self.previous_id, self.browse()
        while former and former not in versions:
            versions += former
            former = former.previous_id
        return versions

    @api.model
    def _in_force_domain(self, company) -> Domain:
        """What may earn now or earned once: a document may be posted late."""
        return Domain("company_id", "=", company.id) & Domain("state", "!=", "draft")

    def _portal_values(self, partner) -> dict:
        """What an intermediary is told of a term of its own.

        :param self: in superuser mode
        """
        self.ensure_one()
        tiers = self._tiers()
        start = self._period_start(self.company_id._today())
        ((turnover,),) = self.env["distribution.accrual"]._read_group(
            Domain("term_id", "in", (self | self._versions()).ids)
            & Domain("partner_id", "=", partner.id)
            & Domain("period_from", "=", start)
            & Domain("reason", "!=", "projection"),
            [],
            ["turnover:sum"],
        )
        place = tiers.place(turnover)
        scale = 1.0 if self.measure == "piece" else 100.0
        following = None
        if place + 1 < len(tiers.starts):
            following = {
                "missing": max(tiers.starts[place + 1] - turnover, 0.0),
                "rate": tiers.rates[place + 1] * scale,
            }
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return {
            "name": self.name,
            "kind": kinds[self.kind],
            "company": self.company_id.name,
            "rate": tiers.rate_at(turnover) * scale,
            "is_percent": self.measure != "piece",
            "turnover": turnover,
            "currency": self.currency_id,
            "is_pieces": self.measure == "piece",
            "following": following,
            "ends_on": self.date_to and written_day(self.env, self.date_to),
        }
