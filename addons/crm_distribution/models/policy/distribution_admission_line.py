from odoo import api, fields, models

from ...channel.admission import judge_answer, judge_number
from .distribution_admission import RESULTS
from .distribution_criterion import KINDS


class DistributionAdmissionLine(models.Model):
    """One criterion as it was asked, and what is known of the candidate."""

    _name = "distribution.admission.line"
    _description = "Criterion of an Admission"
    _inherit = ["suite.company.mixin", "suite.protected.mixin", "suite.number.mixin"]
    _order = "sequence, id"
    _rec_name = "criterion_id"
    _protected_fields = {"admission_id", "criterion_id", "kind", "least", "most"}

    admission_id = fields.Many2one(
        "distribution.admission",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    company_id = fields.Many2one(
        related="admission_id.company_id", store=True, index=True
    )
    criterion_id = fields.Many2one(
        "distribution.criterion",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
    )
    sequence = fields.Integer(related="criterion_id.sequence", store=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    least = fields.Float(readonly=True)
    most = fields.Float(readonly=True)
    asked = fields.Char(compute="_compute_asked")
    is_known = fields.Boolean("Known", help="Whether the figure is on file.")
    figure = fields.Float()
    answer = fields.Selection([("yes", "Yes"), ("no", "No")])
    known_on = fields.Date("As Of")
    result = fields.Selection(RESULTS, compute="_compute_result", store=True)

    @api.depends("kind", "least", "most", "criterion_id")
    def _compute_asked(self):
        for line in self:
            line.asked = line.criterion_id._bounds_in_words(
                line.kind, line.least, line.most
            )

    @api.depends("kind", "least", "most", "is_known", "figure", "answer")
    def _compute_result(self):
        for line in self:
            if line.kind == "answer":
                line.result = judge_answer(
                    line.answer == "yes" if line.answer else None
                )
            else:
                figure = line.figure if line.is_known else None
                line.result = judge_number(figure, line.least, line.most or None)

    @api.onchange("figure")
    def _onchange_figure(self):
        """Whoever types a figure knows it."""
        if self.figure:
            self.is_known = True

    def write(self, vals):
        if not {"is_known", "figure", "answer", "known_on"}.isdisjoint(vals):
            self.check_access("write")
            # sudo: whether it is decided is no secret
            self.sudo().admission_id._check_undecided()
            vals = {"known_on": self.env.company._today(), **vals}
        return super().write(vals)
