from odoo import api, fields, models
from odoo.exceptions import UserError


class DistributionAgreementTerm(models.Model):
    """What was agreed, from when on: the next one takes its place by date.

    What was in force on a day that is over stays as it was.
    """

    _name = "distribution.agreement.term"
    _description = "Terms of an Agreement"
    _inherit = ["suite.company.mixin", "suite.protected.mixin", "suite.number.mixin"]
    _order = "agreement_id, date_from desc, id desc"
    _rec_name = "date_from"
    _number_limits = {"quota": (0, 1_000_000)}

    agreement_id = fields.Many2one(
        "distribution.agreement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="agreement_id.company_id", store=True, index=True
    )
    date_from = fields.Date(
        "From", required=True, default=lambda self: self.env.company._today()
    )
    name = fields.Text("Terms", required=True)
    quota = fields.Integer(
        help="Leads and offers that may be open under this agreement at a time. 0: as "
        "many as the partner may have."
    )

    @api.model_create_multi
    def create(self, vals_list):
        terms = super().create(vals_list)
        terms._check_not_over()
        return terms

    def write(self, vals):
        self.check_access("write")
        self._check_not_over()
        res = super().write(vals)
        self._check_not_over()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_over(self):
        self._check_not_over()

    def _check_not_over(self) -> None:
        for term in self:
            agreement = term.agreement_id
            if agreement.state == "draft":
                continue
            if term.date_from < agreement.company_id._today():
                raise UserError(
                    self.env._(
                        "%s: terms of days that are over stay as they were. Add terms "
                        "from today on.",
                        agreement.display_name,
                    )
                )
