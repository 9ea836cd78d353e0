from odoo.tests import tagged

from .common import ValueCommon
from .purchase.purchase_import_common import PurchaseImportCommon

LANGUAGE = "fa_IR"


class PersianCase:
    """Loads this add-on's Persian and nothing else: Odoo's own takes a minute."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang(LANGUAGE)
        cls.env.ref("base.module_crm_loyalty")._update_translations([LANGUAGE])

    def assert_persian(self, text, *figures):
        """Persian from end to end, with these figures in their places."""
        self.assertRegex(text, "[آ-ی]")
        self.assertNotRegex(text, r"[A-Za-z]|%\(")
        for figure in figures:
            self.assertRegex(text, rf"\b{figure}\b")


@tagged("post_install", "-at_install")
class TestPersianValues(PersianCase, ValueCommon):
    def test_the_reason_is_persian(self):
        for days_ago in (70, 40, 10):
            self._order(self.customer, days_ago)
        self.runs._refresh_now(self.company)
        value = self.values.search([("partner_id", "=", self.customer.id)])
        self.assertIn("every 30 days", value.reason)
        self.assert_persian(value.with_context(lang=LANGUAGE).reason, 30)

    def test_the_verdict_is_persian(self):
        self._order(self.customer, 10)
        run = self.runs._refresh_now(self.company)
        self.assertIn("1 customers, 30 are needed", run.verdict)
        self.assert_persian(run.with_context(lang=LANGUAGE).verdict, 1, 30)

    def test_a_menu_is_persian(self):
        menu = self.env.ref("crm_loyalty.menu_customers_leaving")
        self.assert_persian(menu.with_context(lang=LANGUAGE).name)


@tagged("post_install", "-at_install")
class TestPersianImport(PersianCase, PurchaseImportCommon):
    def test_an_issue_is_persian(self):
        source = self._check(
            "Reference,Date,Amount,Document\n"
            "A1,2023-01-02,10.00,F7\n"
            "B2,2023-01-02,10.00,F7\n"
        )
        self._choose(source, "grain", "document")
        source.with_context(lang=LANGUAGE).action_check()
        [(_row, _column, _value, reason)] = self._issues(source)
        self.assert_persian(reason, 2)
