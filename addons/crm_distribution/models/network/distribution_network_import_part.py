from odoo import fields, models


class DistributionNetworkImportPart(models.Model):
    """Rows of a file that were read, in order, and wait to be brought in.

    It goes with what it carries, in one transaction.
    """

    _name = "distribution.network.import.part"
    _description = "Part of an Import of Outlets"
    _order = "id"
    _log_access = False

    import_id = fields.Many2one(
        "distribution.network.import", required=True, index=True, ondelete="cascade"
    )
    content = fields.Text(required=True, readonly=True)
