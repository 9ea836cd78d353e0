from . import crm_purchase
from . import crm_purchase_history
