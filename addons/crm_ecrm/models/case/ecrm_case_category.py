from odoo import fields, models


class EcrmCaseCategory(models.Model):
    """What a case is about, as customers would say it."""

    _name = "ecrm.case.category"
    _description = "Category of Cases"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    in_form = fields.Boolean(
        "In the Form", default=True, help="Customers may choose it themselves"
    )
