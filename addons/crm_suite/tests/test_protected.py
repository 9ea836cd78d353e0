import json

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import TransactionCase, new_test_user
from odoo.tools.json import json_default

from ..tools.permit import system_permit
from .common import add_models


class SuiteTestBook(models.Model):
    _module = None
    _name = "suite.test.book"
    _description = "Test Book"

    name = fields.Char()
    card_ids = fields.One2many("suite.test.card", "book_id", copy=True)


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
    book_id = fields.Many2one("suite.test.book")

    @api.depends("base")
    def _compute_doubled(self):
        for card in self:
            card.doubled = 2 * card.base

    def _is_protected(self):
        return self.kept


class SuiteTestCardMore(models.Model):
    """What another add-on adds."""

    _module = None
    _name = "suite.test.card"
    _inherit = ["suite.test.card"]
    _protected_fields = {"secret"}

    secret = fields.Float(groups="base.group_system", copy=False)


class TestProtected(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        add_models(cls, SuiteTestBook, SuiteTestCard, SuiteTestCardMore)
        cls.Card = cls.env["suite.test.card"]
        cls.card, cls.free = cls.Card.create(
            [
                {"name": "Kept", "points": 5, "base": 3, "secret": 4},
                {"name": "Free", "points": 5, "kept": False},
            ]
        )
        cls.user = new_test_user(cls.env, "seller", "base.group_user")
        cls.partner = cls.env["res.partner"].create({"name": "Other"})

    def call(self, method, *args, model="suite.test.card", **kwargs):
        """As the user's browser would call it: all of it has gone through JSON."""
        args, kwargs = json.loads(json.dumps([args, kwargs], default=json_default))
        model = self.env(user=self.user, context={})[model]
        answer = call_kw(model, method, args, kwargs)
        self.env.flush_all()
        return answer

    def save(self, card, values, **context):
        ids = card.ids if card else []
        return self.call("web_save", ids, values, specification={}, context=context)

    def assertRefused(self, method, *args, **kwargs):
        before = self.Card.search([])
        with self.assertRaises(AccessError) as caught, self.env.cr.savepoint():
            method(*args, **kwargs)
        self.env.invalidate_all()
        self.assertEqual(self.Card.search([]), before)
        return str(caught.exception)

    def test_user_writes_no_protected_field(self):
        for values in (
            {"points": 6},
            {"points": 0},
            {"points": float("nan")},
            {"points": None},
            {"holder_id": self.partner.id},
            {"doubled": 7},
            {"note": "Mine"},
            {"points": 10**400},
            {"points": "many"},
            {"tag_ids": [Command.create({"name": "A"})]},
            {"tag_ids": 5},
            {"tag_ids": [5]},
            {"tag_ids": [[]]},
            {"tag_ids": [[6, 0, [[5]]]]},
            {"name": "B", "points": 6},
        ):
            with self.subTest(values):
                said = self.assertRefused(self.save, self.card, values)
                self.assertIn("Test Card", said)
        self.assertIn(
            "“Points”", self.assertRefused(self.save, self.card, {"points": 6})
        )
        self.assertRecordValues(
            self.card, [{"name": "Kept", "points": 5, "doubled": 6}]
        )

    def test_rest_and_unchanged_values_are_written(self):
        self.save(self.card, {"name": "New", "points": 5, "holder_id": False})
        self.assertRecordValues(self.card, [{"name": "New", "points": 5}])
        tag = self.env["res.partner.category"].create({"name": "A"})
        self.card.tag_ids = tag
        for command in (Command.set(tag.ids), Command.link(tag.id)):
            self.save(self.card, {"tag_ids": [command]})
        for command in (
            Command.clear(),
            Command.set([]),
            Command.unlink(tag.id),
            Command.delete(tag.id),
            Command.update(tag.id, {"name": "B"}),
        ):
            with self.subTest(command):
                self.assertRefused(self.save, self.card, {"tag_ids": [command]})

    def test_unchanged_value_does_not_put_off_its_computing(self):
        self.save(self.card, {"base": 10, "doubled": 6})
        self.assertEqual(self.card.doubled, 20)

    def test_unchanged_is_not_told_to_those_who_may_not_see_it(self):
        said = [
            self.assertRefused(self.save, self.card, {"secret": value})
            for value in (4, 5)
        ]
        self.assertEqual(*said)
        self.env["ir.rule"].create(
            {
                "name": "none",
                "model_id": self.env["ir.model"]._get_id("suite.test.card"),
                "domain_force": [("id", "=", 0)],
            }
        )
        said = [
            self.assertRefused(self.save, self.card, {"points": value})
            for value in (5, 6)
        ]
        self.assertEqual(*said)

    def test_other_records_are_as_they_were(self):
        self.save(self.free, {"points": 9})
        self.assertEqual(self.free.points, 9)
        both = self.card + self.free
        self.assertRefused(self.call, "write", both.ids, {"points": 9})
        self.call("write", both.ids, {"points": 5, "name": "Both"})
        self.assertRecordValues(both, [{"name": "Both", "points": 5}] * 2)

    def test_nobody_brings_values_into_protected_records(self):
        self.assertRefused(self.save, self.free, {"points": 9, "kept": True})
        self.assertRefused(self.save, self.card, {"points": 9, "kept": False})
        self.save(self.free, {"points": 5, "kept": True})
        self.assertTrue(self.free.kept)

    def test_translations_are_writes(self):
        self.card.note = "Ours"
        for method, args in (
            ("update_field_translations", ("note", {"en_US": "Mine"})),
            ("web_override_translations", ({"note": "Mine"},)),
        ):
            with self.subTest(method):
                self.assertRefused(self.call, method, self.card.ids, *args)
        self.call("update_field_translations", self.free.ids, "note", {"en_US": "Mine"})
        self.assertEqual((self.card.note, self.free.note), ("Ours", "Mine"))

    def test_import_is_a_write(self):
        self.card.env["ir.model.data"].create(
            {
                "module": "test",
                "name": "card",
                "model": "suite.test.card",
                "res_id": self.card.id,
            }
        )
        self.env["ir.model.data"].flush_model()
        for row in (["test.card", "9"], ["test.new", "9"]):
            answer = self.call("load", ["id", "points"], [row])
            self.assertFalse(answer["ids"], answer)
        self.assertEqual(self.card.points, 5)
        self.assertFalse(self.Card.search([("points", "=", 9)]))

    def test_commands_of_other_models_are_writes(self):
        book = self.env["suite.test.book"].create({"name": "A"})
        self.card.book_id = book
        for commands in (
            [Command.create({"points": 9})],
            [Command.update(self.card.id, {"points": 9})],
        ):
            values = {"card_ids": commands}
            for ids in (book.ids, []):
                with self.subTest(values, ids=ids):
                    self.assertRefused(
                        self.call,
                        "web_save",
                        ids,
                        values,
                        specification={},
                        model="suite.test.book",
                    )

    def test_system_writes(self):
        self.card.sudo().points = 7
        card = self.card.with_user(self.user)
        card._as_system().write({"points": 8, "holder_id": self.partner.id})
        self.assertRecordValues(
            self.card, [{"points": 8, "holder_id": self.partner.id}]
        )
        card.with_context(**system_permit("suite.test.card")).points = 9
        self.assertEqual(self.card.points, 9)

    def test_permit_is_an_object_for_one_model(self):
        card = self.card.with_user(self.user)
        [key] = system_permit("suite.test.card")
        [other] = system_permit("res.partner").values()
        sent = json.loads(
            json.dumps(card._as_system().env.context, default=json_default)
        )
        for context in (
            system_permit("res.partner"),
            {key: other},
            {key: True},
            {key: "suite.test.card"},
            {key: {"model": "suite.test.card"}},
            sent,
        ):
            with self.subTest(context), self.assertRaises(AccessError):
                card.with_context(**context).write({"points": 9})
        both = system_permit("suite.test.card", "res.partner")
        card.with_context(**both).write({"points": 9})
        self.assertEqual(self.card.points, 9)

    def test_system_may_refuse_what_a_user_sent(self):
        card = self.card.with_user(self.user)
        card._check_protected({"points": 5, "name": "A"})
        with self.assertRaises(AccessError):
            card._check_protected({"points": 6})

    def test_unknown_field_is_named(self):
        self.patch(SuiteTestCardMore, "_protected_fields", {"secrte"})
        with self.assertRaisesRegex(ValueError, "secrte"):
            self.Card._register_hook()

    def test_user_creates_no_protected_value(self):
        tag = self.env["res.partner.category"].create({"name": "A"})
        for values in (
            {"points": 6},
            {"points": 0},
            {"holder_id": self.partner.id},
            {"note": "Mine"},
            {"base": 1, "doubled": 7},
            {"tag_ids": [Command.link(tag.id)]},
        ):
            with self.subTest(values):
                said = self.assertRefused(self.save, None, values)
                self.assertIn("Test Card", said)
        self.assertRefused(self.call, "create", [{"name": "A"}, {"points": 6}])

    def test_defaults_count_as_not_given(self):
        values = {"name": "A", "points": 1, "holder_id": False, "note": False}
        self.save(None, {**values, "tag_ids": [], "base": 2, "doubled": 4})
        card = self.Card.search([("name", "=", "A")])
        self.assertRecordValues(card, [{"points": 1, "doubled": 4}])

    def test_given_value_does_not_put_off_its_computing(self):
        self.assertRefused(self.save, None, {"base": 2, "doubled": 0})

    def test_other_records_take_values(self):
        self.save(None, {"name": "B", "kept": False, "points": 9, "note": "Mine"})
        card = self.Card.search([("name", "=", "B")])
        self.assertRecordValues(card, [{"points": 9, "note": "Mine"}])

    def test_context_gives_no_default(self):
        context = {
            "default_points": 9,
            "default_holder_id": self.partner.id,
            "default_name": "C",
            "default_doubled": 9,
            "default_tag_ids": [Command.create({"name": "A"})],
        }
        self.save(None, {}, **context)
        self.call("name_create", "D", context=context)
        self.Card.with_context(**context).create({})
        self.Card.sudo().with_context(**context).create({"base": 2})
        cards = self.Card.search([("name", "in", ("C", "D"))])
        self.assertEqual(cards.mapped("points"), [1.0] * 4)
        self.assertEqual(cards.mapped("doubled"), [0, 0, 0, 4])
        self.assertFalse(cards.holder_id or cards.tag_ids)
        names = ["name", "points", "holder_id", "tag_ids"]
        expected = {"name": "C", "points": 1}
        self.assertEqual(self.call("default_get", names, context=context), expected)
        sudo = self.Card.with_context(**context)
        self.assertEqual(sudo.default_get(names), expected)
        specification = {"points": {}}
        answer = self.call("onchange", [], {}, [], specification, context=context)
        self.assertEqual(answer["value"]["points"], 1)

    def test_permit_is_for_values_not_for_context(self):
        cards = self.Card.with_user(self.user)._as_system()
        cards = cards.with_context(default_points=9)
        card = cards.create({"holder_id": self.partner.id})
        self.assertRecordValues(card, [{"points": 1, "holder_id": self.partner.id}])
        self.assertEqual(cards.default_get(["points"]), {"points": 1})

    def test_created_records_keep_their_context(self):
        card = self.Card.with_context(default_points=9, lang="en_US").create({})
        self.assertEqual(card.env.context["default_points"], 9)

    def test_users_own_defaults_give_no_value(self):
        for name, value in (("points", 9), ("note", "Mine"), ("name", "E")):
            self.call(
                "set", "suite.test.card", name, value, user_id=True, model="ir.default"
            )
        self.save(None, {"points": 1})
        card = self.Card.search([("name", "=", "E")])
        self.assertRecordValues(card, [{"points": 1, "note": False}])
        self.assertRefused(self.save, None, {"points": 9})

    def test_copy_begins_with_defaults(self):
        self.card.write({"holder_id": self.partner.id, "note": "Ours"})
        [copied] = self.call("copy", self.card.ids)
        card = self.Card.browse(copied)
        self.assertRecordValues(
            card, [{"points": 1, "holder_id": False, "note": False, "base": 3}]
        )
        self.assertRefused(self.call, "copy", self.card.ids, {"points": 9})
        [copied] = self.call("copy", self.free.ids)
        self.assertEqual(self.Card.browse(copied).points, 5)
        self.assertEqual(self.card.copy().points, 5)

    def test_copy_of_a_book_begins_with_defaults(self):
        book = self.env["suite.test.book"].create({"name": "A"})
        self.card.book_id = book
        [copied] = self.call("copy", book.ids, model="suite.test.book")
        self.assertEqual(self.Card.search([("book_id", "=", copied)]).points, 1)
