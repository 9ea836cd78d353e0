from contextlib import contextmanager

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import TransactionCase


class NetworkCommon(TransactionCase):
    """A country of its own, so that maps of demo data do not count."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.env.company
        cls.country, cls.abroad = cls.env["res.country"].create(
            [{"name": "Utopia", "code": "X1"}, {"name": "Erewhon", "code": "X2"}]
        )
        cls.state, cls.other_state = cls.env["res.country.state"].create(
            [
                {"name": "Lakes", "code": "L", "country_id": cls.country.id},
                {"name": "Hills", "code": "H", "country_id": cls.country.id},
            ]
        )
        cls.drinks, cls.tools = cls.env["product.category"].create(
            [{"name": "Drinks of the Channel"}, {"name": "Tools of the Channel"}]
        )
        cls.juice = cls.env["product.category"].create(
            {"name": "Juice of the Channel", "parent_id": cls.drinks.id}
        )

    @classmethod
    def make_territory(cls, name, *areas, parent=None, **values):
        """Areas as (state, first zip, last zip)."""
        commands = []
        for state, first, last in areas:
            commands.append(
                Command.create(
                    {
                        "country_id": cls.country.id,
                        "state_id": state and state.id,
                        "zip_from": first,
                        "zip_to": last,
                    }
                )
            )
        return cls.env["distribution.territory"].create(
            {
                "name": name,
                "parent_id": parent and parent.id,
                "area_ids": commands,
                **values,
            }
        )

    @classmethod
    def make_partner(cls, name, state=None, zip=None, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "country_id": cls.country.id,
                "state_id": state and state.id,
                "zip": zip,
                **values,
            }
        )

    @contextmanager
    def assertRefused(self, *words):
        """Unlike assertRaisesRegex this one rolls back what was refused."""
        with self.assertRaises(ValidationError) as caught:
            yield
        for word in words:
            self.assertIn(word, str(caught.exception))

    def territory_of(self, zip=None, state=None, country=None):
        country = self.country if country is None else country
        place = (country.id, state and state.id, zip)
        (found,) = self.env["distribution.territory"]._of_places([place])
        return self.env["distribution.territory"].browse(found or ())
