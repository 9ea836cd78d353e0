"""Customer values under real processes: one killed in the middle, two at once."""

import signal

from processes import Host, run

CUSTOMERS = 60
BATCH = 6

SHOP = f"""
# all of whom buy on, so that each has another value over another time
partners = env["res.partner"].create(
    [{{"name": f"P{{n}}"}} for n in range({CUSTOMERS})]
)
product = env["product.product"].create({{"name": "Ware", "list_price": 10}})
now = fields.Datetime.now()
env["sale.order"].create([
    {{
        "partner_id": partner.id,
        "state": "sale",
        "date_order": now - timedelta(days=1 + n % 9 + gap * (9 + n % 7)),
        "order_line": [Command.create({{"product_id": product.id}})],
    }}
    for n, partner in enumerate(partners)
    for gap in range(2 + n % 9)
])
runs = env["crm.value.run"].sudo()
runs._refresh_now(env.company)
env.company.value_horizon_years = 5
runs._queue(env.company)
env.cr.commit()
"""

# One scheduler process, which tells of each batch before it scores it.
HOST = f"""
from unittest.mock import patch
from odoo.addons.crm_loyalty.models.value import crm_value_batch, crm_value_run

score = crm_value_batch.score

def told(found, columns, *rest):
    ask("batch", columns["customer"][0])
    return score(found, columns, *rest)

with (
    patch.object(crm_value_run, "BATCH_SIZE", {BATCH}),
    patch.object(crm_value_batch, "score", told),
):
    env["crm.value.run"].sudo()._cron_work()
"""


def values(server, database: str) -> list[tuple]:
    return server.query(
        "SELECT partner_id, lifetime_value, alive, contact_before"
        " FROM crm_customer_value ORDER BY partner_id",
        database=database,
    )


def helper_is_called(server, database: str) -> bool:
    """Whether the scheduler has been asked to put a second process to the work."""
    rows = server.query(
        "SELECT 1 FROM ir_cron_trigger JOIN ir_model_data data"
        "    ON data.model = 'ir.cron' AND data.res_id = cron_id"
        " WHERE data.name = 'cron_score_values'",
        database=database,
    )
    return bool(rows)


def newest_run(server, database: str) -> tuple:
    (row,) = server.query(
        "SELECT state, changed_count FROM crm_value_run ORDER BY id DESC LIMIT 1",
        database=database,
    )
    return row


def test_killed_run_leaves_the_values_whole_and_the_next_one_finishes(
    server, hosted, tmp_path
):
    before = values(server, hosted)
    first = Host(hosted, HOST, tmp_path / "first.log")
    for _batch in range(3):
        first.hear()
        first.go_on()
    fourth = first.hear()
    first.kill()
    assert first.process.exitcode == -signal.SIGKILL
    assert newest_run(server, hosted)[0] == "scoring"
    assert values(server, hosted) == before

    second = Host(hosted, HOST, tmp_path / "second.log")
    second.set_free()
    said = second.finish()
    assert newest_run(server, hosted) == ("done", CUSTOMERS)
    # three were done when the kill came; the fourth is done again, and no other
    assert set(first.said) & set(said) == {fourth}
    assert len(values(server, hosted)) == CUSTOMERS
    assert values(server, hosted) != before


def test_two_hosts_share_the_batches_and_do_nothing_twice(server, hosted, tmp_path):
    one = Host(hosted, HOST, tmp_path / "one.log")
    one.hear()
    assert helper_is_called(server, hosted)
    two = Host(hosted, HOST, tmp_path / "two.log")
    two.hear()  # while the first is still at its own batch
    for host in (one, two):
        host.set_free()
    shares = [host.finish() for host in (one, two)]
    assert not set(shares[0]) & set(shares[1])
    assert sum(map(len, shares)) == CUSTOMERS // BATCH
    assert newest_run(server, hosted) == ("done", CUSTOMERS)

    together = values(server, hosted)
    alone = 'env["crm.value.run"].sudo()._refresh_now(env.company); env.cr.commit()'
    run(hosted, alone, tmp_path)
    assert newest_run(server, hosted) == ("done", 0)
    assert values(server, hosted) == together
