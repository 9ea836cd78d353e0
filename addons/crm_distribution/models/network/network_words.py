"""What can be wrong with a file of outlets, in the words of whoever mends it."""

from odoo.tools import LazyTranslate
from odoo.tools.translate import LazyGettext

_lt = LazyTranslate(__name__)

DATE_ORDERS = [("dmy", "Day, month, year"), ("mdy", "Month, day, year")]
DECIMAL_MARKS = [(".", "1,234.50"), (",", "1.234,50")]

_ROW = {
    "bad_date": lambda _: _lt("This is not a month, such as 2026-05 or 1405-02."),
    "bad_number": lambda _: _lt(
        "This is not an amount with the chosen decimal mark, from 0 on."
    ),
    "differs": lambda row: _lt("Row %(row)s says otherwise of this outlet.", row=row),
    "future_date": lambda _: _lt("The month lies in the future."),
    "gone": lambda _: _lt(
        "Something that the file names was deleted meanwhile. Check the file again."
    ),
    "inside_other": lambda goods: _lt(
        "One turnover is inside the other, and would count twice: %(goods)s.",
        goods=goods,
    ),
    "missing": lambda _: _lt("This is missing."),
    "refused": lambda reason: _lt("Odoo refused it: %(reason)s", reason=reason),
    "row_too_long": lambda _: _lt(
        "The row has more cells than the header: a separator stands inside a cell."
    ),
    "too_long": lambda most: _lt(
        "The text is longer than %(most)s characters.", most=most
    ),
    "unknown": lambda _: _lt("No such record was found."),
    "ambiguous": lambda _: _lt("Several records have this name: give its full name."),
}
_FILE = {
    "empty": lambda _: _lt("The file is empty."),
    "open_date_order": lambda shown: _lt(
        "The file does not prove whether days or months come first (%(shown)s). Choose "
        "how days are written, and check again.",
        shown=shown,
    ),
    "open_decimal_mark": lambda shown: _lt(
        "The file does not prove how numbers are written (%(shown)s). Choose it, and "
        "check again.",
        shown=shown,
    ),
    "open_half_swapped": lambda shown: _lt(
        "A spreadsheet seems to have swapped day and month where it could (%(shown)s). "
        "Write all days of the file in one way.",
        shown=shown,
    ),
    "open_short_years": lambda shown: _lt(
        "Years of the file have two digits (%(shown)s). Choose which are meant, and "
        "check again.",
        shown=shown,
    ),
    "open_day_numbers": lambda shown: _lt(
        "The file has numbers in place of days (%(shown)s). Choose which days are "
        "meant, and check again.",
        shown=shown,
    ),
    "no_header": lambda _: _lt("The file has no row with column names."),
    "no_rows": lambda _: _lt("The file has column names and nothing below them."),
    "no_column": lambda names: _lt(
        "No column of the file is called: %(names)s.", names=names
    ),
    "old_excel": lambda _: _lt(
        "This is an Excel file of the old format, or one with a password. Save it as "
        "XLSX without a password, or as CSV."
    ),
    "other_book": lambda kind: _lt(
        "This is a file of %(kind)s. Open it and save it as XLSX, or as CSV.",
        kind=kind,
    ),
    "no_results": lambda cell: _lt(
        "The workbook has formulas without results, the first in cell %(cell)s. Open "
        "it in a spreadsheet and save it as XLSX.",
        cell=cell,
    ),
    "not_text": lambda _: _lt("This is neither a CSV nor an XLSX file."),
    "encoding": lambda line: _lt(
        "Line %(line)s is not readable text. Save the file as CSV in UTF-8.", line=line
    ),
    "broken_csv": lambda line: _lt(
        "A quotation mark is missing at about line %(line)s.", line=line
    ),
}


def row_reason(code: str, detail: str = "") -> LazyGettext:
    return _ROW[code](detail)


def file_reason(code: str, detail: str = "") -> LazyGettext:
    if code not in _FILE:
        return _lt("The file is damaged or too large. Split it, or save it as CSV.")
    return _FILE[code](detail)
