from odoo import fields, models
from odoo.tools import SQL


class EcrmLoop(models.Model):
    """One row for each low score: was somebody there, in time, and did it help?

    The score after is what the same person answers to the same metric after the case
    had ended. The average of a share over any rows is the share of those rows.
    """

    _name = "ecrm.loop"
    _description = "Follow-Up of Low Scores"
    _auto = False
    _order = "answered_on desc, id desc"
    _rec_name = "feedback_id"

    feedback_id = fields.Many2one("ecrm.feedback", readonly=True)
    touchpoint_id = fields.Many2one("ecrm.touchpoint", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    case_id = fields.Many2one("ecrm.case", "Follow-Up", readonly=True)
    answered_on = fields.Datetime("Low Score Given", readonly=True)
    user_id = fields.Many2one("res.users", "Responsible", readonly=True)
    until = fields.Datetime(readonly=True, help="When the customer must have heard")
    told_on = fields.Datetime("Customer Told", readonly=True)
    low = fields.Integer("Low Scores", readonly=True)
    followed = fields.Float("Followed Up (%)", readonly=True, aggregator="avg")
    told = fields.Float("Told (%)", readonly=True, aggregator="avg")
    in_time = fields.Float(
        "Told in Time (%)",
        readonly=True,
        aggregator="avg",
        help="Of those whose time is over or who were told",
    )
    score = fields.Integer("Score Before", readonly=True, aggregator="avg")
    score_after = fields.Integer(readonly=True, aggregator="avg")

    @property
    def _table_query(self) -> SQL:
        return SQL(
            """
            SELECT feedback.id, feedback.id AS feedback_id, feedback.touchpoint_id,
                   feedback.company_id, feedback.partner_id, follow.id AS case_id,
                   feedback.answered_on, told.at AS told_on, 1 AS low,
                   CASE WHEN follow.id IS NULL THEN 0.0 ELSE 100.0 END AS followed,
                   CASE WHEN told.at IS NULL THEN 0.0 ELSE 100.0 END AS told,
                   follow.user_id, follow.follow_up_until AS until,
                   CASE WHEN promise.state = 'met' THEN 100.0
                        WHEN promise.state = 'missed' THEN 0.0
                        WHEN promise.state IN ('running', 'paused') THEN NULL
                        WHEN told.at <= follow.follow_up_until THEN 100.0
                        WHEN coalesce(told.at, %(now)s) > follow.follow_up_until
                        THEN 0.0 END AS in_time,
                   feedback.score, later.score AS score_after
              FROM ecrm_feedback feedback
         LEFT JOIN LATERAL (
                SELECT one.id, one.user_id, one.follow_up_until, one.closed_on
                  FROM ecrm_case one
                 WHERE one.feedback_id = feedback.id ORDER BY one.id LIMIT 1
              ) follow ON TRUE
         LEFT JOIN LATERAL (
                SELECT min(event.at) AS at FROM ecrm_case_event event
                 WHERE event.case_id = follow.id AND event.kind = 'agent'
              ) told ON TRUE
         LEFT JOIN LATERAL (
                SELECT clock.state FROM ecrm_case_clock clock
                 WHERE clock.case_id = follow.id AND clock.kind = 'first'
                 ORDER BY clock.id LIMIT 1
              ) promise ON TRUE
         LEFT JOIN LATERAL (
                SELECT next.score FROM ecrm_feedback next
                 WHERE next.partner_id = feedback.partner_id
                   AND next.metric = feedback.metric
                   AND next.company_id = feedback.company_id
                   AND next.answered_on > follow.closed_on
                 ORDER BY next.answered_on LIMIT 1
              ) later ON TRUE
             WHERE feedback.is_low
            """,
            now=fields.Datetime.now(),
        )

    def action_open_feedback(self):
        self.ensure_one()
        self.check_access("read")
        return self.feedback_id._get_records_action()
