"""Files of purchases, from bytes to checked rows: no Odoo, no database, no clock."""

from .dates import detect_date_order, parse_date
from .headers import header_currency, propose_columns
from .names import FIELDS
from .notation import ask_notation, settle_notation
from .numbers import currency_words, detect_decimal_mark, parse_number
from .purchases import document_key, read_purchases, stream_purchases
from .questions import Answered, Choice, Hints, Question
from .reader import (
    ALL_SHEETS,
    DELIMITERS,
    ENCODINGS,
    Layout,
    detect_layout,
    read_table,
    stream_table,
)
from .records import Customer, Item, Notation, Problem, Purchase, Rules
from .survey import ask_layout, ask_rows, notation_of, other_currency, rules_of
from .table import FileProblem, Table
from .text import fold, spellings

__all__ = [
    "ALL_SHEETS",
    "DELIMITERS",
    "ENCODINGS",
    "FIELDS",
    "Answered",
    "Choice",
    "Customer",
    "FileProblem",
    "Hints",
    "Item",
    "Layout",
    "Notation",
    "Problem",
    "Purchase",
    "Question",
    "Rules",
    "Table",
    "ask_layout",
    "ask_notation",
    "ask_rows",
    "currency_words",
    "detect_date_order",
    "detect_decimal_mark",
    "detect_layout",
    "document_key",
    "fold",
    "header_currency",
    "notation_of",
    "other_currency",
    "parse_date",
    "parse_number",
    "propose_columns",
    "read_purchases",
    "read_table",
    "rules_of",
    "settle_notation",
    "spellings",
    "stream_purchases",
    "stream_table",
]
