{
    "name": "Channel in Deliveries",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Stock in the channel from deliveries instead of invoices",
    "author": "Customer Suite maintainers",
    "license": "LGPL-3",
    "depends": ["crm_distribution", "sale_stock"],
    "data": [
        "views/distribution_stock_bucket_views.xml",
        "views/res_config_settings_views.xml",
    ],
    "auto_install": True,
}
