import contextlib

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_suite.tabular import (
    FileProblem,
    Hints,
    Layout,
    Question,
    detect_layout,
    other_currency,
)
from odoo.addons.crm_suite.tabular.limits import MOST_ROWS
from odoo.addons.crm_suite.tabular.understanding import Understanding, understand

from .crm_purchase_import import OPEN
from .import_words import file_reason
from .question_words import label_of, words_of

# Questions that stay on the screen though the file answers them.
_ALWAYS_SHOWN = {"sheet"}
SHOWN_ROWS = 6


class CrmPurchaseImport(models.Model):
    """What a file does not prove is asked, answered by one click and remembered for
    the company's next file of the same columns."""

    _inherit = "crm.purchase.import"
    _protected_fields = {"answers", "open_count", "question_ids"}

    answers = fields.Json(readonly=True, copy=False)
    question_ids = fields.One2many("crm.purchase.import.question", "import_id")
    open_count = fields.Integer("Open Questions", readonly=True, copy=False)

    _shape_idx = models.Index("(company_id, shape) WHERE state = 'done'")

    def _answer(self, asked: str, key: str) -> None:
        """
        :raise UserError: nobody asked that, or the import is under way
        """
        self.ensure_one()
        self.check_access("write")
        if self.state in (*OPEN, "done"):
            self._reopen()  # says that it cannot be
        choices = self.question_ids.filtered(lambda choice: choice.asked == asked)
        if key not in choices.mapped("key"):
            raise UserError(self.env._("This is not asked about the file."))
        answers = {**(self.answers or {}), asked: key}
        if self.state != "asking":
            self._forget_check()
        # sudo: the import keeps what its question was answered with
        source = self.sudo()
        source.answers = answers
        if asked in ("encoding", "decimal_mark", "date_order", "sheet"):
            source[asked] = key
        open_ = {choice.asked for choice in self.question_ids} - answers.keys()
        self._note({"open_count": len(open_), "state": "asking"})
        self.question_ids.invalidate_recordset(["is_chosen"])

    def _understand(self) -> Understanding:
        """
        :raise UserError: the file cannot be read, or its columns do not do
        """
        self.ensure_one()
        data = self._bytes()
        if not data:
            raise UserError(self.env._("Upload a file first."))
        try:
            table = self._read_table(1, data)
            if not table.rows:
                raise UserError(self.env._(file_reason("no_rows")))
            columns = self._chosen_columns()
            self._require_columns(table.header)
            hints = self._hints()
            if named := other_currency(columns, hints):
                raise UserError(
                    self.env._(
                        "The column of amounts names another currency: %(named)s. "
                        "Choose it as the currency of the file.",
                        named=named,
                    )
                )
            return understand(
                data,
                self._layout(),
                {**self._remembered_answers(), **(self.answers or {})},
                hints,
                columns,
                self._told(data),
            )
        except FileProblem as problem:
            reason = file_reason(problem.code, problem.detail)
            raise UserError(self.env._(reason)) from None

    def _layout(self) -> Layout:
        return Layout(self.encoding or None, self.delimiter or None, self.sheet or None)

    def _told(self, data: bytes) -> dict[str, str]:
        """What fields say other than the file and the user's language would."""
        answers = {}
        with contextlib.suppress(FileProblem):
            found = detect_layout(data)
            if self.encoding and self.encoding != found.encoding:
                answers["encoding"] = self.encoding
        for name, usual in self._usual_notation(data).items():
            if self[name] and self[name] != usual:
                answers[name] = self[name]
        return answers

    def _remembered_answers(self) -> dict[str, str]:
        last = self._last_of_shape()
        return dict(last.answers or {}) if last else {}

    def _last_of_shape(self):
        """The company's last import of a file with the same columns."""
        if not self.shape:
            return self.browse()
        return self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("shape", "=", self.shape),
                ("state", "=", "done"),
                ("id", "!=", self._origin.id),
            ],
            order="done_on desc, id desc",
            limit=1,
        )

    def _hints(self) -> Hints:
        currency = self.currency_id
        words = (currency.symbol, currency.full_name, currency.currency_unit_label)
        rates = self.env["account.tax"].search_fetch(
            [
                *self.env["account.tax"]._check_company_domain(self.company_id),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "=", "percent"),
                ("amount", ">", 0),
            ],
            ["amount"],
        )
        lang = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        return Hints(
            currency.name,
            tuple(word for word in words if word),
            currency.decimal_places,
            tuple(sorted(set(rates.mapped("amount")))[:8]),
            "," if lang.decimal_point == "," else ".",
            "mdy" if (lang.date_format or "").startswith("%m") else "dmy",
        )

    def _ask(self, understood: Understanding) -> bool:
        """Show what the file leaves open; whether any of it is unanswered."""
        self._forget_questions()
        settled = understood.answered.settled
        shown = [
            question
            for question in understood.questions
            if not question.is_proved or question.kind in _ALWAYS_SHOWN
        ]
        values = [
            vals
            for question in shown
            for vals in self._prepare_question_values(question)
        ]
        # Managers answer questions; only the check asks them.
        self.env["crm.purchase.import.question"].sudo().create(values)
        self._note(
            {
                "answers": {
                    one.id: settled[one.id] for one in shown if settled[one.id]
                },
                "open_count": len(understood.open),
            }
        )
        return bool(understood.open)

    def _prepare_question_values(self, question: Question) -> list[dict]:
        # as each sheet numbers them
        numbers = [number % MOST_ROWS for number in question.rows[:SHOWN_ROWS]]
        rows = ", ".join(map(str, numbers))
        words = self.env._(words_of(question))
        if rows:
            words = self.env._(
                "%(question)s (rows %(rows)s)", question=words, rows=rows
            )
        return [
            {
                "import_id": self.id,
                "asked": question.id,
                "key": choice.key,
                "question": False if number else words,
                "label": self._label(question, choice),
                "example": choice.example or False,
                "is_proposed": choice.key == question.proposed,
            }
            for number, choice in enumerate(question.choices)
        ]

    def _label(self, question, choice) -> str:
        label = label_of(question, choice)
        return label if isinstance(label, str) else self.env._(label)

    def _forget_questions(self) -> None:
        self.env["crm.purchase.import.question"]._delete_of(self)
        self._note({"open_count": 0})
