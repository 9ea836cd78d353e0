"""Figures for Odoo's periodic digest, alike for every add-on."""

from collections.abc import Mapping
from datetime import timedelta

from odoo import fields
from odoo.fields import Domain


def count_in_period(
    digests, kpi: str, records, day: str, domain=Domain.TRUE, following=False
) -> None:
    """Let `kpi` of each digest say how many records its company had in the period.

    :param day: the field, a date or a datetime, that says when
    :param following: in the equally long period that follows
    """
    start, end, companies = digests._get_kpi_compute_parameters()
    if not (start and end):
        # asked outside a mail, which alone names a period
        digests[kpi] = 0
        return
    start, end = map(fields.Datetime.to_datetime, (start, end))
    if following:
        start, end = end, end + max(end - start, timedelta(days=1))
    if records._fields[day].type == "date":
        start, end = start.date(), end.date()
    counts = dict(
        records._read_group(
            Domain("company_id", "in", companies.ids)
            & Domain(day, ">=", start)
            & Domain(day, "<", end)
            & domain,
            ["company_id"],
            ["__count"],
        )
    )
    for digest in digests:
        digest[kpi] = counts.get(digest.company_id or digests.env.company, 0)


def kpi_links(env, actions: Mapping[str, str], menu: str) -> dict[str, str]:
    """Where each figure leads, below the add-on's menu."""
    # whose menu is gone comes to the page without one
    found = env.ref(menu, raise_if_not_found=False)
    below = f"?menu_id={found.id}" if found else ""
    return {kpi: f"{action}{below}" for kpi, action in actions.items()}
