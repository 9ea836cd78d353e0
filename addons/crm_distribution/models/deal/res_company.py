from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    distribution_decision_hours = fields.Integer(
        "Time to Decide (Hours)",
        default=48,
        help="Hours of working days: 48 hours are two working days.",
        groups="base.group_user",
    )
    distribution_protection_days = fields.Integer(
        "Days of Protection",
        default=90,
        help="The last day is included.",
        groups="base.group_user",
    )
    distribution_extension_days = fields.Integer(
        "Days of an Extension",
        default=60,
        help="Granted once, on evidence, and counted from the old end.",
        groups="base.group_user",
    )
    distribution_inactivity_days = fields.Integer(
        "Days Without News",
        default=90,
        help="A protection ends when the intermediary brings no news for so long; "
        "0: it lasts to its end.",
        groups="base.group_user",
    )
    distribution_registration_ceiling = fields.Integer(
        "Open Registrations per Intermediary", default=10, groups="base.group_user"
    )
    _distribution_days_range = models.Constraint(
        "CHECK (distribution_decision_hours BETWEEN 1 AND 8760"
        " AND distribution_protection_days BETWEEN 1 AND 3650"
        " AND distribution_extension_days BETWEEN 0 AND 3650"
        " AND distribution_inactivity_days BETWEEN 0 AND 3650"
        " AND distribution_registration_ceiling BETWEEN 1 AND 100000)",
        "Hours, days and the number of open registrations must be within limits.",
    )
