from odoo import api, fields, models
from odoo.fields import Domain

ANSWERS = ("accepted", "declined", "returned", "expired")


class ResPartner(models.Model):
    """What an intermediary has, and how it answers."""

    _inherit = "res.partner"

    distribution_route_ids = fields.One2many(
        "distribution.route",
        "partner_id",
        "Lead Offers",
        groups="crm_distribution.group_channel_own",
    )
    distribution_offer_count = fields.Integer(
        "Open Offers",
        compute="_compute_distribution_leads",
        groups="crm_distribution.group_channel_own",
    )
    distribution_lead_count = fields.Integer(
        "Open Leads",
        compute="_compute_distribution_leads",
        groups="crm_distribution.group_channel_own",
    )
    distribution_response = fields.Char(
        "Acceptance",
        compute="_compute_distribution_leads",
        groups="crm_distribution.group_channel_own",
        help="Of all offers that were answered or ran out, those accepted.",
    )

    @api.depends_context("lang", "allowed_company_ids")
    @api.depends("distribution_route_ids.state")
    def _compute_distribution_leads(self):
        counts = {}
        for partner, state, count in self.env["distribution.route"]._read_group(
            [("partner_id", "in", self.ids)], ["partner_id", "state"], ["__count"]
        ):
            counts[partner.id, state] = count
        leads = dict(
            self.env["crm.lead"]._read_group(
                Domain("partner_assigned_id", "in", self.ids)
                & Domain("won_status", "=", "pending"),
                ["partner_assigned_id"],
                ["__count"],
            )
        )
        for partner in self:
            answers = [counts.get((partner.id, state), 0) for state in ANSWERS]
            partner.distribution_offer_count = counts.get((partner.id, "offered"), 0)
            partner.distribution_lead_count = leads.get(partner._origin, 0)
            partner.distribution_response = self._response(answers[0], sum(answers))

    def action_open_distribution_leads(self):
        """Leads that are with this company or its contacts, each once."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Leads of %s", self.display_name),
            "res_model": "crm.lead",
            "views": [(False, "list"), (False, "form")],
            "domain": self._distribution_lead_domain(),
        }

    def action_open_distribution_routes(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Offers to %s", self.display_name),
            "res_model": "distribution.route",
            "views": [(False, "list"), (False, "form")],
            "domain": [("partner_id", "=", self.id)],
        }

    def action_open_distribution_scorecard(self):
        """What it did, month by month."""
        self.ensure_one()
        self.env["distribution.scorecard"].check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Scorecard of %s", self.display_name),
            "res_model": "distribution.scorecard",
            "views": [(False, "list"), (False, "form"), (False, "pivot")],
            "domain": [("partner_id", "=", self.commercial_partner_id.id)],
            "context": {"search_default_until_today": 1},
        }

    def _distribution_lead_domain(self) -> Domain:
        """As customer or as intermediary: one lead is one, even where it is both."""
        return Domain("partner_id", "child_of", self.ids) | Domain(
            "partner_assigned_id", "child_of", self.ids
        )

    @api.model
    def _response(self, accepted: int, answered: int) -> str:
        if not answered:
            return self.env._("none yet")
        return self.env._(
            "%(share).1f %% (%(accepted)s of %(answered)s)",
            share=100 * accepted / answered,
            accepted=accepted,
            answered=answered,
        )
