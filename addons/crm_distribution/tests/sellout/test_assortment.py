import itertools
import math
import random
from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .sellout_common import SelloutCommon

NOW = datetime(2026, 11, 10, 12)


class AssortmentCommon(SelloutCommon):
    """A wholesaler between two producers and us, and its retailers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        clock = freeze_time(NOW)
        clock.start()
        cls.addClassCleanup(clock.stop)
        cls.kitchen = cls.env["product.category"].create({"name": "Kitchen"})
        cls.cups, cls.pots = cls.env["product.category"].create(
            [{"name": name, "parent_id": cls.kitchen.id} for name in ("Cups", "Pots")]
        )
        cls.cup.categ_id, cls.pot.categ_id = cls.cups, cls.pots
        cls.garden = cls.env["product.category"].create({"name": "Garden"})
        cls.rake = cls.env["product.product"].create(
            {
                "name": "Rake",
                "type": "consu",
                "default_code": "RAKE",
                "categ_id": cls.garden.id,
                "taxes_id": [Command.clear()],
            }
        )
        cls.wholesaler = cls._member("Wholesaler", "wholesaler")
        cls.producers = [cls._member(f"Maker {n}", "producer") for n in range(2)]

    @classmethod
    def _member(cls, name, level):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "distribution_level_id": cls.env.ref(
                    f"crm_distribution.level_{level}"
                ).id,
            }
        )

    @classmethod
    def _link(cls, supplier, buyer, category=None, **values):
        return cls.env["distribution.link"].create(
            {
                "supplier_id": supplier.id,
                "buyer_id": buyer.id,
                "category_id": category and category.id,
                **values,
            }
        )

    @classmethod
    def _rows(cls, model, **which):
        cls.env.flush_all()
        found = cls.env[model]
        found.invalidate_model()
        return found.search([(name, "=", value) for name, value in which.items()])

    def _shown(self, action):
        return self.env[action["res_model"]].search(action["domain"])


@tagged("post_install", "-at_install")
class TestAssortment(AssortmentCommon):
    """Who supplies whom with what, and what combining ranges saves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.retailers = cls.retailer | cls.other
        cls.links = cls._link(cls.producers[0], cls.wholesaler, cls.kitchen)
        cls.links |= cls._link(cls.producers[1], cls.wholesaler, cls.garden)
        for retailer in cls.retailers:
            cls.links |= cls._link(cls.wholesaler, retailer)
        cls.invoice = cls._invoice(date(2026, 10, 1), (cls.cup, 10, 5))
        cls.credit = cls._invoice(
            date(2026, 10, 2), (cls.cup, 2, 5), refund_of=cls.invoice
        )
        cls.env["distribution.reporter"].create(
            {
                "partner_id": cls.wholesaler.id,
                "company_id": cls.company.id,
                "kind": "original",
            }
        )
        cls.report = cls._accepted(
            "POT,3,2026-10-03,10,ROYA",
            "RAKE,1,2026-10-03,7,ROYA",
            "POT,9,2026-10-03,10,",
            "RAKE,4,2025-11-01,7,ROYA",
            head="product,quantity,date,price,customer",
            partner=cls.wholesaler,
        )

    def test_a_buyer_has_the_ranges_of_all_its_suppliers(self):
        rows = self._rows("distribution.assortment", buyer_id=self.retailer.id)
        own = self.company.partner_id
        self.assertEqual(
            {
                (row.supplier_id, row.product_id, row.way, row.is_linked, row.amount)
                for row in rows
            },
            {
                (own, self.cup, "sellin", False, 40),
                (self.wholesaler, self.pot, "sellout", True, 30),
                (self.wholesaler, self.rake, "sellout", True, 7),
            },
        )
        self.assertEqual(rows.mapped("last_day").count(date(2026, 10, 3)), 2)
        (idle,) = self._rows("distribution.assortment", buyer_id=self.other.id)
        self.assertEqual((idle.way, idle.supplier_id), ("link", self.wholesaler))
        self.assertFalse(idle.product_id)

    def test_a_link_for_other_goods_is_no_link_for_these(self):
        self._link(self.company.partner_id, self.retailer, self.pots)
        rows = self._rows(
            "distribution.assortment",
            buyer_id=self.retailer.id,
            supplier_id=self.company.partner_id.id,
        )
        self.assertEqual(
            {(row.way, row.category_id, row.is_linked) for row in rows},
            {("sellin", self.cups, False), ("link", self.pots, True)},
        )
        self._link(self.company.partner_id, self.retailer, self.kitchen)
        (row,) = self._rows(
            "distribution.assortment",
            buyer_id=self.retailer.id,
            product_id=self.cup.id,
        )
        self.assertTrue(row.is_linked)

    def test_a_figure_opens_the_lines_or_the_link_that_make_it(self):
        rows = self._rows("distribution.assortment", buyer_id=self.retailer.id)
        ours = rows.filtered(lambda row: row.way == "sellin")
        self.assertEqual(
            self._shown(ours.action_open_records()),
            (self.invoice | self.credit).invoice_line_ids,
        )
        pots = rows.filtered(lambda row: row.product_id == self.pot)
        (line,) = self._shown(pots.action_open_records())
        self.assertEqual((line.quantity, line.customer_id), (3, self.retailer))
        (idle,) = self._rows("distribution.assortment", buyer_id=self.other.id)
        self.assertEqual(
            self._shown(idle.action_open_records()),
            self.links.filtered(lambda link: link.buyer_id == self.other),
        )

    def test_goods_taken_back_within_an_invoice_lower_what_was_bought(self):
        self._invoice(date(2026, 10, 5), (self.cup, -4, 5), (self.pot, 10, 5))
        (row,) = self._rows(
            "distribution.assortment",
            buyer_id=self.retailer.id,
            product_id=self.cup.id,
        )
        self.assertEqual((row.quantity, row.amount), (4, 20))

    def test_combining_ranges_saves_contacts(self):
        (row,) = self._rows("distribution.assortment.buyer", buyer_id=self.retailer.id)
        # us, and the wholesaler with two makers behind it
        self.assertEqual((row.suppliers, row.ranges, row.saved), (2, 3, 1))
        self.assertEqual((row.categories, row.widest, row.combined), (3, 2, 1))
        self.assertEqual(
            self._shown(row.action_open_ranges()),
            self.links.filtered(lambda link: link.buyer_id != self.other),
        )
        self.assertEqual(
            self._shown(row.action_open_contacts()).partner_id, self.wholesaler
        )
        self.assertEqual(len(self._shown(row.action_open_assortment())), 3)

    def test_what_buyers_are_spared_adds_up_to_contact_efficiency(self):
        """n·(m − 1) − m = m·n − (m + n)."""
        trader = self._member("Trader", "wholesaler")
        shops = [self._member(f"Shop {n}", "retailer") for n in range(5)]
        makers = [self._member(f"Source {n}", "producer") for n in range(4)]
        for maker in makers:
            self._link(maker, trader)
        for shop in shops:
            self._link(trader, shop, self.kitchen)
        spared = sum(
            self._rows("distribution.assortment.buyer", buyer_id=shop.id).saved
            for shop in shops
        )
        row = self._rows("distribution.contact.efficiency", partner_id=trader.id)
        self.assertEqual(spared - len(makers), row.saved)
        self.assertEqual(row.saved, 4 * 5 - (4 + 5))

    def test_a_range_of_other_goods_is_not_behind_a_supplier(self):
        shop = self._member("Pot Shop", "retailer")
        self._link(self.wholesaler, shop, self.pots)
        (row,) = self._rows("distribution.assortment.buyer", buyer_id=shop.id)
        self.assertEqual((row.suppliers, row.ranges, row.saved), (1, 1, 0))

    def test_more_rows_take_no_more_queries(self):
        for model in ("distribution.assortment", "distribution.assortment.buyer"):
            rows = self.env[model]
            with self.subTest(model):
                counts = []
                for buyers in (self.retailer, self.retailers | self.wholesaler):
                    self.env.flush_all()
                    self.env.invalidate_all()
                    before = self.env.cr.sql_log_count
                    rows.search([("buyer_id", "in", buyers.ids)]).read()
                    counts.append(self.env.cr.sql_log_count - before)
                self.assertLessEqual(counts[1], counts[0])

    def test_who_sees_whose_assortment(self):
        own = new_test_user(self.env, "range_own", "crm_distribution.group_channel_own")
        seller = new_test_user(
            self.env, "range_seller", "sales_team.group_sale_salesman"
        )
        rows = self._rows("distribution.assortment", buyer_id=self.retailer.id)
        with self.assertRaises(AccessError):
            rows.with_user(seller).read(["amount"])
        self.assertFalse(rows.with_user(own).search([]))
        self.retailer.user_id = own
        # what another's wholesaler reports is not told
        self.assertEqual(
            rows.with_user(own).search([("way", "!=", "link")]).supplier_id,
            self.company.partner_id,
        )
        pot = rows.filtered(lambda row: row.product_id == self.pot)
        with self.assertRaises(AccessError):
            pot.with_user(own).action_open_records()
        self.wholesaler.user_id = own
        self.assertIn(pot, rows.with_user(own).search([]))
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        boss = new_test_user(
            self.env,
            "range_boss",
            "crm_distribution.group_channel_manager",
            company_id=elsewhere.id,
            company_ids=[Command.set(elsewhere.ids)],
        )
        self.assertFalse(
            rows.with_user(boss).search([("company_id", "=", self.company.id)])
        )


@tagged("post_install", "-at_install")
class TestBoughtTogether(AssortmentCommon):
    """Pairs of goods in one basket, told from chance."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyers = [cls._member(f"Buyer {n}", "retailer") for n in range(4)]
        cls.products = cls.cup | cls.pot | cls.rake
        cls.products |= cls.env["product.product"].create(
            [
                {
                    "name": f"Tool {n}",
                    "type": "consu",
                    "categ_id": (cls.garden if n % 2 else cls.kitchen).id,
                    "taxes_id": [Command.clear()],
                }
                for n in range(5)
            ]
        )
        chance = random.Random(16)
        cls.baskets = []
        for number in range(60):
            basket = {product for product in cls.products[3:] if chance.random() < 0.2}
            if number % 3 == 0:
                basket |= {cls.cup, cls.pot}
            elif number % 3 == 1:
                basket |= {chance.choice(cls.products[:3])}
            else:
                basket |= {cls.rake}
            cls.baskets.append((cls.buyers[number % 4], basket))
        cls.orders = cls._orders(cls.baskets)

    @classmethod
    def _orders(cls, baskets, day=None, **values):
        orders = cls.env["sale.order"].create(
            [
                {
                    "partner_id": buyer.id,
                    "order_line": [
                        Command.create({"product_id": product.id})
                        for product in sorted(basket, key=lambda one: one.id)
                    ],
                    **values,
                }
                for buyer, basket in baskets
            ]
        )
        orders.action_confirm()
        if day:
            orders.date_order = day
        return orders

    def _pairs(self, **which):
        return self._rows(
            "distribution.assortment.pair",
            **{"source": "order", "company_id": self.company.id, **which},
        )

    def _counted(self, baskets, item):
        """By hand: each ordered pair with its figures and verdict."""
        sets = [(buyer, {item(one) for one in basket}) for buyer, basket in baskets]
        n = len(sets)
        with_one = {
            one: sum(one in basket for _buyer, basket in sets)
            for one in set().union(*(basket for _buyer, basket in sets))
        }
        often = [one for one, count in with_one.items() if count >= 5]
        found = {}
        for first, second in itertools.permutations(often, 2):
            both = [buyer for buyer, basket in sets if {first, second} <= basket]
            a, b, t = with_one[first], with_one[second], len(both)
            if not t:
                continue
            cells = [x * y / n for x in (a, n - a) for y in (b, n - b)]
            if t < 5 or min(cells) < 5 or len(set(both)) < 3:
                lift, verdict = 0, "few"
            else:
                seen = (t, a - t, b - t, n - a - b + t)
                expected = (cells[0], cells[1], cells[2], cells[3])
                chi = sum(
                    (one - other) ** 2 / other
                    for one, other in zip(seen, expected, strict=True)
                )
                lift = (t / a) / (b / n)
                pairs = math.comb(len(often), 2)
                if math.erfc(math.sqrt(chi / 2)) * pairs > 0.05:
                    verdict = "chance"
                else:
                    verdict = "together" if lift > 1 else "apart"
            buys = {
                one: {buyer for buyer, basket in sets if one in basket}
                for one in (first, second)
            }
            found[first, second] = (
                n,
                a,
                b,
                t,
                len(set(both)),
                len(buys[first] - buys[second]) if verdict == "together" else 0,
                round(100 * t / n, 6),
                round(100 * t / a, 6),
                round(lift, 6),
                verdict,
            )
        return found

    def _reported(self, kind):
        names = {
            "product": ("product_id", "other_product_id"),
            "category": ("category_id", "other_category_id"),
        }[kind]
        return {
            (row[names[0]], row[names[1]]): (
                row.baskets,
                row.with_first,
                row.with_second,
                row.together,
                row.buyers,
                row.without,
                round(row.support, 6),
                round(row.confidence, 6),
                round(row.lift, 6),
                row.verdict,
            )
            for row in self._pairs(kind=kind)
        }

    def test_the_report_is_what_is_counted_by_hand(self):
        by_hand = self._counted(self.baskets, lambda product: product)
        self.assertEqual(self._reported("product"), by_hand)
        self.assertEqual(
            self._reported("category"),
            self._counted(self.baskets, lambda product: product.categ_id),
        )
        verdicts = {figures[-1] for figures in by_hand.values()}
        self.assertLessEqual({"together", "few", "chance"}, verdicts)
        self.assertEqual(by_hand[self.cup, self.pot][-1], "together")

    def test_chance_is_no_finding(self):
        """Thirty baskets of independent goods: no pair of them is named."""
        chance = random.Random(7)
        goods = self.env["product.product"].create(
            [
                {"name": f"Part {n}", "type": "consu", "categ_id": self.garden.id}
                for n in range(8)
            ]
        )
        self.orders._action_cancel()
        baskets = [
            (buyer, {one for one in goods if chance.random() < 0.5} or {goods[0]})
            for buyer in self.buyers * 20
        ]
        self._orders(baskets)
        verdicts = self._pairs(kind="product").mapped("verdict")
        self.assertEqual(len(verdicts), 8 * 7)
        self.assertEqual(set(verdicts), {"chance"})

    def test_a_habit_of_two_buyers_is_no_finding(self):
        pair = {self.products[3], self.products[5]}
        for order in self.orders:
            if pair <= {*order.order_line.product_id}:
                order._action_cancel()
        self._orders([(self.buyers[n % 2], pair) for n in range(12)])
        (few,) = self._pairs(
            kind="product",
            product_id=self.products[3].id,
            other_product_id=self.products[5].id,
        )
        self.assertEqual((few.together, few.buyers), (12, 2))
        self.assertEqual((few.verdict, few.lift), ("few", 0))

    def test_what_does_not_count_changes_nothing(self):
        before = self._reported("product")
        pair = {self.cup, self.rake}
        customer = self.env["res.partner"].create({"name": "Consumer"})
        # of no member, of long ago, not confirmed, nothing of it, and no goods
        self._orders([(customer, pair)])
        self._orders([(self.buyers[0], pair)], day=NOW - timedelta(days=400))
        self._orders([(self.buyers[0], pair)])._action_cancel()
        self._orders([(self.buyers[0], pair)]).order_line.product_uom_qty = 0
        service = self.env["product.product"].create(
            {"name": "Delivery", "type": "service"}
        )
        self._orders([(self.buyers[0], {service})] * 6)
        self.assertEqual(self._reported("product"), before)

    def test_invoices_and_second_lines_make_no_more_baskets(self):
        before = self._reported("product")
        order = self.orders[0]
        order._create_invoices().action_post()
        order.order_line[0].copy({"order_id": order.id})
        self.assertEqual(self._reported("product"), before)

    def test_a_figure_opens_its_orders_and_whom_to_offer_the_other(self):
        self._orders([(self.retailer, {self.cup})])
        (row,) = self._pairs(
            kind="product", product_id=self.cup.id, other_product_id=self.pot.id
        )
        both = self._shown(row.action_open_together())
        self.assertEqual(len(both), row.together)
        for order in both:
            self.assertLessEqual(self.cup | self.pot, order.order_line.product_id)
        self.assertEqual(len(self._shown(row.action_open_first())), row.with_first)
        self.assertEqual(row.without, 1)
        self.assertEqual(self._shown(row.action_open_without()), self.retailer)

    def test_documents_of_sell_out_are_baskets_of_their_own(self):
        rows = [
            f"{code},1,2026-10-{day:02},R{day},"
            for day in range(1, 25)
            for code in (("CUP", "POT") if day % 2 else ("RAKE",))
        ]
        self._accepted(
            *rows,
            "CUP,-1,2026-10-01,R1,",
            "RAKE,1,2026-10-01,,",
            # what a member stocks up on is no sale to a consumer
            *(f"CUP,5,2026-10-{day:02},D{day},OMID" for day in range(1, 8)),
            head="product,quantity,date,document,customer",
        )
        (row,) = self._rows(
            "distribution.assortment.pair",
            source="sellout",
            kind="product",
            product_id=self.cup.id,
        )
        self.assertEqual((row.baskets, row.together, row.buyers), (24, 12, 1))
        # one shop's receipts are no finding, however many they are
        self.assertEqual(row.verdict, "few")
        self.assertEqual(len(self._shown(row.action_open_together())), 24)

    def test_more_orders_take_no_more_queries(self):
        self._pairs().read()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self._pairs().read()
        first = self.env.cr.sql_log_count - before
        self._orders(self.baskets)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self._pairs().read()
        self.assertLessEqual(self.env.cr.sql_log_count - before, first)

    def test_sums_of_all_sales_are_not_for_own_intermediaries_alone(self):
        own = new_test_user(self.env, "pair_own", "crm_distribution.group_channel_own")
        rows = self._pairs()
        self.assertTrue(rows)
        self.assertFalse(rows.with_user(own).search([]))
        with self.assertRaises(AccessError):
            rows[0].with_user(own).action_open_together()
        user = new_test_user(
            self.env, "pair_user", "crm_distribution.group_channel_user"
        )
        self.assertEqual(rows.with_user(user).search([("id", "in", rows.ids)]), rows)
