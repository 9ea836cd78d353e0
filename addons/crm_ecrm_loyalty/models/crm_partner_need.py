from typing import Any
from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.fields import Domain

# so many suggestions at once are read
MOST_SHOWN = 3


class CrmPartnerNeed(models.Model):
    """What fits a customer is suggested to him, once he has not declined it.

    What he declines is a need that he has stated to be none: a strength of zero, which
    no purchase of others overwrites. Who said so is kept beside it.
    """

    _inherit = "crm.partner.need"
    _protected_fields = {"source", "declined_by_id"}

    source = fields.Selection(
        [("staff", "Us"), ("customer", "The Customer")],
        "Stated By",
        readonly=True,
        default="staff",
        copy=False,
    )
    declined_by_id = fields.Many2one(
        "res.partner",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Who said in the portal that it is not for them",
    )

    @api.depends("source", "declined_by_id")
    def _compute_reason(self):
        declined = self.filtered(lambda need: need.source == "customer")
        res = super(CrmPartnerNeed, self - declined)._compute_reason()
        for need in declined:
            # sudo: the name of who said it, to those who may read the need
            who = need.sudo().declined_by_id.display_name
            need.reason = (
                self.env._("%s said “not for me” in the portal.", who)
                if who
                else self.env._("The customer said “not for me” in the portal.")
            )
        return res

    def write(self, vals):
        res = super().write(vals)
        others = self.filtered(lambda need: need.source != "staff")
        if others and not self._is_by_system():
            # what one of us writes over it, one of us has stated
            others._as_system().write({"source": "staff", "declined_by_id": False})
        return res

    @api.model
    def _suggestions(self, user):
        """What the user's company probably needs, has not bought and not declined."""
        customer = user.partner_id.commercial_partner_id
        # sudo: portal users have no rights on needs; these are their own company's
        needs = self.sudo()
        return needs.search(
            Domain("partner_id", "=", customer.id)
            & Domain("company_id", "=", self.env.company.id)
            & Domain("evidence", "=", "inferred")
            & Domain("strength", ">", 0)
            & Domain("need_id.active", "=", True)
            & Domain("need_id.portal_published", "=", True),
            order="strength desc, id",
        )

    @api.model
    def _portal_suggestions(self, user) -> list[dict[str, Any]]:
        """The surest of them, each with its reason, as plain values."""
        shown = self._suggestions(user)[:MOST_SHOWN]
        # what nobody published, or a colleague told us, is not repeated to everybody
        bought = self.sudo().search(
            Domain("partner_id", "in", shown.partner_id.ids)
            & Domain("company_id", "=", self.env.company.id)
            & Domain("need_id", "in", shown.because_id.ids)
            & Domain("need_id.portal_published", "=", True)
            & Domain("evidence", "=", "bought")
        )
        known = bought.need_id
        return [
            {
                "id": need.need_id.id,
                "name": need.need_id.name,
                "text": need.need_id.portal_text or "",
                "reason": need._portal_reason(known),
                "ask": "/my/voice/case/new?"
                + urlencode({"kind": "question", "name": need.need_id.name}),
            }
            for need in shown
        ]

    def _portal_reason(self, known) -> str:
        """Why it may fit, in a sentence for the customer.

        :param known: needs that he bought for, as he may read them
        """
        if self.because_id not in known:
            return self.env._("Many customers who are like you need this too.")
        return self.env._(
            "You bought for “%(other)s”: of customers who do, %(share)s %% need this "
            "too.",
            other=self.because_id.name,
            share=round(100 * self.strength),
        )

    @api.model
    def _portal_decline(self, user, need_id: int) -> bool:
        """The user says that it is not for them; of what is suggested to him alone."""
        need = self._suggestions(user).filtered(lambda one: one.need_id.id == need_id)
        need.write(
            {
                "strength": 0,
                "source": "customer",
                "declined_by_id": user.partner_id.id,
            }
        )
        return bool(need)
