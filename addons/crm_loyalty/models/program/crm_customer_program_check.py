from collections.abc import Iterator

from odoo import models
from odoo.exceptions import UserError

from ..segment.crm_customer_segment import BAD_DOMAIN


class CrmCustomerProgram(models.Model):
    """What keeps a program from running, each in a sentence."""

    _inherit = "crm.customer.program"

    def _problems(self) -> Iterator[str]:
        """Hook: asked at the start and every time the program is about to act."""
        self.ensure_one()
        yield from self._whom_problems()
        yield from self._offer_problems()
        yield from self._medium_problems()
        if problem := self._circular_problem():
            yield problem

    def _whom_problems(self) -> Iterator[str]:
        if self.kind == "acquisition":
            if not (self.segment_id or self._has_leads()):
                yield self.env._("Say whom to win: choose a segment or leads.")
        elif not self.segment_id:
            yield self.env._("Say for whom the program is: choose a segment.")
        if self.kind == "cross_sell" and not (
            self.target_product_ids or self.target_categ_ids
        ):
            yield self.env._("Say what to sell: choose products or categories.")
        for segment in self.segment_id | self.exclude_segment_ids:
            if segment.company_id != self.company_id:
                yield self.env._(
                    "Segment “%(segment)s” is of another company.", segment=segment.name
                )
            try:
                with self.env.cr.savepoint():
                    self.env["res.partner"].search(segment._customers_domain(), limit=1)
            except UserError as error:
                yield str(error)
            except BAD_DOMAIN as error:
                yield segment._domain_problem(error)
        if self._has_leads():
            try:
                with self.env.cr.savepoint():
                    self.env["crm.lead"].search(self._leads_domain(), limit=1)
            except BAD_DOMAIN as error:
                yield self.env._(
                    "The conditions on leads cannot be evaluated: %(reason)s",
                    reason=str(error),
                )

    def _offer_problems(self) -> Iterator[str]:
        if self.offer == "discount":
            offer = self.loyalty_program_id
            if not offer:
                yield self.env._("Choose the coupon program of the offer.")
            elif not offer.active:
                yield self.env._(
                    "The coupon program “%(offer)s” was archived.", offer=offer.name
                )
            elif offer.date_to and offer.date_to < self.company_id._value_cutoff_date():
                yield self.env._(
                    "The coupon program “%(offer)s” has ended.", offer=offer.name
                )
            elif problem := self._rate_problem(offer.currency_id):
                yield problem
        if self.offer == "payment_term":
            terms = self.payment_term_id
            if not terms:
                yield self.env._("Choose the payment terms to offer.")
            elif not terms.active:
                yield self.env._(
                    "The payment terms “%(terms)s” were archived.", terms=terms.name
                )

        if self.offer == "tier":
            if not self.tier_id:
                yield self.env._("Choose the tier to invite to.")
            elif self.tier_id.program_id.state != "published":
                yield self.env._(
                    "Publish “%(tiers)s” before you invite to it.",
                    tiers=self.tier_id.program_id.name,
                )

    def _rate_problem(self, currency) -> str:
        """Odoo takes a currency without a rate one for one."""
        if not currency or currency == self.company_id.currency_id:
            return ""
        rates = self.env["res.currency.rate"].search_count(
            [
                ("currency_id", "=", currency.id),
                ("company_id", "in", [False, self.company_id.root_id.id]),
            ],
            limit=1,
        )
        if rates:
            return ""
        return self.env._(
            "The offer is in %(currency)s, which has no exchange rate: enter one.",
            currency=currency.name,
        )

    def _medium_problems(self) -> Iterator[str]:
        if self.medium == "email" and not self.mailing_id:
            if not self.subject:
                yield self.env._("Write a subject for the e-mail.")
            if not self._has_text(self.message):
                yield self.env._("Write what the e-mail says.")
        if self.medium in ("call", "meeting") and not self.user_id.active:
            yield self.env._(
                "Name who is responsible, for customers without a salesperson."
            )
        if self.medium == "portal" and not self._has_text(self.message):
            yield self.env._("Write what the customer reads in the portal.")

    @staticmethod
    def _has_text(html) -> bool:
        return bool(html and html.striptags().strip())

    def _has_leads(self) -> bool:
        return self.kind == "acquisition" and bool((self.lead_domain or "").strip())

    def _circular_problem(self) -> str:
        """Whether who comes in depends on who is in, directly or through others."""
        circle = self.env._(
            "The segments of “%(program)s” depend on its own members: the program "
            "would turn in a circle.",
            program=self.name,
        )
        asked, new = self.browse(), self
        while new:
            segments = new.segment_id | new.exclude_segment_ids
            named = segments._programs_asked()
            # of whichever program: of this one too
            if named is None or self._origin in named:
                return circle
            asked |= new
            new = named - asked
        return ""
