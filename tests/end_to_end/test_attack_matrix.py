"""Every model and every public method of the add-ons, tried from outside by RPC.

A model or method that is new fails here until somebody has said who may use it.
"""

import inspect

from attack_case import REFUSALS, AttackCase
from attack_channel import OF_AN_INTERMEDIARY
from attack_rights import ALL_ACTORS, ARGUMENTS, HOOKS, METHODS, RIGHTS, ROUTES, WIZARDS

from odoo.http import Controller
from odoo.tests import tagged

from dev import addons

MODULES = tuple(addons.names())
OURS = tuple(f"odoo.addons.{module}." for module in MODULES)


def our_classes(model):
    return [cls for cls in type(model).__mro__ if cls.__module__.startswith(OURS)]


@tagged("post_install", "-at_install")
class TestAttackMatrix(AttackCase):
    def test_every_model_is_in_the_matrix(self):
        ours = {
            name
            for name, model in self.env.items()
            if model._original_module in MODULES and not model._abstract
        }
        wizards = {name for name in ours if self.env[name]._transient}
        self.assertEqual(wizards, set(WIZARDS))
        self.assertEqual(ours - wizards, set(RIGHTS))

    def test_every_public_method_is_in_the_matrix(self):
        found = set()
        for name, model in self.env.items():
            for cls in our_classes(model):
                for method, _function in inspect.getmembers(cls, inspect.isfunction):
                    if method in vars(cls) and not method.startswith("_"):
                        found.add((name, method))
        public = {(name, method) for name, method in found if method not in HOOKS}
        self.assertEqual(public, set(METHODS))

    def _controllers(self, parent):
        """Those that extend another's too, which Odoo does not list."""
        for controller in parent.__subclasses__():
            yield controller
            yield from self._controllers(controller)

    def test_every_route_is_in_the_matrix(self):
        routes = {
            f"{controller.__name__}.{name}"
            for controller in self._controllers(Controller)
            if controller.__module__.startswith(OURS)
            for name in vars(controller)
            if not name.startswith("_")
        }
        self.assertEqual(routes, ROUTES)

    def _is_filtered(self, actor, model, rights):
        """Who may read such records, but not this one."""
        if actor == "own user":
            return model in OF_AN_INTERMEDIARY
        return actor == "stranger" and "r" in rights.get("manager", "")

    def test_reading(self):
        for model, rights in RIGHTS.items():
            record = self.records[model]
            self.assertTrue(record, model)
            for actor in ALL_ACTORS:
                if "r" in rights.get(actor, ""):
                    result, error = self._call(
                        actor, model, "read", record.ids, ["display_name"]
                    )
                    self.assertFalse(error, (actor, model))
                    self.assertEqual(result[0]["id"], record.id)
                elif self._is_filtered(actor, model, rights):
                    self.assertRefused(actor, model, "read", record.ids, ["id"])
                    result, error = self._call(
                        actor, model, "search_read", [("id", "=", record.id)], ["id"]
                    )
                    self.assertEqual(result, [])
                else:
                    self.assertRefused(actor, model, "read", record.ids, ["id"])
                    self.assertRefused(actor, model, "search_read", [], ["id"])
                    self.assertRefused(
                        actor, model, "formatted_read_group", [], [], ["__count"]
                    )

    def test_writing_creating_and_deleting(self):
        for model, rights in RIGHTS.items():
            ids = self.records[model].ids
            for actor in ALL_ACTORS:
                allowed = rights.get(actor, "")
                if "w" not in allowed:
                    self.assertRefused(actor, model, "write", ids, {})
                if "c" not in allowed and actor != "stranger":
                    self.assertRefused(actor, model, "create", [{}])
                if "d" not in allowed:
                    self.assertRefused(actor, model, "unlink", ids)

    def test_wizards(self):
        for model, allowed in WIZARDS.items():
            for actor in ALL_ACTORS:
                for method in ("read", "unlink"):
                    self.assertRefused(actor, model, method, self.records[model].ids)
                if actor not in allowed and actor != "stranger":
                    self.assertRefused(actor, model, "create", [{}])

    def test_public_methods(self):
        for (model, method), allowed in METHODS.items():
            args = ARGUMENTS.get((model, method), ())
            for actor in ALL_ACTORS:
                if actor in allowed:
                    continue
                with self.subTest(actor=actor, model=model, method=method):
                    result, error = self._call(
                        actor, model, method, self.records[model].ids, *args
                    )
                    if error:
                        self.assertIn(error, REFUSALS)
                    else:
                        # navigation that names no record tells nothing
                        self.assertFalse(result.get("res_id"), result)

    def test_hooks_are_nobodys(self):
        for model in RIGHTS:
            self.assertRefused("manager", model, "init")
            self.assertRefused("manager", model, "_refresh_now", [])

    def test_nothing_was_changed(self):
        value = self.records["crm.customer.value"]
        before = value.read()
        for actor in ALL_ACTORS:
            self._call(actor, value._name, "write", value.ids, {"alive": 1})
            self._call(actor, value._name, "web_save", value.ids, {"alive": 1}, {})
        value.invalidate_recordset()
        self.assertEqual(value.read(), before)
