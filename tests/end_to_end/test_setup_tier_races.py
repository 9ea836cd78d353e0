"""Two orders of one customer at one time, and a night while somebody buys."""

from processes import run
from test_setup_point_races import RACE

CLUB = """
env["loyalty.program"].search([]).active = False
env["loyalty.tier.program"].search([]).active = False
club = env["loyalty.tier.program"].create({
    "name": "Club", "tier_ids": [
        Command.create({"name": "Silver", "threshold": 150}),
        Command.create({"name": "Gold", "threshold": 350}),
    ],
})
club.action_publish()
env.cr.commit()
members = env["loyalty.tier.membership"]

def confirm(order):
    return lambda env: order.with_env(env).action_confirm()

def story():
    found = members.search([("program_id", "=", club.id)], order="id")
    for day in {*found.mapped("date_from"), *found.mapped("date_to")}:
        held = found.filtered(lambda m: m.date_from <= day <= m.date_to)
        assert len(held) <= 1, held
    return [(one.tier_id.name, one.amount, one.ending) for one in found]
"""

EACH_ENOUGH = """
orders = [quote(env, company, 2), quote(env, company.child_ids[0], 2)]
env.cr.commit()
answers = race(*map(confirm, orders))
assert sorted(answers) == [1, 2], answers
assert story() == [("Silver", 200.0, "promoted"), ("Gold", 400.0, False)], story()
"""

TOGETHER_ENOUGH = """
orders = [quote(env, company, 1), quote(env, company.child_ids[0], 1)]
env.cr.commit()
answers = race(*map(confirm, orders))
assert sorted(answers) == [1, 2], answers
assert story() == [("Silver", 200.0, False)], story()
"""

# the night has read the customer's purchases when the order comes
NIGHT = """
order = quote(env, company, 4)
earlier = quote(env, company, 2)
earlier.action_confirm()
members.search([]).unlink()
env.cr.commit()
def night(env):
    club.with_env(env)._evaluate([company.id], club._today())
answers = race(confirm(order), night)
assert not [one for one in answers if isinstance(one, Exception)], answers
assert story()[-1] == ("Gold", 600.0, False), story()
"""


AFRESH = """
members.search([]).unlink()
env["sale.order"].search([("state", "=", "sale")])._action_cancel()
env.cr.commit()
"""


def test_tiers_end_as_if_one_after_the_other(hosted, tmp_path):
    races = AFRESH.join((EACH_ENOUGH, TOGETHER_ENOUGH, NIGHT))
    run(hosted, RACE + CLUB + races, tmp_path, HOLDER="contact")
