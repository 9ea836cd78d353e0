from datetime import date

from odoo.tests import HttpCase, new_test_user, tagged

from .price_common import TODAY, PriceCommon


@tagged("post_install", "-at_install")
class TestPricePortal(PriceCommon, HttpCase):
    """An intermediary reads what its level pays, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.name = "Pump of Borna"
        cls._published(TODAY, 10, 15, 25)
        cls._published(date(2027, 7, 1), 20, 15, 25)
        cls.shop = cls.env["res.partner"].create(
            {
                "name": "Shop",
                "is_company": True,
                "distribution_level_id": cls.retailer.id,
            }
        )
        for login, company in (("price_borna", cls.buyer), ("price_shop", cls.shop)):
            user = new_test_user(cls.env, login, "base.group_portal", password=login)
            user.partner_id.parent_id = company

    def _page(self, login, url="/my/channel/prices"):
        self.authenticate(login, login)
        return self.url_open(url)

    def test_each_sees_what_its_own_level_pays(self):
        """C139: now and next; nothing of costs, margins and others."""
        page = self._page("price_borna").text
        for shown in ("Pump of Borna", "66.67", "75.00", "Jul 1, 2027"):
            self.assertIn(shown, page)
        for hidden in ("60.00", "78.44", "104.59", "88.24"):
            self.assertNotIn(hidden, page)
        page = self._page("price_shop").text
        self.assertIn("78.44", page)
        self.assertNotIn("66.67", page)
        self.assertIn("/my/channel/prices", self._page("price_shop", "/my").text)

    def test_no_number_leads_to_another_s_list(self):
        """C139: the same answer for what is there and what is not."""
        pricelist = self._list_for(self.retailer)
        answers = {
            self._page("price_borna", f"/my/channel/prices/{number}").status_code
            for number in (pricelist.id, 2**30)
        }
        self.assertEqual(answers, {404})
        far = self._page("price_borna", "/my/channel/prices/page/999").text
        self.assertNotIn("78.44", far)

    def test_who_is_no_intermediary_has_no_such_page(self):
        user = new_test_user(
            self.env, "price_nobody", "base.group_portal", password="price_nobody"
        )
        self.assertEqual(self._page(user.login).status_code, 404)

    def test_another_company_s_list_is_seen_with_an_agreement(self):
        """C138: both are there, with the company."""
        other = self.env["res.company"].create({"name": "Sister"})
        plan = self._plan(
            0,
            0,
            products=self._product("Sister Valve", 0),
            company_id=other.id,
            currency_id=other.currency_id.id,
            valid_from=TODAY,
        )
        plan.product_ids.cost = 33
        plan.action_publish()
        self.assertNotIn("Sister Valve", self._page("price_borna").text)
        agreement = self.env["distribution.agreement"].create(
            {
                "partner_id": self.buyer.id,
                "company_id": other.id,
                "category_id": self.goods.id,
                "date_from": TODAY,
            }
        )
        agreement.action_activate()
        page = self._page("price_borna").text
        self.assertIn("Sister Valve", page)
        self.assertIn("Sister<", page)
