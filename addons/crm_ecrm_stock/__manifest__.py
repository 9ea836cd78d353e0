{
    "name": "Customer Voice in Deliveries",
    "version": "19.0.1.0.0",
    "category": "Services",
    "summary": "Goods that come back; customers asked after delivery",
    "author": "Customer Suite maintainers",
    "license": "LGPL-3",
    "depends": ["crm_ecrm", "sale_stock"],
    "data": ["views/ecrm_return_views.xml"],
    "demo": ["demo/touchpoint_demo.xml"],
    "auto_install": True,
}
