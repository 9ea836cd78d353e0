from odoo import fields, models


class DistributionNetworkImportPart(models.Model):
    """It goes with what it carries, in one transaction."""

    _name = "distribution.network.import.part"
    _description = "Part of an Import of Outlets"
    _inherit = ["suite.import.part"]
    _log_access = False

    import_id = fields.Many2one(
        "distribution.network.import", required=True, index=True, ondelete="cascade"
    )
