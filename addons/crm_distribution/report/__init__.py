from . import (
    distribution_attainment,
    distribution_contact_efficiency,
    distribution_coverage,
    distribution_response,
    distribution_route_candidate,
    distribution_waterfall,
    distribution_waterfall_step,
)
