from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .sellout_common import SelloutCommon


@tagged("post_install", "-at_install")
@freeze_time("2027-05-20 09:00")
class TestClaimCredits(SelloutCommon):
    """What is approved is paid by one credit note, which is no turnover."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice("2027-03-01", (cls.cup, 100, 10), (cls.pot, 10, 10))
        cls.accountant = cls._user("claim_payer", "account.group_account_invoice")
        cls.manager = cls._user("claims", "crm_distribution.group_channel_manager")
        cls.claim, cls.other_claim = cls.env["distribution.claim"].create(
            [
                {
                    "partner_id": cls.retailer.id,
                    "product_id": product.id,
                    "day": "2027-04-01",
                    "price_before": 10,
                    "price_after": 8,
                }
                for product in (cls.cup, cls.pot)
            ]
        )
        cls.claims = cls.claim | cls.other_claim
        cls.claims.action_calculate()

    def _credited(self):
        self.claim.action_approve()
        self.claim.with_user(self.accountant).action_draft_credit()
        credit = self.claim.move_ids
        credit.invoice_date = "2027-04-02"
        return credit

    def test_the_state_follows_the_credit_note(self):
        credit = self._credited()
        self.assertEqual(
            (credit.move_type, credit.state, credit.partner_id),
            ("out_refund", "draft", self.retailer),
        )
        self.assertEqual(credit.amount_untaxed, 200)
        self.assertEqual(self.claim.state, "approved")
        credit.action_post()
        self.assertEqual(self.claim.state, "settled")
        credit.button_draft()
        self.assertEqual(self.claim.state, "approved")
        credit.action_post()
        credit.button_cancel()
        self.assertEqual(self.claim.state, "approved")
        # else it would be paid twice
        with self.assertRaises(UserError):
            credit.button_draft()
        self.claim.action_draft_credit()
        another = self.claim.move_ids - credit
        self.assertEqual(another.state, "draft")
        another.unlink()
        self.assertEqual(self.claim.state, "approved")

    def test_it_is_paid_once_however_often_it_is_pressed(self):
        self.claims.action_approve()
        claims = self.claims.with_user(self.accountant)
        action = self.claim.with_user(self.accountant).action_draft_credit()
        self.assertEqual(action["res_id"], self.claim.move_ids.id)
        claims.action_draft_credit()
        claims.action_draft_credit()
        self.assertEqual(len(self.claim.move_ids), 1)
        self.assertEqual(self.other_claim.move_ids.amount_untaxed, 20)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.env["account.move"].create(
                {
                    "move_type": "out_refund",
                    "partner_id": self.retailer.id,
                    "distribution_claim_id": self.claim.id,
                }
            ).flush_recordset()

    def test_only_what_is_approved_and_not_nothing_is_paid(self):
        with self.assertRaises(UserError):
            self.claim.action_draft_credit()
        # all stock was sold before the price fell
        self._accepted("CUP,100,2027-03-20")
        self.claim.action_calculate()
        self.claim.action_approve()
        self.assertEqual(self.claim.amount, 0)
        with self.assertRaises(UserError):
            self.claim.action_draft_credit()
        self.assertFalse(self.claim.move_ids)

    def test_those_pay_who_may_invoice(self):
        self.claim.action_approve()
        for act in ("action_draft_credit", "action_open_credits"):
            with self.assertRaises(AccessError):
                getattr(self.claim.with_user(self.manager), act)()
        claim = self.other_claim.with_user(self.accountant)
        for act in ("action_calculate", "action_approve", "action_refuse"):
            with self.assertRaises(AccessError):
                getattr(claim, act)()
        with self.assertRaises(AccessError):
            claim.price_after = 1
        credit = self.env["account.move"].with_user(self.accountant)
        with self.assertRaises(AccessError):
            credit.create(
                {
                    "move_type": "out_refund",
                    "partner_id": self.retailer.id,
                    "distribution_claim_id": self.claim.id,
                }
            )

    def test_it_is_neither_turnover_nor_return_whatever_stands_on_it(self):
        self._accepted("CUP,10,2027-03-20")
        target = self.env["distribution.target"].create(
            {
                "partner_id": self.retailer.id,
                "date_from": "2027-01-01",
                "date_to": "2027-12-31",
                "target": 100,
            }
        )
        term = self.env["distribution.term"].create(
            {
                "name": "Rebate",
                "kind": "rebate",
                "partner_id": self.retailer.id,
                "rate": 10,
                "date_from": "2027-01-01",
            }
        )
        term.action_activate()
        self.claim.action_calculate()
        credit = self._credited()
        before = self._figures(target)
        credit.invoice_line_ids.write(
            {"product_id": self.cup.id, "tax_ids": [Command.clear()]}
        )
        credit.action_post()
        self.assertEqual(self.claim.state, "settled")
        self.assertEqual(self._figures(target), before)
        entries = self.env["distribution.accrual"]
        self.assertFalse(entries.search([("move_id", "=", credit.id)]))

    def _figures(self, target):
        self.env.flush_all()
        self.env.invalidate_all()
        stock = self._stock()
        of_retailer = [("partner_id", "=", self.retailer.id)]
        months = self.env["distribution.sellout.month"].search(
            [*of_retailer, ("product_id", "=", self.cup.id)]
        )
        attained = self.env["distribution.attainment"].search(
            [("target_id", "=", target.id)]
        )
        return (
            stock.quantity,
            [(one.quantity, one.price) for one in stock.bucket_ids],
            sum(months.mapped("received")),
            sum(attained.mapped("attained")),
            self.env["distribution.scorecard"]._read_group(
                of_retailer, [], ["invoiced:sum", "credited:sum", "sell_in:sum"]
            ),
        )
