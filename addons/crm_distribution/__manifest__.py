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
        "wizard/distribution_network_import_views.xml",
        "report/distribution_coverage_views.xml",
        "report/distribution_contact_efficiency_views.xml",
        "views/distribution_handling_views.xml",
        "views/distribution_outlet_views.xml",
        "views/distribution_link_views.xml",
        "views/distribution_territory_views.xml",
        "views/distribution_level_views.xml",
        "views/distribution_partner_views.xml",
        # policy
        # lead
        # deal
        # portal
        "views/menus.xml",
    ],
    "demo": ["demo/network_demo.xml"],
    "application": True,
    "installable": True,
}
