from . import (
    crm_customer_program_member,
    crm_need,
    crm_partner_need,
    crm_value_run,
    ecrm_case,
    ecrm_team_promise,
    res_partner,
)
