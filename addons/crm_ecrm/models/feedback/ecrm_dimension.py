from odoo import fields, models


class EcrmDimension(models.Model):
    """A side of quality that customers judge, such as price, speed or staff."""

    _name = "ecrm.dimension"
    _description = "Dimension of Quality"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _name_uniq = models.UniqueIndex("(name)", "There is a dimension of this name.")
