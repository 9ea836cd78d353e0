import json
from collections import defaultdict
from datetime import date

import pytz

from odoo import models
from odoo.fields import Domain

from odoo.addons.crm_suite.tabular import (
    Answered,
    FileProblem,
    Hints,
    Layout,
    Table,
    fold,
    notation_of,
    read_table,
    settle_notation,
)
from odoo.addons.crm_suite.tabular.understanding import settle_layout

from ...channel.network import INTERMEDIARIES
from .distribution_reporter import REMEMBERED
from .distribution_sellout import IN
from .sellout_reading import (
    Goods,
    Known,
    Notation,
    Problem,
    Reading,
    ask,
    find_columns,
    read_lines,
)
from .sellout_words import field_label, row_reason

# a file with more rows is left to the job
AT_ONCE = 2_000
# so many issues are kept one by one; all are counted
KEPT = 5_000


class DistributionSellout(models.Model):
    """From the file to what is understood of it."""

    _inherit = "distribution.sellout"

    def _go_on(self) -> None:
        """Do the next of what is to be done; in superuser mode."""
        report = self.with_company(self.company_id)
        if self.state == "reading":
            report._understand()
        else:
            report._go_on_loading()

    def _is_long(self) -> bool:
        data = self._bytes()
        try:
            table = read_table(data, self._layout_of(data)[0], AT_ONCE + 1)
        except FileProblem:
            # reading it tells what is wrong with it
            return False
        return len(table.rows) > AT_ONCE

    def _rows_of_file(self) -> Table:
        data = self._bytes()
        table = read_table(data, self._layout_of(data)[0])
        if not table.rows:
            raise FileProblem("no_rows")
        return table

    def _understand(self) -> None:
        try:
            _layout, answered = self._layout_of(self._bytes())
            sheets = [one for one in answered.questions if one.kind == "sheet"]
            names = [choice.key for one in sheets for choice in one.choices]
            self._note({"sheets": json.dumps(names)})
            if asked := [one.id for one in answered.open]:
                self._note({"state": "reported", "asked": " ".join(asked)})
                return
            table = self._rows_of_file()
        except FileProblem as problem:
            found = [Problem(0, "", "", problem.code, problem.detail)]
            self._keep_problems(Reading(problems=found))
            self._note({"state": "reported", "problem_count": 1})
            return
        self._note({"header": json.dumps(table.header)})
        notation = self._notation(table)
        if notation:
            self._judge(self._read_lines(table, notation))

    def _layout_of(self, data: bytes) -> tuple[Layout, Answered]:
        """Letters and sheet, as far as they are known; the reporter's next file is read
        as the last one that was accepted."""
        last = self.search(
            self._others_domain(*IN)
            & (Domain("encoding", "!=", False) | Domain("sheet", "!=", False)),
            limit=1,
        )
        answers = {name: self[name] or last[name] for name in ("encoding", "sheet")}
        layout, questions = settle_layout(data, Layout(), answers)
        return layout, Answered(questions, answers)

    def _notation(self, table: Table) -> Notation | None:
        """How to read the file; None where something has to be asked first."""
        reporter = self._reporter()
        columns = find_columns(table, self._own_columns(reporter))
        questions = ask(table, columns)
        answers = {name: self[name] or reporter[name] for name in REMEMBERED}
        answers["half_swapped"] = self.half_swapped
        answered = settle_notation(questions, answers)
        asked = [one.id for one in answered.open]
        kind = self.kind or reporter.kind
        if not kind:
            asked.append("kind")
        if asked:
            self._note({"state": "reported", "asked": " ".join(asked)})
            return None
        self._note({"kind": kind})
        return Notation(
            columns=columns,
            written=notation_of(answered, {}, Hints()),
            swapped=answered.get("half_swapped") == "swap",
            first=self.date_from or None,
            last=self.date_to or None,
        )

    def _reporter(self):
        return self.env["distribution.reporter"]._of(self.partner_id, self.company_id)

    def _own_columns(self, reporter) -> dict[str, str]:
        today = self.company_id._today()
        return {
            fold(word.word): word.column
            for word in reporter.word_ids
            if word.kind == "column"
            and (word.date_from or date.min) <= today <= (word.date_to or date.max)
        }

    def _read_lines(self, table: Table, notation: Notation) -> Reading:
        reading = read_lines(table, self._known(), notation)
        if self.kind == "adds":
            self._leave_known_out(reading)
        return reading

    def _leave_known_out(self, reading: Reading) -> None:
        """Of additional lines, those whose document's line was accepted before."""
        documents = {line.document for line in reading.lines if line.document}
        known = {}
        for line in self.env["distribution.sellout.line"].search_fetch(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("document", "in", [*documents]),
                ("state", "=", "accepted"),
            ]
        ):
            key = (
                line.day.isoformat(),
                line.place or "",
                line.document,
                line.number or "",
                line.product_id.id,
                line.type,
                line.occurrence,
            )
            known[key] = line.report_id
        kept = []
        for line in reading.lines:
            report = known.get((*line.key(), line.occurrence))
            if report:
                reading.problems.append(
                    Problem(line.row, "document", line.document, "known", report.name)
                )
            else:
                kept.append(line)
        reading.lines = kept

    def _judge(self, reading: Reading) -> None:
        """What may become of what was read."""
        self._keep_problems(reading)
        types = [line.type for line in reading.lines]
        stock = types.count("stock")
        self._note(
            {
                "row_count": reading.rows,
                "problem_count": len(reading.problems),
                "content_hash": reading.content_hash,
                "sale_count": types.count("sale") + types.count("return"),
                "stock_count": stock,
            }
        )
        if same := self._same_report():
            self._note({"state": "repeated", "same_as_id": same.id})
            return
        if not reading.lines or (reading.problems and not self.leave_out):
            self._note({"state": "mapped"})
            return
        days = [date.fromisoformat(line.day) for line in reading.lines]
        self._note(
            {
                "left_out_count": len({problem.row for problem in reading.problems}),
                "first_day": min(days),
                "last_day": max(days),
            }
        )
        self._state_period()
        self._note(self._verdict())

    def _state_period(self) -> None:
        """The days that the report is about, where it did not say."""
        first, last = self.first_day, self.last_day
        if self.kind == "month_to_date":
            first = first.replace(day=1)
        elif self.kind != "adds":
            first, last = self._reporter()._full_period(first, last)
        if not (self.date_from and self.date_to):
            self._note(
                {
                    "date_from": self.date_from or first,
                    "date_to": self.date_to or last,
                    "period_is_read": not self.date_from and not self.date_to,
                }
            )

    def _verdict(self) -> dict:
        """Validated, held or known already."""
        if same := self._same_report():
            return {"state": "repeated", "same_as_id": same.id}
        current = self.search(
            self._others_domain("accepted")
            & Domain("date_from", "<=", self.date_to)
            & Domain("date_to", ">=", self.date_from)
        )
        if reason := self._reason_to_hold(current):
            return {"state": "held", "held_reason": reason}
        return {"state": "validated", "held_reason": False}

    def _others_domain(self, *states: str) -> Domain:
        return (
            Domain("id", "!=", self.id)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("partner_id", "=", self.partner_id.id)
            & Domain("state", "in", states)
        )

    def _same_report(self):
        """One that was accepted with the same lines, however its file looked."""
        same = Domain("content_hash", "=", self.content_hash)
        return self.search(self._others_domain(*IN) & same, limit=1)

    def _reason_to_hold(self, others) -> str:
        """Days that would count twice, or that would be forgotten."""
        if self.kind == "original" and others:
            other = others[0]
            first = max(self.date_from, other.date_from)
            last = min(self.date_to, other.date_to)
            return self.env._(
                "%(first)s to %(last)s is reported already in “%(report)s”: nothing "
                "counts twice. Say whether this report replaces its period or adds "
                "lines to it.",
                first=first,
                last=last,
                report=other.name,
            )
        longer = others.filtered(
            lambda one: (
                one.date_to > self.date_to
                and one.date_to.replace(day=1) == self.date_from
            )
        )
        if self.kind == "month_to_date" and longer:
            return self.env._(
                "“%(report)s” tells more of this month: this report ends before it.",
                report=longer[0].name,
            )
        return ""

    def _keep_problems(self, reading: Reading) -> None:
        self.problem_ids.unlink()
        found = [(problem, False) for problem in reading.problems[:KEPT]]
        found += [(note, True) for note in reading.notes[:KEPT]]
        values = []
        for one, is_note in found:
            sheet, row = reading.place(one.row)
            values.append(
                {
                    "report_id": self.id,
                    "sheet": sheet or False,
                    "row": row,
                    "field": str(self.env._(field_label(one.field))),
                    "value": one.value,
                    "reason": self._reason(one),
                    "is_note": is_note,
                }
            )
        self.env["distribution.sellout.problem"].create(values)

    def _reason(self, problem: Problem) -> str:
        if problem.code == "completed":
            return self.env._(
                "Taken for the code %(code)s, which had lost its leading zeros.",
                code=problem.detail,
            )
        return str(self.env._(row_reason(problem.code, problem.detail)))

    def _known(self) -> Known:
        """All that cells may refer to."""
        company = self.company_id
        reporter = self._reporter()
        own = {"product": defaultdict(list), "unit": defaultdict(list)}
        for word in reporter.word_ids:
            if word.kind in own:
                own[word.kind][fold(word.word)].append(
                    Goods(
                        word.product_id.id or 0,
                        word.uom_id.id or None,
                        word.date_from or date.min,
                        word.date_to or date.max,
                    )
                )
        names, codes = self._known_products(company)
        units, factors = self._known_units()
        currencies = {
            fold(one.name): (one.id, one.decimal_places)
            for one in self.env["res.currency"].search([])
        }
        company_currency = company.currency_id
        currencies.setdefault(
            fold(company_currency.name),
            (company_currency.id, company_currency.decimal_places),
        )
        zone = self.partner_id.tz or company.partner_id.tz or "UTC"
        return Known(
            own_codes=own["product"],
            codes=codes,
            own_units=own["unit"],
            units=units,
            factors=factors,
            products=names,
            currencies=currencies,
            currency=company_currency.id,
            customers=self._known_members(),
            zone=pytz.timezone(zone),
            today=company._today(),
        )

    def _known_products(self, company) -> tuple[dict, dict]:
        """Archived ones too: they are sold out still."""
        names: dict[int, tuple[int, str, str]] = {}
        codes: dict[str, list[Goods]] = defaultdict(list)
        products = self.env["product.product"].with_context(active_test=False)
        for product in products.search_fetch(
            [("company_id", "in", [*company.parent_ids.ids, False])],
            ["default_code", "barcode", "uom_id", "name"],
        ):
            unit = product.uom_id
            names[product.id] = (unit.id, unit.name, product.name)
            for code in {product.default_code, product.barcode} - {False, None, ""}:
                codes[fold(code)].append(Goods(product.id, None))
        packages = self.env["product.uom"].search_fetch([], ["barcode", "uom_id"])
        for package in packages:
            if package.product_id.id in names:
                codes[fold(package.barcode)].append(
                    Goods(package.product_id.id, package.uom_id.id)
                )
        return names, codes

    def _known_units(self) -> tuple[dict, dict]:
        units: dict[str, int | None] = {}
        factors: dict[int, tuple[str, float]] = {}
        found = self.env["uom.uom"].with_context(active_test=False)
        for unit in found.search([]):
            root = (unit.parent_path or "").split("/")[0]
            factors[unit.id] = (root, unit.factor)
            if unit.active:
                name = fold(unit.name)
                units[name] = None if name in units else unit.id
        return units, factors

    def _known_members(self) -> dict[str, int]:
        """Other intermediaries, by reference and by name."""
        members: dict[str, int | None] = {}
        for partner in self.env["res.partner"].search_fetch(
            [
                ("distribution_level_id.kind", "in", INTERMEDIARIES),
                ("id", "!=", self.partner_id.id),
                ("company_id", "in", [*self.company_id.parent_ids.ids, False]),
            ],
            ["ref", "name"],
        ):
            for key in {partner.ref, partner.name} - {False, None, ""}:
                key = fold(key)
                members[key] = None if key in members else partner.id
        return {key: member for key, member in members.items() if member}
