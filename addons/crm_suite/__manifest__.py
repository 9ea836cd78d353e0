{
    "name": "Customer Suite",
    "version": "19.0.1.1.0",
    "category": "Sales/CRM",
    "summary": "The common ground of the customer add-ons",
    "author": "Customer Suite maintainers",
    "license": "LGPL-3",
    "depends": ["crm", "mail"],
    "external_dependencies": {"python": ["numpy"]},
    "data": [
        "security/ir.model.access.csv",
        "security/crm_suite_rules.xml",
        "views/suite_tile_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["crm_suite/static/src/**/*"],
        "web.assets_tests": ["crm_suite/static/tests/tours/**/*"],
    },
}
