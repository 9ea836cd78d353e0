from . import (
    crm_need,
    crm_need_run,
    crm_need_run_write,
    crm_partner_need,
)
