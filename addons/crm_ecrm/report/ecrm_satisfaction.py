from odoo import api, fields, models
from odoo.tools import SQL

from ..metrics.satisfaction import Counts


class EcrmSatisfaction(models.Model):
    """Answers by touchpoint and agent, with the figure that they make together."""

    _name = "ecrm.satisfaction"
    _description = "Satisfaction"
    _auto = False
    _order = "touchpoint_id, answers desc, id"
    _rec_name = "touchpoint_id"

    touchpoint_id = fields.Many2one("ecrm.touchpoint", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    agent_id = fields.Many2one("res.users", readonly=True)
    metric = fields.Selection("_metrics", readonly=True)
    asked = fields.Integer(readonly=True)
    answers = fields.Integer(readonly=True)
    good = fields.Integer("Promoters or Satisfied", readonly=True)
    neutral = fields.Integer("In Between", readonly=True)
    bad = fields.Integer("Detractors or Dissatisfied", readonly=True)
    late = fields.Integer("Late Answers", readonly=True)
    figure = fields.Char(compute="_compute_figure")

    @api.model
    def _metrics(self):
        metric = self.env["ecrm.touchpoint"]._fields["metric"]
        return metric._description_selection(self.env)

    @api.depends("metric", "good", "neutral", "bad")
    @api.depends_context("lang")
    def _compute_figure(self):
        words = self.env["ecrm.feedback"]._figure_in_words
        for row in self:
            row.figure = words(row.metric, Counts(row.good, row.neutral, row.bad))

    @property
    def _table_query(self) -> SQL:
        return SQL(
            """
            SELECT min(id) AS id, touchpoint_id, company_id, agent_id, metric,
                   count(*)::int AS asked,
                   count(answer_group)::int AS answers,
                   count(*) FILTER (WHERE answer_group = 'good')::int AS good,
                   count(*) FILTER (WHERE answer_group = 'neutral')::int AS neutral,
                   count(*) FILTER (WHERE answer_group = 'bad')::int AS bad,
                   count(*) FILTER (WHERE is_late)::int AS late
              FROM ecrm_feedback
             WHERE medium IS DISTINCT FROM 'phone'
             GROUP BY touchpoint_id, company_id, agent_id, metric
            """
        )

    def action_open_feedback(self):
        """The answers that make the figure."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_ecrm.ecrm_feedback_action"
        )
        domain = [
            ("touchpoint_id", "=", self.touchpoint_id.id),
            ("agent_id", "=", self.agent_id.id),
            ("state", "=", "answered"),
        ]
        return {**action, "domain": domain, "context": {}}
