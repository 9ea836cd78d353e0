from . import crm_customer_signal
