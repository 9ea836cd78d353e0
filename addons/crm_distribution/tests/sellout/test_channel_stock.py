import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .sellout_common import SelloutCommon

TYPED = "product,quantity,date,type"


@tagged("post_install", "-at_install")
@freeze_time("2027-05-20 09:00")
class TestChannelStock(SelloutCommon):
    """From our invoices and their reports to buckets, gaps, cover and claims."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls._invoice("2027-03-01", (cls.cup, 100, 10))
        cls.second = cls._invoice("2027-03-08", (cls.cup, 50, 9))

    def _claim(self, **values):
        claim = self.env["distribution.claim"].create(
            {
                "partner_id": self.retailer.id,
                "product_id": self.cup.id,
                "day": "2027-04-01",
                "price_before": 9,
                "price_after": 8,
                **values,
            }
        )
        claim.action_calculate()
        return claim

    def test_sell_out_takes_the_oldest_price_first(self):
        self._accepted("CUP,120,2027-03-20")
        self.assertEqual(self._buckets(), [(30, 9)])
        stock = self._stock()
        self.assertEqual((stock.quantity, stock.value), (30, 270))
        self.assertEqual(stock.bucket_ids.move_line_id, self.second.invoice_line_ids)

    def test_a_fall_of_the_price_is_paid_for_what_is_left(self):
        self._accepted("CUP,120,2027-03-20")
        claim = self._claim()
        self.assertEqual(claim.amount, 30)
        claim.action_approve()
        # what is paid back is no longer what the pieces cost
        self.assertEqual(self._buckets(), [(30, 8)])
        again = self._claim()
        self.assertEqual((again.amount, again.refused_quantity), (0, 30))

    def test_a_sale_before_the_fall_that_is_reported_later_keeps_the_claim(self):
        self._accepted("CUP,120,2027-03-20")
        claim = self._claim()
        claim.action_approve()
        self._accepted("CUP,10,2027-03-21", kind="adds")
        self.assertEqual(claim.amount, 30)
        self.assertEqual(self._buckets(), [(20, 8)])

    def test_a_claim_that_is_another_by_now_is_not_approved(self):
        self._accepted("CUP,120,2027-03-20")
        claim = self._claim()
        self._accepted("CUP,10,2027-03-21", kind="adds")
        with self.assertRaises(UserError):
            claim.action_approve()
        claim.action_calculate()
        claim.action_approve()
        self.assertEqual(claim.amount, 20)

    def test_returns_undo_the_last_sale_or_the_one_they_name(self):
        head = "product,quantity,date,type,document,original document"
        self._accepted("CUP,90,2027-03-20,,A,", "CUP,30,2027-03-21,,B,", head=head)
        self._accepted("CUP,10,2027-03-25,return,R,", head=head, kind="adds")
        self.assertEqual(self._buckets(), [(40, 9)])
        self._accepted("CUP,10,2027-03-26,return,S,A", head=head, kind="adds")
        self.assertEqual(self._buckets(), [(10, 10), (40, 9)])

    def test_the_delivery_that_comes_back_to_us_leaves(self):
        self._invoice("2027-03-20", (self.pot, 1, 10))
        dear = self._invoice("2027-03-21", (self.pot, 1, 20))
        self._invoice("2027-03-22", (self.pot, 1, 20), refund_of=dear)
        self.assertEqual(self._buckets(product=self.pot), [(1, 10)])

    def test_stock_is_never_below_nothing_and_says_what_is_unexplained(self):
        self._invoice("2027-03-01", (self.pot, 50, 10))
        self._accepted("POT,60,2027-03-20")
        stock = self._stock(self.pot)
        self.assertEqual((stock.quantity, stock.unexplained), (0, 10))
        self._invoice("2027-03-25", (self.pot, 30, 7))
        stock = self._stock(self.pot)
        self.assertEqual((stock.quantity, stock.unexplained), (20, 0))

    def test_reported_stock_changes_no_bucket_and_a_wide_gap_is_an_alert(self):
        self._invoice("2027-03-01", (self.pot, 9000, 1))
        report = self._accepted(
            "POT,2500,2027-03-20,sale", "POT,7000,2027-03-31,stock", head=TYPED
        )
        self._invoice("2027-04-02", (self.pot, 500, 1))
        stock = self._stock(self.pot)
        self.assertRecordValues(
            stock,
            [
                {
                    "quantity": 7000,
                    "calculated_then": 6500,
                    "reported": 7000,
                    "reported_on": datetime.date(2027, 3, 31),
                    "gap": 500,
                    "is_alert": True,
                }
            ],
        )
        self.assertAlmostEqual(stock.gap_share, 7.7, 1)
        self.company.distribution_stock_tolerance = 8
        self.assertFalse(self._stock(self.pot).is_alert)
        self.assertEqual(report.stock_count, 1)

    def test_stock_lasts_as_long_as_the_last_four_weeks_say(self):
        self.assertEqual(self._stock().cover, "no sales")
        self._invoice("2027-04-26", (self.pot, 24, 1))
        self._accepted("POT,8,2027-05-01", date_to="2027-05-02")
        self.assertEqual(self._stock(self.pot).cover, "2.0 weeks")
        # the same sales of what has been there for longer
        early = self._invoice("2027-03-01", (self.pot, 1, 1))
        self._invoice("2027-03-02", (self.pot, 1, 1), refund_of=early)
        stock = self._stock(self.pot)
        self.assertEqual((stock.quantity, stock.cover), (16, "8.0 weeks"))

    def test_what_arrives_later_is_on_its_way(self):
        self._invoice("2027-05-19", (self.pot, 5, 1), delivery_date="2027-05-25")
        stock = self._stock(self.pot)
        self.assertEqual((stock.quantity, stock.in_transit), (0, 5))

    def test_goods_on_their_way_are_protected_where_it_is_agreed(self):
        self._invoice("2027-02-01", (self.pot, 60, 10))
        self._invoice("2027-02-27", (self.pot, 40, 10), delivery_date="2027-03-02")
        values = {
            "product_id": self.pot.id,
            "day": "2027-03-01",
            "price_before": 10,
            "price_after": 9,
        }
        claim = self._claim(**values)
        self.assertEqual((claim.amount, claim.refused_quantity), (60, 40))
        claim.action_refuse()
        claim = self._claim(**values, covers_transit=True)
        self.assertEqual(claim.amount, 100)
        self.assertEqual(claim.line_ids.mapped("in_transit"), [False, True])
        claim.action_approve()
        self.assertEqual(self._buckets(product=self.pot), [(60, 9), (40, 9)])

    def test_old_stock_is_not_protected(self):
        self._invoice("2027-01-01", (self.pot, 40, 10))
        self._invoice("2027-03-02", (self.pot, 60, 10))
        self._accepted("POT,10,2027-03-20")
        claim = self._claim(
            product_id=self.pot.id,
            price_before=10,
            price_after=8,
            protected_days=60,
        )
        self.assertEqual((claim.amount, claim.refused_quantity), (120, 30))

    def _contract(self, **values):
        return self.env["distribution.special.price"].create(
            {
                "name": "C-1",
                "partner_id": self.retailer.id,
                "product_id": self.pot.id,
                "customer": "K",
                "price": 80,
                "quantity": 40,
                "date_from": "2027-03-01",
                "date_to": "2027-04-30",
                **values,
            }
        )

    def _resold(self, contract, **values):
        return self._claim(
            kind="ship_and_debit",
            product_id=self.pot.id,
            special_price_id=contract.id,
            **values,
        )

    def test_resales_are_paid_down_to_the_contract_price_once(self):
        self._invoice("2027-03-01", (self.pot, 40, 100))
        self._invoice("2027-03-02", (self.pot, 40, 95))
        head = "product,quantity,date,customer,contract"
        self._accepted("POT,50,2027-04-25,K,C-1", "POT,5,2027-04-25,L,C-1", head=head)
        contract = self._contract()
        claim = self._resold(contract)
        self.assertRecordValues(
            claim.line_ids,
            [
                {"quantity": 40, "amount": 800, "reason": False},
                {"quantity": 10, "amount": 0, "reason": "quantity"},
                {"quantity": 5, "amount": 0, "reason": "customer"},
            ],
        )
        claim.action_approve()
        self.assertEqual(contract.used_quantity, 40)
        again = self._resold(contract)
        self.assertEqual(again.amount, 0)
        self.assertIn("claimed", again.line_ids.mapped("reason"))

    def test_the_day_of_the_resale_decides_then_the_window(self):
        self._invoice("2027-03-01", (self.pot, 40, 100))
        contract = self._contract(date_to="2027-04-30", window_days=19)
        head = "product,quantity,date,customer,document"
        self._accepted(
            "POT,1,2027-04-30,K,1",
            "POT,1,2027-05-01,K,2",
            "POT,1,2027-05-02,K,3",
            head=head,
        )
        claim = self._resold(contract)
        # 30 April and 20 May are 20 days apart
        self.assertEqual(
            claim.line_ids.mapped("reason"), ["late", "expired", "expired"]
        )
        contract.window_days = 20
        claim.action_calculate()
        self.assertEqual(claim.line_ids[0].amount, 20)

    def test_protection_and_resale_do_not_pay_one_fall_twice(self):
        self._invoice("2027-03-01", (self.pot, 10, 100))
        protection = self._claim(
            product_id=self.pot.id, price_before=100, price_after=75
        )
        protection.action_approve()
        self.assertEqual(protection.amount, 250)
        self._accepted("POT,10,2027-04-25,K", head="product,quantity,date,customer")
        claim = self._resold(self._contract())
        self.assertRecordValues(
            claim.line_ids, [{"quantity": 10, "amount": 0, "reason": False}]
        )

    def test_a_sale_told_of_after_protection_was_paid_gives_its_fall_back(self):
        self._invoice("2027-03-01", (self.pot, 10, 100))
        protection = self._claim(
            product_id=self.pot.id, price_before=100, price_after=90
        )
        protection.action_approve()
        self.assertEqual(protection.amount, 100)
        # before the cut a piece cost 100, and 10 were paid for each of these five
        head = "product,quantity,date,customer"
        self._accepted("POT,4,2027-03-20,K", "POT,1,2027-03-21,L", head=head)
        claim = self._resold(self._contract(window_days=90))
        self.assertEqual((claim.amount, claim.carried), (4 * (100 - 80), 50))
        self.assertEqual((protection.amount, protection.overpaid), (100, 50))
        claim.action_approve()
        self.assertRecordValues(
            claim, [{"amount": 80, "deducted": 50, "payable": 30, "carried": 0}]
        )

    def test_a_correction_of_what_was_known_takes_nothing_off(self):
        self._invoice("2027-03-01", (self.pot, 10, 100))
        head = "product,quantity,date,customer"
        self._accepted("POT,6,2027-03-20,K", head=head)
        protection = self._claim(
            product_id=self.pot.id, price_before=100, price_after=90
        )
        protection.action_approve()
        self.assertEqual((protection.amount, protection.overpaid), (40, 0))
        self._accepted("POT,5,2027-03-20,K", head=head, kind="replaces")
        claim = self._resold(self._contract(window_days=90))
        self.assertEqual(claim.amount, 5 * (100 - 80))
        self.assertEqual((protection.overpaid, claim.carried), (0, 0))

    def test_claims_are_calculated_and_approved_by_those_alone_who_may(self):
        user = self._user("seller", "crm_distribution.group_channel_user")
        self._accepted("CUP,120,2027-03-20")
        claim = self._claim().with_user(user)
        claim.action_calculate()
        with self.assertRaises(AccessError):
            claim.write({"amount": 1000})
        with self.assertRaises(AccessError):
            claim.action_approve()
        self.assertEqual(claim.state, "calculated")

    def test_invoices_that_are_written_later_are_found_by_the_job(self):
        self._accepted("CUP,120,2027-03-20")
        stock = self._stock()
        self.env["distribution.stock"].search([]).refreshed_on = "2020-01-01"
        self._invoice("2027-04-01", (self.cup, 7, 9))
        self.env.flush_all()
        stale = self.env["distribution.stock"]._stale_reporters()
        found = self.env["distribution.reporter"].search(stale)
        self.assertIn(self.reporter, found)
        with self.enter_registry_test_mode():
            self.env.ref("crm_distribution.cron_refresh_stock").method_direct_trigger()
        self.assertEqual(stock.quantity, 37)
