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
        "wizard/distribution_agreement_start_views.xml",
        "wizard/distribution_policy_propose_views.xml",
        "wizard/distribution_policy_what_if_views.xml",
        "views/distribution_policy_views.xml",
        "views/distribution_criterion_views.xml",
        "views/distribution_admission_views.xml",
        "views/distribution_agreement_views.xml",
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
        "views/res_config_settings_views.xml",
        "data/digest_data.xml",
        "views/digest_views.xml",
        "views/suite_tile_views.xml",
        # portal
        "views/portal_lead_templates.xml",
        "views/portal_deal_templates.xml",
        "views/menus.xml",
    ],
    "demo": [
<<<<<<< HEAD
        "demo/network_demo.xml",
        "demo/policy_demo.xml",
=======
        # network
        "demo/network_demo.xml",
        # policy
        "demo/policy_demo.xml",
        # deal
>>>>>>> ch-policy
        "demo/deal_demo.xml",
    ],
    "application": True,
    "installable": True,
}
