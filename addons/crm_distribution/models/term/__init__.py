# Each after those that it reads.
from . import (  # noqa: I001
    product_template,
    res_company,
    res_config_settings,
    distribution_term,
    distribution_term_tier,
    distribution_accrual,
    distribution_accrual_earning,
    distribution_accrual_release,
    distribution_settlement,
    distribution_settlement_line,
    distribution_settlement_portal,
    distribution_sellout,
    account_move,
    account_partial_reconcile,
    sale_order,
    sale_order_line,
)
