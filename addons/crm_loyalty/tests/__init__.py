from . import (
    test_partner_value,
    test_purchase_history,
    test_purchase_import,
    test_purchase_import_access,
    test_purchase_import_cron,
    test_purchase_import_customer,
    test_purchase_import_file,
    test_purchase_import_tour,
    test_value_access,
    test_value_cron,
    test_value_run,
    test_value_tours,
)
