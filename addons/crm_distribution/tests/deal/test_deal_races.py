from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestDealRaces(TransactionCase):
    """Real transactions beside each other; what they leave is removed."""

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            env = self.env(cr=cr)
            self.category = env["product.category"].create({"name": "Race Goods"}).id
            self.partners = (
                env["res.partner"]
                .create(
                    [{"name": f"Racer {name}", "is_company": True} for name in "XY"]
                )
                .ids
            )
            self.ceiling = env.company.distribution_registration_ceiling
            env.company.distribution_registration_ceiling = 2
        self.addCleanup(self.forget)
        self.one, self.two = (
            self.enterContext(self.registry.cursor()) for _number in range(2)
        )

    def forget(self):
        for cr in (self.one, self.two):
            cr.rollback()
        with self.registry.cursor() as cr:
            env = self.env(cr=cr)
            env.company.distribution_registration_ceiling = self.ceiling
            found = env["distribution.registration"].search(
                [("partner_id", "in", self.partners)]
            )
            found.state = "submitted"
            found.unlink()
            env["product.category"].browse(self.category).unlink()
            env["res.partner"].browse(self.partners).unlink()

    def snapshots(self):
        """Neither sees what the other will do."""
        for cr in (self.one, self.two):
            cr.rollback()
            cr.execute("SELECT 1")

    def submit(self, cr, partner, name):
        env = self.env(cr=cr)
        return env["distribution.registration"]._submit(
            env["res.partner"].browse(partner),
            env.company,
            {
                "customer_name": name,
                "customer_email": f"{name.lower()}@race.example",
                "category_id": self.category,
            },
        )

    def test_of_two_at_the_ceiling_one_is_taken(self):
        """C041: nine are open, and two come in one second."""
        x = self.partners[0]
        self.submit(self.one, x, "First")
        self.one.commit()
        self.snapshots()
        self.submit(self.one, x, "Second")
        self.one.commit()
        with self.assertRaises(SerializationFailure):
            self.submit(self.two, x, "Third")
        # the server tries again
        self.two.rollback()
        with self.assertRaises(ValidationError):
            self.submit(self.two, x, "Third")

    def test_a_double_click_is_one_registration(self):
        """C048: at one moment too."""
        x = self.partners[0]
        self.snapshots()
        first = self.submit(self.one, x, "First").id
        self.one.commit()
        with self.assertRaises(SerializationFailure):
            self.submit(self.two, x, "First")
        self.two.rollback()
        self.assertEqual(self.submit(self.two, x, "First").id, first)

    def test_of_two_holders_one_is_protected(self):
        ids = []
        for partner in self.partners:
            ids.append(self.submit(self.one, partner, "Same").id)
            self.one.commit()
        self.snapshots()
        deals = self.env["distribution.registration"].browse(ids)
        deals[0].with_env(self.env(cr=self.one))._approve()
        self.one.commit()
        other = deals[1].with_env(self.env(cr=self.two))
        with self.assertRaises(SerializationFailure):
            other._approve()
        self.two.rollback()
        self.env(cr=self.two).invalidate_all()
        with self.assertRaises(UserError):
            other._approve()
