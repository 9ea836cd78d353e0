from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .sellout_common import SelloutCommon


@tagged("post_install", "-at_install")
@freeze_time("2027-05-20 09:00")
class TestClaimCorrections(SelloutCommon):
    """What a claim paid too much is said once, and taken off the next ones.

    100 cups cost 10; 2 were paid for each when the price fell on 1 April.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bought = cls._invoice("2027-03-01", (cls.cup, 100, 10))
        cls._invoice("2027-03-01", (cls.pot, 10, 10))
        cls.entries = cls.env["distribution.claim.correction"]
        cls.claim = cls._claim()
        cls.claim.action_approve()

    @classmethod
    def _claim(cls, product=None, **values):
        claim = cls.env["distribution.claim"].create(
            {
                "partner_id": cls.retailer.id,
                "product_id": (product or cls.cup).id,
                "day": "2027-04-01",
                "price_before": 10,
                "price_after": 8,
                **values,
            }
        )
        claim.action_calculate()
        return claim

    def _said(self):
        return [
            (entry.reason, entry.quantity, entry.amount)
            for entry in self.entries.search([], order="id")
        ]

    def _owed(self):
        return sum(self.entries.search([]).mapped("amount"))

    def test_later_claims_give_what_one_paid_too_much_until_it_is_given(self):
        self.assertFalse(self._said())
        self._accepted("CUP,30,2027-03-20")
        self.assertEqual(self._said(), [("gone", 30, 60)])
        self.assertRecordValues(
            self.claim, [{"amount": 200, "overpaid": 60, "state": "approved"}]
        )
        second = self._claim(self.pot)
        self.assertEqual((second.amount, second.carried), (20, 60))
        second.action_approve()
        # all of it is given: there is nothing left to pay
        self.assertRecordValues(
            second, [{"deducted": 20, "payable": 0, "carried": 0, "state": "settled"}]
        )
        with self.assertRaises(UserError):
            second.action_draft_credit()
        self.assertEqual(self._owed(), 40)
        third = self._claim(day="2027-05-01", price_before=8, price_after=7)
        third.action_approve()
        self.assertRecordValues(
            third, [{"amount": 70, "deducted": 40, "payable": 30, "state": "approved"}]
        )
        third.action_draft_credit()
        credit = third.move_ids
        self.assertEqual(credit.amount_untaxed, 30)
        self.assertEqual(credit.invoice_line_ids.mapped("price_unit"), [70, -40])
        self.assertEqual(self._owed(), 0)

    def test_the_same_again_says_nothing(self):
        self._accepted("CUP,30,2027-03-20")
        said = self._said()
        for _again in range(2):
            self._stock()
        report = self._report("CUP,30,2027-03-20")
        self.assertNotEqual(report.state, "validated")
        self.assertEqual(self._said(), said)

    def test_a_report_that_is_corrected_once_more_gives_the_difference_back(self):
        self._accepted("CUP,30,2027-03-20")
        self._claim(self.pot).action_approve()
        self._accepted("CUP,5,2027-03-20", kind="replaces")
        self.assertEqual(
            self._said(),
            [("gone", 30, 60), ("deducted", 0, -20), ("gone", -25, -50)],
        )
        self.assertEqual(self.claim.overpaid, 10)
        # 20 were deducted, and 10 are right
        claim = self._claim(day="2027-05-01", price_before=8, price_after=7)
        self.assertEqual(claim.carried, -10)
        claim.action_approve()
        self.assertRecordValues(
            claim, [{"amount": 95, "deducted": -10, "payable": 105}]
        )
        claim.action_draft_credit()
        self.assertEqual(claim.move_ids.amount_untaxed, 105)

    def test_two_claims_of_one_day_say_nothing_whichever_was_approved_first(self):
        first, second = self._claim(self.pot), self._claim(self.pot)
        second.action_approve()
        first.action_calculate()
        first.action_approve()
        self._stock(self.pot)
        self.assertEqual((first.amount, second.amount), (0, 20))
        self.assertFalse(self._said())

    def test_no_more_is_taken_back_than_was_paid(self):
        self._accepted("CUP,70,2027-03-20", "CUP,80,2027-03-21")
        self.assertEqual(self._said(), [("gone", 100, 200)])
        self._invoice("2027-04-10", (self.cup, 50, 10), refund_of=self.bought)
        self._stock()
        self.assertEqual(self._owed(), 200)

    def test_goods_that_come_back_give_what_is_credited_above_their_cost(self):
        self._invoice("2027-04-10", (self.cup, 5, 10), refund_of=self.bought)
        self._stock()
        self.assertEqual(self._said(), [("returned", 5, 10)])
        # at what they cost by now, nothing is too much
        self._invoice("2027-04-11", (self.cup, 5, 8), refund_of=self.bought)
        # before the price fell, they were not there
        self._invoice("2027-03-11", (self.cup, 5, 10), refund_of=self.bought)
        self._stock()
        self.assertEqual(self._said(), [("returned", 5, 10), ("gone", 5, 10)])

    def test_a_resale_that_is_corrected_or_comes_back_gives_what_it_was_paid(self):
        contract = self.env["distribution.special.price"].create(
            {
                "name": "C-1",
                "partner_id": self.retailer.id,
                "product_id": self.pot.id,
                "customer": "K",
                "price": 7,
                "quantity": 8,
                "window_days": 90,
                "date_from": "2027-03-01",
                "date_to": "2027-04-30",
            }
        )
        head = "product,quantity,date,customer,document,type,original document"
        self._accepted("POT,8,2027-03-20,K,A,sale,", head=head)
        values = {"kind": "ship_and_debit", "special_price_id": contract.id}
        resale = self._claim(self.pot, **values)
        self.assertEqual(resale.amount, 24)
        resale.action_approve()
        self._accepted("POT,2,2027-03-25,K,B,return,A", head=head, kind="adds")
        self.assertEqual(self._said(), [("undone", 2, 6)])
        # one that names no sale leaves the resale as it was paid
        self._accepted("POT,1,2027-03-26,K,C,return,", head=head, kind="adds")
        self.assertEqual(self._owed(), 6)
        self._accepted("POT,6,2027-03-20,K,A,sale,", head=head, kind="replaces")
        self.assertEqual(self._owed(), 24)
        contract.invalidate_recordset(["used_quantity"])
        self.assertEqual(contract.used_quantity, 0)
        # what it was corrected to is claimed anew
        again = self._claim(self.pot, **values)
        again.action_approve()
        self.assertRecordValues(
            again, [{"amount": 9, "deducted": 9, "payable": 0, "state": "settled"}]
        )

    def test_nobody_writes_corrections_and_each_sees_those_of_his_intermediaries(self):
        self._accepted("CUP,30,2027-03-20")
        entry = self.entries.search([])
        manager = self._user("boss", "crm_distribution.group_channel_manager")
        own = self._user("own", "crm_distribution.group_channel_own")
        payer = self._user("payer", "account.group_account_invoice")
        for user in (manager, payer):
            theirs = entry.with_user(user)
            self.assertEqual(theirs.amount, 60)
            for act in (
                lambda entry=theirs: entry.write({"amount": 0}),
                lambda entry=theirs: entry.unlink(),
                lambda entry=theirs: entry.create(
                    {"claim_id": self.claim.id, "day": "2027-05-20", "reason": "gone"}
                ),
            ):
                with self.assertRaises(AccessError):
                    act()
        with self.assertRaises(AccessError):
            self.claim.with_user(manager).deducted = 7
        self.assertFalse(self.entries.with_user(own).search([]))
        self.retailer.user_id = own
        self.assertEqual(self.entries.with_user(own).search([]), entry)
