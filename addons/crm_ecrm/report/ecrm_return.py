from odoo import api, fields, models
from odoo.tools import SQL


class EcrmReturn(models.Model):
    """What is sold and what comes back, from invoices and credit notes.

    One row for each line of a posted invoice or credit note that sells a product, in
    the company's currency; a share is that of all rows together, never a mean of
    shares.
    """

    _name = "ecrm.return"
    _inherit = ["suite.share.mixin"]
    _description = "Returns of Customers"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "product_id"
    _shares = {"share": ("returned", "sold")}

    move_id = fields.Many2one("account.move", "Invoice or Credit Note", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", "Product Category", readonly=True)
    date = fields.Date("Invoiced On", readonly=True)
    sold = fields.Monetary(readonly=True)
    returned = fields.Monetary(readonly=True)
    sold_quantity = fields.Float(readonly=True)
    returned_quantity = fields.Float(readonly=True)
    share = fields.Float(
        "Returned (%)",
        readonly=True,
        aggregator="avg",
        help="Of what was sold, by amount; more than 100 where the sale was before",
    )

    @property
    def _table_query(self) -> SQL:
        return self._rows_sql()

    @api.model
    def _measures(self) -> tuple[str, ...]:
        """Hook: the columns that are added up, in amounts or pieces."""
        return ("sold", "returned", "sold_quantity", "returned_quantity")

    @api.model
    def _rows_sql(self) -> SQL:
        """Hook: what is counted, each line once."""
        return SQL(
            """
            SELECT line.id, move.id AS move_id, ordered.order_id, move.company_id,
                   move.commercial_partner_id AS partner_id, line.product_id,
                   template.categ_id, move.invoice_date AS date,
                   CASE WHEN move.move_type = 'out_invoice'
                        THEN -line.balance ELSE 0 END AS sold,
                   CASE WHEN move.move_type = 'out_refund'
                        THEN line.balance ELSE 0 END AS returned,
                   CASE WHEN move.move_type = 'out_invoice'
                        THEN line.quantity * coalesce(unit.factor, 1)
                             / coalesce(nullif(main.factor, 0), 1)
                        ELSE 0 END AS sold_quantity,
                   CASE WHEN move.move_type = 'out_refund'
                        THEN line.quantity * coalesce(unit.factor, 1)
                             / coalesce(nullif(main.factor, 0), 1)
                        ELSE 0 END AS returned_quantity,
                   NULL::float8 AS share
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
         LEFT JOIN (SELECT link.invoice_line_id, min(sold.order_id) AS order_id
                      FROM sale_order_line_invoice_rel link
                      JOIN sale_order_line sold ON sold.id = link.order_line_id
                     GROUP BY link.invoice_line_id
                   ) ordered ON ordered.invoice_line_id = line.id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN uom_uom unit ON unit.id = line.product_uom_id
         LEFT JOIN uom_uom main ON main.id = template.uom_id
             WHERE move.state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_refund')
               AND line.display_type = 'product'
               AND %s
            """,
            self.env["suite.trade"]._trades_sql(),
        )

    def action_open_move(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }
