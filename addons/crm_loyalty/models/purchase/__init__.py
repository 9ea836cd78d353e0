from . import (
    crm_purchase_import,
    crm_purchase_import_customer,
    crm_purchase_import_issue,
    crm_purchase_import_line,
    crm_purchase_import_load,
    crm_purchase_import_process,
    crm_purchase_import_reading,
)
