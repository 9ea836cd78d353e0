from odoo import api, fields, models
from odoo.tools import SQL


class DistributionResponse(models.Model):
    """One row for each offer, with how it was answered.

    Open and withdrawn offers have no answer: they are no part of any share.
    """

    _name = "distribution.response"
    _description = "Response of Intermediaries"
    _inherit = ["distribution.placed.mixin"]
    _auto = False
    _order = "offered_on desc, id desc"
    _rec_name = "partner_id"

    route_id = fields.Many2one("distribution.route", "Offer", readonly=True)
    lead_id = fields.Many2one("crm.lead", readonly=True)
    partner_id = fields.Many2one("res.partner", "Intermediary", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    policy_id = fields.Many2one("distribution.policy", readonly=True)
    state = fields.Selection("_offer_states", readonly=True)
    offered_on = fields.Datetime(readonly=True)
    offered = fields.Integer("Offers", readonly=True)
    answered = fields.Integer("Answered or Ran Out", readonly=True)
    accepted = fields.Integer(readonly=True)
    declined = fields.Integer("Declined or Given Back", readonly=True)
    expired = fields.Integer("Ran Out", readonly=True)
    still_open = fields.Integer("Open", readonly=True)
    acceptance = fields.Float("Acceptance (%)", readonly=True, aggregator="avg")
    hours = fields.Float("Hours to Answer", readonly=True, aggregator="avg")

    @api.model
    def _offer_states(self):
        state = self.env["distribution.route"]._fields["state"]
        return state._description_selection(self.env)

    def action_open_route(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "distribution.route",
            "res_id": self.route_id.id,
            "views": [(False, "form")],
        }

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT route.id, route.id AS route_id, route.lead_id, route.partner_id,
                   route.company_id, route.territory_id, route.category_id,
                   route.territory_path, route.territory_above_id,
                   route.category_path, route.category_above_id,
                   route.policy_id, route.state, route.offered_on,
                   1 AS offered,
                   (route.state IN ('accepted', 'declined', 'returned', 'expired'))::int
                   AS answered,
                   (route.state = 'accepted')::int AS accepted,
                   (route.state IN ('declined', 'returned'))::int AS declined,
                   (route.state = 'expired')::int AS expired,
                   (route.state = 'offered')::int AS still_open,
                   CASE WHEN route.state = 'accepted' THEN 100.0
                        WHEN route.state IN ('declined', 'returned', 'expired') THEN 0.0
                   END AS acceptance,
                   extract(epoch FROM route.answered_on - route.offered_on) / 3600
                   AS hours
              FROM distribution_route route
             WHERE route.partner_id IS NOT NULL
            """
        )
