from . import (
    account_move,
    account_payment_term,
    crm_customer_segment,
    crm_customer_value,
    loyalty_tier,
    loyalty_tier_benefit,
    loyalty_tier_gesture,
    loyalty_tier_membership,
    loyalty_tier_program,
    product_pricelist,
    res_partner,
    sale_order,
)
