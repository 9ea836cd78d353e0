from lxml import html

from odoo.tests import HttpCase, new_test_user

from .points.point_common import PointCommon


class PortalCommon(PointCommon, HttpCase):
    """A customer and a company's contact who log in to see their pages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.point_valid_days = 90
        cls.user = cls._login("points_customer")
        cls.customer = cls.user.partner_id
        cls.company_customer = cls.env["res.partner"].create(
            {"name": "Dana Trading", "is_company": True}
        )
        cls.contact = cls._login("points_contact")
        cls.contact.partner_id.parent_id = cls.company_customer

    @classmethod
    def _login(cls, login):
        return new_test_user(cls.env, login, "base.group_portal", password=login)

    def _page(self, login, url):
        self.authenticate(login, login)
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, 200, url)
        return answer, html.fromstring(answer.text)

    def _text(self, page, xpath):
        return [" ".join(node.text_content().split()) for node in page.xpath(xpath)]
