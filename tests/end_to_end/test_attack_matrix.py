"""Every model and every public method of the add-ons, tried from outside by RPC.

A model or method that is new fails here until somebody has said who may use it.
"""

import inspect
import json

from attack_records import AttackRecords
from attack_rights import ACTORS, HOOKS, METHODS, RIGHTS, ROUTES, WIZARDS

from odoo.http import Controller
from odoo.tests import HttpCase, new_test_user, tagged

MODULES = ("crm_loyalty", "crm_loyalty_pos", "crm_loyalty_sms")
OURS = tuple(f"odoo.addons.{module}." for module in MODULES)


def our_classes(model):
    return [cls for cls in type(model).__mro__ if cls.__module__.startswith(OURS)]


@tagged("post_install", "-at_install")
class TestAttackMatrix(AttackRecords, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env.company
        elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        groups = {
            "portal customer": ("base.group_portal", company),
            "employee": ("base.group_user", company),
            "stranger": ("sales_team.group_sale_manager", elsewhere),
            "salesperson": ("sales_team.group_sale_salesman", company),
            "manager": ("sales_team.group_sale_manager", company),
            "accountant": ("account.group_account_user", company),
        }
        for actor, (group, home) in groups.items():
            new_test_user(cls.env, actor, group, company_id=home.id, password=actor * 2)
        customer = cls.env["res.users"].search([("login", "=", "portal customer")])
        cls.partner = customer.partner_id
        cls.env["sale.order"].create(
            [
                {
                    "partner_id": cls.partner.id,
                    "company_id": company.id,
                    "state": "sale",
                    "date_order": day,
                    "order_line": [
                        (0, 0, {"product_id": cls._product().id, "price_unit": 10})
                    ],
                }
                for day in ("2024-01-01", "2024-02-01", "2024-03-01")
            ]
        )
        run = cls.env["crm.value.run"]._refresh_now(company)
        source = cls.env["crm.purchase.import"].create(
            {"name": "Old shop", "company_id": company.id}
        )
        line = {"import_id": source.id, "company_id": company.id, "key": "a"}
        need = cls.env["crm.need"].create({"name": "A", "company_id": company.id})
        stated = cls.env["crm.partner.need"].create(
            {"partner_id": cls.partner.id, "need_id": need.id}
        )
        segment = cls.env["crm.customer.segment"].create(
            {
                "name": "Buyers",
                "purchase_ids": [(0, 0, {"product_ids": cls._product().ids})],
            }
        )
        cls.env.flush_all()
        cls.records = {
            "crm.customer.segment": segment,
            "crm.customer.segment.purchase": segment.purchase_ids,
            "crm.need": need,
            "crm.need.prospect": cls.env["crm.need.prospect"].browse(stated.id),
            "crm.need.run": cls.env["crm.need.run"]._refresh_now(company),
            "crm.partner.need": stated,
            "crm.segment.opportunity": cls.env["crm.segment.opportunity"].create(
                {"name": "Call", "segment_id": segment.id}
            ),
            "product.product": cls._product(),
            "product.template": cls._product().product_tmpl_id,
            "crm.customer.value": cls.env["crm.customer.value"].search(
                [("partner_id", "=", cls.partner.id)]
            ),
            "crm.purchase": cls.env["crm.purchase"].search(
                [("partner_id", "=", cls.partner.id)], limit=1
            ),
            "crm.purchase.history": cls.env["crm.purchase.history"].search(
                [("partner_id", "=", cls.partner.id)]
            ),
            "crm.purchase.import": source,
            "crm.purchase.import.issue": cls.env["crm.purchase.import.issue"].create(
                {"import_id": source.id, "row": 2, "reason": "No date"}
            ),
            "crm.purchase.import.line": cls.env["crm.purchase.import.line"].create(
                {**line, "partner_id": cls.partner.id, "date": "2023-01-01"}
            ),
            "crm.value.batch": cls.env["crm.value.batch"].create({"run_id": run.id}),
            "crm.value.run": run,
            **cls._point_records(company),
            **cls._offer_records(company),
            **cls._tier_records(company),
            **cls._program_records(segment),
            "res.partner": cls.partner,
        }
        cls.env.flush_all()

    @classmethod
    def _product(cls):
        return cls.env["product.product"].search([], limit=1)

    def _call(self, actor, model, method, *args):
        """The answer of one RPC call: its result, or the name of the error."""
        if actor == "anonymous":
            self.authenticate(None, None)
        else:
            self.authenticate(actor, actor * 2)
        params = {"model": model, "method": method, "args": args, "kwargs": {}}
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps({"jsonrpc": "2.0", "params": params}),
            headers={"Content-Type": "application/json"},
        ).json()
        error = answer.get("error", {}).get("data", {}).get("name")
        return answer.get("result"), error

    def assertRefused(self, actor, model, method, *args):
        with self.subTest(actor=actor, model=model, method=method):
            _result, error = self._call(actor, model, method, *args)
            self.assertIn(
                error,
                {
                    "odoo.exceptions.AccessError",
                    "odoo.http.SessionExpiredException",
                },
            )

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

    def test_reading(self):
        for model, rights in RIGHTS.items():
            record = self.records[model]
            self.assertTrue(record, model)
            for actor in ACTORS:
                if "r" in rights.get(actor, ""):
                    result, error = self._call(
                        actor, model, "read", record.ids, ["display_name"]
                    )
                    self.assertFalse(error, (actor, model))
                    self.assertEqual(result[0]["id"], record.id)
                elif actor == "stranger" and "r" in rights.get("manager", ""):
                    self.assertRefused(actor, model, "read", record.ids, ["id"])
                    result, error = self._call(
                        actor, model, "search_read", [("id", "=", record.id)], ["id"]
                    )
                    self.assertEqual(result, [])
                else:
                    self.assertRefused(actor, model, "read", record.ids, ["id"])
                    self.assertRefused(actor, model, "search_read", [], ["id"])
                    self.assertRefused(actor, model, "search_count", [])
                    self.assertRefused(
                        actor, model, "formatted_read_group", [], [], ["__count"]
                    )

    def test_writing_creating_and_deleting(self):
        for model, rights in RIGHTS.items():
            ids = self.records[model].ids
            for actor in ACTORS:
                allowed = rights.get(actor, "")
                if "w" not in allowed:
                    self.assertRefused(actor, model, "write", ids, {})
                if "c" not in allowed and actor != "stranger":
                    self.assertRefused(actor, model, "create", [{}])
                if "d" not in allowed:
                    self.assertRefused(actor, model, "unlink", ids)

    def test_wizards(self):
        for model, allowed in WIZARDS.items():
            for actor in ACTORS:
                for method in ("read", "unlink"):
                    self.assertRefused(actor, model, method, self.records[model].ids)
                if actor not in allowed and actor != "stranger":
                    self.assertRefused(actor, model, "create", [{}])

    def test_public_methods(self):
        for (model, method), allowed in METHODS.items():
            for actor in ACTORS:
                if actor in allowed:
                    continue
                with self.subTest(actor=actor, model=model, method=method):
                    result, error = self._call(
                        actor, model, method, self.records[model].ids
                    )
                    if not error:
                        # navigation that names no record tells nothing
                        self.assertFalse(result.get("res_id"), result)

    def test_hooks_are_nobodys(self):
        for model in RIGHTS:
            for actor in ACTORS:
                self.assertRefused(actor, model, "init")
                self.assertRefused(actor, model, "_refresh_now", [])

    def test_points_are_changed_by_nobody(self):
        card = self.records["loyalty.point.entry"].card_id
        for actor in ACTORS:
            for method, args in (
                ("write", [{"points": 5_000}]),
                ("web_save", [{"points": 5_000}, {}]),
                ("write", [{"pending_points": 5_000}]),
                ("write", [{"account_card_id": card.id}]),
            ):
                self.assertRefused(actor, "loyalty.card", method, card.ids, *args)
        self.assertEqual(card.points, 10)

    def test_pages_of_points(self):
        """Only its customer sees an account; nobody's odd address is an error."""
        card = self.records["loyalty.point.entry"].card_id
        page = f"/my/points/{card.id}"
        odd = (
            f"{page}?sortby=id;drop&page=-1",
            f"{page}/page/999999999999999999999",
            f"{page}?page=x&sortby=",
            f"{page}/page/-1",
            "/my/points/0",
            "/my/points/99999999999999999999",
            "/my/points?page=x",
            f"/my/loyalty_card/{card.id}/history?sortby=x",
        )
        for actor in ACTORS:
            self.authenticate(
                *((None, None) if actor == "anonymous" else (actor, actor * 2))
            )
            with self.subTest(actor=actor):
                answer = self.url_open(page)
                seen = "points_available" in answer.text
                self.assertEqual(seen, actor == "portal customer")
                for url in odd:
                    answer = self.url_open(url)
                    self.assertLess(answer.status_code, 500, url)
                    if actor != "portal customer":
                        self.assertNotIn("points_available", answer.text, url)
                for url in ("/my/points/x", f"{page}/page/x"):
                    self.assertEqual(self.url_open(url).status_code, 404, url)

    def test_page_of_a_companys_points(self):
        """A contact's permission is asked at every request, and of nobody else."""
        company = self.env["res.partner"].create({"name": "Co", "is_company": True})
        self.partner.parent_id = company
        program = self.records["loyalty.point.entry"].program_id
        program.write({"applies_on": "both", "point_holder": "company"})
        account = self.env["loyalty.card"].search([("partner_id", "=", company.id)])
        self.env.flush_all()
        self.authenticate("portal customer", "portal customer" * 2)
        for permitted in (False, True, False):
            self.partner.may_use_company_points = permitted
            self.env.flush_all()
            answer = self.url_open(f"/my/points/{account.id}")
            self.assertEqual("points_available" in answer.text, permitted)
        _result, error = self._call(
            "portal customer",
            "res.partner",
            "write",
            self.partner.ids,
            {"may_use_company_points": True},
        )
        self.assertEqual(error, "odoo.exceptions.AccessError")

    def test_nothing_was_changed(self):
        value = self.records["crm.customer.value"]
        before = value.read()
        for actor in ACTORS:
            self._call(actor, value._name, "write", value.ids, {"alive": 1})
            self._call(actor, value._name, "web_save", value.ids, {"alive": 1}, {})
        value.invalidate_recordset()
        self.assertEqual(value.read(), before)
