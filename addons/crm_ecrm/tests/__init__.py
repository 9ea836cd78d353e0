# case
from .case import (
    test_case_clocks,
    test_case_figures,
    test_case_mails,
    test_case_pages,
    test_case_tours,
)

# feedback
from .feedback import (
    test_answer_races,
    test_answering,
    test_asking,
    test_case_feedback,
    test_feedback_tours,
    test_figures,
)
