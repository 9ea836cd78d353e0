from odoo import api, fields, models
from odoo.exceptions import UserError

STEPS = [
    ("partner", "Partner"),
    ("scope", "Scope"),
    ("dates", "Dates"),
    ("check", "Check"),
]
ORDER = [step for step, _label in STEPS]


class DistributionAgreementStart(models.TransientModel):
    """The first agreement, one question after the other."""

    _name = "distribution.agreement.start"
    _description = "First Agreement"
    _inherit = "suite.number.mixin"
    _number_limits = {"notice_days": (0, 1_000)}

    step = fields.Selection(STEPS, default="partner", required=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner",
        "With Whom",
        required=True,
        domain="[('parent_id', '=', False)]",
    )
    level_id = fields.Many2one("distribution.level", "Sells As")
    category_id = fields.Many2one("product.category", "Product Category")
    territory_id = fields.Many2one("distribution.territory")
    exclusive = fields.Boolean()
    active_only = fields.Boolean("Active Sales Only", default=True)
    date_from = fields.Date(
        "From", required=True, default=lambda self: self.env.company._today()
    )
    date_to = fields.Date("To")
    notice_days = fields.Integer("Notice (Days)", default=30)
    terms = fields.Text()
    decision = fields.Char("Deciding Policy", compute="_compute_check")
    overlap_warning = fields.Char(compute="_compute_check")
    admission = fields.Char(compute="_compute_check")

    @api.depends(
        "step",
        "company_id",
        "partner_id",
        "category_id",
        "territory_id",
        "exclusive",
        "date_from",
        "date_to",
    )
    def _compute_check(self):
        for wizard in self:
            wizard.decision = wizard.overlap_warning = wizard.admission = False
            if wizard.step != "check" or not (wizard.partner_id and wizard.date_from):
                continue
            agreement = self.env["distribution.agreement"].new(wizard._agreed())
            if not agreement._is_told():
                continue
            wizard.decision = agreement.decision
            wizard.overlap_warning = agreement.overlap_warning
            try:
                agreement._check_ready()
            except UserError as error:
                wizard.admission = error.args[0]

    def action_next(self):
        return self._go(1)

    def action_back(self):
        return self._go(-1)

    def action_finish(self):
        """The agreement, in force: with all that is checked when it is activated."""
        self.ensure_one()
        agreement = self._make()
        agreement.action_activate()
        return self._open(agreement)

    def action_keep_draft(self):
        self.ensure_one()
        return self._open(self._make())

    def _go(self, by: int):
        self.ensure_one()
        self.check_access("write")
        at = ORDER.index(self.step) + by
        self.step = ORDER[min(max(at, 0), len(ORDER) - 1)]
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "name": self.env._("First Agreement"),
        }

    def _agreed(self) -> dict:
        names = (
            "level_id",
            "category_id",
            "territory_id",
            "exclusive",
            "active_only",
            "date_from",
            "date_to",
            "notice_days",
        )
        values = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in names
        }
        return {
            **values,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.commercial_partner_id.id,
        }

    def _make(self):
        Agreement = self.env["distribution.agreement"]
        agreement = Agreement.create(self._agreed())
        if self.terms:
            self.env["distribution.agreement.term"].create(
                {
                    "agreement_id": agreement.id,
                    "date_from": self.date_from,
                    "name": self.terms,
                }
            )
        return agreement

    def _open(self, agreement):
        return {
            "type": "ir.actions.act_window",
            "res_model": agreement._name,
            "res_id": agreement.id,
            "view_mode": "form",
            "name": agreement.display_name,
        }
