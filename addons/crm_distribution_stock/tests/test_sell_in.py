from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.crm_distribution.tests.sellout.sellout_common import SelloutCommon


@tagged("post_install", "-at_install")
@freeze_time("2027-05-20 09:00")
class TestSellIn(SelloutCommon):
    """Stock in the channel from what left us and came back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.distribution_sell_in = "delivered"
        cls.cup.write({"is_storable": True, "invoice_policy": "order"})
        warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.env["stock.quant"]._update_available_quantity(
            cls.cup, warehouse.lot_stock_id, 1000
        )

    def _ordered(self, quantity, price, unit=None, product=None):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.retailer.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": (product or self.cup).id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            "product_uom_id": (unit or self.piece).id,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        return order

    def _done(self, picking, day, quantity=None):
        with freeze_time(f"{day} 10:00"):
            for move in picking.move_ids:
                move.write(
                    {"quantity": quantity or move.product_uom_qty, "picked": True}
                )
            picking.with_context(skip_backorder=True)._action_done()
        return picking

    def _returned(self, picking, day, quantity):
        form = Form(
            self.env["stock.return.picking"].with_context(
                active_id=picking.id, active_model="stock.picking"
            )
        )
        wizard = form.save()
        wizard.product_return_moves.quantity = quantity
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        return self._done(back, day)

    def _billed(self, order, day):
        invoice = order._create_invoices()
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    def test_a_piece_counts_when_it_left_us_and_not_again_by_its_invoice(self):
        order = self._ordered(100, 10)
        self._billed(order, "2027-03-01")
        self.assertEqual(self._buckets(), [])
        first = self._done(order.picking_ids, "2027-03-05", 60)
        self.assertEqual(self._buckets(), [(60, 10)])
        self.assertEqual(self._stock().bucket_ids.stock_move_id, first.move_ids)
        self._done(order.picking_ids - first, "2027-03-09")
        self.assertEqual(self._buckets(), [(60, 10), (40, 10)])
        days = [str(day) for day in self._stock().bucket_ids.mapped("day")]
        self.assertEqual(days, ["2027-03-05", "2027-03-09"])

    def test_what_comes_back_leaves_the_delivery_that_it_names_once(self):
        dear, cheap = (
            self._done(self._ordered(10, price).picking_ids, f"2027-03-0{price % 7}")
            for price in (9, 10)
        )
        self._returned(cheap, "2027-03-10", 4)
        self.assertEqual(self._buckets(), [(10, 9), (6, 10)])
        invoice = self._billed(cheap.sale_id, "2027-03-11")
        credit = invoice._reverse_moves([{"invoice_date": "2027-03-12"}])
        credit.invoice_line_ids.quantity = 4
        credit.action_post()
        self.assertEqual(self._buckets(), [(10, 9), (6, 10)])

    def test_prices_are_a_piece_s_in_whatever_unit_it_was_ordered(self):
        self._done(self._ordered(2, 120, self.case).picking_ids, "2027-03-05")
        self.assertEqual(self._buckets(), [(24, 10)])
        month = self.env["distribution.sellout.month"].search(
            [("partner_id", "=", self.retailer.id)]
        )
        self.assertEqual(month.received, 24)

    def test_prices_below_a_cent_stay_as_they_are(self):
        self.env.ref("product.decimal_price").digits = 3
        self.cup.invoice_policy = "delivery"
        self._done(self._ordered(1000, 0.125).picking_ids, "2027-03-05")
        self.assertEqual(self._buckets(), [(1000, 0.125)])

    def _added(self, price, **values):
        """Cups in a delivery of an order for pots."""
        self.pot.invoice_policy = "delivery"
        self.cup.write({"invoice_policy": "delivery", "list_price": price, **values})
        order = self._ordered(2, 1, product=self.pot)
        picking = order.picking_ids
        self.env["stock.move"].create(
            {
                "picking_id": picking.id,
                "product_id": self.cup.id,
                "product_uom_qty": 5,
                "product_uom": self.piece.id,
                "location_id": picking.location_id.id,
                "location_dest_id": picking.location_dest_id.id,
            }
        )
        self._done(picking, "2027-03-05")
        line = order.order_line.filtered(lambda one: one.product_id == self.cup)
        self.assertRecordValues(line, [{"product_uom_qty": 0, "price_unit": price}])
        return line

    def test_what_was_added_to_a_delivery_has_its_price(self):
        line = self._added(8)
        self.assertEqual(self._buckets(), [(5, 8)])
        line.discount = 25
        self.assertEqual(self._buckets(), [(5, 6)])

    def test_taxes_within_the_price_are_no_cost_of_what_was_added(self):
        tax = self.env["account.tax"].create(
            {
                "name": "Within",
                "amount": 25,
                "price_include_override": "tax_included",
                "company_id": self.company.id,
            }
        )
        self._added(10, taxes_id=[Command.set(tax.ids)])
        self.assertEqual(self._buckets(), [(5, 8)])

    def test_the_assortment_opens_deliveries_and_invoices_apart(self):
        moves = self._done(self._ordered(10, 10).picking_ids, "2027-03-05").move_ids
        invoice = self._invoice("2027-03-06", (self.cup, 5, 8))
        self.env.flush_all()
        rows = self.env["distribution.assortment"].search(
            [("buyer_id", "=", self.retailer.id), ("product_id", "=", self.cup.id)]
        )
        amounts = {row.way: (row.quantity, row.amount) for row in rows}
        self.assertEqual(amounts, {"delivered": (10, 100), "sellin": (5, 40)})
        records = {"delivered": moves, "sellin": invoice.invoice_line_ids}
        for row in rows:
            action = row.action_open_records()
            found = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(found, records[row.way])

    def test_what_no_order_delivers_counts_by_its_invoice(self):
        self._invoice("2027-03-01", (self.cup, 5, 8))
        self.assertEqual(self._buckets(), [(5, 8)])
        self.assertTrue(self._stock().bucket_ids.move_line_id)

    def test_by_invoices_deliveries_count_for_nothing(self):
        order = self._ordered(10, 10)
        self._done(order.picking_ids, "2027-03-05")
        self.assertEqual(self._buckets(), [(10, 10)])
        self.company.distribution_sell_in = "invoiced"
        self.assertFalse(self._stock().filtered("quantity"))
        self._billed(order, "2027-03-07")
        self.assertEqual(self._buckets(), [(10, 10)])

    def _protected(self):
        claim = self.env["distribution.claim"].create(
            {
                "partner_id": self.retailer.id,
                "product_id": self.cup.id,
                "day": "2027-04-01",
                "price_before": 10,
                "price_after": 8,
                "covers_transit": True,
            }
        )
        claim.action_calculate()
        return claim

    def _contract(self, **values):
        return self.env["distribution.special.price"].create(
            {
                "name": "C-1",
                "partner_id": self.retailer.id,
                "product_id": self.cup.id,
                "customer": "K",
                "price": 7,
                "quantity": 40,
                "window_days": 90,
                "date_from": "2027-03-01",
                "date_to": "2027-04-30",
                **values,
            }
        )

    def test_a_fall_of_the_price_is_paid_for_what_was_delivered(self):
        self._done(self._ordered(10, 10).picking_ids, "2027-03-05")
        self._done(self._ordered(5, 10).picking_ids, "2027-04-05")
        claim = self._protected()
        self.assertEqual(claim.amount, 20)
        self.assertEqual(claim.line_ids.stock_move_id.product_id, self.cup)
        claim.action_approve()
        # told of when the fall was paid: what it paid for these pieces is given back
        self._accepted("CUP,4,2027-03-20,K", head="product,quantity,date,customer")
        contract = self._contract()
        resale = claim.create(
            {
                "partner_id": self.retailer.id,
                "product_id": self.cup.id,
                "kind": "ship_and_debit",
                "special_price_id": contract.id,
                "day": "2027-04-30",
            }
        )
        resale.action_calculate()
        self.assertEqual((resale.amount, resale.carried), (4 * (10 - 7), 4 * (10 - 8)))
        resale.action_approve()
        self.assertEqual(resale.payable, 4 * (8 - 7))

    def test_a_delivery_has_the_job_look_again(self):
        self._done(self._ordered(10, 10).picking_ids, "2027-03-05")
        stocks = self._stock()
        stocks.refreshed_on = "2100-01-01"
        self.env.flush_all()
        model = self.env["distribution.stock"]
        found = self.env["distribution.reporter"].search(model._stale_reporters())
        self.assertNotIn(self.reporter, found)
        stocks.refreshed_on = "2020-01-01"
        self.env.flush_all()
        found = self.env["distribution.reporter"].search(model._stale_reporters())
        self.assertIn(self.reporter, found)

    def test_another_source_of_stock_says_of_no_claim_that_it_paid_too_much(self):
        self._done(self._ordered(10, 10).picking_ids, "2027-03-05")
        claim = self._protected()
        claim.action_approve()
        self.company.distribution_sell_in = "invoiced"
        self._stock()
        self.assertFalse(claim.correction_ids)
        self.assertEqual(claim.overpaid, 0)

    def test_the_source_stays_while_resales_may_be_paid_less_for_a_claim(self):
        self._done(self._ordered(10, 10).picking_ids, "2027-03-05")
        claim = self._protected()
        claim.covers_transit = False
        claim.action_calculate()
        claim.action_approve()
        later = self._contract(name="C-2", date_from="2027-04-01")
        contract = self._contract()
        with self.assertRaisesRegex(UserError, "C-1"):
            self.company.distribution_sell_in = "invoiced"
        # to save the settings as they are is no change
        self.company.distribution_sell_in = "delivered"
        contract.unlink()
        self.company.distribution_sell_in = "invoiced"
        self.assertTrue(later)

    def test_the_job_looks_again_after_the_source_changed(self):
        self._done(self._ordered(10, 10).picking_ids, "2027-03-05")
        self._stock()
        self.company.distribution_sell_in = "invoiced"
        self.env.flush_all()
        model = self.env["distribution.stock"]
        found = self.env["distribution.reporter"].search(model._stale_reporters())
        self.assertIn(self.reporter, found)
        self.assertFalse(self._stock())
        found = self.env["distribution.reporter"].search(model._stale_reporters())
        self.assertNotIn(self.reporter, found)
