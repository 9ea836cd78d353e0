from odoo import fields, models


class DistributionAgreementTerm(models.Model):
    """What was agreed, from when on: the next one takes its place by date."""

    _name = "distribution.agreement.term"
    _description = "Terms of an Agreement"
    _inherit = ["suite.number.mixin"]
    _order = "agreement_id, date_from desc, id desc"
    _number_limits = {"quota": (0, 1_000_000)}

    agreement_id = fields.Many2one(
        "distribution.agreement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True)
    date_from = fields.Date("From", required=True)
    name = fields.Text("Terms", required=True)
    quota = fields.Integer(
        help="Leads and offers that may be open under this agreement at a time. 0: as "
        "many as the partner may have."
    )
