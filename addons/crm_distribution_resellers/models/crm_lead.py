from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL


class CrmLead(models.Model):
    """Two ways to resellers in one place: the channel's, and Odoo's for the rest."""

    _inherit = "crm.lead"

    # who else was asked is not for those who read their leads in the portal
    partner_declined_ids = fields.Many2many(groups="base.group_user")

    def assign_partner(self, partner_id=False):
        """What a policy covers is offered; of the others each gets its own reseller.

        Odoo gives all of a batch to the first one's.
        """
        if partner_id:
            return super().assign_partner(partner_id)
        covered = self._covered_by_policy()
        covered._route()
        for lead in self - covered:
            super(CrmLead, lead).assign_partner(False)
        return False

    def action_assign_partner(self):
        """A place in a territory needs no country that Odoo could look up."""
        covered = self._covered_by_policy()
        covered.assign_partner()
        rest = self - covered
        return super(CrmLead, rest).action_assign_partner() if rest else False

    def search_geo_partner(self):
        """Nobody is proposed for what a policy covers."""
        return super(CrmLead, self - self._covered_by_policy()).search_geo_partner()

    def partner_interested(self, comment=False):
        """Who accepts in Odoo's portal accepts the offer."""
        by = self.env.user.partner_id
        for offer in self._offers_to_user("offered"):
            offer._accept(by)
        return super().partner_interested(comment)

    def partner_desinterested(self, comment=False, contacted=False, spam=False):
        """Who declines in Odoo's portal declines the offer, or gives the lead back."""
        by = self.env.user.partner_id
        offers = self._offers_to_user("offered", "accepted")
        rest = self.browse(set(self.ids) - set(offers.lead_id.ids))
        for offer in offers:
            if spam:
                offer.lead_id._tag_as_spam()
            if offer.state == "accepted":
                offer._give_back(by, comment or "")
            else:
                offer._decline(by, comment or "")
        if rest:
            return super(CrmLead, rest).partner_desinterested(comment, contacted, spam)
        return None

    def update_stage_from_portal(self, stage_id):
        self._refuse_won(self.env["crm.stage"].sudo().browse(stage_id).is_won)
        return super().update_stage_from_portal(stage_id)

    def update_lead_portal(self, values):
        self._refuse_won((values.get("probability") or 0) >= 100)
        return super().update_lead_portal(values)

    def _refuse_won(self, won) -> None:
        """Money hangs on it: we say so, not those who earn by it."""
        # sudo: the portal does not read what is the channel's
        if won and any(lead.distribution_state == "accepted" for lead in self.sudo()):
            raise AccessError(
                self.env._("Tell us when it is won: it is set by your supplier.")
            )

    def _offers_to_user(self, *states):
        """The current offers of these leads to the company that the user acts for."""
        company = self.env["res.partner"]._distribution_company_of(self.env.user)
        # sudo: portal users have no rights on offers; whose they are is asked here
        return self.sudo().distribution_route_id.filtered(
            lambda route: route.partner_id == company and route.state in states
        )

    def _tag_as_spam(self) -> None:
        tag = self.env.ref("website_crm_partner_assign.tag_portal_lead_is_spam", False)
        if tag:
            self.tag_ids |= tag

    def _route_place_sql(self):
        """A place that Odoo has looked up before; none is looked up while routing."""
        self.flush_model(["partner_latitude", "partner_longitude"])
        latitude, longitude = super()._route_place_sql()
        known = SQL(
            "(coalesce(lead.partner_latitude, 0) <> 0"
            " OR coalesce(lead.partner_longitude, 0) <> 0)"
        )
        return (
            SQL("CASE WHEN %s THEN lead.partner_latitude ELSE %s END", known, latitude),
            SQL(
                "CASE WHEN %s THEN lead.partner_longitude ELSE %s END", known, longitude
            ),
        )

    def _merge_data(self, fnames=None):
        """Who has the merged lead follows from the offers."""
        merged = super()._merge_data(fnames)
        # sudo: the offers of all, whoever merges
        if self.sudo().route_ids:
            merged.pop("partner_assigned_id", None)
            merged.pop("date_partner_assign", None)
        return merged
