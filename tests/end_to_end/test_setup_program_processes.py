"""Customer programs under real processes: killed in the middle, two at once."""

import signal

from processes import Host, run

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

# One scheduler process, which tells of each batch before it is committed.
HOST = f"""
from unittest.mock import patch
Program = type(env["crm.customer.program"])
note = Program._note_touches

def told(program, members):
    note(program, members)
    env.flush_all()
    ask("batch", *members.ids)

with patch.object(Program, "_note_touches", told):
    programs = env["crm.customer.program"].sudo()
    while programs.search_count(programs._to_touch_domain()):
        programs._cron_touch(batch_size={BATCH})
        env.cr.commit()
"""

AFRESH = """
env["crm.customer.program.member"].sudo().search([]).unlink()
env["crm.customer.program"].sudo().search([]).write({"enrolled_on": False})
env.cr.commit()
"""

ENROL = f"""
from unittest.mock import patch
Program = type(env["crm.customer.program"])
enrol_from = Program._enrol_from

def told(program, *args):
    res = enrol_from(program, *args)
    ask("batch", res)
    return res

with patch.object(Program, "_enrol_from", told):
    env["crm.customer.program"].sudo()._cron_enrol(batch_size={BATCH})
"""


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


def kill_at_third_batch(host: Host) -> str:
    """What it said of that batch, which it has written and not committed."""
    for _batch in range(2):
        host.hear()
        host.go_on()
    third = host.hear()
    host.kill()
    assert host.process.exitcode == -signal.SIGKILL
    return third


def test_killed_in_the_middle_nobody_is_touched_twice(server, hosted, tmp_path):
    first = Host(hosted, HOST, tmp_path / "first.log")
    third = kill_at_third_batch(first)
    ((touched,),) = server.query(
        "SELECT count(*) FROM crm_customer_program_member WHERE touch_count > 0",
        database=hosted,
    )
    assert touched == 2 * BATCH
    second = Host(hosted, HOST, tmp_path / "second.log")
    second.set_free()
    said = second.finish()
    assert check_each_touched_once(server, hosted) == treated(server, hosted)
    # the third batch, and no other, is done again
    assert set(first.said) & set(said) == {third}


def test_two_processes_touch_nobody_twice_and_keep_to_the_budget(
    server, hosted, tmp_path
):
    # for all but two, and a rest that pays for nobody
    paid = treated(server, hosted) - 2
    budget = PRICE * paid + 1
    run(
        hosted,
        f'env["crm.customer.program"].search([]).budget = {budget}; env.cr.commit()',
        tmp_path,
    )
    one = Host(hosted, HOST, tmp_path / "one.log")
    one.hear()
    # The second begins while the first is in the middle of a batch.
    two = Host(hosted, "tell('begun')" + HOST, tmp_path / "two.log")
    two.hear()
    for host in (one, two):
        host.set_free()
    for host in (one, two):
        host.finish()
    assert check_each_touched_once(server, hosted) == paid
    state = server.query("SELECT state FROM crm_customer_program", database=hosted)
    assert state == [("paused",)]


def test_killed_enrolment_goes_on_and_draws_the_same(server, hosted, tmp_path):
    def arms():
        return server.query(
            "SELECT partner_id, arm, draw FROM crm_customer_program_member ORDER BY 1",
            database=hosted,
        )

    before = arms()
    kill_at_third_batch(Host(hosted, AFRESH + ENROL, tmp_path / "first.log"))
    assert len(arms()) == 2 * BATCH
    second = Host(hosted, ENROL, tmp_path / "second.log")
    second.set_free()
    second.finish()
    assert arms() == before
