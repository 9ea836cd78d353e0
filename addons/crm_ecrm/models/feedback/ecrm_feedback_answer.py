from odoo import fields, models

from .ecrm_feedback import MEDIA


class EcrmFeedbackAnswer(models.Model):
    """A version of what a customer answered. None is changed; the latest counts."""

    _name = "ecrm.feedback.answer"
    _description = "Version of an Answer"
    _inherit = ["suite.company.mixin"]
    _order = "id desc"
    _rec_name = "score"

    feedback_id = fields.Many2one(
        "ecrm.feedback", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="feedback_id.company_id", store=True, index=True
    )
    given_on = fields.Datetime(readonly=True)
    medium = fields.Selection(MEDIA, readonly=True)
    score = fields.Integer(readonly=True, aggregator=None)
    comment = fields.Text(readonly=True)
    answer_1 = fields.Text("Answer to the Further Question", readonly=True)
    answer_2 = fields.Text("Answer to the Other Question", readonly=True)
    reason_ids = fields.Many2many(
        "ecrm.touchpoint.reason",
        "ecrm_feedback_answer_reason_rel",
        "answer_id",
        "reason_id",
        "Reasons",
        readonly=True,
        ondelete="restrict",
        context={"active_test": False},
    )
    mark_ids = fields.One2many("ecrm.feedback.mark", "answer_id", readonly=True)
    # of the gesture on the page, so that a repeated request is no second answer
    nonce = fields.Char(readonly=True, groups="base.group_system")

    _nonce_uniq = models.UniqueIndex(
        "(feedback_id, nonce)", "This answer was given already."
    )
