import base64
import io

import openpyxl

from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon

PLAIN = """\
Reference,Date,Amount
A1,2023-01-02,10.00
B2,2023-01-02,20.00
A1,2023-02-03,30.50
"""


class PurchaseImportCommon(BaseCommon):
    """A sales manager with a file, and two customers that Odoo knows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "import_boss", "sales_team.group_sale_manager", tz="UTC"
        )
        cls.imports = cls.env["crm.purchase.import"].with_user(cls.manager)
        cls.anna, cls.borna = cls.env["res.partner"].create(
            [
                {"name": "Anna Lee", "ref": "A1", "email": "Anna@Example.com"},
                {"name": "Borna Printing", "ref": "B2", "email": "borna@example.com"},
            ]
        )

    @classmethod
    def _upload(cls, content, filename="sales.csv", **values):
        data = content if isinstance(content, bytes) else content.encode()
        return cls.imports.create(
            {"file": base64.b64encode(data), "filename": filename, **values}
        )

    @classmethod
    def _check(cls, content, answers=None, **values):
        source = cls._upload(content, **values)
        source.action_check()
        for asked, key in (answers or {}).items():
            cls._choose(source, asked, key)
        if answers:
            source.action_check()
        return source

    @classmethod
    def _choose(cls, source, asked, key):
        """By the button of the answer."""
        choice = source.question_ids.filtered(
            lambda one: (one.asked, one.key) == (asked, key)
        )
        choice.action_choose()

    @classmethod
    def _asked(cls, source):
        """Question → the answer that is likely."""
        asked = dict.fromkeys(source.question_ids.mapped("asked"))
        for choice in source.question_ids.filtered("is_proposed"):
            asked[choice.asked] = choice.key
        return asked

    @classmethod
    def _import(cls, content, **values):
        source = cls._check(content, **values)
        source.action_import()
        return source

    def _issues(self, source):
        return [
            (issue.row, issue.column, issue.value, issue.reason)
            for issue in source.issue_ids
        ]

    def _purchases(self, partner):
        """What the purchase history has of a customer: day and revenue."""
        rows = self.env["crm.purchase"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", self.company.id)],
            order="date",
        )
        return [(str(row.date), row.revenue) for row in rows]

    def _workbook(self, rows):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()
