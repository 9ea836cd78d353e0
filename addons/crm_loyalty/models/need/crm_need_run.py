import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.batches import work_through
from odoo.addons.crm_suite.tools.columns import read_columns

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
    """

    _name = "crm.need.run"
    _description = "Reading of Customer Needs"
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
            lambda: self.search([("state", "in", OPEN_STATES)]),
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
