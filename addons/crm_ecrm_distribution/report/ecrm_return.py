from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.crm_distribution.channel.network import INTERMEDIARIES

# no order has so many shares: each is a hundredth of a per cent at least
MOST_SHARES = 10_001


class EcrmReturn(models.Model):
    """Through whom it was sold, whether we invoiced him or his customer.

    An order that several had a share in is a row for each of them, with his part of the
    amounts, so that what all sold and what came back is what it was without them.
    """

    _inherit = "ecrm.return"

    intermediary_id = fields.Many2one(
        "res.partner",
        readonly=True,
        groups="crm_distribution.group_channel_user",
        help="Who had a share in the order; else who was assigned its opportunity; "
        "else the customer where he sells on himself. Empty: we sold it ourselves.",
    )

    @property
    def _table_query(self) -> SQL:
        measures = self._measures()
        own = {"id", "intermediary_id", *measures}
        kept = [n for n, field in self._fields.items() if field.store and n not in own]
        return SQL(
            """
            SELECT back.id::bigint * %(most)s + coalesce(part.place, 0) AS id,
                   %(kept)s, %(measures)s,
                   CASE WHEN part.order_id IS NOT NULL THEN part.partner_id
                        WHEN holder.id IS NOT NULL THEN holder.commercial_partner_id
                        WHEN level.kind = ANY(%(kinds)s) THEN back.partner_id
                   END AS intermediary_id
              FROM (%(rows)s) AS back
         LEFT JOIN (%(parts)s) AS part ON part.order_id = back.order_id
         LEFT JOIN sale_order sale ON sale.id = back.order_id
         LEFT JOIN crm_lead lead ON lead.id = sale.opportunity_id
         LEFT JOIN res_partner holder ON holder.id = lead.partner_assigned_id
         LEFT JOIN res_partner buyer ON buyer.id = back.partner_id
         LEFT JOIN distribution_level level ON level.id = buyer.distribution_level_id
            """,
            most=MOST_SHARES,
            kept=SQL(", ").join(SQL.identifier("back", name) for name in kept),
            measures=SQL(", ").join(
                SQL(
                    "%s * coalesce(part.share, 1) AS %s",
                    SQL.identifier("back", name),
                    SQL.identifier(name),
                )
                for name in measures
            ),
            kinds=list(INTERMEDIARIES),
            rows=super()._table_query,
            parts=self._parts_sql(),
        )

    def _parts_sql(self) -> SQL:
        """What each has of an order that is shared, and what is left of it."""
        return SQL(
            """
            SELECT order_id, partner_id, percent / 100 AS share,
                   row_number() OVER (PARTITION BY order_id ORDER BY id) AS place
              FROM distribution_share
             UNION ALL
            SELECT order_id, NULL, 1 - sum(percent) / 100, 0
              FROM distribution_share
             GROUP BY order_id
            HAVING sum(percent) < 100
            """
        )
