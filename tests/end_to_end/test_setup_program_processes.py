"""Customer programs under real processes: killed in the middle, two at once."""

import os
import signal

import processes
import pytest

from dev import odoo, templates

CUSTOMERS = 24
BATCH = 4
# of a touch with its offer
PRICE = 3

SHOP = f"""
tag = env["res.partner.category"].create({{"name": "All"}})
env["res.partner"].create([
    {{
        "name": f"P{{n}}",
        "email": f"p{{n}}@example.com",
        "category_id": [Command.link(tag.id)],
    }}
    for n in range({CUSTOMERS})
])
segment = env["crm.customer.segment"].create({{"name": "All", "tag_ids": tag.ids}})
coupons = env["loyalty.program"].create(
    {{"name": "Ten off", "program_type": "coupons"}}
)
program = env["crm.customer.program"].create({{
    "name": "Keep",
    "segment_id": segment.id,
    "subject": "Hello",
    "message": "<p>Hello</p>",
    "control_share": 0.4,
    "offer": "discount",
    "loyalty_program_id": coupons.id,
    "touch_cost": 1,
    "offer_cost": 2,
    "budget": 1000,
}})
program.action_start()
env.cr.commit()
"""

# One scheduler process: it tells of each batch before it is committed.
HOST = f"""
import os
from unittest.mock import patch
Program = type(env["crm.customer.program"])
note = Program._note_touches

def slowly(program, members):
    note(program, members)
    env.flush_all()
    print("batch", *members.ids, flush=True)
    time.sleep(0.2)

print("ready", flush=True)
while not os.path.exists(os.environ["START_FILE"]):
    time.sleep(0.05)
env.cr.rollback()
with patch.object(Program, "_note_touches", slowly):
    while True:
        env["crm.customer.program"].sudo()._cron_touch(batch_size={BATCH})
        left = env["crm.customer.program"].sudo()._to_touch_domain()
        if not env["crm.customer.program"].sudo().search_count(left):
            break
        env.cr.commit()
        time.sleep(0.05)
print("finished", flush=True)
"""

ENROL = f"""
import os
from unittest.mock import patch
env["crm.customer.program.member"].sudo().search([]).unlink()
env["crm.customer.program"].sudo().search([]).write({{"enrolled_on": False}})
env.cr.commit()
Program = type(env["crm.customer.program"])
enrol_from = Program._enrol_from

def slowly(program, *args):
    res = enrol_from(program, *args)
    print("batch", res, flush=True)
    time.sleep(0.3)
    return res

with patch.object(Program, "_enrol_from", slowly):
    env["crm.customer.program"].sudo()._cron_enrol(batch_size={BATCH})
print("finished", flush=True)
"""


@pytest.fixture
def database(server, env):
    name = f"programs-{os.getpid()}"
    server.copy(templates.suite(server, env), name)
    processes.shell(env, name, SHOP)
    yield name
    server.drop(name)


def batches(path) -> list[str]:
    return [line for line in path.read_text().splitlines() if line.startswith("batch")]


def check_each_touched_once(server, database: str) -> int:
    """One touch, one mail and one coupon for who was touched, nothing for the others,
    least of all for who is held back; what was spent is what they cost."""
    rows = server.query(
        "SELECT arm, touch_count, cost,"
        "       (SELECT count(*) FROM mail_mail mail JOIN mail_message message"
        "            ON message.id = mail.mail_message_id"
        "         WHERE message.model = 'crm.customer.program.member'"
        "           AND message.res_id = member.id),"
        "       (SELECT count(*) FROM loyalty_card card"
        "         WHERE card.partner_id = member.partner_id)"
        "  FROM crm_customer_program_member member",
        database=database,
    )
    assert len(rows) == CUSTOMERS
    touched = [row for row in rows if row[1]]
    assert {row[0] for row in touched} == {"treated"}
    for _arm, touches, cost, mails, cards in rows:
        expected = (1, PRICE, 1, 1) if touches else (0, 0, 0, 0)
        assert (touches, float(cost or 0), mails, cards) == expected
    ((spent,),) = server.query(
        "SELECT spent FROM crm_customer_program", database=database
    )
    assert float(spent) == PRICE * len(touched)
    return len(touched)


def treated(server, database: str) -> int:
    ((count,),) = server.query(
        "SELECT count(*) FROM crm_customer_program_member WHERE arm = 'treated'",
        database=database,
    )
    assert 0 < count < CUSTOMERS
    return count


def test_killed_in_the_middle_nobody_is_touched_twice(env, server, database, tmp_path):
    start = tmp_path / "start"
    start.touch()
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    with first.open("w") as output:
        host = processes.start(env, database, HOST, output, START_FILE=start)
        # its mails and cards are written by now, and not committed
        processes.wait_for(lambda: len(batches(first)) == 3, "the third batch")
        host.send_signal(signal.SIGKILL)
        assert host.wait() == -signal.SIGKILL
    ((touched,),) = server.query(
        "SELECT count(*) FROM crm_customer_program_member WHERE touch_count > 0",
        database=database,
    )
    assert touched == 2 * BATCH
    with second.open("w") as output:
        host = processes.start(env, database, HOST, output, START_FILE=start)
        assert host.wait(120) == 0
    assert check_each_touched_once(server, database) == treated(server, database)
    # the third batch, and no other, is done again
    assert set(batches(first)) & set(batches(second)) == {batches(first)[2]}


def test_two_processes_touch_nobody_twice_and_keep_to_the_budget(
    env, server, database, tmp_path
):
    # for all but two, and a rest that pays for nobody
    paid = treated(server, database) - 2
    budget = PRICE * paid + 1
    processes.shell(
        env,
        database,
        f'env["crm.customer.program"].search([]).budget = {budget}; env.cr.commit()',
    )
    start = tmp_path / "start"
    logs = [tmp_path / "one.log", tmp_path / "two.log"]
    with logs[0].open("w") as one, logs[1].open("w") as two:
        hosts = [
            processes.start(env, database, HOST, output, START_FILE=start)
            for output in (one, two)
        ]
        processes.wait_for(
            lambda: all("ready" in log.read_text() for log in logs), "the hosts"
        )
        start.touch()
        assert [host.wait(120) for host in hosts] == [0, 0]
    assert check_each_touched_once(server, database) == paid
    ((state,),) = server.query(
        "SELECT state FROM crm_customer_program", database=database
    )
    assert state == "paused"
    for log in logs:
        lines = odoo.read_log(log.read_text())
        assert not [line for line in lines if line["level"] in odoo.FAILURES]


def test_killed_enrolment_goes_on_and_draws_the_same(env, server, database, tmp_path):
    def arms():
        return server.query(
            "SELECT partner_id, arm, draw FROM crm_customer_program_member ORDER BY 1",
            database=database,
        )

    before = arms()
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    with first.open("w") as output:
        host = processes.start(env, database, ENROL, output)
        processes.wait_for(lambda: len(batches(first)) == 3, "the third batch")
        host.send_signal(signal.SIGKILL)
        assert host.wait() == -signal.SIGKILL
    assert len(arms()) == 2 * BATCH
    with second.open("w") as output:
        again = ENROL.replace(
            'env["crm.customer.program.member"].sudo().search([]).unlink()', ""
        )
        assert processes.start(env, database, again, output).wait(120) == 0
    assert arms() == before
