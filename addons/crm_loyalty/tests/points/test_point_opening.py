from pathlib import Path
from runpy import run_path

from odoo.tests import tagged

from .point_common import PointCommon

MIGRATIONS = Path(__file__).parents[2] / "migrations"


@tagged("post_install", "-at_install")
class TestPointOpening(PointCommon):
    """What an update makes of cards that are older than the ledger."""

    def _migrate(self, script):
        self.env.flush_all()
        run_path(str(MIGRATIONS / script))["migrate"](self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def _old_cards(self, *balances):
        """Cards with balances as they stood before there were entries."""
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {n}"} for n in range(len(balances))]
        )
        cards = self.env["loyalty.card"].create(
            [{"program_id": self.program.id, "partner_id": p.id} for p in partners]
        )
        self.env.flush_all()
        for card, balance in zip(cards, balances, strict=True):
            self.env.cr.execute(
                "UPDATE loyalty_card SET points = %s, account_key = NULL WHERE id = %s",
                [balance, card.id],
            )
        self.env.invalidate_all()
        return cards.with_context(active_test=False)

    def test_old_balances_become_entries_once(self):
        balances = (75, 0.5, -20, 0)
        cards = self._old_cards(*balances)
        cards[1].active = False
        for _time in range(2):
            self._migrate("19.0.1.1.0/post-open-ledger.py")
            self.assertEqual(
                [self._kinds(card) for card in cards],
                [[("opening", 75)], [("opening", 0.5)], [("opening", -20)], []],
            )
            self.assertEqual(cards.mapped("points"), list(balances))
        opening = cards[0].entry_ids.sudo()
        self.assertEqual(opening.key, f"opening/{cards[0].id}")
        self.assertEqual(opening.lot_id.points, 75)
        self.assertFalse(opening.lot_id.expires_on)
        self.assertEqual(opening.partner_id, cards[0].partner_id)
        self.assertTrue(all(cards.filtered("active").mapped("account_key")))
        self.assertWhole()

    def test_two_old_cards_of_a_customer_become_one_account(self):
        first, second = self._old_cards(75, 25)
        self.env.cr.execute(
            "UPDATE loyalty_card SET partner_id = %s WHERE id = %s",
            [first.partner_id.id, second.id],
        )
        self.env.invalidate_all()
        for _time in range(2):
            self.env["loyalty.program"]._open_ledger()
            self.assertEqual((first.points, second.points), (100, 0))
            self.assertEqual(second.account_card_id, first)
        self.assertWhole()

    def test_opened_points_are_spent_and_debts_are_paid(self):
        rich, poor = self._old_cards(150, -40)
        self._migrate("19.0.1.1.0/post-open-ledger.py")
        self._order(rich.partner_id, quantity=0.2, claim=True)
        self._order(poor.partner_id)
        self.assertEqual((rich.points, poor.points), (50, 60))
        self.assertWhole()

    def test_many_cards_are_opened_in_batches(self):
        cards = self._old_cards(*range(1, 8))
        for _time in range(2):
            self.env["loyalty.program"]._open_ledger(batch_size=3)
            self.assertEqual(
                [self._kinds(card) for card in cards],
                [[("opening", n)] for n in range(1, 8)],
            )

    def test_quoted_cards_are_hidden_by_the_update(self):
        order = self._quote()
        card = order.coupon_point_ids.coupon_id.sudo()
        card.write({"provisional": False, "active": True})
        for _time in range(2):
            self._migrate("19.0.1.2.0/post-hide-quoted-cards.py")
            self.assertFalse(self._card())
            self.assertTrue(card.exists().provisional)

    def test_a_notice_that_was_rewritten_stays(self):
        template = self.env.ref("crm_loyalty.mail_template_points_expire").sudo()
        script = "19.0.1.2.0/post-say-which-points-expire.py"
        old = "<p>Your points expire soon.</p>"
        template.body_html = old
        self._migrate(script)
        self.assertEqual(template.body_html, old)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_template SET write_uid = 1 WHERE id = %s", [template.id]
        )
        self.env.invalidate_all()
        self._migrate(script)
        self.assertIn("expiring_display", template.body_html)
