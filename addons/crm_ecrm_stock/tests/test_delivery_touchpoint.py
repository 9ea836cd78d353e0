from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .delivery_common import DeliveryCommon


@tagged("post_install", "-at_install")
class TestDeliveryTouchpoint(DeliveryCommon):
    """Who gave the order is asked once, after the delivery that completes it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start = fields.Datetime.now() - timedelta(days=1)
        cls.touchpoint = cls._make_touchpoint(
            trigger="delivery", started=cls.start, delay_hours=1
        )

    def _invited(self):
        found = self.invitations.search(
            [("touchpoint_id", "=", self.touchpoint.id)], order="id"
        )
        return [
            (self.env["stock.picking"].browse(one.res_id), one.state, one.reason)
            for one in found
        ]

    def _later(self, **by):
        return fields.Datetime.now() + timedelta(**by)

    def test_a_delivered_order_is_asked_about(self):
        partner = self._make_customer("Laleh")
        address = partner.create(
            {"name": "Store", "parent_id": partner.id, "type": "delivery"}
        )
        order = self._sell(partner=partner, partner_shipping_id=address.id)
        self._run_job()
        self.assertEqual(self._invited(), [], "not before it is delivered")
        picking = self._deliver(order)
        self._run_job()
        self.assertEqual(self._invited(), [(picking, "planned", False)])
        self._run_job(self._later(hours=2))
        self.assertEqual(self._invited(), [(picking, "asked", False)])
        feedback = self.feedback.search([("touchpoint_id", "=", self.touchpoint.id)])
        self.assertRecordValues(
            feedback,
            [
                {
                    "partner_id": partner.id,
                    "agent_id": self.agent.id,
                    "res_model": "stock.picking",
                    "res_id": picking.id,
                }
            ],
        )
        self.assertTrue(self._mails_to(partner))

    def test_only_the_delivery_that_completes_the_order_is(self):
        order = self._sell(10)
        self._deliver(order, 4)
        self._run_job()
        self.assertEqual(self._invited(), [], "6 are still to come")
        last = self._deliver(order)
        self.assertEqual(self.touchpoint.expected_count, 1)
        self._run_job()
        self.assertEqual(self._invited(), [(last, "planned", False)])

    def test_a_later_delivery_takes_the_place_of_one_not_asked_about(self):
        order = self._sell(10)
        first = self._deliver(order)
        self._run_job()
        order.order_line.product_uom_qty = 12
        self._run_job(self._later(hours=2))
        self.assertEqual(self._invited(), [(first, "left_out", "withdrawn")])
        second = self._deliver(order)
        self._run_job(self._later(hours=4))
        self.assertIn(second, [picking for picking, *_ in self._invited()])

    def test_a_return_neither_asks_nor_keeps_from_asking(self):
        order = self._sell(10)
        picking = self._deliver(order)
        self._take_back(picking, 2)
        self._run_job()
        self._run_job(self._later(hours=2))
        self.assertEqual(self._invited(), [(picking, "asked", False)])

    def test_quarantine_and_coverage_hold_as_for_others(self):
        first, second = self._sell(), self._sell()
        for order in (first, second):
            self._deliver(order)
        self._run_job()
        self._run_job(self._later(hours=2))
        self.assertEqual(
            sorted(reason or "" for _one, _state, reason in self._invited()),
            ["", "quarantine"],
        )
        self.env.flush_all()
        rows = self.env["ecrm.coverage"].search(
            [("touchpoint_id", "=", self.touchpoint.id)]
        )
        self.assertEqual(sum(rows.mapped("eligible")), 2)
        self.assertEqual(sum(rows.mapped("asked")), 1)
        self.assertEqual(rows.agent_id, self.agent)

    def test_deliveries_before_the_start_and_of_no_order_are_not(self):
        order = self._sell()
        picking = self._deliver(order)
        picking.date_done = self.start - timedelta(hours=1)
        self._run_job()
        self.assertEqual(self._invited(), [])
        picking.date_done = fields.Datetime.now()
        picking.sale_id = False
        self._run_job()
        self.assertEqual(self._invited(), [])

    def test_without_deliveries_nobody_is_asked_and_answers_stay(self):
        """As when the add-on is uninstalled."""
        self._deliver(self._sell())
        self._run_job()
        asked = self._asked(self.touchpoint)
        self.touchpoint._end_deliveries()
        self.assertRecordValues(
            self.touchpoint, [{"state": "paused", "active": False, "trigger": "order"}]
        )
        self.assertEqual([one[1:] for one in self._invited()], [("left_out", "paused")])
        self.assertTrue(asked.exists())
