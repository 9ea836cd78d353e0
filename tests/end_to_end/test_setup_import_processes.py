"""An import killed while it loads: nothing shows, and the next host finishes."""

import os
import signal

import processes
import pytest

from dev import templates

ROWS = 6_000  # three batches, more than a button does by itself

UPLOAD = f"""
import base64
rows = ["Reference;Name;Date;Amount"] + [
    ";".join((
        f"C{{n % 900}}",
        f"Customer {{n % 900}}",
        f"2024-{{1 + n % 12:02}}-{{1 + n % 28:02}}",
        str(n + 1),
    ))
    for n in range({ROWS})
]
source = env["crm.purchase.import"].create({{
    "name": "Before",
    "filename": "before.csv",
    "file": base64.b64encode("\\n".join(rows).encode()),
    "create_missing": True,
}})
source.action_check()
env["crm.purchase.import"]._cron_process()
assert source.state == "ready", source.issue_ids.mapped("reason")
source.action_import()
env.cr.commit()
"""

# The scheduler's process; it tells when it has a batch, and takes its time.
HOST = """
from unittest.mock import patch
from odoo.addons.crm_loyalty.models.purchase import crm_purchase_import

CrmPurchaseImport = crm_purchase_import.CrmPurchaseImport

insert = CrmPurchaseImport._insert_lines

def slowly(self, purchases, partners):
    insert(self, purchases, partners)
    print("batch", purchases[0].row, flush=True)
    time.sleep(0.5)

with patch.object(CrmPurchaseImport, "_insert_lines", slowly):
    env["crm.purchase.import"]._cron_process()
"""


@pytest.fixture
def database(server, env):
    name = f"imports-{os.getpid()}"
    server.copy(templates.suite(server, env), name)
    processes.shell(env, name, UPLOAD)
    yield name
    server.drop(name)


def count(server, database: str, statement: str) -> int:
    ((number,),) = server.query(statement, database=database)
    return number


def test_killed_import_shows_nothing_and_the_next_host_finishes(
    env, server, database, tmp_path
):
    lines = "SELECT count(*) FROM crm_purchase_import_line"
    shown = "SELECT count(*) FROM res_partner WHERE active AND ref ~ '^C[0-9]'"
    done = "SELECT count(*) FROM crm_purchase_import WHERE state = 'done'"
    log = tmp_path / "first.log"
    with log.open("w") as output:
        host = processes.start(env, database, HOST, output)
        processes.wait_for(lambda: log.read_text().count("batch") == 2, "batch two")
        host.send_signal(signal.SIGKILL)
        assert host.wait() == -signal.SIGKILL
    assert count(server, database, lines) == ROWS / 3  # the first batch, and it alone
    assert count(server, database, done) == 0
    assert count(server, database, shown) == 0

    second = tmp_path / "second.log"
    with second.open("w") as output:
        assert processes.start(env, database, HOST, output).wait(180) == 0
    assert second.read_text().count("batch") == 2
    assert count(server, database, done) == 1
    assert count(server, database, lines) == ROWS
    assert count(server, database, shown) == 900
    total = "SELECT sum(revenue)::int FROM crm_purchase_import_line"
    assert count(server, database, total) == ROWS * (ROWS + 1) / 2
