from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.dates import written_day

from ...tiers import Figures, Reason, Standing, Window
from .tier_words import ENDINGS, REASONS, end_explanation, explanation


class LoyaltyTierMembership(models.Model):
    """A customer's tier from a day to a day, why, and by which figures.

    Written by the evaluation and by invitations alone. Its last day is set from the
    start, so that what it gives ends by the calendar, whether or not anybody looks. The
    database lets no two days of one customer in one program be the same.
    """

    _name = "loyalty.tier.membership"
    _description = "Tier Membership"
    _inherit = [
        "suite.company.mixin",
        "suite.protected.mixin",
        "suite.number.mixin",
        "suite.customer.data.mixin",
    ]
    _order = "date_from desc, id desc"
    _rec_name = "tier_id"
    _protected_fields = {
        "partner_id",
        "tier_id",
        "program_id",
        "company_id",
        "unit_currency_id",
        "reason",
        "note",
        "date_from",
        "date_to",
        "kept_until",
        "counts_from",
        "amount",
        "threshold",
        "period_start",
        "period_end",
        "basis_start",
        "basis_end",
        "basis_threshold",
        "fallback_id",
        "ending",
        "end_amount",
        "end_period_start",
        "end_period_end",
    }

    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    tier_id = fields.Many2one(
        "loyalty.tier", required=True, readonly=True, index=True, ondelete="restrict"
    )
    program_id = fields.Many2one(
        "loyalty.tier.program", required=True, readonly=True, ondelete="restrict"
    )
    # no index: with most members in one company it would only lead a search astray
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    unit_currency_id = fields.Many2one("res.currency", readonly=True)
    reason = fields.Selection(REASONS, required=True, readonly=True)
    note = fields.Char(readonly=True, help="Why the customer was invited.")
    date_from = fields.Date("Since", required=True, readonly=True)
    date_to = fields.Date("Last Day", required=True, readonly=True)
    kept_until = fields.Date(
        required=True, readonly=True, help="The end of the period, before any grace."
    )
    counts_from = fields.Date(
        required=True,
        readonly=True,
        help="The first day whose purchases count for keeping the tier.",
    )
    amount = fields.Monetary(
        "Qualifying Amount", currency_field="unit_currency_id", readonly=True
    )
    threshold = fields.Monetary(currency_field="unit_currency_id", readonly=True)
    period_start = fields.Date("Counted From", readonly=True)
    period_end = fields.Date("Counted To", readonly=True)
    basis_start = fields.Date("Earned From", readonly=True)
    basis_end = fields.Date("Earned To", readonly=True)
    basis_threshold = fields.Monetary(
        "Earned At",
        currency_field="unit_currency_id",
        readonly=True,
        help="If the purchases of that period no longer reach this, because they were "
        "returned, the tier is withdrawn.",
    )
    fallback_id = fields.Many2one(
        "loyalty.tier.membership",
        "Gives Way To",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="What the customer would have without this one.",
    )
    ending = fields.Selection(ENDINGS, "Ended By", readonly=True)
    end_amount = fields.Monetary(
        "Amount at the End", currency_field="unit_currency_id", readonly=True
    )
    end_period_start = fields.Date("Counted From at the End", readonly=True)
    end_period_end = fields.Date("Counted To at the End", readonly=True)
    explanation = fields.Char("In Words", compute="_compute_explanation")

    _one_open_uniq = models.UniqueIndex(
        "(program_id, partner_id) WHERE ending IS NULL",
        "This customer has a tier in this program already.",
    )
    # ranges of one value stand for equality, which needs no extension of PostgreSQL
    _overlap_excl = models.Constraint(
        """EXCLUDE USING gist (
            int4range(partner_id, partner_id, '[]') WITH &&,
            int4range(program_id, program_id, '[]') WITH &&,
            daterange(date_from, date_to + 1) WITH &&
        )""",
        "A customer cannot be in two tiers of a program at once.",
    )
    _dates_range = models.Constraint(
        "CHECK (date_to >= date_from - 1)",
        "A membership ends before it begins.",
    )
    _open_idx = models.Index("(program_id, kept_until) WHERE ending IS NULL")

    @api.depends_context("lang")
    @api.depends("reason", "note", "amount", "threshold", "date_to", "ending")
    def _compute_explanation(self):
        for membership in self:
            figures = membership._figures_in_words(
                membership.amount, membership.period_start, membership.period_end
            )
            end_figures = membership._figures_in_words(
                membership.end_amount,
                membership.end_period_start,
                membership.end_period_end,
            )
            sentences = (
                explanation(self.env, membership.reason, figures),
                membership.note,
                end_explanation(self.env, membership.ending, end_figures),
            )
            membership.explanation = " ".join(filter(None, sentences))

    def _figures_in_words(self, amount, start, end) -> dict:
        return {
            "amount": self.program_id._format_amount(amount),
            "threshold": self.program_id._format_amount(self.threshold),
            "start": written_day(self.env, start),
            "end": written_day(self.env, end),
            "until": written_day(self.env, self.date_to),
        }

    @api.model_create_multi
    def create(self, vals_list):
        memberships = super().create(vals_list)
        memberships._forget_looked_up()
        return memberships

    def write(self, vals):
        res = super().write(vals)
        self._forget_looked_up()
        return res

    def _forget_looked_up(self):
        """What customers show of their tier is looked up again."""
        self.env["res.partner"].invalidate_model(
            self.env["res.partner"]._tier_fields(), flush=False
        )

    @api.model
    def _current_domain(self, day=None) -> Domain:
        day = day or self.env.company._today()
        return Domain("date_from", "<=", day) & Domain("date_to", ">=", day)

    def _as_standing(self) -> Standing:
        """What the evaluation knows of it."""
        figures = basis = None
        if self.period_start:
            window = Window(self.period_start, self.period_end)
            figures = Figures(window, self.amount, self.threshold)
        if self.basis_start:
            window = Window(self.basis_start, self.basis_end)
            basis = Figures(window, 0.0, self.basis_threshold)
        return Standing(
            self.tier_id.id,
            Reason(self.reason),
            self.date_from,
            self.date_to,
            self.kept_until,
            self.counts_from,
            figures,
            basis,
            self.fallback_id.id or None,
            self.id,
        )

    def _end(self, change) -> None:
        """Let it end with the day on which something changed, if not before."""
        values = {"ending": change.ending.value}
        if change.last_day < self.date_to:
            values["date_to"] = change.last_day
        if change.figures:
            values |= {
                "end_amount": change.figures.amount,
                "end_period_start": change.figures.window.start,
                "end_period_end": change.figures.window.end,
            }
        self.write(values)

    @api.model
    def _merge_customers(self, sources, target) -> None:
        """Make one history of several customers', in each program the highest tier's.

        Days that would be doubled go out of the others' memberships, which stay as a
        record of what was.
        """
        customers = sources | target
        memberships = self.search([("partner_id", "in", customers.ids)])
        for group in memberships.grouped("program_id").values():
            if len(group.partner_id) > 1:
                *others, kept = group.partner_id.sorted(
                    lambda partner, group=group: (
                        group._rank_of(partner),
                        partner == target,
                    )
                )
                others = group.filtered(lambda one, kept=kept: one.partner_id != kept)
                for one in others:
                    one.write(
                        {
                            "date_to": one.date_from - timedelta(1),
                            "ending": one.ending or "merged",
                        }
                    )
        self.flush_model()

    def _rank_of(self, partner) -> float:
        """How high a customer stands in the program of these memberships."""
        open_one = self.filtered(
            lambda one: one.partner_id == partner and not one.ending
        )
        return open_one.tier_id.threshold if open_one else -1

    def action_open_customer(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "view_mode": "form",
        }
