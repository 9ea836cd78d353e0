from datetime import datetime, time, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.crm_loyalty.tests.common import TODAY

from .till_common import TillCommon


@tagged("post_install", "-at_install")
class TestPosPurchase(TillCommon):
    def _figures(self):
        history = self._history(self.customer)
        return history.purchase_count, history.revenue, history.margin

    def test_sales_at_the_till_count_beside_orders(self):
        self._order(self.customer, 20)
        self._sale(10, quantity=2)
        self.assertEqual(self._figures(), (2, 300, 120))

    def test_order_and_sale_of_one_day_are_one_purchase(self):
        self._order(self.customer, 10)
        self._sale(10)
        self.assertEqual(self._figures(), (1, 200, 80))

    def test_unpaid_and_nameless_sales_do_not_count(self):
        self._sale(10, state="draft")
        self._sale(9, state="cancel")
        self._sale(8, partner_id=False)
        self.assertFalse(self._history(self.customer))

    def test_refund_is_taken_from_the_day_of_the_sale(self):
        sold = self._sale(30, quantity=3)
        self._sale(20)
        self._sale(5, quantity=-1, refunds=sold)
        self.assertEqual(self._figures(), (2, 300, 120))
        self.assertEqual(self._history(self.customer).last_date, self._day(20))

    def test_refund_of_all_leaves_no_purchase(self):
        sold = self._sale(30, quantity=3)
        self._sale(5, quantity=-3, refunds=sold)
        self.assertFalse(self._history(self.customer))

    def test_margin_waits_for_the_cost(self):
        sale = self._sale(10)
        sale.lines.is_total_cost_computed = False
        history = self._history(self.customer)
        self.assertEqual((history.revenue, history.costed_revenue), (100, 0))

    def test_values_rest_on_the_till_too(self):
        for days_ago in (50, 30, 10):
            self._sale(days_ago)
        self.runs._refresh_now(self.company)
        value = self._value(self.customer)
        self.assertEqual((value.purchase_count, value.revenue), (3, 300))

    def test_sales_at_the_till_count_in_programs(self):
        tag = self.env["res.partner.category"].create({"name": "Till"})
        self.customer.write({"category_id": tag.ids, "phone": "+1 212 555 0100"})
        segment = self.env["crm.customer.segment"].create(
            {"name": "Till", "tag_ids": tag.ids}
        )
        with freeze_time(datetime.combine(TODAY, time()) - timedelta(days=20)):
            program = self.env["crm.customer.program"].create(
                {"name": "Keep", "segment_id": segment.id, "medium": "call"}
            )
            program.action_start()
        self._sale(40, quantity=3)
        sale = self._sale(10, quantity=2)
        program.action_measure()
        member = program.sudo().member_ids
        self.assertRecordValues(
            member, [{"margin": 80, "margin_before": 120, "success": 1}]
        )
        self._sale(5, quantity=-2, refunds=sale)
        program.action_measure()
        self.assertRecordValues(member, [{"margin": 0, "success": 0}])

    def test_a_contact_who_moves_takes_no_sale_along(self):
        """L089 company accounts: campaigns and needs, at the till"""
        tag = self.env["res.partner.category"].create({"name": "Till"})
        both = self.customer | self.other_customer
        both.write({"category_id": tag.ids, "is_company": True})
        self.customer.phone, self.other_customer.phone = (
            "+1 212 555 0101",
            "+1 212 555 0102",
        )
        segment = self.env["crm.customer.segment"].create(
            {"name": "Till", "tag_ids": tag.ids}
        )
        self.product.categ_id = self.env["product.category"].create({"name": "Kept"})
        need = self.env["crm.need"].create(
            {"name": "Kept", "category_ids": self.product.categ_id.ids}
        )
        with freeze_time(datetime.combine(TODAY, time()) - timedelta(days=20)):
            program = self.env["crm.customer.program"].create(
                {"name": "Keep", "segment_id": segment.id, "medium": "call"}
            )
            program.action_start()
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customer.id}
        )
        self._sale(10, quantity=2, partner_id=contact.id)
        contact.parent_id = self.other_customer
        self._sale(5, partner_id=contact.id)
        program.action_measure()
        found = {m.partner_id: m.margin for m in program.sudo().member_ids}
        self.assertEqual(found, {self.customer: 80, self.other_customer: 40})
        self.env["crm.need.run"].sudo()._refresh_now(self.company)
        needs = self.env["crm.partner.need"].search([("need_id", "=", need.id)])
        self.assertEqual(
            {need.partner_id: need.revenue for need in needs},
            {self.customer: 200, self.other_customer: 100},
        )
