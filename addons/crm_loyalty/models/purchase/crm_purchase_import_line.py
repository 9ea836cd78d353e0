from odoo import api, fields, models
from odoo.tools import SQL


class CrmPurchaseImportLine(models.Model):
    """A purchase from before Odoo.

    Lines are written in batches and count in the history all at once, when their import
    is done. Only the import writes and removes them.
    """

    _name = "crm.purchase.import.line"
    _description = "Imported Purchase"
    _inherit = ["suite.company.mixin", "suite.number.mixin"]
    _order = "import_id desc, row"
    _rec_name = "document"
    _log_access = False

    import_id = fields.Many2one(
        "crm.purchase.import", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    row = fields.Integer(readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
    )
    date = fields.Date(required=True, readonly=True)
    document = fields.Char(readonly=True)
    amount = fields.Monetary(
        readonly=True,
        currency_field="file_currency_id",
        help="As the file has it. Below zero it is a return.",
    )
    revenue = fields.Monetary(
        readonly=True,
        help="The amount in the company's currency, at the rate of the purchase date.",
    )
    margin = fields.Monetary(readonly=True)
    has_margin = fields.Boolean(
        "Margin Is Known",
        compute="_compute_has_margin",
        help="A margin that the file leaves empty is unknown, which is not zero.",
    )
    key = fields.Char(
        required=True,
        readonly=True,
        help="Tells a purchase that is imported again from a new one.",
    )
    plain_key = fields.Char(
        readonly=True,
        help="The same without a document: it tells a purchase that is imported again "
        "with its number.",
    )
    # of a row that names another than its file
    row_currency_id = fields.Many2one("res.currency", readonly=True)
    file_currency_id = fields.Many2one(
        "res.currency", "Currency of the File", compute="_compute_file_currency_id"
    )
    item_ids = fields.One2many("crm.purchase.import.item", "line_id", "Products")
    currency_id = fields.Many2one(related="company_id.currency_id")

    _key_uniq = models.UniqueIndex(
        "(company_id, key)", "This purchase was imported before."
    )

    _plain_key_idx = models.Index("(company_id, plain_key)")

    @api.depends("row_currency_id", "import_id.currency_id")
    def _compute_file_currency_id(self):
        for line in self:
            line.file_currency_id = line.row_currency_id or line.import_id.currency_id

    @api.depends("margin")
    def _compute_has_margin(self):
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM crm_purchase_import_line "
                "WHERE id IN %(ids)s AND margin IS NOT NULL",
                ids=tuple(self.ids) or (0,),
            )
        )
        known = {row[0] for row in rows}
        for line in self:
            line.has_margin = line.id in known

    @api.model
    def _delete_of(self, sources):
        """All lines of these imports at once: there may be a million."""
        self.env.execute_query(
            SQL(
                "DELETE FROM crm_purchase_import_line WHERE import_id IN %(ids)s",
                ids=tuple(sources.ids) or (0,),
            )
        )
        self.invalidate_model()
        sources.invalidate_recordset(["line_ids"])
