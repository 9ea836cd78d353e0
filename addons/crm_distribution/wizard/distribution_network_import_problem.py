from odoo import fields, models


class DistributionNetworkImportProblem(models.TransientModel):
    """Why a row of a file is not brought in."""

    _name = "distribution.network.import.problem"
    _description = "Issue of an Imported Row"
    _order = "row, id"

    import_id = fields.Many2one(
        "distribution.network.import", required=True, index=True, ondelete="cascade"
    )
    row = fields.Integer(readonly=True)
    field = fields.Char("Column", readonly=True)
    value = fields.Char(readonly=True)
    reason = fields.Char(readonly=True)
