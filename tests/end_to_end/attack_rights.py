"""Who may do what with the add-ons' models, methods and routes."""

import attack_channel
import attack_voice_case
import attack_voice_feedback
import attack_voice_idea

# What each actor may do with the records of the company: read, write, create, delete.
# Those who are not named may do nothing.
RIGHTS = {
    "crm.customer.act": {"salesperson": "r", "manager": "r"},
    "crm.customer.program": {"salesperson": "r", "manager": "rwcd"},
    "crm.customer.program.member": {"salesperson": "r", "manager": "r"},
    "crm.customer.segment": {"salesperson": "r", "manager": "rwcd"},
    "crm.customer.segment.purchase": {"salesperson": "r", "manager": "rwcd"},
    "crm.customer.value": {"salesperson": "r", "manager": "r"},
    "crm.need": {"salesperson": "r", "manager": "rwcd"},
    "crm.need.prospect": {"salesperson": "r", "manager": "r"},
    "crm.need.run": {"manager": "r"},
    "crm.offer.advice": {"salesperson": "r", "manager": "r"},
    "crm.offer.effect": {"manager": "r"},
    "crm.offer.overrule": {"salesperson": "r", "manager": "r"},
    "crm.partner.need": {"salesperson": "rwcd", "manager": "rwcd"},
    "crm.purchase": {"salesperson": "r", "manager": "r"},
    "crm.purchase.history": {"salesperson": "r", "manager": "r"},
    "crm.purchase.import": {"manager": "rwcd"},
    "crm.purchase.import.issue": {"manager": "r"},
    "crm.purchase.import.item": {"manager": "r"},
    "crm.purchase.import.line": {"manager": "r"},
    "crm.purchase.import.part": {},
    "crm.purchase.import.question": {"manager": "r"},
    "crm.value.batch": {},
    "crm.value.run": {"manager": "r"},
    "loyalty.point.difference": {"manager": "r"},
    "loyalty.point.entry": {"salesperson": "r", "manager": "r"},
    "loyalty.point.liability": {"manager": "r", "accountant": "rwcd"},
    "loyalty.point.lot": {"salesperson": "r", "manager": "r"},
    "loyalty.point.statement": {"manager": "r"},
    "loyalty.tier": {"salesperson": "r", "manager": "rwcd"},
    "loyalty.tier.benefit": {"salesperson": "r", "manager": "rwcd"},
    "loyalty.tier.gesture": {"salesperson": "r", "manager": "r"},
    "loyalty.tier.membership": {"salesperson": "r", "manager": "r"},
    "loyalty.tier.program": {"salesperson": "r", "manager": "rwcd"},
    "suite.attempt": {},
    "suite.merged.contact": {},
    "suite.tile": dict.fromkeys(
        ("employee", "stranger", "salesperson", "manager", "accountant"), "r"
    ),
    "suite.turn": {},
    **attack_channel.RIGHTS,
    **attack_voice_case.RIGHTS,
    **attack_voice_feedback.RIGHTS,
    **attack_voice_idea.RIGHTS,
}
# Who may begin each wizard; nobody sees or uses another's.
WIZARDS = {
    "crm.offer.overrule.wizard": {"salesperson", "manager"},
    "crm.customer.act.wizard": {"salesperson", "manager"},
    "crm.customer.program.create": {"manager"},
    "crm.segment.opportunity": {"salesperson", "manager"},
    # by the rights on programs
    "loyalty.ledger.switch": {"manager"},
    "loyalty.ledger.switch.line": {"manager"},
    # begun by a program's button alone
    "loyalty.tier.simulation": set(),
    "loyalty.tier.simulation.customer": set(),
    "loyalty.tier.simulation.line": set(),
    **attack_channel.WIZARDS,
    **attack_voice_case.WIZARDS,
    **attack_voice_feedback.WIZARDS,
    **attack_voice_idea.WIZARDS,
}
# Who may call each public method with records of the company.
METHODS = {
    ("crm.customer.act", "action_undo"): {"salesperson", "manager"},
    # each one's own wizard
    ("crm.customer.act.wizard", "action_do"): set(),
    ("crm.customer.program", "action_finish"): {"manager"},
    ("crm.customer.program", "action_measure"): {"manager"},
    ("crm.customer.program", "action_open_mailing"): {"salesperson", "manager"},
    ("crm.customer.program", "action_pause"): {"manager"},
    ("crm.customer.program", "action_resume"): {"manager"},
    ("crm.customer.program", "action_start"): {"manager"},
    ("crm.customer.program", "action_take_over_conditions"): {"manager"},
    ("crm.customer.program.create", "action_back"): set(),
    ("crm.customer.program.create", "action_create_and_start"): set(),
    ("crm.customer.program.create", "action_create_draft"): set(),
    ("crm.customer.program.create", "action_next"): set(),
    ("crm.customer.program.create", "action_send_test"): set(),
    ("crm.customer.program.member", "action_open_who"): {"salesperson", "manager"},
    ("crm.customer.segment", "action_create_mailing"): {"manager"},
    ("crm.customer.segment", "action_create_opportunities"): {
        "salesperson",
        "manager",
    },
    ("crm.customer.segment", "action_open_members"): {"salesperson", "manager"},
    ("crm.customer.segment", "action_take_over_conditions"): {"manager"},
    # by Odoo's own rights on invoices
    ("account.move", "button_draft"): {"salesperson", "manager", "accountant"},
    ("account.move", "action_decide_points"): {"manager"},
    ("account.move", "action_open_points"): {"salesperson", "manager", "accountant"},
    ("crm.customer.value", "action_open_partner"): {"salesperson", "manager"},
    ("crm.customer.value", "action_open_purchases"): {"salesperson", "manager"},
    ("crm.need", "action_open_customers"): {"salesperson", "manager"},
    ("crm.customer.program", "action_open_left_out"): {"salesperson", "manager"},
    ("crm.offer.effect", "action_open_advice"): {"manager"},
    # each one's own wizard
    ("crm.offer.overrule.wizard", "action_overrule"): set(),
    ("sale.order", "action_overrule_advice"): {"salesperson", "manager"},
    ("crm.purchase.import", "action_check"): {"manager"},
    ("crm.purchase.import", "action_download_issues"): {"manager"},
    ("crm.purchase.import", "action_download_rejected"): {"manager"},
    ("crm.purchase.import", "action_import"): {"manager"},
    ("crm.purchase.import", "action_import_valid"): {"manager"},
    ("crm.purchase.import", "action_stop"): {"manager"},
    ("crm.purchase.import", "action_undo"): {"manager"},
    ("crm.purchase.import", "action_view_customers"): {"manager"},
    ("crm.purchase.import", "action_view_purchases"): {"manager"},
    ("crm.purchase.import.question", "action_choose"): {"manager"},
    ("crm.segment.opportunity", "action_create"): set(),
    ("crm.value.run", "action_open_at_risk"): {"manager"},
    ("crm.value.run", "action_refresh"): {"manager"},
    # each one's own wizard
    ("loyalty.ledger.switch", "action_switch"): set(),
    ("loyalty.program", "action_switch_ledger"): {"manager"},
    ("loyalty.point.liability", "action_open_entry"): {"manager", "accountant"},
    ("loyalty.point.liability", "action_propose_entry"): {"accountant"},
    ("loyalty.point.liability", "action_value_again"): {"accountant"},
    # cashiers, with their own sales
    ("pos.order", "add_loyalty_history_lines"): set(),
    ("pos.order", "confirm_coupon_programs"): set(),
    ("product.product", "action_who_bought"): {"salesperson", "manager"},
    ("product.template", "action_who_bought"): {"salesperson", "manager"},
    ("loyalty.card.update.balance", "action_update_card_point"): {"manager"},
    ("res.partner", "action_open_customer_value"): {"salesperson", "manager"},
    ("res.partner", "action_open_needs"): {"salesperson", "manager"},
    ("res.partner", "action_open_tier_memberships"): {"salesperson", "manager"},
    ("loyalty.tier.membership", "action_open_customer"): {"salesperson", "manager"},
    ("loyalty.tier.program", "action_open_members"): {"salesperson", "manager"},
    ("loyalty.tier.program", "action_publish"): {"manager"},
    ("loyalty.tier.program", "action_simulate"): {"manager"},
    ("loyalty.tier.program", "action_withdraw"): {"manager"},
    # each one's own simulation
    ("loyalty.tier.simulation", "action_apply"): set(),
    ("loyalty.tier.simulation", "action_open_customers"): set(),
    ("loyalty.tier.simulation", "action_simulate"): set(),
    # by Odoo's own rights on e-mails
    ("mail.mail", "send"): set(),
    ("mailing.mailing.test", "send_mail_test"): set(),
    ("suite.tile", "action_open"): {
        "employee",
        "stranger",
        "salesperson",
        "manager",
        "accountant",
    },
    **attack_channel.METHODS,
    **attack_voice_case.METHODS,
    **attack_voice_feedback.METHODS,
    **attack_voice_idea.METHODS,
}
# What a method cannot be called without.
ARGUMENTS = {
    ("pos.order", "add_loyalty_history_lines"): ([], []),
    ("pos.order", "confirm_coupon_programs"): ({},),
    **attack_channel.ARGUMENTS,
}
# Odoo's own hooks that we extend: it lets nobody call them.
HOOKS = {"create", "write", "unlink", "init", "copy"}
HOOKS |= {"copy_data", "copy_translations", "default_get", "onchange"}
HOOKS |= {"message_process", "message_route", "get_empty_list_help"}
ROUTES: set[str] = {
    "CustomerPortalPoints.portal_my_points",
    "CustomerPortalPoints.portal_my_points_account",
    "CustomerPortalPoints.portal_my_benefit",
    "CustomerPortalPoints.portal_my_loyalty_card_history",
    "VoicePortalLoyalty.portal_decline_need",
    *attack_channel.ROUTES,
    *attack_voice_case.ROUTES,
    *attack_voice_feedback.ROUTES,
    *attack_voice_idea.ROUTES,
}

ACTORS = (
    "anonymous",
    "portal customer",
    "intermediary",
    "employee",
    "stranger",
    "salesperson",
    "channel user",
    "manager",
    "accountant",
    "agent",
    "voice manager",
)
# Outside the channel an own user is a salesperson like others.
ALL_ACTORS = (*ACTORS, "own user")
# A channel user is a salesperson too.
for rights in RIGHTS.values():
    if "salesperson" in rights:
        rights.setdefault("channel user", rights["salesperson"])
for allowed in (*WIZARDS.values(), *METHODS.values()):
    if "salesperson" in allowed:
        allowed.add("channel user")
# So is who works with own intermediaries; these records are of another's.
for model, rights in RIGHTS.items():
    own = rights.get("channel user", "")
    if model in attack_channel.OF_AN_INTERMEDIARY:
        own = "c" if "c" in own else ""
    # several models share what is said of them
    RIGHTS[model] = {**rights, "own user": own}
for allowed in WIZARDS.values():
    if "channel user" in allowed:
        allowed.add("own user")
for (model, method), allowed in METHODS.items():
    if "channel user" in allowed and model not in attack_channel.OF_AN_INTERMEDIARY:
        METHODS[model, method] = allowed | {"own user"}
# Whoever answers customers is an employee.
for rights in RIGHTS.values():
    for actor in ("agent", "voice manager") if "employee" in rights else ():
        rights.setdefault(actor, rights["employee"])
for allowed in (*WIZARDS.values(), *METHODS.values()):
    if "employee" in allowed:
        allowed.update(("agent", "voice manager"))
