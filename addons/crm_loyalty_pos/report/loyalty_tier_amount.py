from odoo import models
from odoo.tools import SQL


class LoyaltyTierAmount(models.AbstractModel):
    """A factor of points at the till stands in what its lines state."""

    _inherit = "loyalty.tier.amount"

    def _factor_sql(self) -> SQL:
        self.env["loyalty.point.statement"].flush_model()
        return SQL(
            """
            coalesce(%s, (SELECT max(stated.factor) FROM loyalty_point_statement stated
                           WHERE stated.pos_order_id = entry.pos_order_id
                             AND stated.program_id = entry.program_id))
            """,
            super()._factor_sql(),
        )

    def _multiplied_sources(self, company, after) -> list[SQL]:
        sources = super()._multiplied_sources(company, after)
        return [
            *sources,
            SQL(
                """
                SELECT entry.partner_id, entry.points, multiplied.factor
                  FROM pos_order till
                  JOIN (SELECT pos_order_id, program_id, max(factor) AS factor
                          FROM loyalty_point_statement
                         WHERE pos_order_id IS NOT NULL AND factor > 1
                         GROUP BY pos_order_id, program_id) multiplied
                    ON multiplied.pos_order_id = till.id
                  JOIN loyalty_point_entry entry
                    ON entry.pos_order_id = till.id
                   AND entry.program_id = multiplied.program_id
                 WHERE till.company_id = %s AND till.date_order > %s
                   AND entry.kind IN ('earn', 'claw_back')
                """,
                company.id,
                after,
            ),
        ]
