from . import (
    crm_customer_segment,
    crm_need,
    crm_need_run,
    crm_partner_need,
    res_partner,
)
