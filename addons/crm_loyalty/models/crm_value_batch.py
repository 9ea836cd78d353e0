from odoo import fields, models

from ..clv import Estimate
from ..tools.arrays import pack, unpack
from ..tools.columns import day_number
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

    def _score(self):
        """The second step, for these batches: histories in, scores out."""
        for batch in self:
            run = batch.run_id
            scores = score(
                Estimate.from_dict(run.estimate),
                unpack(batch.history),
                day_number(run.cutoff),
                run.company_id.value_lapse_threshold,
            )
            batch.write({"scores": pack(scores), "scored": True})
