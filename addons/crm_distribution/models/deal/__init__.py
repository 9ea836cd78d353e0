from . import distribution_matched_mixin
from . import res_company
from . import res_config_settings
from . import res_partner
from . import crm_lead
from . import distribution_registration
from . import distribution_conflict
from . import sale_order
