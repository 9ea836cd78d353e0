"""The real purchases a newcomer sees: the CDNOW log, through the import, valued.

CDNOW sold music on the web. All purchases until June 1998 of everybody who bought there
first between January and March 1997 are the log on which the literature on customer
value tests itself; the package `lifetimes` carries its published sample.
"""

import base64
import importlib.util
from datetime import timedelta
from pathlib import Path

from odoo.fields import Command

COMPANY = "CDNOW (1997–98)"
# What the papers count.
PURCHASES = 6_919


def load(env) -> None:
    """Import the sample into a company of its own and value its customers."""
    dollar = env.ref("base.USD")
    dollar.active = True
    company = env["res.company"].create(
        {
            "name": COMPANY,
            "currency_id": dollar.id,
            "country_id": env.ref("base.us").id,
            "value_cutoff": "1998-06-30",
        }
    )
    env.ref("base.user_admin").company_ids += company
    import_purchases(env, company)
    env["crm.value.run"]._refresh_now(company)
    invoice_intermediaries(env)


def import_purchases(env, company) -> None:
    """As a manager would: upload, check, import."""
    as_admin = env["crm.purchase.import"].with_user(env.ref("base.user_admin"))
    source = as_admin.with_context(allowed_company_ids=company.ids).create(
        {
            "name": "CDNOW purchases 1997–98",
            "company_id": company.id,
            "filename": "CDNOW_sample.csv",
            "file": base64.b64encode("\n".join(rows()).encode()),
            "create_missing": True,
        }
    )
    for step in (
        source.action_check,
        # some bought for the same amount twice on a day
        lambda: source._answer("equal_rows", "twice"),
        source.action_check,
        source.action_import,
    ):
        step()
        # A file of this size is work for the cron; here nobody waits for it.
        env["crm.purchase.import"]._cron_process()
    if source.state != "done" or source.new_count != PURCHASES:
        raise RuntimeError(f"CDNOW: {source.issue_ids[:3].mapped('reason')}")


def invoice_intermediaries(env) -> None:
    """What stands beside the targets of the demo: demo data itself has no accounts."""
    today = env.company._today()
    goods = {
        name: env["product.product"].create(
            {
                "name": label,
                "type": "service",
                "categ_id": env.ref(f"crm_distribution.category_{name}").id,
                "list_price": price,
            }
        )
        for name, label, price in (
            ("refrigerators", "Refrigerator 300 l", 400),
            ("kitchen", "Kitchen Machine", 150),
            ("pumps", "Water Pump", 90),
        )
    }
    moves = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": env.ref(f"crm_distribution.partner_wholesaler_{name}").id,
                "invoice_date": today - timedelta(days=days),
                "invoice_line_ids": [
                    Command.create({"product_id": goods[kind].id, "quantity": quantity})
                ],
            }
            for name, kind, quantity, days in (
                ("alborz", "refrigerators", 30, 100),
                ("alborz", "refrigerators", 45, 40),
                ("alborz", "kitchen", 60, 70),
                ("khazar", "refrigerators", 20, 95),
                ("khazar", "refrigerators", 12, 35),
                ("zagros", "pumps", 25, 60),
            )
        ]
    )
    moves.action_post()


def rows() -> list[str]:
    """The log as a file of purchases: of each line the first, third last, last word."""
    # Found without importing it, which is slow.
    package = Path(importlib.util.find_spec("lifetimes").origin).parent
    log = (package / "datasets" / "CDNOW_sample.txt").read_text()
    return ["Customer reference,Name,Date,Amount"] + [
        f"CDNOW-{customer},CDNOW {customer},{day[:4]}-{day[4:6]}-{day[6:]},{amount}"
        for customer, *_between, day, _count, amount in map(str.split, log.splitlines())
        if customer.isdigit()
    ]
