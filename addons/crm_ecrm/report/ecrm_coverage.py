from odoo import api, fields, models
from odoo.tools import SQL


class EcrmCoverage(models.Model):
    """One row for each event that a touchpoint asks about: whom the figures leave out.

    By agent it shows whose customers are asked and answer: the average of a share over
    any rows is the share of those rows.
    """

    _name = "ecrm.coverage"
    _description = "Coverage of Surveys"
    _auto = False
    _order = "event_on desc, id desc"
    _rec_name = "touchpoint_id"

    touchpoint_id = fields.Many2one("ecrm.touchpoint", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    agent_id = fields.Many2one("res.users", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    feedback_id = fields.Many2one("ecrm.feedback", readonly=True)
    event_on = fields.Datetime("Happened", readonly=True)
    ask_on = fields.Datetime("To Be Asked", readonly=True)
    state = fields.Selection("_invitation_states", readonly=True)
    reason = fields.Selection("_reasons", "Left Out Because", readonly=True)
    events = fields.Integer(readonly=True)
    eligible = fields.Integer(
        readonly=True,
        help="There was somebody to ask, and still something to ask about",
    )
    quarantine = fields.Integer("Asked Not Long Ago", readonly=True)
    no_address = fields.Integer("Without Address", readonly=True)
    not_allowed = fields.Integer("No Surveys Wanted", readonly=True)
    planned = fields.Integer(readonly=True)
    asked = fields.Integer(readonly=True)
    answered = fields.Integer(readonly=True)
    asked_share = fields.Float("Asked (%)", readonly=True, aggregator="avg")
    answered_share = fields.Float("Answered (%)", readonly=True, aggregator="avg")

    @api.model
    def _invitation_states(self):
        return self._selection_of("ecrm.invitation", "state")

    @api.model
    def _reasons(self):
        return self._selection_of("ecrm.invitation", "reason")

    @api.model
    def _selection_of(self, model: str, name: str):
        return self.env[model]._fields[name]._description_selection(self.env)

    @property
    def _table_query(self) -> SQL:
        return SQL(
            """
            WITH told AS (
                SELECT invitation.*, feedback.state AS feedback_state,
                       coalesce(invitation.reason, '')
                       NOT IN ('merged', 'withdrawn', 'nobody', 'staff') AS is_eligible
                  FROM ecrm_invitation invitation
             LEFT JOIN ecrm_feedback feedback ON feedback.id = invitation.feedback_id
            )
            SELECT id, touchpoint_id, company_id, agent_id, partner_id, feedback_id,
                   event_on, ask_on, state, reason, 1 AS events,
                   is_eligible::int AS eligible,
                   (coalesce(reason, '') = 'quarantine')::int AS quarantine,
                   (coalesce(reason, '') = 'no_address')::int AS no_address,
                   (coalesce(reason, '') = 'not_allowed')::int AS not_allowed,
                   (state = 'planned')::int AS planned,
                   (state = 'asked')::int AS asked,
                   (coalesce(feedback_state, '') = 'answered')::int AS answered,
                   CASE WHEN is_eligible AND state != 'planned'
                        THEN CASE WHEN state = 'asked' THEN 100.0 ELSE 0.0 END
                   END AS asked_share,
                   CASE WHEN state = 'asked'
                        THEN CASE WHEN feedback_state = 'answered'
                                  THEN 100.0 ELSE 0.0 END
                   END AS answered_share
              FROM told
            """
        )

    def action_open_feedback(self):
        self.ensure_one()
        self.check_access("read")
        if not self.feedback_id:
            return False
        return {
            "type": "ir.actions.act_window",
            "res_model": "ecrm.feedback",
            "res_id": self.feedback_id.id,
            "views": [(False, "form")],
        }
