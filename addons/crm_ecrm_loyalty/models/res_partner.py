from typing import Any

from odoo import fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _portal_offers(self) -> list[dict[str, Any]]:
        """What campaigns have for this contact, as plain values.

        The messages that the portal shows to his company anyway; and what was sent to
        himself by another medium, as long as it holds. Who is held back was sent
        nothing, so that he reads what everybody reads for whom there is nothing.
        """
        self.ensure_one()
        # sudo: a portal user may not read members; only his own are asked for
        members = self.env["crm.customer.program.member"].sudo()
        sent = members.search(
            Domain("partner_id", "=", self.id)
            & Domain("state", "=", "touched")
            & Domain("offer_until", ">=", fields.Date.context_today(self))
            & Domain("program_id.medium", "!=", "portal")
            & Domain("program_id.state", "in", ("running", "done"))
        )
        return self._program_messages() + [
            {
                "subject": member.program_id.subject or "",
                "message": "",
                "offer": member.offer_words,
            }
            for member in sent
            if member.offer_words
        ]
