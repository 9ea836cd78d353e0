from unittest.mock import patch

from lxml import etree

from odoo.sql_db import Cursor
from odoo.tests import new_test_user, tagged

from .tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTierForm(TierCommon):
    """A contact's form looks its tier up once, whatever the tier grants."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.group_user").sudo()._apply_group(
            cls.env.ref("product.group_product_pricelist")
        )
        pricelist = cls.env["product.pricelist"].create({"name": "Gold"})
        cls._benefit(cls.silver, "pricelist", pricelist_id=pricelist.id)
        cls.pricelist = pricelist
        cls._spend(600)
        cls.seller = new_test_user(
            cls.env(su=True),
            "form_seller",
            "sales_team.group_sale_salesman",
            company_id=cls.company.id,
        )

    def _opened(self, partner):
        """What the form shows, and the queries that looked a tier up for it."""
        partner = partner.with_user(self.seller)
        arch = etree.fromstring(
            partner.get_view(
                self.env.ref("base.view_partner_form").id, view_type="form"
            )["arch"]
        )
        names = {
            node.get("name")
            for node in arch.iter("field")
            if not any(above.tag == "field" for above in node.iterancestors())
        }
        self.assertLessEqual({"customer_tier_id", "property_product_pricelist"}, names)
        spec = dict.fromkeys(names, {})
        # what the first one of the day fills for all
        partner.web_read(spec)
        self.env.flush_all()
        self.env.invalidate_all()
        asked, execute = [], Cursor.execute

        def note(cursor, query, *args, **kwargs):
            text = str(getattr(query, "code", query))
            if "loyalty_tier_membership" in text:
                asked.append(text)
            return execute(cursor, query, *args, **kwargs)

        with patch.object(Cursor, "execute", note):
            [shown] = partner.web_read(spec)
        return shown, asked

    def test_the_form_asks_once(self):
        shown, asked = self._opened(self.customer)
        self.assertEqual(shown["customer_tier_id"], self.silver.id)
        self.assertEqual(shown["property_product_pricelist"], self.pricelist.id)
        self.assertEqual(len(asked), 1, "\n\n".join(asked))

    def test_a_new_day_is_looked_up_anew(self):
        self._opened(self.customer)
        self._go(365 + 31)
        customer = self.customer.with_user(self.seller)
        self.assertFalse(customer._tier_benefits("pricelist"))
        self._spend(600)
        self.assertTrue(customer._tier_benefits("pricelist"))
