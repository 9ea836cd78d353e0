from . import test_jobs, test_translations
from .leaving import test_leaving
from .need import (
    test_need_access,
    test_need_cron,
    test_need_prospect,
    test_need_stated,
    test_needs,
)
from .offer import (
    test_offer_advice,
    test_offer_enrolment,
    test_offer_quotation,
)
from .points import (
    test_point_accounts,
    test_point_dates,
    test_point_differences,
    test_point_entries,
    test_point_faults,
    test_point_liability,
    test_point_liability_entry,
    test_point_liability_rules,
    test_point_opening,
    test_point_portal,
    test_point_queries,
    test_point_quotations,
    test_point_refunds,
    test_point_rights,
    test_point_sequences,
    test_point_statements,
    test_point_switch,
    test_point_unmanaged,
)
from .program import (
    test_campaign_templates,
    test_program_access,
    test_program_author,
    test_program_cases,
    test_program_circle,
    test_program_control,
    test_program_enrol,
    test_program_leads,
    test_program_portal,
    test_program_result,
    test_program_stop,
    test_program_touch,
    test_program_tour,
    test_program_wizard,
)
from .purchase import (
    test_purchase_history,
    test_purchase_import,
    test_purchase_import_access,
    test_purchase_import_cron,
    test_purchase_import_customer,
    test_purchase_import_file,
    test_purchase_import_tour,
)
from .segment import (
    test_contactable,
    test_segment_access,
    test_segment_actions,
    test_segment_author,
    test_segment_criteria,
    test_segment_documents,
    test_segment_purchases,
    test_segment_tour,
)
from .tier import (
    test_tier_access,
    test_tier_benefits,
    test_tier_cases,
    test_tier_form,
    test_tier_points,
    test_tier_portal,
    test_tier_program,
    test_tier_refunds,
    test_tier_sequences,
    test_tier_tour,
    test_tiers,
)
from .value import (
    test_digest,
    test_partner_value,
    test_value_access,
    test_value_attributes,
    test_value_cron,
    test_value_returned,
    test_value_run,
    test_value_signal_sources,
    test_value_signals,
    test_value_tours,
)
