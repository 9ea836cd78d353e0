from . import (
    test_accessibility,
    test_company,
    test_mark,
    test_numbers,
    test_pages,
    test_protected,
    test_res_company,
    test_res_partner,
    test_text,
    test_tile,
    test_turn,
    test_work,
)
