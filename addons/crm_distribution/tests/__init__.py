from .network import (
    test_contact_efficiency,
    test_coverage,
    test_link,
    test_network_import,
    test_network_races,
    test_network_rights,
    test_outlet,
    test_territory,
)
