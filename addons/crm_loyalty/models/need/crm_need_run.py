import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.columns import read_columns
from odoo.addons.crm_suite.tools.work import work_through

from ...affinity import Rule, find_rules

_logger = logging.getLogger(__name__)

OPEN_STATES = ("bought", "inferred")
BATCH_SIZE = 10_000
# A need at least this strong tells something of other needs.
KNOWN_STRENGTH = 0.5
KEPT_DAYS = 90


class CrmNeedRun(models.Model):
    """One reading of what a company's customers need; writer of all but stated needs.

    First what they bought, batch by batch, then what follows from it: the rules come
    from all customers at once and are kept on the run. Each batch is a transaction that
    also notes how far it came, so that a killed run goes on where it was, and a batch
    done twice changes nothing.

    None of the statements touches what was stated. Under Odoo's isolation a need that
    is stated while such a statement runs makes it fail and be done again, never
    overwrite.
    """

    _name = "crm.need.run"
    _description = "Reading of Customer Needs"
    _inherit = "suite.company.mixin"
    _order = "id desc"
    _rec_name = "queued_on"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    state = fields.Selection(
        [
            ("bought", "Reading Purchases"),
            ("inferred", "Inferring"),
            ("done", "Done"),
        ],
        default="bought",
        required=True,
        readonly=True,
    )
    queued_on = fields.Date(default=fields.Date.today, required=True, readonly=True)
    finished_at = fields.Datetime(readonly=True)
    last_partner = fields.Integer(
        readonly=True, help="Id up to which the step is done."
    )
    rules = fields.Json(readonly=True, help="The needs that follow from others.")
    changed_count = fields.Integer("Needs Changed", readonly=True)

    _one_open_uniq = models.UniqueIndex(
        "(company_id) WHERE state <> 'done'",
        "The needs of this company's customers are being read already.",
    )

    @api.model
    def _cron_refresh(self, batch_size=BATCH_SIZE):
        self._queue_due_runs()
        work_through(
            self,
            [("state", "in", OPEN_STATES)],
            lambda run: run._work(batch_size),
        )

    @api.autovacuum
    def _gc_done(self):
        """A line for each company and night is of no use for longer than a season."""
        past = fields.Date.subtract(fields.Date.today(), days=KEPT_DAYS)
        self.search([("state", "=", "done"), ("queued_on", "<", past)]).unlink()

    @api.model
    def _queue_due_runs(self):
        """A run for each company that had none today."""
        today = fields.Date.today()
        served = Domain("queued_on", ">=", today) | Domain("state", "in", OPEN_STATES)
        companies = self.env["res.company"].search(
            [("id", "not in", self.search(served).company_id.ids)]
        )
        self.create([{"company_id": company.id} for company in companies])

    @api.model
    def _refresh_now(self, company):
        """A whole run in the caller's transaction; for scripts, never for a user."""
        run = self.search([("company_id", "=", company.id), ("state", "!=", "done")])
        run = run or self.create({"company_id": company.id})
        while run.state != "done":
            run._work(BATCH_SIZE)
        return run

    def _work(self, batch_size: int) -> None:
        """One batch of the step at hand, or on to the next step."""
        self.ensure_one()
        self.flush_recordset()
        if not self.last_partner and self.state == "bought":
            self._follow_customers()
        upto = self._batch_end(batch_size)
        if not upto:
            self._next_step()
            return
        write = self._write_bought if self.state == "bought" else self._write_inferred
        changed = write(self.last_partner + 1, upto)
        self.env["crm.partner.need"].invalidate_model()
        self.write(
            {"last_partner": upto, "changed_count": self.changed_count + changed}
        )

    def _next_step(self) -> None:
        if self.state == "bought":
            rules = [vars(rule) for rule in self._find_rules()]
            self.write({"state": "inferred", "last_partner": 0, "rules": rules})
            return
        self._write_typical_shares()
        self.write({"state": "done", "finished_at": fields.Datetime.now()})

    def _batch_end(self, size: int) -> int | None:
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        [[upto]] = self.env.execute_query(
            SQL(
                """
                SELECT max(id)
                  FROM (SELECT id FROM res_partner
                         WHERE id > %s AND id = commercial_partner_id
                         ORDER BY id LIMIT %s) batch
                """,
                self.last_partner,
                size,
            )
        )
        return upto

    def _follow_customers(self) -> None:
        """Needs of contacts that have come under a company become the company's."""
        self.env["crm.partner.need"]._gather(
            SQL(
                """
                SELECT contact.id AS source, contact.commercial_partner_id AS target
                  FROM res_partner contact
                 WHERE contact.commercial_partner_id <> contact.id
                   AND EXISTS (SELECT FROM crm_partner_need need
                                WHERE need.partner_id = contact.id)
                """
            )
        )

    def _find_rules(self) -> list[Rule]:
        query = SQL(
            """
            SELECT partner_id, need_id FROM crm_partner_need
             WHERE company_id = %s AND evidence <> 'inferred' AND strength >= %s
            """,
            self.company_id.id,
            KNOWN_STRENGTH,
        )
        known = read_columns(
            self.env.cr, query, {"partner_id": "int4", "need_id": "int4"}
        )
        customers = self.env["crm.customer.value"].search_count(
            [("company_id", "=", self.company_id.id), ("purchase_count", ">", 0)]
        )
        return find_rules(known["partner_id"], known["need_id"], customers)

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
