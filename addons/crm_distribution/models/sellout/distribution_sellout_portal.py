import base64
import io
import json
from typing import Any

import xlsxwriter

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.crm_suite.tabular import ALL_SHEETS, FileProblem, fold
from odoo.addons.crm_suite.tabular.dates import parse_date
from odoo.addons.crm_suite.tools.dates import written_day
from odoo.addons.crm_suite.tools.text import plain_cell

from .distribution_reporter import REMEMBERED
from .distribution_sellout import OPEN, WORKING

SHOWN = 100
LONGEST = 250
# what a form may choose from a list
CHOSEN = ("kind", *REMEMBERED, "half_swapped", "encoding")


class DistributionSellout(models.Model):
    """What an intermediary sees and does with its own reports, as values by name."""

    _name = "distribution.sellout"
    _inherit = ["distribution.sellout", "distribution.own.mixin"]

    @api.model
    def _portal_reports(self, partner, limit: int, offset: int) -> list[dict]:
        reports, own = self._portal_own(partner)
        found = reports.search(own, limit=limit, offset=offset)
        return [report._portal_summary() for report in found]

    def _portal_summary(self) -> dict[str, Any]:
        labels = dict(self._fields["state"]._description_selection(self.env))
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        first = written_day(self.env, self.date_from)
        last = written_day(self.env, self.date_to)
        return {
            "number": self.id,
            "name": self.filename or self.env._("Report %s", self.id),
            "period": f"{first} – {last}" if first else "",
            "kind": kinds.get(self.kind, ""),
            "state": self.state,
            "state_name": labels[self.state],
            "sent": written_day(self.env, self.company_id._day_of(self.reported_on)),
            "issues": self.problem_count,
        }

    def _portal_page(self) -> dict[str, Any]:
        same = self.same_as_id
        asked = (self.asked or "").split()
        problems = self.problem_ids[: SHOWN + 1]
        return self._portal_summary() | {
            "is_open": self.state in OPEN,
            "is_working": self.state in WORKING,
            "rows": self.row_count,
            "lines": self.sale_count + self.stock_count,
            "new": self.line_count,
            "same_lines": self.same_count,
            "removed": self.removed_count,
            "left_out": self.left_out_count,
            "held_reason": self.held_reason,
            "same_as": same
            and written_day(self.env, same.company_id._day_of(same.accepted_on)),
            "asked": [(code, self._question(code)) for code in asked],
            "columns": self._portal_columns() if asked else [],
            "choices": self._portal_choices() | {"sheet": self._portal_sheets()},
            "problems": [
                {
                    "row": f"{one.sheet} {one.row}" if one.sheet else one.row,
                    "field": one.field or "",
                    "value": one.value or "",
                    "reason": one.reason or "",
                    "is_note": one.is_note,
                }
                for one in problems[:SHOWN]
            ],
            "more_problems": len(problems) > SHOWN,
            "changes": self._portal_changes(),
        }

    def _portal_changes(self) -> list[dict]:
        """What a report changed of what counted before, by product."""
        if not self.removed_count:
            return []
        changes = self.env["distribution.sellout.change"].search(
            [("report_id", "=", self.id)], limit=SHOWN
        )
        return [
            {
                "product": one.product_id.display_name,
                "before": one.before,
                "after": one.after,
                "difference": one.difference,
            }
            for one in changes
        ]

    def _portal_columns(self) -> list[str]:
        return [name for name in json.loads(self.header or "[]") if name]

    @api.model
    def _portal_choices(self) -> dict[str, list]:
        def labels(name):
            return self._fields[name]._description_selection(self.env)

        return {name: labels(name) for name in CHOSEN}

    def _portal_sheets(self) -> list[tuple[str, str]]:
        every = {ALL_SHEETS: self.env._("All with these columns")}
        names = json.loads(self.sheets or "[]")
        return [(name, every.get(name, name)) for name in names]

    @api.model
    def _portal_submit(self, user, file, sent: dict[str, str], mends=None):
        """
        :param file: name and content
        :return: the report, read as far as it can be
        """
        partner = self.env["res.partner"]._distribution_company_of(user)
        if not partner or not partner._is_intermediary():
            raise AccessError(self.env._("Only intermediaries report their sell-out."))
        # sudo: the company is checked, and the values are those of the form
        reports = self.sudo()
        # sudo: who he is, is no secret to himself
        user = user.sudo()
        company = mends.company_id if mends else user.company_id
        name, content = file
        values = self._portal_answers(sent)
        if mends:
            mends._require_open()
            kept = [*CHOSEN, "sheet"]
            if not mends.period_is_read:
                kept += ["date_from", "date_to"]
            for one in kept:
                values.setdefault(one, mends[one])
        report = reports.create(
            {
                **values,
                "partner_id": partner.id,
                "company_id": company.id,
                "file": base64.b64encode(content),
                "filename": name,
                "submitted_by_id": user.partner_id.id,
                "mends_id": mends.id if mends else False,
            }
        )
        if mends:
            mends.action_withdraw()
        report.action_check()
        return report

    @api.model
    def _portal_answers(self, sent: dict[str, str]) -> dict[str, Any]:
        """Values of the form, and of nothing else.

        :raise UserError: a day that is none
        """
        values: dict[str, Any] = {}
        for name in CHOSEN:
            if sent.get(name) in self._fields[name].get_values(self.env):
                values[name] = sent[name]
        if sheet := (sent.get("sheet") or "").replace("\x00", "")[:LONGEST]:
            values["sheet"] = sheet
        for name in ("date_from", "date_to"):
            text = (sent.get(name) or "").replace("\x00", "").strip()[:LONGEST]
            if text:
                try:
                    values[name] = parse_date(text)
                except ValueError as error:
                    raise UserError(
                        self.env._("“%s” is not a day, such as 2027-03-31.", text)
                    ) from error
        first, last = values.get("date_from"), values.get("date_to")
        if first and last and first > last:
            raise UserError(self.env._("A period does not end before it begins."))
        return values

    def _portal_answer(self, sent: dict[str, str]) -> None:
        """Answers to what the file leaves open, then it is read again.

        :param self: in superuser mode, from `_portal_one`
        """
        self._require_open()
        values = self._portal_answers(sent)
        if values:
            self.write(values)
        self._portal_take_columns(sent)
        self.action_check()

    def _portal_take_columns(self, sent: dict[str, str]) -> None:
        """Which column holds what is remembered for the next file."""
        header = self._portal_columns()
        reporter = self._reporter()
        known = {fold(word.word) for word in reporter.word_ids if word.kind == "column"}
        for code in (self.asked or "").split():
            subject, _colon, name = code.partition(":")
            column = sent.get(code)
            if subject != "column" or column not in header or fold(column) in known:
                continue
            reporter.word_ids.create(
                {
                    "reporter_id": reporter.id,
                    "kind": "column",
                    "word": column,
                    "column": name,
                }
            )

    def _portal_act(self, action: str) -> None:
        """
        :param self: in superuser mode, from `_portal_one`
        """
        if action == "accept":
            self.action_accept()
        elif action == "leave_out":
            self.action_leave_out()
        elif action == "withdraw":
            self.action_withdraw()
        elif action in ("replaces", "adds"):
            self._require_state("held")
            self.write({"kind": action})
            self.action_check()
        else:
            raise UserError(self.env._("Choose what to do."))

    @api.model
    def _portal_stock(self, partner) -> list[dict[str, Any]]:
        # sudo: whoever asks acts for this company
        stocks = self.env["distribution.stock"].sudo()
        found = stocks.search([("partner_id", "=", partner.id)], limit=1000)
        return [
            {
                "product": one.product_id.display_name,
                "unit": one.uom_id.name,
                "quantity": one.quantity,
                "reported": one.reported if one.reported_on else None,
                "reported_on": written_day(self.env, one.reported_on),
                "gap": one.gap if one.reported_on else None,
                "is_alert": one.is_alert,
                "unexplained": one.unexplained,
                "cover": one.cover,
            }
            for one in found
        ]

    def _issues_file(self) -> bytes:
        """The rows that are not in order as they came, each with what is wrong.

        A workbook, in which codes keep their zeros, and nothing is a formula.
        """
        problems = self.problem_ids.filtered(lambda one: not one.is_note)
        by_row = {(one.sheet or "", one.row): one for one in problems}
        try:
            table = self._rows_of_file()
            header = table.header
            rows = {table.place(number): cells for number, cells in table.rows}
        except FileProblem:
            header, rows = (), {}
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True})
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        own = (self.env._("Row"), self.env._("Field"), self.env._("Reason"))
        for at, name in enumerate((*header, *own)):
            sheet.write_string(0, at, plain_cell(name))
        width = len(header)
        for line, (place, problem) in enumerate(sorted(by_row.items()), 1):
            for at, value in enumerate(rows.get(place, [])[:width]):
                _write_cell(sheet, line, at, value, day)
            sheet.write_number(line, width, problem.row)
            sheet.write_string(line, width + 1, plain_cell(problem.field or ""))
            sheet.write_string(line, width + 2, plain_cell(problem.reason or ""))
        book.close()
        return buffer.getvalue()


def _write_cell(sheet, line: int, at: int, value, day) -> None:
    if isinstance(value, str):
        sheet.write_string(line, at, plain_cell(value))
    elif isinstance(value, bool) or value is None:
        sheet.write_string(line, at, "" if value is None else str(value))
    elif isinstance(value, int | float):
        sheet.write_number(line, at, value)
    else:
        sheet.write_datetime(line, at, value, day)
