from . import (
    test_partner_value,
    test_purchase_history,
    test_value_access,
    test_value_cron,
    test_value_run,
)
