from .feedback import (
    test_answer_races,
    test_answering,
    test_asking,
    test_case_feedback,
    test_feedback_tours,
    test_figures,
)
