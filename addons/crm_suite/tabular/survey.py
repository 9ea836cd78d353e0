"""What a file leaves open, as questions with the rows that would decide them.

The reading of a file is a function of the file and of answers: each question has a few
choices under plain keys. What the file proves is answered by itself; the rest is asked,
with a proposal where one choice is likelier than the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from .dates import DAY_NUMBERS
from .headers import (
    header_currency,
    header_scale,
    is_gross,
    is_net,
    is_price_of_lines,
    is_unit_price,
)
from .notation import NotationSurvey
from .numbers import currency_words, shows_fraction
from .questions import Answered, Choice, Hints, Question
from .reader import ALL_SHEETS, OLD_PAGES, Layout, foreign_words, is_proved, list_sheets
from .records import Notation, Rules
from .rows import HiddenRow, sums_up, tells_carried, tells_credit
from .sums import Sums
from .table import Cell, FileProblem, Table
from .terms import MOST_STATUSES, is_bought, is_neither, key as word_key, word_sign
from .text import clean, is_blank, latin_digits

_EXAMPLES = 3
_SAMPLE = 200


def ask_layout(data: bytes, layout: Layout) -> list[Question]:
    """What must be known before there is a table: letters, and which sheet."""
    questions = []
    if layout.encoding and not is_proved(data, layout.encoding):
        choices = _once(
            Choice(page, ", ".join(foreign_words(data, page)))
            for page in (layout.encoding, *OLD_PAGES)
        )
        questions.append(Question("encoding", choices, layout.encoding))
    sheets = list_sheets(data, replace(layout, sheet=None))
    known = [sheet for sheet in sheets if sheet.is_known] or sheets
    if len(sheets) > 1:
        choices = [
            Choice(sheet.name, " | ".join(sheet.table.header[:8])) for sheet in sheets
        ]
        same = [one for one in known if one.table.header == known[0].table.header]
        if len(same) > 1:
            names = ", ".join(sheet.name for sheet in same)
            choices.insert(0, Choice(ALL_SHEETS, names))
        questions.append(
            Question(
                "sheet",
                tuple(choices),
                ALL_SHEETS if len(same) > 1 else known[0].name,
                len(known) == 1,
            )
        )
    return questions


def _once(choices: Iterable[Choice]) -> tuple[Choice, ...]:
    return tuple({choice.key: choice for choice in choices}.values())


def ask_rows(table: Table, columns: Mapping[str, str], hints: Hints) -> list[Question]:
    """What the rows leave open. They are walked through once."""
    survey = _Survey(table, columns, hints)
    for number, cells in table.rows:
        survey.take(number, cells)
    return survey.questions()


def rules_of(answered: Answered) -> Rules:
    tax = answered.get("tax")
    if tax in (None, "without"):
        rate = None
    elif tax in ("column", "percent", "fraction"):
        rate = tax
    else:
        rate = float(tax.removeprefix("rate:"))
    credits = answered.get("credit")
    return Rules(
        lines=answered.get("grain") == "line",
        equal_once=answered.get("equal_rows") == "once",
        swapped=answered.get("half_swapped") == "swap",
        no_purchase=answered.subjects("status", "no")
        | ({""} if answered.get("status_empty") == "no" else frozenset()),
        without_cancelled=answered.get("cancelled") == "leave",
        returns=answered.subjects("sign", "return"),
        no_sale=answered.subjects("sign", "no"),
        returns_signed=answered.get("signed") == "signed",
        credits=credits if credits in ("return", "no") else "",
        without_totals=answered.get("total_row") == "leave",
        without_hidden=answered.get("hidden") == "leave",
        without_carried=answered.get("carried") == "leave",
        returns_of_pieces=answered.get("pieces") == "return",
        tax=rate,
        prices_of_lines=answered.get("price") == "line",
        less_own_discount=answered.get("discount") == "each",
        less_discount=answered.get("discount") == "less",
        with_shipping=answered.get("shipping") == "add",
    )


def notation_of(
    answered: Answered, columns: Mapping[str, str], hints: Hints
) -> Notation:
    header = _amount_header(columns)
    words = currency_words(hints.currency, hints.currency_words)
    factor = header_scale(header) if answered.get("scale") == "times" else 1.0
    if header_currency(header) == "toman" and hints.currency == "IRR":
        # the word may stand beside each of them as well, and that of the rial may not
        words = {word: 1.0 for word, rials in words.items() if rials != 1.0}
        factor *= 10.0
    return Notation(
        answered.get("decimal_mark") or hints.decimal_mark,
        answered.get("date_order") or hints.date_order,
        words,
        hints.currency,
        factor,
        answered.get("short_years") or "",
        numbers if (numbers := answered.get("day_numbers")) in DAY_NUMBERS else "",
    )


def other_currency(columns: Mapping[str, str], hints: Hints) -> str | None:
    """The currency that the header of the amounts names, if not the import's."""
    named = header_currency(_amount_header(columns))
    if named == "toman" and hints.currency == "IRR":
        return None
    return named if named != hints.currency else None


def _amount_header(columns: Mapping[str, str]) -> str:
    return columns.get("amount") or columns.get("price") or ""


class _Survey:
    def __init__(self, table: Table, columns: Mapping[str, str], hints: Hints):
        self.columns = columns
        self.hints = hints
        self.at = {name: table.column(header) for name, header in columns.items()}
        self.header = table.header
        self.notation = NotationSurvey(self.at, hints)
        self.statuses: dict[str, list] = {}
        self.signs: dict[str, list] = {}
        self.return_signs: Counter = Counter()
        self.cancelled: list[int] = []
        self.cancelled_count = 0
        self.totals: list[int] = []
        self.total_count = 0
        self.documents: dict[str, int] = {}
        self.repeats: list[int] = []
        self.repeat_count = 0
        # what rows with a document of another row seem to be
        self.grain: str | None = None
        self.whole_rows: dict[int, int] = {}
        self.equals: list[int] = []
        self.equal_count = 0
        self.samples: list[list[Cell]] = []
        self.extras: Counter = Counter()
        self.own = [n for n in ("customer", "email", "name", "date") if n in self.at]
        who = [self.at[name] for name in self.own]
        self.before_who = range(min(who, default=0) + 1)
        self.who = [self.at[name] for name in self.own if name != "date"]
        self.texts = table.untold(columns)
        self.untold = self.texts if "sign" not in self.at else []
        self.hidden: list[int] = []
        self.hidden_count = 0
        self.carried: list[int] = []
        self.carried_count = 0
        # fewer than no pieces, and an amount above zero
        self.pieces: list[int] = []
        self.pieces_count = 0
        self.credit_rows: list[int] = []
        self.credit_count = 0
        # rates that read as parts of one, and others
        self.rates: Counter = Counter()
        self.last_document = ""
        # rows in which it matters whether a price is that of one piece
        price = columns.get("price")
        self.doubts_price = bool(price) and "amount" not in columns
        if price and is_unit_price(price) and "total" not in columns:
            self.doubts_price = False
        self.several: list[int] = []
        self.several_count = 0
        # cells in which the lines of an order differ
        self.of_item = [
            self.at[name]
            for name in ("product", "product_name", "quantity", "price")
            if name in self.at
        ]

    def cell(self, cells: list[Cell], name: str) -> Cell:
        at = self.at.get(name)
        return cells[at] if at is not None and at < len(cells) else None

    def take(self, number: int, cells: list[Cell]) -> None:
        self.notation.take(number, cells)
        if sums_up(cells, self.before_who, self.who, self.at.get("date")):
            self.total_count += 1
            self.totals += [number] * (len(self.totals) < _EXAMPLES)
            return
        again = self._take_document(number, cells)
        amount = self.cell(cells, "amount")
        goes_on = again and "amount" in self.at and is_blank(amount)
        if not goes_on:
            self._count(self.statuses, "status", number, cells, empty=not again)
            self._count(self.signs, "sign", number, cells)
            self._take_credit(number, cells)
        if "cancelled" in self.at and not is_blank(self.cell(cells, "cancelled")):
            self.cancelled_count += 1
            self.cancelled += [number] * (len(self.cancelled) < _EXAMPLES)
        if "sign" in self.at and word_sign(clean(self.cell(cells, "sign"))) < 0:
            self.return_signs[_is_below_zero(amount)] += 1
        self.rates[shows_fraction(self.cell(cells, "tax_rate"))] += 1
        if isinstance(cells, HiddenRow):
            self.hidden_count += 1
            self.hidden += [number] * (len(self.hidden) < _EXAMPLES)
        if self.texts and tells_carried(cells, self.texts):
            self.carried_count += 1
            self.carried += [number] * (len(self.carried) < _EXAMPLES)
        if "quantity" in self.at:
            self._take_quantity(number, cells)
        if len(self.samples) < _SAMPLE:
            self.samples.append(cells)
        for name in ("discount", "shipping"):
            digits = latin_digits(clean(self.cell(cells, name)))
            if any(digit in "123456789" for digit in digits):
                self.extras[name] += 1

    def _take_quantity(self, number: int, cells: list[Cell]) -> None:
        if self._takes_pieces_back(cells):
            self.pieces_count += 1
            self.pieces += [number] * (len(self.pieces) < _EXAMPLES)
        if not self.doubts_price:
            return
        pieces = latin_digits(clean(self.cell(cells, "quantity"))).strip("+-()")
        if pieces.rstrip("0").rstrip(".,") not in ("", "1"):
            self.several_count += 1
            self.several += [number] * (len(self.several) < _EXAMPLES)

    def _takes_pieces_back(self, cells: list[Cell]) -> bool:
        """Whether there are fewer than no pieces, and yet an amount above zero."""
        if not _is_below_zero(self.cell(cells, "quantity")):
            return False
        if "sign" in self.at and word_sign(clean(self.cell(cells, "sign"))) < 0:
            return False
        if "amount" in self.at:
            return _is_above_zero(self.cell(cells, "amount"))
        return _is_below_zero(self.cell(cells, "price"))

    def _take_credit(self, number: int, cells: list[Cell]) -> None:
        if not tells_credit(cells, self.untold):
            return
        amount = self.cell(cells, "amount" if "amount" in self.at else "quantity")
        if not _is_below_zero(amount):
            self.credit_count += 1
            self.credit_rows += [number] * (len(self.credit_rows) < _EXAMPLES)

    def _take_document(self, number: int, cells: list[Cell]) -> bool:
        """Whether the row goes on with a document that an earlier one began."""
        document = clean(self.cell(cells, "document"))
        follows = (
            not document
            and self.last_document
            and all(is_blank(self.cell(cells, name)) for name in self.own)
        )
        if follows:
            document = self.last_document
        self.last_document = document
        if not document:
            row = hash(tuple(map(clean, cells)))
            if self.whole_rows.setdefault(row, number) != number:
                self.equal_count += 1
                if len(self.equals) < _EXAMPLES:
                    self.equals += [self.whole_rows[row], number]
            return False
        if document not in self.documents:
            self.documents[document] = number
            return False
        if "amount" in self.at and is_blank(self.cell(cells, "amount")):
            return True
        self.repeat_count += 1
        if len(self.repeats) < _EXAMPLES:
            self.repeats += [self.documents[document], number]
        return True

    def _count(self, found: dict, name: str, number: int, cells, empty=False) -> None:
        if name not in self.at:
            return
        text = clean(self.cell(cells, name))
        if not text and not empty:
            return
        word = word_key(text) or text
        if word in found:
            found[word][1] += 1
            found[word][2] += [number] * (len(found[word][2]) < _EXAMPLES)
        elif len(found) < MOST_STATUSES:
            found[word] = [text, 1, [number]]
        else:
            raise FileProblem("many_values", self.columns[name])

    def questions(self) -> list[Question]:
        sums = Sums(self.samples, self.at, self.notation.mark(), self.hints)
        asked = [
            *self.notation.questions(),
            self._ask_price(sums),
            self._ask_grain(sums),
            self._ask_equal(),
            *self._ask_statuses(),
            self._ask_cancelled(),
            *self._ask_signs(),
            self._ask_credits(),
            self._ask_total_rows(),
            self._ask_hidden(),
            self._ask_carried(),
            self._ask_pieces(),
            self._ask_scale(),
            self._ask_tax(sums),
            *self._ask_extras(sums),
        ]
        return [question for question in asked if question]

    def _ask_price(self, sums: Sums) -> Question | None:
        if not self.several_count:
            return None
        header = self.columns["price"]
        of_lines = sums.prices_of_lines()
        if of_lines is None and is_unit_price(header):
            return None
        proposed = None
        if of_lines is not None:
            proposed = "line" if of_lines else "piece"
        elif is_price_of_lines(header, self.header):
            proposed = "line"
        return Question(
            "price",
            (Choice("piece"), Choice("line")),
            proposed,
            of_lines is not None,
            shown=header,
            count=self.several_count,
            rows=tuple(self.several),
        )

    def _ask_grain(self, sums: Sums) -> Question | None:
        if not self.repeat_count:
            return None
        by_nature = "amount" not in self.at
        proposed = "line" if by_nature or self.of_item else None
        if sums.of_orders():
            proposed = "document"
        self.grain = proposed
        return Question(
            "grain",
            (Choice("line"), Choice("document")),
            proposed,
            by_nature,
            count=self.repeat_count,
            rows=tuple(self.repeats),
        )

    def _ask_equal(self) -> Question | None:
        if not self.equal_count:
            return None
        return Question(
            "equal_rows",
            (Choice("twice"), Choice("once")),
            "twice",
            count=self.equal_count,
            rows=tuple(self.equals),
        )

    def _ask_statuses(self) -> Iterable[Question]:
        verdicts = {word: is_bought(word) for word in self.statuses}
        proved = all(verdicts.values())
        for word, (shown, count, rows) in self.statuses.items():
            verdict = verdicts[word]
            proposed = None if verdict is None else "yes" if verdict else "no"
            yield Question(
                "status" if word else "status_empty",
                (Choice("yes"), Choice("no")),
                proposed,
                proved,
                word,
                shown,
                count,
                tuple(rows),
            )

    def _ask_cancelled(self) -> Question | None:
        if not self.cancelled_count:
            return None
        return Question(
            "cancelled",
            (Choice("leave"), Choice("keep")),
            "leave",
            count=self.cancelled_count,
            rows=tuple(self.cancelled),
        )

    def _ask_signs(self) -> Iterable[Question]:
        all_known = all(word_sign(word) or is_neither(word) for word in self.signs)
        for word, (shown, count, rows) in self.signs.items():
            sign = word_sign(word)
            proposed = {1: "sale", -1: "return", 0: None}[sign]
            yield Question(
                "sign",
                (Choice("sale"), Choice("return"), Choice("no")),
                "no" if is_neither(word) else proposed,
                # among words of another kind, letters may be anything
                bool(sign) and (all_known or len(word) > 2),
                word,
                shown,
                count,
                tuple(rows),
            )
        signed = self.return_signs
        if signed:
            yield Question(
                "signed",
                (Choice("flip"), Choice("signed")),
                "signed" if signed[True] > signed[False] else "flip",
                not (signed[True] and signed[False]),
                count=signed.total(),
            )

    def _ask_credits(self) -> Question | None:
        if not self.credit_count:
            return None
        return Question(
            "credit",
            (Choice("return"), Choice("sale"), Choice("no")),
            "return",
            count=self.credit_count,
            rows=tuple(self.credit_rows),
        )

    def _ask_total_rows(self) -> Question | None:
        if not self.total_count:
            return None
        return Question(
            "total_row",
            (Choice("leave"), Choice("keep")),
            "leave",
            count=self.total_count,
            rows=tuple(self.totals),
        )

    def _ask_hidden(self) -> Question | None:
        if not self.hidden_count:
            return None
        return Question(
            "hidden",
            (Choice("leave"), Choice("keep")),
            count=self.hidden_count,
            rows=tuple(self.hidden),
        )

    def _ask_carried(self) -> Question | None:
        if not self.carried_count:
            return None
        return Question(
            "carried",
            (Choice("leave"), Choice("keep")),
            "leave",
            count=self.carried_count,
            rows=tuple(self.carried),
        )

    def _ask_pieces(self) -> Question | None:
        if not self.pieces_count:
            return None
        return Question(
            "pieces",
            (Choice("return"), Choice("sale")),
            "return",
            count=self.pieces_count,
            rows=tuple(self.pieces),
        )

    def _ask_scale(self) -> Question | None:
        header = _amount_header(self.columns)
        scale = header_scale(header)
        if scale == 1.0:
            return None
        return Question(
            "scale",
            (Choice("times", f"1 → {scale:,.0f}"), Choice("plain", "1 → 1")),
            "times",
            shown=header,
        )

    def _ask_tax(self, sums: Sums) -> Question | None:
        header = _amount_header(self.columns)
        gross, has_rate = is_gross(header), "tax_rate" in self.at
        if not gross:
            if "tax" in self.at:
                gross = sums.with_tax()
                if gross is None and is_net(header) or gross is False:
                    return None
            elif not has_rate or is_net(header):
                return None
        choices = [Choice("column")] * ("tax" in self.at)
        in_parts = self.rates[True] and not self.rates[False]
        own_rate = "fraction" if in_parts else "percent"
        choices += [Choice(own_rate)] * has_rate
        choices += [Choice(f"rate:{rate:g}") for rate in self.hints.tax_rates]
        choices.append(Choice("without"))
        proposed = "column" if gross and "tax" in self.at else None
        if gross and has_rate and not proposed:
            proposed = own_rate
        return Question("tax", _once(choices), proposed, shown=header)

    def _ask_extras(self, sums: Sums) -> Iterable[Question]:
        """Of amounts of lines, orders' own discounts and shipping are left."""
        lowers = sums.before_discount() if self.extras["discount"] else None
        is_of_lines = self.repeat_count and self.grain != "document"
        for name, choices in (("discount", ("each", "less")), ("shipping", ("add",))):
            if not self.extras[name] or not (
                is_of_lines or name == "discount" and lowers
            ):
                continue
            # a net amount is less its discount already
            proposed = "aside" if is_net(_amount_header(self.columns)) else None
            if name == "discount" and lowers:
                proposed = "each"
            yield Question(
                name,
                (*map(Choice, choices), Choice("aside")),
                proposed,
                count=self.extras[name],
                shown=self.columns[name],
            )


def _is_below_zero(cell: Cell) -> bool:
    if isinstance(cell, str) and cell[:1].isdigit():
        # most cells are so, and are cheaper so
        return cell[-1] == "-"
    text = clean(cell)
    return text.startswith(("-", "\u2212", "(")) or text[-1:] == "-"


def _is_above_zero(cell: Cell) -> bool:
    digits = latin_digits(clean(cell))
    return not _is_below_zero(cell) and any(digit in "123456789" for digit in digits)
