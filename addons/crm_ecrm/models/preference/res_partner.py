from datetime import datetime
from typing import Any

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .preference_words import (
    ASKED_FOR,
    PURPOSES,
    QUIET_ALWAYS,
    QUIET_MEDIA,
    REACHED_BY,
)


class ResPartner(models.Model):
    _inherit = "res.partner"

    consent_ids = fields.One2many(
        "ecrm.consent",
        "partner_id",
        "Consents",
        readonly=True,
        copy=False,
        groups="crm_ecrm.group_voice_agent",
    )
    ecrm_preference_ids = fields.One2many(
        "ecrm.preference",
        "partner_id",
        "Contact Preferences",
        readonly=True,
        copy=False,
        groups="crm_ecrm.group_voice_agent",
    )

    @api.model
    def _preference_domain(
        self, medium: str, purpose: str, when: datetime | None
    ) -> Domain:
        """Who did not withdraw, agreed where that is asked for, and wants no quiet."""
        allowed = Domain.TRUE
        asked = purpose in dict(PURPOSES) and medium in dict(REACHED_BY)
        if asked:
            # sudo: everybody must respect it, not everybody may read it
            consents = self.env["ecrm.consent"].sudo()
            said = (
                Domain("is_latest", "=", True)
                & Domain("medium", "=", medium)
                & Domain("purpose", "=", purpose)
            )
            # sudo: what a company wants to be asked is no secret
            if purpose == "marketing" and self.env.company.sudo().ecrm_consent_first:
                agreed = consents._search(said & Domain("state", "=", "given"))
                allowed &= Domain("id", "in", _persons(agreed))
            else:
                refused = consents._search(said & Domain("state", "=", "withdrawn"))
                allowed &= Domain("id", "not in", _persons(refused))
        if medium in QUIET_ALWAYS or (medium in QUIET_MEDIA and purpose != ASKED_FOR):
            # sudo: as above
            sheets = self.env["ecrm.preference"].sudo()
            quiet = sheets._quiet_domain(when or fields.Datetime.now())
            if not quiet.is_false():
                resting = sheets._search(quiet)
                allowed &= Domain("id", "not in", _persons(resting))
        return allowed

    def _voice_mail(self, template: str, subject: str, values: dict[str, Any]):
        """Put a mail to this person into Odoo's queue, in his language.

        :param template: a view that gets named values alone
        """
        self.ensure_one()
        company = self.env.company
        # sudo: a customer's act sends the mail, by a text of ours
        mails = self.env["mail.mail"].sudo()
        lang = self.lang or self.env.lang
        body = mails.env["ir.qweb"]._render(
            template,
            # sudo: the company's own name
            {"company": company.sudo().name, **values},
            lang=lang,
        )
        return mails.create(
            {
                "subject": subject,
                "body_html": body,
                # sudo: the company's own address
                "email_from": company.sudo().email_formatted
                or self.env.user.email_formatted,
                "recipient_ids": [fields.Command.link(self.id)],
                "auto_delete": True,
                "headers": repr({"Auto-Submitted": "auto-generated"}),
            }
        )


def _persons(query) -> SQL:
    return query.subselect(SQL.identifier(query.table, "partner_id"))
