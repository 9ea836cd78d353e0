from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_suite.tests.trade import paying

from .statement_common import StatementCommon


@tagged("post_install", "-at_install")
class TestPointExpiryCases(StatementCommon):
    """Cases of expiry that go wrong elsewhere, told anew with small figures."""

    def _earn(self, amount, days):
        """Points of so many days from now, on an order."""
        self.program.point_valid_days = days
        return self._sell(amount)

    def test_what_was_spent_is_taken_off_what_expires_first(self):
        """L057 expiry"""
        with freeze_time("2027-01-01"):
            self._earn(100, 30)
            self._earn(50, 89)
            card = self._card()
            self.assertEqual(
                sorted(card.lot_ids.mapped("expires_on")),
                [date(2027, 1, 31), date(2027, 3, 31)],
            )
        with freeze_time("2027-01-15"):
            card._post_adjustments({card: -80}, "Spent")
        with freeze_time("2027-02-01"):
            self._night()
            self.assertEqual(card.points, 50)
        self.assertWhole()

    def test_points_given_back_keep_their_last_day(self):
        """L058 expiry, giving back"""
        for cancelled, kept, last in (
            ("2027-01-31 23:50:00", 100, [("return", 100)]),
            ("2027-02-05 10:00:00", 0, [("return", 100), ("expire", -100)]),
        ):
            customer = self.env["res.partner"].create({"name": cancelled})
            with freeze_time("2027-01-01"):
                self.program.point_valid_days = 30
                self._order(customer)
            with freeze_time("2027-01-20"):
                order = self._order(customer, quantity=0.2, claim=True)
                card = self._card(customer)
                before = len(card.entry_ids)
            with freeze_time(cancelled):
                order._action_cancel()
                self.assertEqual(card.points, kept)
                kinds = [
                    kind for kind in self._kinds(card)[before:] if kind[0] in dict(last)
                ]
                self.assertEqual(kinds, last)
            with freeze_time("2027-02-05 11:00:00"):
                self._night()
                self.assertEqual(card.points, 0)

    def test_one_notice_about_what_is_left_of_a_day(self):
        """L060 expiry, notices"""
        self.program.point_notice_days = 7
        self.customer.email = "alba@example.com"
        with freeze_time("2027-01-01"):
            self._earn(30, 30)
            self._earn(50, 30)
            self._earn(40, 300)
            card = self._card()
            card._post_adjustments({card: -20}, "Spent")
        mails = self.env["mail.mail"].sudo()
        mine = [("model", "=", "loyalty.card"), ("res_id", "=", card.id)]
        before = mails.search(mine)
        with freeze_time("2027-01-25"), self.enter_registry_test_mode():
            for _run in range(2):
                self.env.ref(
                    "crm_loyalty.cron_send_points_notices"
                ).method_direct_trigger()
        mail = mails.search(mine) - before
        self.assertEqual(len(mail), 1)
        self.assertIn("60 Points on", mail.body_html)

    def test_days_are_days_and_not_a_year(self):
        """L061 expiry, leap day"""
        for begun, last in (
            ("2027-03-01", date(2028, 2, 29)),
            ("2027-02-28", date(2028, 2, 28)),
            ("2028-03-01", date(2029, 3, 1)),
        ):
            with freeze_time(begun):
                lot = self._earn(10, 365).sudo()
                lot = self._card().lot_ids.sorted("id")[-1]
                self.assertEqual(lot.expires_on, last)

    def test_points_expire_whatever_gave_them(self):
        """L062 expiry: Update Balance, generated cards, an add-on's own reason"""
        self.program.point_valid_days = 365
        with freeze_time("2027-01-01"):
            by_hand = self.env["loyalty.card"].create(
                {"program_id": self.program.id, "partner_id": self.customer.id}
            )
            self.env["loyalty.card.update.balance"].create(
                {"card_id": by_hand.id, "new_balance": 5, "description": "Gift"}
            ).action_update_card_point()
            self.env["loyalty.generate.wizard"].create(
                {
                    "program_id": self.program.id,
                    "mode": "selected",
                    "customer_ids": self.other_customer.ids,
                    "points_granted": 7,
                    "description": "Launch",
                }
            ).generate_coupons()
            by_hand.sudo()._post_adjustments({by_hand.sudo(): 3}, "Survey")
        cards = self._card() | self._card(self.other_customer)
        self.assertEqual(cards.mapped("points"), [8, 7])
        self.assertEqual({*cards.lot_ids.mapped("expires_on")}, {date(2028, 1, 1)})
        with freeze_time("2028-01-02"):
            self._night()
        self.assertEqual(cards.mapped("points"), [0, 0])


@tagged("post_install", "-at_install")
class TestPointCouponCases(StatementCommon):
    """A coupon for the next order is there while the order is that earned it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.coupons = cls._make_program(
            name="Next time",
            program_type="next_order_coupons",
            applies_on="future",
            rule_ids=[
                Command.create(
                    {
                        "reward_point_mode": "order",
                        "product_ids": [Command.set(cls.other_product.ids)],
                    }
                )
            ],
            reward_ids=[Command.create({"discount": 10})],
        )
        cls.oil = {"product_id": cls.other_product.id, "price_unit": 50}

    def _valid(self):
        cards = self.env["loyalty.card"].search(
            [("program_id", "=", self.coupons.id), ("points", ">", 0)]
        )
        return cards.sudo()

    def test_a_cancelled_order_gives_no_coupon(self):
        """L064 used coupons"""
        order = self._sell(self.oil)
        code = self._valid().code
        order._action_cancel()
        self.assertFalse(self._valid())
        self.assertIn("error", self._offer(100)._try_apply_code(code))
        order.action_draft()
        order._update_programs_and_rewards()
        order.action_confirm()
        self.assertEqual(len(self._valid()), 1)
        self.assertEqual(self._valid().points, 1)

    def test_a_coupon_is_used_once(self):
        """L065 used coupons"""
        self._sell(self.oil)
        card = self._valid()
        first = self._offer(100)
        first._try_apply_code(card.code)
        first._apply_program_reward(self.coupons.reward_ids, card)
        self.assertEqual(first.amount_total, 90)
        first._action_cancel()
        second = self._offer(100)
        second._try_apply_code(card.code)
        second._apply_program_reward(self.coupons.reward_ids, card)
        second.action_confirm()
        self.assertEqual(card.points, 0)
        first.action_draft()
        try:
            with self.cr.savepoint():
                first.action_confirm()
            self.assertEqual(first.amount_total, 100)
        except UserError:
            self.assertEqual(first.state, "draft")
        self.assertEqual(card.points, 0)

    def test_what_was_taken_off_before_gives_no_coupon(self):
        """L067 used coupons"""
        order = self._offer(self.oil, 100)
        order.order_line.filtered(
            lambda line: line.product_id == self.other_product
        ).unlink()
        order._update_programs_and_rewards()
        order.action_confirm()
        self.assertFalse(self._valid())

    def test_a_used_coupon_stops_no_return(self):
        """Used coupons: the refund goes through, and no such card is below zero"""
        order = self._sell(self.oil)
        card = self._valid()
        use = self._offer(100)
        use._try_apply_code(card.code)
        use._apply_program_reward(self.coupons.reward_ids, card)
        use.action_confirm()
        self.coupons.point_debt_policy = "block"
        self._credit(self._invoice(order))
        self.assertEqual(card.points, 0)
        self.assertWhole()


@tagged("post_install", "-at_install")
class TestPointDoorCases(StatementCommon):
    """Whose points they are, whatever door somebody comes by."""

    def test_a_branch_earns_on_the_parents_card(self):
        """L074 multi-company"""
        branch, sister = self.env["res.company"].create(
            [
                {"name": "Branch", "parent_id": self.company.id},
                {"name": "Sister", "currency_id": self.company.currency_id.id},
            ]
        )
        theirs = self._make_program(name="Sister's", company_id=sister.id)
        seller = new_test_user(
            self.env,
            "branch",
            "sales_team.group_sale_salesman",
            company_id=branch.id,
            company_ids=[Command.set(branch.ids)],
        )
        self.product.sudo().company_id = False
        order = (
            self.env["sale.order"]
            .with_user(seller)
            .create(
                {
                    "partner_id": self.customer.id,
                    "company_id": branch.id,
                    "order_line": [Command.create({"product_id": self.product.id})],
                }
            )
        )
        order._update_programs_and_rewards()
        order.action_confirm()
        self.assertEqual(self._points(), 100)
        self.assertFalse(self._card(program=theirs))

    def test_who_logs_in_at_checkout_has_one_card(self):
        """L085 doors"""
        public = self.env.ref("base.public_partner")
        order = self._offer(100, partner=public)
        order.partner_id = self.customer
        order._update_programs_and_rewards()
        order.action_confirm()
        cards = self.env["loyalty.card"].search([("program_id", "=", self.program.id)])
        self.assertEqual((cards.partner_id, cards.points), (self.customer, 100))

    def test_merged_customers_keep_days_and_what_earned_them(self):
        """L087 merge"""
        with freeze_time("2027-06-01"):
            self.program.point_valid_days = 30
            self._sell(100)
            self.program.point_valid_days = 39
            order = self._sell({"product_uom_qty": 2}, partner=self.other_customer)
            invoice = self._invoice(order)
            self._merge(self.other_customer, self.customer)
            card = self._card()
            self.assertEqual(card.points, 300)
            self._credit(invoice, {order.order_line: {"quantity": 1}})
            lots = card.lot_ids.filtered("points").sorted("expires_on")
            self.assertRecordValues(
                lots,
                [
                    {"points": 100, "expires_on": date(2027, 7, 1)},
                    {"points": 100, "expires_on": date(2027, 7, 10)},
                ],
            )
            self.assertEqual(lots[1].order_id, order)
        self.assertWhole()

    def test_a_debt_is_merged_either_way_round(self):
        """L088 merge, debt"""
        for rich_stays in (True, False):
            rich, owing = self.env["res.partner"].create(
                [{"name": f"Rich {rich_stays}"}, {"name": f"Owing {rich_stays}"}]
            )
            self.program.point_vesting = "confirmation"
            self._sell(100, partner=rich)
            self.program.point_vesting = "delivery"
            self._sell(50, partner=rich)
            card = self.env["loyalty.card"].create(
                {"program_id": self.program.id, "partner_id": owing.id}
            )
            card.sudo()._post_adjustments({card.sudo(): -30}, "Owed")
            gone, stays = (owing, rich) if rich_stays else (rich, owing)
            self._merge(gone, stays)
            card = self._card(stays)
            self.assertEqual((card.points, card.pending_points), (70, 50))
        self.assertWhole()

    def _merge(self, gone, stays):
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (gone | stays).ids, stays
        )

    def test_a_contact_who_moves_takes_nothing_along(self):
        """L089 company accounts"""
        self.program.point_holder = "company"
        one, two = self.env["res.partner"].create(
            [{"name": name, "is_company": True} for name in ("X", "Y")]
        )
        contact = self.env["res.partner"].create({"name": "C", "parent_id": one.id})
        order = self._sell(100, partner=contact)
        invoice = self._invoice(order)
        self.assertEqual(self._points(one), 100)
        contact.parent_id = two
        self._sell(200, partner=contact)
        self._credit(invoice)
        self.assertEqual((self._points(one), self._points(two)), (0, 200))
        self.assertWhole()

    def test_a_return_after_a_move_counts_for_the_company_of_the_purchase(self):
        """L089 company accounts: by the entries' customer tiers count points"""
        one, two = self.env["res.partner"].create(
            [{"name": name, "is_company": True} for name in ("X", "Y")]
        )
        contact = self.env["res.partner"].create({"name": "C", "parent_id": one.id})
        order = self._sell(100, partner=contact)
        invoice = self._invoice(order)
        contact.parent_id = two
        self._sell(200, partner=contact)
        self._credit(invoice, {order.order_line: {"quantity": 0.5}})
        entries = self._card(contact).entry_ids.sudo().sorted("id")
        self.assertRecordValues(
            entries,
            [
                {"kind": "earn", "points": 100, "partner_id": one.id},
                {"kind": "earn", "points": 200, "partner_id": two.id},
                {"kind": "claw_back", "points": -50, "partner_id": one.id},
            ],
        )

    def test_an_archived_customer_returns_goods(self):
        """L091 merge: taken in his archived account"""
        order = self._sell(100)
        invoice, card = self._invoice(order), self._card()
        card.active = False
        self.customer.active = False
        self._credit(invoice)
        self.assertEqual(card.points, 0)
        cards = self.env["loyalty.card"].with_context(active_test=False)
        self.assertEqual(
            cards.search([("program_id", "=", self.program.id)]).ids, card.ids
        )
        self.assertWhole()

    def test_who_ordered_earns_whoever_is_invoiced(self):
        """L092 company accounts"""
        order = self._sell(100, partner_invoice_id=self.other_customer.id)
        invoice = self._invoice(order)
        self.assertEqual(invoice.partner_id, self.other_customer)
        self.assertEqual(self._points(), 100)
        self._credit(invoice, {order.order_line: {"quantity": 0.5}})
        self.assertEqual(self._points(), 50)
        self.assertFalse(self._card(self.other_customer))

    def test_a_credit_note_without_a_sale_waits_for_a_decision(self):
        """A free credit note moves nothing and stands in a list"""
        order = self._sell(100)
        self._credit(self._invoice(order), {order.order_line: {"quantity": 0.1}})
        moves = self.env["account.move"].create(
            [
                {
                    "move_type": "out_refund",
                    "partner_id": partner.id,
                    "invoice_line_ids": [
                        Command.create({"name": "Sorry", "price_unit": 40})
                    ],
                }
                for partner in (self.customer, self.other_customer)
            ]
        )
        moves.action_post()
        self.env.flush_all()
        self.assertEqual(self._points(), 90)
        waiting = moves.search([("points_undecided", "=", True)])
        self.assertEqual(waiting & moves, moves[0])
        self.assertFalse(waiting & order.invoice_ids)
        self.assertTrue(moves[0].points_undecided)
        with paying(moves[0]):
            self.assertFalse(moves & moves.search([("points_undecided", "=", True)]))
        action = moves[0].action_open_points()
        cards = self.env["loyalty.card"].search(action["domain"])
        self.assertEqual(cards, self._card())
        seller, boss = (
            new_test_user(
                self.env, name, f"sales_team.group_{name}", company_id=self.company.id
            )
            for name in ("sale_salesman_all_leads", "sale_manager")
        )
        with self.assertRaises(AccessError):
            moves[0].with_user(seller).action_decide_points()
        moves[0].with_user(boss).action_decide_points()
        self.assertFalse(moves[0].points_undecided)
        self.assertEqual(moves[0].points_decided_on, self.company._today())
        self.assertEqual(self._points(), 90)

    def test_a_card_that_was_archived_after_it_was_promised(self):
        """Doors: the points are the customer's, once"""
        self._sell(10)
        card = self._card()
        order = self._offer(100)
        card.active = False
        order.action_confirm()
        cards = self.env["loyalty.card"].with_context(active_test=False)
        cards = cards.search([("partner_id", "=", self.customer.id)])
        self.assertEqual(sum(cards.mapped("points")), 110)
        self._credit(self._invoice(order))
        self.assertEqual(sum(cards.mapped("points")), 10)
        self.assertWhole()

    def test_what_expired_unspent_is_gone_already(self):
        """Expired: 100 earned, expired unspent, then the goods come back"""
        self.program.point_valid_days = 10
        with freeze_time("2027-01-01"):
            order = self._sell(100)
            invoice = self._invoice(order)
        with freeze_time("2027-01-20"):
            self._night()
            self.assertEqual(self._points(), 0)
            self._credit(invoice)
            self.assertEqual(self._points(), 0)
        self.assertWhole()
