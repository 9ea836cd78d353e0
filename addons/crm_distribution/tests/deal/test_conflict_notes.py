from odoo.tests import new_test_user, tagged

from ...channel.conflict import PASSIVE
from .deal_common import DealCommon


@tagged("post_install", "-at_install")
class TestConflictNotes(DealCommon):
    """Whoever sells reads on the order what it contradicts, customers do not."""

    def _notes(self, order, user):
        """What this user reads on the order."""
        return (
            self.env["mail.message"]
            .with_user(user)
            .search(
                [
                    ("model", "=", order._name),
                    ("res_id", "=", order.id),
                    ("body", "like", "promised"),
                ]
            )
        )

    def test_a_seller_without_rights_reads_what_a_confirmation_contradicts(self):
        self._policy("warn")
        self._agreement(self.x, self.north)
        self._protected(self.y)
        customer = self._customer(email="info@kaveh.example")
        order = self._order(customer, user_id=self.seller.id)
        order.with_user(self.seller).action_confirm()
        self.assertEqual(order.state, "sale")
        note = self._notes(order, self.seller)
        self.assertEqual(len(note), 1)
        self.assertTrue(note.is_internal)
        self.assertFalse(note.notified_partner_ids)
        for text in ("Xenon", "Ymir", "North", "Pumps"):
            self.assertIn(text, note.body)

    def test_where_nothing_is_in_the_way_nothing_is_noted(self):
        self._policy("block")
        self._agreement(self.x, self.north)
        free = self._order(self._customer(zip_code="25"))
        passive = self._order(
            self._customer("Asked"),
            solicitation=PASSIVE,
            distribution_evidence="Their mail of 27 February",
        )
        overridden = self._order(self._customer("Old Customer"))
        overridden.action_ask_channel()
        conflict = self._found(order_id=overridden)
        conflict.with_user(self.manager)._override("An old customer of ours")
        for order in (free, passive, overridden):
            order.with_user(self.manager).action_confirm()
            self.assertEqual(order.state, "sale")
            self.assertFalse(self._notes(order, self.manager))

    def test_what_a_customer_signs_is_noted_for_us(self):
        self._agreement(self.x, self.north)
        order = self._order(self._customer(), user_id=self.seller.id)
        portal = new_test_user(self.env, "deal_signer", "base.group_portal")
        portal.partner_id.parent_id = order.partner_id
        order.message_subscribe(portal.partner_id.ids)
        order.with_user(portal).sudo().action_confirm()
        self.assertTrue(self._notes(order, self.seller))
        self.assertFalse(self._notes(order, portal))
