"""Files of purchases, from bytes to checked rows: no Odoo, no database, no clock."""

from .dates import detect_date_order, parse_date
from .headers import FIELDS, propose_columns
from .numbers import detect_decimal_mark, parse_number
from .purchases import Customer, Notation, Problem, Purchase, read_purchases
from .reader import DELIMITERS, ENCODINGS, Layout, detect_layout, read_table
from .table import FileProblem, Table
from .text import fold, spellings

__all__ = [
    "DELIMITERS",
    "ENCODINGS",
    "FIELDS",
    "Customer",
    "FileProblem",
    "Layout",
    "Notation",
    "Problem",
    "Purchase",
    "Table",
    "detect_date_order",
    "detect_decimal_mark",
    "detect_layout",
    "fold",
    "parse_date",
    "parse_number",
    "propose_columns",
    "read_purchases",
    "read_table",
    "spellings",
]
