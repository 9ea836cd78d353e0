"""What the rules find and somebody has still to mend.

One line a finding, by the rule's name, as the rule words it without the line number and
what stands in brackets. An entry that its rule no longer finds fails as well, so that
this list only shrinks; it is empty when all is done.
"""

# ruff: noqa: E501
KNOWN: dict[str, set[str]] = {
    "cut_classes": {
        "addons/crm_loyalty/models/need/ crm.need.run",
        "addons/crm_loyalty/models/offer/ crm.offer.effect",
        "addons/crm_loyalty/models/program/ crm.customer.program",
        "addons/crm_loyalty/models/program/ crm.customer.program.member",
        "addons/crm_loyalty/models/segment/ crm.customer.segment",
        "addons/crm_loyalty/models/segment/ crm.lead",
        "addons/crm_loyalty/models/segment/ res.partner",
        "addons/crm_loyalty/models/tier/ account.move",
        "addons/crm_loyalty/models/tier/ loyalty.tier",
        "addons/crm_loyalty/models/tier/ loyalty.tier.benefit",
        "addons/crm_loyalty/models/tier/ loyalty.tier.program",
        "addons/crm_loyalty/models/tier/ res.partner",
    },
    "hooks_in_several_places": {},
    "misnamed_files": {
        "addons/crm_loyalty/models/tier/account_move_payment_term.py holds account.move",
        "addons/crm_loyalty/models/tier/account_move_tier.py holds account.move",
        "addons/crm_loyalty/models/tier/res_partner_tier.py holds res.partner",
        "addons/crm_loyalty/models/tier/res_partner_tier_benefits.py holds res.partner",
        "addons/crm_loyalty/models/tier/res_partner_tier_portal.py holds res.partner",
    },
    "models_from_below": {
        "addons/crm_loyalty/models/segment/crm_customer_segment.py names crm.need",
        "addons/crm_loyalty/models/segment/crm_customer_segment_circle.py names crm.customer.program",
        "addons/crm_loyalty/models/segment/crm_customer_segment_members.py names crm.partner.need",
        "addons/crm_loyalty/models/segment/res_partner.py names crm.partner.need",
    },
    "rules_behind_context_keys": {},
    "untranslated": {
        "addons/crm_suite/i18n/crm_suite.pot is missing: make i18n",
    },
}
