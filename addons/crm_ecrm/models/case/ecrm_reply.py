from odoo import fields, models


class EcrmReply(models.Model):
    """A text that answers begin with."""

    _name = "ecrm.reply"
    _description = "Answer Template"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    text = fields.Text(required=True, translate=True)
