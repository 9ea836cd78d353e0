import logging
from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.dates import written_day

_logger = logging.getLogger(__name__)

OPEN_STATES = ("queued", "scoring")
LOOK_AGAIN = timedelta(minutes=5)


class CrmValueRun(models.Model):
    """One estimation of a company's customer values; the only writer of values.

    A run goes through three steps, each a transaction of its own or several:

    1. *estimate* reads all purchase histories, fits the models, and cuts the customers
       into batches that carry their histories;
    2. *score* takes one batch after the other, in as many processes as there are;
    3. *publish* writes all values at once, as far as they changed.

    A step is claimed by a row lock, so that a killed process leaves its step to the
    next one, and the previous values stay whole until the run publishes.
    """

    _name = "crm.value.run"
    _description = "Customer Value Run"
    _order = "id desc"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [
            ("queued", "Waiting"),
            ("scoring", "Scoring"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        default="queued",
        required=True,
        readonly=True,
    )
    cutoff = fields.Date("As of", required=True, readonly=True)
    queued_on = fields.Date(default=fields.Date.today, required=True, readonly=True)
    finished_at = fields.Datetime(readonly=True)
    error = fields.Text(readonly=True)
    batch_ids = fields.One2many("crm.value.batch", "run_id", readonly=True)
    progress = fields.Float(
        compute="_compute_progress", help="Share of the work that is done, in percent."
    )
    changed_count = fields.Integer(
        "Values Changed", readonly=True, help="How many values this run wrote anew."
    )

    _one_open_uniq = models.UniqueIndex(
        "(company_id) WHERE state IN ('queued', 'scoring')",
        "The customer values of this company are being refreshed already.",
    )

    @api.depends("state", "batch_ids.scored")
    def _compute_progress(self):
        # sudo: the batches themselves are nobody's, how far they are is the run's
        batches = (
            self.env["crm.value.batch"]
            .sudo()
            ._read_group(
                [("run_id", "in", self.ids)], ["run_id", "scored"], ["__count"]
            )
        )
        counts = {(run.id, scored): count for run, scored, count in batches}
        for run in self:
            scored = counts.get((run.id, True), 0)
            total = scored + counts.get((run.id, False), 0)
            # estimating and publishing count as one batch each
            done = (1 + scored) / (2 + total) if total else 0
            run.progress = 100 * (1 if run.state == "done" else done)

    @api.depends_context("lang")
    @api.depends("cutoff")
    def _compute_display_name(self):
        for run in self:
            run.display_name = written_day(self.env, run.cutoff)

    def action_refresh(self):
        """Ask for fresh values of the current company; the scheduler does the work."""
        self.check_access("read")
        company = self.env.company
        # sudo: managers may ask for a run, but nobody may write one
        run = self.sudo()._queue(company)
        self.env.ref("crm_loyalty.cron_refresh_values").sudo()._trigger()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.value.run",
            "res_id": run.id,
            "view_mode": "form",
        }

    @api.model
    def _cron_refresh(self):
        """Every night: fresh values for every company."""
        self._queue_due_runs()
        self._cron_work()

    @api.model
    def _cron_work(self):
        """Do the open runs' work, step by step, beside whoever else does.

        Any number of scheduler jobs, on any number of hosts, may call this.
        """
        commit_progress = self.env["ir.cron"]._commit_progress
        commit_progress(remaining=self._open_steps())
        while True:
            try:
                worked = self._work()
            except SerializationFailure:
                # another process took this step between our look and our lock
                self.env.cr.rollback()
                continue
            remaining = self._open_steps()
            if not worked:
                break
            if not commit_progress(1, remaining=remaining):
                return
        if remaining:
            # all that is left is in other hands: see later whether they lived
            self.env.ref("crm_loyalty.cron_score_values")._trigger(
                fields.Datetime.now() + LOOK_AGAIN
            )
        commit_progress(remaining=0)

    @api.model
    def _refresh_now(self, company):
        """A whole run in the caller's transaction; for scripts, never for a user."""
        run = self._queue(company)
        run._estimate()
        run.batch_ids._score()
        if run.state == "scoring":
            run._publish()
        return run

    @api.model
    def _queue(self, company):
        """The company's open run, made if there is none."""
        open_run = self.search(
            [("company_id", "=", company.id), ("state", "in", OPEN_STATES)]
        )
        return open_run or self.create(
            {"company_id": company.id, "cutoff": company._value_cutoff_date()}
        )

    @api.model
    def _queue_due_runs(self):
        """A run for each company that had none today."""
        today = fields.Date.today()
        served = Domain("queued_on", ">=", today) | Domain("state", "in", OPEN_STATES)
        companies = self.env["res.company"].search(
            [("id", "not in", self.search(served).company_id.ids)]
        )
        self.create(
            [
                {"company_id": company.id, "cutoff": company._value_cutoff_date()}
                for company in companies
            ]
        )

    @api.model
    def _work(self) -> bool:
        """Do one step that nobody else is doing; say whether there was one."""
        Batch = self.env["crm.value.batch"]
        unscored = Domain("scored", "=", False)
        if run := self._claim([("state", "=", "queued")]):
            run._estimate()
            # now there is something to share
            self.env.ref("crm_loyalty.cron_score_values")._trigger()
        elif batch := self._claim(unscored, Batch):
            batch._score()
        elif run := self._claim(
            [("state", "=", "scoring"), ("batch_ids", "not any", unscored)]
        ):
            run._publish()
        else:
            return False
        return True

    @api.model
    def _claim(self, domain, model=None):
        """Lock one record that no other process holds; empty when there is none.

        :raise SerializationFailure: another process was quicker
        """
        model = self if model is None else model
        query = model._search(domain, order="id", limit=1)
        self.env.cr.execute(
            SQL(
                "%s FOR NO KEY UPDATE OF %s SKIP LOCKED",
                query.select(),
                SQL.identifier(query.table),
            ),
            log_exceptions=False,
        )
        return model.browse(row[0] for row in self.env.cr.fetchall())

    @api.model
    def _open_steps(self) -> int:
        """How many steps the open runs still have, as far as known."""
        runs = self.search_count([("state", "in", OPEN_STATES)])
        return runs + self.env["crm.value.batch"].search_count([("scored", "=", False)])

    def _fail(self, error: Exception) -> None:
        """Keep the reason; the previous values stay, the next night tries again."""
        _logger.warning("Customer values of %s failed: %s", self.company_id.name, error)
        self.batch_ids.unlink()
        self.write(
            {
                "state": "failed",
                "error": str(error),
                "finished_at": fields.Datetime.now(),
            }
        )
