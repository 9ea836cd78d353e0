"""What is asked about a file, in the words of whoever answers."""

from odoo.tools import LazyTranslate

from odoo.addons.crm_suite.tabular import ALL_SHEETS, Choice, Question
from odoo.addons.crm_suite.tools.notation_words import ANSWERS, QUESTIONS

_lt = LazyTranslate(__name__)

_QUESTIONS = {
    "encoding": lambda q: _lt("Which letters are right?"),
    "sheet": lambda q: _lt("Which sheet holds the purchases?"),
    "decimal_mark": lambda q: _lt("Which mark stands before the decimals?"),
    "date_order": lambda q: _lt("Does the day or the month come first?"),
    "short_years": lambda q: QUESTIONS[q.kind],
    "day_numbers": lambda q: _lt(
        "%(count)s rows have a number in place of a date. Which days are meant?",
        count=q.count,
    ),
    "price": lambda q: _lt(
        "“%(column)s” in %(count)s rows with several pieces: is it the price of one "
        "piece or of all of them?",
        column=q.shown,
        count=q.count,
    ),
    "half_swapped": lambda q: QUESTIONS[q.kind],
    "grain": lambda q: _lt(
        "%(count)s rows name a document that a row above names. What is a row?",
        count=q.count,
    ),
    "equal_rows": lambda q: _lt(
        "%(count)s rows are equal to a row above in every cell. Are they purchases of "
        "their own?",
        count=q.count,
    ),
    "status": lambda q: _lt(
        "Status “%(status)s” in %(count)s rows: are these purchases?",
        status=q.shown,
        count=q.count,
    ),
    "status_empty": lambda q: _lt(
        "%(count)s rows without a status: are these purchases?", count=q.count
    ),
    "cancelled": lambda q: _lt(
        "%(count)s rows have a date of cancellation. Are these purchases?",
        count=q.count,
    ),
    "sign": lambda q: _lt(
        "“%(word)s” in %(count)s rows: what are these?", word=q.shown, count=q.count
    ),
    "signed": lambda q: _lt(
        "Some of the %(count)s returns stand below zero and some do not. Is an amount "
        "below zero a return?",
        count=q.count,
    ),
    "credit": lambda q: _lt(
        "%(count)s rows with amounts above zero tell of a credit note or a return. "
        "What are these?",
        count=q.count,
    ),
    "total_row": lambda q: _lt(
        "%(count)s rows begin with a word for a sum. Are these purchases?",
        count=q.count,
    ),
    "hidden": lambda q: _lt(
        "%(count)s rows are hidden in the sheet, by a filter or by hand. Are these "
        "purchases?",
        count=q.count,
    ),
    "carried": lambda q: _lt(
        "%(count)s rows tell of a balance that was carried on. Are these purchases?",
        count=q.count,
    ),
    "pieces": lambda q: _lt(
        "%(count)s rows have a quantity below zero and an amount above zero. What are "
        "these?",
        count=q.count,
    ),
    "scale": lambda q: _lt(
        "“%(column)s” seems to count in thousands or millions. Multiply?",
        column=q.shown,
    ),
    "tax": lambda q: _lt(
        "Values are untaxed. Is tax in the amounts of “%(column)s”?", column=q.shown
    ),
    "discount": lambda q: _lt(
        "“%(column)s”: does it lower the amounts of this file?",
        column=q.shown,
    ),
    "shipping": lambda q: _lt(
        "“%(column)s” of an order: is it part of what the customer bought?",
        column=q.shown,
    ),
}

_ANSWERS = {
    **{(kind, key): words for kind in ANSWERS for key, words in ANSWERS[kind].items()},
    ("encoding", "cp1252"): _lt("Western European (Windows-1252)"),
    ("encoding", "cp1256"): _lt("Arabic and Persian (Windows-1256)"),
    ("encoding", "cp1250"): _lt("Central European (Windows-1250)"),
    ("encoding", "cp1254"): _lt("Turkish (Windows-1254)"),
    ("encoding", "cp850"): _lt("Western European (DOS, 850)"),
    ("sheet", ALL_SHEETS): _lt("All with these columns"),
    ("decimal_mark", "."): _lt("Point"),
    ("decimal_mark", ","): _lt("Comma"),
    ("date_order", "dmy"): _lt("Day first"),
    ("date_order", "mdy"): _lt("Month first"),
    ("price", "piece"): _lt("Of one piece: times the quantity it is the amount"),
    ("price", "line"): _lt("Of all of them: it is the amount"),
    ("grain", "line"): _lt("A line: the rows of a document add up"),
    ("grain", "document"): _lt("A document: other rows say the same again"),
    ("equal_rows", "twice"): _lt("Yes, each"),
    ("equal_rows", "once"): _lt("No, once is enough"),
    ("status", "yes"): _lt("Yes"),
    ("status", "no"): _lt("No, leave them out"),
    ("status_empty", "yes"): _lt("Yes"),
    ("status_empty", "no"): _lt("No, leave them out"),
    ("cancelled", "leave"): _lt("No, leave them out"),
    ("cancelled", "keep"): _lt("Yes"),
    ("sign", "sale"): _lt("Purchases"),
    ("sign", "return"): _lt("Returns"),
    ("sign", "no"): _lt("Neither: leave them out"),
    ("signed", "signed"): _lt("Yes: take amounts as they stand"),
    ("signed", "flip"): _lt("No: turn the sign of each of these rows"),
    ("credit", "return"): _lt("Returns: they take back"),
    ("credit", "sale"): _lt("Purchases"),
    ("credit", "no"): _lt("Neither: leave them out"),
    ("total_row", "leave"): _lt("No, leave them out"),
    ("total_row", "keep"): _lt("Yes"),
    ("hidden", "leave"): _lt("No, leave them out"),
    ("hidden", "keep"): _lt("Yes"),
    ("carried", "leave"): _lt("No, leave them out"),
    ("carried", "keep"): _lt("Yes"),
    ("pieces", "return"): _lt("Returns: they take back"),
    ("pieces", "sale"): _lt("Purchases"),
    ("scale", "times"): _lt("Yes, multiply"),
    ("scale", "plain"): _lt("No, take them as they stand"),
    ("tax", "column"): _lt("Yes: take off the tax column"),
    ("tax", "percent"): _lt("Yes: take off each row's own rate"),
    ("tax", "fraction"): _lt("Yes: take off each row's own rate"),
    ("tax", "without"): _lt("No, they are untaxed"),
    ("discount", "each"): _lt("Yes, each row by its own"),
    ("discount", "less"): _lt("Yes, once per order: share it out among the lines"),
    ("discount", "aside"): _lt("No, it is taken off already, or left aside"),
    ("shipping", "add"): _lt("Yes, share it out among the lines"),
    ("shipping", "aside"): _lt("No, leave it aside"),
}


def words_of(question: Question):
    return _QUESTIONS[question.kind](question)


def label_of(question: Question, choice: Choice):
    """The words of an answer; a text that is the file's own stays as it is."""
    if choice.key.startswith("rate:"):
        rate = choice.key.removeprefix("rate:")
        return _lt("Yes: %(rate)s %% of tax", rate=rate)
    return _ANSWERS.get((question.kind, choice.key), choice.key)
