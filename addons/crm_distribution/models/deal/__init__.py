# Each after those that it reads.
from . import (  # noqa: I001
    distribution_matched_mixin,
    res_company,
    res_config_settings,
    res_partner,
    crm_lead,
    distribution_agreement,
    distribution_message,
    distribution_registration,
    distribution_registration_decision,
    distribution_registration_portal,
    distribution_conflict,
    sale_order,
    sale_order_line,
    distribution_policy,
)
