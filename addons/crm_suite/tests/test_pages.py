from odoo.tests import BaseCase

from ..tools.pages import page_number


class TestPages(BaseCase):
    def test_what_is_no_number_is_the_first_page(self):
        for sent, page in (
            (1, 1),
            ("3", 3),
            ("۳", 3),
            ("²", 1),
            ("-2", 1),
            ("1e9", 1),
            ("", 1),
            (None, 1),
            # so far that a pager shows its last
            ("9" * 5000, 999_999_999),
        ):
            with self.subTest(str(sent)[:9]):
                self.assertEqual(page_number(sent), page)
