from . import (
    crm_customer_value,
    crm_lead,
    crm_value_batch,
    crm_value_run,
    crm_value_run_signals,
    digest_digest,
    res_company,
    res_config_settings,
    res_partner,
    sale_order,
)
