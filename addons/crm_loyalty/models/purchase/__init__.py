from . import (
    crm_purchase_import,
    crm_purchase_import_asking,
    crm_purchase_import_issue,
    crm_purchase_import_item,
    crm_purchase_import_line,
    crm_purchase_import_loading,
    crm_purchase_import_part,
    crm_purchase_import_question,
    crm_purchase_import_reading,
    crm_purchase_import_work,
    res_partner,
    sale_order,
)
