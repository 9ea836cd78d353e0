from odoo import api, fields, models
from odoo.tools import html2plaintext


class CrmCustomerProgram(models.Model):
    _inherit = "crm.customer.program"

    medium = fields.Selection(
        selection_add=[("sms", "Text Message"), ("call",)],
        ondelete={"sms": lambda programs: programs.write({"medium": "call"})},
    )

    @api.model
    def _contact_media(self):
        return {**super()._contact_media(), "sms": "sms"}

    def _medium_problems(self):
        yield from super()._medium_problems()
        if self.medium == "sms" and not self._has_text(self.message):
            yield self.env._("Write what the text message says.")

    def _touch_by_sms(self, members) -> None:
        """Into Odoo's queue, which sends them when this transaction is done."""
        text = html2plaintext(self.message).strip()
        self.env["sms.sms"].create(
            [
                {
                    "number": who.phone_sanitized,
                    "partner_id": (member.partner_id or who.partner_id).id,
                    "body": "\n".join(filter(None, (text, member.offer_words))),
                }
                for member in members
                for who in (member.partner_id or member.lead_id,)
            ]
        )
