import contextlib
import hashlib

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_suite.tabular import (
    DELIMITERS,
    ENCODINGS,
    FIELDS,
    FileProblem,
    Layout,
    Table,
    detect_date_order,
    detect_decimal_mark,
    detect_layout,
    fold,
    propose_columns,
    read_table,
)
from odoo.addons.crm_suite.tabular.headers import count_months
from odoo.addons.crm_suite.tabular.understanding import SAMPLE_ROWS

from .import_words import file_reason

_ENCODING_NAMES = (
    "Unicode (UTF-8)",
    "Unicode (UTF-16)",
    "Unicode (UTF-16, little-endian)",
    "Unicode (UTF-16, big-endian)",
    "Western European",
    "Arabic and Persian",
    "Central European",
    "Turkish",
    "Western European (DOS)",
)
_DELIMITER_NAMES = ("Comma ,", "Semicolon ;", "Tab", "Bar |")
PREVIEW_ROWS = 5
PREVIEW_WIDTH = 40


class CrmPurchaseImport(models.Model):
    """How the file is understood: what is guessed of it, shown and may be changed."""

    _inherit = "crm.purchase.import"

    # of its columns: the next file of the company with the same ones is asked less
    shape = fields.Char(compute="_compute_preview", store=True, copy=False)
    sheet = fields.Char(readonly=True, copy=False)
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
    column_last_name = fields.Char(
        "Last Name",
        compute="_compute_columns",
        store=True,
        readonly=False,
        help="Where the name above is the first name only.",
    )
    column_origin = fields.Char(
        "Original Document",
        compute="_compute_columns",
        store=True,
        readonly=False,
        help="Of a return: the document that it takes back from. It counts on its day.",
    )
    column_quantity = fields.Char(
        "Quantity", compute="_compute_columns", store=True, readonly=False
    )
    column_price = fields.Char(
        "Unit Price",
        compute="_compute_columns",
        store=True,
        readonly=False,
        help="With the quantity it makes the amount where there is no column of it.",
    )
    column_product = fields.Char(
        "Product",
        compute="_compute_columns",
        store=True,
        readonly=False,
        help="Its internal reference or bar code: segments of who bought what need it.",
    )
    column_product_name = fields.Char(
        "Product Name",
        compute="_compute_columns",
        store=True,
        readonly=False,
        help="Finds a product where the row has no reference or bar code.",
    )
    column_status = fields.Char(
        "Status",
        compute="_compute_columns",
        store=True,
        readonly=False,
        help="You are asked which of its values are purchases.",
    )
    column_cancelled = fields.Char(
        "Cancelled On", compute="_compute_columns", store=True, readonly=False
    )
    column_sign = fields.Char(
        "Debit or Credit",
        compute="_compute_columns",
        store=True,
        readonly=False,
        help="The column whose words say whether a row is a sale or a return.",
    )
    column_currency = fields.Char(
        "Currency Code",
        compute="_compute_columns",
        store=True,
        readonly=False,
        help="Rows in another currency are converted at the rate of their day.",
    )
    column_tax = fields.Char(
        "Tax", compute="_compute_columns", store=True, readonly=False
    )
    column_tax_rate = fields.Char(
        "Tax Rate",
        compute="_compute_columns",
        store=True,
        readonly=False,
        help="In percent. Takes the tax off amounts that have it in them.",
    )
    column_total = fields.Char(
        "Total with Tax",
        compute="_compute_columns",
        store=True,
        readonly=False,
        help="Tells whether tax is in the amounts, and how much of an order was "
        "refunded.",
    )
    column_discount = fields.Char(
        "Order Discount", compute="_compute_columns", store=True, readonly=False
    )
    column_shipping = fields.Char(
        "Shipping", compute="_compute_columns", store=True, readonly=False
    )
    column_refunded = fields.Char(
        "Refunded",
        compute="_compute_columns",
        store=True,
        readonly=False,
        help="What was paid back lowers the amount in proportion.",
    )
    column_document = fields.Char(
        "Document",
        compute="_compute_columns",
        store=True,
        readonly=False,
        help="Optional: the number of invoice or receipt. With it, rows of one "
        "document belong together, and a purchase that is imported again is known by "
        "its number.",
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
            if data := source._bytes():
                # _compute_preview reports the problem.
                with contextlib.suppress(FileProblem):
                    layout = detect_layout(data)
            source.encoding = layout.encoding
            # one of its own, as Excel's hint line names it, is found again each time
            named = layout.delimiter in DELIMITERS
            source.delimiter = layout.delimiter if named else False

    @api.depends("file", "encoding", "delimiter", "sheet")
    def _compute_preview(self):
        for source in self:
            source.file_problem = source.headers = source.preview = False
            source.shape = False
            if data := source._bytes():
                try:
                    table = source._read_table(PREVIEW_ROWS, data)
                except FileProblem as problem:
                    reason = file_reason(problem.code, problem.detail)
                    source.file_problem = self.env._(reason)
                else:
                    source.headers = " | ".join(table.header)
                    source.shape = _shape(table.header)
                    source.preview = _preview(table)

    @api.depends("file", "encoding", "delimiter", "sheet")
    def _compute_columns(self):
        for source in self:
            table = source._sample_table()
            # A column that was chosen by hand survives when the file is mended.
            chosen = source._chosen_columns().items()
            kept = {name: header for name, header in chosen if header in table.header}
            proposal = propose_columns(table)
            if last := source._last_of_shape():
                proposal = last._chosen_columns()
            for name in FIELDS:
                header = kept.get(name) or proposal.get(name)
                if name not in kept and header in kept.values():
                    header = False
                source[f"column_{name}"] = header

    @api.depends(
        "file",
        "encoding",
        "delimiter",
        "sheet",
        "column_date",
        "column_amount",
        "column_margin",
        "column_price",
    )
    def _compute_notation(self):
        for source in self:
            for name, value in source._usual_notation().items():
                source[name] = value

    def _usual_notation(self, data: bytes | None = None) -> dict[str, str]:
        """What the file proves of its amounts and dates; where it proves nothing, what
        the user's language does, which is asked about.

        :param data: the file, where it is at hand
        """
        table = self._sample_table(data)
        lang = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        usual_mark = "," if lang.decimal_point == "," else "."
        usual_order = "mdy" if (lang.date_format or "").startswith("%m") else "dmy"
        amounts = self._sample(table, "amount", "margin", "price")
        return {
            "decimal_mark": detect_decimal_mark(amounts) or usual_mark,
            "date_order": detect_date_order(self._sample(table, "date")) or usual_order,
        }

    def _read_table(self, limit=None, data: bytes | None = None):
        if data is None:
            data = self._bytes()
        return read_table(data, self._layout(), limit)

    def _chosen_columns(self):
        """Field of a purchase → header of the file, for the columns that are chosen."""
        columns = {name: self[f"column_{name}"] for name in FIELDS}
        return {name: header for name, header in columns.items() if header}

    def _sample_table(self, data: bytes | None = None):
        if data is None:
            data = self._bytes()
        if data:
            # _compute_preview reports the problem.
            with contextlib.suppress(FileProblem):
                return self._read_table(SAMPLE_ROWS, data)
        return Table((), [])

    def _sample(self, table, *names):
        headers = [self[f"column_{name}"] for name in names]
        return [
            cell
            for header in headers
            if table.header.count(header) == 1
            for cell in table.cells(header)
        ]

    def _require_columns(self, header):
        columns = self._chosen_columns()
        labels = {
            name: self._fields[f"column_{name}"]._description_string(self.env)
            for name in FIELDS
        }
        needed = ["date", "amount"]
        if {"price", "quantity"} <= columns.keys():
            needed.remove("amount")  # it is what they make
        for name in needed:
            if name == "date" not in columns and count_months(header) > 1:
                raise UserError(
                    self.env._(
                        "The file has months side by side as columns, and so no date "
                        "of a purchase. Export the rows behind this table, or turn it "
                        "(“Unpivot Columns”) so that each row has one customer, one "
                        "date and one amount."
                    )
                )
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


def _shape(header) -> str:
    """The same for files with the same columns."""
    names = "\x1f".join(map(fold, header))
    return hashlib.sha256(names.encode()).hexdigest()[:32]


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
