{
    "name": "Customer Voice in Mailings",
    "version": "19.0.1.0.0",
    "category": "Services",
    "summary": "Mailings that people read, and not their mail programs, as signals",
    "author": "Customer Suite maintainers",
    "license": "LGPL-3",
    "depends": ["crm_ecrm", "mass_mailing"],
    "data": [
        "security/ir.model.access.csv",
        "security/crm_ecrm_mailing_rules.xml",
        "report/ecrm_mailing_reading_views.xml",
        "views/mailing_mailing_views.xml",
        "views/menus.xml",
    ],
    "demo": ["demo/mailing_demo.xml"],
    "auto_install": True,
}
