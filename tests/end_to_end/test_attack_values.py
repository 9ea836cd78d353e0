"""Values of customers and imported purchases, attacked with what no form sends."""

import base64
import csv
import io
import json
import re
import zipfile

import openpyxl
from attack_case import AttackCase

from odoo.tests import new_test_user, tagged

CLEAR = {
    "odoo.exceptions.AccessError",
    "odoo.exceptions.UserError",
    "odoo.exceptions.ValidationError",
}
ODD_NUMBERS = (float("nan"), 1e308, 10**400)
SHEET = "xl/worksheets/sheet1.xml"
BOOK = "xl/workbook.xml"


def bombs() -> dict[str, bytes]:
    """Small files that ask for a lot."""
    book = openpyxl.Workbook()
    book.active.append(["Reference", "Date", "Amount"])
    plain = io.BytesIO()
    book.save(plain)
    with zipfile.ZipFile(plain) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}

    def packed(name: str, begin: str, inserted: str) -> bytes:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, text in parts.items():
                if part == name:
                    assert begin in text
                    text = text.replace(begin, inserted + begin, 1)
                archive.writestr(part, text)
        return content.getvalue()

    (sheet,) = re.findall(r"<sheet [^>]*/>", parts[BOOK])
    end = "</sheetData>"
    return {
        "row": packed(SHEET, end, '<row r="1000000000"><c><v>1</v></c></row>'),
        "column": packed(SHEET, end, '<row><c r="ZZZZZZZ1"><v>1</v></c></row>'),
        "cells": packed(SHEET, end, f"<row>{'<c/>' * 1_000_000}</row>"),
        "text": packed(SHEET, end, f"<row><c><v>{'9' * 10_000_000}</v></c></row>"),
        "sheets": packed(BOOK, sheet, sheet * 1_000_000),
        "line": b"a,b\n" + b"," * 10_000_000,
    }


@tagged("post_install", "-at_install")
class TestAttackValues(AttackCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Second"})
        new_test_user(
            cls.env,
            "both",
            "sales_team.group_sale_manager,base.group_erp_manager,base.group_system",
            company_id=cls.env.company.id,
            company_ids=[(6, 0, [cls.env.company.id, cls.other.id])],
            password="both" * 2,
        )

    def _call_with(self, actor, model, method, args, **kwargs):
        self.authenticate(actor, actor * 2)
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps({"jsonrpc": "2.0", "params": params}),
            headers={"Content-Type": "application/json"},
        ).json()
        error = answer.get("error", {}).get("data", {}).get("name")
        return answer.get("result"), error

    def test_no_record_changes_its_company(self):
        self.env.flush_all()
        for model in ("crm.purchase.import", "crm.purchase.import.line"):
            record = self.records[model]
            company = record.company_id
            for method in ("write", "web_save"):
                args = [record.ids, {"company_id": self.other.id}]
                args += [{}] if method == "web_save" else []
                self.assertRefused("both", model, method, *args)
            record.invalidate_recordset()
            self.assertEqual(record.company_id, company)

    def test_what_the_import_keeps_comes_from_no_context(self):
        sent = {
            "default_state": "done",
            "default_user_id": self.env.ref("base.user_admin").id,
            "default_created_partner_ids": self.partner.ids,
            "default_new_count": 7,
        }
        (created,), error = self._call_with(
            "manager", "crm.purchase.import", "create", [[{}]], context=sent
        )
        self.assertFalse(error)
        source = self.env["crm.purchase.import"].browse(created)
        self.assertRecordValues(
            source, [{"state": "draft", "new_count": 0, "created_partner_ids": []}]
        )
        self.assertEqual(source.user_id.login, "manager")

    def test_numbers_that_nobody_means(self):
        """A clear refusal for each number field that anybody can write."""
        doors = [("res.company", self.env.company.ids, "both", "value_")]
        doors += [
            (model, self.records[model].ids, "manager", "")
            for model in ("crm.purchase.import", "crm.customer.value", "crm.value.run")
        ]
        for model, ids, actor, prefix in doors:
            numbers = {
                name
                for name, field in self.env[model]._fields.items()
                if field.type in ("integer", "float", "monetary")
                and name.startswith(prefix)
                and name != "id"
            }
            self.assertTrue(numbers)
            for name in numbers:
                for number in ODD_NUMBERS:
                    with self.subTest(model=model, name=name, number=str(number)[:9]):
                        _result, error = self._call_with(
                            actor, model, "write", [ids, {name: number}]
                        )
                        self.assertIn(error, CLEAR)
                        _result, error = self._call_with(
                            actor, model, "onchange", [ids, {name: number}, [name], {}]
                        )
                        self.assertIn(error, {None, *CLEAR})

    def test_file_that_asks_for_a_lot(self):
        for name, content in bombs().items():
            with self.subTest(file=name):
                self.assertLess(len(content), 11_000_000)
                file = base64.b64encode(content).decode()
                created, error = self._call_with(
                    "manager", "crm.purchase.import", "create", [[{"file": file}]]
                )
                self.assertFalse(error)
                source = self.env["crm.purchase.import"].browse(created)
                self.assertTrue(source.file_problem)
                _result, error = self._call_with(
                    "manager", "crm.purchase.import", "action_check", [created]
                )
                self.assertEqual(error, "odoo.exceptions.UserError")

    def test_sheet_of_issues_runs_nothing(self):
        source = self.records["crm.purchase.import"]
        cells = ("=1+1", "a;=1+1", "a\t@x", "\r\n+x", ' "-x', "＝1")
        self.env["crm.purchase.import.issue"].create(
            [
                {"import_id": source.id, "row": 2, "value": cell, "reason": cell}
                for cell in cells
            ]
        )
        self.env.flush_all()
        self.authenticate("manager", "manager" * 2)
        url = f"/web/content/crm.purchase.import/{source.id}/issues_file/x.csv"
        sheet = self.url_open(url).content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(sheet, newline="")))
        self.assertGreater(len(rows), len(cells))
        for row in rows:
            for part in re.split(r"[;,\t\r\n]", ";".join(row)):
                self.assertNotRegex(part, r"^[\s\"]*[=+\-@＝]")

    def test_digest_outside_a_mail(self):
        digest = self.env["digest.digest"].create({"name": "D", "company_id": False})
        self.env.flush_all()
        names = ("new_customers", "lost_customers", "customers_to_contact")
        fields = [f"kpi_loyalty_{name}_value" for name in names]
        answer, error = self._call_with(
            "both", "digest.digest", "read", [digest.ids, fields]
        )
        self.assertFalse(error)
        self.assertEqual({answer[0][name] for name in fields}, {0})
