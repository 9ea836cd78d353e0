"""What the rules find and somebody has still to mend.

One line a finding, by the rule's name, as the rule words it without the line number and
what stands in brackets. An entry that its rule no longer finds fails as well, so that
this list only shrinks; it is empty when all is done.
"""

# ruff: noqa: E501
KNOWN: dict[str, set[str]] = {
    "cut_classes": {
        "addons/crm_loyalty/models/need/ crm.need.run",
        "addons/crm_loyalty/models/points/ account.move",
        "addons/crm_loyalty/models/points/ loyalty.card",
        "addons/crm_loyalty/models/points/ loyalty.point.liability",
        "addons/crm_loyalty/models/points/ loyalty.program",
        "addons/crm_loyalty/models/points/ sale.order",
        "addons/crm_loyalty/models/program/ crm.customer.program",
        "addons/crm_loyalty/models/program/ crm.customer.program.member",
        "addons/crm_loyalty/models/segment/ crm.customer.segment",
        "addons/crm_loyalty/models/segment/ crm.lead",
        "addons/crm_loyalty/models/segment/ res.partner",
        "addons/crm_loyalty_pos/models/ pos.order",
    },
    "hooks_in_several_places": {
        "addons/crm_loyalty/ loyalty.card._compute_points_display",
    },
    "misnamed_files": {
        "addons/crm_loyalty/models/points/sale_order_loyalty.py holds sale.order",
        "addons/crm_loyalty/models/points/sale_order_points.py holds sale.order",
    },
    "models_from_below": {
        "addons/crm_loyalty/models/segment/crm_customer_segment.py names crm.need",
        "addons/crm_loyalty/models/segment/crm_customer_segment_circle.py names crm.customer.program",
        "addons/crm_loyalty/models/segment/crm_customer_segment_members.py names crm.partner.need",
        "addons/crm_loyalty/models/segment/res_partner.py names crm.partner.need",
    },
    "rules_behind_context_keys": {
        "addons/crm_loyalty/models/points/sale_order_loyalty.py points_currency",
        "addons/crm_loyalty_pos/models/loyalty_card.py till_sale",
    },
    "untranslated": {
        "addons/crm_suite/i18n/crm_suite.pot is missing: make i18n",
    },
}
