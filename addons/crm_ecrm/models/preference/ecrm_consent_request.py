from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.links import read_link, sign_link

from .preference_words import all_choices

VALID_HOURS = 72
MOST_A_DAY = 3
KEPT = timedelta(days=30)


class EcrmConsentRequest(models.Model):
    """Consent that somebody asked for by a link, and its address has to confirm.

    A link may have been forwarded: who holds it can withdraw, and not agree. What he
    wants to agree to goes to the address on file, and that mail's link alone does it.
    """

    _name = "ecrm.consent.request"
    _description = "Consent to Confirm"
    _inherit = ["suite.customer.data.mixin", "suite.key.mixin"]
    _order = "id desc"
    _protected_fields = {
        *("partner_id", "choices", "address"),
        *("requested_on", "confirmed_on"),
    }

    partner_id = fields.Many2one(
        "res.partner",
        "Person",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    choices = fields.Json(readonly=True)
    address = fields.Char("Sent to", readonly=True)
    requested_on = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    confirmed_on = fields.Datetime(readonly=True)

    @api.model
    def _ask(self, partner, choices: list[tuple[str, str]]) -> bool:
        """Send the mail that confirms, to the address on file.

        :return: whether one was sent; the page says the same in either case
        """
        # sudo: holders of a link have no rights; what they may do ends here
        requests = self.sudo()
        requests.env["suite.turn"]._take([f"ecrm.consent.request {partner.id}"])
        since = fields.Datetime.now() - timedelta(days=1)
        asked = requests.search_count(
            [("partner_id", "=", partner.id), ("requested_on", ">", since)]
        )
        if not choices or not partner.email_normalized or asked >= MOST_A_DAY:
            return False
        request = requests.create(
            {
                "partner_id": partner.id,
                "choices": [list(one) for one in choices],
                "address": partner.email_normalized,
            }
        )
        request._send()
        return True

    def _send(self):
        lang = self.partner_id.lang or self.env.lang
        token = sign_link(self, self.partner_id, "confirm", VALID_HOURS)
        texts = self.env["ecrm.consent"].with_context(lang=lang)
        self.partner_id._voice_mail(
            "crm_ecrm.mail_confirm_consent",
            self.with_context(lang=lang).env._("Please confirm your consent"),
            {
                "name": self.partner_id.name,
                "url": f"{self.get_base_url()}/voice/consent/{token}",
                "texts": [texts._text(*one) for one in self._wanted()],
                "hours": VALID_HOURS,
            },
        )

    @api.model
    def _by_link(self, token: str):
        """The request of that mail, in superuser mode; none for another address."""
        request, holder = read_link(self, "confirm", token)
        if request and holder.email_normalized != request.address:
            return request.browse()
        return request

    def _wanted(self) -> list[tuple[str, str]]:
        known = all_choices()
        return [tuple(one) for one in self.choices or () if tuple(one) in known]

    def _portal_texts(self) -> list[str]:
        consents = self.env["ecrm.consent"]
        return [consents._text(*one) for one in self._wanted()]

    def _confirm(self):
        """The address has confirmed; a second time says nothing new.

        :param self: in superuser mode, from `_by_link`
        """
        self.ensure_one()
        if self.confirmed_on:
            return
        self.confirmed_on = fields.Datetime.now()
        self.env["ecrm.consent"]._say(
            self.partner_id,
            dict.fromkeys(self._wanted(), True),
            "confirmed",
            lang=self.partner_id.lang,
        )

    @api.autovacuum
    def _gc_requests(self):
        """What nobody confirmed is no proof of anything."""
        self.search(
            Domain("confirmed_on", "=", False)
            & Domain("requested_on", "<", fields.Datetime.now() - KEPT),
            limit=10_000,
        ).unlink()
