# Each after those that it inherits from.
from . import (  # noqa: I001
    res_company,
    res_partner,
    suite_company_mixin,
    suite_customer_data_mixin,
    suite_import_mixin,
    suite_import_part,
    suite_job_mixin,
    suite_number_mixin,
    suite_protected_mixin,
    suite_share_mixin,
    suite_condition_mixin,
    suite_key_mixin,
    suite_merged_contact,
    suite_tile,
    suite_trade,
    suite_turn,
)
