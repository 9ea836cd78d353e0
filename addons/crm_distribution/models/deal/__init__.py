from . import (
    crm_lead,
    distribution_conflict,
    distribution_matched_mixin,
    distribution_registration,
    res_company,
    res_config_settings,
    res_partner,
    sale_order,
)
