from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..sellout.test_sellout_portal import PortalCommon


@tagged("post_install", "-at_install")
class TestMoneyWalkTour(PortalCommon):
    """From what a retailer reports to its money, and to where the price went.

    Its ten cups cost 9 each after a tenth off the list, and us 4. A cup that is sold to
    a consumer earns it 2, and what it buys a rebate of 5 %. On the real clock, which a
    browser needs.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cup.write({"list_price": 10, "standard_price": 4})
        term = {"partner_id": cls.retailer.id, "date_from": "2024-01-01"}
        cls.env["distribution.term"].create(
            [
                {
                    "name": "Per Cup Sold",
                    "kind": "commission",
                    "base": "sold_out",
                    "measure": "piece",
                    "product_tmpl_id": cls.cup.product_tmpl_id.id,
                    "rate": 2,
                    **term,
                },
                {"name": "Five Percent", "kind": "rebate", "rate": 5, **term},
            ]
        ).action_activate()
        line = {
            "product_id": cls.cup.id,
            "product_uom_qty": 10,
            "price_unit": 10,
            "discount": 10,
        }
        order = cls.env["sale.order"].create(
            {"partner_id": cls.retailer.id, "order_line": [Command.create(line)]}
        )
        order.action_confirm()
        order.date_order = "2024-09-30 12:00:00"
        invoice = order._create_invoices()
        invoice.invoice_date = "2024-10-01"
        invoice.action_post()
        cls.staff = new_test_user(
            cls.env,
            "walk-staff",
            "crm_distribution.group_channel_manager,account.group_account_invoice",
        )

    def test_from_a_file_with_a_bad_row_to_a_paid_statement_and_the_waterfall(self):
        self.start_tour("/my", "crm_distribution_sellout", login="roya-sells")
        accepted = self.Report.search(
            [("partner_id", "=", self.retailer.id), ("state", "=", "accepted")]
        )
        self.assertEqual(accepted.mends_id.state, "withdrawn")
        self.assertEqual(self._sold(), 3)
        self.assertEqual(self._stock().quantity, 7)
        own = [("partner_id", "=", self.retailer.id)]
        entries = self.env["distribution.accrual"].search(own, order="earned")
        self.assertEqual(entries.filtered("earned").mapped("payable"), [4.5, 6])

        self.start_tour(
            "/odoo/action-crm_distribution.distribution_stock_action",
            "crm_distribution_walk_staff",
            login=self.staff.login,
        )
        statements = self.env["distribution.settlement"].search(own, order="kind")
        self.assertRecordValues(
            statements,
            [
                {"kind": "commission", "amount": 6, "state": "billed"},
                {"kind": "rebate", "amount": 4.5, "state": "open"},
            ],
        )
        bill = statements[0].move_ids
        self.assertRecordValues(
            bill,
            [
                {
                    "move_type": "in_invoice",
                    "partner_id": self.retailer.id,
                    "amount_untaxed": 6,
                    "amount_residual": 0,
                }
            ],
        )
        self.assertRecordValues(
            self.env["distribution.waterfall"].search(own),
            [
                {
                    "list_amount": 100,
                    "discount_step": -10,
                    "invoice_amount": 90,
                    "accrued_step": -4.5,
                    "pocket_amount": 85.5,
                    "cost_step": -40,
                    "margin_amount": 45.5,
                }
            ],
        )

        self.start_tour(
            "/my/channel/money", "crm_distribution_walk_statement", login="roya-sells"
        )
