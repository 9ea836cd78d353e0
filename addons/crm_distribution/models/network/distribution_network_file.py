from collections import defaultdict
from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from odoo.addons.crm_suite.tabular import (
    FileProblem,
    Hints,
    Table,
    ask_notation,
    detect_layout,
    notation_of,
    read_table,
    settle_notation,
)
from odoo.addons.crm_suite.tabular.text import fold

from .network_reading import (
    Known,
    Problem,
    Reading,
    find_columns,
    read_handling,
    read_outlets,
)
from .network_words import file_reason, row_reason

QUIET = {
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "tracking_disable": True,
}
BATCH = 10_000


class Outcome(NamedTuple):
    new: int = 0
    changed: int = 0
    same: int = 0


class DistributionNetworkFile(models.AbstractModel):
    """Files of outlets, and of what they handle, into records.

    The same file a second time changes nothing.
    """

    _name = "distribution.network.file"
    _description = "File of Outlets"

    @api.model
    def _read_file(
        self, data: bytes, company, answers: dict[str, str]
    ) -> tuple[str, Reading]:
        """What a file is about, and its rows.

        :param answers: how numbers and days are written, where the file does not prove
            it
        :raise UserError: the file as a whole is none of ours, or leaves that open
        """
        try:
            table = read_table(data, detect_layout(data))
        except FileProblem as problem:
            reason = file_reason(problem.code, problem.detail)
            raise UserError(self.env._(reason)) from problem
        if not table.rows:
            raise UserError(self.env._(file_reason("no_rows")))
        kind = self._kind_of(table)
        if missing := self._missing_columns(table, kind):
            raise UserError(self.env._(file_reason("no_column", ", ".join(missing))))
        return kind, self._read(table, kind, company, answers)

    @api.model
    def _has_more_rows(self, data: bytes, most: int) -> bool:
        try:
            table = read_table(data, detect_layout(data), most + 1)
        except FileProblem:
            # reading it tells what is wrong with it
            return False
        return len(table.rows) > most

    @api.model
    def _reason(self, problem: Problem) -> str:
        return self.env._(row_reason(problem.code, problem.detail))

    @api.model
    def _kind_of(self, table: Table) -> str:
        """What a file is about: those with months tell what outlets handle."""
        return "handling" if "date" in find_columns(table) else "outlets"

    @api.model
    def _missing_columns(self, table: Table, kind: str) -> list[str]:
        columns = find_columns(table)
        if kind == "outlets":
            return [] if "code" in columns else ["code"]
        missing = [name for name in ("code", "date") if name not in columns]
        if not {"category", "product"} & columns.keys():
            missing.append("category")
        return missing

    @api.model
    def _read(
        self, table: Table, kind: str, company, answers: dict[str, str]
    ) -> Reading:
        known = self._known(company)
        columns = find_columns(table)
        fields = {"amount": "turnover"} if kind == "outlets" else {"date": "date"}
        at = {as_: columns[name] for as_, name in fields.items() if name in columns}
        questions = ask_notation(table, at, Hints(date_order=""))
        answered = settle_notation(questions, answers)
        for question in answered.open:
            examples = [choice.example for choice in question.choices]
            shown = " / ".join(filter(None, examples))
            raise UserError(self.env._(file_reason(f"open_{question.id}", shown)))
        notation = notation_of(answered, {}, Hints())
        if kind == "outlets":
            return read_outlets(table, known, notation)
        return read_handling(table, known, company._today(), notation)

    @api.model
    def _known(self, company) -> Known:
        """What the user may see of all that cells may refer to."""
        countries: dict[str, int] = {}
        for country in self.env["res.country"].search([]):
            countries[fold(country.code or "")] = country.id
            countries.setdefault(fold(country.name), country.id)
        states: dict[tuple[int, str], int] = {}
        for state in self.env["res.country.state"].search([]):
            states[state.country_id.id, fold(state.name)] = state.id
            states.setdefault((state.country_id.id, fold(state.code)), state.id)
        levels: dict[str, int] = {}
        for level in self.env["distribution.level"].search([]):
            levels.setdefault(fold(level.name), level.id)
            levels.setdefault(level.kind, level.id)
        categories: dict[str, int | None] = {}
        goods = self.env["product.category"].search([])
        for category in goods:
            name = fold(category.name)
            categories[name] = None if name in categories else category.id
        for category in goods:
            categories[fold(category.complete_name)] = category.id
        products: dict[str, tuple[int, int]] = {}
        for product in self.env["product.product"].search_fetch(
            [("company_id", "in", [company.id, False])],
            ["default_code", "barcode", "categ_id"],
        ):
            for key in (product.default_code, product.barcode):
                if key:
                    products.setdefault(fold(key), (product.id, product.categ_id.id))
        outlets = self._outlets(company, Domain.TRUE)
        return Known(
            countries=countries,
            states=states,
            levels=levels,
            categories=categories,
            products=products,
            outlets={outlet.code: outlet.id for outlet in outlets},
            country=company.country_id.id,
            above={
                category.id: tuple(map(int, category.parent_path.split("/")[:-2]))
                for category in goods
            },
        )

    @api.model
    def _outlets(self, company, which: Domain):
        """Archived ones have their code still."""
        Outlet = self.env["distribution.outlet"].with_context(active_test=False)
        return Outlet.search_fetch(
            Domain("company_id", "=", company.id) & Domain("code", "!=", False) & which,
            ["code"],
        )

    @api.model
    def _load(self, reading: Reading, company, write: bool) -> Outcome:
        """Bring in what was read, or just say what that would do."""
        if reading.facts:
            return self._load_facts(reading, company, write)
        return self._load_outlets(reading, company, write)

    def _load_outlets(self, reading: Reading, company, write: bool) -> Outcome:
        known = self._outlets(company, Domain("code", "in", [*reading.outlets]))
        by_code = {outlet.code: outlet for outlet in known}
        new = {
            code: {**values, "code": code, "company_id": company.id}
            for code, values in reading.outlets.items()
            if code not in by_code
        }
        changed = set()
        for code, values in reading.outlets.items():
            if outlet := by_code.get(code):
                differing = _differing(outlet, values)
                if differing:
                    changed.add(code)
                    if write:
                        outlet.with_context(**QUIET).write(differing)
        if write:
            Outlet = self.env["distribution.outlet"].with_context(**QUIET)
            for part in split_every(BATCH, new.values(), list):
                for outlet in Outlet.create(part):
                    by_code[outlet.code] = outlet
        changed |= self._load_turnovers(reading, by_code, write) - new.keys()
        return Outcome(
            len(new), len(changed), len(reading.outlets) - len(new) - len(changed)
        )

    def _load_turnovers(self, reading: Reading, by_code: dict, write: bool) -> set[str]:
        """Codes of the outlets whose turnovers are new or others."""
        stated = defaultdict(dict)
        outlets = [outlet.id for outlet in by_code.values()]
        for line in self.env["distribution.outlet.turnover"].search(
            [("outlet_id", "in", outlets)]
        ):
            stated[line.outlet_id.id][line.category_id.id] = line
        new, changed = [], set()
        for (code, category), turnover in reading.turnovers.items():
            outlet = by_code.get(code)
            line = outlet and stated[outlet.id].get(category)
            if line and line.currency_id.compare_amounts(line.turnover, turnover) == 0:
                continue
            changed.add(code)
            if line and write:
                line.turnover = turnover
            elif not line and outlet:
                new.append(
                    {
                        "outlet_id": outlet.id,
                        "category_id": category,
                        "turnover": turnover,
                    }
                )
        if write:
            for part in split_every(BATCH, new, list):
                self.env["distribution.outlet.turnover"].create(part)
        return changed

    def _load_facts(self, reading: Reading, company, write: bool) -> Outcome:
        """A million facts are one statement for ten thousand, not a record each."""
        Handling = self.env["distribution.handling"]
        if not Handling.has_access("create"):
            raise AccessError(self.env._("You may not bring in what outlets handle."))
        Handling.flush_model()
        new = 0
        for part in split_every(BATCH, sorted(reading.facts, key=repr), list):
            outlets, categories, products, months, kinds = map(
                list, zip(*part, strict=True)
            )
            rows = SQL(
                """
                SELECT fact.* FROM unnest(
                    %s::int[], %s::int[], %s::int[], %s::date[], %s::text[]
                ) AS fact (outlet_id, category_id, product_id, date, kind)
                """,
                outlets,
                categories,
                products,
                months,
                kinds,
            )
            new += self._insert_facts(rows, company) if write else self._unknown(rows)
        if write:
            Handling.invalidate_model()
            self.env["distribution.outlet"].invalidate_model(["handling_ids"])
        return Outcome(new, 0, len(reading.facts) - new)

    def _unknown(self, rows: SQL) -> int:
        ((count,),) = self.env.execute_query(
            SQL(
                """
                SELECT count(*) FROM (%s) fact WHERE NOT EXISTS (
                    SELECT FROM distribution_handling known
                     WHERE known.outlet_id = fact.outlet_id
                       AND known.category_id = fact.category_id
                       AND known.product_id IS NOT DISTINCT FROM fact.product_id
                       AND known.date = fact.date AND known.kind = fact.kind)
                """,
                rows,
            )
        )
        return count

    def _insert_facts(self, rows: SQL, company) -> int:
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO distribution_handling
                            (outlet_id, category_id, product_id, date, kind, company_id,
                             create_uid, write_uid, create_date, write_date)
                     SELECT fact.*, %(company)s, %(uid)s, %(uid)s,
                            now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                       FROM (%(rows)s) fact
                ON CONFLICT DO NOTHING
                """,
                rows=rows,
                company=company.id,
                uid=self.env.uid,
            )
        )
        return self.env.cr.rowcount


def _differing(record, values: dict) -> dict:
    def current(name: str):
        value = record[name]
        return value.id if record._fields[name].type == "many2one" else value

    return {name: value for name, value in values.items() if current(name) != value}
