from odoo.fields import Command
from odoo.tests import tagged

from .delivery_common import DeliveryCommon


@tagged("post_install", "-at_install")
class TestGoodsReturned(DeliveryCommon):
    """What comes back stands beside what is credited, and counts once."""

    def _total(self, *measures, partner=None):
        self.env.flush_all()
        self.env.invalidate_all()
        measures = measures or ("sold", "returned", "sent_back")
        (found,) = self.env["ecrm.return"]._read_group(
            [("partner_id", "=", (partner or self.customer).id)],
            aggregates=[f"{name}:sum" for name in measures],
        )
        return tuple(round(number or 0, 2) for number in found)

    def _share(self):
        ((share,),) = self.env["ecrm.return"]._read_group(
            [("partner_id", "=", self.customer.id)], aggregates=["share:avg"]
        )
        return round(share, 2)

    def _signals(self):
        self.env.flush_all()
        found = self.env["ecrm.signal"].search(
            [
                ("partner_id", "=", self.customer.id),
                ("source", "in", ("return", "refund")),
            ]
        )
        return {one.source: one.count for one in found}

    def test_goods_that_came_back_are_returned_before_they_are_credited(self):
        order = self._sell(10)
        picking = self._deliver(order)
        self._invoice(order)
        self._take_back(picking, 2)
        self.assertEqual(self._total(), (100, 20, 20))
        self.assertEqual(self._share(), 20)
        self.assertEqual(self._signals(), {"return": 1})

    def test_the_same_return_counts_once_when_it_is_credited(self):
        order = self._sell(10)
        picking = self._deliver(order)
        invoice = self._invoice(order)
        self._take_back(picking, 3)
        self._credit(invoice, 2)
        self.assertEqual(self._total(), (100, 30, 30), "2 credited, 1 not yet")
        self._credit(invoice, 1)
        self.assertEqual(self._total(), (100, 30, 30))
        self.assertEqual(
            self._total("sold_quantity", "returned_quantity", "sent_back_quantity"),
            (10, 3, 3),
        )
        self.assertEqual(self._signals(), {"refund": 2}, "and is one kind of signal")

    def test_the_earliest_returns_are_the_credited_ones(self):
        order = self._sell(10)
        picking = self._deliver(order)
        invoice = self._invoice(order)
        first, second = (self._take_back(picking, n) for n in (2, 3))
        self._credit(invoice, 2)
        self.env.flush_all()
        rows = self.env["ecrm.return"].search(
            [("picking_id", "in", (first | second).ids)], order="id"
        )
        self.assertEqual(
            [(row.picking_id, row.returned_quantity) for row in rows],
            [(first, 0), (second, 3)],
        )

    def test_goods_back_before_they_were_invoiced_were_sold_all_the_same(self):
        self.pump.invoice_policy = "delivery"
        order = self._sell(10)
        picking = self._deliver(order)
        self._take_back(picking, 2)
        invoice = self._invoice(order)
        self.assertEqual(invoice.amount_untaxed, 80)
        self.assertEqual(self._total(), (100, 20, 20))

    def test_goods_exchanged_are_returned_and_sold_once(self):
        order = self._sell(10)
        picking = self._deliver(order)
        self._invoice(order)
        self._take_back(picking, 2, to_refund=False)
        self.assertEqual(self._total(), (100, 20, 20))

    def test_what_is_sent_again_has_not_come_back(self):
        order = self._sell(10)
        picking = self._deliver(order)
        self._invoice(order)
        back = self._take_back(picking, 2)
        self._take_back(back, 2)
        self.assertEqual(self._total(), (100, 0, 0))

    def test_units_and_currencies_of_the_order_are_converted(self):
        other = self.env["res.currency"].create(
            {
                "name": "XTS",
                "symbol": "x",
                "rate_ids": [
                    Command.create({"rate": 2, "name": "2020-01-01"}),
                ],
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Others", "currency_id": other.id}
        )
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._sell(1, price=240, unit=dozen, pricelist_id=pricelist.id)
        picking = self._deliver(order)
        self._invoice(order)
        self._take_back(picking, 6)
        self.assertEqual(
            self._total("sent_back_quantity", "sold", "returned", "sent_back"),
            (6, 120, 60, 60),
        )

    def test_credit_notes_without_goods_stay_as_they_were(self):
        order = self._sell(10)
        self._deliver(order)
        self._credit(self._invoice(order), 1)
        self.assertEqual(self._total(), (100, 10, 0))

    def test_rows_open_the_return_or_the_credit_note(self):
        order = self._sell(10)
        picking = self._deliver(order)
        invoice = self._invoice(order)
        back = self._take_back(picking, 2)
        self.env.flush_all()
        rows = self.env["ecrm.return"].search([("partner_id", "=", self.customer.id)])
        opened = {
            (action["res_model"], action["res_id"])
            for action in (row.action_open_move() for row in rows)
        }
        self.assertEqual(
            opened, {("account.move", invoice.id), ("stock.picking", back.id)}
        )
        self.assertEqual(len(set(rows.ids)), len(rows))

    def test_goods_and_credits_name_the_order_that_they_are_of(self):
        order = self._sell(10)
        picking = self._deliver(order)
        invoice = self._invoice(order)
        self._take_back(picking, 3)
        self._credit(invoice, 1)
        self.env.flush_all()
        rows = self.env["ecrm.return"].search([("order_id", "=", order.id)])
        self.assertEqual(len(rows), 3, "sold, credited, back without a credit")
        self.assertEqual(sum(rows.mapped("returned_quantity")), 3)
