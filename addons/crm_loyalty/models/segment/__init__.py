from . import (
    crm_customer_segment,
    crm_customer_segment_purchase,
    crm_lead,
    product_product,
    product_template,
    res_partner,
    sale_order,
)
