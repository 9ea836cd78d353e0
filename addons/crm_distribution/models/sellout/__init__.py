# Each after those that it reads.
from . import (  # noqa: I001
    res_company,
    res_config_settings,
    distribution_reporter,
    distribution_reporter_word,
    distribution_sellout,
    distribution_sellout_line,
    distribution_sellout_part,
    distribution_sellout_problem,
    distribution_sellout_reading,
    distribution_sellout_acceptance,
    distribution_sellout_portal,
    distribution_stock,
    distribution_stock_bucket,
    distribution_special_price,
    distribution_claim,
    distribution_claim_line,
)
