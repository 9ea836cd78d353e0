"""Scheduled jobs that are installed switched off, until there is work for them."""

from collections.abc import Iterable

from odoo.api import Environment


def idle_jobs(env: Environment, names: Iterable[str]):
    """Those of the jobs, by their full names, that are off; in superuser mode."""
    # sudo: who begins the work need not be an administrator
    jobs = env["ir.cron"].sudo()
    for name in names:
        # an administrator may have deleted it
        jobs |= jobs.env.ref(name, raise_if_not_found=False) or jobs.browse()
    return jobs.filtered(lambda job: not job.active)
