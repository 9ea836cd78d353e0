from odoo.exceptions import AccessError, ValidationError
from odoo.tests import BaseCase, TransactionCase

from ..tools.pages import page_number, whole_or_nothing


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


class TestWholeOrNothing(TransactionCase):
    def test_what_was_written_before_a_refusal_is_taken_back(self):
        partners = self.env["res.partner"]
        for error in (ValidationError("No"), AccessError("No"), None, ValueError("No")):
            with self.subTest(error=error):
                name = f"Written before {error!r}"
                try:
                    with whole_or_nothing(self.env) as attempt:
                        partners.create({"name": name})
                        if error:
                            raise error
                except ValueError as raised:
                    self.assertIs(raised, error, "what is no refusal is no page's")
                else:
                    self.assertEqual(attempt.refusal, "No" if error else "")
                left = partners.search_count([("name", "=", name)])
                self.assertEqual(left, 0 if error else 1)
