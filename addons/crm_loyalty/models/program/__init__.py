from . import (
    crm_customer_program,
    crm_customer_program_enrolment,
    crm_customer_program_member,
    crm_customer_program_preview,
    crm_customer_program_result,
    crm_customer_segment,
    crm_lead,
    mail_mail,
    mailing_mailing,
    res_partner,
    sale_order,
)
