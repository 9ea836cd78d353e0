from . import crm_purchase
