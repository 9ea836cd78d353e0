{
    "name": "Customer Value and Loyalty",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "What each customer is worth, who is leaving and when to act",
    "author": "Customer Suite maintainers",
    "license": "LGPL-3",
    "depends": ["sale_crm", "sale_loyalty", "sale_margin", "mass_mailing_sale"],
    "external_dependencies": {"python": ["numpy", "scipy"]},
    "data": [],
    "demo": [],
    "installable": True,
    "application": True,
}
