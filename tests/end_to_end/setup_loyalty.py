"""Points, coupons and wallets in every state, and what Odoo makes of them.

Both are run in Odoo's shell, where ``env`` is, with our add-ons or without them.
"""

SHOP = """
from datetime import timedelta
from odoo import fields
from odoo.fields import Command

today = fields.Date.today()
env["loyalty.program"].search([]).active = False

def program(name, kind, applies_on, rule, reward, **values):
    return env["loyalty.program"].create({
        "name": name, "program_type": kind, "applies_on": applies_on,
        "trigger": values.pop("trigger", "auto"),
        "rule_ids": [Command.clear(), Command.create(rule)],
        "reward_ids": [Command.clear(), Command.create(reward)], **values,
    })

off = {"reward_type": "discount", "discount_mode": "per_order",
       "discount_applicability": "order"}
points = program("Points", "loyalty", "both", {"reward_point_mode": "money"},
                 {**off, "discount": 10, "required_points": 100})
program("Later", "next_order_coupons", "future", {"minimum_qty": 3},
        {**off, "discount": 5})
codes = program("Codes", "coupons", "current", {}, {**off, "discount": 7},
                trigger="with_code")
wallet = program("Wallet", "ewallet", "future", {}, {
    "reward_type": "discount", "discount_mode": "per_point", "discount": 1,
    "discount_applicability": "order", "required_points": 1,
})
ware = env["product.product"].create({
    "name": "Ware", "type": "service", "list_price": 100,
    "invoice_policy": "order", "taxes_id": [Command.clear()],
})
rich, twice, fresh, old = env["res.partner"].create([
    {"name": name, "email": f"{name}@example.com"}
    for name in ("Rich", "Twice", "Fresh", "Old")
])
day = timedelta(1)
env["loyalty.card"].create([
    {"program_id": program.id, "partner_id": partner and partner.id,
     "points": balance, "expiration_date": last, "code": code}
    for program, partner, balance, last, code in (
        (points, rich, 500, False, "RICH"),
        (points, twice, 100, False, "FIRST"),
        (points, twice, 50, today + 30 * day, "SECOND"),
        (points, old, 30, today - day, "OVER"),
        (points, old, 40, False, "NEWER"),
        (points, None, 60, False, "NOBODYS"),
        (wallet, rich, 25, False, "PURSE"),
        (codes, None, 1, False, "CODE"),
        (codes, None, 1, today - day, "STALE"),
        (codes, rich, 0, False, "USED"),
    )
])
env["loyalty.card"].search([("code", "=", "NOBODYS")]).active = False

def order(partner, quantity, claim=False):
    made = env["sale.order"].create({
        "partner_id": partner.id, "order_line": [Command.create(
            {"product_id": ware.id, "product_uom_qty": quantity})],
    })
    made._update_programs_and_rewards()
    if claim:
        card = (made.coupon_point_ids.coupon_id | made.applied_coupon_ids).filtered(
            lambda card: card.program_id == points)[:1]
        assert not made._apply_program_reward(points.reward_ids, card)
    return made

order(fresh, 3)
order(twice, 1, claim=True)
order(rich, 3, claim=True).action_confirm()
order(rich, 2).action_confirm()
cancelled = order(rich, 1)
cancelled.action_confirm()
cancelled._action_cancel()
env.cr.commit()
"""

# What goes on while our add-ons are there, every program is managed, and points wait.
LIFE = """
from odoo.fields import Command

programs = env["loyalty.program"].search([], order="id")
points, later, codes, wallet = programs
if "keep_ledger" in programs._fields:
    programs._switch_on()
    points.point_vesting_days = 9
ware = env["product.product"].search([("name", "=", "Ware")])
rich = env["res.partner"].search([("name", "=", "Rich")])
late, short = env["res.partner"].create([
    {"name": name, "email": f"{name}@example.com"} for name in ("Late", "Short")
])

def order(partner, quantity, code="", reward=None):
    made = env["sale.order"].create({
        "partner_id": partner.id, "order_line": [Command.create(
            {"product_id": ware.id, "product_uom_qty": quantity})],
    })
    made._update_programs_and_rewards()
    if code:
        (card, rewards), = made._try_apply_code(code).items()
        made._apply_program_reward(rewards[:1], card)
    if reward:
        for card, rewards in made._get_claimable_rewards().items():
            if reward in rewards:
                made._apply_program_reward(reward, card)
    assert bool(made.order_line.reward_id) == bool(code or reward)
    return made

order(late, 2)
order(late, 1, code="CODE")
order(rich, 1, reward=points.reward_ids)
order(short, 3).action_confirm()
order(rich, 1, reward=wallet.reward_ids).action_confirm()
withdrawn = order(short, 1)
withdrawn.action_confirm()
withdrawn._action_cancel()
again = order(short, 1)
again._action_cancel()
again.action_draft()
env.cr.commit()
"""

# Through one door after the other; nothing of it stays.
PICTURE = """
import json
from odoo.fields import Command

points = env["loyalty.program"].search([("name", "=", "Points")])
ware = env["product.product"].search([("name", "=", "Ware")])
rich, twice, fresh, old = (
    env["res.partner"].search([("name", "=", name)])
    for name in ("Rich", "Twice", "Fresh", "Old")
)
orders = env["sale.order"].search([("order_line.product_id", "=", ware.id)], order="id")
quoted, claimed, spent, sold, cancelled = orders[:5]
seen = {}

def look(door):
    env.flush_all()
    env.invalidate_all()
    # whichever card of one moment was made first
    cards = env["loyalty.card"].with_context(active_test=False).search([]).sorted(
        lambda card: (card.program_id.id, card.partner_id.id,
                      str(card.expiration_date), card.points, card.id))
    number = {card: n for n, card in enumerate(cards)}
    lines = env["sale.order.line"].search(
        [("order_id.partner_id.email", "=like", "%@example.com")], order="id")
    history = env["loyalty.history"].search([], order="id")
    promised = env["sale.order.coupon.points"].search([], order="id")
    seen[door] = {
        "cards": [
            [card.program_id.name, card.partner_id.name, card.points, card.active,
             str(card.expiration_date), card.points_display, card.use_count]
            for card in cards
        ],
        "listed": [
            [program.name, program.coupon_count, len(program.coupon_ids)]
            for program in env["loyalty.program"].search([], order="id")
        ],
        "promised": sorted([number[p.coupon_id], p.points] for p in promised),
        # what was written, in whatever sequence
        "history": sorted([number[h.card_id], h.issued, h.used] for h in history),
        "lines": [
            [line.product_id.name, line.product_uom_qty, line.price_total,
             line.points_cost, number.get(line.coupon_id)]
            for line in lines
        ],
        "orders": [[one.state, one.amount_total] for one in lines.order_id],
        "mails": env["mail.mail"].search_count([("model", "=", "loyalty.card")]),
    }

def order(partner, quantity):
    made = env["sale.order"].create({
        "partner_id": partner.id, "order_line": [Command.create(
            {"product_id": ware.id, "product_uom_qty": quantity})],
    })
    made._update_programs_and_rewards()
    return made

look("as it is")
for one in orders[5:]:
    if one.state == "draft":
        one._update_programs_and_rewards()
        one.action_confirm()
    elif one.state == "sale":
        one._action_cancel()
look("what went on meanwhile goes on")
quoted.order_line[0].product_uom_qty = 4
quoted._update_programs_and_rewards()
look("a quotation is edited")
(quoted | claimed).action_confirm()
look("quotations are confirmed")
sold.order_line[0].product_uom_qty = 5
sold._update_programs_and_rewards()
look("an order is edited")
spent._action_cancel()
look("an order is cancelled")
invoice = sold._create_invoices()
invoice.action_post()
invoice._reverse_moves().action_post()
look("an invoice is credited")
for code in ("CODE", "STALE", "USED", "RICH", "NOCODE"):
    made = order(fresh, 1)
    answer = made._try_apply_code(code)
    seen[code] = sorted(map(str, answer)) if "error" in answer else len(answer)
    for card, rewards in ({} if "error" in answer else answer).items():
        made._apply_program_reward(rewards[:1], card)
    made.action_confirm()
look("codes are tried")
for partner in (old, twice):
    order(partner, 1).action_confirm()
look("customers with several cards buy")
cancelled.action_draft()
cancelled._update_programs_and_rewards()
cancelled.partner_id = fresh
cancelled._update_programs_and_rewards()
cancelled.action_confirm()
look("an order goes to another customer")
card = env["loyalty.card"].search([("code", "=", "RICH")])
env["loyalty.card.update.balance"].create(
    {"card_id": card.id, "new_balance": 77, "description": "By hand"}
).action_update_card_point()
card.points += 5
env["loyalty.card"].load(["code", "program_id/.id", "points"],
                         [["FILE", str(points.id), "12"]])
look("points are written")
env["loyalty.card"].search([("code", "=", "FILE")]).unlink()
env["base.partner.merge.automatic.wizard"].create({})._merge((rich | twice).ids, rich)
look("a card is deleted and customers are merged")
env.cr.rollback()
print("PICTURE " + json.dumps(seen, sort_keys=True))
"""
