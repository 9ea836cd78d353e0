from odoo import api, models
from odoo.tools import SQL

from ..keys import FIRST

SOURCES = (
    "res.company",
    "sale.order",
    "sale.order.line",
    "stock.location",
    "stock.move",
    "uom.uom",
)


class AccountMove(models.Model):
    """Where deliveries make the channel's stock, goods count when they are moved."""

    _inherit = "account.move"

    @api.model
    def _sell_in_sql(self) -> SQL:
        """What an order's line delivers counts by its deliveries, else by invoices."""
        invoiced = super()._sell_in_sql()
        added = self._added_prices()
        for name in SOURCES:
            self.env[name].flush_model()
        return SQL(
            """
            SELECT line.id::int8 AS id, line.product_id, line.move_type,
                   line.origin_id::int8 AS origin_id, line.company_id, line.partner_id,
                   line.day, line.received::float8 AS received,
                   line.amount::float8 AS amount
              FROM (%(invoiced)s) line
              JOIN res_company company ON company.id = line.company_id
             WHERE company.distribution_sell_in = 'invoiced'
                OR NOT EXISTS (
                   SELECT FROM sale_order_line_invoice_rel link
                     JOIN stock_move moved ON moved.sale_line_id = link.order_line_id
                    WHERE link.invoice_line_id = line.id
                      AND moved.product_id = line.product_id)
             UNION ALL
            SELECT %(first)s::int8 + move.id, move.product_id,
                   CASE WHEN place.usage = 'customer' THEN 'out_refund'
                        ELSE 'out_invoice' END,
                   %(first)s::int8 + move.origin_returned_move_id,
                   move.company_id, payer.commercial_partner_id, %(day)s,
                   size.quantity * CASE WHEN place.usage = 'customer' THEN -1
                                        ELSE 1 END,
                   size.quantity * size.price
              FROM stock_move move
              JOIN res_company company ON company.id = move.company_id
               AND company.distribution_sell_in = 'delivered'
              JOIN stock_location place ON place.id = move.location_id
              JOIN stock_location goal ON goal.id = move.location_dest_id
              JOIN sale_order_line sold
                ON sold.id = move.sale_line_id AND sold.product_id = move.product_id
              LEFT JOIN unnest(%(added)s::int[], %(prices)s::float8[])
                        AS added (id, price) ON added.id = sold.id
              JOIN sale_order sale ON sale.id = sold.order_id
              JOIN res_partner payer ON payer.id = sale.partner_invoice_id
              JOIN product_product product ON product.id = move.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom main ON main.id = template.uom_id
              JOIN uom_uom unit ON unit.id = move.product_uom
              LEFT JOIN uom_uom sold_in ON sold_in.id = sold.product_uom_id
             CROSS JOIN LATERAL (
                   SELECT move.quantity::float8 * unit.factor::float8
                          / main.factor::float8 AS quantity,
                          coalesce(
                              sold.price_subtotal::float8
                              / nullif(sold.product_uom_qty::float8, 0),
                              added.price,
                              sold.price_unit::float8
                              * (1 - coalesce(sold.discount::float8, 0) / 100))
                          / coalesce(nullif(sold_in.factor::float8, 0)
                                     / main.factor::float8, 1)
                          / coalesce(nullif(sale.currency_rate::float8, 0), 1) AS price
             ) size
             WHERE move.state = 'done' AND template.type = 'consu'
               AND (place.usage = 'customer') <> (goal.usage = 'customer')
            """,
            invoiced=invoiced,
            first=FIRST,
            added=[*added],
            prices=[*added.values()],
            day=self.env["res.company"]._day_sql(
                SQL("move.company_id"), SQL("move.date")
            ),
        )

    @api.model
    def _added_prices(self) -> dict[int, float]:
        """Of lines of which nothing was ordered: the price less the taxes within."""
        # sudo: prices of which figures are made, whoever reads the figures
        lines = self.env["sale.order.line"].sudo()
        prices = {}
        for line in lines.search(
            [
                ("product_uom_qty", "=", 0),
                ("price_unit", "!=", 0),
                ("tax_ids.price_include", "=", True),
                ("move_ids.state", "=", "done"),
                ("company_id.distribution_sell_in", "=", "delivered"),
            ]
        ):
            base = line._prepare_base_line_for_taxes_computation(quantity=1.0)
            line.tax_ids._add_tax_details_in_base_line(base, line.company_id)
            prices[line.id] = base["tax_details"]["raw_total_excluded_currency"]
        return prices
