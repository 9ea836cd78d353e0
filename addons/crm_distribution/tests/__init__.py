from .deal import (
    test_channel_digest,
    test_channel_tours,
    test_conflict_notes,
    test_conflicts,
    test_deal_access,
    test_deal_races,
    test_first_page,
    test_map_changes,
    test_messages,
    test_own_intermediaries,
    test_portal_accessibility,
    test_portal_deals,
    test_registrations,
    test_what_others_learn,
)
from .lead import (
    test_odoo_assignment,
    test_offers,
    test_portal_leads,
    test_response,
    test_routing,
    test_routing_races,
)
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
from .policy import (
    test_admissions,
    test_agreements,
    test_grade_pricelists,
    test_policies,
    test_policy_rights,
    test_policy_tours,
)
from .price import (
    test_money_walk,
    test_price_plans,
    test_price_portal,
    test_waterfall,
)
from .sellout import (
    test_assortment,
    test_channel_stock,
    test_claim_corrections,
    test_claim_credits,
    test_claim_debts,
    test_sellout_portal,
    test_sellout_reading,
    test_sellout_reports,
)
from .target import test_joint_plans, test_targets
from .term import (
    test_money_pages,
    test_payments,
    test_scorecard,
    test_settlements,
    test_term_rights,
    test_terms,
)
