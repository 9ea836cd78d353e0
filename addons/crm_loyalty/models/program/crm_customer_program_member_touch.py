from collections.abc import Iterator

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date


class CrmCustomerProgramMember(models.Model):
    """Whether and how a member is to be touched."""

    _inherit = "crm.customer.program.member"

    email = fields.Char(compute="_compute_contact", compute_sudo=True)
    recipient_name = fields.Char(compute="_compute_contact", compute_sudo=True)

    offer_words = fields.Char(
        "Offer",
        compute="_compute_offer_words",
        compute_sudo=True,
        help="What this member gets, for who calls and who reads.",
    )

    # what a mailing to members writes to
    _primary_email = "email"

    @api.depends("partner_id", "lead_id")
    def _compute_contact(self):
        for member in self:
            lead = member.lead_id
            member.email = member.partner_id.email or lead.email_from
            member.recipient_name = (
                member.partner_id.name or lead.contact_name or lead.partner_name
            )

    @api.model
    def _due_domain(self) -> Domain:
        """Who is to be touched now."""
        return Domain("next_touch_on", "<=", fields.Date.today())

    def _stopped(self) -> Iterator[tuple]:
        """Those of these who want no more of it, by the reason."""
        mine = Domain("id", "in", self.ids)
        yield "objected", self.search(mine & self._objected_domain())
        yield "complained", self.search(mine & self._complained_domain())

    @api.model
    def _complained_domain(self) -> Domain:
        """Hook: who complained since being enrolled; other modules know of more.

        Here: customers, or contacts of theirs, who rated something as unhappy.
        """
        self.env["rating.rating"].flush_model(
            ["partner_id", "rating_text", "consumed", "rated_on"]
        )
        self.flush_model(["partner_id", "enrolled_at"])
        unhappy = SQL(
            """(
                SELECT member.id
                  FROM rating_rating rating
                  JOIN res_partner contact ON contact.id = rating.partner_id
                  JOIN crm_customer_program_member member
                    ON member.partner_id = contact.commercial_partner_id
                   AND member.enrolled_at <= rating.rated_on
                 WHERE rating.consumed AND rating.rating_text = 'ko'
            )"""
        )
        return Domain("id", "in", unhappy)

    @api.model
    def _objected_domain(self) -> Domain:
        """Hook: who wants no more messages; other modules know of more.

        Here: who was archived, whose lead was lost or won, and who is blacklisted.
        """
        partners = self.env["res.partner"].with_context(active_test=False)
        leads = self.env["crm.lead"].with_context(active_test=False)
        refused = Domain.OR(
            ~partners._not_blacklisted(model, column, address)
            for model, column, address in (
                ("mail.blacklist", "email", "email_normalized"),
                ("phone.blacklist", "number", "phone_sanitized"),
            )
        )
        gone = Domain("active", "=", False)
        closed = gone | Domain("won_status", "!=", "pending")
        return Domain("partner_id", "in", partners._search(gone | refused)) | Domain(
            "lead_id", "in", leads._search(closed | refused)
        )

    def _stop(self, reason: str) -> None:
        self.write({"state": "stopped", "stop_reason": reason, "next_touch_on": False})

    def _may_contact(self, medium: str, purpose: str):
        """Those of these who may be contacted so; constant queries for them all."""
        partners = self.partner_id._may_contact(medium, purpose)
        leads = self.lead_id._may_contact(medium, purpose)
        return self.filtered(
            lambda member: (
                member.partner_id in partners
                if member.partner_id
                else member.lead_id in leads
            )
        )

    @api.depends_context("lang")
    @api.depends("card_id", "offer_until")
    def _compute_offer_words(self):
        for member in self:
            member.offer_words = member._offer_in_words()

    def _offer_in_words(self) -> str:
        program = self.program_id
        day = format_date(self.env, self.offer_until, date_format="medium")
        if self.card_id:
            return self.env._(
                "%(offer)s: code %(code)s, valid until %(day)s.",
                offer=program.loyalty_program_id.name,
                code=self.card_id.code,
                day=day,
            )
        if self.offer_until and program.offer == "tier":
            return self.env._(
                "%(tier)s until %(day)s.", tier=program.tier_id.name, day=day
            )
        if self.offer_until and program.offer == "payment_term":
            return self.env._(
                "Payment terms %(terms)s until %(day)s.",
                terms=program.payment_term_id.name,
                day=day,
            )
        return ""
