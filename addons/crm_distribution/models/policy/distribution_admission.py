from odoo import api, fields, models

from ...channel.admission import judge_all

RESULTS = [("met", "Met"), ("failed", "Not Met"), ("unknown", "Not Known")]


class DistributionAdmission(models.Model):
    """A candidate against what a policy asks of partners: figures, then a decision.

    The figures decide nothing by themselves: somebody admits or refuses, and says why
    where they do not speak for it.
    """

    _name = "distribution.admission"
    _description = "Admission of a Partner"
    _inherit = ["mail.thread", "suite.company.mixin", "suite.protected.mixin"]
    _order = "id desc"
    _rec_name = "partner_id"
    _company_links = {"partner_id"}
    _protected_fields = {"state", "decided_by_id", "decided_on"}

    partner_id = fields.Many2one(
        "res.partner", "Candidate", required=True, index=True, ondelete="restrict"
    )
    policy_id = fields.Many2one(
        "distribution.policy",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(related="policy_id.company_id", store=True, index=True)
    state = fields.Selection(
        [("open", "To Decide"), ("admitted", "Admitted"), ("refused", "Refused")],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    line_ids = fields.One2many(
        "distribution.admission.line", "admission_id", "Criteria", copy=False
    )
    result = fields.Selection(RESULTS, compute="_compute_result", store=True)
    reason = fields.Text(help="Why, where the figures do not speak for it.")
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    decided_on = fields.Date(readonly=True, copy=False)

    @api.depends("line_ids.result")
    def _compute_result(self):
        for admission in self:
            admission.result = judge_all(admission.line_ids.mapped("result"))
