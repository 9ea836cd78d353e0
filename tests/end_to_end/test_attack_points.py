"""Points and tiers, attacked by everybody who has no business with them."""

from attack_case import REFUSALS, AttackCase
from attack_rights import ACTORS

from odoo.tests import new_test_user, tagged


@tagged("post_install", "-at_install")
class TestAttackPoints(AttackCase):
    def _log_in(self, actor):
        self.authenticate(
            *((None, None) if actor == "anonymous" else (actor, actor * 2))
        )

    def _add_cashier(self):
        new_test_user(
            self.env, "cashier", "point_of_sale.group_pos_user", password="cashier" * 2
        )

    def _stranger_card(self):
        """A card of another company, whose id a cashier guesses."""
        program = self.env["loyalty.program"].create(
            {
                "name": "Elsewhere's",
                "program_type": "loyalty",
                "keep_ledger": True,
                "applies_on": "both",
                "company_id": self.env["res.users"]
                .search([("login", "=", "stranger")])
                .company_id.id,
            }
        )
        partner = self.env["res.partner"].create({"name": "Elsewhere's customer"})
        return self.env["loyalty.card"].create(
            {"program_id": program.id, "partner_id": partner.id, "points": 10}
        )

    def _kept_card(self):
        """A card of this company in a program that keeps points for its customers."""
        program = self.records["loyalty.point.entry"].program_id
        program.applies_on = "both"
        partner = self.env["res.partner"].create({"name": "Victim"})
        return self.env["loyalty.card"].create(
            {"program_id": program.id, "partner_id": partner.id, "points": 10}
        )

    def assertNotDone(self, actor, model, method, *args):
        """Refused by a rule or a constraint, in words and not by a traceback."""
        with self.subTest(actor=actor, model=model, method=method, args=str(args)[:80]):
            _result, error = self._call(actor, model, method, *args)
            self.assertIn(error, {*REFUSALS, "odoo.exceptions.ValidationError"})

    def test_a_till_moves_only_what_its_sale_gives_and_takes(self):
        """By a ledger: without one a till says how much, as in Odoo."""
        self._add_cashier()
        sale = self.records["pos.order"]
        sale.state = "paid"
        own = self.records["loyalty.point.entry"].card_id
        cards = (own, self._kept_card(), self._stranger_card())
        wallet = self.env["loyalty.program"].create(
            {
                "name": "Wallet",
                "program_type": "ewallet",
                "applies_on": "future",
                "keep_ledger": True,
            }
        )
        gift = self.env["loyalty.program"].create(
            {"name": "Gift", "program_type": "gift_card", "keep_ledger": True}
        )
        shelf = self.env["loyalty.card"].create(
            {"program_id": gift.id, "points": 10, "code": "SHELF"}
        )
        self.env.flush_all()
        before = self.env["loyalty.card"].search_count([])
        for card in (*cards, shelf):
            holder = card.partner_id.id
            for points in (5_000, -5, "nan", 1e308, 10**400, None):
                for partner in {holder, self.partner.id, False}:
                    told = {
                        "points": points,
                        "program_id": card.program_id.id,
                        "partner_id": partner,
                        "coupon_id": card.id,
                        "code": card.code,
                    }
                    for _replay in range(2):
                        self.assertNotDone(
                            "cashier",
                            "pos.order",
                            "confirm_coupon_programs",
                            sale.ids,
                            {str(card.id): told},
                        )
        for program in (wallet, gift, own.program_id):
            told = {"points": 5_000, "program_id": program.id, "coupon_id": -1}
            for partner in (self.partner.id, cards[1].partner_id.id):
                self.assertNotDone(
                    "cashier",
                    "pos.order",
                    "confirm_coupon_programs",
                    sale.ids,
                    {"-1": {**told, "partner_id": partner, "code": "MINTED"}},
                )
        for actor in (*ACTORS, "cashier"):
            self.assertNotDone(
                actor, "pos.order", "add_loyalty_history_lines", sale.ids, [], []
            )
        self.env.invalidate_all()
        self.assertEqual([card.points for card in (*cards, shelf)], [10] * 4)
        self.assertFalse(shelf.partner_id)
        self.assertEqual(self.env["loyalty.card"].search_count([]), before)

    def test_cards_stay_whose_they_are(self):
        self._add_cashier()
        card, foreign = self._kept_card(), self._stranger_card()
        self.env.flush_all()
        before = card.read(), foreign.read()
        changes = (
            {"partner_id": self.partner.id},
            {"program_id": foreign.program_id.id},
            {"company_id": foreign.company_id.id},
            {"code": "MINE"},
            {"expiration_date": "2090-01-01"},
            {"order_id": self.records["sale.order"].id},
            {"source_pos_order_id": self.records["pos.order"].id},
            {"points": 5_000, "partner_id": self.partner.id},
        )
        for actor in ("salesperson", "cashier", "employee", "portal customer"):
            for vals in changes:
                self.assertNotDone(actor, "loyalty.card", "write", card.ids, vals)
                web = (card.ids, vals, {})
                self.assertNotDone(actor, "loyalty.card", "web_save", *web)
                self.assertNotDone(actor, "loyalty.card", "write", foreign.ids, vals)
            self.assertNotDone(
                actor,
                "loyalty.program",
                "write",
                card.program_id.ids,
                {"coupon_ids": [(1, card.id, {"partner_id": self.partner.id})]},
            )
            self.assertNotDone(
                actor, "loyalty.card", "create", [{"program_id": card.program_id.id}]
            )
        for actor in ("manager", "stranger"):
            for vals in changes[1:4]:
                if actor == "manager" and "code" in vals:
                    # whoever may open cards chooses their codes
                    continue
                self.assertNotDone(actor, "loyalty.card", "write", card.ids, vals)
        self.assertNotDone(
            "manager",
            "loyalty.program",
            "write",
            card.program_id.ids,
            {"company_id": foreign.company_id.id},
        )
        self.env.invalidate_all()
        self.assertEqual((card.read(), foreign.read()), before)

    def test_orders_spend_their_customers_points_only(self):
        card = self._kept_card()
        reward = self.env["loyalty.reward"].create(
            {"program_id": card.program_id.id, "discount": 5, "required_points": 1}
        )
        line = {
            "name": "Reward",
            "product_id": self._product().id,
            "reward_id": reward.id,
            "coupon_id": card.id,
            "points_cost": 10,
        }
        seller = self.env["res.users"].search([("login", "=", "salesperson")])
        order = self.records["sale.order"]
        order.user_id = seller
        own = self.env["sale.order.line"].create(
            {"order_id": order.id, "product_id": self._product().id}
        )
        self.env.flush_all()
        born = {"partner_id": self.partner.id, "user_id": seller.id, "state": "sale"}
        for actor in ("salesperson", "manager"):
            for model, method, args in (
                ("sale.order", "write", [order.ids, {"order_line": [(0, 0, line)]}]),
                (
                    "sale.order",
                    "write",
                    [order.ids, {"applied_coupon_ids": [(4, card.id)]}],
                ),
                ("sale.order", "create", [{**born, "order_line": [(0, 0, line)]}]),
                (
                    "sale.order",
                    "create",
                    [{**born, "applied_coupon_ids": [(4, card.id)]}],
                ),
                ("sale.order.line", "create", [{**line, "order_id": order.id}]),
                ("sale.order.line", "write", [own.ids, line]),
                (
                    "sale.order.line",
                    "write",
                    [own.ids, {"coupon_id": card.id, "points_cost": 1e308}],
                ),
            ):
                self.assertNotDone(actor, model, method, *args)
        self.env.invalidate_all()
        self.assertEqual(card.points, 10)

    def test_entries_tell_of_no_hidden_sale(self):
        manager = self.env["res.users"].search([("login", "=", "manager")])
        order = self.env["sale.order"].create(
            {"partner_id": self.partner.id, "user_id": manager.id}
        )
        entry = self.records["loyalty.point.entry"]
        self.env.cr.execute(
            "UPDATE loyalty_point_entry SET order_id = %s, reason = %s WHERE id = %s",
            (order.id, order.name, entry.id),
        )
        self.env.invalidate_all()
        for actor, seen in (("salesperson", False), ("manager", True)):
            result, error = self._call(actor, entry._name, "read", entry.ids)
            self.assertIsNone(error)
            self.assertEqual(order.name in str(result), seen, actor)
            kept = ["order_id", "move_id", "pos_order_id", "reason", "key"]
            for field in kept:
                self.assertRefused(actor, entry._name, "read", entry.ids, [field])
                domains = [[(field, "!=", False)]]
                if field in entry.lot_id._fields:
                    domains.append([(f"lot_id.{field}", "!=", 0)])
                for domain in domains:
                    _result, error = self._call(
                        actor, entry._name, "search_count", domain
                    )
                    self.assertTrue(error, (field, domain))
            self.assertRefused(
                actor,
                "loyalty.point.lot",
                "read",
                entry.lot_id.ids,
                ["order_id"],
            )

    def test_points_are_changed_by_nobody(self):
        card = self.records["loyalty.point.entry"].card_id
        for actor in ACTORS:
            for method, args in (
                ("write", [{"points": 5_000}]),
                ("web_save", [{"points": 5_000}, {}]),
                ("write", [{"pending_points": 5_000}]),
                ("write", [{"account_card_id": card.id}]),
            ):
                self.assertRefused(actor, "loyalty.card", method, card.ids, *args)
        self.assertEqual(card.points, 10)

    def test_whoever_invoices_decides_nothing_about_points(self):
        move = self.records["account.move"]
        values = {
            "points_decided_on": "2026-01-01",
            "point_liability_id": self.records["loyalty.point.liability"].id,
        }
        for name, value in values.items():
            for actor in ("accountant", "manager"):
                self.assertRefused(
                    actor, "account.move", "write", move.ids, {name: value}
                )
            self.assertRefused(
                "accountant",
                "account.move",
                "create",
                [{"move_type": "out_refund", name: value}],
            )
        made, error = self._call(
            "accountant",
            "account.move",
            "create",
            [{"move_type": "out_refund"}],
            context={f"default_{name}": value for name, value in values.items()},
        )
        self.assertFalse(error)
        move |= move.browse(made)
        move.invalidate_recordset()
        self.assertFalse(move.filtered("points_decided_on"))
        self.assertFalse(move.point_liability_id)

    def test_pages_of_points(self):
        """Only its customer sees an account; nobody's odd address is an error."""
        card = self.records["loyalty.point.entry"].card_id
        page = f"/my/points/{card.id}"
        odd = (
            f"{page}?sortby=id;drop&page=-1",
            f"{page}/page/999999999999999999999",
            f"{page}?page=x&sortby=",
            f"{page}/page/-1",
            "/my/points/0",
            "/my/points/99999999999999999999",
            "/my/points?page=x",
            f"/my/loyalty_card/{card.id}/history?sortby=x",
        )
        for actor in ACTORS:
            self._log_in(actor)
            with self.subTest(actor=actor):
                answer = self.url_open(page)
                seen = "points_available" in answer.text
                self.assertEqual(seen, actor == "portal customer")
                for url in odd:
                    answer = self.url_open(url)
                    self.assertLess(answer.status_code, 500, url)
                    if actor != "portal customer":
                        self.assertNotIn("points_available", answer.text, url)
                for url in ("/my/points/x", f"{page}/page/x"):
                    self.assertEqual(self.url_open(url).status_code, 404, url)

    def test_page_of_a_companys_points(self):
        """A contact's permission is asked at every request, and of nobody else."""
        company = self.env["res.partner"].create({"name": "Co", "is_company": True})
        self.partner.parent_id = company
        program = self.records["loyalty.point.entry"].program_id
        program.write({"applies_on": "both", "point_holder": "company"})
        account = self.env["loyalty.card"].search([("partner_id", "=", company.id)])
        self.env.flush_all()
        self.authenticate("portal customer", "portal customer" * 2)
        for permitted in (False, True, False):
            self.partner.may_use_company_points = permitted
            self.env.flush_all()
            answer = self.url_open(f"/my/points/{account.id}")
            self.assertEqual("points_available" in answer.text, permitted)
        _result, error = self._call(
            "portal customer",
            "res.partner",
            "write",
            self.partner.ids,
            {"may_use_company_points": True},
        )
        self.assertEqual(error, "odoo.exceptions.AccessError")

    def test_administrators_change_no_entry(self):
        """Who may change everything else corrects by another entry, as all do."""
        entry = self.records["loyalty.point.entry"]
        lot = self.records["loyalty.point.lot"]
        before = entry.read(), lot.read()
        new_test_user(
            self.env,
            "administrator",
            "base.group_system,base.group_erp_manager,"
            "sales_team.group_sale_manager,account.group_account_manager",
            password="administrator" * 2,
        )
        self.env.flush_all()
        for record in (entry, lot):
            for method, args in (
                ("write", [record.ids, {"points": 5_000}]),
                ("web_save", [record.ids, {"points": 5_000}, {}]),
                ("unlink", [record.ids]),
                ("copy", [record.ids]),
                ("create", [[{"card_id": record.card_id.id, "points": 1}]]),
                ("load", [["id", "points"], [[str(record.id), "1"]]]),
            ):
                with self.subTest(model=record._name, method=method):
                    result, error = self._call(
                        "administrator", record._name, method, *args
                    )
                    # an import answers its errors
                    refused = error or (result or {}).get("messages")
                    self.assertTrue(refused, result)
        self.assertRefused(
            "administrator",
            "loyalty.card",
            "write",
            entry.card_id.ids,
            {"points": 5_000},
        )
        self.env.invalidate_all()
        self.assertEqual((entry.read(), lot.read()), before)

    def test_no_points_without_a_sale_at_the_till(self):
        """Odoo's cashier reports points with his sale; nobody else, and never none."""
        card = self.records["loyalty.point.entry"].card_id
        told = {
            str(card.id): {
                "points": 5_000,
                "program_id": card.program_id.id,
                "partner_id": self.partner.id,
            }
        }
        sale = self.records["pos.order"]
        new_test_user(
            self.env, "cashier", "point_of_sale.group_pos_user", password="cashier" * 2
        )
        self.env.flush_all()
        for actor in ACTORS:
            self.assertRefused(
                actor, "pos.order", "confirm_coupon_programs", sale.ids, told
            )
        for actor in (*ACTORS, "cashier"):
            for ids in ([], [sale.id, sale.id + 1]):
                self.assertRefused(
                    actor, "pos.order", "confirm_coupon_programs", ids, told
                )
        self.env.invalidate_all()
        self.assertEqual(card.points, 10)

    def test_portal_functions_are_for_members(self):
        """The link behind a benefit is told to nobody who is not granted it."""
        self.records["loyalty.tier.benefit"].write(
            {"kind": "portal", "code": "early", "url": "https://early.example/door"}
        )
        self.env.flush_all()
        odd = ("early%5C..", "%00", "EARLY", "early/x", "x" * 3000, "%E2%80%AE")
        for actor in ACTORS:
            self._log_in(actor)
            # all are at one address
            self.env["suite.attempt"].search([]).unlink()
            with self.subTest(actor=actor):
                answer = self.url_open("/my/benefits/early", allow_redirects=False)
                leads = answer.headers.get("Location", "")
                self.assertEqual("early.example" in leads, actor == "portal customer")
                for code in odd:
                    answer = self.url_open(
                        f"/my/benefits/{code}", allow_redirects=False
                    )
                    self.assertLess(answer.status_code, 500, code)
                    self.assertNotIn(
                        "early.example", answer.headers.get("Location", ""), code
                    )
