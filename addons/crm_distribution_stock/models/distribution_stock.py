from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..keys import FIRST


class DistributionStock(models.Model):
    """Buckets say by which delivery their pieces came; new deliveries make new ones."""

    _inherit = "distribution.stock"

    @api.model
    def _source_of(self, key):
        if key > FIRST:
            return {"move_line_id": False, "stock_move_id": key - FIRST}
        return super()._source_of(key) | {"stock_move_id": False}

    @api.model
    def _stale_reporters(self):
        """Also those to whom goods went, or came from, since."""
        stale = super()._stale_reporters()
        self.env["stock.move"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT reporter.id
                  FROM distribution_reporter reporter
                  JOIN res_company company ON company.id = reporter.company_id
                   AND company.distribution_sell_in = 'delivered'
                  LEFT JOIN LATERAL (
                       SELECT min(stock.refreshed_on) AS first,
                              max(stock.refreshed_on) AS last
                         FROM distribution_stock stock
                        WHERE stock.company_id = reporter.company_id
                          AND stock.partner_id = reporter.partner_id
                  ) refreshed ON TRUE
                  JOIN res_partner payer
                    ON payer.commercial_partner_id = reporter.partner_id
                  JOIN sale_order sale ON sale.partner_invoice_id = payer.id
                   AND sale.company_id = reporter.company_id
                  JOIN sale_order_line sold ON sold.order_id = sale.id
                  JOIN stock_move move ON move.sale_line_id = sold.id
                   AND move.state = 'done'
                   AND move.write_date > coalesce(refreshed.first, '-infinity')
                                         - %(margin)s::interval
                 WHERE coalesce(refreshed.last, '-infinity')
                       <= %(now)s::timestamp - %(margin)s::interval
                """,
                now=self.env.cr.now(),
                margin="15 minutes",
            )
        )
        return stale | Domain("id", "in", [id_ for (id_,) in rows])
