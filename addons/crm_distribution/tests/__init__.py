from .lead import (
    test_offers,
    test_portal_leads,
    test_response,
    test_routing,
    test_routing_races,
)
