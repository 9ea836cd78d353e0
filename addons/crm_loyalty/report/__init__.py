from . import crm_purchase, crm_purchase_history
