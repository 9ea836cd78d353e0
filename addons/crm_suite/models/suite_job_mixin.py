from collections.abc import Collection

from odoo import api, models

from ..tools.declared import declared
from ..tools.jobs import begin, idle_jobs


class SuiteJobMixin(models.AbstractModel):
    """Scheduled jobs that have nothing to do before there is a first record.

    They are installed switched off, and go to work with it. Whoever switches one off
    later has it off: only the first record of all begins it.
    """

    _name = "suite.job.mixin"
    _description = "Records That Jobs Work On"

    # each class of a model adds its own, by their full names
    _jobs: Collection[str] = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        names = frozenset().union(*declared(self, "_jobs"))
        jobs = idle_jobs(self.env, names) if vals_list else None
        if jobs and self._is_first_use():
            begin(jobs)
        return super().create(vals_list)

    @api.model
    def _is_first_use(self) -> bool:
        """Whether there has been nothing to do until now."""
        # sudo: of any company
        records = self.sudo().with_context(active_test=False)
        return not records.search_count([], limit=1)
