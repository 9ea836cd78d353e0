from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from .term_common import DAY, TermCommon


@tagged("post_install", "-at_install")
class TestTermRights(TermCommon):
    """Managers agree, accountants pay, and nobody writes what was earned."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = new_test_user(
            cls.env, "term_own", "crm_distribution.group_channel_own"
        )
        cls._term()
        cls._term(cls.y)
        cls._invoice(100)
        cls._invoice(100, partner=cls.y)
        cls.entry = cls.entries.search([("partner_id", "=", cls.x.id)])
        cls.statement = cls.settlements.sudo()._run(cls.company, DAY)[:1]

    def test_nobody_writes_makes_or_deletes_entries(self):
        for user in (self.manager, self.accountant, self.user):
            entry = self.entry.with_user(user)
            with self.assertRaises(AccessError):
                entry.earned = 1000
            with self.assertRaises(AccessError):
                entry.copy()
            with self.assertRaises(AccessError):
                entry.unlink()
        with self.assertRaises(UserError):
            self.entry.unlink()

    def test_those_who_may_not_invoice_pay_nothing(self):
        for user in (self.manager, self.user):
            statement = self.statement.with_user(user)
            for act in (statement.action_draft_bill, statement.action_cancel):
                with self.assertRaises(AccessError):
                    act()
            with self.assertRaises(AccessError):
                statement.line_ids[:1].action_dispute()
            with self.assertRaises(AccessError):
                self.env["distribution.settlement.run"].with_user(user).create({})

    def test_rights_are_asked_before_it_is_said_what_is_frozen(self):
        term = self._term(rate=0, tiers=[(0, 5)])
        with self.assertRaises(AccessError):
            term.with_user(self.user).rate = 3
        with self.assertRaises(AccessError):
            term.tier_ids.with_user(self.user).rate = 3
        with self.assertRaises(UserError):
            term.with_user(self.manager).rate = 3

    def test_accountants_agree_on_nothing(self):
        with self.assertRaises(AccessError):
            self._term().with_user(self.accountant).action_end()

    def test_one_works_with_the_money_of_own_intermediaries(self):
        self.x.user_id = self.own
        for model in ("accrual", "settlement", "settlement.line", "balance", "term"):
            found = self.env[f"distribution.{model}"].with_user(self.own).search([])
            partners = found.mapped(
                "settlement_id.partner_id"
                if model == "settlement.line"
                else "partner_id"
            )
            self.assertEqual(partners, self.x, model)


@tagged("post_install", "-at_install")
class TestRunRaces(TransactionCase):
    def test_two_runs_at_one_moment_take_turns(self):
        """The second one is tried again by the server, and then finds nothing."""
        one, two = (self.enterContext(self.registry.cursor()) for _number in range(2))
        for cr in (one, two):
            self.addCleanup(cr.rollback)
            cr.execute("SELECT 1")
        company = self.env.company.id
        first, second = (
            self.env(cr=cr)["distribution.settlement"] for cr in (one, two)
        )
        turns = [f"settlement {company}"]
        first.env["suite.turn"]._take(turns)
        one.commit()
        with self.assertRaises(SerializationFailure):
            second._run(second.env.company.browse(company), DAY)
