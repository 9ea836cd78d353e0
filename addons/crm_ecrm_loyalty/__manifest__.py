{
    "name": "Customer Voice and Loyalty",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Points, tier and offers beside what a customer said; what he said, "
    "beside his value",
    "author": "Customer Suite maintainers",
    "license": "LGPL-3",
    "depends": ["crm_ecrm", "crm_loyalty"],
    "data": [
        "views/crm_need_views.xml",
        "views/crm_partner_need_views.xml",
        "views/ecrm_case_views.xml",
        "views/ecrm_team_views.xml",
        "views/portal_figures_templates.xml",
    ],
    "demo": ["demo/loyal_voice_demo.xml"],
    "auto_install": True,
    "uninstall_hook": "_forget_levels",
}
