from datetime import date

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from .statement_common import StatementCommon


@tagged("post_install", "-at_install")
class TestPointVesting(StatementCommon):
    """Points become available when all that the customer keeps has come about."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.goods = cls._make_product("Scale", 100)
        cls.goods.type = "consu"
        cls.program.point_vesting = "delivery"

    def _balance(self):
        card = self._card()
        return card.points, card.pending_points

    def _deliver(self, line, quantity):
        line.qty_delivered_method = "manual"
        line.qty_delivered = quantity
        self.env.flush_all()
        self._night()

    def test_goods_are_waited_for_and_nothing_beside_them(self):
        """Vesting: a shipping line, a service, a discount, a note, a section"""
        discount = self._make_product("Discount", 0)
        self.company.sale_discount_product_id = discount
        order = self._sell(
            {"display_type": "line_section", "name": "Goods", "product_id": False},
            {"product_id": self.goods.id, "product_uom_qty": 2},
            {"price_unit": 13.80, "name": "Shipping"},
            {"price_unit": 40, "name": "Assembly"},
            {"product_id": discount.id, "price_unit": -20},
            {"display_type": "line_note", "name": "Ring twice", "product_id": False},
        )
        self.assertEqual(self._balance(), (0, 233.80))
        goods = order.order_line[1]
        self._deliver(goods, 1)
        self.assertEqual(self._balance(), (0, 233.80))
        self._deliver(goods, 2)
        self.assertEqual(self._balance(), (233.80, 0))
        self.assertWhole()

    def test_an_order_of_services_waits_for_them(self):
        order = self._sell(100, {"price_unit": -10})
        self._night()
        self.assertEqual(self._balance(), (0, 90))
        self._deliver(order.order_line[0], 1)
        self.assertEqual(self._balance(), (90, 0))

    def test_half_is_delivered_and_the_rest_is_cancelled_for_good(self):
        """Vesting: the delivered half vests, the other half is taken back"""
        order = self._sell({"product_id": self.goods.id, "product_uom_qty": 4})
        goods = order.order_line
        self._deliver(goods, 2)
        self.assertEqual(self._balance(), (0, 400))
        goods.product_uom_qty = 2
        self.env.flush_all()
        self._night()
        self.assertEqual(self._balance(), (200, 0))
        self.assertWhole()

    def test_half_is_credited_before_the_delivery(self):
        """Vesting: the kept half vests"""
        order = self._sell({"product_id": self.goods.id, "product_uom_qty": 4})
        self._credit(self._invoice(order), {order.order_line: {"quantity": 2}})
        self.assertEqual(self._balance(), (0, 200))
        self._deliver(order.order_line, 1)
        self.assertEqual(self._balance(), (0, 200))
        self._deliver(order.order_line, 2)
        self.assertEqual(self._balance(), (200, 0))
        self.assertWhole()

    def test_half_is_credited_before_all_is_invoiced_or_paid(self):
        """Vesting: the kept half vests, whatever is waited for"""
        for event in ("invoice", "payment"):
            program = self._make_program(name=event, point_vesting=event)
            customer = self.env["res.partner"].create({"name": event})
            order = self._sell(100, 50, partner=customer)
            first = order._create_invoices()
            first.invoice_line_ids[1].unlink()
            first.action_post()
            # an allowance, and then half of the goods
            self._credit(first, {order.order_line[0]: {"price_unit": 30}})
            self._credit(first, {order.order_line[0]: {"quantity": 0.5}})
            card = self._card(customer, program)
            self._night()
            self.assertEqual((card.points, card.pending_points), (0, 70), event)
            second = order._create_invoices(final=True)
            # Odoo would invoice anew what was credited
            second.invoice_line_ids.filtered(
                lambda item, order=order: item.sale_line_ids == order.order_line[0]
            ).unlink()
            second.action_post()
            self._night()
            if event == "payment":
                self.assertEqual(card.points, 0)
                self._pay(first | second)
                self._night()
            self.assertEqual((card.points, card.pending_points), (70, 0), event)

    def _pay(self, invoices):
        for invoice in invoices.filtered("amount_residual"):
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoice.ids
            ).create({})._create_payments()
        self.env.flush_all()

    def test_a_return_does_not_begin_the_wait_anew(self):
        """L038 vesting"""
        self.program.write({"point_vesting": "confirmation", "point_vesting_days": 14})
        with freeze_time("2026-03-01 10:00:00"):
            order = self._sell({"product_uom_qty": 2})
            invoice = self._invoice(order)
        with freeze_time("2026-03-05 10:00:00"):
            self._credit(invoice, {order.order_line: {"quantity": 1}})
            self.assertEqual(self._balance(), (0, 100))
            lot = self._card().lot_ids.filtered("points")
            self.assertEqual(lot.available_on, date(2026, 3, 15))
        with freeze_time("2026-03-14 10:00:00"):
            self._night()
            self.assertEqual(self._balance(), (0, 100))
        with freeze_time("2026-03-15 10:00:00"):
            self._night()
            self.assertEqual(self._balance(), (100, 0))

    def test_a_payment_taken_apart_takes_no_points(self):
        """L040 vesting"""
        self.program.point_vesting = "payment"
        order = self._sell(100)
        invoice = self._invoice(order)
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        register.create({"amount": 50})._create_payments()
        self._night()
        self.assertEqual(self._balance(), (0, 100))
        self._pay(invoice)
        self._night()
        self.assertEqual(self._balance(), (100, 0))
        card = self._card()
        card._post_adjustments({card: -60}, "Spent")
        paid = invoice.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        others = paid.matched_credit_ids.credit_move_id
        paid.remove_move_reconcile()
        self.env.flush_all()
        self._night()
        self.assertEqual(self._balance(), (40, 0))
        (paid | others).reconcile()
        self._night()
        self.assertEqual(self._balance(), (40, 0))
        self.assertWhole()

    def test_a_kit_waits_for_its_last_part(self):
        """L042 vesting, same goods: Odoo counts a kit delivered when it is whole"""
        order = self._sell({"product_id": self.goods.id})
        self._deliver(order.order_line, 0)
        self.assertEqual(self._balance(), (0, 100))
        self._deliver(order.order_line, 1)
        self.assertEqual(self._balance(), (100, 0))
        self.assertEqual(len(self.statements.search([("order_id", "=", order.id)])), 1)

    def test_a_return_that_is_withdrawn_has_its_old_terms(self):
        """Undoing a return: what was promised stays, whatever the program says now"""
        self.program.write({"point_vesting": "confirmation", "point_valid_days": 365})
        with freeze_time("2026-03-01 10:00:00"):
            order = self._sell(100)
            invoice = self._invoice(order)
        with freeze_time("2026-04-01 10:00:00"):
            refund = self._credit(invoice)
            self.assertEqual(self._balance(), (0, 0))
            self.program.write({"point_vesting_days": 10, "point_valid_days": 30})
        with freeze_time("2026-04-10 10:00:00"):
            refund.button_draft()
            self.assertEqual(self._balance(), (100, 0))
            lot = self._card().lot_ids.filtered("points")
            self.assertEqual(lot.expires_on, date(2027, 3, 1))
            # credited and invoiced anew is withdrawn as well
            refund.action_post()
            anew = invoice.copy()
            anew.invoice_line_ids.sale_line_ids = order.order_line
            anew.action_post()
            lot = self._card().lot_ids.filtered("points")
            self.assertEqual((lot.points, lot.expires_on), (100, date(2027, 3, 1)))
            # what is new on the order is promised by today's terms
            order.order_line = [Command.create(self._line(40))]
            order._update_programs_and_rewards()
            self.assertEqual(self._balance(), (100, 40))
        self.assertWhole()

    def test_a_return_that_is_withdrawn_takes_its_write_off_along(self):
        self.program.write(
            {"point_vesting": "confirmation", "point_debt_policy": "write_off"}
        )
        order = self._sell(100)
        card = self._card()
        card._post_adjustments({card: -70}, "Spent elsewhere")
        refund = self._credit(self._invoice(order))
        for _round in range(3):
            self.assertEqual(self._balance(), (0, 0))
            refund.button_draft()
            self.assertEqual(self._balance(), (30, 0))
            refund.action_post()
        self.assertEqual(self._balance(), (0, 0))
        self.assertWhole()
