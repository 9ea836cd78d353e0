from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.crm_distribution.tests.deal.deal_common import DealCommon


@tagged("post_install", "-at_install")
class TestReturnsByIntermediary(DealCommon):
    """What came back of what each intermediary sold, for us or from us."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.returns = cls.env["ecrm.return"]
        cls.buyer = cls._customer()
        cls.buyers = cls.buyer | cls.x | cls.y

    def _sell(self, quantity, customer, back=0, holder=None, shares=()):
        """An order, its invoice, and a credit note for what came back."""
        lead = self.env["crm.lead"].create(
            {"name": "x", "partner_assigned_id": holder.id if holder else False}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "opportunity_id": lead.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.pump.id,
                            "product_uom_qty": quantity,
                            "price_unit": 100,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        self.env["distribution.share"].create(
            [
                {"order_id": order.id, "partner_id": one.id, "percent": percent}
                for one, percent in shares
            ]
        )
        invoice = order._create_invoices()
        invoice.invoice_date = date(2027, 2, 10)
        invoice.action_post()
        if back:
            credit = invoice._reverse_moves(
                [{"invoice_date": date(2027, 2, 20), "date": date(2027, 2, 20)}]
            )
            credit.invoice_line_ids.quantity = back
            credit.action_post()
        return order

    def _shares(self):
        """By intermediary: sold, returned, share."""
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.returns._read_group(
            [("partner_id", "in", self.buyers.ids)],
            ["intermediary_id"],
            ["sold:sum", "returned:sum", "share:avg"],
        )
        return {
            one: tuple(round(number or 0, 2) for number in numbers)
            for one, *numbers in rows
        }

    def test_who_sold_it_answers_for_what_comes_back(self):
        self._sell(10, self.buyer, back=2, holder=self.x)
        self._sell(10, self.x, back=1)
        self._sell(5, self.y)
        self._sell(8, self.buyer, back=4)
        nobody = self.env["res.partner"]
        self.assertEqual(
            self._shares(),
            {
                self.x: (2000, 300, 15),
                self.y: (500, 0, 0),
                nobody: (800, 400, 50),
            },
        )

    def test_a_contact_of_the_intermediary_is_he(self):
        contact = self.env["res.partner"].create(
            {"name": "Desk", "parent_id": self.x.id}
        )
        self._sell(4, self.buyer, back=1, holder=contact)
        self.assertEqual(self._shares(), {self.x: (400, 100, 25)})

    def test_shares_part_the_amounts_and_add_up_to_the_whole(self):
        self._sell(10, self.buyer, 2, self.z, [(self.x, 60), (self.y, 30)])
        nobody = self.env["res.partner"]
        self.assertEqual(
            self._shares(),
            {
                self.x: (600, 120, 20),
                self.y: (300, 60, 20),
                nobody: (100, 20, 20),
            },
        )
        rows = self.returns.search([("partner_id", "=", self.buyer.id)])
        self.assertEqual(len(rows), 6, "an invoice and a credit note, for three each")
        self.assertEqual(len(rows), len(set(rows.ids)))
        self.assertAlmostEqual(sum(rows.mapped("sold_quantity")), 10)
        self.assertAlmostEqual(sum(rows.mapped("returned_quantity")), 2)

    def test_shares_of_the_whole_leave_nothing_over(self):
        self._sell(10, self.buyer, 0, None, [(self.x, 50), (self.y, 50)])
        self.assertEqual(self._shares(), {self.x: (500, 0, 0), self.y: (500, 0, 0)})

    def test_goods_that_came_back_are_whose_sold_them(self):
        """Beside credit notes, and once, where deliveries are kept."""
        if "sent_back" not in self.returns._fields:
            self.skipTest("crm_ecrm_stock is not installed")
        self.pump.write({"type": "consu", "is_storable": True})
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        self.env["stock.quant"]._update_available_quantity(
            self.pump, warehouse.lot_stock_id, 100
        )
        mine, shared = (
            self._sell(10, self.buyer, holder=self.x),
            self._sell(10, self.buyer, shares=[(self.x, 60), (self.y, 30)]),
        )
        for order, back in ((mine, 2), (shared, 5)):
            sent = order.picking_ids
            sent.move_ids.write({"quantity": 10, "picked": True})
            sent.button_validate()
            chosen = {"active_model": sent._name, "active_ids": sent.ids}
            wizards = self.env["stock.return.picking"].with_context(
                **chosen, active_id=sent.id
            )
            wizard = Form(wizards).save()
            wizard.product_return_moves.quantity = back
            returned = self.env["stock.picking"].browse(
                wizard.action_create_returns()["res_id"]
            )
            returned.move_ids.write({"quantity": back, "picked": True})
            returned.button_validate()
        nobody = self.env["res.partner"]
        self.assertEqual(
            self._shares(),
            {
                self.x: (1600, 500, 31.25),
                self.y: (300, 150, 50),
                nobody: (100, 50, 50),
            },
        )
        rows = self.returns.search([("partner_id", "=", self.buyer.id)])
        self.assertEqual(len(rows), len(set(rows.ids)), "no two rows of one id")
        goods = rows.filtered("picking_id")
        self.assertEqual((len(goods), sum(goods.mapped("sent_back_quantity"))), (4, 7))
        # credited afterwards: it is in the credit note, and with the same people
        credit = mine.invoice_ids._reverse_moves(
            [{"invoice_date": date(2027, 2, 20), "date": date(2027, 2, 20)}]
        )
        credit.invoice_line_ids.quantity = 2
        credit.action_post()
        self.assertEqual(self._shares()[self.x], (1600, 500, 31.25))

    def test_only_who_sees_the_channel_sees_through_whom(self):
        self._sell(4, self.buyer, back=1, holder=self.x)
        self.env.flush_all()
        groups = "crm_ecrm.group_voice_leader"
        leader = new_test_user(self.env, "voice_only", groups)
        both = new_test_user(
            self.env, "voice_channel", f"{groups},crm_distribution.group_channel_user"
        )
        mine = [("partner_id", "=", self.buyer.id)]
        by_whom = (mine, ["intermediary_id"], ["returned:sum"])
        with self.assertRaises(AccessError):
            self.returns.with_user(leader).formatted_read_group(*by_whom)
        self.assertTrue(self.returns.with_user(leader).search(mine))
        rows = self.returns.with_user(both)._read_group(*by_whom)
        self.assertEqual([(one.id, back) for one, back in rows], [(self.x.id, 100)])
        for user in (leader, both):
            for view in ("list", "pivot", "search"):
                arch = self.returns.with_user(user).get_view(view_type=view)["arch"]
                self.assertEqual(
                    "intermediary_id" in arch, user == both and view != "pivot", view
                )
