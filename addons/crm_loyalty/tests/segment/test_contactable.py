from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_suite.models.res_partner import MEDIA


@tagged("post_install", "-at_install")
class TestContactable(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"]
        cls.nobody, cls.somebody, cls.blocked = cls.partners.create(
            [
                {"name": "No Address"},
                *(
                    {
                        "name": name,
                        "email": f"{name}@example.com",
                        "phone": phone,
                        "country_id": cls.env.ref("base.be").id,
                        "street": "Main Street 1",
                        "city": "Ghent",
                    }
                    for name, phone in (
                        ("somebody", "+32470000001"),
                        ("blocked", "+32470000002"),
                    )
                ),
            ]
        )
        cls.env["mail.blacklist"].create({"email": "blocked@example.com"})
        cls.env["phone.blacklist"].create({"number": "+32470000002"})
        cls.all = cls.nobody | cls.somebody | cls.blocked

    def test_address_and_blacklist_decide(self):
        for medium in ("email", "sms", "phone"):
            self.assertEqual(
                self.all._may_contact(medium, "marketing"), self.somebody, medium
            )
        self.assertEqual(
            self.all._may_contact("post", "marketing"), self.somebody | self.blocked
        )
        self.assertFalse(self.all._may_contact("portal", "marketing"))

    def test_who_wants_no_offers_still_gets_answers(self):
        for medium in ("email", "sms", "phone"):
            self.assertEqual(
                self.all._may_contact(medium, "service"), self.somebody | self.blocked
            )

    def test_portal_takes_a_portal_user(self):
        self.env["res.users"].create(
            {
                "login": "customer",
                "partner_id": self.nobody.id,
                "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)],
            }
        )
        self.assertEqual(self.all._may_contact("portal", "service"), self.nobody)

    def test_record_search_and_domain_agree(self):
        for medium, _label in MEDIA:
            name = f"contactable_by_{medium}"
            allowed = self.all._may_contact(medium, "marketing")
            self.assertEqual(self.all.filtered(name), allowed)
            own = ("id", "in", self.all.ids)
            self.assertEqual(self.partners.search([own, (name, "=", True)]), allowed)
            self.assertEqual(
                self.partners.search([own, (name, "=", False)]), self.all - allowed
            )

    def test_archived_contact_may_be_asked_for(self):
        self.somebody.active = False
        self.assertTrue(self.somebody._may_contact("email", "service"))

    def test_blacklist_that_is_lifted_counts_no_more(self):
        self.env["mail.blacklist"].search(
            [("email", "=", "blocked@example.com")]
        ).active = False
        self.assertTrue(self.blocked._may_contact("email", "marketing"))

    def test_unknown_medium_is_an_error(self):
        with self.assertRaises(ValueError):
            self.all._may_contact("pigeon", "marketing")

    def test_one_query_for_any_number(self):
        many = self.partners.create([{"name": str(n)} for n in range(50)])
        self.env.flush_all()
        self.somebody._may_contact("email", "marketing")
        for contacts in (self.somebody, many):
            with self.assertQueryCount(1):
                contacts._may_contact("email", "marketing")
