from math import isfinite

from odoo import api, fields, models
from odoo.tools import format_amount

from odoo.addons.crm_suite.tools.dates import written_day

from . import advice_words


class CrmOfferAdvice(models.Model):
    """What the night found: whether a customer should get an offer, and why.

    ``clv/advice.py`` decides, ``crm.offer.effect`` alone writes it; a quotation weighs
    it by its own lines and margins (``sale.order._weigh``).
    """

    _name = "crm.offer.advice"
    _description = "Offer Advice"
    _inherit = [
        "suite.company.mixin",
        "suite.protected.mixin",
        "suite.number.mixin",
        "suite.customer.data.mixin",
    ]
    _order = "extra_margin desc, id"
    _rec_name = "partner_id"
    # the evidence that wrote it says when
    _log_access = False
    _company_links = {"effect_id", "offer_id"}
    _protected_fields = {
        "effect_id",
        "offer_id",
        "company_id",
        "partner_id",
        "verdict",
        "reason_code",
        "wait_until",
        "extra_margin",
        "margin_low",
        "margin_high",
        "cost",
        "from_arms",
        "use_cost",
        "usual_margin",
        "anyway",
        "interval_days",
        "treated_count",
        "control_count",
    }

    effect_id = fields.Many2one(
        "crm.offer.effect", required=True, readonly=True, ondelete="cascade"
    )
    offer_id = fields.Many2one(
        "loyalty.program", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    advised_on = fields.Date(related="effect_id.advised_on")

    verdict = fields.Selection(
        advice_words.VERDICTS, "Advice", required=True, readonly=True
    )
    reason_code = fields.Selection(
        advice_words.REASONS, "Because", required=True, readonly=True
    )
    wait_until = fields.Date(readonly=True, help="Contact the customer before that.")
    extra_margin = fields.Monetary(
        "Expected Incremental Margin",
        readonly=True,
        help="That the customer brings because of the offer, before its cost.",
    )
    margin_low = fields.Monetary(
        "Incremental Margin, Low", readonly=True, aggregator=None
    )
    margin_high = fields.Monetary(
        "Incremental Margin, High", readonly=True, aggregator=None
    )
    cost = fields.Monetary(
        "Expected Cost",
        readonly=True,
        help="Of the offer on a usual order, by how likely it is used.",
    )
    from_arms = fields.Boolean(
        "From Past Campaigns",
        readonly=True,
        help="Customers like this one were compared with some who did not get it. "
        "Otherwise rules answer.",
    )
    # for quotations, which have lines and margins of their own
    use_cost = fields.Monetary("Cost of One Use", readonly=True, aggregator=None)
    usual_margin = fields.Monetary(
        "Margin of a Usual Order", readonly=True, aggregator=None
    )
    anyway = fields.Float(
        "Buys Anyway", readonly=True, aggregator="avg", help="Without any offer."
    )
    interval_days = fields.Integer("Days between Purchases", readonly=True)
    treated_count = fields.Integer("Like This One, Had It", readonly=True)
    control_count = fields.Integer("Like This One, in the Control Group", readonly=True)
    reason = fields.Char(compute="_compute_reason")
    verdict_words = fields.Char("Advice in Words", compute="_compute_reason")

    _effect_partner_uniq = models.UniqueIndex(
        "(effect_id, partner_id)", "A customer has one advice on an offer."
    )
    _give_range = models.Constraint(
        "CHECK (verdict <> 'give' OR (extra_margin IS NOT NULL AND cost IS NOT NULL"
        " AND extra_margin >= cost))",
        "No offer is advised that costs more than it is expected to bring.",
    )
    _wait_range = models.Constraint(
        "CHECK ((verdict = 'wait') = (wait_until IS NOT NULL))",
        "Who says wait says until when.",
    )

    @api.depends_context("lang")
    @api.depends(
        "verdict", "reason_code", "from_arms", "interval_days", "treated_count"
    )
    def _compute_reason(self):
        for advice in self:
            advice.verdict_words = advice_words.verdict_in_words(
                self.env, advice.verdict, advice.reason_code, advice.from_arms
            )
            reason = advice._reason_in_words(advice.reason_code)
            advice.reason = reason[:1].upper() + reason[1:] + "." if reason else ""

    def _reason_in_words(self, code: str, left: float | None = None) -> str:
        company = self.company_id
        return advice_words.reason(
            self.env,
            code,
            self.from_arms,
            interval=self.interval_days,
            treated=self.treated_count,
            control=self.control_count,
            response=f"{company.advice_response:.0%}",
            floor=f"{company.advice_margin_floor:.0%}",
            left=f"{100 * left:.4g}%" if left is not None and isfinite(left) else "",
        )

    def _sentence(
        self,
        verdict: str,
        code: str,
        extra: float,
        cost: float,
        left: float | None = None,
    ) -> str:
        """The line that a quotation shows."""
        facts = {
            "offer": self.offer_id.display_name,
            "reason": self._reason_in_words(code, left),
            "extra": format_amount(self.env, extra, self.currency_id),
            "cost": format_amount(self.env, cost, self.currency_id),
            "day": written_day(self.env, self.wait_until),
        }
        if verdict == "give":
            return self.env._(
                "Give “%(offer)s”: about %(extra)s of incremental margin expected, for "
                "about %(cost)s of cost; %(reason)s.",
                **facts,
            )
        if verdict == "wait":
            return self.env._("No “%(offer)s” before %(day)s: %(reason)s.", **facts)
        if verdict == "withhold":
            if not self.from_arms and code not in advice_words.FACTS:
                return self.env._(
                    "Rather no “%(offer)s”, as assumed: %(reason)s.", **facts
                )
            return self.env._("No “%(offer)s”: %(reason)s.", **facts)
        return self.env._("Not enough evidence on “%(offer)s”: %(reason)s.", **facts)
