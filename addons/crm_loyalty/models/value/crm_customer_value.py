from collections.abc import Iterator

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, Query

from odoo.addons.crm_suite.tools.dates import written_day

from . import factor_words, value_words

# What contacts, opportunities and quotations tell of it.
TOLD_FIELDS = [
    "partner_id",
    "company_id",
    "last_purchase",
    "purchase_count",
    "revenue",
    "mean_interval",
    "factors",
    "value_class",
    "lifecycle",
    "contact_before",
    "lifetime_value",
]


class CrmCustomerValue(models.Model):
    """What a customer is worth to a company, and until when to act.

    Written by ``crm.value.run`` alone: nobody has the right to write it, and nothing
    here is computed from a user's input.
    """

    _name = "crm.customer.value"
    _description = "Customer Value"
    _inherit = "suite.customer.data.mixin"
    _order = "lifetime_value desc nulls last, id"
    _rec_name = "partner_id"
    # the run that wrote a value says when; columns of their own would be checked
    # against the users' table for every customer every night
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    country_id = fields.Many2one(related="partner_id.country_id")

    first_purchase = fields.Date(readonly=True)
    last_purchase = fields.Date(readonly=True)
    purchase_count = fields.Integer("Purchases", readonly=True)
    mean_interval = fields.Float(
        "Days between Purchases",
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="Average of this customer's own intervals; zero before a second purchase.",
    )
    revenue = fields.Monetary(readonly=True)
    margin = fields.Monetary(readonly=True)

    alive = fields.Float(
        "Alive Probability",
        readonly=True,
        aggregator="avg",
        help="How likely this customer still is one.",
    )
    expected_purchases = fields.Float(
        readonly=True, digits=(16, 2), help="Within the value horizon."
    )
    lifetime_value = fields.Monetary(
        readonly=True,
        help="Expected margin of the purchases still to come within the horizon, "
        "discounted to today.",
    )
    value_low = fields.Monetary("Value, Low", readonly=True, aggregator=None)
    value_high = fields.Monetary("Value, High", readonly=True, aggregator=None)
    contact_before = fields.Date(
        readonly=True,
        help="If nothing is bought until this day, the alive probability falls below "
        "the lapse threshold.",
    )
    value_class = fields.Selection(value_words.VALUE_CLASSES, readonly=True)
    unprofitable = fields.Boolean(readonly=True)
    lifecycle = fields.Selection(
        value_words.LIFECYCLES, readonly=True, group_expand=True
    )
    evidence = fields.Selection(
        value_words.EVIDENCES, "Based on", readonly=True, aggregator=None
    )
    recency_score = fields.Integer("Recency (1-5)", readonly=True, aggregator="avg")
    frequency_score = fields.Integer("Frequency (1-5)", readonly=True, aggregator="avg")
    monetary_score = fields.Integer("Monetary (1-5)", readonly=True, aggregator="avg")

    attribute_shift = fields.Float(
        readonly=True,
        aggregator=None,
        help="What the customer's attributes add to the logarithm of the odds of still "
        "being one; zero where attributes are not used.",
    )
    factors = fields.Json(
        readonly=True, help="The attributes that speak loudest, for staying or leaving."
    )

    silent_days = fields.Integer(
        "Days since Last Purchase", compute="_compute_silent_days"
    )
    reason = fields.Char(compute="_compute_reason")
    speaks_for = fields.Char("Speaks for Staying", compute="_compute_speaks")
    speaks_against = fields.Char("Speaks for Leaving", compute="_compute_speaks")

    _partner_company_uniq = models.UniqueIndex(
        "(partner_id, company_id)", "A customer has one value per company."
    )
    _alive_range = models.Constraint(
        "CHECK (alive BETWEEN 0 AND 1)", "A probability lies between 0 and 1."
    )

    def init(self):
        # Every night most rows change, but no indexed column of an old row does: with
        # room left on the page, PostgreSQL rewrites a row without touching an index.
        self.env.cr.execute(
            SQL("ALTER TABLE %s SET (fillfactor = 50)", SQL.identifier(self._table))
        )

    @api.depends("last_purchase", "company_id.value_cutoff")
    def _compute_silent_days(self):
        for value, days in self._days_of_silence():
            value.silent_days = days

    def _days_of_silence(self) -> Iterator[tuple]:
        cutoffs = {c: c._value_cutoff_date() for c in self.company_id}
        for value in self:
            last = value.last_purchase
            yield value, last and (cutoffs[value.company_id] - last).days

    @api.depends_context("lang")
    @api.depends(
        "lifecycle",
        "last_purchase",
        "company_id.value_cutoff",
        "contact_before",
        "mean_interval",
        "factors",
        "purchase_count",
        "revenue",
    )
    def _compute_reason(self):
        for value, silent in self._days_of_silence():
            if value.purchase_count and value.revenue <= 0:
                value.reason = value_words.reason_of_returns(
                    self.env,
                    count=value.purchase_count,
                    last=written_day(self.env, value.last_purchase),
                )
                continue
            value.reason = value_words.reason(
                self.env,
                value.lifecycle,
                interval=round(value.mean_interval),
                silent=silent,
                last=written_day(self.env, value.last_purchase),
                before=written_day(self.env, value.contact_before),
            )
            if value.lifecycle == "at_risk" and value.factors:
                value.reason = value._reason_with_factors()

    @api.depends_context("lang")
    @api.depends("factors", "currency_id")
    def _compute_speaks(self):
        for value in self:
            words = factor_words.both_sides(value.env, value.factors or [])
            value.speaks_for, value.speaks_against = words

    def _reason_with_factors(self) -> str:
        staying, leaving = factor_words.both_sides(self.env, self.factors)
        return factor_words.sentences(self.env, self.reason, staying, leaving)

    @api.model
    def _fetch_of(self, customers):
        """These customers' values to the current company that the user may see.

        With all that a contact tells of them, in one query. For a few: the rules are
        asked of every value, for one much faster than to put them into the query.
        """
        if not customers.ids:
            return self.browse()
        query = Query(self.env, self._table, self._table_sql)
        for name, wanted in (
            ("partner_id", customers.ids),
            ("company_id", self.env.company.ids),
        ):
            column = self._field_to_sql(query.table, name, query)
            query.add_where(SQL("%s = ANY(%s)", column, wanted))
        # sudo: the user's rights are asked next
        values = self.sudo()._fetch_query(query, [self._fields[n] for n in TOLD_FIELDS])
        return values.sudo(False)._filtered_access("read")

    def _search_display_name(self, operator, value):
        return Domain("partner_id.display_name", operator, value)

    def action_open_partner(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "view_mode": "form",
        }

    def action_open_purchases(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty.crm_purchase_action"
        )
        action["domain"] = [
            ("partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
        ]
        return action
