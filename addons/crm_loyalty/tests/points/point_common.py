from odoo.fields import Command

from ..common import ShopCommon


class PointCommon(ShopCommon):
    """A program that gives a point for each unit of money, and customers in it.

    A reward of 100 points takes 10 off an order; less than one piece earns nothing.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.env["loyalty.program"].search([]).active = False
        cls.customer, cls.other_customer = cls.env["res.partner"].create(
            [{"name": "Alba Bakery"}, {"name": "Borna Printing"}]
        )
        cls.product = cls._make_product("Flour", 100)
        cls.program = cls._make_program()
        # in superuser mode: which document moved the points is the ledger's own
        cls.entries = cls.env["loyalty.point.entry"].sudo()

    @classmethod
    def _make_product(cls, name, price):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "list_price": price,
                "invoice_policy": "order",
                "taxes_id": [Command.clear()],
            }
        )

    @classmethod
    def _make_program(cls, **values):
        return cls.env["loyalty.program"].create(
            {
                "name": "Points",
                "keep_ledger": True,
                "program_type": "loyalty",
                "trigger": "auto",
                "applies_on": "both",
                "rule_ids": [
                    Command.create(
                        {"reward_point_mode": "money", "reward_point_amount": 1}
                    )
                ],
                "reward_ids": [
                    Command.create(
                        {
                            "reward_type": "discount",
                            "discount": 10,
                            "discount_mode": "per_order",
                            "discount_applicability": "order",
                            "required_points": 100,
                        }
                    )
                ],
                **values,
            }
        )

    @classmethod
    def _yen_pricelist(cls):
        """At 150 yen for one of the company's currency."""
        yen = cls.env.ref("base.JPY")
        yen.active = True
        cls.env["res.currency.rate"].create(
            {"currency_id": yen.id, "company_id": cls.company.id, "rate": 150}
        )
        return cls.env["product.pricelist"].create(
            {"name": "Yen", "currency_id": yen.id}
        )

    @classmethod
    def _quote(cls, partner=None, quantity=1, claim=False, **values):
        order = cls.env["sale.order"].create(
            {
                "partner_id": (partner or cls.customer).id,
                "order_line": [
                    Command.create(
                        {"product_id": cls.product.id, "product_uom_qty": quantity}
                    )
                ],
                **values,
            }
        )
        order._update_programs_and_rewards()
        if claim:
            cls._claim(order)
        return order

    @classmethod
    def _order(cls, *args, **values):
        order = cls._quote(*args, **values)
        order.action_confirm()
        return order

    @classmethod
    def _claim(cls, order):
        """Spend the reward's points on the order."""
        card = order.coupon_point_ids.coupon_id | order.applied_coupon_ids
        card = card.filtered(lambda c: c.program_id == cls.program)[:1]
        status = order._apply_program_reward(cls.program.reward_ids, card)
        assert not status, status
        return card

    @classmethod
    def _refund(cls, order, quantity=None):
        """Invoice the order, then post a credit note for it or for some units."""
        invoices = order.invoice_ids.filtered(lambda m: m.move_type == "out_invoice")
        if not invoices:
            invoices = order._create_invoices()
            invoices.action_post()
        refund = invoices[:1]._reverse_moves()
        if quantity is not None:
            goods = refund.invoice_line_ids.filtered(
                lambda line: line.product_id == cls.product
            )
            (refund.invoice_line_ids - goods).unlink()
            goods.quantity = quantity
        refund.action_post()
        return refund

    @classmethod
    def _card(cls, partner=None, program=None):
        """In superuser mode, to look at what the ledger knows of it."""
        card = cls.env["loyalty.card"].search(
            [
                ("partner_id", "=", (partner or cls.customer).id),
                ("program_id", "=", (program or cls.program).id),
            ]
        )
        return card.sudo()

    def _kinds(self, card):
        """The card's entries in the order in which they were posted."""
        entries = self.entries.search([("card_id", "=", card.id)], order="id")
        return [(entry.kind, entry.points) for entry in entries]

    def _last_entry(self):
        return self.entries.search([], limit=1)

    def assertWhole(self):
        """Each card holds what its entries add up to, and so does each lot."""
        self.env.flush_all()
        cards = self.env["loyalty.card"].with_context(active_test=False).search([])
        domain = [("card_id", "in", cards.ids)]
        sums = {
            (card, pending): points
            for card, pending, points in self.entries._read_group(
                domain, ["card_id", "pending"], ["points:sum"]
            )
        }
        for card in cards:
            self.assertAlmostEqual(sums.get((card, False), 0), card.points, 4)
            self.assertAlmostEqual(sums.get((card, True), 0), card.pending_points, 4)
        for lot, points in self.entries._read_group(domain, ["lot_id"], ["points:sum"]):
            self.assertAlmostEqual(points, lot.points, 4)
