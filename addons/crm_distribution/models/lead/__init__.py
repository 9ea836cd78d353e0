# Each after those that it reads.
from . import (  # noqa: I001
    res_company,
    res_config_settings,
    distribution_gap,
    distribution_message,
    distribution_talk_mixin,
    distribution_route,
    distribution_route_portal,
    distribution_routing,
    crm_lead,
    distribution_agreement,
    crm_team,
    res_partner,
)
