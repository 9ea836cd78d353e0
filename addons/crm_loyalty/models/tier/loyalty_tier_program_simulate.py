from odoo import models
from odoo.tools import SQL

from ...tiers import add_months


class LoyaltyTierProgram(models.Model):
    """What a program would do, tried on all customers before it is published."""

    _inherit = "loyalty.tier.program"

    def _write_landings(self, simulation) -> None:
        """Where each customer would land, for a simulation, by one statement."""
        self.ensure_one()
        today, compared = simulation.date, simulation.compared_id
        amounts = self.env["loyalty.tier.amount"]
        self.env["loyalty.tier.membership"].flush_model()
        simulation.flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_tier_simulation_customer
                       (simulation_id, partner_id, tier_id, current_tier_id, amount,
                        revenue, margin, points, change, company_id, currency_id,
                        unit_currency_id, create_uid, create_date)
                SELECT %(simulation)s, coalesce(landing.partner_id, held.partner_id),
                       landing.tier_id, held.tier_id, coalesce(landing.amount, 0),
                       coalesce(landing.revenue, 0), coalesce(landing.margin, 0),
                       coalesce(landing.points, 0),
                       CASE WHEN held.tier_id IS NULL THEN 'new'
                            WHEN landing.tier_id IS NULL THEN 'out'
                            WHEN level.rank > held.rank THEN 'up'
                            WHEN level.rank < held.rank THEN 'down'
                            ELSE 'same' END,
                       %(company)s, %(currency)s, %(unit)s, %(user)s,
                       now() AT TIME ZONE 'UTC'
                  FROM (%(landing)s) landing
             LEFT JOIN (%(ranks)s) level ON level.id = landing.tier_id
             FULL JOIN (SELECT member.partner_id, member.tier_id, ladder.rank
                          FROM loyalty_tier_membership member
                          JOIN (%(ranks)s) ladder ON ladder.id = member.tier_id
                         WHERE member.program_id = %(compared)s
                           AND %(today)s BETWEEN member.date_from AND member.date_to
                       ) held ON held.partner_id = landing.partner_id
                 WHERE landing.tier_id IS NOT NULL OR held.tier_id IS NOT NULL
                """,
                simulation=simulation.id,
                company=self.company_id.id,
                currency=self.currency_id.id,
                unit=self.unit_currency_id.id or None,
                user=self.env.uid,
                landing=amounts._landing_sql(self, today, add_months(today, -12)),
                ranks=SQL(
                    "SELECT id, rank() OVER (PARTITION BY program_id"
                    " ORDER BY threshold) AS rank FROM loyalty_tier"
                ),
                compared=compared.id,
                today=today,
            )
        )
        self.env["loyalty.tier.simulation.customer"].invalidate_model()
