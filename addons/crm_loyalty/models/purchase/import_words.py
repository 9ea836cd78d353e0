"""What can be wrong with a file or a row, in the words of whoever mends it."""

from odoo.tools import LazyTranslate
from odoo.tools.translate import LazyGettext

_lt = LazyTranslate(__name__)

_ROW = {
    "no_customer": lambda _: _lt("The customer is missing."),
    "unknown_customer": lambda _: _lt(
        "No such customer. Correct it, add the customer, or let the import create "
        "missing customers."
    ),
    "ambiguous_customer": lambda names: _lt(
        "Several customers fit: %(names)s. Merge them, or give a reference.",
        names=names,
    ),
    "name_shared": lambda _: _lt(
        "Several customers of this file bear this name. Give a reference or an e-mail."
    ),
    "bad_email": lambda _: _lt("This is not an e-mail address."),
    "no_date": lambda _: _lt("The date is missing."),
    "bad_date": lambda _: _lt(
        "This is not a date with a year of four digits, or not in the chosen order of "
        "day and month."
    ),
    "future_date": lambda _: _lt("The date lies in the future."),
    "no_amount": lambda _: _lt("The amount is missing."),
    "bad_amount": lambda _: _lt(
        "This is not an amount with the chosen decimal mark and currency."
    ),
    "bad_margin": lambda _: _lt(
        "This is not a margin with the chosen decimal mark and currency."
    ),
    "document_differs": lambda row: _lt(
        "Row %(row)s has this document number with another customer, date or amount.",
        row=row,
    ),
    "document_changed": lambda found: _lt(
        "This document was imported before with another date or amount: %(found)s.",
        found=found,
    ),
    "bad_number": lambda _: _lt(
        "This is not a number with the chosen decimal mark and currency."
    ),
    "bad_currency": lambda _: _lt(
        "This is not the code of a currency that is active in Odoo."
    ),
    "no_rate": lambda _: _lt(
        "Odoo has no rate of this currency: add one, so that it can be converted."
    ),
    "bad_letter": lambda _: _lt(
        "A letter of this cell cannot be read: the file was damaged on its way, or is "
        "of two text encodings."
    ),
    "lost_digits": lambda _: _lt(
        "A spreadsheet has cut this number: digits are lost. Export it as text."
    ),
    "date_reference": lambda _: _lt(
        "A spreadsheet has made a date of this number. Export it as text."
    ),
    "document_incomplete": lambda row: _lt(
        "Row %(row)s of this document is not in order: nothing of it is imported.",
        row=row,
    ),
    "row_too_short": lambda _: _lt("The row ends before its date and amount."),
    "row_too_long": lambda _: _lt(
        "The row has more cells than the header: a separator stands inside a cell."
    ),
    "too_long": lambda most: _lt(
        "The text is longer than %(most)s characters.", most=most
    ),
    "refused": lambda reason: _lt("Odoo refused it: %(reason)s", reason=reason),
}

_FILE = {
    "xml": lambda _: _lt("This is an XML file. Save it as XLSX or CSV."),
    "no_sheet": lambda name: _lt("The file has no sheet “%(name)s”.", name=name),
    "many_values": lambda column: _lt(
        "The column “%(column)s” has too many different values to be asked about: "
        "choose another column, or none.",
        column=column,
    ),
    "empty": lambda _: _lt("The file is empty."),
    "no_header": lambda _: _lt(
        "The file has no row with column names, such as customer, date and amount."
    ),
    "no_rows": lambda _: _lt("The file has column names but no purchases below them."),
    "old_excel": lambda _: _lt(
        "This is an Excel file of the old format, or one with a password. Save it as "
        "XLSX without a password, or as CSV."
    ),
    "other_book": lambda kind: _lt(
        "This is a file of %(kind)s. Open it and save it as XLSX, or as CSV.",
        kind=kind,
    ),
    "no_results": lambda cell: _lt(
        "The workbook has formulas without results, the first in cell %(cell)s: the "
        "program that wrote it has not computed them. Open it in a spreadsheet, save "
        "it as XLSX and upload it again.",
        cell=cell,
    ),
    "not_text": lambda _: _lt("This is neither a CSV nor an XLSX file."),
    "broken_xlsx": lambda _: _lt(
        "The workbook is damaged. Open it and save it again as XLSX."
    ),
    "too_large": lambda _: _lt("The workbook is too large. Save it as CSV."),
    "file_too_large": lambda most: _lt(
        "The file is larger than %(most)s megabytes. Split it.", most=most
    ),
    "too_many_rows": lambda most: _lt(
        "The file has more than %(most)s rows. Split it.", most=most
    ),
    "too_many_columns": lambda most: _lt(
        "The file has more than %(most)s columns. Keep those of purchases.", most=most
    ),
    "too_many_sheets": lambda most: _lt(
        "The workbook has more than %(most)s sheets. Keep the one with purchases.",
        most=most,
    ),
    "cell_too_long": lambda _: _lt("A cell of the workbook holds too much text."),
    "line_too_long": lambda _: _lt(
        "A line of the file is too long for a row of purchases."
    ),
    "broken_csv": lambda line: _lt(
        "A quotation mark is not closed, or stands inside a cell, near line %(line)s.",
        line=line,
    ),
    "encoding": lambda line: _lt(
        "Line %(line)s does not fit the chosen text encoding.", line=line
    ),
}


def row_reason(code: str, detail: str = "") -> LazyGettext:
    return _ROW[code](detail)


def file_reason(code: str, detail: str = "") -> LazyGettext:
    return _FILE[code](detail)
