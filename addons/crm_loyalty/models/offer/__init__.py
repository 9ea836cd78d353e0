from . import (
    crm_customer_program,
    crm_offer_advice,
    crm_offer_effect,
    crm_offer_overrule,
    loyalty_program,
    loyalty_reward,
    res_company,
    res_config_settings,
    sale_order,
)
