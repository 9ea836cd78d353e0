from . import (
    crm_customer_segment,
    crm_customer_segment_circle,
    crm_customer_segment_members,
    crm_customer_segment_purchase,
    crm_lead,
    crm_lead_contactable,
    product_product,
    product_template,
    res_partner,
    res_partner_contactable,
    sale_order,
)
