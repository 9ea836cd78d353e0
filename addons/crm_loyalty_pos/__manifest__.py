{
    "name": "Customer Value at the Point of Sale",
    "version": "19.0.1.3.0",
    "category": "Sales/CRM",
    "summary": "Purchases at the till count in a customer's history",
    "author": "Customer Suite maintainers",
    "license": "LGPL-3",
    "depends": ["crm_suite", "crm_loyalty", "pos_loyalty"],
    "data": [
        "security/ir.model.access.csv",
        "views/loyalty_point_entry_views.xml",
        "views/pos_order_views.xml",
    ],
    "auto_install": True,
}
