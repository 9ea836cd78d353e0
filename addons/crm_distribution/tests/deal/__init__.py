from . import (
    test_conflicts,
    test_deal_access,
    test_deal_races,
    test_portal_deals,
    test_registrations,
)
