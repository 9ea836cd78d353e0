from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import SQL

from .point_common import PointCommon


@tagged("post_install", "-at_install")
class TestPointSwitch(PointCommon):
    """A ledger is switched on and off, and shows before what that will do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.sudo().keep_ledger = False
        cls.today = cls.company._today()
        cls.manager = new_test_user(
            cls.env, "boss", "sales_team.group_sale_manager", company_id=cls.company.id
        )

    def _open(self, program=None):
        program = (program or self.program).with_user(self.manager)
        action = program.action_switch_ledger()
        return self.env[action["res_model"]].browse(action["res_id"])

    def _switch(self, *joined, pending="keep", program=None):
        """As a manager does it, with a tick at each of the cards."""
        wizard = self._open(program).with_user(self.manager)
        wizard.pending = pending
        wizard.line_ids.filtered(lambda line: line.card_id in joined).joined = True
        wizard.action_switch()
        self.env.flush_all()
        self.env.invalidate_all()

    def _cards(self, *values, partner=None):
        return (
            self.env["loyalty.card"]
            .create(
                [
                    {
                        "program_id": self.program.id,
                        "partner_id": (partner or self.customer).id,
                        "points": points,
                        "expiration_date": day,
                    }
                    for points, day in values
                ]
            )
            .sudo()
        )

    def test_switching_on_opens_each_balance_once_and_shows_them_before(self):
        rich, poor, empty = (
            self._cards((points, False), partner=partner)
            for points, partner in zip(
                (75, -20, 0),
                self.env["res.partner"].create([{"name": "A"}] * 3),
                strict=True,
            )
        )
        away = self._cards((0.5, False), partner=self.other_customer)
        away.active = False
        wizard = self._open()
        self.assertRecordValues(wizard, [{"card_count": 3, "points": 55.5}])
        self.assertFalse(
            self.program.keep_ledger or self.entries.search([]) & rich.entry_ids
        )
        self._switch()
        self.assertTrue(self.program.keep_ledger)
        for card, points in ((rich, 75), (poor, -20), (away, 0.5)):
            self.assertEqual(self._kinds(card), [("opening", points)])
            self.assertEqual(card.points, points)
        self.assertFalse(empty.entry_ids)
        self.assertEqual(rich.entry_ids.key, f"opening/{rich.id}")
        self._order(poor.partner_id)
        self.assertEqual(poor.points, 80)
        self.assertWhole()

    def test_nothing_is_joined_without_a_tick(self):
        day = self.today + timedelta(30)
        first, second = self._cards((100, False), (50, day))
        wizard = self._open()
        self.assertRecordValues(
            wizard.line_ids,
            [
                {
                    "card_id": second.id,
                    "points": 50,
                    "expiration_date": day,
                    "account_card_id": first.id,
                    "account_points": 100,
                    "joined": False,
                }
            ],
        )
        self._switch()
        self.assertEqual((first.points, second.points), (100, 50))
        self.assertFalse(second.account_card_id)
        self._order()
        self.assertEqual((first.points, second.points), (200, 50))
        # nor by what happens to them later
        second.active = False
        second.active = True
        self.assertEqual((first.points, second.points), (200, 50))
        self.assertWhole()

    def test_joined_points_keep_their_last_day(self):
        day = self.today + timedelta(30)
        first, second = self._cards((100, False), (50, day))
        self._switch(second)
        self.assertEqual((first.points, second.points), (150, 0))
        self.assertEqual(second.account_card_id, first)
        lots = first.lot_ids.filtered("points").sorted("points")
        self.assertEqual(
            [(lot.points, lot.expires_on) for lot in lots], [(50, day), (100, False)]
        )
        self.assertWhole()

    def test_an_expired_older_card_stops_nobody_from_earning(self):
        older, newer = self._cards((30, self.today - timedelta(1)), (50, False))
        wizard = self._open()
        self.assertEqual(wizard.line_ids.account_card_id, newer)
        self.assertTrue(wizard.line_ids.over)
        # a tick on what has expired would lose its points
        self._switch(older)
        self.assertEqual((older.points, newer.points), (30, 50))
        order = self._order()
        self.assertEqual(order.coupon_point_ids.coupon_id, newer)
        self.assertEqual((older.points, newer.points), (30, 150))
        order._action_cancel()
        self.assertEqual((older.points, newer.points), (30, 50))
        self.assertWhole()

    def test_a_companys_contacts_are_joined_by_tick(self):
        self.program.point_holder = "company"
        company = self.env["res.partner"].create(
            {
                "name": "Dana Works",
                "is_company": True,
                "child_ids": [Command.create({"name": n}) for n in ("Eli", "Fen")],
            }
        )
        eli, fen = (self._cards((40, False), partner=p) for p in company.child_ids)
        self.assertEqual(self._open().line_ids.card_id, eli | fen)
        self._switch(eli)
        self.assertEqual((eli.points, fen.points), (0, 40))
        self.assertEqual(self._card(company).points, 40)
        self.assertWhole()

    def test_what_was_sold_before_moves_nothing_in_the_ledger(self):
        self._cards((300, False))
        order = self._order(quantity=2, claim=True)
        card = self._card()
        self.assertEqual(card.points, 300 + 200 - 100)
        self.env.flush_all()
        for table in ("sale_order", "loyalty_history"):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET create_date = create_date - interval '1 day'",
                    SQL.identifier(table),
                )
            )
        self.env.invalidate_all()
        self._switch()
        # nor does it get into the ledger by another date
        order.date_order += timedelta(1)
        for note in ("edited", "asked again"):
            order.note = note
            order._update_programs_and_rewards()
            self.assertEqual(card.points, 400)
            self.assertEqual(order.amount_total, 190)
        self._refund(order)
        self.assertEqual(card.points, 400)
        order._action_cancel()
        self.assertEqual(card.points, 400)
        self._order()
        self.assertEqual(card.points, 500)
        self.assertWhole()

    def test_switching_on_hides_cards_of_open_quotations_and_off_shows_them(self):
        order = self._quote()
        card = order.coupon_point_ids.coupon_id.sudo()
        self.assertTrue(card.active)
        self.assertEqual(self._open().quoted_count, 1)
        self._switch()
        self.assertTrue(card.provisional)
        self.assertFalse(self._card())
        self.assertEqual(self._open().quoted_count, 1)
        self._switch()
        self.assertEqual((card.active, card.provisional), (True, False))
        order.action_confirm()
        self.assertEqual((self._card(), card.points), (card, 100))

    def test_switching_off_settles_what_waits_by_choice(self):
        for choice, points in (("keep", 100), ("drop", 0)):
            with self.subTest(choice):
                program = self._make_program(point_vesting_days=14)
                self._order()
                card = self._card(program=program)
                self.assertEqual((card.points, card.pending_points), (0, 100))
                wizard = self._open(program)
                self.assertRecordValues(wizard, [{"card_count": 1, "points": 100}])
                with self.assertRaises(UserError):
                    wizard.action_switch()
                self._switch(pending=choice, program=program)
                self.assertEqual((card.points, card.pending_points), (points, 0))
                self.assertFalse(program.keep_ledger)

    def test_switching_off_writes_last_days_on_the_cards(self):
        self.program.sudo().keep_ledger = True
        self.program.point_valid_days = 30
        self._order()
        self._order(self.other_customer)
        lasting = self._card(self.other_customer)
        self.program.point_valid_days = 0
        lasting.points += 5
        self.assertRecordValues(self._open(), [{"dated_count": 2, "lasting_count": 1}])
        self._switch()
        card = self._card()
        self.assertEqual(card.expiration_date, fields.Date.today() + timedelta(30))
        self.assertFalse(lasting.expiration_date)
        self.assertFalse((card | lasting).lot_ids.filtered("expires_on"))

    def test_goods_sold_in_the_ledger_take_their_points_after_its_end(self):
        self.program.sudo().keep_ledger = True
        self.program.point_debt_policy = "block"
        order = self._order(quantity=4)
        self._refund(order, quantity=1)
        self._switch()
        card = self._card()
        # Odoo's own doings meanwhile
        self._order(self.customer, quantity=0.2, claim=True)
        self.assertEqual(card.points, 200)
        self._refund(order, quantity=1)
        self.assertEqual(card.points, 100)
        order._action_cancel()
        self.assertEqual(card.points, -100)

    def test_joined_cards_stay_so_and_one_entry_opens_the_difference(self):
        first, second = self._cards((100, False), (50, False))
        self._switch(second)
        self._order()
        self._switch()
        self.assertEqual((first.points, second.points), (250, 0))
        self.assertEqual(second.account_card_id, first)
        self._order()
        first.points -= 20
        self.assertEqual(first.points, 330)
        count = len(first.entry_ids)
        wizard = self._open()
        self.assertRecordValues(wizard, [{"card_count": 1, "points": 80}])
        self.assertFalse(wizard.line_ids)
        self._switch()
        self.assertEqual(len(first.entry_ids), count + 1)
        self.assertEqual(self._kinds(first)[-1], ("opening", 80))
        self.assertEqual((first.points, second.points), (330, 0))
        self._switch()
        first.points = 10
        self._switch()
        self.assertEqual(first.points, 10)
        self.assertIn(("opening", -320), self._kinds(first))
        self.assertWhole()

    def test_the_add_on_leaves_no_card_that_odoo_does_not_know(self):
        self.program.sudo().keep_ledger = True
        self.program.point_vesting_days = 14
        self._order()
        waiting = self._quote(self.other_customer).coupon_point_ids.coupon_id.sudo()
        self.env["loyalty.program"]._leave_to_odoo()
        self.assertEqual(self._card().points, 100)
        self.assertTrue(waiting.active)
        self.assertFalse(
            self.env["loyalty.program"].search([("keep_ledger", "=", True)])
        )

    def test_coupons_of_withdrawn_orders_go_with_the_add_on(self):
        coupons = self._make_program(
            name="Next", program_type="next_order_coupons", applies_on="future"
        )
        cards = self.env["loyalty.card"].sudo().with_context(active_test=False)
        withdrawn, kept = self._order(), self._order(self.other_customer)
        withdrawn._action_cancel()
        of_both = cards.search([("program_id", "=", coupons.id)])
        # kept for its entries alone
        self.assertEqual(len(of_both), 2)
        self.env["loyalty.program"]._leave_to_odoo()
        left = cards.search([("program_id", "=", coupons.id)])
        self.assertEqual(left.order_id, kept)
        self.assertTrue(left.active)

    def test_programs_of_our_menu_have_a_ledger_and_odoos_have_none(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty.loyalty_program_action"
        )
        ours = self.env["loyalty.program"].with_context(
            default_program_type="loyalty", default_keep_ledger=True
        )
        self.assertIn("default_keep_ledger", action["context"])
        with Form(ours) as form:
            form.name = "Ours"
        self.assertTrue(form.record.keep_ledger)
        with Form(self.env["loyalty.program"]) as form:
            form.name = "Odoo's"
        self.assertFalse(form.record.keep_ledger)
