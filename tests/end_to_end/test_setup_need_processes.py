"""Customer needs under real processes: stated while they are read; a reading killed."""

import signal

from processes import Host, run

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

# The scheduler's process, which tells of each batch, with its transaction begun.
READER = f"""
from unittest.mock import patch
Run = type(env["crm.need.run"])
write = Run._write_bought
customer = env["res.partner"].search([("name", "=", "P0")]).id

def told(run, first, last):
    ask("theirs" if first <= customer <= last else "batch", first)
    return write(run, first, last)

with patch.object(Run, "_write_bought", told):
    env["crm.need.run"].sudo()._cron_refresh(batch_size={BATCH})
"""

STATE = """
partner = env["res.partner"].search([("name", "=", "P0")])
need = env["crm.need"].search([])
env["crm.partner.need"].create(
    {"partner_id": partner.id, "need_id": need.id, "strength": 0.1, "note": "Tea"}
)
env.cr.commit()
"""


def needs(server, database: str) -> list[tuple]:
    return server.query(
        "SELECT evidence, strength, order_count FROM crm_partner_need need"
        "  JOIN res_partner partner ON partner.id = need.partner_id"
        " WHERE partner.name ~ '^P[0-9]+$' ORDER BY evidence DESC, need.id",
        database=database,
    )


def test_need_stated_while_it_is_read_stays_stated(server, hosted, tmp_path):
    reader = Host(hosted, READER, tmp_path / "reader.log")
    while not reader.hear().startswith("theirs"):
        reader.go_on()
    run(hosted, STATE, tmp_path)
    reader.set_free()
    said = reader.finish()
    # what the reader could not see yet made it do a batch again
    assert len(said) > len(set(said))
    assert needs(server, hosted)[0] == ("stated", 0.1, 1)
    assert needs(server, hosted)[1:] == [("bought", 0.5, 1)] * (CUSTOMERS - 1)


def test_killed_reading_goes_on_where_it_was(server, hosted, tmp_path):
    first = Host(hosted, READER, tmp_path / "first.log")
    for _batch in range(2):
        first.hear()
        first.go_on()
    third = first.hear()
    first.kill()
    assert first.process.exitcode == -signal.SIGKILL
    second = Host(hosted, READER, tmp_path / "second.log")
    second.set_free()
    assert set(first.said) & set(second.finish()) == {third}
    assert needs(server, hosted) == [("bought", 0.5, 1)] * CUSTOMERS
