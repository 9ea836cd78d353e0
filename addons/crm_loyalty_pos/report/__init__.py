from . import (
    crm_program_outcome,
    crm_purchase,
    crm_purchase_line,
    loyalty_tier_amount,
)
