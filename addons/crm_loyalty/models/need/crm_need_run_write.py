from odoo import models
from odoo.tools import SQL

from .crm_need_run import KNOWN_STRENGTH


class CrmNeedRun(models.Model):
    """The statements that write needs. None of them touches what was stated.

    Under Odoo's isolation a need that is stated while such a statement runs makes it
    fail and be done again, never overwrite.
    """

    _inherit = "crm.need.run"

    def _write_bought(self, first: int, last: int) -> int:
        """What these customers bought for; returns how many needs changed.

        Each further order makes a need surer: n / (n + 1).
        """
        served = self.env["crm.purchase.line"]._needs_served_sql(
            self.company_id, first, last
        )
        scope = {"company": self.company_id.id, "first": first, "last": last}
        self.env.cr.execute("DROP TABLE IF EXISTS pg_temp.need_stage")
        self.env.cr.execute(
            SQL("CREATE TEMP TABLE need_stage ON COMMIT DROP AS %s", served)
        )
        return self._execute(
            SQL(
                """
                DELETE FROM crm_partner_need need
                 WHERE need.company_id = %(company)s
                   AND need.partner_id BETWEEN %(first)s AND %(last)s
                   AND need.evidence = 'bought'
                   AND NOT EXISTS (SELECT FROM need_stage stage
                                    WHERE stage.partner_id = need.partner_id
                                      AND stage.need_id = need.need_id)
                """,
                **scope,
            ),
            # what was bought is told of a stated need too; the need itself stays
            SQL(
                """
                UPDATE crm_partner_need need
                   SET order_count = coalesce(stage.order_count, 0),
                       bought_on = stage.bought_on,
                       revenue = stage.revenue
                  FROM crm_partner_need stated
             LEFT JOIN need_stage stage ON stage.partner_id = stated.partner_id
                                       AND stage.need_id = stated.need_id
                 WHERE stated.id = need.id
                   AND need.company_id = %(company)s
                   AND need.partner_id BETWEEN %(first)s AND %(last)s
                   AND need.evidence = 'stated'
                   AND (coalesce(need.order_count, 0), need.bought_on, need.revenue)
                       IS DISTINCT FROM
                       (coalesce(stage.order_count, 0), stage.bought_on, stage.revenue)
                """,
                **scope,
            ),
            SQL(
                """
                INSERT INTO crm_partner_need AS need (
                       partner_id, need_id, company_id, evidence, strength, date,
                       order_count, bought_on, revenue)
                SELECT partner_id, need_id, %(company)s, 'bought',
                       order_count::float8 / (order_count + 1), bought_on,
                       order_count, bought_on, revenue
                  FROM need_stage
                    ON CONFLICT (partner_id, need_id, company_id) DO UPDATE
                   SET evidence = excluded.evidence,
                       strength = excluded.strength,
                       date = excluded.date,
                       order_count = excluded.order_count,
                       bought_on = excluded.bought_on,
                       revenue = excluded.revenue,
                       because_id = NULL
                 WHERE need.evidence <> 'stated'
                   AND (need.evidence, need.order_count, need.bought_on, need.revenue)
                       IS DISTINCT FROM
                       (excluded.evidence, excluded.order_count, excluded.bought_on,
                        excluded.revenue)
                """,
                **scope,
            ),
        )

    def _write_inferred(self, first: int, last: int) -> int:
        """What follows from their known needs, each from the strongest reason."""
        rules = self.rules or []
        follows = SQL(
            """
            SELECT DISTINCT ON (known.partner_id, rule.need_id)
                   known.partner_id, rule.need_id, rule.because_id, rule.strength
              FROM crm_partner_need known
              JOIN unnest(%(because)s::int[], %(need)s::int[], %(strength)s::float8[])
                   AS rule (because_id, need_id, strength)
                ON rule.because_id = known.need_id
             WHERE known.company_id = %(company)s
               AND known.partner_id BETWEEN %(first)s AND %(last)s
               AND known.evidence <> 'inferred'
               AND known.strength >= %(least)s
             ORDER BY known.partner_id, rule.need_id, rule.strength DESC,
                      rule.because_id
            """,
            because=[rule["because"] for rule in rules],
            need=[rule["need"] for rule in rules],
            strength=[round(rule["strength"], 4) for rule in rules],
            company=self.company_id.id,
            first=first,
            last=last,
            least=KNOWN_STRENGTH,
        )
        scope = {
            "follows": follows,
            "company": self.company_id.id,
            "first": first,
            "last": last,
            "today": self.company_id._value_cutoff_date(),
        }
        return self._execute(
            SQL(
                """
                DELETE FROM crm_partner_need need
                 WHERE need.company_id = %(company)s
                   AND need.partner_id BETWEEN %(first)s AND %(last)s
                   AND need.evidence = 'inferred'
                   AND (need.partner_id, need.need_id) NOT IN (
                       SELECT partner_id, need_id FROM (%(follows)s) stage)
                """,
                **scope,
            ),
            SQL(
                """
                INSERT INTO crm_partner_need AS need (
                       partner_id, need_id, company_id, evidence, strength, date,
                       because_id)
                SELECT partner_id, need_id, %(company)s, 'inferred', strength,
                       %(today)s, because_id
                  FROM (%(follows)s) stage
                    ON CONFLICT (partner_id, need_id, company_id) DO UPDATE
                   SET strength = excluded.strength,
                       date = excluded.date,
                       because_id = excluded.because_id
                 WHERE need.evidence = 'inferred'
                   AND (need.strength, need.because_id)
                       IS DISTINCT FROM (excluded.strength, excluded.because_id)
                """,
                **scope,
            ),
        )

    def _write_typical_shares(self) -> None:
        """What part of their spending its buyers put into each need."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT need.need_id,
                       sum(need.revenue) / nullif(sum(value.revenue), 0)
                  FROM crm_partner_need need
                  JOIN crm_customer_value value
                    ON value.partner_id = need.partner_id
                   AND value.company_id = need.company_id
                 WHERE need.company_id = %s AND need.order_count > 0
                 GROUP BY need.need_id
                """,
                self.company_id.id,
            )
        )
        shares = {need: min(max(float(share or 0), 0), 1) for need, share in rows}
        needs = self.env["crm.need"].with_context(active_test=False)
        for need in needs.with_company(self.company_id).search([]):
            share = shares.get(need.id, 0)
            if need.typical_share != share:
                need.typical_share = share

    def _execute(self, *statements: SQL) -> int:
        changed = 0
        for statement in statements:
            self.env.cr.execute(statement, log_exceptions=False)
            changed += self.env.cr.rowcount
        return changed
