from odoo import api, fields, models
from odoo.tools import SQL


class EcrmReturn(models.Model):
    """Goods that come back stand beside what is credited; a return counts once.

    What came back on a line of an order and was credited there is in its credit note;
    the rest is returned, too. Goods that were to be invoiced by delivery and came back
    before that were sold all the same: they count on both sides.
    """

    _inherit = "ecrm.return"

    picking_id = fields.Many2one("stock.picking", "Return", readonly=True)
    sent_back = fields.Monetary(
        readonly=True, help="The goods that came back, whether credited or not"
    )
    sent_back_quantity = fields.Float(readonly=True)

    @api.model
    def _measures(self):
        return (*super()._measures(), "sent_back", "sent_back_quantity")

    @api.model
    def _rows_sql(self) -> SQL:
        return SQL(
            """
            SELECT id * 2::bigint AS id, move_id, NULL::integer AS picking_id,
                   order_id, company_id, partner_id, product_id, categ_id, date,
                   sold, returned, sold_quantity, returned_quantity,
                   0.0 AS sent_back, 0.0 AS sent_back_quantity, share
              FROM (%(invoiced)s) AS invoiced
             UNION ALL
            SELECT back.id * 2::bigint + 1, NULL, back.picking_id,
                   back.order_id, back.company_id, back.partner_id, back.product_id,
                   back.categ_id, back.day,
                   back.sold_quantity * back.price, back.open_quantity * back.price,
                   back.sold_quantity, back.open_quantity,
                   back.quantity * back.price, back.quantity, NULL
              FROM (%(returns)s) AS back
            """,
            invoiced=super()._rows_sql(),
            returns=self._goods_sql(),
        )

    @api.model
    def _goods_sql(self) -> SQL:
        """Goods that came back by move: how many, and of them not credited.

        In the product's own unit; what was sent out again counts no more. Credited are
        the earliest first.
        """
        return SQL(
            """
            SELECT rest.*,
                   CASE WHEN rest.to_refund
                        THEN least(rest.open_quantity, greatest(
                             rest.refunded - greatest(
                                 rest.invoiced - (rest.delivered - rest.refunded), 0),
                             0) * rest.open_quantity / nullif(rest.open_refunded, 0))
                        ELSE 0 END AS sold_quantity
              FROM (
                SELECT open.*,
                       sum(quantity) FILTER (WHERE to_refund)
                           OVER (PARTITION BY sale_line_id) AS refunded,
                       sum(open_quantity) FILTER (WHERE to_refund)
                           OVER (PARTITION BY sale_line_id) AS open_refunded
                  FROM (
                    SELECT came.*,
                           coalesce(billed.invoiced, 0) AS invoiced,
                           coalesce(sent.delivered, 0) AS delivered,
                           least(came.quantity, greatest(
                               sum(came.quantity) OVER (
                                   PARTITION BY came.sale_line_id
                                   ORDER BY came.done_on, came.id)
                               - coalesce(billed.credited, 0), 0)) AS open_quantity
                      FROM (%(came)s) AS came
                 LEFT JOIN (%(billed)s) AS billed
                        ON billed.order_line_id = came.sale_line_id
                 LEFT JOIN (%(sent)s) AS sent
                        ON sent.sale_line_id = came.sale_line_id
                     WHERE came.quantity > 0
                    ) open
                ) rest
            """,
            came=self._came_back_sql(),
            billed=self._billed_sql(),
            sent=self._sent_sql(),
        )

    def _came_back_sql(self) -> SQL:
        """Parts of a kit come back as other products than were sold: not these."""
        return SQL(
            """
            SELECT move.id, move.sale_line_id, move.picking_id, line.order_id,
                   move.company_id,
                   move.product_id, template.categ_id, move.date AS done_on,
                   %s AS day, move.to_refund,
                   payer.commercial_partner_id AS partner_id,
                   line.price_reduce_taxexcl / coalesce(sold_in.factor / main.factor, 1)
                       / coalesce(nullif(sale.currency_rate, 0), 1) AS price,
                   move.quantity * unit.factor / main.factor
                       - coalesce(again.quantity / main.factor, 0) AS quantity
              FROM stock_move move
              JOIN stock_location place ON place.id = move.location_id
              JOIN stock_location stock ON stock.id = move.location_dest_id
              JOIN sale_order_line line
                ON line.id = move.sale_line_id AND line.product_id = move.product_id
              JOIN sale_order sale ON sale.id = line.order_id
              JOIN res_partner payer ON payer.id = sale.partner_invoice_id
              JOIN product_product product ON product.id = move.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom main ON main.id = template.uom_id
              JOIN uom_uom unit ON unit.id = move.product_uom
         LEFT JOIN uom_uom sold_in ON sold_in.id = line.product_uom_id
         LEFT JOIN (SELECT sent.origin_returned_move_id AS move_id,
                           sum(sent.quantity * sent_in.factor) AS quantity
                      FROM stock_move sent
                      JOIN uom_uom sent_in ON sent_in.id = sent.product_uom
                     WHERE sent.state = 'done'
                       AND sent.origin_returned_move_id IS NOT NULL
                     GROUP BY sent.origin_returned_move_id
                   ) again ON again.move_id = move.id
             WHERE move.state = 'done' AND place.usage = 'customer'
               AND stock.usage <> 'customer'
            """,
            self.env["res.company"]._day_sql(SQL("move.company_id"), SQL("move.date")),
        )

    def _billed_sql(self) -> SQL:
        return SQL(
            """
            SELECT rel.order_line_id,
                   sum(item.quantity * coalesce(unit.factor / main.factor, 1))
                       FILTER (WHERE bill.move_type = 'out_refund') AS credited,
                   sum(item.quantity * coalesce(unit.factor / main.factor, 1))
                       FILTER (WHERE bill.move_type = 'out_invoice') AS invoiced
              FROM sale_order_line_invoice_rel rel
              JOIN account_move_line item ON item.id = rel.invoice_line_id
              JOIN account_move bill ON bill.id = item.move_id
              JOIN product_product product ON product.id = item.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN uom_uom unit ON unit.id = item.product_uom_id
         LEFT JOIN uom_uom main ON main.id = template.uom_id
             WHERE bill.state = 'posted'
               AND bill.move_type IN ('out_invoice', 'out_refund')
               AND rel.order_line_id IN (%(lines)s)
             GROUP BY rel.order_line_id
            """,
            lines=self._lines_sql(),
        )

    def _sent_sql(self) -> SQL:
        """Delivered at all; what is sent again after a return is no new delivery."""
        return SQL(
            """
            SELECT move.sale_line_id,
                   sum(move.quantity * unit.factor / main.factor) AS delivered
              FROM stock_move move
              JOIN stock_location place ON place.id = move.location_dest_id
              JOIN product_product product ON product.id = move.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom unit ON unit.id = move.product_uom
              JOIN uom_uom main ON main.id = template.uom_id
             WHERE move.state = 'done' AND place.usage = 'customer'
               AND move.origin_returned_move_id IS NULL
               AND move.sale_line_id IN (%(lines)s)
             GROUP BY move.sale_line_id
            """,
            lines=self._lines_sql(),
        )

    def _lines_sql(self) -> SQL:
        """Lines of which something came back."""
        return SQL(
            """
            SELECT back.sale_line_id
              FROM stock_move back
              JOIN stock_location place ON place.id = back.location_id
             WHERE back.state = 'done' AND place.usage = 'customer'
               AND back.sale_line_id IS NOT NULL
            """
        )

    def action_open_move(self):
        self.ensure_one()
        self.check_access("read")
        if not self.picking_id:
            return super().action_open_move()
        return {
            "type": "ir.actions.act_window",
            "res_model": "stock.picking",
            "res_id": self.picking_id.id,
            "views": [(False, "form")],
        }
