# Each after those that it reads.
from . import (  # noqa: I001
    res_company,
    res_config_settings,
    res_partner,
    distribution_criterion,
    distribution_scope_mixin,
    distribution_policy,
    distribution_admission,
    distribution_admission_line,
    distribution_agreement,
    distribution_agreement_exclusivity,
    distribution_agreement_portal,
    distribution_agreement_term,
    distribution_territory,
    product_category,
    product_pricelist,
)
