"""Two customers' clicks at one time, in real transactions that both want to commit."""

import pytest
from processes import run

# Each one's first look at the data waits for the other's, so that neither sees what
# the other is about to commit. The server's own `retrying` runs them, as for users.
RACING = """
import threading
from odoo import api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import mute_logger

def race(*actions):
    barrier, answers = threading.Barrier(len(actions)), {}
    def run(number, action):
        with Registry(env.cr.dbname).cursor() as cr:
            mine = api.Environment(cr, env.uid, {})
            tries = []
            def attempt():
                tries.append(1)
                mine["res.partner"].search_count([])
                if len(tries) == 1:
                    barrier.wait()
                action(mine)
            try:
                retrying(attempt, mine)
                answers[number] = len(tries)
            except Exception as error:
                answers[number] = error
                cr.rollback()
    threads = [
        threading.Thread(target=run, args=pair) for pair in enumerate(actions)
    ]
    # Odoo logs a lost race before it tries again
    with mute_logger("odoo.sql_db"):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    env.cr.commit()  # a new look at the data
    env.invalidate_all()
    return [answers[number] for number in range(len(actions))]
"""

POINTS = """
def shop(env):
    env["loyalty.program"].search([]).active = False
    program = env["loyalty.program"].create({
        "name": "Points", "program_type": "loyalty", "trigger": "auto",
        "applies_on": "both", "point_holder": HOLDER, "keep_ledger": True,
        "rule_ids": [Command.create({"reward_point_mode": "money"})],
        "reward_ids": [Command.create({
            "discount": 5, "discount_mode": "per_order", "required_points": 100,
        })],
    })
    product = env["product.product"].create({
        "name": "Ware", "list_price": 100, "taxes_id": [Command.clear()],
    })
    company = env["res.partner"].create({
        "name": "Dana", "is_company": True, "child_ids": [
            Command.create({"name": "Eli"}), Command.create({"name": "Fen"}),
        ],
    })
    return program, product, company

def quote(env, partner, quantity=1):
    order = env["sale.order"].create({
        "partner_id": partner.id, "order_line": [Command.create({
            "product_id": product.id, "product_uom_qty": quantity,
        })],
    })
    order._update_programs_and_rewards()
    return order

def balances():
    cards = env["loyalty.card"].search([("program_id", "=", program.id)])
    for card in cards:
        entries = env["loyalty.point.entry"].search([("card_id", "=", card.id)])
        assert abs(sum(entries.mapped("points")) - card.points) < 1e-6, card.points
    return sorted(cards.mapped("points"))

program, product, company = shop(env)
env.cr.commit()
"""

RACE = RACING + POINTS

FIRST_ORDERS = """
def first(env):
    quote(env, company.with_env(env)).action_confirm()
answers = race(first, first)
assert sorted(answers) == [1, 2], answers
assert balances() == [200.0], balances()
"""

CONTACTS = """
def first(child):
    return lambda env: quote(env, child.with_env(env)).action_confirm()
answers = race(*(first(child) for child in company.child_ids))
assert sorted(answers) == [1, 2], answers
# each contact's card, and the one that holds the points
assert balances() == [0.0, 0.0, 200.0], balances()
"""

SPENDING = """
quote(env, company).action_confirm()
orders = []
for _number in range(2):
    order = quote(env, company, 0.1)
    card = order.coupon_point_ids.coupon_id | order.applied_coupon_ids
    assert not order._apply_program_reward(program.reward_ids, card)
    orders.append(order)
env.cr.commit()
def spend(order):
    return lambda env: order.with_env(env).action_confirm()
answers = race(*(spend(order) for order in orders))
assert sum(isinstance(answer, Exception) for answer in answers) == 1, answers
assert balances() == [0.0], balances()
assert sorted(order.state for order in orders) == ["draft", "sale"]
"""

CLOSING = """
Entry, Lot = env["loyalty.point.entry"], env["loyalty.point.lot"]
quote(env, company).action_confirm()
quote(env, company).action_confirm()
order = quote(env, company, 0.1)
card = order.coupon_point_ids.coupon_id | order.applied_coupon_ids
assert not order._apply_program_reward(program.reward_ids, card)
old, new = Lot.search([], order="id")
def close(env):
    env["loyalty.point.lot"]._cron_close_day()
def spend(env):
    order.with_env(env).action_confirm()
env.cr.execute(
    "UPDATE loyalty_point_lot SET expires_on = current_date - 1 WHERE id = %s", [old.id]
)
env.cr.commit()
answers = race(spend, close)
assert all(isinstance(answer, int) for answer in answers), answers
# what had expired did so once, and what had not paid for the reward
assert balances() == [0.0], balances()
def moved(lot):
    return sorted(Entry.search([("lot_id", "=", lot.id)]).mapped("kind"))
assert (moved(old), moved(new)) == (["earn", "expire"], ["earn", "spend"])
"""

ALL_EXPIRED = """
quote(env, company).action_confirm()
order = quote(env, company, 0.1)
card = order.coupon_point_ids.coupon_id | order.applied_coupon_ids
assert not order._apply_program_reward(program.reward_ids, card)
env.cr.execute("UPDATE loyalty_point_lot SET expires_on = current_date - 1")
env.cr.commit()
def close(env):
    env["loyalty.point.lot"]._cron_close_day()
def spend(env):
    order.with_env(env).action_confirm()
spent, *closed = race(spend, close, close)
assert isinstance(spent, Exception), spent
assert all(isinstance(answer, int) for answer in closed), closed
assert order.state == "draft" and balances() == [0.0], balances()
kinds = env["loyalty.point.entry"].search([]).mapped("kind")
assert sorted(kinds) == ["earn", "expire"], kinds
"""

CODES = """
attempts, here = env["suite.attempt"], env.company
limits = {f"code by login {env.uid}": 10, "code from here": 10}
for _number in range(8):
    attempts._note(limits)
env.cr.commit()
def guess(code):
    return lambda env: env.user._portal_function(code, here.with_env(env), "here")
answers = race(*(guess(code) for code in ("one", "two", "three", "four")))
assert all(isinstance(answer, int) for answer in answers), answers
for who in limits:
    count = attempts.search_count([("mark", "=", attempts._hashed(who))])
    assert count == 10, count
"""


@pytest.mark.parametrize(
    ("holder", "script"),
    [
        ("contact", FIRST_ORDERS),
        ("company", CONTACTS),
        ("contact", SPENDING),
        ("contact", CLOSING),
        ("contact", ALL_EXPIRED),
        ("contact", CODES),
    ],
    ids=[
        *("first orders", "a company's contacts", "spending the same points"),
        *("the night and a customer", "two nights and a customer"),
        "four wrong codes of which two are too many",
    ],
)
def test_races_end_as_if_one_after_the_other(hosted, holder, script, tmp_path):
    run(hosted, RACE + script, tmp_path, HOLDER=holder)
