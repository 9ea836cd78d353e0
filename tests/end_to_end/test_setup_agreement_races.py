"""Two people who promise one scope, or pay it, at one time, in real transactions."""

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


OWED = """
today = env.company._today()
product = env["product.product"].create({"name": "Ware", "taxes_id": []})
payee, other = env["res.partner"].create([
    {"name": f"Payee {number}", "is_company": True} for number in range(2)
])
for partner in (payee, other):
    env["distribution.term"].create({
        "name": "Rebate", "kind": "rebate", "partner_id": partner.id, "rate": 10,
        "date_from": today,
    }).action_activate()
    for amount in (100, 200):
        env["account.move"].create({
            "move_type": "out_invoice", "partner_id": partner.id,
            "invoice_date": today, "invoice_line_ids": [Command.create({
                "product_id": product.id, "price_unit": amount, "tax_ids": [],
            })],
        }).action_post()
env.cr.commit()

def pay(env):
    return env["distribution.settlement.run"].create({}).action_run()

def one_refused(answers):
    refused = [one for one in answers if isinstance(one, Exception)]
    assert [type(one).__name__ for one in refused] == ["UserError"], answers

one_refused(race(pay, pay))
entries = env["distribution.accrual"].search(
    [("partner_id", "in", (payee | other).ids)]
)
assert len(entries.settlement_line_id) == len(entries) == 4, entries
statements = entries.settlement_id
assert sorted(statements.mapped("amount")) == [30, 30], statements
assert statements.partner_id == payee | other and len(statements) == 2

# the same statement is billed by two, and one of its lines by a third
statement = statements[:1]
def bill(env):
    return statement.with_env(env).action_draft_bill()
def bill_line(env):
    return statement.line_ids[:1].with_env(env).action_bill()
env.cr.commit()
answers = race(bill, bill, bill_line)
assert not [one for one in answers if isinstance(one, Exception)], answers
bills = statement.move_ids
assert abs(sum(bills.mapped("amount_untaxed")) - 30) < 1e-6, bills
assert statement.state == "billed", statement.state
assert statement.line_ids.move_id == bills and 1 <= len(bills) <= 2, bills
"""


def test_of_two_payment_runs_at_one_moment_one_pays(hosted, tmp_path):
    """C104: each line on one statement and one bill; the other finds nothing."""
    run(hosted, RACE + OWED, tmp_path, HOLDER="contact")


PLANS = """
partner = env["res.partner"].create({"name": "Planned", "is_company": True})
def proposed(plan):
    plan.action_propose()
    return lambda env: plan.with_env(env).sudo()._agree(partner, plan.proposal)
first, second = env["distribution.joint.plan"].create([
    {"partner_id": partner.id, "date_from": day, "line_ids": [
        Command.create({"target": 1000}),
    ]} for day in ("2030-01-01", "2030-07-01")
])
calls = proposed(first), proposed(second)
env.cr.commit()
answers = race(*calls)
refused = [one for one in answers if isinstance(one, Exception)]
assert [type(one).__name__ for one in refused] == ["UserError"], answers
assert sorted((first | second).mapped("state")) == ["agreed", "proposed"], answers
agreed = (first | second).filtered(lambda plan: plan.state == "agreed")
assert len(agreed.target_ids) == 4, agreed.target_ids

# a version by two
race(*[lambda env: agreed.with_env(env).action_new_version()] * 2)
versions = env["distribution.joint.plan"].search([("previous_id", "=", agreed.id)])
assert len(versions) == 1, versions
"""


def test_of_two_joint_plans_agreed_at_one_moment_one_is_kept(hosted, tmp_path):
    """And two who make a new version at one moment have the same one."""
    run(hosted, RACE + PLANS, tmp_path, HOLDER="contact")
