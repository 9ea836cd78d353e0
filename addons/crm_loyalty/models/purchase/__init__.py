from . import (
    crm_purchase_import,
    crm_purchase_import_issue,
    crm_purchase_import_line,
    crm_purchase_import_reading,
    res_partner,
    sale_order,
)
