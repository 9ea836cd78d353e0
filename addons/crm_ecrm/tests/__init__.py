from .case import (
    test_case_absences,
    test_case_clocks,
    test_case_common_causes,
    test_case_doors,
    test_case_figures,
    test_case_mail_limits,
    test_case_mails,
    test_case_pages,
    test_case_tours,
    test_case_words,
    test_first_team,
)
from .entry import (
    test_link_wishes,
    test_merged_contacts,
    test_portal_accessibility,
    test_portal_figures,
    test_portal_list,
)
from .feedback import (
    test_answer_races,
    test_answering,
    test_asking,
    test_case_feedback,
    test_departures,
    test_feedback_reasons,
    test_feedback_tours,
    test_figures,
)
from .idea import test_idea_tours, test_ideas, test_portal_ideas
from .insight import test_insights
from .preference import test_portal_preferences, test_preferences
from .signal import (
    test_signal_days,
    test_signal_weights,
    test_signals,
    test_talk,
    test_voice_digest,
)
