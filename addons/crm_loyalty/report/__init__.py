from . import (
    crm_customer_signal,
    crm_need_prospect,
    crm_program_outcome,
    crm_purchase,
    crm_purchase_history,
    crm_purchase_line,
    loyalty_tier_amount,
)
