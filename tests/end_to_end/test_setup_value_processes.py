"""Customer values under real processes: one killed in the middle, two at once."""

import os
import signal

import processes
import pytest

from dev import odoo, templates

CUSTOMERS = 60
BATCH = 6

SHOP = f"""
partners = env["res.partner"].create(
    [{{"name": f"P{{n}}"}} for n in range({CUSTOMERS})]
)
product = env["product.product"].create({{"name": "Ware", "list_price": 10}})
now = fields.Datetime.now()
env["sale.order"].create([
    {{
        "partner_id": partner.id,
        "state": "sale",
        "date_order": now - timedelta(days=5 + n % 40 + gap * (9 + n % 7)),
        "order_line": [Command.create({{"product_id": product.id}})],
    }}
    for n, partner in enumerate(partners)
    for gap in range(1 + n % 9)
])
runs = env["crm.value.run"].sudo()
runs._refresh_now(env.company)
env.company.value_horizon_years = 5
runs._queue(env.company)
env.cr.commit()
"""

# One scheduler process. It waits for the start, scores slowly, and tells what it does.
HOST = f"""
import os
from unittest.mock import patch
from odoo.addons.crm_loyalty.models.value import crm_value_batch, crm_value_run

score = crm_value_batch.score

def slowly(found, columns, *rest):
    print("batch", columns["customer"][0], flush=True)
    time.sleep(0.2)
    return score(found, columns, *rest)

print("ready", flush=True)
while not os.path.exists(os.environ["START_FILE"]):
    time.sleep(0.05)
env.cr.rollback()
with (
    patch.object(crm_value_run, "BATCH_SIZE", {BATCH}),
    patch.object(crm_value_batch, "score", slowly),
):
    env["crm.value.run"].sudo()._cron_work()
print("finished", flush=True)
"""


@pytest.fixture
def database(server, env):
    name = f"values-{os.getpid()}"
    server.copy(templates.suite(server, env), name)
    processes.shell(env, name, SHOP)
    yield name
    server.drop(name)


def batches(path) -> list[str]:
    return [line for line in path.read_text().splitlines() if line.startswith("batch")]


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
    env, server, database, tmp_path
):
    start = tmp_path / "start"
    start.touch()
    before = values(server, database)
    first = tmp_path / "first.log"
    with first.open("w") as output:
        host = processes.start(env, database, HOST, output, START_FILE=start)
        processes.wait_for(lambda: len(batches(first)) == 4, "the fourth batch")
        host.send_signal(signal.SIGKILL)
        assert host.wait() == -signal.SIGKILL
    assert newest_run(server, database)[0] == "scoring"
    assert values(server, database) == before

    second = tmp_path / "second.log"
    with second.open("w") as output:
        assert (
            processes.start(env, database, HOST, output, START_FILE=start).wait(120)
            == 0
        )
    assert newest_run(server, database) == ("done", CUSTOMERS)
    # three were done when the kill came; the fourth is done again, and no other
    repeated = set(batches(first)) & set(batches(second))
    assert repeated == {batches(first)[3]}
    assert len(values(server, database)) == CUSTOMERS
    assert values(server, database) != before


def test_two_hosts_share_the_batches_and_do_nothing_twice(
    env, server, database, tmp_path
):
    starts = [tmp_path / "start-one", tmp_path / "start-two"]
    logs = [tmp_path / "one.log", tmp_path / "two.log"]
    with logs[0].open("w") as one, logs[1].open("w") as two:
        hosts = [
            processes.start(env, database, HOST, output, START_FILE=start)
            for output, start in zip((one, two), starts, strict=True)
        ]
        processes.wait_for(
            lambda: all("ready" in log.read_text() for log in logs), "the hosts"
        )
        starts[0].touch()
        processes.wait_for(lambda: batches(logs[0]), "the first batch")
        assert helper_is_called(server, database)
        starts[1].touch()
        assert [host.wait(120) for host in hosts] == [0, 0]
    shares = [set(batches(log)) for log in logs]
    assert all(shares), "both hosts scored"
    assert not shares[0] & shares[1]
    assert sum(len(batches(log)) for log in logs) == CUSTOMERS // BATCH
    assert newest_run(server, database) == ("done", CUSTOMERS)
    for log in logs:
        assert "finished" in log.read_text()
        errors = [
            line
            for line in odoo.read_log(log.read_text())
            if line["level"] in odoo.FAILURES
        ]
        assert not errors

    together = values(server, database)
    processes.shell(
        env,
        database,
        'env["crm.value.run"].sudo()._refresh_now(env.company); env.cr.commit()',
    )
    assert newest_run(server, database) == ("done", 0)
    assert values(server, database) == together
