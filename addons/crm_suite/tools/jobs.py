"""Scheduled jobs that are installed switched off, until there is work for them."""

from collections.abc import Iterable

from odoo.api import Environment


def idle_jobs(env: Environment, names: Iterable[str]):
    """Those of the jobs, by their full names, that are off; in superuser mode."""
    find = env["ir.model.data"]._xmlid_to_res_id
    ids = filter(None, map(find, names))
    # sudo: who begins the work need not be an administrator
    jobs = env["ir.cron"].sudo()
    # searched for, since an administrator may have deleted one
    return jobs.search([("id", "in", [*ids]), ("active", "=", False)])


def begin(jobs) -> None:
    """Switch them on; one that another transaction switches on just now is its own."""
    jobs.try_lock_for_update(allow_referencing=True).active = True
