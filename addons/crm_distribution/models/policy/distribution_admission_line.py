from odoo import api, fields, models

from ...channel.admission import judge_answer, judge_number
from .distribution_admission import RESULTS


class DistributionAdmissionLine(models.Model):
    """One criterion, as it was asked, and what is known of the candidate."""

    _name = "distribution.admission.line"
    _description = "Criterion of an Admission"
    _inherit = ["suite.protected.mixin", "suite.number.mixin"]
    _order = "sequence, id"
    _protected_fields = {"criterion_id", "kind", "least", "most"}

    admission_id = fields.Many2one(
        "distribution.admission", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="admission_id.company_id", store=True)
    criterion_id = fields.Many2one(
        "distribution.criterion", required=True, index=True, ondelete="restrict"
    )
    sequence = fields.Integer(related="criterion_id.sequence", store=True)
    # as they were when it was asked
    kind = fields.Selection(
        [("number", "A figure"), ("answer", "Yes or no")], required=True
    )
    least = fields.Float()
    most = fields.Float()
    asked = fields.Char("Asked For")
    is_known = fields.Boolean("Known")
    figure = fields.Float()
    answer = fields.Selection([("yes", "Yes"), ("no", "No")])
    result = fields.Selection(RESULTS, compute="_compute_result", store=True)

    @api.depends("kind", "least", "most", "is_known", "figure", "answer")
    def _compute_result(self):
        for line in self:
            if line.kind == "answer":
                answer = line.answer and line.answer == "yes"
                line.result = judge_answer(
                    None if answer is False and not line.answer else answer
                )
            else:
                figure = line.figure if line.is_known else None
                line.result = judge_number(figure, line.least, line.most or None)
