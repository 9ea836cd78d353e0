from odoo import api, fields, models


class EcrmFeedbackMark(models.Model):
    """How a customer judges one dimension, from 1 to 5, in one version of an answer."""

    _name = "ecrm.feedback.mark"
    _description = "Mark of a Dimension"
    _inherit = ["suite.company.mixin"]
    _order = "score, id desc"
    _rec_name = "dimension_id"

    answer_id = fields.Many2one(
        "ecrm.feedback.answer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    feedback_id = fields.Many2one(
        related="answer_id.feedback_id", store=True, index=True
    )
    company_id = fields.Many2one(
        related="answer_id.feedback_id.company_id", store=True, index=True
    )
    dimension_id = fields.Many2one(
        "ecrm.dimension", required=True, readonly=True, index=True, ondelete="restrict"
    )
    score = fields.Integer("Mark", required=True, readonly=True, aggregator="avg")
    overall = fields.Integer("Score", related="feedback_id.score")
    partner_id = fields.Many2one(related="feedback_id.partner_id")
    is_current = fields.Boolean(compute="_compute_is_current", store=True)

    _score_range = models.Constraint(
        "CHECK (score BETWEEN 1 AND 5)", "A mark lies between 1 and 5."
    )
    _dimension_uniq = models.UniqueIndex(
        "(answer_id, dimension_id)", "Each dimension is judged once."
    )

    @api.depends("answer_id", "feedback_id.answer_id")
    def _compute_is_current(self):
        """Of the version that counts."""
        for mark in self:
            mark.is_current = mark.feedback_id.answer_id == mark.answer_id

    def action_open_feedback(self):
        self.ensure_one()
        self.check_access("read")
        return self.feedback_id._get_records_action()
