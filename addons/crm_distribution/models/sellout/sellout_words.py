"""What can be wrong with a report of sell-out, in the words of whoever mends it."""

from odoo.tools import LazyTranslate
from odoo.tools.translate import LazyGettext

from ..network.network_words import file_reason

_lt = LazyTranslate(__name__)

_ROW = {
    "ambiguous_code": lambda names: _lt(
        "This code could be several products: %(names)s.", names=names
    ),
    "ambiguous_unit": lambda _: _lt("Several units have this name."),
    "bad_amount": lambda _: _lt("This is not an amount with the chosen decimal mark."),
    "bad_currency": lambda _: _lt("No such currency is in use."),
    "bad_date": lambda _: _lt("This is not a day, in the order of this file."),
    "bad_number": lambda _: _lt("This is not a quantity with the chosen decimal mark."),
    "bad_type": lambda _: _lt("This is neither sale, return, transfer nor stock."),
    "bad_unit": lambda unit: _lt(
        "This unit cannot be converted into the product's, which is %(unit)s.",
        unit=unit,
    ),
    "future_date": lambda _: _lt("The day lies in the future."),
    "known": lambda report: _lt(
        "This line was reported before, in “%(report)s”.", report=report
    ),
    "missing": lambda _: _lt("This is missing."),
    "negative_stock": lambda _: _lt("A stock is not below 0."),
    "number_code": lambda _: _lt(
        "The code was turned into a number: digits are lost. Write it as text."
    ),
    "outside_period": lambda _: _lt("The day lies outside the period of the report."),
    "refused": lambda reason: _lt("Odoo refused it: %(reason)s", reason=reason),
    "row_too_long": lambda _: _lt(
        "The row has more cells than the header: a separator stands inside a cell."
    ),
    "too_long": lambda most: _lt(
        "The text is longer than %(most)s characters.", most=most
    ),
    "unknown_code": lambda _: _lt("No product of ours has this code."),
    "unknown_unit": lambda _: _lt("No unit has this name."),
}
_FIELDS = {
    "amount": _lt("Amount"),
    "contract": _lt("Contract"),
    "currency": _lt("Currency"),
    "customer": _lt("Customer"),
    "date": _lt("Day"),
    "document": _lt("Document"),
    "number": _lt("Line"),
    "origin": _lt("Original Document"),
    "place": _lt("Place"),
    "price": _lt("Price"),
    "product": _lt("Product"),
    "quantity": _lt("Quantity"),
    "type": _lt("Type"),
    "unit": _lt("Unit"),
}


def row_reason(code: str, detail: str = "") -> LazyGettext:
    return _ROW[code](detail) if code in _ROW else file_reason(code, detail)


def field_label(name: str) -> LazyGettext | str:
    return _FIELDS.get(name, name)
