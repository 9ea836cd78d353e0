from odoo import fields, models


class DistributionNetworkImportProblem(models.Model):
    """Why a row of a file is not brought in."""

    _name = "distribution.network.import.problem"
    _description = "Issue of an Imported Row"
    _order = "row, id"
    _rec_name = "reason"
    _log_access = False

    import_id = fields.Many2one(
        "distribution.network.import", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="import_id.company_id")
    row = fields.Integer(readonly=True)
    field = fields.Char("Column", readonly=True)
    value = fields.Char(readonly=True)
    reason = fields.Char(readonly=True)
