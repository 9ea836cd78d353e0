from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .till_points_common import TillPointsCommon


@tagged("post_install", "-at_install")
class TestPosPointRights(TillPointsCommon):
    """Only a sale of the till moves points, and only who may ring it up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(
            cls.env,
            "seller",
            "sales_team.group_sale_salesman_all_leads",
            company_id=cls.company.id,
        )
        cls.manager = new_test_user(
            cls.env,
            "till_boss",
            "point_of_sale.group_pos_manager",
            company_id=cls.company.id,
        )
        cls.gifts = cls.env["loyalty.program"].create(
            {"name": "Gifts", "program_type": "gift_card", "keep_ledger": True}
        )
        cls.voucher = cls._make_product("Gift Card", 50)
        cls.gifts.rule_ids = [
            Command.clear(),
            Command.create(
                {
                    "reward_point_amount": 1,
                    "reward_point_mode": "money",
                    "reward_point_split": True,
                    "product_ids": cls.voucher.ids,
                }
            ),
        ]
        cls.wallets = cls.env["loyalty.program"].create(
            {
                "name": "Wallets",
                "program_type": "ewallet",
                "keep_ledger": True,
                "applies_on": "future",
                "rule_ids": [
                    Command.create(
                        {
                            "reward_point_amount": 1,
                            "reward_point_mode": "money",
                            "product_ids": cls.voucher.ids,
                        }
                    )
                ],
            }
        )

    def _sell_voucher(self, quantity=1):
        sale = self._ring_up(quantity)
        sale.lines.write({"product_id": self.voucher.id, "price_unit": 50})
        return sale

    def assertNothing(self, *told, error=AccessError, **claim):
        """Refused, and nothing is written."""
        self.env.flush_all()
        cards = self.env["loyalty.card"].with_context(active_test=False)
        before = cards.search_read([], ["points", "partner_id"])
        last = self._last_entry()
        with self.assertRaises(error), self.env.cr.savepoint():
            self._tell(*told, **claim)
        self.env.invalidate_all()
        self.assertEqual(cards.search_read([], ["points", "partner_id"]), before)
        self.assertEqual(self._last_entry(), last)

    def test_cashier_cannot_set_points(self):
        self._order()
        with self.assertRaises(AccessError):
            self._card().with_user(self.cashier).points = 5_000

    def test_no_sale_no_points(self):
        self._order()
        data = {
            str(self._card().id): {
                "points": 5_000,
                "program_id": self.program.id,
                "partner_id": self.customer.id,
            }
        }
        nothing = self.env["pos.order"].with_user(self.cashier)
        with self.assertRaises(AccessError):
            nothing.confirm_coupon_programs(data)
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            self.sale.with_user(self.seller).confirm_coupon_programs(data)
        with self.assertRaises(AccessError):
            self.sale.with_user(self.cashier).add_loyalty_history_lines([], [])
        self.assertEqual(self._card().points, 100)

    def test_a_draft_moves_nothing(self):
        """L076 till: an order with a reward that is still open"""
        other = self._ring_up(partner_id=self.other_customer.id)
        draft = self._ring_up(reward=self.program.reward_ids, state="draft")
        self._tell(self.program, 100, sale=other)
        self.assertNothing(self.program, -10, sale=draft)
        self.assertNothing(self.program, 100, sale=self._ring_up(state="draft"))

    def test_no_more_than_the_rules_give(self):
        self.assertNothing(self.program, 101)
        forged = self._ring_up()
        forged.lines.price_subtotal_incl = 1e6
        self.assertNothing(self.program, 1e6, sale=forged)
        self.program.rule_ids.minimum_qty = 2
        self.assertNothing(self.program, 100)

    def test_no_less_than_the_rewards_cost(self):
        self._order()
        card = self._card()
        self.assertNothing(self.program, -60, card)
        sale = self._ring_up(reward=self.program.reward_ids)
        self.assertNothing(self.program, 91, card, sale)
        self.assertNothing(self.program, -101, card, sale)
        backwards = self._ring_up(reward=self.program.reward_ids, cost=-5_000)
        self.assertNothing(self.program, 5_000, card, backwards)

    def test_no_points_in_the_name_of_many_cards(self):
        claim = {
            "points": 100,
            "program_id": self.program.id,
            "partner_id": self.customer.id,
        }
        sale = self.sale.with_user(self.cashier)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            sale.confirm_coupon_programs({str(-n): dict(claim) for n in (1, 2, 3)})
        self.assertFalse(self._card())

    def test_only_the_customers_card(self):
        self._order(self.other_customer)
        card = self._card(self.other_customer)
        for partner in (self.customer, self.other_customer):
            self.assertNothing(self.program, 100, card, partner_id=partner.id)
        sale = self._ring_up(reward=self.program.reward_ids)
        self.assertNothing(self.program, -10, card, sale)
        self.assertNothing(self.program, 100, partner_id=self.other_customer.id)
        nobodys = self._ring_up(partner_id=False)
        self.assertNothing(self.program, 100, card, nobodys)
        self.assertNothing(self.program, 100, sale=nobodys)

    def test_a_company_shares_its_card_with_its_contacts(self):
        self.program.point_holder = "company"
        self.customer.parent_id = self.other_customer
        self._order(self.other_customer)
        card = self._card(self.other_customer)
        self._tell(self.program, 100, card, partner_id=self.customer.id)
        self.assertEqual(card.points, 200)

    def test_only_programs_and_cards_of_this_till(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self._make_program(company_id=elsewhere.id)
        other_till = self.env["pos.config"].create({"name": "Other"})
        coupon = self.env["loyalty.card"].create(
            {"program_id": foreign.id, "points": 10}
        )
        self.assertNothing(foreign, 100)
        # a card of one program in the name of another
        self.assertNothing(self.program, 100, coupon)
        for values in (
            {"pos_config_ids": other_till.ids},
            {"pos_ok": False},
            {"date_to": "2020-01-01"},
        ):
            self.assertNothing(self._make_program(**values), 100)

    def test_wallets_are_filled_by_what_sells_them(self):
        self.assertNothing(self.wallets, 100)
        sale = self._sell_voucher()
        self.assertNothing(self.wallets, 51, sale=sale)
        self._tell(self.wallets, 50, sale=sale)
        self.assertEqual(self._card(program=self.wallets).points, 50)

    def test_gift_cards_are_worth_what_was_paid(self):
        self.assertNothing(self.gifts, 50, code="NEW")
        sale = self._sell_voucher()
        self.assertNothing(self.gifts, 500, sale=sale, code="NEW")
        self._tell(self.gifts, 50, sale=sale, code="NEW", expiration_date="2090-01-01")
        card = self.env["loyalty.card"].search([("code", "=", "NEW")])
        self.assertEqual((card.points, card.partner_id), (50, self.customer))
        self.assertEqual(str(card.expiration_date), "2090-01-01")
        # the same sale sells no second one, even where history forgets
        card.history_ids.sudo().unlink()
        self._tell(self.gifts, 50, sale=sale, code="SECOND")
        self.assertFalse(self.env["loyalty.card"].search([("code", "=", "SECOND")]))

    def test_without_a_ledger_a_till_says_how_much(self):
        """As in Odoo, but on no card that is none of its sale's."""
        self.gifts._switch_off()
        self._tell(self.gifts, 124.2, sale=self._sell_voucher())
        self.assertEqual(self.gifts.coupon_ids.points, 124.2)
        self._order(partner=self.other_customer)
        theirs = self._card(self.other_customer)
        self.program._switch_off()
        self.assertNothing(self.program, 1, theirs)

    def test_gift_card_finds_its_buyer_by_a_sale_only(self):
        card = self.env["loyalty.card"].create(
            {"program_id": self.gifts.id, "points": 50, "code": "SHELF"}
        )
        self.assertNothing(self.gifts, 0, card)
        self._tell(self.gifts, 50, card, self._sell_voucher())
        self.assertEqual((card.points, card.partner_id), (50, self.customer))

    def test_a_card_of_the_till_is_valid_as_its_program_says(self):
        program = self._make_program(program_type="next_order_coupons")
        program.write({"applies_on": "future", "date_to": "2090-06-30"})
        self._tell(program, 100, expiration_date="2099-01-01")
        card = self._card(program=program)
        self.assertEqual(str(card.expiration_date), "2090-06-30")

    def test_nonsense_is_a_clear_error(self):
        for points in (float("nan"), 1e308, 10**400, "many", None):
            self.assertNothing(self.program, points, error=ValidationError)
        sale = self.sale.with_user(self.cashier)
        for told in (None, [], {"x": {}}, {"-1": None}, {"-1": {"points": 1}}):
            with self.assertRaises(ValidationError):
                sale.confirm_coupon_programs(told)

    def test_a_manager_gives_by_hand(self):
        self._tell(self.program, 5_000, by=self.manager)
        card = self._card()
        self.assertEqual(card.points, 5_000)
        self.assertEqual(self._kinds(card), [("earn", 100), ("adjust", 4_900)])
        reason = card.entry_ids.filtered(lambda entry: entry.kind == "adjust").reason
        self.assertIn(self.manager.name, reason)
        self.assertIn(self.sale.display_name, reason)
        self._tell(self.program, 5_000, card, by=self.manager)
        self.assertEqual(card.points, 5_000)
        self.assertWhole()
        self._order(self.other_customer)
        other, new = self._card(self.other_customer), self._ring_up()
        claim = {"by": self.manager, "partner_id": self.other_customer.id}
        self.assertNothing(self.program, 5_000, other, new, **claim)

    def test_rules_of_every_mode_may_give(self):
        for mode, amount, points in (
            ("order", 7, 7),
            ("unit", 3, 6),
            ("money", 2, 400),
        ):
            program = self._make_program()
            program.rule_ids.write(
                {"reward_point_mode": mode, "reward_point_amount": amount}
            )
            self._tell(program, points, sale=self._ring_up(2))
            card = self._card(program=program)
            self.assertEqual(self._kinds(card), [("earn", points)], mode)

    def test_no_line_of_a_sale_takes_a_strangers_card(self):
        self._order(self.other_customer)
        card = self._card(self.other_customer)
        sale = self._ring_up(reward=self.program.reward_ids)
        line = sale.lines.filtered("reward_id").with_user(self.cashier)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            line.coupon_id = card
        self._order()
        line.coupon_id = self._card()
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            sale.with_user(self.cashier).partner_id = self.other_customer

    def test_cards_stay_whose_they_are(self):
        self._order()
        card = self._card()
        program = self._make_program()
        for user in (self.cashier, self.seller):
            for vals in (
                {"partner_id": self.other_customer.id},
                {"program_id": program.id},
                {"code": "MINE"},
                {"expiration_date": "2090-01-01"},
                {"source_pos_order_id": self.sale.id},
            ):
                with self.assertRaises(AccessError, msg=vals):
                    card.with_user(user).write(vals)

    def test_entry_shows_no_sale_that_its_reader_may_not_open(self):
        self._tell(self.program, 100)
        self.assertFalse(self.sale.with_user(self.seller).has_access("read"))
        shown = {
            "points": {},
            "display_name": {},
            "visible_reason": {},
            "visible_pos_order_id": {"fields": {"display_name": {}}},
        }
        domain = [("card_id", "=", self._card().id)]
        for user, name in ((self.seller, False), (self.manager, self.sale.name)):
            entries = self.entries.with_user(user)
            if user == self.manager:
                # sudo: managers of tills have no rights on entries by themselves
                user.sudo().group_ids += self.env.ref("sales_team.group_sale_manager")
            (record,) = entries.web_search_read(domain, shown)["records"]
            self.assertEqual(record["points"], 100)
            self.assertEqual(record["visible_reason"], name)
            seen = record["visible_pos_order_id"]
            self.assertEqual(seen and seen["display_name"], name)
            found = entries.search([("visible_pos_order_id", "ilike", self.sale.name)])
            self.assertEqual(bool(found), bool(name))
            found = entries.search([("visible_reason", "ilike", self.sale.name)])
            self.assertEqual(bool(found), bool(name))
            self.assertEqual(
                bool(entries.search([("visible_pos_order_id", "!=", False)])),
                bool(name),
            )
            for field in ("pos_order_id", "reason", "key", "sales_amount"):
                with self.assertRaises(UserError):
                    entries.search(domain).read([field])
                with self.assertRaises(UserError):
                    entries.search([(field, "!=", False)])

    def test_till_manager_may_update_a_balance(self):
        self._order()
        values = {
            "card_id": self._card().id,
            "new_balance": 130,
            "description": "A gift",
        }
        Wizard = self.env["loyalty.card.update.balance"]
        with self.assertRaises(AccessError):
            Wizard.with_user(self.cashier).create(values).action_update_card_point()
        Wizard.with_user(self.manager).create(values).action_update_card_point()
        self.assertEqual(self._card().points, 130)
