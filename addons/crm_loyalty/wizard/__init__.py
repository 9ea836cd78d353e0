from . import (
    base_partner_merge_automatic_wizard,
    crm_customer_program_create,
    crm_offer_overrule_wizard,
    crm_segment_opportunity,
    loyalty_card_update_balance,
    loyalty_generate_wizard,
    loyalty_ledger_switch,
    loyalty_ledger_switch_line,
    loyalty_tier_simulation,
    loyalty_tier_simulation_customer,
    loyalty_tier_simulation_line,
)
