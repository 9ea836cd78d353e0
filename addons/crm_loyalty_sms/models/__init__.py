from . import crm_customer_program, crm_customer_program_create
