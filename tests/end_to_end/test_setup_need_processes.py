"""Customer needs under real processes: stated while they are read; a reading killed."""

import os
import signal

import processes
import pytest

from dev import templates

CUSTOMERS = 24
BATCH = 4

SHOP = f"""
category = env["product.category"].create({{"name": "Beans"}})
product = env["product.product"].create({{"name": "Beans", "categ_id": category.id}})
env["crm.need"].create({{"name": "Coffee", "category_ids": category.ids}})
partners = env["res.partner"].create(
    [{{"name": f"P{{n}}"}} for n in range({CUSTOMERS})]
)
env["sale.order"].create([
    {{
        "partner_id": partner.id,
        "state": "sale",
        "order_line": [Command.create({{"product_id": product.id}})],
    }}
    for partner in partners
])
env.cr.commit()
"""

# The scheduler's process. At the batch of the first customer, whose transaction has
# begun, it waits for the start.
READER = f"""
import os
from unittest.mock import patch
Run = type(env["crm.need.run"])
write = Run._write_bought
customer = env["res.partner"].search([("name", "=", "P0")]).id

def slowly(run, first, last):
    print("batch", first, flush=True)
    if first <= customer <= last:
        print("waiting", flush=True)
        while not os.path.exists(os.environ["START_FILE"]):
            time.sleep(0.05)
    return write(run, first, last)

with patch.object(Run, "_write_bought", slowly):
    env["crm.need.run"].sudo()._cron_refresh(batch_size={BATCH})
print("finished", flush=True)
"""

STATE = """
partner = env["res.partner"].search([("name", "=", "P0")])
need = env["crm.need"].search([])
env["crm.partner.need"].create(
    {"partner_id": partner.id, "need_id": need.id, "strength": 0.1, "note": "Tea"}
)
env.cr.commit()
"""


@pytest.fixture
def database(server, env):
    name = f"needs-{os.getpid()}"
    server.copy(templates.suite(server, env), name)
    processes.shell(env, name, SHOP)
    yield name
    server.drop(name)


def needs(server, database: str) -> list[tuple]:
    return server.query(
        "SELECT evidence, strength, order_count FROM crm_partner_need need"
        "  JOIN res_partner partner ON partner.id = need.partner_id"
        " WHERE partner.name ~ '^P[0-9]+$' ORDER BY evidence DESC, need.id",
        database=database,
    )


def batches(path) -> list[str]:
    return [line for line in path.read_text().splitlines() if line.startswith("batch")]


def test_need_stated_while_it_is_read_stays_stated(env, server, database, tmp_path):
    start, log = tmp_path / "start", tmp_path / "reader.log"
    with log.open("w") as output:
        reader = processes.start(env, database, READER, output, START_FILE=start)
        processes.wait_for(lambda: "waiting" in log.read_text(), "the batch")
        processes.shell(env, database, STATE)
        start.touch()
        assert reader.wait(120) == 0
    # what the reader could not see yet made it do a batch again
    assert len(batches(log)) > len(set(batches(log)))
    assert needs(server, database)[0] == ("stated", 0.1, 1)
    assert needs(server, database)[1:] == [("bought", 0.5, 1)] * (CUSTOMERS - 1)


def test_killed_reading_goes_on_where_it_was(env, server, database, tmp_path):
    start = tmp_path / "start"
    start.touch()
    slow = READER.replace("return write", "time.sleep(0.3)\n    return write")
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    with first.open("w") as output:
        reader = processes.start(env, database, slow, output, START_FILE=start)
        processes.wait_for(lambda: len(batches(first)) == 3, "the third batch")
        reader.send_signal(signal.SIGKILL)
        assert reader.wait() == -signal.SIGKILL
    with second.open("w") as output:
        reader = processes.start(env, database, READER, output, START_FILE=start)
        assert reader.wait(120) == 0
    assert set(batches(first)) & set(batches(second)) == {batches(first)[2]}
    assert needs(server, database) == [("bought", 0.5, 1)] * CUSTOMERS
