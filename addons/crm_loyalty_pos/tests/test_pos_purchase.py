from datetime import datetime, time, timedelta

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.crm_loyalty.tests.common import TODAY, ValueCommon


@tagged("post_install", "-at_install")
class TestPosPurchase(ValueCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("point_of_sale.group_pos_manager")
        cls.till = cls.env["pos.config"].create({"name": "Till"})
        cls.till.open_ui()
        cls.session = cls.till.current_session_id

    def _sale(
        self, days_ago, quantity=1, price=100.0, state="paid", refunds=None, **vals
    ):
        """An order of the till, as its screen sends it."""
        amount = quantity * price
        line = {
            "product_id": self.product.id,
            "qty": quantity,
            "price_unit": price,
            "price_subtotal": amount,
            "price_subtotal_incl": amount,
            "total_cost": quantity * 60.0,
            "is_total_cost_computed": True,
        }
        if refunds:
            line["refunded_orderline_id"] = refunds.lines[:1].id
        values = {
            "session_id": self.session.id,
            "partner_id": self.customer.id,
            "date_order": datetime(TODAY.year, TODAY.month, TODAY.day, 12)
            - timedelta(days=days_ago),
            "amount_total": amount,
            "amount_paid": amount,
            "amount_tax": 0,
            "amount_return": 0,
            "is_refund": bool(refunds),
            "state": state,
            "lines": [Command.create(line)],
            **vals,
        }
        return self.env["pos.order"].create(values)

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
