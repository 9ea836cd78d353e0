from odoo import fields, models


class DistributionSelloutProblem(models.Model):
    """Why a row of a report is not accepted as it stands, or how it was understood."""

    _name = "distribution.sellout.problem"
    _description = "Issue of a Reported Row"
    _order = "is_note, row, id"
    _rec_name = "reason"
    _log_access = False

    report_id = fields.Many2one(
        "distribution.sellout", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="report_id.company_id")
    sheet = fields.Char(readonly=True)
    row = fields.Integer(readonly=True, help="As a spreadsheet numbers its rows.")
    field = fields.Char("Column", readonly=True)
    value = fields.Char(readonly=True)
    reason = fields.Char(readonly=True)
    is_note = fields.Boolean(
        "Understood", readonly=True, help="Goes in, and how it was understood is said."
    )
