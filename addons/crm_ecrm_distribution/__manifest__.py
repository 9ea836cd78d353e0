{
    "name": "Customer Voice in the Channel",
    "version": "19.0.1.0.0",
    "category": "Services",
    "summary": "What comes back of what each intermediary sold",
    "author": "Customer Suite maintainers",
    "license": "LGPL-3",
    "depends": ["crm_ecrm", "crm_distribution"],
    "data": ["views/ecrm_return_views.xml"],
    "auto_install": True,
}
