import base64
import csv
import io

import openpyxl

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

HEAD = "product,quantity,date"


class SelloutCommon(TransactionCase):
    """A retailer that buys from us, with two products and a case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.env.company
        cls.company.partner_id.tz = "UTC"
        cls.piece = cls.env.ref("uom.product_uom_unit")
        cls.kilo = cls.env.ref("uom.product_uom_kgm")
        cls.case = cls.env["uom.uom"].create(
            {
                "name": "Case of Twelve",
                "relative_uom_id": cls.piece.id,
                "relative_factor": 12,
            }
        )
        cls.cup, cls.pot = cls.env["product.product"].create(
            [
                {
                    "name": name,
                    "type": "consu",
                    "default_code": code,
                    "uom_id": cls.piece.id,
                    "taxes_id": [Command.clear()],
                }
                for name, code in (("Cup", "CUP"), ("Pot", "POT"))
            ]
        )
        cls.retailer, cls.other = cls.env["res.partner"].create(
            [
                {
                    "name": name,
                    "ref": ref,
                    "is_company": True,
                    "email": f"{ref}@channel.example",
                    "distribution_level_id": cls.env.ref(
                        "crm_distribution.level_retailer"
                    ).id,
                }
                for name, ref in (("Roya Stores", "ROYA"), ("Omid Shops", "OMID"))
            ]
        )
        cls.Report = cls.env["distribution.sellout"]
        cls.Line = cls.env["distribution.sellout.line"]
        cls.reporter = cls.env["distribution.reporter"].create(
            {
                "partner_id": cls.retailer.id,
                "company_id": cls.company.id,
                "kind": "original",
            }
        )

    @classmethod
    def _user(cls, login, group, **values):
        return new_test_user(cls.env, login, group, **values)

    @classmethod
    def _report(cls, *rows, head=HEAD, check=True, partner=None, **values):
        """A CSV file's report, checked."""
        text = "\n".join([head, *rows])
        return cls._sent(text.encode(), check=check, partner=partner, **values)

    @classmethod
    def _sent(cls, content, check=True, partner=None, **values):
        report = cls.Report.create(
            {
                "partner_id": (partner or cls.retailer).id,
                "file": base64.b64encode(content),
                "filename": "sellout",
                **values,
            }
        )
        if check:
            report.action_check()
        return report

    @classmethod
    def _accepted(cls, *rows, **values):
        report = cls._report(*rows, **values)
        assert report.state == "validated", cls._what_is_wrong(report)
        report.action_accept()
        return report

    @staticmethod
    def _what_is_wrong(report):
        problems = report.problem_ids.mapped("reason")
        return (report.state, report.asked, report.held_reason, problems)

    @classmethod
    def _workbook(cls, *rows):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()

    @classmethod
    def _issues(cls, report):
        """The file of issues, as rows of cells."""
        book = openpyxl.load_workbook(io.BytesIO(report._issues_file()))
        return [list(row) for row in book.active.iter_rows(values_only=True)]

    @classmethod
    def _as_csv(cls, rows):
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        return text.getvalue().encode()

    @classmethod
    def _invoice(cls, day, *lines, partner=None, refund_of=None, **values):
        """A posted invoice of (product, quantity, price); or its credit note."""
        move = cls.env["account.move"].create(
            {
                "move_type": "out_refund" if refund_of else "out_invoice",
                "partner_id": (partner or cls.retailer).id,
                "invoice_date": day,
                "reversed_entry_id": refund_of and refund_of.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "quantity": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for product, quantity, price in lines
                ],
                **values,
            }
        )
        move.action_post()
        return move

    def _stock(self, product=None, partner=None):
        self.env["distribution.stock"]._refresh(self.company, partner or self.retailer)
        return self.env["distribution.stock"].search(
            [
                ("partner_id", "=", (partner or self.retailer).id),
                ("product_id", "=", (product or self.cup).id),
            ]
        )

    def _buckets(self, **which):
        buckets = self._stock(**which).bucket_ids
        return [(one.quantity, one.price) for one in buckets]

    def _sold(self, product=None, **more):
        """What counts of a product: sales less returns."""
        lines = self.Line.search(
            [
                ("partner_id", "=", self.retailer.id),
                ("product_id", "=", (product or self.cup).id),
                ("state", "=", "accepted"),
                ("type", "in", ("sale", "return")),
            ]
        )
        return sum(lines.mapped("quantity"))

    def _reasons(self, report):
        problems = report.problem_ids.filtered(lambda one: not one.is_note)
        return [(one.row, one.reason) for one in problems]
