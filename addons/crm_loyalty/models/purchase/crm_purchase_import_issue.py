import csv
import io

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.text import plain_cell


class CrmPurchaseImportIssue(models.Model):
    """Why a row of the file cannot be imported as it stands."""

    _name = "crm.purchase.import.issue"
    _description = "Purchase Import Issue"
    _inherit = ["suite.number.mixin"]
    _order = "row, id"
    _rec_name = "reason"
    _log_access = False

    import_id = fields.Many2one(
        "crm.purchase.import", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="import_id.company_id")
    sheet = fields.Char(readonly=True)
    row = fields.Integer(readonly=True, help="As a spreadsheet numbers its rows.")
    column = fields.Char(readonly=True)
    value = fields.Char(readonly=True)
    reason = fields.Char(required=True, readonly=True)

    @api.model
    def _delete_of(self, sources):
        self.env.execute_query(
            SQL(
                "DELETE FROM crm_purchase_import_issue WHERE import_id IN %(ids)s",
                ids=tuple(sources.ids) or (0,),
            )
        )
        self.invalidate_model()
        sources.invalidate_recordset(["issue_ids"])

    def _as_csv(self) -> bytes:
        """With the mark that makes spreadsheets read it as Unicode."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        names = self._fields
        shown = ("row", "column", "value", "reason")
        writer.writerow([names[name]._description_string(self.env) for name in shown])
        for issue in self:
            cells = (issue.column, issue.value, issue.reason)
            texts = [plain_cell(cell or "") for cell in cells]
            writer.writerow([issue.row or "", *texts])
        return text.getvalue().encode("utf-8-sig")
