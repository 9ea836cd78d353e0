from odoo import fields, models


class EcrmCaseCause(models.Model):
    """Why it happened, as found out by us."""

    _name = "ecrm.case.cause"
    _description = "Cause of Cases"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
