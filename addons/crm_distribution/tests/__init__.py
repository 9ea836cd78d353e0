from .lead import (
    test_offers,
    test_portal_leads,
    test_response,
    test_routing,
    test_routing_races,
)
from .policy import (
    test_admissions,
    test_agreements,
    test_grade_pricelists,
    test_policies,
)
