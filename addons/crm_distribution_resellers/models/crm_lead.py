from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command, Domain
from odoo.tools import SQL


class CrmLead(models.Model):
    """Two ways to resellers in one place: the channel's, and Odoo's for the rest."""

    _inherit = "crm.lead"

    # who else was asked is not for those who read their leads in the portal
    partner_declined_ids = fields.Many2many(groups="base.group_user")

    def write(self, vals):
        before = self._holders() if "partner_assigned_id" in vals else {}
        res = super().write(vals)
        left = [lead for lead, one in before.items() if lead.partner_assigned_id != one]
        if left:
            leads = self.browse(lead.id for lead in left)
            leads._close_threads()
            leads._unfollow(self.env["res.partner"].union(*map(before.get, left)))
        return res

    def assign_partner(self, partner_id=False):
        """What a policy covers is offered; of the others each gets its own reseller.

        Odoo gives all of a batch to the first one's.
        """
        if partner_id:
            return super().assign_partner(partner_id)
        self.check_access("write")
        covered = self._covered_by_policy()
        if covered:
            covered.action_route()
        rest = self - covered
        found = rest.search_geo_partner() if rest else {}
        for lead in rest:
            if own := found.get(lead.id):
                super(CrmLead, lead).assign_partner(own)
            else:
                lead._tag("tag_portal_lead_partner_unavailable")
        return False

    def action_assign_partner(self):
        """A place in a territory needs no country that Odoo could look up."""
        self.check_access("write")
        covered = self._covered_by_policy()
        told = covered.action_route() if covered else False
        rest = self - covered
        return super(CrmLead, rest).action_assign_partner() if rest else told

    def search_geo_partner(self):
        """Nobody is proposed for what a policy covers."""
        self.check_access("read")
        return super(CrmLead, self - self._covered_by_policy()).search_geo_partner()

    def partner_interested(self, comment=False):
        """Who accepts in Odoo's portal accepts the offer."""
        for offer in self._offers_to_user("offered"):
            offer._accept(self.env.user.partner_id)
        return super().partner_interested(comment)

    def partner_desinterested(self, comment=False, contacted=False, spam=False):
        """Who declines in Odoo's portal declines the offer, or gives the lead back."""
        by = self.env.user.partner_id
        said = self.env._("The customer was contacted.") if contacted else ""
        reason = " ".join(filter(None, (comment, said)))
        offers = self._offers_to_user("offered", "accepted")
        rest = self - offers.lead_id
        for offer in offers:
            if spam:
                offer.lead_id._tag("tag_portal_lead_is_spam")
            if offer.state == "accepted":
                offer._give_back(by, reason)
            else:
                offer._decline(by, reason)
        if not rest:
            return None
        rest._assert_portal_write_access()
        if rest._in_channel():
            raise AccessError(
                self.env._(
                    "This lead was not offered to you. A registered deal ends on its "
                    "own page."
                )
            )
        return super(CrmLead, rest).partner_desinterested(comment, contacted, spam)

    def update_stage_from_portal(self, stage_id):
        self._assert_portal_write_access()
        # sudo: whether a stage means won is no secret
        self._refuse_won(self.env["crm.stage"].sudo().browse(stage_id).is_won)
        return super().update_stage_from_portal(stage_id)

    def update_lead_portal(self, values):
        self._assert_portal_write_access()
        self._refuse_won(float(values.get("probability") or 0) >= 100)
        return super().update_lead_portal(values)

    def _assert_portal_write_access(self):
        """Odoo asks this of portal users alone, and then writes for whoever called."""
        res = super()._assert_portal_write_access()
        if not self.env.user._is_portal():
            self._in_channel().check_access("write")
        return res

    def _refuse_won(self, won) -> None:
        """Money hangs on it: we say so, not those who earn by it."""
        if won and self._holders():
            raise AccessError(
                self.env._("Tell us when it is won: it is set by your supplier.")
            )

    def _in_channel(self):
        # sudo: the portal does not read what is the channel's
        leads = self.sudo().filtered(lambda lead: lead.distribution_state != "none")
        return self.browse(leads.ids)

    def _holders(self) -> dict:
        """The leads that came by the channel and were taken, with who has them."""
        # sudo: the portal does not read what is the channel's
        leads = self.sudo()
        return {
            lead: lead.partner_assigned_id
            for lead in leads
            if lead.distribution_state == "accepted"
        }

    def _offers_to_user(self, *states):
        """The current offers of these leads to the company that the user acts for."""
        company = self.env["res.partner"]._distribution_company_of(self.env.user)
        # sudo: portal users have no rights on offers; whose they are is asked here
        return self.sudo().distribution_route_id.filtered(
            lambda route: route.partner_id == company and route.state in states
        )

    def _tag(self, name: str) -> None:
        tag = self.env.ref(f"website_crm_partner_assign.{name}", False)
        if tag:
            self.write({"tag_ids": [Command.link(tag.id)]})

    def _close_threads(self) -> None:
        """What was said with one intermediary is not for the next one to read."""
        # sudo: whoever takes a lead back; those who had it have no rights on messages
        messages = self.env["mail.message"].sudo()
        messages.search(
            Domain("model", "=", self._name)
            & Domain("res_id", "in", self.ids)
            & Domain("is_internal", "=", False)
        ).write({"is_internal": True})

    def _unfollow(self, holders) -> None:
        """Who had a lead is told no more of it."""
        # sudo: whoever takes a lead back; followers are of all who had it
        leads = self.sudo()
        companies = holders.commercial_partner_id
        contacts = leads.env["res.partner"].with_context(active_test=False)
        leads.message_unsubscribe(
            contacts.search([("commercial_partner_id", "in", companies.ids)]).ids
        )

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
        """Who has the merged lead follows from the offers and deals."""
        merged = super()._merge_data(fnames)
        # sudo: the offers of all, whoever merges
        if any(lead._is_protected() for lead in self.sudo()):
            merged.pop("partner_assigned_id", None)
            merged.pop("date_partner_assign", None)
        return merged

    def _merge_dependences(self, opportunities):
        """Nobody follows, nor reads in the threads of others, who does not have it."""
        former = [lead.id for lead in opportunities._holders()]
        holders = (self | opportunities)._holders().values()
        self.browse(former)._close_threads()
        res = super()._merge_dependences(opportunities)
        # sudo: who has it, whoever merges
        holder = self.sudo().partner_assigned_id
        self._unfollow(self.env["res.partner"].union(*holders) - holder)
        return res
