import base64
import contextlib

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, split_every

from odoo.addons.crm_suite.tabular import (
    DELIMITERS,
    ENCODINGS,
    FIELDS,
    FileProblem,
    Layout,
    Notation,
    Problem,
    Table,
    detect_date_order,
    detect_decimal_mark,
    detect_layout,
    propose_columns,
    read_purchases,
    read_table,
)
from odoo.addons.crm_suite.tools.work import work_through

from .crm_purchase_import import OPEN, WORKING
from .customer_matching import find_customers
from .import_words import file_reason, row_reason

_ENCODING_NAMES = ("Unicode (UTF-8)", "Unicode (UTF-16)", "Arabic", "Western European")
_DELIMITER_NAMES = ("Comma ,", "Semicolon ;", "Tab", "Bar |")
# Enough to meet a day above twelve whatever the order; a wrong guess shows as issues.
SAMPLE_ROWS = 5000
BATCH_ROWS = 2000
PREVIEW_ROWS = 5
PREVIEW_WIDTH = 40


class CrmPurchaseImport(models.Model):
    """From the file to purchases: what is guessed of it, shown and may be changed.

    Then it is worked through in batches: at once when it is small, else by the cron. A
    batch and the row it reached are written together, so that whoever goes on after a
    kill neither loses nor repeats a row.
    """

    _inherit = "crm.purchase.import"

    file_problem = fields.Char(compute="_compute_preview", store=True)
    headers = fields.Char("Columns of the File", compute="_compute_preview", store=True)
    preview = fields.Html(compute="_compute_preview", store=True)
    encoding = fields.Selection(
        list(zip(ENCODINGS, _ENCODING_NAMES, strict=True)),
        "Text Encoding",
        compute="_compute_layout",
        store=True,
        readonly=False,
        help="Change it when letters of the preview look wrong.",
    )
    delimiter = fields.Selection(
        list(zip(DELIMITERS, _DELIMITER_NAMES, strict=True)),
        "Separator",
        compute="_compute_layout",
        store=True,
        readonly=False,
    )
    column_customer = fields.Char(
        "Customer Reference",
        compute="_compute_columns",
        store=True,
        readonly=False,
        help="The column with the customer's reference. It finds a customer first.",
    )
    column_email = fields.Char(
        "Customer E-mail",
        compute="_compute_columns",
        store=True,
        readonly=False,
        help="Finds a customer that the reference does not find.",
    )
    column_name = fields.Char(
        "Customer Name",
        compute="_compute_columns",
        store=True,
        readonly=False,
        help="Finds a customer that neither reference nor e-mail finds, unless several "
        "customers have the name.",
    )
    column_date = fields.Char(
        "Date", compute="_compute_columns", store=True, readonly=False
    )
    column_amount = fields.Char(
        "Amount",
        compute="_compute_columns",
        store=True,
        readonly=False,
        help="Untaxed, as the values of Odoo's own orders are. Below zero: a return.",
    )
    column_margin = fields.Char(
        "Margin",
        compute="_compute_columns",
        store=True,
        readonly=False,
        help="Optional: amount less cost.",
    )
    column_document = fields.Char(
        "Document",
        compute="_compute_columns",
        store=True,
        readonly=False,
        help="Optional: the number of invoice or receipt, one row each. With it, a "
        "purchase that is imported again is known by its number.",
    )
    decimal_mark = fields.Selection(
        [(".", "Point 1,234.50"), (",", "Comma 1.234,50")],
        compute="_compute_notation",
        store=True,
        readonly=False,
    )
    date_order = fields.Selection(
        [("dmy", "Day first 31/12/2024"), ("mdy", "Month first 12/31/2024")],
        compute="_compute_notation",
        store=True,
        readonly=False,
        help="For dates with the year at the end. Years from 1200 to 1499 are Jalali.",
    )

    @api.depends("file")
    def _compute_layout(self):
        for source in self:
            layout = Layout()
            if source.file:
                # _compute_preview reports the problem.
                with contextlib.suppress(FileProblem):
                    layout = detect_layout(source._bytes())
            source.encoding = layout.encoding
            source.delimiter = layout.delimiter

    @api.depends("file", "encoding", "delimiter")
    def _compute_preview(self):
        for source in self:
            source.file_problem = source.headers = source.preview = False
            if source.file:
                try:
                    table = source._read_table(PREVIEW_ROWS)
                except FileProblem as problem:
                    reason = file_reason(problem.code, problem.detail)
                    source.file_problem = self.env._(reason)
                else:
                    source.headers = " | ".join(table.header)
                    source.preview = _preview(table)

    @api.depends("file", "encoding", "delimiter")
    def _compute_columns(self):
        for source in self:
            table = source._sample_table()
            # A column that was chosen by hand survives when the file is mended.
            chosen = source._chosen_columns().items()
            kept = {name: header for name, header in chosen if header in table.header}
            proposal = propose_columns(table)
            for name in FIELDS:
                header = kept.get(name) or proposal.get(name)
                if name not in kept and header in kept.values():
                    header = False
                source[f"column_{name}"] = header

    @api.depends(
        "file", "encoding", "delimiter", "column_date", "column_amount", "column_margin"
    )
    def _compute_notation(self):
        lang = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        usual_mark = "," if lang.decimal_point == "," else "."
        usual_order = "mdy" if (lang.date_format or "").startswith("%m") else "dmy"
        for source in self:
            amounts, dates = source._sample("amount", "margin"), source._sample("date")
            source.decimal_mark = detect_decimal_mark(amounts) or usual_mark
            source.date_order = detect_date_order(dates) or usual_order

    def _bytes(self):
        return base64.b64decode(self.with_context(bin_size=False).file or b"")

    def _read_table(self, limit=None):
        layout = Layout(self.encoding or None, self.delimiter or None)
        return read_table(self._bytes(), layout, limit)

    def _chosen_columns(self):
        """Field of a purchase → header of the file, for the columns that are chosen."""
        columns = {name: self[f"column_{name}"] for name in FIELDS}
        return {name: header for name, header in columns.items() if header}

    def _sample_table(self):
        if self.file:
            # _compute_preview reports the problem.
            with contextlib.suppress(FileProblem):
                return self._read_table(SAMPLE_ROWS)
        return Table((), [])

    def _sample(self, *names):
        table = self._sample_table()
        headers = [self[f"column_{name}"] for name in names]
        return [
            cell
            for header in headers
            if table.header.count(header) == 1
            for cell in table.cells(header)
        ]

    def _read_file(self):
        """All purchases and problems of the file; UserError when it cannot be read."""
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Upload a file first."))
        try:
            table = self._read_table()
        except FileProblem as problem:
            reason = file_reason(problem.code, problem.detail)
            raise UserError(self.env._(reason)) from None
        if not table.rows:
            raise UserError(self.env._(file_reason("no_rows")))
        self._require_columns(table.header)
        currency = self.currency_id
        notation = Notation(
            self.decimal_mark, self.date_order, (currency.symbol, currency.name)
        )
        today = fields.Date.context_today(self)
        return read_purchases(table, self._chosen_columns(), notation, today)

    def _require_columns(self, header):
        columns = self._chosen_columns()
        labels = {
            name: self._fields[f"column_{name}"]._description_string(self.env)
            for name in FIELDS
        }
        for name in ("date", "amount"):
            if name not in columns:
                raise UserError(
                    self.env._(
                        "Choose the column of the file that holds: %(field)s.",
                        field=labels[name],
                    )
                )
        if not columns.keys() & {"customer", "email", "name"}:
            raise UserError(
                self.env._(
                    "Choose the column that names the customer: by reference, e-mail "
                    "or name."
                )
            )
        for name, column in columns.items():
            if header.count(column) > 1:
                raise UserError(
                    self.env._(
                        "The file has several columns “%(column)s”: rename all but "
                        "one.",
                        column=column,
                    )
                )
            if column not in header:
                raise UserError(
                    self.env._(
                        "%(field)s: the file has no column “%(column)s”. It has: "
                        "%(columns)s.",
                        field=labels[name],
                        column=column,
                        columns=" | ".join(header),
                    )
                )

    @api.model
    def _cron_process(self, batch_size=BATCH_ROWS):
        # a file is read once, and its batches are taken from what was read
        reading = {}

        def process(source):
            batches = reading.pop(source.id, None)
            if batches is None:
                batches = source._as_responsible()._batches(batch_size)
            try:
                more = next(batches, None)
            except UserError as error:
                source._refuse([Problem(0, "row", "", "refused", str(error))])
            else:
                if more and source.state in OPEN:
                    reading[source.id] = batches

        if work_through(self, [("state", "in", OPEN)], process).out_of_time:
            # The scheduler would come back for one batch at a time, and each time read
            # the whole file: take a new turn instead.
            self._wake_cron()
            self.env["ir.cron"]._commit_progress(remaining=0)

    def _start(self, state):
        if state == "loading":
            self._require_turn()
        self._forget_check()
        self._note(
            {
                "state": state,
                "attempt": self.attempt + 1,
                # Whose rights count from here on.
                "user_id": self.env.uid,
            }
        )
        if self._is_big():
            self._wake_cron()
        else:
            self._run_now()

    def _run_now(self):
        for _progress in self._batches(BATCH_ROWS):
            pass

    def _wake_cron(self):
        self.env.ref("crm_loyalty.cron_process_purchase_imports")._trigger()

    def _is_big(self):
        try:
            table = self._read_table(BATCH_ROWS + 1)
        except FileProblem:
            return False  # reading it at once tells the user why
        self._require_columns(table.header)
        return len(table.rows) > BATCH_ROWS

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

    def _batches(self, size):
        """Yields (rows just done, rows left) at every point where it may be left."""
        if self.state == "undoing":
            yield from self._undo_batches(size)
            return
        attempt, row_done = self.attempt, self.row_done
        reading = self._read_file()
        new, problems = self._compare(reading.purchases)
        problems = sorted(reading.problems + problems, key=lambda one: one.row)
        if problems and self.state == "loading":
            self._refuse(problems)
            return
        if not self.last_row:
            self._open(reading, len(new), problems)
        done = sum(purchase.row <= row_done for purchase in new)
        counted = {purchase.customer for purchase in new[:done]}
        pending = new[done:]
        left = len(pending)
        for batch in split_every(size, pending):
            if not self._is_mine(attempt, row_done):
                return
            with self.env.cr.savepoint():
                self._process_batch(list(batch), counted)
            row_done = self.row_done
            left -= len(batch)
            yield len(batch), left
        if self._is_mine(attempt, row_done):
            self._finish()
            yield 0, 0

    def _is_mine(self, attempt, row_done):
        """Nobody has stopped, changed, continued or deleted the import since the last
        commit."""
        return (
            self.try_lock_for_update()
            and (self.attempt, self.row_done) == (attempt, row_done)
            and self.state in WORKING
        )

    def _compare(self, purchases):
        """The purchases that the company does not know yet, and a problem for each
        document that says something else than before."""
        self.flush_model(["state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.key, line.date, line.amount
                  FROM crm_purchase_import_line line
                  JOIN crm_purchase_import source ON source.id = line.import_id
                 WHERE line.company_id = %(company)s
                   AND line.key = ANY(%(keys)s)
                   AND source.state = 'done'
                """,
                company=self.company_id.id,
                keys=[purchase.key for purchase in purchases],
            )
        )
        known = {key: (date, float(amount)) for key, date, amount in rows}
        new, problems = [], []
        for purchase in purchases:
            if purchase.key not in known:
                new.append(purchase)
                continue
            date, amount = known[purchase.key]
            if (purchase.date, f"{purchase.amount:.4f}") != (date, f"{amount:.4f}"):
                problems.append(
                    Problem(
                        purchase.row,
                        "document",
                        purchase.document,
                        "document_changed",
                        f"{fields.Date.to_string(date)}, {amount:.2f}",
                    )
                )
        return new, problems

    def _open(self, reading, new, problems):
        """What the file says as a whole, before any of it is worked on."""
        purchases = reading.purchases
        rows = [item.row for item in (*purchases, *problems)]
        dates = [purchase.date for purchase in purchases]
        self._record_issues(problems)
        self._note(
            {
                "last_row": max(rows, default=1),
                "row_count": len(purchases) + len(reading.problems) + reading.repeated,
                "known_count": len(purchases) - new + reading.repeated,
                "first_date": min(dates, default=False),
                "last_date": max(dates, default=False),
                "amount_total": sum(purchase.amount for purchase in purchases),
            }
        )

    def _process_batch(self, batch, counted):
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
        if problems and self.state == "loading":
            self._refuse(problems)
            return
        self._record_issues(problems)
        fresh = [customer for customer in customers if customer not in counted]
        counted.update(fresh)
        self._note(
            {
                "row_done": batch[-1].row,
                "new_count": self.new_count + len(batch) - len(problems),
                "customer_count": self.customer_count
                + sum(customer in found for customer in fresh),
                "missing_count": self.missing_count
                + len(set(missing).intersection(fresh) - unclear.keys()),
            }
        )
        if self.state == "loading":
            if missing:
                found |= self._create_customers(missing)
            self._insert_lines(batch, found)

    def _finish(self):
        if self.state == "checking":
            self._note({"state": "faulty" if self.issue_count else "ready"})
        else:
            self._show_created_customers()
            now = self.env.cr.now().replace(microsecond=0)
            self._note({"state": "done", "done_on": now})

    def _refuse(self, problems):
        """The file cannot be loaded as it stands; nothing of it stays."""
        self._unload()
        self._forget_check()
        self._record_issues(problems)
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

    def _record_issues(self, problems):
        columns = self._chosen_columns()
        values = [
            {
                "import_id": self.id,
                "row": problem.row,
                "column": columns.get(problem.field),
                "value": problem.value or False,
                "reason": self.env._(row_reason(problem.code, problem.detail)),
            }
            for problem in problems
        ]
        # Managers read issues; only the check writes them.
        self.env["crm.purchase.import.issue"].sudo().create(values)
        self._note({"issue_count": self.issue_count + len(values)})

    def _forget_check(self):
        self.env["crm.purchase.import.issue"]._delete_of(self)
        self._note(
            {
                "row_done": 0,
                "last_row": 0,
                "row_count": 0,
                "new_count": 0,
                "known_count": 0,
                "customer_count": 0,
                "missing_count": 0,
                "issue_count": 0,
                "kept_count": 0,
                "first_date": False,
                "last_date": False,
                "done_on": False,
                "amount_total": 0,
            }
        )


def _preview(table):
    """The first rows, to see at a glance that the file was understood."""
    row = Markup("<tr>%s</tr>")
    cell = Markup("<td>%s</td>")
    head = Markup("").join(Markup("<th>%s</th>") % name for name in table.header)
    body = Markup("").join(
        row
        % Markup("").join(
            cell % str("" if value is None else value)[:PREVIEW_WIDTH]
            for value in values
        )
        for _number, values in table.rows[:PREVIEW_ROWS]
    )
    return Markup(
        '<table class="table table-sm table-striped">'
        "<thead>%s</thead><tbody>%s</tbody></table>"
    ) % (row % head, body)
