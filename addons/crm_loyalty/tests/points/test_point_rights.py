from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .point_common import PointCommon


@tagged("post_install", "-at_install")
class TestPointRights(PointCommon):
    """Points stay whose they are, whichever door somebody tries."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller, cls.manager = (
            new_test_user(cls.env, login, group, company_id=cls.company.id)
            for login, group in (
                ("seller", "sales_team.group_sale_salesman"),
                ("boss", "sales_team.group_sale_manager"),
            )
        )
        cls._order()
        cls.card = cls._card()
        cls.reward = cls.program.reward_ids
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})

    def _quote_of_seller(self, **values):
        order = self._quote(self.other_customer, user_id=self.seller.id, **values)
        return order.with_user(self.seller)

    def _line(self, **values):
        return {
            "name": "Reward",
            "product_id": self.reward.discount_line_product_id.id,
            "reward_id": self.reward.id,
            "coupon_id": self.card.id,
            "points_cost": 100,
            "price_unit": -10,
            "reward_identifier_code": "x",
            **values,
        }

    def assertRefused(self, function, *args, error=ValidationError):
        with self.assertRaises(error), self.env.cr.savepoint():
            function(*args)
            self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.card.points, 100)

    def test_cards_stay_whose_they_are(self):
        card = self.card.with_user(self.seller)
        program = self._make_program()
        for vals in (
            {"points": 500},
            {"pending_points": 500},
            {"account_card_id": self.card.id},
            {"partner_id": self.other_customer.id},
            {"partner_id": False},
            {"program_id": program.id},
            {"company_id": self.elsewhere.id},
            {"code": "MINE"},
            {"order_id": False},
            {"expiration_date": "2090-01-01"},
        ):
            self.assertRefused(card.write, vals, error=AccessError)
        # what is there already changes nothing
        card.write({"partner_id": self.customer.id, "points": 100})
        self.assertEqual(self.card.partner_id, self.customer)

    def test_nobody_but_the_ledger_changes_points(self):
        card = self.card.with_user(self.manager)
        for vals in (
            {"points": 500},
            {"pending_points": 500},
            {"program_id": self._make_program().id},
        ):
            self.assertRefused(card.write, vals, error=AccessError)
        for field in ("pending_points", "provisional", "account_key"):
            vals = {"program_id": self.program.id, field: 1}
            self.assertRefused(card.create, vals, error=AccessError)

    def test_managers_say_whose_a_card_is_within_their_company(self):
        card = self.card.with_user(self.manager)
        stranger = self.env["res.partner"].create(
            {"name": "Stranger", "company_id": self.elsewhere.id}
        )
        self.assertRefused(card.write, {"partner_id": stranger.id}, error=AccessError)
        card.partner_id = self.other_customer
        self.assertEqual(self.card.partner_id, self.other_customer)

    def test_managers_choose_the_codes_of_cards(self):
        for card in (self.card, self._coupon()):
            seller, manager = map(card.with_user, (self.seller, self.manager))
            self.assertRefused(seller.write, {"code": "MINE"}, error=AccessError)
            manager.code = f"CHOSEN-{card.id}"
            self.assertEqual(card.code, f"CHOSEN-{card.id}")
        self.assertWhole()

    def _coupon(self):
        program = self._make_program(program_type="coupons", applies_on="current")
        return self.env["loyalty.card"].create({"program_id": program.id})

    def test_a_card_without_ledger_is_written_as_in_odoo_but_never_moved_away(self):
        program = self._make_program(keep_ledger=False)
        card = self.env["loyalty.card"].create(
            {"program_id": program.id, "partner_id": self.customer.id, "points": 5}
        )
        seller = card.with_user(self.seller)
        for vals in (
            {"points": 500},
            {"code": "MINE"},
            {"expiration_date": "2090-01-01"},
            {"partner_id": self.other_customer.id, "points": 7},
            {"program_id": self._make_program(keep_ledger=False).id},
        ):
            seller.write(vals)
        self.assertRecordValues(
            card,
            [{"points": 7, "code": "MINE", "partner_id": self.other_customer.id}],
        )
        self.assertFalse(card.entry_ids)
        stranger = self.env["res.partner"].create(
            {"name": "Stranger", "company_id": self.elsewhere.id}
        )
        foreign = self._make_program(keep_ledger=False, company_id=self.elsewhere.id)
        home = self._make_program(keep_ledger=False, company_id=self.company.id)
        seller.program_id = home
        for vals in (
            {"partner_id": stranger.id},
            {"program_id": foreign.id},
            {"program_id": self.program.id},
            {"pending_points": 5},
            {"account_card_id": self.card.id},
            {"account_key": "mine"},
            {"kept_apart": True},
            {"provisional": True},
        ):
            for user in (self.seller, self.manager):
                self.assertRefused(card.with_user(user).write, vals, error=AccessError)

    def test_a_ledger_is_switched_by_its_button_alone(self):
        for program in (self.program, self._make_program(keep_ledger=False)):
            mine = program.with_user(self.manager)
            kept = program.keep_ledger
            vals = {"keep_ledger": not kept}
            self.assertRefused(mine.write, vals, error=AccessError)
            for name in ("ledger_since", "ledger_ended"):
                self.assertRefused(
                    mine.write, {name: "2020-01-01 00:00:00"}, error=AccessError
                )
            mine.write({"keep_ledger": kept})
            wizard = self.env["loyalty.ledger.switch"].with_user(self.manager)
            self.assertRefused(
                wizard.create(
                    {"program_id": program.id, "keeps": not kept}
                ).action_switch,
                error=UserError,
            )
            self.assertRefused(
                program.with_user(self.seller).action_switch_ledger, error=AccessError
            )
            self.assertEqual(program.keep_ledger, kept)

    def test_context_keys_mint_nothing(self):
        sent = {
            "default_points": 500,
            "default_pending_points": 500,
            "default_sales_amount": 1e9,
            "default_notice_sent": True,
            "default_key": "mine",
            "points_posted": True,
            "provisional_cards": True,
            "till_sale": True,
            "points_currency": self.env.ref("base.VUV").id,
            "suite_mark:points_posted": True,
            "suite_mark:point_currency": self.env.ref("base.VUV").id,
        }
        order = self._quote_of_seller().with_context(**sent)
        order._update_programs_and_rewards()
        order.action_confirm()
        card = self._card(self.other_customer)
        self.assertEqual((card.points, card.pending_points), (100, 0))
        self.assertFalse(card.lot_ids.notice_sent)
        self.assertEqual(card.entry_ids.sales_amount, 100)
        seller = self.card.with_user(self.seller).with_context(**sent)
        self.assertRefused(seller.write, {"points": 500}, error=AccessError)
        self.assertWhole()

    def test_an_order_spends_its_customers_points_only(self):
        order = self._quote_of_seller()
        create = Command.create(self._line())
        self.assertRefused(order.write, {"order_line": [create]})
        self.assertRefused(
            order.write, {"applied_coupon_ids": [Command.link(self.card.id)]}
        )
        own = self._line(coupon_id=False, points_cost=0)
        order.sudo().order_line = [Command.create(own)]
        line = order.order_line.filtered("reward_id")
        self.assertRefused(line.write, {"coupon_id": self.card.id, "points_cost": 100})
        self.assertRefused(
            self.env["sale.order"].with_user(self.seller).create,
            {
                "partner_id": self.other_customer.id,
                "user_id": self.seller.id,
                "state": "sale",
                "order_line": [create],
            },
        )

    def test_another_customer_spends_nothing_of_the_former(self):
        """L084 doors: A's points are free again"""
        order = self._quote(user_id=self.seller.id, claim=True)
        self.assertEqual(order.order_line.coupon_id, self.card)
        order.with_user(self.seller).partner_id = self.other_customer
        self.assertFalse(order.order_line.coupon_id | order.applied_coupon_ids)
        order.with_user(self.seller).action_confirm()
        self.assertEqual(self.card.points, 100)
        sold = self._order(claim=True, user_id=self.seller.id)
        self.assertIn(("spend", -100), self._kinds(self.card))
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            sold.with_user(self.seller).partner_id = self.other_customer

    def test_a_code_belongs_to_who_brings_it(self):
        program = self._make_program(program_type="coupons", applies_on="current")
        coupon = self.env["loyalty.card"].create(
            {
                "program_id": program.id,
                "points": 100,
                "partner_id": self.customer.id,
                "code": "BRINGME",
            }
        )
        order = self._quote(self.other_customer)
        rewards = order._try_apply_code("BRINGME")
        self.assertEqual(list(rewards), [coupon])
        order._apply_program_reward(program.reward_ids, coupon)
        order.action_confirm()
        self.assertEqual(coupon.points, 0)

    def test_a_company_keeps_its_points(self):
        foreign = self._make_program(
            program_type="coupons",
            applies_on="current",
            company_id=self.elsewhere.id,
        )
        coupon = self.env["loyalty.card"].create(
            {"program_id": foreign.id, "points": 100}
        )
        order = self._quote(self.other_customer)
        promise = {"order_id": order.id, "coupon_id": coupon.id, "points": 500}
        promises = self.env["sale.order.coupon.points"].with_user(self.manager)
        self.assertRefused(promises.create, promise)
        self.assertRefused(
            order.write, {"applied_coupon_ids": [Command.link(coupon.id)]}
        )
        # nor do all its cards go elsewhere with their program
        self.assertRefused(self.program.write, {"company_id": self.elsewhere.id})

    def test_an_entry_shows_no_order_that_its_reader_may_not_open(self):
        entry = self.card.entry_ids
        order = entry.order_id
        order.user_id = self.manager
        self.assertFalse(order.with_user(self.seller).has_access("read"))
        domain = [("card_id", "=", self.card.id)]
        for user, name in ((self.seller, False), (self.manager, order.name)):
            entries = self.entries.with_user(user)
            (record,) = entries.search_read(domain)
            self.assertEqual(record["visible_reason"], name)
            seen = record["visible_order_id"]
            self.assertEqual(seen and seen[1], name)
            self.assertNotIn("reason", record)
            if not name:
                self.assertNotIn(order.name, str(record))
            for field in ("visible_order_id", "visible_reason"):
                found = entries.search([(field, "ilike", order.name)])
                self.assertEqual(found, entry if name else self.entries)
            for field in ("order_id", "move_id", "reason", "key", "sales_amount"):
                with self.assertRaises(AccessError):
                    entries.search(domain).read([field])
                with self.assertRaises(AccessError):
                    entries.search([(field, "!=", False)])
                with self.assertRaises(AccessError):
                    entries.formatted_read_group(domain, [field], ["__count"])
            with self.assertRaises(AccessError):
                self.card.lot_ids.with_user(user).read(["order_id"])

    def test_a_reason_by_hand_is_seen_by_all(self):
        self.env["loyalty.card.update.balance"].create(
            {"card_id": self.card.id, "new_balance": 5, "description": "Sorry"}
        ).action_update_card_point()
        entry = self._last_entry().with_user(self.seller)
        self.assertEqual(entry.display_name, "Sorry")
        found = entry.search([("visible_reason", "ilike", "sorry")])
        self.assertEqual(found, entry)

    def test_numbers_that_nothing_can_hold_are_refused(self):
        wizard = {"card_id": self.card.id, "description": "x"}
        models = (
            ("loyalty.program", "point_vesting_days", {"name": "P"}),
            ("loyalty.program", "point_valid_days", {"name": "P"}),
            ("loyalty.program", "point_notice_days", {"name": "P"}),
            ("loyalty.program", "point_price", {"name": "P"}),
            ("loyalty.program", "point_redemption_share", {"name": "P"}),
            ("loyalty.card", "points", {"program_id": self.program.id}),
            ("loyalty.card.update.balance", "new_balance", wizard),
            (
                "loyalty.generate.wizard",
                "points_granted",
                {"program_id": self.program.id},
            ),
            ("loyalty.generate.wizard", "coupon_qty", {"program_id": self.program.id}),
        )
        for number in (float("nan"), float("inf"), 1e308, 10**400, -(10**400)):
            for model, field, values in models:
                with self.subTest(model=model, field=field, number=str(number)[:9]):
                    create = self.env[model].with_user(self.manager).create
                    self.assertRefused(
                        create, {**values, field: number}, error=UserError
                    )
            line = self._line(points_cost=number)
            order = self._quote()
            self.assertRefused(order.write, {"order_line": [Command.create(line)]})
        for days in (3_000_000, -1):
            for field in ("point_vesting_days", "point_valid_days"):
                self.assertRefused(self.program.write, {field: days})
