from .policy import (
    test_admissions,
    test_agreements,
    test_grade_pricelists,
    test_policies,
)
