from psycopg2.errors import SerializationFailure

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import TransactionCase
from odoo.tools import mute_logger


class TestNetworkRaces(TransactionCase):
    """Real transactions beside each other; what they leave is removed."""

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            env = self.env(cr=cr)
            self.country = (
                env["res.country"].create({"name": "Race Land", "code": "X9"}).id
            )
            self.partners = (
                env["res.partner"]
                .create(
                    [{"name": f"Racer {name}", "is_company": True} for name in "AB"]
                )
                .ids
            )
        self.addCleanup(self.forget)
        self.one, self.two = (
            self.enterContext(self.registry.cursor()) for _number in range(2)
        )
        # the second has its snapshot before the first decides
        for cr in (self.one, self.two):
            cr.execute("SELECT 1")

    def forget(self):
        for cr in (self.one, self.two):
            cr.rollback()
        with self.registry.cursor() as cr:
            env = self.env(cr=cr)
            env["distribution.link"].search(
                [("supplier_id", "in", self.partners)]
            ).unlink()
            env["distribution.territory"].search(
                [("area_ids.country_id", "=", self.country)]
            ).unlink()
            env["res.partner"].browse(self.partners).unlink()
            env["res.country"].browse(self.country).unlink()

    def race(self, first, second):
        """The first one commits; the second fails, is retried and is refused."""
        first(self.env(cr=self.one))
        self.one.commit()
        with self.assertRaises(SerializationFailure):
            second(self.env(cr=self.two))
        self.two.rollback()
        with self.assertRaises(ValidationError):
            second(self.env(cr=self.two))

    def test_two_draw_the_same_area(self):
        """C006: of two at one moment one is refused."""

        def draw(name, first, last):
            area = {"country_id": self.country, "zip_from": first, "zip_to": last}
            return lambda env: env["distribution.territory"].create(
                {"name": name, "area_ids": [Command.create(area)]}
            )

        self.race(draw("A", "100", "199"), draw("B", "150", "250"))

    # both begin the job of links, of which one is refused and tries again
    @mute_logger("odoo.sql_db")
    def test_two_close_a_circle(self):
        """C016: of two at one moment one is written."""

        def link(supplier, buyer):
            return lambda env: env["distribution.link"].create(
                {"supplier_id": supplier, "buyer_id": buyer}
            )

        a, b = self.partners
        self.race(link(a, b), link(b, a))
