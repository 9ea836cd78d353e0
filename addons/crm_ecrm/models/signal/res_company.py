from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    ecrm_unanswered_days = fields.Integer(
        "Days until Unanswered",
        default=3,
        help="What a customer wrote last on a record counts as unanswered after so "
        "many days.",
        groups="base.group_user",
    )

    _ecrm_unanswered_range = models.Constraint(
        "CHECK (ecrm_unanswered_days BETWEEN 0 AND 365)",
        "What a customer wrote is unanswered after 0 to 365 days.",
    )
