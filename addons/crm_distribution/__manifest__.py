{
    "name": "Channel",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Who sells what where, who gets the lead, whose deal it is",
    "author": "Customer Suite maintainers",
    "license": "LGPL-3",
    "depends": [
        "crm_suite",
        "sale_crm",
        "sale_margin",
        "partnership",
        "portal",
        "web_hierarchy",
    ],
    "external_dependencies": {"python": ["rapidfuzz"]},
    "data": [
        "security/crm_distribution_groups.xml",
        "security/ir.model.access.csv",
        "security/crm_distribution_rules.xml",
        "data/ir_cron.xml",
        "data/distribution_level.xml",
        # network
        # policy
        # lead
        "data/mail_template.xml",
        "report/distribution_response_views.xml",
        "views/distribution_gap_views.xml",
        "views/distribution_route_views.xml",
        "views/crm_lead_views.xml",
        "views/res_partner_lead_views.xml",
        # deal
        "data/mail_template_registration.xml",
        "wizard/distribution_decision_views.xml",
        "views/distribution_registration_views.xml",
        "views/distribution_conflict_views.xml",
        "views/sale_order_views.xml",
        # portal
        "views/portal_lead_templates.xml",
        "views/portal_deal_templates.xml",
        "views/menus.xml",
    ],
    "demo": [],
    "application": True,
    "installable": True,
}
