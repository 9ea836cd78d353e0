from . import (
    distribution_attainment,
    distribution_balance,
    distribution_contact_efficiency,
    distribution_coverage,
    distribution_economics,
    distribution_response,
    distribution_route_candidate,
    distribution_scorecard,
    distribution_sellout_change,
    distribution_sellout_month,
    distribution_waterfall,
    distribution_waterfall_step,
)
