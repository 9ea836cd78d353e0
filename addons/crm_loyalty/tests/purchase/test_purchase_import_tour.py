from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestPurchaseImportTour(HttpCase):
    def test_file_with_errors_is_mended_imported_and_undone(self):
        new_test_user(self.env, "import_boss", "sales_team.group_sale_manager")
        customer = self.env["res.partner"].create({"name": "Anna Lee", "ref": "A1"})
        self.start_tour(
            "/odoo/purchase-imports", "crm_loyalty_purchase_import", login="import_boss"
        )
        source = self.env["crm.purchase.import"].search([("name", "=", "sales.csv")])
        self.assertRecordValues(source, [{"state": "undone", "row_count": 2}])
        self.assertFalse(source.line_ids)
        self.assertTrue(customer.exists())
