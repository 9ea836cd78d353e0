from . import (
    test_pos_cases,
    test_pos_exchange,
    test_pos_lines,
    test_pos_point_rights,
    test_pos_points,
    test_pos_purchase,
    test_pos_refunds,
    test_pos_sequences,
)
