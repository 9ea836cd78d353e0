# case
from .case import (
    test_case_clocks,
    test_case_figures,
    test_case_mails,
    test_case_pages,
    test_case_tours,
)
