from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.arrays import pack, unpack
from odoo.addons.crm_suite.tools.columns import day_number

from ...clv import Estimate
from .value_arrays import score


class CrmValueBatch(models.Model):
    """A slice of a run's customers, to be scored by whichever process takes it.

    It carries the purchase histories as they were read at the start of the run, so that
    all slices are scored on one state of the data, and the scores until the run
    publishes them. It lives as long as its run is in work.
    """

    _name = "crm.value.batch"
    _description = "Customer Value Batch"
    _order = "id"

    run_id = fields.Many2one(
        "crm.value.run", required=True, index=True, ondelete="cascade"
    )
    customer_count = fields.Integer("Customers", readonly=True)
    history = fields.Binary(attachment=False, readonly=True)
    scores = fields.Binary(attachment=False, readonly=True)
    scored = fields.Boolean(readonly=True)

    def init(self):
        # floats do not compress, and trying takes as long as writing them
        for column in ("history", "scores"):
            self.env.cr.execute(
                SQL(
                    "ALTER TABLE %s ALTER COLUMN %s SET STORAGE EXTERNAL",
                    SQL.identifier(self._table),
                    SQL.identifier(column),
                )
            )

    @api.model
    def _store(self, run, columns: dict) -> None:
        """Keep these customers' histories as a batch of the run."""
        batch = self.create(
            {
                "run_id": run.id,
                "customer_count": len(columns["customer"]),
                "history": pack(columns),
            }
        )
        batch._forget()

    def _score(self):
        """The second step, for these batches: histories in, scores out."""
        for batch in self:
            # a run that failed on one of them has deleted the others
            if batch.exists():
                batch.run_id._attempt(batch._score_all)

    def _score_all(self):
        run = self.run_id
        scores = score(
            Estimate.from_dict(run.estimate),
            unpack(self.history),
            day_number(run.cutoff),
            run.company_id.value_lapse_threshold,
        )
        self.write({"scores": pack(scores), "scored": True})
        self._forget()

    def _read_scored(self) -> tuple[dict, dict]:
        """History and scores of one batch, as arrays."""
        self.ensure_one()
        arrays = unpack(self.history), unpack(self.scores)
        self._forget()
        return arrays

    def _forget(self):
        """Let go of the arrays, so that memory holds one batch of many."""
        self.invalidate_recordset(["history", "scores"])
