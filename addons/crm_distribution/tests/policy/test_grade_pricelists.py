from datetime import date, datetime

from freezegun import freeze_time

from odoo.tests import tagged

from .policy_common import PolicyCommon


@tagged("post_install", "-at_install")
class TestGradePricelists(PolicyCommon):
    """A level that an agreement grants gives its pricelist for that time, no longer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.group_user").sudo()._apply_group(
            cls.env.ref("product.group_product_pricelist")
        )
        Pricelist = cls.env["product.pricelist"]
        Pricelist.search([]).active = False
        cls.general, cls.gold_list, cls.own_list = Pricelist.create(
            [{"name": "General"}, {"name": "Gold"}, {"name": "Own", "sequence": 99}]
        )
        cls.gold = cls.env["res.partner.grade"].create(
            {"name": "Gold", "default_pricelist_id": cls.gold_list.id}
        )
        cls.contact = None

    def _on(self, *day):
        self.enterContext(freeze_time(datetime(2027, *day, 12)))

    def _list_of(self, partner, *day):
        with freeze_time(datetime(2027, *day, 12)):
            self.env.invalidate_all()
            return partner.property_product_pricelist

    def _agreed(self, **values):
        return self._agreement(
            self.a,
            grade_id=self.gold.id,
            date_from=date(2027, 1, 1),
            date_to=date(2027, 6, 30),
            **values,
        )

    def test_what_a_level_gave_ends_by_date_and_leaves_nothing(self):
        """C019: Gold until June, a contact made in May, the level taken in August."""
        self.a.grade_id = self.gold
        with freeze_time(datetime(2027, 4, 1, 12)):
            self._agreed()
        with freeze_time(datetime(2027, 5, 10, 12)):
            contact = self.env["res.partner"].create(
                {"name": "Dara", "parent_id": self.a.id}
            )
        written = contact.write_date
        self.assertEqual(self._list_of(contact, 5, 10), self.gold_list)
        self.assertEqual(self._list_of(contact, 6, 30), self.gold_list)
        # nobody has touched it
        self.assertEqual(self._list_of(contact, 7, 1), self.general)
        self.assertEqual(contact.write_date, written)
        with freeze_time(datetime(2027, 8, 1, 12)):
            self.a.grade_id = False
        for partner in (self.a, contact):
            self.assertEqual(self._list_of(partner, 8, 2), self.general)
            self.assertFalse(partner.specific_property_product_pricelist)
        late = self.env["res.partner"].create({"name": "Eli", "parent_id": self.a.id})
        self.assertEqual(self._list_of(late, 8, 2), self.general)

    def test_it_ends_by_date_for_contacts_too(self):
        self._agreed()
        contact = self.env["res.partner"].create(
            {"name": "Dara", "parent_id": self.a.id}
        )
        for partner in (self.a, contact):
            self.assertEqual(self._list_of(partner, 5, 10), self.gold_list)
            self.assertEqual(self._list_of(partner, 6, 30), self.gold_list)
            self.assertEqual(self._list_of(partner, 7, 1), self.general)
        self.assertEqual(self._list_of(self.b, 5, 10), self.general)

    def test_odoos_own_level_ends_with_it_and_leaves_nothing(self):
        self._agreed()
        self.a.grade_id = self.gold
        contact = self.env["res.partner"].create(
            {"name": "Dara", "parent_id": self.a.id}
        )
        for partner in (self.a, contact):
            self.assertEqual(self._list_of(partner, 6, 30), self.gold_list)
            self.assertEqual(self._list_of(partner, 7, 1), self.general)
        self.a.grade_id = False
        for partner in (self.a, contact):
            self.assertFalse(partner.specific_property_product_pricelist)
            self.assertEqual(self._list_of(partner, 9, 1), self.general)

    def test_a_pricelist_of_the_customers_own_stays(self):
        self._agreed()
        self.a.specific_property_product_pricelist = self.own_list
        for day in ((5, 10), (7, 1)):
            self.assertEqual(self._list_of(self.a, *day), self.own_list)

    def test_a_suspended_agreement_gives_no_price(self):
        self._agreed().action_suspend()
        self.assertEqual(self._list_of(self.a, 5, 10), self.general)

    def test_without_agreements_odoo_does_as_ever(self):
        self.a.grade_id = self.gold
        self.a.grade_id = False
        self.assertEqual(self._list_of(self.a, 5, 10), self.gold_list)
