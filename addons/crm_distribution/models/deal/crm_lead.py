from odoo import api, fields, models

from ...channel import conflict, matching
from ...channel.policy import Question
from .conflict_facts import fact
from .distribution_matched_mixin import calling_code


class CrmLead(models.Model):
    """Registered deals hang on opportunities, and what moves may be another's."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "distribution.matched.mixin"]
    _match_customer = "partner_id.commercial_partner_id"

    registration_ids = fields.One2many(
        "distribution.registration",
        "lead_id",
        "Registered Deals",
        groups="crm_distribution.group_channel_own",
    )

    _distribution_match_keys_idx = models.Index(
        "USING gin (string_to_array(distribution_match_keys, ' '))"
    )

    @api.depends("partner_name", "email_from", "phone", "website", "country_id")
    def _compute_distribution_match_keys(self):
        return super()._compute_distribution_match_keys()

    def _match_identity(self) -> matching.Identity:
        country = self.country_id or self.company_id.country_id
        country = country or self.env.company.country_id
        return matching.Identity(
            name=self.partner_name or "",
            email=self.email_from or "",
            phone=self.phone or "",
            website=self.website or "",
            country=country.code or "",
            calling_code=calling_code(country),
        )

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        res = super()._handle_won_lost(old_status_by_lead, new_status_by_lead)
        self._close_registrations(new_status_by_lead)
        return res

    def _close_registrations(self, new_status_by_lead) -> None:
        """A deal ends with its opportunity."""
        closed = {
            lead_id: "won" if status["is_won"] else "lost"
            for lead_id, status in new_status_by_lead.items()
            if status["is_won"] or status["is_lost"]
        }
        # sudo: whoever closes an opportunity need not see registrations
        registrations = self.env["distribution.registration"].sudo()
        for one in registrations.search(
            [("lead_id", "in", list(closed)), ("state", "=", "approved")]
        ):
            one._end_with(closed[one.lead_id.id], False)

    def _merge_routes(self, others):
        """The deal of a merged opportunity is that of the one that stays."""
        # sudo: what was promised stands, whoever merges
        head, tail = self.sudo(), others.sudo()
        deals = tail.registration_ids
        res = super()._merge_routes(others)
        if deals:
            deals._as_system().lead_id = head
            head._protections_met()
        open_deal = deals.filtered(lambda one: one.status == "approved")[:1]
        if open_deal and not head.partner_assigned_id:
            head._give_to(open_deal.partner_id)
        return res

    def _protections_met(self) -> None:
        """Deals of several intermediaries turn out to be one opportunity."""
        held = self.registration_ids.filtered(lambda one: one.status == "approved")
        first = held.sorted(lambda one: (one.submitted_on, one.id))[:1]
        self.env["distribution.conflict"]._report(
            [
                held._met_fact(first, other, [("opportunity", self.display_name)])
                for other in held - first
                if other.partner_id != first.partner_id
            ]
        )

    def _give_to(self, partner) -> None:
        """The intermediary has it, without an offer: it brought the deal itself."""
        self._as_system().write(
            {"partner_assigned_id": partner.id, "distribution_state": "accepted"}
        )

    def _moved_after_acceptance(self, before: tuple, now: tuple):
        """It stays where it was, and both facts stand in a conflict."""
        if self.distribution_route_id:
            super()._moved_after_acceptance(before, now)
        holder = self.partner_assigned_id.commercial_partner_id
        category, territory = now
        company = self.company_id or self.env.company
        agreements = self.env["distribution.agreement"]
        question = Question(company.id, category.id, territory.id, company._today())
        in_scope = agreements.browse(agreements._in_scope([question])[0])
        if not holder or holder in in_scope.partner_id:
            return
        other = in_scope[:1]
        self.env["distribution.conflict"]._report(
            [
                fact(
                    "lead",
                    holder=holder,
                    other=other.partner_id,
                    own=False,
                    about=[self, holder],
                    proof=[
                        ("opportunity", self.display_name),
                        ("before", self._place_in_words(*before)),
                        ("after", self._place_in_words(*now)),
                    ],
                    company=company,
                    severity=conflict.HIGH if other.exclusive else conflict.MEDIUM,
                    lead_id=self,
                    agreement_id=other,
                    customer_id=self.partner_id.commercial_partner_id,
                    category_id=category,
                    territory_id=territory,
                )
            ]
        )

    def _two_holders(self, first, second):
        res = super()._two_holders(first, second)
        self.env["distribution.conflict"]._report(
            [
                fact(
                    "lead",
                    holder=first.partner_id,
                    other=second.partner_id,
                    about=[first, second],
                    proof=[("opportunity", self.display_name)],
                    company=first.company_id,
                    severity=conflict.HIGH,
                    lead_id=self,
                    customer_id=self.partner_id.commercial_partner_id,
                    category_id=self.distribution_category_id,
                    territory_id=self.distribution_territory_id,
                )
            ]
        )
        return res
