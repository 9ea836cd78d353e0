import csv
import io
from dataclasses import replace

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, split_every

from odoo.addons.crm_suite.tabular import (
    ALL_SHEETS,
    Customer,
    FileProblem,
    Problem,
    Purchase,
    stream_purchases,
    stream_table,
)
from odoo.addons.crm_suite.tabular.understanding import Plan
from odoo.addons.crm_suite.tools.text import plain_cell
from odoo.addons.crm_suite.tools.work import work_through

from .crm_purchase_import import OPEN
from .customer_matching import find_customers
from .import_words import file_reason, row_reason

BATCH_ROWS = 2000
COMPARED_AT_ONCE = 10_000
# refused once the whole file was read
_COUNTS = {
    "known_count": 0,
    "left_count": 0,
    "part_row_count": 0,
    "row_count": 0,
    "issue_count": 0,
    "kept_count": 0,
    "first_date": False,
    "last_date": False,
    "amount_total": 0,
}
# counted by the check and anew while loading
_BATCH_COUNTS = {
    "row_done": 0,
    "new_count": 0,
    "customer_count": 0,
    "missing_count": 0,
    "unknown_item_count": 0,
}


class CrmPurchaseImport(models.Model):
    """A file on its way: read once into parts, which are checked and then loaded.

    At once when it is small, else by the cron. A part and the row it reached are
    written together, so that whoever goes on after a kill neither loses nor repeats a
    row.
    """

    _inherit = "crm.purchase.import"

    @api.model
    def _cron_process(self, batch_size=BATCH_ROWS):
        def process(source):
            try:
                with self.env.cr.savepoint():
                    source._as_responsible()._go_on(batch_size)
            except UserError as error:
                source._as_responsible()._refuse(
                    [Problem(0, "row", "", "refused", str(error))]
                )
            if source.state not in OPEN:
                source._as_responsible()._tell_end()

        work_through(self, [("state", "in", OPEN)], process)

    def _start(self, state, is_partial=False):
        if state == "loading":
            self._require_turn()
            self._note({**_BATCH_COUNTS, "is_partial": is_partial})
        else:
            self._forget_check()
        # whose rights count from here on
        self._note({"state": state, "user_id": self.env.uid})
        if self._is_big():
            self._wake_cron()
        else:
            self._run_now()

    def _run_now(self):
        while self.state in OPEN:
            self._go_on(BATCH_ROWS)

    def _wake_cron(self):
        self.env.ref("crm_loyalty.cron_process_purchase_imports")._trigger()

    def _is_big(self):
        if self._parts_of(self):
            return self.row_count > BATCH_ROWS
        data = self._bytes()
        if not data:
            return False
        try:
            table = self._read_table(BATCH_ROWS + 1, data)
        except FileProblem:
            return False  # reading it at once tells the user why
        self._require_columns(table.header)
        return len(table.rows) > BATCH_ROWS

    def _tell_end(self):
        """Who pressed the button has gone on to other work."""
        words = {
            "asking": self.env._("It has questions for you: it goes on with answers."),
            "faulty": self.env._("Some of its rows need mending."),
            "ready": self.env._("It is checked and can be imported."),
            "done": self.env._("It is imported."),
            "undone": self.env._("It is undone."),
        }
        link = Markup('<a href="/odoo/%s/%s">%s</a>') % (self._name, self.id, self.name)
        # sudo: a message from Odoo, not from the user whose rights count here
        self.env["mail.thread"].sudo().message_notify(
            partner_ids=self.user_id.partner_id.ids,
            subject=self.env._("Purchase import: %s", self.name),
            body=Markup("<p>%s: %s</p>") % (link, words[self.state]),
            author_id=self.env.ref("base.partner_root").id,
        )

    def _require_turn(self):
        """Two files at once could each take the other's purchases for known ones."""
        # Managers may not write companies; this only makes others' turn wait.
        company = self.company_id.sudo()
        other = self.search(
            [("company_id", "=", company.id), ("state", "=", "loading")], limit=1
        )
        if other or not company.try_lock_for_update(allow_referencing=True):
            raise UserError(
                self.env._(
                    "Another file of this company is being imported. Please wait until "
                    "it is done."
                )
            )

    def _go_on(self, size):
        """Do the next of what is to be done, and write down that it is."""
        if self.state == "undoing":
            self._undo_part(size)
        elif not self.is_staged:
            if self.understanding:
                self._stage(size)
            else:
                self._learn()
        elif part := self._next_part():
            self._process_part(part)
        else:
            self._finish()

    def _parts_of(self, sources):
        # sudo: the parts are the import's alone
        parts = self.env["crm.purchase.import.part"].sudo()
        return parts.search([("import_id", "in", sources.ids)])

    def _next_part(self):
        # sudo: the parts are the import's alone
        parts = self.env["crm.purchase.import.part"].sudo()
        return parts.search(
            [("import_id", "=", self.id), ("last_row", ">", self.row_done)], limit=1
        )

    def _learn(self):
        """Ask what the file leaves open; of which all is known, keep how to read it."""
        understood = self._understand()
        if self._ask(understood):
            self._note({"state": "asking"})
        else:
            self._note({"understanding": understood.to_dict()})

    def _stage(self, size):
        """Read the file once, into parts that outlive this process.

        One transaction: whether two rows belong together is known when all are read.
        Who is killed here has staged nothing, and the next turn begins it anew. It
        takes about half a minute of one core for a million rows, which is all that a
        file may have; `make bench` times 300,000.
        """
        plan = Plan.from_dict(self.understanding)
        table = stream_table(self._bytes(), plan.layout)
        # what was read of it is enough
        self.invalidate_recordset(["file"])
        try:
            reading = stream_purchases(
                table,
                plan.columns,
                plan.notation,
                fields.Date.context_today(self),
                plan.rules,
            )
        except FileProblem as problem:
            reason = file_reason(problem.code, problem.detail)
            raise UserError(self.env._(reason)) from None
        problems, rates = [], {}
        dates, rows = set(), [1]
        read_count = good_count = new_count = 0
        total = 0.0
        met: set[Customer] = set()
        for batch in split_every(COMPARED_AT_ONCE, reading.purchases, list):
            purchases, refused = self._resolve(batch)
            new, changed = self._compare(purchases)
            problems += refused + changed
            self._create_parts(new, size, met)
            dates.update(purchase.date for purchase in purchases)
            rows.append(max((one.row for one in purchases), default=1))
            total = self._add_up(purchases, total, rates)
            read_count += len(batch)
            good_count += len(purchases)
            new_count += len(new)
        problems = sorted(problems + reading.problems, key=lambda one: one.row)
        rows += [problem.row for problem in problems]
        if problems and self.state == "loading" and not self.is_partial:
            self._refuse(problems, table)
            return
        self._record_issues(problems, table)
        self._note(
            {
                "is_staged": True,
                "last_row": max(rows),
                "row_count": read_count
                + len(reading.problems)
                + reading.repeated
                + reading.left_out
                + reading.lines,
                "known_count": good_count - new_count + reading.repeated,
                "left_count": reading.left_out,
                "part_row_count": reading.lines,
                "first_date": min(dates, default=False),
                "last_date": max(dates, default=False),
                "amount_total": total,
            }
        )

    def _create_parts(self, purchases, size, met):
        # sudo: the parts are the import's alone
        parts = self.env["crm.purchase.import.part"].sudo()
        for batch in split_every(size, purchases, list):
            parts.create({"import_id": self.id, **parts._pack(batch, met)})
            # a large file's parts would stay in memory
            parts.env.flush_all()
            parts.invalidate_model(flush=False)

    def _add_up(self, purchases, total, rates):
        """In the currency of the import, whatever its rows are in; `rates` keeps those
        that were looked up."""
        days = {(one.currency, one.date) for one in purchases if one.currency}
        if missing := days - rates.keys():
            currencies = self._currencies({code for code, _date in missing})
            for code, date in missing:
                currency = currencies[code]
                rates[code, date] = currency._get_conversion_rate(
                    currency, self.currency_id, self.company_id, date
                )
        for one in purchases:
            rate = rates[one.currency, one.date] if one.currency else 1.0
            total += one.amount * rate
        return total

    def _resolve(self, purchases):
        """With the day of orders that are in already, of what takes back from them;
        and a problem for each row of a currency that cannot be converted."""
        refused = self._unusable_currencies({one.currency for one in purchases})
        days = self._days_of({one.origin for one in purchases} - {""})
        good, problems = [], []
        for one in purchases:
            if one.currency in refused:
                code = refused[one.currency]
                shown = one.currency or self.currency_id.name
                problems.append(Problem(one.row, "currency", shown, code))
            elif one.origin in days and one.amount < 0:
                good.append(replace(one, date=days[one.origin]))
            else:
                good.append(one)
        return good, problems

    def _unusable_currencies(self, codes) -> dict[str, str]:
        """Code → why amounts in it cannot be converted."""
        currencies = self._currencies(codes)
        target = self.company_id.currency_id
        return {
            code: "no_rate" if code in currencies else "bad_currency"
            for code in codes
            if code not in currencies
            or (
                currencies[code] != target
                and not self._rates(currencies[code]).get(currencies[code].id)
                and not self._rates(currencies[code]).get(target.id)
            )
        }

    def _days_of(self, keys):
        if not keys:
            return {}
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT line.key, line.date
                      FROM crm_purchase_import_line line
                      JOIN crm_purchase_import source ON source.id = line.import_id
                     WHERE line.company_id = %(company)s
                       AND line.key = ANY(%(keys)s)
                       AND source.state = 'done'
                    """,
                    company=self.company_id.id,
                    keys=list(keys),
                )
            )
        )

    def _compare(self, purchases: list[Purchase]):
        """The purchases that the company does not know yet, and a problem for each
        document that says something else than before."""
        new, problems = [], []
        for batch in split_every(COMPARED_AT_ONCE, purchases, list):
            known, plain, numbered = self._known(batch)
            for one in batch:
                if one.key in known:
                    date, amount = known[one.key]
                    if (one.date, f"{one.amount:.4f}") != (date, f"{amount:.4f}"):
                        detail = f"{fields.Date.to_string(date)}, {amount:.2f}"
                        problems.append(
                            Problem(
                                one.row,
                                "document",
                                one.document,
                                "document_changed",
                                detail,
                            )
                        )
                # without a number before, or now
                elif one.plain_key not in (plain if one.document else numbered):
                    new.append(one)
        return new, problems

    def _known(self, purchases):
        """Of purchases that are in: those with these keys, and the plain keys of those
        without a document and of all."""
        self.flush_model(["state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.key, line.plain_key, line.document, line.date, line.amount
                  FROM crm_purchase_import_line line
                  JOIN crm_purchase_import source ON source.id = line.import_id
                 WHERE line.company_id = %(company)s
                   AND (line.key = ANY(%(keys)s) OR line.plain_key = ANY(%(plain)s))
                   AND source.state = 'done'
                """,
                company=self.company_id.id,
                keys=[purchase.key for purchase in purchases],
                plain=[purchase.plain_key for purchase in purchases],
            )
        )
        return (
            {key: (date, float(amount)) for key, _p, _d, date, amount in rows},
            {plain for _key, plain, document, _d, _a in rows if not document},
            {plain for _key, plain, _document, _d, _a in rows if plain},
        )

    def _process_part(self, part):
        batch, fresh = part._unpack()
        if self.state == "loading":
            # purchases may have come in since the check
            batch_new, changed = self._compare(batch)
            if changed and not self.is_partial:
                self._refuse(changed)
                return
            self._note({"known_count": self.known_count + len(batch) - len(batch_new)})
            batch = batch_new
        customers = list(dict.fromkeys(purchase.customer for purchase in batch))
        found, unclear = find_customers(self.env, self.company_id, customers)
        missing = [c for c in customers if c not in found and c not in unclear]
        if not self.create_missing:
            unclear |= dict.fromkeys(missing, ("unknown_customer", ""))
        problems = [
            self._customer_problem(purchase, *unclear[purchase.customer])
            for purchase in batch
            if purchase.customer in unclear
        ]
        if self.state == "loading" and problems and not self.is_partial:
            self._refuse(problems)
            return
        if problems and self.state == "checking":
            self._record_issues(problems, self._table_of_places())
        good = [one for one in batch if one.customer not in unclear]
        Item = self.env["crm.purchase.import.item"]
        products = Item._find_products(good, self.company_id)
        self._note(
            {
                "row_done": part.last_row,
                "new_count": self.new_count + len(good),
                "customer_count": self.customer_count
                + sum(one in found for one in customers if one in fresh),
                "missing_count": self.missing_count
                + len(set(missing).intersection(fresh) - unclear.keys()),
                "unknown_item_count": self.unknown_item_count
                + sum(
                    (item.product, item.name) not in products
                    for one in good
                    for item in one.items
                ),
            }
        )
        if self.state == "loading" and good:
            wanted = [one for one in missing if one not in unclear]
            if wanted:
                found |= self._create_customers(wanted)
            self._insert_lines(good, found)

    def _finish(self):
        if self.state == "checking":
            self._note({"state": "faulty" if self.issue_count else "ready"})
        else:
            self._show_created_customers()
            self._parts_of(self).unlink()
            now = self.env.cr.now().replace(microsecond=0)
            self._note({"state": "done", "done_on": now})

    def _refuse(self, problems, table=None):
        """The file cannot be loaded as it stands; nothing of it stays."""
        self._unload()
        self._forget_check()
        self._record_issues(problems, table)
        self._note({"state": "faulty"})

    def _customer_problem(self, purchase, code, detail):
        customer = purchase.customer
        for name, value in (
            ("customer", customer.reference),
            ("email", customer.email),
            ("name", customer.name),
        ):
            if value:
                return Problem(purchase.row, name, value, code, detail)

    def _record_issues(self, problems, table=None):
        columns = self._chosen_columns()
        values = []
        for problem in problems:
            sheet, row = table.place(problem.row) if table else ("", problem.row)
            values.append(
                {
                    "import_id": self.id,
                    "sheet": sheet,
                    "row": row,
                    "column": columns.get(problem.field),
                    "value": problem.value or False,
                    "reason": self.env._(row_reason(problem.code, problem.detail)),
                }
            )
        # Managers read issues; only the check writes them.
        self.env["crm.purchase.import.issue"].sudo().create(values)
        self._note(
            {
                "issue_count": self.issue_count + len(values),
                "rejected_file": False,
            }
        )

    def _table_of_places(self):
        """Where rows stand, for a file of which several sheets are read."""
        if (self.answers or {}).get("sheet") != ALL_SHEETS:
            return None
        layout = replace(self._layout(), sheet=ALL_SHEETS)
        return stream_table(self._bytes(), layout)

    def _rejected_rows(self) -> bytes:
        """The rows with issues as the file has them, with the reason behind."""
        self.ensure_one()
        reasons: dict[tuple, list[str]] = {}
        for issue in self.issue_ids:
            reasons.setdefault((issue.sheet or "", issue.row), []).append(issue.reason)
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=self.delimiter or ",")
        data = self._bytes()
        if data and reasons:
            try:
                table = self._table_of_places() or stream_table(data, self._layout())
                width = len(table.header)
                writer.writerow([*map(plain_cell, table.header), self.env._("Reason")])
                for number, cells in table.rows:
                    if why := reasons.get(table.place(number)):
                        told = ["" if cell is None else cell for cell in cells]
                        told += [""] * (width - len(told))
                        writer.writerow([*map(plain_cell, told), " ".join(why)])
            except FileProblem as problem:
                # the file was not read that far by the check either
                reason = file_reason(problem.code, problem.detail)
                writer.writerow([self.env._(reason)])
        return text.getvalue().encode("utf-8-sig")

    def _forget_check(self):
        self.env["crm.purchase.import.issue"]._delete_of(self)
        self._parts_of(self).unlink()
        self._note(
            {
                **_COUNTS,
                **_BATCH_COUNTS,
                "is_staged": False,
                "understanding": False,
                "last_row": 0,
                "rejected_file": False,
                "done_on": False,
                "is_partial": False,
            }
        )
