from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.offer.advice_words import DECISIONS, VERDICTS, opposite


class CrmOfferOverruleWizard(models.TransientModel):
    """Asks why the advice on a quotation is overruled, and keeps the answer."""

    _name = "crm.offer.overrule.wizard"
    _description = "Overrule Offer Advice"

    order_id = fields.Many2one(
        "sale.order", "Quotation", required=True, ondelete="cascade"
    )
    advised = fields.Selection(VERDICTS, compute="_compute_advised")
    advised_text = fields.Char("Advice", compute="_compute_advised")
    decision = fields.Selection(DECISIONS, compute="_compute_advised")
    reason = fields.Text("Why", required=True)

    @api.depends("order_id")
    def _compute_advised(self):
        for wizard in self:
            order = wizard.order_id
            wizard.advised = order.offer_verdict
            wizard.advised_text = order.offer_advice_text
            wizard.decision = opposite(order.offer_verdict)

    def action_overrule(self):
        self.ensure_one()
        order = self.order_id
        order.check_access("write")
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why the advice is overruled."))
        # the values of the quotation count, not what a client sends
        advice = order.offer_advice_id
        if not advice:
            raise UserError(self.env._("There is no advice on this quotation."))
        company = order.company_id
        today = company._today()
        weighed = order._weigh(advice)
        followed = weighed.extra - weighed.cost if weighed.verdict == "give" else 0.0
        # sudo: kept by the system, changed by nobody
        self.env["crm.offer.overrule"].sudo().create(
            {
                "order_id": order.id,
                "partner_id": order.partner_id.commercial_partner_id.id,
                "company_id": company.id,
                "offer_id": advice.offer_id.id,
                "user_id": self.env.uid,
                "overruled_on": today,
                "advised": weighed.verdict,
                "advised_text": order.offer_advice_text,
                "from_arms": advice.from_arms,
                "decision": opposite(weighed.verdict),
                "reason": self.reason.strip(),
                "expected_margin": advice.anyway * advice.usual_margin + followed,
                "evaluate_on": fields.Date.add(today, days=company.advice_days),
            }
        )
        order._message_log(
            body=self.env._(
                "Offer advice overruled: %(reason)s", reason=self.reason.strip()
            )
        )
        return {"type": "ir.actions.act_window_close"}
