{
    "name": "Customer Tiers in Deliveries",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Deliveries have the priority that the customer's tier grants",
    "author": "Customer Suite maintainers",
    "license": "LGPL-3",
    "depends": ["crm_loyalty", "sale_stock"],
    "auto_install": True,
}
