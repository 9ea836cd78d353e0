from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

from .common import add_models


class SuiteTestCard(models.Model):
    _module = None
    _name = "suite.test.card"
    _description = "Test Card"
    _inherit = ["suite.protected.mixin"]
    _protected_fields = {"points", "holder_id", "tag_ids", "doubled", "note"}

    name = fields.Char()
    kept = fields.Boolean(default=True)
    points = fields.Float(default=1.0)
    holder_id = fields.Many2one("res.partner")
    tag_ids = fields.Many2many("res.partner.category")
    note = fields.Char(translate=True)
    base = fields.Integer()
    doubled = fields.Integer(compute="_compute_doubled", store=True, readonly=False)
    secret = fields.Float(groups="base.group_system")
    book_id = fields.Many2one("suite.test.book")

    @api.depends("base")
    def _compute_doubled(self):
        for card in self:
            card.doubled = 2 * card.base

    def _is_protected(self):
        return self.kept


class SuiteTestBook(models.Model):
    _module = None
    _name = "suite.test.book"
    _description = "Test Book"

    name = fields.Char()
    card_ids = fields.One2many("suite.test.card", "book_id")


class TestProtected(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        add_models(cls, SuiteTestBook, SuiteTestCard)
        cls.Card = cls.env["suite.test.card"]
        cls.card, cls.free = cls.Card.create(
            [
                {"name": "Kept", "points": 5, "base": 3},
                {"name": "Free", "points": 5, "kept": False},
            ]
        )
        cls.user = new_test_user(cls.env, "seller", "base.group_user")
        cls.partner = cls.env["res.partner"].create({"name": "Other"})

    def as_user(self, records):
        return records.with_user(self.user)

    def test_user_writes_no_protected_field(self):
        for values in (
            {"points": 6},
            {"holder_id": self.partner.id},
            {"doubled": 7},
            {"points": float("nan")},
            {"points": 10**400},
            {"points": "many"},
            {"tag_ids": [Command.create({"name": "A"})]},
            {"name": "B", "points": 6},
        ):
            with self.subTest(values), self.assertRaises(AccessError) as caught:
                self.as_user(self.card).write(values)
            self.assertIn("Test Card", str(caught.exception))

    def test_rest_and_unchanged_values_are_written(self):
        self.as_user(self.card).write(
            {"name": "New", "points": 5.0, "holder_id": False}
        )
        self.assertRecordValues(self.card, [{"name": "New", "points": 5.0}])

    def test_user_writes_records_that_are_not_protected(self):
        self.as_user(self.free).points = 9
        self.assertEqual(self.free.points, 9)
        with self.assertRaises(AccessError):
            self.as_user(self.card + self.free).write({"points": 9.5})
