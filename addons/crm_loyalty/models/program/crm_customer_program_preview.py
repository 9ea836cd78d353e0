from markupsafe import Markup

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import format_date


class CrmCustomerProgram(models.Model):
    """What is said before a program runs: whom it can reach, and what they read."""

    _inherit = "crm.customer.program"

    def _reach_in_words(self, recipients, domain: Domain) -> str:
        """How many customers or leads can be reached by the medium, and why not others.

        Said before anybody is enrolled: both arms are drawn among the others.
        """
        medium = self._contact_media()[self.medium or "email"]
        total, known, allowed = (
            recipients.search_count(domain & narrower)
            for narrower in (
                Domain.TRUE,
                recipients._reachable_domain(medium),
                recipients._reachable_domain(medium)
                & recipients._may_contact_domain(medium, "marketing"),
            )
        )
        if not total:
            return self.env._("Nobody is in it now.")
        unknown = {
            "email": self.env._("have no e-mail address"),
            "sms": self.env._("have no mobile number"),
            "phone": self.env._("have no phone number"),
            "portal": self.env._("have no access to the portal"),
        }.get(medium) or self.env._("have no address")
        facts = [
            f"{count:,} {words}"
            for count, words in (
                (total - known, unknown),
                (known - allowed, self.env._("may not be contacted")),
            )
            if count
        ]
        if not facts:
            return self.env._("All %s can be reached.", f"{total:,}")
        return self.env._(
            "Of %(total)s, %(facts)s: %(reached)s can be reached.",
            total=f"{total:,}",
            facts=", ".join(facts),
            reached=f"{allowed:,}",
        )

    def _email_preview(self):
        """What a member would read, with sample words in the place of his own."""
        mailings = self.env["mailing.mailing"]
        return mailings._program_body(
            self,
            Markup("<p>%s</p>") % self.env._("Name of the customer"),
            Markup("<p>%s</p>") % self._sample_offer() if self._sample_offer() else "",
        )

    def _sample_offer(self) -> str:
        until = fields.Date.add(self.company_id._today(), days=self.offer_days)
        day = format_date(self.env, until, date_format="medium")
        if self.offer == "discount" and self.loyalty_program_id:
            return self._coupon_in_words("044A-0000-0000", day)
        if self.offer == "tier" and self.tier_id:
            return self._tier_in_words(day)
        if self.offer == "payment_term" and self.payment_term_id:
            return self._term_in_words(day)
        return ""

    def _coupon_in_words(self, code: str, day: str) -> str:
        return self.env._(
            "%(offer)s: code %(code)s, valid until %(day)s.",
            offer=self.loyalty_program_id.name,
            code=code,
            day=day,
        )

    def _tier_in_words(self, day: str) -> str:
        return self.env._("%(tier)s until %(day)s.", tier=self.tier_id.name, day=day)

    def _term_in_words(self, day: str) -> str:
        return self.env._(
            "Payment terms %(terms)s until %(day)s.",
            terms=self.payment_term_id.name,
            day=day,
        )
