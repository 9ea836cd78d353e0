{
    "name": "Channel and Resellers",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Leads that a policy covers go by the channel's rules, all others by "
    "Odoo's",
    "author": "Customer Suite maintainers",
    "license": "LGPL-3",
    "depends": ["crm_distribution", "website_crm_partner_assign"],
    "data": ["views/crm_lead_views.xml"],
    "auto_install": True,
}
