from . import (
    account_move,
    distribution_claim_line,
    distribution_stock,
    distribution_stock_bucket,
    res_company,
    res_config_settings,
)
