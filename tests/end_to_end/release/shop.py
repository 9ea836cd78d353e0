"""A shop with a record of every kind that an upgrade must carry over.

Run in Odoo's shell by `make release-dump`, where ``env`` is.
"""

import base64
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tools import convert_file

env = env(user=env.ref("base.user_admin"))  # noqa: F821
admin, main = env.user, env.ref("base.main_company")
admin.email = "admin@example.com"
for file in ("res.partner.csv", "demo_shop.xml", "demo_program.xml"):
    convert_file(env, "crm_loyalty", f"demo/{file}", {}, "init", True)
supply = env.ref("crm_loyalty.product_demo_supply")
supplies = env.ref("crm_loyalty.product_category_demo_supplies")
tabriz, willow, delta, vista, yas = (
    env.ref(f"crm_loyalty.partner_demo_{name}")
    for name in ("tabriz", "willow", "delta", "vista", "yas")
)


def order(partner, quantity):
    made = env["sale.order"].create(
        {
            "partner_id": partner.id,
            "order_line": [
                Command.create({"product_id": supply.id, "product_uom_qty": quantity})
            ],
        }
    )
    made._update_programs_and_rewards()
    return made


# Purchases from before, whose buyers are new.
rows = ["Reference;Name;Date;Amount;Margin"] + [
    f"C{n % 9};Customer {n % 9};2024-{1 + n % 12:02}-{1 + n % 28:02};{n + 1};{n / 4}"
    for n in range(40)
]
source = env["crm.purchase.import"].create(
    {
        "name": "The old shop",
        "filename": "old.csv",
        "file": base64.b64encode("\n".join(rows).encode()),
        "create_missing": True,
    }
)
source.action_check()
env["crm.purchase.import"]._cron_process()
source.action_import()
env["crm.purchase.import"]._cron_process()
assert source.state == "done", source.issue_ids.mapped("reason")

# Points: earned, spent, taken back, vesting and about to expire.
points = env["loyalty.program"].create(
    {
        "name": "Workshop Points",
        "keep_ledger": True,
        "program_type": "loyalty",
        "applies_on": "both",
        "trigger": "auto",
        "point_valid_days": 365,
        "point_notice_days": 30,
        "point_responsible_id": admin.id,
        "rule_ids": [
            Command.create({"reward_point_mode": "money", "reward_point_amount": 1})
        ],
        "reward_ids": [
            Command.create(
                {
                    "discount": 5,
                    "discount_mode": "per_order",
                    "discount_applicability": "order",
                    "required_points": 500,
                }
            )
        ],
    }
)

tiers = env["loyalty.tier.program"].create(
    {
        "name": "Workshop Club",
        "company_id": main.id,
        "responsible_id": admin.id,
        "tier_ids": [
            Command.create(
                {
                    "name": name,
                    "threshold": threshold,
                    "benefit_ids": [Command.create(benefit)],
                }
            )
            for name, threshold, benefit in (
                (
                    "Bronze",
                    1200,
                    {
                        "name": "Half as many points again",
                        "kind": "point_factor",
                        "point_factor": 1.5,
                        "cost_by": "points",
                        "unit_cost": 0.02,
                    },
                ),
                (
                    "Silver",
                    5000,
                    {"name": "First", "kind": "delivery", "unit_cost": 60},
                ),
                (
                    "Gold",
                    50000,
                    {
                        "name": "Somebody who knows you",
                        "kind": "contact",
                        "user_id": admin.id,
                        "unit_cost": 400,
                    },
                ),
            )
        ],
    }
)
tiers.action_publish()
env["loyalty.tier.program"].sudo()._cron_evaluate()
for partner in (tabriz, willow, delta, vista):
    order(partner, 6).action_confirm()
    order(partner, 3).action_confirm()
spending = order(tabriz, 1)
card = env["loyalty.card"].search(
    [("program_id", "=", points.id), ("partner_id", "=", tabriz.id)], limit=1
)
assert not spending._apply_program_reward(points.reward_ids, card)
spending.action_confirm()
order(willow, 2)
cancelled = order(vista, 5)
cancelled.action_confirm()
cancelled._action_cancel()

# Values, needs and segments.
env["crm.value.run"].sudo()._refresh_now(main)
need = env["crm.need"].create(
    {"name": "A running workshop", "category_ids": supplies.ids}
)
env["crm.partner.need"].create(
    {"partner_id": yas.id, "need_id": need.id, "strength": 0.9, "note": "On the phone"}
)
env["crm.need.run"].sudo()._cron_refresh()
tag = env["res.partner.category"].create({"name": "Workshop"})
customers = env["sale.order"].search([]).partner_id
customers.category_id = tag
segment = env["crm.customer.segment"].create({"name": "Workshops", "tag_ids": tag.ids})
env["crm.customer.segment"].create(
    {
        "name": "Good customers who are leaving",
        "class_a": True,
        "lifecycle_at_risk": True,
        "purchase_ids": [
            Command.create({"categ_ids": supplies.ids, "last_days": 365}),
        ],
    }
)

# A campaign with an offer: enrolled, contacted, answered; and one not begun.
coupons = env["loyalty.program"].create(
    {"name": "Ten off", "program_type": "coupons", "advise_offer": True}
)
Campaign = env["crm.customer.program"].sudo()
campaign = Campaign.create(
    {
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
    }
)
campaign.action_start()
Campaign._cron_touch()
campaign.copy({"name": "Later"})
treated = campaign.member_ids.filtered(lambda member: member.arm == "treated")
order(treated[0].partner_id, 4).action_confirm()
campaign.action_measure()

env["crm.offer.effect"].sudo()._advise_now(main)
oldest = env["loyalty.point.lot"].sudo().search([], limit=1)
env.cr.execute(
    "UPDATE loyalty_point_lot SET expires_on = current_date - 1 WHERE id = %s",
    [oldest.id],
)
env.invalidate_all()
env["loyalty.point.lot"].sudo()._cron_close_day()
env["loyalty.tier.gesture"].sudo()._cron_prepare()
points.sudo().point_redemption_share = 0.8
env.cr.execute(
    "UPDATE loyalty_point_entry SET create_date = create_date - interval '40 days'"
)
env["loyalty.point.liability"].sudo().create(
    {
        "program_id": points.id,
        "company_id": main.id,
        "date": fields.Date.today().replace(day=1) - timedelta(days=1),
    }
)
quotation = order(willow, 1)
env["crm.offer.overrule.wizard"].create(
    {"order_id": quotation.id, "reason": "He asked for it"}
).action_overrule()
env.cr.commit()
