from . import crm_customer_program
