from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    ecrm_quarantine_days = fields.Integer(
        "Days Between Two Surveys",
        default=30,
        help="Nobody is asked who was asked in so many days before, by a touchpoint, a "
        "survey or a rating, whoever sent it.",
        groups="base.group_user",
    )

    _ecrm_quarantine_range = models.Constraint(
        "CHECK (ecrm_quarantine_days BETWEEN 0 AND 3650)",
        "Between two surveys lie 0 to 3650 days.",
    )
