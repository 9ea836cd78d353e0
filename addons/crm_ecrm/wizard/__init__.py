from . import (
    base_partner_merge_automatic_wizard,
    ecrm_case_answer,
    ecrm_consent_note,
    ecrm_departure_note,
    ecrm_idea_answer,
    ecrm_idea_merge,
    ecrm_insight_add,
)
