"""Two people who promise one scope at one time, in real transactions."""

from processes import run
from test_setup_point_races import RACE

CHANNEL = """
env["distribution.agreement"].search([])._as_system().write({"state": "ended"})
goods = env["product.category"].create({"name": "Drinks"})
part = goods.create({"name": "Juice", "parent_id": goods.id})
place = env["distribution.territory"].create({"name": "North"})
partners = env["res.partner"].create([
    {"name": f"Trade {number}", "is_company": True} for number in range(3)
])
agreements = env["distribution.agreement"]

def draft(number, category=goods, territory=place, **values):
    return agreements.create({
        "partner_id": partners[number].id, "category_id": category and category.id,
        "territory_id": territory and territory.id, "exclusive": True, **values,
    })

def activate(agreement):
    return lambda env: agreement.with_env(env).action_activate()

def one_of(answers, *drafts):
    held = [one for one in drafts if one.state == "active"]
    refused = [one for one in answers if isinstance(one, Exception)]
    assert len(held) == len(refused) == 1, (held, answers)
    # the loser was tried again, and told who holds it
    assert type(refused[0]).__name__ == "ValidationError", answers
    assert held[0].display_name in refused[0].args[0], answers
"""

SAME_SCOPE = """
first, second = draft(0), draft(1)
env.cr.commit()
one_of(race(activate(first), activate(second)), first, second)
"""

# nobody's category is the other's root
ALL_GOODS = """
first, second = draft(0, part), draft(1, None, None)
env.cr.commit()
one_of(race(activate(first), activate(second)), first, second)
"""

SECOND_AND_THIRD = """
policy = env["distribution.policy"].create({
    "name": "Two", "kind": "exclusive", "capacity": 2, "category_id": goods.id,
})
policy.action_activate()
held, second, third = draft(0), draft(1), draft(2)
held.action_activate()
env.cr.commit()
answers = race(activate(second), activate(third))
one_of(answers, second, third)
(refused,) = (one for one in answers if isinstance(one, Exception))
assert held.display_name in refused.args[0], refused
policy.action_end()
"""

# each alone fits; together one reaches into the other's time
DATES = """
first = draft(0, date_from="2030-01-01", date_to="2030-05-31")
second = draft(1, date_from="2030-08-01", date_to="2030-12-31")
(first | second).action_activate()
env.cr.commit()
def until(env):
    first.with_env(env).date_to = "2030-07-15"
def since(env):
    second.with_env(env).date_from = "2030-07-01"
answers = race(until, since)
assert sum(isinstance(one, Exception) for one in answers) == 1, answers
assert first.date_to < second.date_from, (first.date_to, second.date_from)
"""

AFRESH = """
agreements.search([])._as_system().write({"state": "ended"})
env.cr.commit()
"""


def test_of_two_promises_at_one_moment_one_is_kept(hosted, tmp_path):
    """C013: the second and the third at one moment, and other ways to meet."""
    races = AFRESH.join((SAME_SCOPE, ALL_GOODS, SECOND_AND_THIRD, DATES))
    run(hosted, RACE + CHANNEL + races, tmp_path, HOLDER="contact")
