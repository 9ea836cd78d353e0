"""What a tier or an offer gives, tried by RPC by those who may not decide it."""

from attack_case import AttackCase
from attack_rights import ACTORS

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

INVALID = {"odoo.exceptions.ValidationError", "odoo.exceptions.UserError"}
# What tells that somebody is a member of a tier.
TELLING = (
    "customer_tier_id",
    "customer_tier_progress",
    "service_level",
    "tier_codes",
    "tier_community_url",
    "tier_contact_id",
)


@tagged("post_install", "-at_install")
class TestAttackTiers(AttackCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.elsewhere = cls.env["res.company"].search([("name", "=", "Elsewhere")])
        cls.both = new_test_user(
            cls.env,
            "manager of both",
            "sales_team.group_sale_manager",
            company_id=cls.company.id,
            company_ids=[Command.set((cls.company | cls.elsewhere).ids)],
            password="manager of both" * 2,
        )
        cls.env.flush_all()

    def _call_in_both(self, model, method, *args):
        companies = (self.company | self.elsewhere).ids
        return self._call(
            "manager of both",
            model,
            method,
            *args,
            context={"allowed_company_ids": companies},
        )

    def assertInvalid(self, model, method, *args):
        with self.subTest(model=model, method=method, args=repr(args)[:200]):
            _result, error = self._call_in_both(model, method, *args)
            self.assertIn(error, INVALID)

    def test_points_are_multiplied_by_nobody(self):
        order = self.records["sale.order"]
        values = {"partner_id": self.partner.id}
        for actor in ACTORS:
            self.assertRefused(
                actor, "sale.order", "write", order.ids, {"tier_point_factor": 9}
            )
            self.assertRefused(
                actor, "sale.order", "create", [{**values, "tier_point_factor": 9}]
            )
        for actor in ("salesperson", "manager"):
            context = {"default_tier_point_factor": 9}
            [made], error = self._call(
                actor, "sale.order", "create", [values], context=context
            )
            self.assertFalse(error)
            self.assertEqual(order.browse(made).tier_point_factor, 1)
            self._call(actor, "sale.order", "action_confirm", [made], context=context)
            self.assertEqual(order.browse(made).tier_point_factor, 1)

    def test_nobody_publishes_but_by_evaluating(self):
        program = self.records["loyalty.tier.program"]
        for name, value in (
            ("state", "draft"),
            ("evaluated_on", "2020-01-01"),
            ("last_partner", 5),
        ):
            self.assertRefused(
                "manager", program._name, "write", program.ids, {name: value}
            )
            self.assertRefused(
                "manager", program._name, "web_save", program.ids, {name: value}, {}
            )
        [made], error = self._call(
            "manager",
            program._name,
            "create",
            [{"name": "Mine"}],
            context={"default_state": "published"},
        )
        self.assertFalse(error)
        self.assertEqual(program.browse(made).state, "draft")

    def test_a_simulation_is_begun_by_its_button_alone(self):
        """Else it would show what another company's tiers ask for."""
        tier = self.env["loyalty.tier.program"].create(
            {
                "name": "Theirs",
                "company_id": self.elsewhere.id,
                "responsible_id": False,
                "tier_ids": [Command.create({"name": "A", "threshold": 123})],
            }
        ).tier_ids  # fmt: skip
        self.env.flush_all()
        simulation = {"program_id": tier.program_id.id}
        line = {"tier_id": tier.id, "simulation_id": 1}
        for model, values in (
            ("loyalty.tier.simulation", simulation),
            ("loyalty.tier.simulation.line", line),
            ("loyalty.tier.simulation.customer", {**line, "partner_id": 1}),
        ):
            self.assertRefused("manager", model, "create", [values])
            self.assertRefused("manager", model, "create", [{}])

    def test_tiers_stay_in_their_company(self):
        there = self.env["loyalty.tier.program"].create(
            {
                "name": "Theirs",
                "company_id": self.elsewhere.id,
                "responsible_id": False,
                "tier_ids": [Command.create({"name": "A", "threshold": 123})],
            }
        )
        self.env.flush_all()
        tier = self.records["loyalty.tier"]
        for model, values in (
            ("loyalty.tier.program", {"company_id": self.elsewhere.id}),
            ("loyalty.tier", {"company_id": self.elsewhere.id}),
            ("loyalty.tier", {"program_id": there.id}),
            ("loyalty.tier.benefit", {"company_id": self.elsewhere.id}),
            ("loyalty.tier.benefit", {"tier_id": there.tier_ids.id}),
        ):
            with self.subTest(model=model, values=values):
                _result, error = self._call_in_both(
                    model, "write", self.records[model].ids, values
                )
                self.assertIn(
                    error, {"odoo.exceptions.AccessError", *INVALID}, (model, values)
                )
        _result, error = self._call_in_both(
            there._name, "write", there.ids, {"tier_ids": [[4, tier.id, 0]]}
        )
        self.assertTrue(error)
        self.env.invalidate_all()
        self.assertEqual(tier.company_id, self.company)
        self.assertEqual(self.records["loyalty.tier.benefit"].company_id, self.company)

    def test_what_is_named_is_not_of_another_company(self):
        points = self.env["loyalty.program"].create(
            {
                "name": "Theirs",
                "program_type": "loyalty",
                "company_id": self.elsewhere.id,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Theirs", "company_id": self.elsewhere.id}
        )
        foreigner = new_test_user(
            self.env, "foreigner", "base.group_user", company_id=self.elsewhere.id
        )
        self.env.flush_all()
        program = self.records["loyalty.tier.program"]
        tier = self.records["loyalty.tier"]
        benefit = {"name": "B", "tier_id": tier.id}
        self.assertInvalid(
            program._name,
            "create",
            [{"name": "P", "measure": "points", "point_program_ids": points.ids}],
        )
        self.assertInvalid(
            program._name, "write", program.ids, {"responsible_id": foreigner.id}
        )
        for values in (
            {"kind": "pricelist", "pricelist_id": pricelist.id},
            {"kind": "contact", "user_id": foreigner.id},
        ):
            self.assertInvalid(
                "loyalty.tier.benefit", "create", [{**benefit, **values}]
            )
        theirs = {"name": "Theirs", "company_id": self.elsewhere.id}
        self.assertInvalid(
            "crm.customer.segment", "create", [{**theirs, "tier_ids": tier.ids}]
        )
        self.assertInvalid(
            "crm.customer.program", "create", [{**theirs, "tier_id": tier.id}]
        )
        self.assertInvalid(
            "crm.customer.program",
            "create",
            [{"name": "Ours", "loyalty_program_id": points.id}],
        )

    def test_who_has_a_tier_is_told_to_those_who_may_know(self):
        """By no field, and by no search."""
        tier = self.records["loyalty.tier"]
        self.env["loyalty.tier.benefit"].create(
            [
                {"name": "B", "tier_id": tier.id, **values}
                for values in (
                    {"kind": "integration", "code": "edi"},
                    {"kind": "contact", "user_id": self.both.id},
                    {"kind": "community", "url": "https://club.example"},
                )
            ]
        )
        self.partner.user_id = self.both
        self.env.flush_all()
        for actor in ACTORS:
            for name in TELLING:
                args = self.partner.ids, [name]
                if actor == "manager":
                    [values], _error = self._call(actor, "res.partner", "read", *args)
                    self.assertTrue(values[name], name)
                elif actor in ("salesperson", "channel user", "stranger"):
                    [values], _error = self._call(actor, "res.partner", "read", *args)
                    self.assertFalse(values[name], name)
                else:
                    self.assertRefused(actor, "res.partner", "read", *args)
        # others of the shop have reached the tier too, and are everybody's
        domain = [("id", "=", self.partner.id), ("tier_codes", "=", "edi")]
        for actor in ACTORS:
            with self.subTest(actor=actor):
                found, error = self._call(actor, "res.partner", "search", domain)
                if actor == "manager":
                    self.assertEqual(found, self.partner.ids)
                else:
                    self.assertFalse(found, error)
        for actor in ("anonymous", "portal customer", "employee", "accountant"):
            self.assertRefused(
                actor,
                "res.partner",
                "action_open_tier_memberships",
                self.partner.ids,
            )
        self.assertRefused(
            "salesperson",
            "crm.offer.effect",
            "action_open_advice",
            self.records["crm.offer.effect"].ids,
        )

    def test_portal_functions_end_with_the_grant(self):
        benefit = self.records["loyalty.tier.benefit"]
        program = self.records["loyalty.tier.program"]
        benefit.write(
            {"kind": "portal", "code": "early", "url": "https://early.example/door"}
        )
        self.authenticate("portal customer", "portal customer" * 2)
        for withdraw, give_back in (
            (
                lambda: benefit.write({"date_to": "2020-01-01"}),
                lambda: benefit.write({"date_to": False}),
            ),
            (program.action_withdraw, program.action_publish),
        ):
            for change, granted in ((withdraw, False), (give_back, True)):
                change()
                self.env.flush_all()
                answer = self.url_open("/my/benefits/early", allow_redirects=False)
                leads = answer.headers["Location"]
                self.assertEqual("early.example" in leads, granted)

    def test_links_and_codes_lead_nowhere_else(self):
        benefit = self.records["loyalty.tier.benefit"]
        for url in (
            "/\\elsewhere.example",
            "/shop\r\nSet-Cookie: a=b",
            "https://club.example/\nLocation: https://elsewhere.example",
            "https://club.example@elsewhere.example",
            "//elsewhere.example",
            "javascript:alert(1)",
        ):
            self.assertInvalid(benefit._name, "write", benefit.ids, {"url": url})
        for code in ("..", ".", "a\n", "a,b", "../my", "x" * 1_000):
            self.assertInvalid(benefit._name, "write", benefit.ids, {"code": code})

    def test_numbers_that_no_column_bears(self):
        """A clear error each time, whoever types them and wherever."""
        for model, names in (
            ("loyalty.tier.program", ("period_months", "grace_days", "sequence")),
            ("loyalty.tier", ("threshold", "color")),
            (
                "loyalty.tier.benefit",
                (
                    "point_factor",
                    "credit_limit",
                    "unit_cost",
                    "cost_share",
                    "days_before",
                    "sequence",
                ),
            ),
        ):
            record = self.records[model]
            for name in names:
                bad = [float("nan"), 1e308, -1e308, 10**400, "9" * 400]
                if name in ("period_months", "grace_days", "days_before"):
                    bad.append(3_000_000)
                for value in bad:
                    values = {name: value}
                    self.assertInvalid(model, "write", record.ids, values)
                    self.assertInvalid(
                        model, "onchange", record.ids, values, [name], {name: {}}
                    )
