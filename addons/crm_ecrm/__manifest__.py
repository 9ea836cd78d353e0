{
    "name": "Customer Voice",
    "version": "19.0.1.0.0",
    "category": "Services",
    "summary": "What customers say, what was done about it, and what they do without saying",
    "author": "Customer Suite maintainers",
    "license": "LGPL-3",
    "depends": ["crm_suite", "sale_crm", "portal_rating", "survey"],
    "data": [
        "security/crm_ecrm_groups.xml",
        "security/ir.model.access.csv",
        "security/crm_ecrm_rules.xml",
        "data/ir_sequence.xml",
        # preference
        # case
        # feedback
        # idea
        # insight
        # signal
        "views/suite_tile_views.xml",
        # portal
        "views/menus.xml",
    ],
    "demo": [
        # preference
        # case
        # feedback
        # idea
        # insight
    ],
    "assets": {
        "web.assets_tests": ["crm_ecrm/static/tests/tours/**/*"],
    },
    "application": True,
    "uninstall_hook": "_forget_names",
}
