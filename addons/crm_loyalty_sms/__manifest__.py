{
    "name": "Campaigns by Text Message",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Campaigns contact their members by text message",
    "author": "Customer Suite maintainers",
    "license": "LGPL-3",
    "depends": ["crm_loyalty", "sms"],
    "auto_install": True,
}
