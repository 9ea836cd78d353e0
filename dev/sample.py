"""The real purchases a newcomer sees: the CDNOW log, through the import, valued.

CDNOW sold music on the web. All purchases until June 1998 of everybody who bought there
first between January and March 1997 are the log on which the literature on customer
value tests itself; its published sample is every tenth customer. The package
`lifetimes` carries both files.
"""

import base64
import csv
import datetime
import importlib.util
import io
from collections.abc import Iterator
from pathlib import Path

COMPANY = "CDNOW (1997–98)"
CUTOFF = datetime.date(1998, 6, 30)

SAMPLE, MASTER = "CDNOW_sample.txt", "CDNOW_master.txt"
# What the papers count: customers and purchases of each file.
PUBLISHED = {SAMPLE: (2_357, 6_919), MASTER: (23_570, 69_659)}


def load(env):
    """Import the published sample into a company of its own and value its customers.

    The company is there already when this has run before; it is returned either way.
    """
    company = env["res.company"].search([("name", "=", COMPANY)])
    if not company:
        company = make_company(env)
        import_log(env, company, SAMPLE)
        env["crm.value.run"]._refresh_now(company)
    return company


def make_company(env):
    dollar = env.ref("base.USD")
    dollar.active = True
    company = env["res.company"].create(
        {
            "name": COMPANY,
            "currency_id": dollar.id,
            "country_id": env.ref("base.us").id,
            "value_cutoff": CUTOFF,
        }
    )
    env.ref("base.user_admin").company_ids += company
    return company


def import_log(env, company, log):
    """As a manager would: upload, check, import."""
    as_admin = env["crm.purchase.import"].with_user(env.ref("base.user_admin"))
    source = as_admin.with_context(allowed_company_ids=company.ids).create(
        {
            "name": "CDNOW purchases 1997–98",
            "company_id": company.id,
            "filename": Path(log).with_suffix(".csv").name,
            "file": base64.b64encode(as_csv(log)),
            "create_missing": True,
        }
    )
    for step in (source.action_check, source.action_import):
        step()
        # A file of this size is work for the cron; here nobody waits for it.
        env["crm.purchase.import"]._cron_process()
    if source.state != "done" or source.new_count != PUBLISHED[log][1]:
        raise RuntimeError(f"{log}: {source.issue_ids[:3].mapped('reason')}")
    return source


def as_csv(log) -> bytes:
    rows = list(purchases(log))
    found = len({row[0] for row in rows}), len(rows)
    if found != PUBLISHED[log]:
        raise RuntimeError(f"{log} has {found} customers and purchases")
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["Customer reference", "Name", "Date", "Amount"])
    writer.writerows(
        [f"CDNOW-{customer}", f"CDNOW {customer}", date, amount]
        for customer, date, amount in rows
    )
    return text.getvalue().encode()


def purchases(log) -> Iterator[tuple[str, str, str]]:
    """Customer, day and dollars of each line: the first, third last and last word."""
    package = importlib.util.find_spec("lifetimes")
    if package is None:
        raise ModuleNotFoundError("lifetimes, one of the development requirements")
    folder = Path(package.origin).parent / "datasets"
    for line in (folder / log).read_text().splitlines():
        words = line.split()
        if words and words[0].isdigit():
            day = datetime.datetime.strptime(words[-3], "%Y%m%d").date()
            yield words[0], day.isoformat(), words[-1]
