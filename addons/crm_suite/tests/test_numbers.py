from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase

from ..tools.numbers import check_numbers
from .common import add_models

HUGE = 10**400
NO_NUMBERS = (
    HUGE,
    -HUGE,
    float("nan"),
    float("inf"),
    1e308,
    -1e308,
    3e15,
    "1e400",
    "ten",
)


class SuiteTestFigure(models.Model):
    _module = None
    _name = "suite.test.figure"
    _description = "Test Figure"
    _inherit = ["suite.number.mixin"]
    _number_limits = {"days": (0, 3650)}

    name = fields.Char()
    days = fields.Integer()
    count = fields.Integer()
    ratio = fields.Float()
    rounded = fields.Float(digits=(16, 2))
    amount = fields.Monetary()
    currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.company.currency_id
    )
    until = fields.Date(compute="_compute_until")

    @api.depends("days")
    def _compute_until(self):
        for figure in self:
            figure.until = fields.Date.add(fields.Date.today(), days=figure.days)


class SuiteTestFigureMore(models.Model):
    """What another add-on adds."""

    _module = None
    _name = "suite.test.figure"
    _inherit = ["suite.test.figure"]
    _number_limits = {"ratio": (0, 1)}


class TestNumbers(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        add_models(cls, SuiteTestFigure, SuiteTestFigureMore)
        cls.Figure = cls.env["suite.test.figure"]
        cls.figure = cls.Figure.create({"name": "A"})

    def assertRefused(self, name, value):
        specification = {name: {}, "until": {}}
        sent = {f"default_{name}": value}
        for attempt in (
            lambda: self.figure.write({name: value}),
            lambda: self.Figure.create({name: value}),
            lambda: self.Figure.with_context(**sent).create({}),
            lambda: self.Figure.with_context(**sent).default_get([name]),
            lambda: self.figure.onchange({name: value}, [name], specification),
        ):
            with (
                self.subTest(name, value=str(value)[:9]),
                self.assertRaisesRegex(ValidationError, "number from"),
                self.env.cr.savepoint(),
            ):
                attempt()

    def test_no_number_enters_that_nothing_can_bear(self):
        for name in ("days", "count", "ratio", "rounded", "amount"):
            for value in NO_NUMBERS:
                self.assertRefused(name, value)

    def test_limits_are_kept(self):
        for name, value in (
            ("days", 3_000_000),
            ("days", -1),
            ("ratio", 1.01),
            ("count", 2**31),
        ):
            self.assertRefused(name, value)
        with self.assertRaises(ValidationError) as caught:
            self.figure.days = 3_000_000
        self.assertIn("“Days” must be a number from 0 to 3,650", str(caught.exception))

    def test_numbers_within_limits_pass(self):
        values = {
            "days": 3650,
            "count": -(2**31),
            "ratio": 1.0,
            "rounded": -12345678901.25,
            "amount": 999_999_999_999.5,
        }
        self.figure.write(values)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertRecordValues(self.figure, [values])
        self.figure.write(dict.fromkeys(values, False))
        self.assertEqual(self.figure.days, 0)
        self.figure.write({"days": "12", "name": "1e400"})
        self.assertEqual(self.figure.days, 12)

    def test_function_serves_other_input(self):
        partner = self.env["res.partner"]
        check_numbers(partner, {"name": HUGE, "color": 3, "unknown": HUGE}, {})
        with self.assertRaises(ValidationError):
            check_numbers(partner, {"color": 11}, {"color": (0, 10)})
