from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..deal.deal_common import DealCommon


@tagged("post_install", "-at_install")
class TestTargets(DealCommon):
    """What intermediaries were to sell, and what was invoiced less credits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.targets = cls.env["distribution.target"]
        cls.buyer = cls._customer()

    def _target(self, target, partner=None, **values):
        return self.targets.create(
            {
                "partner_id": (partner or self.x).id,
                "category_id": self.pumps.id,
                "date_from": date(2027, 1, 1),
                "date_to": date(2027, 3, 31),
                "measure": "quantity",
                "target": target,
                **values,
            }
        )

    def _sell(self, quantity, customer=None, product=None, day=None, **values):
        order = self.env["sale.order"].create(
            {
                "partner_id": (customer or self.buyer).id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": (product or self.pump).id,
                            "product_uom_qty": quantity,
                            "price_unit": 100,
                        }
                    )
                ],
                **values,
            }
        )
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.invoice_date = day or date(2027, 2, 10)
        invoice.action_post()
        return order, invoice

    def _give_back(self, invoice, quantity, day):
        credit = invoice._reverse_moves(
            [{"invoice_date": day, "date": day}], cancel=False
        )
        credit.invoice_line_ids.quantity = quantity
        credit.action_post()

    def _months(self, target):
        self.env.flush_all()
        rows = self.env["distribution.attainment"].search(
            [("target_id", "=", target.id)]
        )
        return [(row.goal, row.attained, row.variance) for row in rows]

    def _shares(self, **percents):
        return {
            "distribution_share_ids": [
                Command.create({"partner_id": getattr(self, name).id, "percent": share})
                for name, share in percents.items()
            ]
        }

    def test_an_order_counts_by_its_shares_and_a_month_without_sales_is_there(self):
        """C127: 5 pieces wholly and 10 by half are 10, not 15."""
        target = self._target(10)
        self._sell(5, **self._shares(x=100))
        self._sell(10, **self._shares(x=50, y=50))
        months = self._months(target)
        self.assertEqual([attained for _goal, attained, _gap in months], [0, 10, 0])
        for goal, attained, gap in months:
            self.assertAlmostEqual(goal, 10 / 3)
            self.assertAlmostEqual(gap, attained - goal)
        self.assertRecordValues(target, [{"attained": 10, "variance": 0}])
        self.assertEqual(self._target(10, self.y).attained, 5)

    def test_returns_are_taken_off_and_what_is_missing_is_below_nought(self):
        """C128: 90 less 20 is 70, and -30 in list and report."""
        target = self._target(100)
        _order, invoice = self._sell(90, **self._shares(x=100))
        self._give_back(invoice, 20, date(2027, 3, 5))
        self.assertRecordValues(target, [{"attained": 70, "variance": -30}])
        self.assertEqual([row[1] for row in self._months(target)], [0, 90, -20])
        ((attained, variance),) = self.env["distribution.attainment"]._read_group(
            [("target_id", "=", target.id)],
            [],
            ["attained:sum", "variance:sum"],
        )
        self.assertAlmostEqual(attained, 70)
        self.assertAlmostEqual(variance, -30)
        money = self._target(10000, measure="amount")
        self.assertRecordValues(money, [{"attained": 7000, "variance": -3000}])

    def test_a_figure_opens_the_lines_that_make_it(self):
        target = self._target(100)
        whole, half, returned = (
            self._sell(quantity, day=day, **self._shares(**shares))[1]
            for quantity, day, shares in (
                (5, date(2027, 2, 1), {"x": 100}),
                (10, date(2027, 2, 28), {"x": 50, "y": 50}),
                (20, date(2027, 3, 1), {"x": 100}),
            )
        )
        # of somebody else, of other goods, before, and not posted
        self._sell(3, **self._shares(y=100))
        self._sell(3, product=self.valve, **self._shares(x=100))
        self._sell(3, day=date(2026, 12, 31), **self._shares(x=100))
        self._sell(3, **self._shares(x=100))[1].button_draft()
        self._give_back(returned, 4, date(2027, 3, 5))
        self.env.flush_all()
        rows = self.env["distribution.attainment"].search(
            [("target_id", "=", target.id)]
        )
        found = []
        for row in rows.with_user(self.manager):
            action = row.action_view_lines()
            lines = self.env[action["res_model"]].with_user(self.manager)
            found.append(lines.search(action["domain"]))
        self.assertEqual(rows.mapped("attained"), [0, 10, 16])
        self.assertFalse(found[0])
        self.assertEqual(found[1].with_env(self.env), (whole | half).invoice_line_ids)
        self.assertEqual(
            set(found[2].mapped("move_id.move_type")), {"out_refund", "out_invoice"}
        )
        self.assertEqual(sorted(found[2].mapped("quantity")), [4, 20])
        with self.assertRaises(AccessError):
            rows[1].with_user(self.seller).action_view_lines()
        # a channel user who sees his own invoices alone is told so
        self.assertIn("16", str(rows[2].with_user(self.user).attained))
        action = rows[2].with_user(self.user).action_view_lines()
        lines = self.env["account.move.line"].with_user(self.user)
        shown = lines.search_count(action["domain"])
        self.assertLess(shown, 2)
        self.assertIn(f"({shown} of 2", action["name"])

    def test_a_target_on_a_parent_counts_the_children(self):
        """C132: one on a child is shown inside, and not added."""
        parent = self._target(100)
        child = self._target(40, category_id=self.small_pumps.id)
        self._sell(30, product=self.small_pump, **self._shares(x=100))
        self.assertEqual((parent | child).mapped("attained"), [30, 30])
        self.assertEqual(child.inside_id, parent)
        self.assertFalse(parent.inside_id)
        self.env.flush_all()
        action = self.env.ref("crm_distribution.distribution_attainment_action")
        self.assertIn("search_default_outermost", action.context)
        ((goal, attained),) = self.env["distribution.attainment"]._read_group(
            [("target_id", "in", (parent | child).ids), ("is_inside", "=", False)],
            [],
            ["goal:sum", "attained:sum"],
        )
        self.assertAlmostEqual(goal, 100)
        self.assertAlmostEqual(attained, 30)

    def test_without_shares_it_is_who_has_the_lead_or_bought(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "Pumps",
                "type": "opportunity",
                "partner_id": self.buyer.id,
                "partner_assigned_id": self.x.id,
            }
        )
        self._sell(3, opportunity_id=lead.id)
        self._sell(4, customer=self.x)
        self._sell(5)
        self.assertEqual(self._target(10).attained, 7)

    def test_other_goods_days_and_drafts_do_not_count(self):
        share = self._shares(x=100)
        self._sell(1, product=self.valve, **share)
        self._sell(2, day=date(2026, 12, 31), **share)
        self._sell(3, day=date(2027, 4, 1), **share)
        _order, draft = self._sell(4, **share)
        draft.button_draft()
        self._sell(5, day=date(2027, 3, 31), **share)
        target = self._target(10)
        self.assertEqual(target.attained, 5)
        self.assertEqual(self._target(10, category_id=False).attained, 6)

    def test_a_dozen_counts_as_twelve_pieces(self):
        self._sell(
            2,
            order_line=[
                Command.create(
                    {
                        "product_id": self.pump.id,
                        "product_uom_qty": 2,
                        "product_uom_id": self.env.ref("uom.product_uom_dozen").id,
                    }
                )
            ],
            **self._shares(x=100),
        )
        self.assertEqual(self._target(10).attained, 24)

    def test_no_more_is_shared_than_the_whole(self):
        order = self._order(self.buyer)
        order.write(self._shares(x=60, y=40))
        with self.assertRaisesRegex(ValidationError, "more than the whole"):
            order.distribution_share_ids[0].percent = 61
        for percent in (-5, 101):
            with self.subTest(percent), self.assertRaises(UserError):
                order.distribution_share_ids[0].percent = percent
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            order.distribution_share_ids[0].percent = 0

    def test_who_may_share_out_an_order(self):
        """C137: a plain employee and a seller may not; the channel may."""
        order = self._order(self.buyer, **self._shares(x=60))
        share = order.distribution_share_ids
        clerk = new_test_user(self.env, "share_clerk", "base.group_user")
        portal = new_test_user(self.env, "share_portal", "base.group_portal")
        for user in (clerk, self.seller, portal):
            for call in (
                lambda one: one.read(["percent"]),
                lambda one: one.write({"percent": 70}),
                lambda one: one.unlink(),
                lambda one: one.create({"order_id": order.id, "partner_id": 1}),
            ):
                with self.subTest(user.login), self.assertRaises(AccessError):
                    call(share.with_user(user))
        share.with_user(self.user).percent = 70
        self.assertEqual(share.percent, 70)

    def test_merged_intermediaries_have_one_share(self):
        order = self._order(self.buyer, **self._shares(x=60, y=40))
        target = self._target(10, self.y)
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge([self.x.id, self.y.id], self.x)
        self.assertRecordValues(
            order.distribution_share_ids, [{"partner_id": self.x.id, "percent": 100}]
        )
        self.assertEqual(target.partner_id, self.x)

    def test_targets_are_for_companies_not_contacts(self):
        contact = self.env["res.partner"].create(
            {"name": "Dara", "parent_id": self.x.id}
        )
        with self.assertRaisesRegex(ValidationError, "Xenon"):
            self._target(10, contact)
        with self.assertRaisesRegex(ValidationError, "Xenon"):
            self._order(self.buyer).write(
                {
                    "distribution_share_ids": [
                        Command.create({"partner_id": contact.id, "percent": 5})
                    ]
                }
            )

    def _district(self, parent, zip_code):
        area = {
            "country_id": self.country.id,
            "zip_from": zip_code,
            "zip_to": zip_code,
        }
        return self.env["distribution.territory"].create(
            {
                "name": f"District {zip_code}",
                "parent_id": parent.id,
                "area_ids": [Command.create(area)],
            }
        )

    def _sell_in(self, quantity, zip_code, day):
        shop = self._customer(f"Shop {zip_code}", zip_code)
        return self._sell(quantity, customer=shop, day=day, **self._shares(x=100))[1]

    def test_a_target_of_a_province_counts_its_districts(self):
        """C005: three in districts and one in the province itself are four."""
        districts = [
            self._district(self.north, zip_code) for zip_code in ("10", "11", "12")
        ]
        for zip_code in ("10", "11", "12", "15"):
            self._sell_in(1, zip_code, date(2027, 2, 1))
        self._sell_in(7, "25", date(2027, 2, 1))
        # the customer is there, the delivery is not
        shop = self._customer("Shop in North", "15")
        shipped = self._customer("Elsewhere", "25")
        self._sell(
            9, customer=shop, partner_shipping_id=shipped.id, **self._shares(x=100)
        )
        in_north = self._target(10, territory_id=self.north.id)
        in_district = self._target(10, territory_id=districts[0].id)
        whole = self._target(50)
        self.assertEqual(
            (in_north | in_district | whole).mapped("attained"), [4, 1, 20]
        )
        self.assertEqual(in_district.inside_id, in_north)
        self.assertEqual(in_north.inside_id, whole)
        self.env.flush_all()
        rows = self.env["distribution.attainment"].search(
            [("target_id", "in", (in_north | in_district | whole).ids)]
        )
        outermost = rows.filtered(lambda row: not row.is_inside).target_id
        self.assertEqual(outermost, whole)
        february = rows.filtered(lambda row: row.target_id == in_north and row.attained)
        lines = self.env["account.move.line"].search(
            february.action_view_lines()["domain"]
        )
        self.assertEqual(len(lines), 4)

    def test_goods_and_place_that_cross_are_told_and_added_once(self):
        """C132, of its kind: neither inside the other, and some sales are both's."""
        goods = self._target(10, category_id=self.small_pumps.id)
        place = self._target(10, territory_id=self.north.id)
        later = self._target(
            10,
            territory_id=self.north.id,
            date_from=date(2027, 3, 1),
            date_to=date(2027, 4, 30),
        )
        apart = self._target(10, territory_id=self.south.id, measure="amount")
        targets = goods | place | later
        self.assertFalse((targets | apart).inside_id)
        self.assertEqual(goods.crossing_ids, place | later)
        self.assertEqual(place.crossing_ids, goods | later)
        self.assertFalse(apart.crossing_ids)
        shop = self._customer("Shop in North", "15")
        for quantity, product, day in (
            (1, self.small_pump, date(2027, 2, 1)),
            (2, self.pump, date(2027, 2, 1)),
            (4, self.small_pump, date(2027, 3, 2)),
            (8, self.pump, date(2027, 4, 2)),
        ):
            share = self._shares(x=100)
            self._sell(quantity, customer=shop, product=product, day=day, **share)
        self.assertEqual(targets.mapped("attained"), [5, 7, 12])
        self.assertEqual(self._once(targets), 15)

    def test_a_quarter_stands_inside_its_year_and_is_added_once(self):
        """C132, of its kind: the same goods, a part of the time."""
        quarter = self._target(10)
        year = self._target(40, date_to=date(2027, 12, 31))
        same = self._target(40, date_to=date(2027, 12, 31))
        self.assertIn(quarter.inside_id, year | same)
        self.assertFalse((year | same).inside_id)
        self.assertEqual(year.crossing_ids, same)
        self._sell(3, **self._shares(x=50, y=50))
        self.assertEqual((quarter | year | same).mapped("attained"), [1.5] * 3)
        self.assertEqual(self._once(quarter | year | same), 1.5)

    def _once(self, targets):
        self.env.flush_all()
        ((once,),) = self.env["distribution.attainment"]._read_group(
            [("target_id", "in", targets.ids)], [], ["attained_once:sum"]
        )
        return once

    def test_a_district_that_moves_takes_nothing_along(self):
        """C007: what was sold before stays where it was sold, and so do its returns."""
        east, west = self.env["distribution.territory"].create(
            [{"name": "East"}, {"name": "West"}]
        )
        district = self._district(east, "35")
        earlier = self._sell_in(300, "35", date(2027, 1, 10))
        district.parent_id = west
        self._sell_in(200, "35", date(2027, 2, 10))
        in_east, in_west, own = (
            self._target(500, territory_id=place.id) for place in (east, west, district)
        )
        targets = in_east | in_west | own
        self.assertEqual(targets.mapped("attained"), [300, 200, 500])
        self._give_back(earlier, 50, date(2027, 3, 5))
        # posted again it is the same statement
        earlier.button_draft()
        earlier.action_post()
        targets.invalidate_recordset()
        self.assertEqual(targets.mapped("attained"), [250, 200, 450])

    def test_invoices_from_before_the_map_count_by_the_map_of_now(self):
        invoice = self._sell_in(5, "35", date(2027, 2, 10))
        self.assertFalse(invoice.distribution_territory_path)
        west = self._territory("West", "30", "39")
        self.assertEqual(self._target(10, territory_id=west.id).attained, 5)
        # and keep that
        west.parent_id = self.north
        self.assertEqual(self._target(10, territory_id=self.north.id).attained, 0)

    def test_where_an_invoice_went_is_written_by_the_system_alone(self):
        invoice = self._sell_in(1, "15", date(2027, 2, 10))
        self.assertEqual(invoice.distribution_territory_path, self.north.parent_path)
        clerk = new_test_user(self.env, "place_clerk", "account.group_account_manager")
        with self.assertRaises(AccessError):
            invoice.with_user(clerk).distribution_territory_path = "1/"


@tagged("post_install", "-at_install")
class TestTargetTour(DealCommon, HttpCase):
    """A manager agrees on a target and opens what makes its figure, in a browser."""

    def test_a_manager_sets_a_target_and_opens_what_makes_it(self):
        self.pumps.name = "Pumps of Xenon"
        share = {"partner_id": self.x.id, "percent": 100}
        order = self._order(
            self._customer(), distribution_share_ids=[Command.create(share)]
        )
        order.order_line.product_uom_qty = 5
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.invoice_date = date(2027, 2, 10)
        invoice.action_post()
        boss = new_test_user(
            self.env,
            "target_boss_of_tours",
            "crm_distribution.group_channel_manager,account.group_account_invoice",
        )
        self.start_tour(
            "/odoo/action-crm_distribution.distribution_target_action",
            "crm_distribution_target",
            login=boss.login,
        )
        target = self.env["distribution.target"].search([("target", "=", 9)])
        self.assertRecordValues(
            target,
            [{"partner_id": self.x.id, "category_id": self.pumps.id, "attained": 5}],
        )
