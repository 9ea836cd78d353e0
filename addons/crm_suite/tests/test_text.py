from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase

from ..tools.text import check_link, is_link, plain_cell

LINKS = (
    "https://example.com",
    "http://example.com:8069/a?b=c#d",
    "https://example.com/@name",
    "HTTPS://example.com/",
    "https://[::1]/",
    "https://مثال.example/",
    "/",
    "/shop?category=1",
    "/فروشگاه",
    "/a//b",
)
NO_LINKS = (
    "javascript:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "mailto:a@example.com",
    "//elsewhere.example",
    "/\\elsewhere.example",
    "\\\\elsewhere.example",
    "/a\\b",
    "/\t/elsewhere.example",
    "/a\r\nSet-Cookie: b=c",
    "https://example.com/\r\nLocation: https://elsewhere.example",
    "https://example.com/\n",
    "https://example.com/\x00",
    "https://example.com/\x85",
    "https://example.com/\u2028",
    "https://example.com/\u202etxt.exe",
    "https://example.com/a b",
    "https://example.com@elsewhere.example/",
    "https://",
    "https:///elsewhere.example",
    "https:elsewhere.example",
    "https://[elsewhere",
    "https://example.com:99999/",
    "ftp://example.com",
    "shop",
    "",
)
CELLS = {
    "=1+1": "'=1+1",
    "+cmd": "'+cmd",
    "-cmd": "'-cmd",
    "@SUM(A1)": "'@SUM(A1)",
    "＝1+1": "'＝1+1",
    "\t=1": "'\t'=1",
    "\rtext": "'\rtext",
    "\ntext": "'\ntext",
    "  =1": "  '=1",
    "a;=1": "a;'=1",
    "a\t=1": "a\t'=1",
    "a,=1": "a,'=1",
    "a\n=1": "a\n'=1",
    'a;"=1"': 'a;"\'=1"',
    "a; @b;-c": "a; '@b;'-c",
    "-1,-cmd": "'-1,'-cmd",
}
PLAIN = (
    "",
    "Anna",
    "a=b",
    "a - b; c + d",
    "anna@example.com",
    "1,5",
    "-1.5",
    "+98 21 123",
    -1.5,
    7,
    None,
    False,
)


class TestText(TransactionCase):
    def test_links(self):
        for url in LINKS:
            with self.subTest(url):
                self.assertTrue(is_link(url))
                check_link(self.env, url)

    def test_what_is_no_link(self):
        for url in NO_LINKS:
            with self.subTest(url):
                self.assertFalse(is_link(url))
                if url:
                    with self.assertRaises(ValidationError):
                        check_link(self.env, url)
        check_link(self.env, "")
        check_link(self.env, False)

    def test_cells_carry_no_formula(self):
        for text, expected in CELLS.items():
            with self.subTest(text):
                self.assertEqual(plain_cell(text), expected)
                self.assertEqual(plain_cell(expected), expected)

    def test_plain_cells_stay(self):
        for value in PLAIN:
            with self.subTest(value):
                self.assertIs(plain_cell(value), value)
