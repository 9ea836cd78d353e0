from . import crm_customer_act, crm_customer_value, crm_lead
