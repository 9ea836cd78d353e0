from odoo.fields import Command
from odoo.tests import tagged

from .segment_common import SegmentCommon


@tagged("post_install", "-at_install")
class TestSegmentDocuments(SegmentCommon):
    """What is open with a customer, and by which medium he may be reached."""

    def test_open_quotation_or_none(self):
        contact = self.partners.create(
            {"name": "Dara", "parent_id": self.buyer.id, "type": "contact"}
        )
        self.env["sale.order"].create({"partner_id": contact.id})
        only = {"domain": repr([("id", "in", (self.buyer | self.returner).ids)])}
        self.assertEqual(
            self._members(self._segment(quotation="open", **only)), self.buyer
        )
        self.assertEqual(
            self._members(self._segment(quotation="none", **only)), self.returner
        )

    def test_open_contract_or_none(self):
        client, nobody = self.partners.create([{"name": "Dara"}, {"name": "Ester"}])
        both = client | nobody
        self.people |= both
        product = self.env["product.product"].create(
            {"name": "Care", "type": "service", "invoice_policy": "order"}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": client.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        only = {"domain": repr([("id", "in", both.ids)])}
        having = self._segment(contract="open", **only)
        without = self._segment(contract="none", **only)
        quoted = self._segment(quotation="open", **only)
        self.assertFalse(self._members(having))
        self.assertEqual(self._members(quoted), client)
        order.action_confirm()
        self.assertEqual(self._members(having), client)
        self.assertEqual(self._members(without), nobody)
        self.assertFalse(self._members(quoted))
        line = order.order_line
        line.qty_delivered = 1
        self.assertEqual(self._members(having), client, "not invoiced yet")
        order._create_invoices().action_post()
        self.assertFalse(self._members(having))
        # what is delivered by hand is done when all is invoiced
        line.qty_delivered = 0
        self.assertFalse(self._members(having))
        line.product_uom_qty = 2
        self.assertEqual(self._members(having), client)
        order._action_cancel()
        self.assertEqual(self._members(without), both)

    def test_contract_of_another_company_does_not_count(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        client = self.partners.create({"name": "Dara"})
        self.people |= client
        only = {"domain": repr([("id", "=", client.id)])}
        self._order(client, 3)
        here = self._segment(contract="open", **only)
        there = self._segment(contract="open", company_id=elsewhere.id, **only)
        self.assertEqual(self._members(here), client)
        self.assertFalse(self._members(there))

    def test_open_opportunity_or_none(self):
        leads = self.env["crm.lead"].create(
            [
                {"name": "Open", "partner_id": self.buyer.id, "type": "opportunity"},
                {"name": "Lost", "partner_id": self.returner.id, "type": "opportunity"},
            ]
        )
        leads[1].action_set_lost()
        only = {"domain": repr([("id", "in", (self.buyer | self.returner).ids)])}
        self.assertEqual(
            self._members(self._segment(opportunity="open", **only)), self.buyer
        )
        self.assertEqual(
            self._members(self._segment(opportunity="none", **only)), self.returner
        )

    def test_contactable(self):
        self.buyer.email = "buyer@example.com"
        self.returner.email = "no@example.com"
        self.env["mail.blacklist"].create({"email": "no@example.com"})
        only = {"domain": repr([("id", "in", self.people.ids)])}
        segment = self._segment(contactable_by="email", **only)
        self.assertEqual(self._members(segment), self.buyer)
