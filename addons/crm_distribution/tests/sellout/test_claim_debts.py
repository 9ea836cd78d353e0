from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from .sellout_common import SelloutCommon


@tagged("post_install", "-at_install")
@freeze_time("2027-05-20 09:00")
class TestClaimDebts(SelloutCommon):
    """What no further claim gives back is written off or billed; both are entries.

    100 cups cost 10; 2 were paid for each when the price fell on 1 April, and 30 of
    them were gone by then: 60 are owed.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice("2027-03-01", (cls.cup, 100, 10))
        cls.entries = cls.env["distribution.claim.correction"]
        cls.debts = cls.env["distribution.claim.debt"]
        cls.claim = cls.env["distribution.claim"].create(
            {
                "partner_id": cls.retailer.id,
                "product_id": cls.cup.id,
                "day": "2027-04-01",
                "price_before": 10,
                "price_after": 8,
            }
        )
        cls.claim.action_calculate()
        cls.claim.action_approve()
        cls._accepted("CUP,30,2027-03-20")
        cls.manager = cls._user("debt_boss", "crm_distribution.group_channel_manager")
        cls.payer = cls._user("debt_payer", "account.group_account_invoice")

    def _debt(self, user=None):
        return self.debts.with_user(user or self.env.user).search([])

    def _owed(self):
        return sum(self.entries.search([]).mapped("amount"))

    def _write_off(self, debts, reason="Out of business"):
        wizard = self.env["distribution.decision"].with_user(debts.env.user)
        action = debts.action_write_off()
        wizard = wizard.with_context(**action["context"]).create({"reason": reason})
        wizard.action_confirm()

    def _said(self, last):
        found = self.entries.search([], limit=last)
        return [(one.reason, one.amount) for one in found]

    def test_what_is_open_stands_with_its_sum_and_age(self):
        with freeze_time("2027-06-19 09:00"):
            [debt] = self._debt(self.manager)
            self.assertRecordValues(
                debt,
                [
                    {
                        "partner_id": self.retailer.id,
                        "company_id": self.company.id,
                        "amount": 60,
                        "age": 30,
                    }
                ],
            )
            self.assertEqual(debt.opened_on.isoformat(), "2027-05-20")
            old = [("opened_on", "<=", "today -90d")]
            self.assertFalse(self.debts.search(old))
            shown = debt.action_open_entries()
            self.assertEqual(
                self.entries.search(shown["domain"]).mapped("amount"), [60]
            )
        with freeze_time("2027-08-19 09:00"):
            self.assertTrue(self.debts.search(old))

    def test_a_debt_is_as_old_as_what_is_open_of_it_now(self):
        self._write_off(self._debt())
        self.assertFalse(self._debt())
        with freeze_time("2027-06-10 09:00"):
            self._accepted("CUP,40,2027-03-21", kind="adds")
        [debt] = self._debt()
        self.assertEqual(debt.amount, 80)
        self.assertEqual(debt.opened_on.isoformat(), "2027-06-10")

    def test_a_write_off_is_an_entry_with_its_reason_and_an_opposite_one_ends_it(self):
        before = self.entries.search([])
        for _twice in range(2):
            self._write_off(self._debt(self.manager) or self.debts.browse(before.id))
        self.assertEqual(self._said(2), [("written_off", -60), ("gone", 60)])
        entry = self.entries.search([], limit=1)
        self.assertRecordValues(
            entry,
            [
                {
                    "note": "Out of business",
                    "create_uid": self.manager.id,
                    "standing": 60,
                    "claim_id": False,
                }
            ],
        )
        self.assertRecordValues(before, [{"amount": 60, "reason": "gone"}])
        self.assertEqual(self.claim.overpaid, 60)
        for _twice in range(2):
            entry.with_user(self.manager).action_take_back()
        self.assertEqual(self._said(2), [("reopened", 60), ("written_off", -60)])
        self.assertEqual((self._owed(), entry.standing), (60, 0))
        with self.assertRaises(UserError):
            before.with_user(self.manager).action_take_back()

    def test_a_reason_is_needed_and_only_managers_write_off(self):
        with self.assertRaises(UserError):
            self._write_off(self._debt(self.manager), reason=" ")
        for user in (self.payer, self._user("d", "crm_distribution.group_channel_own")):
            with self.assertRaises(AccessError):
                self.debts.with_user(user).browse(self._debt().id).action_write_off()
        with self.assertRaises(AccessError):
            self.entries.search([]).with_user(self.payer)._write_off("Mine")
        with self.assertRaises(AccessError):
            self.entries.search([]).with_user(self.payer).action_take_back()
        with self.assertRaises(AccessError):
            self._debt(self.manager).action_bill()

    def test_a_bill_is_drafted_once_and_is_open_again_when_it_is_cancelled(self):
        debt = self._debt(self.payer)
        action = debt.action_bill()
        bill = self.env["account.move"].browse(action["res_id"])
        self.assertRecordValues(
            bill,
            [
                {
                    "move_type": "out_invoice",
                    "state": "draft",
                    "partner_id": self.retailer.id,
                    "amount_untaxed": 60,
                    "create_uid": self.payer.id,
                }
            ],
        )
        self.assertFalse(self._debt())
        # pressed again on a page that shows it still
        again = self.debts.with_user(self.payer).browse(debt.id).action_bill()
        self.assertEqual(again["res_id"], bill.id)
        self.assertEqual(self._said(2), [("billed", -60), ("gone", 60)])
        bill.invoice_date = "2027-05-20"
        bill.action_post()
        bill.button_draft()
        self.assertEqual(self._owed(), 0)
        bill.button_cancel()
        self.assertEqual(self._said(2), [("reopened", 60), ("billed", -60)])
        with self.assertRaises(UserError):
            bill.button_draft()
        bill.unlink()
        self.assertEqual(self._owed(), 60)
        self._debt(self.payer).action_bill()
        self.entries.search([], limit=1).move_ids.unlink()
        self.assertEqual(self._said(2), [("reopened", 60), ("billed", -60)])

    def test_a_billed_debt_is_not_deducted_from_the_next_claim(self):
        self._debt().action_bill()
        claim = self.claim.copy(
            {"day": "2027-05-01", "price_before": 8, "price_after": 7}
        )
        claim.action_calculate()
        claim.action_approve()
        self.assertRecordValues(claim, [{"amount": 70, "deducted": 0, "payable": 70}])

    def test_what_was_written_off_and_is_owed_no_more_is_not_paid_out(self):
        self._write_off(self._debt())
        # only 10 were gone
        self._accepted("CUP,10,2027-03-20", kind="replaces")
        self.assertEqual(
            self._said(3), [("reopened", 40), ("gone", -40), ("written_off", -60)]
        )
        self.assertFalse(self._debt())
        written_off = self.entries.search([("reason", "=", "written_off")])
        self.assertEqual(written_off.standing, 20)
        written_off.action_take_back()
        self.assertEqual(self._owed(), 20)

    def test_what_was_deducted_too_much_is_credited_and_never_written_off(self):
        self._debt().action_bill()
        self._accepted("CUP,10,2027-03-20", kind="replaces")
        [debt] = self._debt()
        self.assertEqual(debt.amount, -40)
        with self.assertRaises(UserError):
            self._write_off(debt)
        action = debt.action_bill()
        credits = self.env["account.move"].search(action["domain"])
        credit = credits.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual(credit.amount_untaxed, 40)
        self.assertFalse(self._debt())
        credit.button_cancel()
        self.assertEqual(self._owed(), -40)

    def test_many_are_ended_at_once(self):
        other = self.claim.copy({"partner_id": self.other.id})
        self.entries.create(
            {
                **self.entries._prepare_entry(self.company, self.other, "gone", 7),
                "claim_id": other.id,
            }
        )
        debts = self._debt(self.payer)
        self.assertEqual(len(debts), 2)
        action = debts.action_bill()
        bills = self.env["account.move"].search(action["domain"])
        self.assertEqual(
            {bill.partner_id: bill.amount_untaxed for bill in bills},
            {self.retailer: 60, self.other: 7},
        )
        bills.button_cancel()
        self._write_off(self._debt(self.manager))
        self.assertFalse(self._debt())
        self.assertEqual(
            sorted(self._said(2)), [("written_off", -60), ("written_off", -7)]
        )

    def test_each_sees_what_own_intermediaries_owe(self):
        own = self._user("debt_own", "crm_distribution.group_channel_own")
        self._write_off(self._debt())
        self.entries.search([], limit=1).action_take_back()
        self.assertFalse(self._debt(own))
        self.retailer.user_id = own
        self.assertEqual(self._debt(own).amount, 60)
        self.assertEqual(len(self.entries.with_user(own).search([])), 3)

    def test_such_a_bill_is_no_turnover(self):
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
        before = self._stock().quantity
        self._debt().action_bill()
        bill = self.entries.search([], limit=1).move_ids
        bill.invoice_line_ids.write(
            {"product_id": self.cup.id, "tax_ids": [Command.clear()]}
        )
        bill.invoice_date = "2027-05-20"
        bill.action_post()
        entries = self.env["distribution.accrual"]
        self.assertFalse(entries.search([("move_id", "=", bill.id)]))
        self.assertEqual(self._stock().quantity, before)
        trades = self.env["suite.trade"]._trades_domain()
        moves = self.env["account.move"]
        self.assertNotIn(bill, moves.search(trades))


@tagged("post_install", "-at_install")
class TestClaimRaces(TransactionCase):
    """Real transactions beside each other; what they leave is removed."""

    def setUp(self):
        super().setUp()
        # what a claim comes to is settled here
        claims = self.registry["distribution.claim"]
        self.patch(claims, "_calculate", lambda claim: None)
        with self.registry.cursor() as cr:
            env = self.env(cr=cr)
            partner = env["res.partner"].create({"name": "Racer", "is_company": True})
            product = env["product.product"].create({"name": "Race Goods"})
            made = env["distribution.claim"].create(
                [
                    {
                        "partner_id": partner.id,
                        "product_id": product.id,
                        "day": f"2027-04-0{day}",
                        "price_before": 10,
                        "price_after": 8,
                        "amount": 50,
                        "state": state,
                    }
                    for day, state in (
                        (1, "settled"),
                        (2, "calculated"),
                        (3, "calculated"),
                    )
                ]
            )
            entries = env["distribution.claim.correction"]
            entries.create(
                {
                    **entries._prepare_entry(env.company, partner, "undone", 60),
                    "claim_id": made[0].id,
                }
            )
            self.partner, self.product, self.claims = partner.id, product.id, made.ids
        self.addCleanup(self.forget)
        self.one, self.two = (
            self.enterContext(self.registry.cursor()) for _number in range(2)
        )
        # neither sees what the other will do
        for cr in (self.one, self.two):
            cr.execute("SELECT 1")

    def forget(self):
        for cr in (self.one, self.two):
            cr.rollback()
        with self.registry.cursor() as cr:
            env = self.env(cr=cr)
            env["account.move"].search([("partner_id", "=", self.partner)]).unlink()
            cr.execute(
                "DELETE FROM distribution_claim_correction WHERE partner_id = %s",
                [self.partner],
            )
            claims = env["distribution.claim"].browse(self.claims)
            claims.state = "draft"
            claims.unlink()
            env["distribution.stock"].search(
                [("partner_id", "=", self.partner)]
            ).unlink()
            env["product.product"].browse(self.product).unlink()
            env["res.partner"].browse(self.partner).unlink()

    def approve(self, cr, claim):
        self.env(cr=cr)["distribution.claim"].browse(claim).action_approve()

    def entries(self, cr):
        env = self.env(cr=cr)
        env.invalidate_all()
        return env["distribution.claim.correction"].search(
            [("partner_id", "=", self.partner)]
        )

    def said(self):
        return sorted((one.reason, one.amount) for one in self.entries(self.one))

    def test_two_claims_at_one_moment_deduct_a_correction_once_and_whole(self):
        _settled, first, second = self.claims
        self.approve(self.one, first)
        self.one.commit()
        with self.assertRaises(SerializationFailure):
            self.approve(self.two, second)
        # the server tries again
        self.two.rollback()
        self.approve(self.two, second)
        self.two.commit()
        self.one.rollback()
        self.assertEqual(
            self.said(), [("deducted", -50), ("deducted", -10), ("undone", 60)]
        )
        claims = self.env(cr=self.one)["distribution.claim"].browse(self.claims)
        self.assertRecordValues(
            claims[1:],
            [
                {"deducted": 50, "payable": 0, "state": "settled"},
                {"deducted": 10, "payable": 40, "state": "approved"},
            ],
        )

    def test_what_an_approval_that_failed_would_have_deducted_is_not_lost(self):
        _settled, first, second = self.claims
        self.approve(self.one, first)
        self.one.rollback()
        self.approve(self.two, second)
        self.two.commit()
        self.assertEqual(self.said(), [("deducted", -50), ("undone", 60)])

    def test_what_is_billed_and_written_off_at_one_moment_ends_once(self):
        self.entries(self.two)
        self.entries(self.one)._bill()
        self.one.commit()
        for act in (
            lambda: self.entries(self.two)._write_off("At once"),
            lambda: self.entries(self.two)._bill(),
            lambda: self.approve(self.two, self.claims[1]),
        ):
            with self.assertRaises(SerializationFailure):
                act()
            self.two.rollback()
            self.two.execute("SELECT 1")
            with self.registry.cursor() as cr:
                self.env(cr=cr)["suite.turn"]._take(
                    [f"claim {self.env.company.id} {self.partner}"]
                )
        self.two.rollback()
        self.entries(self.two)._write_off("Again")
        self.entries(self.two)._bill()
        self.two.commit()
        self.one.rollback()
        self.assertEqual(self.said(), [("billed", -60), ("undone", 60)])

    def test_a_bill_that_is_cancelled_twice_is_open_again_once(self):
        self.entries(self.one)._bill()
        self.one.commit()
        self.two.rollback()
        bill = self.entries(self.two).move_ids
        bill.unlink()
        self.entries(self.one)
        self.two.commit()
        ended = self.entries(self.one).filtered(lambda one: one.reason == "billed")
        with self.assertRaises(SerializationFailure):
            ended._take_back()
        self.one.rollback()
        ended._take_back()
        self.assertEqual(
            self.said(), [("billed", -60), ("reopened", 60), ("undone", 60)]
        )
