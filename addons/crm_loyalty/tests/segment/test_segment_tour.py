from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestSegmentTour(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        new_test_user(
            cls.env,
            "segment_boss",
            "sales_team.group_sale_manager,mass_mailing.group_mass_mailing_user,"
            "product.group_product_manager",
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Coffee Machine", "type": "consu"}
        )
        cls.customer = cls.env["res.partner"].create(
            {"name": "Alba Bakery", "email": "alba@example.com"}
        )
        cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "order_line": [Command.create({"product_id": cls.product.id})],
            }
        ).action_confirm()

    def test_from_product_to_mailing(self):
        self.start_tour(
            f"/odoo/action-product.product_template_action_all/"
            f"{self.product.product_tmpl_id.id}",
            "crm_loyalty_segment",
            login="segment_boss",
        )
        segment = self.env["crm.customer.segment"].search(
            [("name", "=", "Bought Coffee Machine")]
        )
        self.assertEqual(segment.member_count, 1)
        mailing = self.env["mailing.mailing"].search(
            [("subject", "=", "A word about your machine")]
        )
        self.assertEqual(mailing._get_recipients(), self.customer.ids)
