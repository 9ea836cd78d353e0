from datetime import datetime
from unittest.mock import patch

from odoo.fields import Domain
from odoo.tests import TransactionCase

from ..models.res_partner import MEDIA, ResPartner


class TestMayContact(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"].create(
            [{"name": "B"}, {"name": "A", "active": False}, {"name": "C"}]
        )

    def answer(self, domain):
        """Have the hook's answer, whatever other add-ons make of it."""
        model = self.registry["res.partner"]
        return self.enterContext(
            patch.object(model, "_may_contact_domain", return_value=domain)
        )

    def may_contact(self, *args):
        return ResPartner._may_contact(self.partners, *args)

    def test_hook_says_yes(self):
        for medium, _label in MEDIA:
            domain = ResPartner._may_contact_domain(self.partners, medium, "service")
            self.assertTrue(domain.is_true())
        with self.assertRaises(ValueError):
            ResPartner._may_contact_domain(self.partners, "drum", "service")

    def test_all_may_be_contacted_without_a_query(self):
        self.answer(Domain.TRUE)
        with self.assertQueryCount(0):
            allowed = self.may_contact("email", "marketing")
        self.assertEqual(allowed, self.partners)

    def test_those_of_the_domain_may_be_contacted_in_their_sequence(self):
        moment = datetime(2026, 1, 1)
        hook = self.answer(Domain("name", "in", ("A", "B")))
        with self.assertQueryCount(1):
            allowed = self.may_contact("sms", "service", moment)
        self.assertEqual(allowed, self.partners[:2])
        hook.assert_called_once_with("sms", "service", moment)
