import math
from dataclasses import dataclass, replace

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .advice_words import VERDICTS, verdict_in_words

OPEN_STATES = ("draft", "sent")
RANK = {key: rank for rank, (key, _label) in enumerate(VERDICTS)}


@dataclass(frozen=True)
class OrderAdvice:
    """One offer's advice, brought to a quotation's own lines and margins."""

    advice: object
    verdict: str
    reason: str
    extra: float
    cost: float
    # of the price, as margin, of the line that the offer leaves least to
    left: float | None = None

    @property
    def rank(self):
        """Of several offers: the one that earns most, else the firmest word."""
        return RANK[self.verdict], self.cost - self.extra, self.advice.id


class SaleOrder(models.Model):
    """The advice on offers, where the offer would be made."""

    _inherit = "sale.order"

    offer_advice_id = fields.Many2one(
        "crm.offer.advice",
        "Advice Shown",
        compute="_compute_offer_advice",
        groups="sales_team.group_sale_salesman",
    )
    offer_verdict = fields.Selection(
        VERDICTS,
        compute="_compute_offer_advice",
        groups="sales_team.group_sale_salesman",
    )
    offer_verdict_words = fields.Char(
        "Advice in Words",
        compute="_compute_offer_advice",
        groups="sales_team.group_sale_salesman",
    )
    offer_advice_text = fields.Char(
        "Offer Advice",
        compute="_compute_offer_advice",
        groups="sales_team.group_sale_salesman",
    )
    offer_overrule_ids = fields.One2many(
        "crm.offer.overrule",
        "order_id",
        readonly=True,
        groups="sales_team.group_sale_salesman",
    )
    offer_overrule_text = fields.Char(
        "Overruled",
        compute="_compute_offer_overrule_text",
        groups="sales_team.group_sale_salesman",
    )

    @api.depends_context("lang", "uid", "allowed_company_ids")
    @api.depends(
        "partner_id",
        "company_id",
        "state",
        "currency_rate",
        "order_line.price_subtotal",
        "order_line.margin",
        "order_line.product_id",
    )
    def _compute_offer_advice(self):
        advice_of = self._read_offer_advice()
        for order in self:
            key = order.partner_id.commercial_partner_id.id, order.company_id.id
            if order.state not in OPEN_STATES:
                key = None
            found = [order._weigh(advice) for advice in advice_of.get(key, ())]
            best = min(found, key=lambda one: one.rank, default=None)
            order.offer_advice_id = best and best.advice
            order.offer_verdict = best and best.verdict
            order.offer_verdict_words = best and verdict_in_words(
                self.env, best.verdict, best.reason, best.advice.from_arms
            )
            order.offer_advice_text = best and best.advice._sentence(
                best.verdict, best.reason, best.extra, best.cost, best.left
            )

    @api.depends_context("lang")
    @api.depends("offer_overrule_ids")
    def _compute_offer_overrule_text(self):
        for order in self:
            last = order.offer_overrule_ids.sorted("id", reverse=True)[:1]
            order.offer_overrule_text = ""
            if last:
                order.offer_overrule_text = self.env._(
                    "Overruled by %(user)s: %(reason)s",
                    user=last.user_id.name,
                    reason=last.reason,
                )

    def _read_offer_advice(self) -> dict:
        """What this user may see of it, by customer and company."""
        orders = self.filtered(lambda order: order.state in OPEN_STATES)
        if not self.env["loyalty.program"]._any_advised():
            return {}
        found = self.env["crm.offer.advice"].search(
            Domain("partner_id", "in", orders.partner_id.commercial_partner_id.ids)
            & Domain("company_id", "in", orders.company_id.ids)
            & Domain("offer_id.active", "=", True)
            & (
                Domain("offer_id.date_to", "=", False)
                | Domain("offer_id.date_to", ">=", self.env.company._today())
            )
        )
        # once for all: rewards are asked for by each order
        found.offer_id.reward_ids.fetch(["reward_type", "discount"])
        by_customer = {}
        for advice in found:
            key = advice.partner_id.id, advice.company_id.id
            by_customer.setdefault(key, []).append(advice)
        return by_customer

    def _weigh(self, advice) -> OrderAdvice:
        """The advice for a usual order, scaled to this one and held to its margins."""
        stored = OrderAdvice(
            advice, advice.verdict, advice.reason_code, advice.extra_margin, advice.cost
        )
        lines = self.order_line.filtered(
            lambda line: (
                not (line.display_type or line.reward_id or line.is_downpayment)
            )
        )
        # a customer without a usual order has nothing to scale
        if not lines or stored.verdict == "unclear" or advice.usual_margin <= 0:
            return stored
        rate = 1 / self.currency_rate if self.currency_rate else 1.0
        margin = sum(lines.mapped("margin")) * rate
        if margin <= 0:
            return replace(stored, verdict="withhold", reason="loses_margin")
        cost, left = self._cost_of_offer(advice.offer_id, lines, rate)
        if cost is None:
            return replace(stored, verdict="unclear", reason="no_cost")
        used = advice.cost / advice.use_cost if advice.use_cost else 1.0
        here = replace(
            stored,
            extra=advice.extra_margin * margin / advice.usual_margin,
            cost=used * cost,
        )
        by_rule = not advice.from_arms and stored.reason in ("too_dear", "below_floor")
        if stored.verdict == "give" or by_rule:
            if left < self.company_id.advice_margin_floor - 1e-6:
                return replace(
                    here, verdict="withhold", reason="below_floor", left=left
                )
            if here.extra > here.cost:
                return replace(here, verdict="give", reason="pays")
            return replace(here, verdict="withhold", reason="too_dear")
        return here

    def _cost_of_offer(self, offer, lines, rate: float) -> tuple[float | None, float]:
        """Of its dearest reward on these lines, and the least share of the price that
        it leaves as margin to a line that it lowers."""
        # sudo: what a gift costs is no field of salespeople
        rewards = offer.sudo().reward_ids
        dearest, least = None, math.inf
        for reward in rewards:
            cost, lowered = reward._order_cost(lines, self.company_id, rate)
            if math.isnan(cost):
                return None, least
            dearest = max(cost, dearest or 0.0)
            total = sum(lowered.mapped("price_subtotal")) * rate
            for line in lowered:
                share = cost * line.price_subtotal * rate / total
                price = line.price_subtotal * rate - share
                least = min(least, _share(line.margin * rate - share, price))
            if reward.reward_type == "product":
                whole = sum(lines.mapped("price_subtotal")) * rate
                whole_margin = sum(lines.mapped("margin")) * rate
                least = min(least, _share(whole_margin - cost, whole))
        return dearest, least

    def action_overrule_advice(self):
        self.ensure_one()
        self.check_access("write")
        if not self.offer_advice_id or self.state not in OPEN_STATES:
            raise UserError(self.env._("There is no advice on this quotation."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Overrule the Advice"),
            "res_model": "crm.offer.overrule.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }


def _share(margin: float, price: float) -> float:
    """Of a price; of none it is all or nothing."""
    if price > 0:
        return margin / price
    return math.inf if margin >= 0 else -math.inf
