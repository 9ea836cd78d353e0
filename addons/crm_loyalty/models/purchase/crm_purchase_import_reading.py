import base64
import contextlib

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_suite.tabular import (
    DELIMITERS,
    ENCODINGS,
    FIELDS,
    FileProblem,
    Layout,
    Notation,
    Table,
    detect_date_order,
    detect_decimal_mark,
    detect_layout,
    propose_columns,
    read_purchases,
    read_table,
)

from .import_words import file_reason

_ENCODING_NAMES = ("Unicode (UTF-8)", "Unicode (UTF-16)", "Arabic", "Western European")
_DELIMITER_NAMES = ("Comma ,", "Semicolon ;", "Tab", "Bar |")
# Enough to meet a day above twelve whatever the order; a wrong guess shows as issues.
SAMPLE_ROWS = 5000
PREVIEW_ROWS = 5
PREVIEW_WIDTH = 40


class CrmPurchaseImport(models.Model):
    """From the file to purchases: what is guessed of it, shown and may be changed."""

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
