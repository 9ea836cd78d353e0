from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    ecrm_idea_days = fields.Integer(
        "Answer to an Idea",
        default=14,
        help="Within so many days the customer is promised a first answer.",
        groups="base.group_user",
    )

    _ecrm_idea_days_range = models.Constraint(
        "CHECK (ecrm_idea_days BETWEEN 1 AND 365)",
        "An idea is answered within 1 to 365 days.",
    )
