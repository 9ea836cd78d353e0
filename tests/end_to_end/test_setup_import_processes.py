"""An import killed while it loads: nothing shows, and the next host finishes."""

import signal

from processes import Host

ROWS = 6_000  # three batches, more than a button does by itself

SHOP = f"""
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

# The scheduler's process, which tells of each batch before it is committed.
HOST = """
from unittest.mock import patch
Import = type(env["crm.purchase.import"])
insert = Import._insert_lines

def told(self, purchases, partners):
    insert(self, purchases, partners)
    ask("batch", purchases[0].row)

with patch.object(Import, "_insert_lines", told):
    env["crm.purchase.import"]._cron_process()
"""


def count(server, database: str, statement: str) -> int:
    ((number,),) = server.query(statement, database=database)
    return number


def test_killed_import_shows_nothing_and_the_next_host_finishes(
    server, hosted, tmp_path
):
    lines = "SELECT count(*) FROM crm_purchase_import_line"
    shown = "SELECT count(*) FROM res_partner WHERE active AND ref ~ '^C[0-9]'"
    done = "SELECT count(*) FROM crm_purchase_import WHERE state = 'done'"
    first = Host(hosted, HOST, tmp_path / "first.log")
    first.hear()
    first.go_on()
    second_batch = first.hear()
    first.kill()
    assert first.process.exitcode == -signal.SIGKILL
    assert count(server, hosted, lines) == ROWS / 3  # the first batch, and it alone
    assert count(server, hosted, done) == 0
    assert count(server, hosted, shown) == 0

    second = Host(hosted, HOST, tmp_path / "second.log")
    second.set_free()
    said = second.finish()
    assert len(said) == 2 and said[0] == second_batch
    assert count(server, hosted, done) == 1
    assert count(server, hosted, lines) == ROWS
    assert count(server, hosted, shown) == 900
    total = "SELECT sum(revenue)::int FROM crm_purchase_import_line"
    assert count(server, hosted, total) == ROWS * (ROWS + 1) / 2
