from odoo import fields, models

KINDS = [
    ("producer", "Producer"),
    ("importer", "Importer"),
    ("wholesaler", "Wholesaler"),
    ("agent", "Agent"),
    ("retailer", "Retailer"),
    ("consumer", "Consumer"),
]


class DistributionLevel(models.Model):
    """A step on the way from the producer to the consumer."""

    _name = "distribution.level"
    _description = "Channel Level"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        KINDS,
        required=True,
        help="Importers, wholesalers, agents and retailers stand between producer and "
        "consumer: leads and deals go to them.",
    )
    active = fields.Boolean(default=True)
