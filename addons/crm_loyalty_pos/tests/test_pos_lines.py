from datetime import datetime, time, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.crm_loyalty.tests.common import TODAY
from odoo.addons.crm_loyalty.tests.need.need_common import NeedCommon
from odoo.addons.crm_loyalty.tests.segment.segment_common import SegmentCommon

from .till_common import TillCommon


@tagged("post_install", "-at_install")
class TestPosSegments(SegmentCommon, TillCommon):
    """What was bought at the till was bought."""

    def _take(self, partner, days_ago=30, quantity=1, **values):
        return self._sale(
            days_ago,
            quantity,
            product=self.machine,
            partner_id=partner.id,
            **values,
        )

    def test_bought_and_did_not_buy(self):
        self._take(self.buyer)
        self._take(self.returner, state="draft")
        bought, not_bought = (
            self._segment({"condition": condition})
            for condition in ("bought", "not_bought")
        )
        self.assertEqual(self._members(bought), self.buyer)
        self.assertEqual(
            self._members(not_bought) & self.people, self.returner | self.passer_by
        )

    def test_refund_at_the_till_returns_goods(self):
        self._take(self.buyer)
        self._take(self.returner)
        sale = self._take(self.returner, 20)
        for refunded, days_ago in ((sale, 1), (None, 0)):
            self._take(self.returner, days_ago, -1, refunds=refunded)
        self.assertEqual(self._members(self._segment({})), self.buyer)
        kept_or_not = self._segment({"not_returned": False})
        self.assertEqual(self._members(kept_or_not), self.buyer | self.returner)

    def test_refund_counts_on_the_day_of_the_sale(self):
        sale = self._take(self.returner, 40)
        self._take(self.returner, 5, -1, refunds=sale)
        self._take(self.returner, 4)
        lately = self._segment({"since": TODAY - timedelta(days=10)})
        before = self._segment({"until": TODAY - timedelta(days=10)})
        self.assertEqual(self._members(lately), self.returner)
        self.assertFalse(self._members(before))

    def test_till_and_orders_add_up(self):
        self._take(self.buyer, quantity=2)
        self._buy(self.buyer, quantity=3)
        self.assertEqual(self._members(self._segment({"at_least": 5})), self.buyer)
        self.assertFalse(self._members(self._segment({"at_least": 6})))

    def test_dozens_at_the_till_are_dozens(self):
        """The till sells in the product's own unit, an order in any."""
        dozen = self.env.ref("uom.product_uom_dozen")
        self.machine.product_tmpl_id.uom_id = dozen
        self._take(self.buyer, quantity=2)
        unit = self.env.ref("uom.product_uom_unit")
        self._buy(self.buyer, quantity=12, product_uom_id=unit.id)
        self.assertEqual(self._members(self._segment({"at_least": 3})), self.buyer)
        self.assertFalse(self._members(self._segment({"at_least": 3.1})))
        self._take(self.buyer, 1, -2)
        self.assertEqual(self._members(self._segment({})), self.buyer)

    def test_owned_products_can_be_searched(self):
        self._take(self.buyer)
        found = self.partners.search(
            [("purchased_product_ids", "in", self.machine.ids)]
        )
        self.assertEqual(found & self.people, self.buyer)

    def test_another_companys_till_is_not_ours(self):
        self._take(self.buyer)
        other = self.env["res.company"].create({"name": "Other"})
        segment = self._segment({}, company_id=other.id)
        self.assertFalse(self._members(segment))


@tagged("post_install", "-at_install")
class TestPosNeeds(NeedCommon, TillCommon):
    """What was bought at the till tells what a customer needs."""

    def test_sales_serve_needs_and_refunds_do_not(self):
        self._buy(self.customer, self.beans, day=40)
        self._sale(20, 3, product=self.beans)
        sale = self._sale(10, 2, product=self.beans)
        self._sale(8, product=self.cups, state="cancel")
        self._read()
        need = self._need(self.customer, self.coffee)
        bought_on = TODAY - timedelta(days=10)
        self.assertRecordValues(
            need, [{"order_count": 3, "revenue": 600, "bought_on": bought_on}]
        )
        self.assertFalse(self._need(self.customer, self.drinking))
        self._sale(5, -2, product=self.beans, refunds=sale)
        self._read()
        bought_on = TODAY - timedelta(days=20)
        self.assertRecordValues(
            need, [{"order_count": 2, "revenue": 400, "bought_on": bought_on}]
        )

    def test_sales_at_the_till_are_a_success_of_cross_selling(self):
        tag = self.env["res.partner.category"].create({"name": "Till"})
        self.customer.write({"category_id": tag.ids, "phone": "+1 212 555 0100"})
        segment = self.env["crm.customer.segment"].create(
            {"name": "Till", "tag_ids": tag.ids}
        )
        self._sale(40, product=self.cups)
        with freeze_time(datetime.combine(TODAY, time()) - timedelta(days=20)):
            program = self.env["crm.customer.program"].create(
                {
                    "name": "Beans too",
                    "kind": "cross_sell",
                    "segment_id": segment.id,
                    "medium": "call",
                    "target_product_ids": self.beans.ids,
                }
            )
            program.action_start()
        member = program.sudo().member_ids
        self._sale(10, product=self.cups)
        program.action_measure()
        self.assertFalse(member.success)
        sale = self._sale(9, product=self.beans)
        program.action_measure()
        self.assertTrue(member.success)
        self._sale(5, -1, product=self.beans, refunds=sale)
        program.action_measure()
        self.assertFalse(member.success)
