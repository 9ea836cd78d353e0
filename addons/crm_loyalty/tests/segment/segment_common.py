from odoo.fields import Command

from ..common import ValueCommon


class SegmentCommon(ValueCommon):
    """Customers with purchases, and short words for segments of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"]
        cls.buyer, cls.returner, cls.passer_by = cls.partners.create(
            [{"name": "Keeps It"}, {"name": "Sends It Back"}, {"name": "Never Bought"}]
        )
        cls.machine = cls._make_product("Coffee Machine", price=500, cost=300)
        cls.machine.categ_id = cls.env["product.category"].create({"name": "Machines"})
        cls.people = cls.buyer | cls.returner | cls.passer_by

    @classmethod
    def _buy(cls, partner, day=30, quantity=1, product=None, **line):
        line = {
            "product_id": (product or cls.machine).id,
            "product_uom_qty": quantity,
            **line,
        }
        return cls._order(partner, day, lines=[line])

    @classmethod
    def _segment(cls, *purchases, **values):
        """A segment; each purchase condition is a dict, the machine if none is named"""
        lines = [
            Command.create(
                line
                if line.keys() & {"product_ids", "product_tmpl_ids", "categ_ids"}
                else {"product_ids": cls.machine.ids, **line}
            )
            for line in purchases
        ]
        return cls.env["crm.customer.segment"].create(
            {"name": "Test", "purchase_ids": lines, **values}
        )

    def _members(self, segment, user=None):
        """Members among the people of the test."""
        segment = segment.with_user(user) if user else segment
        partners = self.partners.with_user(user) if user else self.partners
        found = partners.search(segment._customers_domain())
        # whoever asks later asks the database anew
        segment.invalidate_recordset(["member_count", "problem"])
        self.assertLessEqual(len(found), segment.member_count)
        return found.with_env(self.env) & self.people
