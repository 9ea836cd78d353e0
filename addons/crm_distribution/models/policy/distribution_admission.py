from odoo import api, fields, models
from odoo.exceptions import UserError

from ...channel.admission import MET, judge_all

RESULTS = [("met", "Met"), ("failed", "Not Met"), ("unknown", "Not Known")]


class DistributionAdmission(models.Model):
    """A candidate against what a policy asks of partners: figures, then a decision.

    The figures decide nothing by themselves: somebody admits or refuses, and says why
    where they do not speak for it. Criteria are asked as they were on that day.
    """

    _name = "distribution.admission"
    _description = "Admission of a Partner"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "suite.company.mixin",
        "suite.protected.mixin",
    ]
    _order = "id desc"
    _company_links = {"partner_id"}
    _protected_fields = {"state", "decided_by_id", "decided_on", "line_ids"}

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
        "distribution.admission.line",
        "admission_id",
        "Criteria",
        copy=False,
        readonly=True,
    )
    result = fields.Selection(RESULTS, compute="_compute_result", store=True)
    met_count = fields.Char("Criteria Met", compute="_compute_met_count")
    reason = fields.Text(
        tracking=True, help="Why, where the figures do not speak for it."
    )
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    decided_on = fields.Date(readonly=True, copy=False)

    @api.depends("line_ids.result")
    def _compute_result(self):
        for admission in self:
            admission.result = judge_all(admission.line_ids.mapped("result"))

    @api.depends("line_ids.result")
    def _compute_met_count(self):
        for admission in self:
            lines = admission.line_ids
            admission.met_count = self.env._(
                "%(met)s of %(all)s",
                met=len(lines.filtered(lambda line: line.result == MET)),
                all=len(lines),
            )

    @api.depends("partner_id", "policy_id")
    def _compute_display_name(self):
        for admission in self:
            admission.display_name = self.env._(
                "%(partner)s for “%(policy)s”",
                partner=admission.partner_id.display_name or "",
                policy=admission.policy_id.display_name or "",
            )

    @api.model_create_multi
    def create(self, vals_list):
        admissions = super().create(vals_list)
        for admission in admissions:
            admission._ask()
        return admissions

    def write(self, vals):
        if {"partner_id", "policy_id"} & vals.keys():
            self.check_access("write")
            self._check_undecided()
        res = super().write(vals)
        if {"partner_id", "policy_id"} & vals.keys():
            for admission in self:
                # sudo: what is asked, the system writes
                admission.sudo().line_ids.unlink()
                admission._ask()
        return res

    def action_admit(self):
        self._decide("admitted")

    def action_refuse(self):
        self._decide("refused")

    def action_reopen(self):
        """Decided anew, by the same criteria."""
        self._check_manager()
        self._as_system().write(
            {"state": "open", "decided_by_id": False, "decided_on": False}
        )

    def _decide(self, state: str) -> None:
        self._check_manager()
        self._check_undecided()
        for admission in self:
            spoken = admission.result == MET if state == "admitted" else False
            if not spoken and not (admission.reason or "").strip():
                raise UserError(
                    self.env._(
                        "%(admission)s: %(met)s criteria are met. Give a reason.",
                        admission=admission.display_name,
                        met=admission.met_count,
                    )
                )
            admission._as_system().write(
                {
                    "state": state,
                    "decided_by_id": self.env.uid,
                    "decided_on": admission.company_id._today(),
                }
            )

    def _check_manager(self) -> None:
        """Whom partners are, managers decide."""
        self.check_access("write")
        self.policy_id.check_access("write")

    def _check_undecided(self) -> None:
        if decided := self.filtered(lambda admission: admission.state != "open"):
            raise UserError(
                self.env._("%s is decided: open it again.", decided[0].display_name)
            )

    def _ask(self) -> None:
        """The policy's criteria as they are, with what is known of the candidate."""
        self.ensure_one()
        # sudo: what is asked, the system writes
        Line = self.env["distribution.admission.line"].sudo()
        values = []
        for criterion in self.sudo().policy_id.criterion_ids:
            known = Line.search(
                [
                    ("criterion_id", "=", criterion.id),
                    ("admission_id.partner_id", "=", self.partner_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("known_on", "!=", False),
                ],
                order="known_on desc, id desc",
                limit=1,
            )
            values.append(
                {
                    "admission_id": self.id,
                    "criterion_id": criterion.id,
                    "kind": criterion.kind,
                    "least": criterion.least,
                    "most": criterion.most,
                    "is_known": known.is_known,
                    "figure": known.figure,
                    "answer": known.answer,
                    "known_on": known.known_on,
                }
            )
        Line.create(values)
