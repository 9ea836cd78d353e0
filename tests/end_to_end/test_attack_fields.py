"""Fields that no screen lets anybody write, or shows, attacked by RPC."""

from attack_case import AttackCase
from attack_rights import RIGHTS, WIZARDS

from odoo import fields
from odoo.tests import tagged

from dev import addons

MODULES = tuple(addons.names())
# what nobody but a system administrator changes, on top of the models' own rules
FORGED = {
    "distribution.registration": {
        "ends_on": "2999-12-31",
        "distribution_match_keys": "nobody",
    },
    "distribution.admission": {"result": "met"},
    "distribution.admission.line": {"result": "met", "sequence": 99},
    "distribution.claim": {"name": "Forged"},
    "distribution.sellout": {"is_incomplete": True},
    "distribution.territory": {"complete_name": "Forged"},
    "distribution.territory.area": {"zip_shape": "9", "zip_low": "1", "zip_high": "9"},
    "distribution.price.plan.product": {"landed_cost": 1234.5},
    "ecrm.case": {"cost": 1234.5, "portal_status": "closed"},
    "loyalty.tier.benefit": {"nature": "forged"},
}


@tagged("post_install", "-at_install")
class TestAttackFields(AttackCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.env["res.company"].create({"name": "Attacked Elsewhere"})
        country = cls.env["res.country"].create({"name": "Attacked too", "code": "QY"})
        territory = cls.env["distribution.territory"].create(
            {"name": "Attacked Elsewhere", "company_id": cls.foreign.id}
        )
        outlet = cls.env["distribution.outlet"].create(
            {
                "name": "Attacked Elsewhere",
                "company_id": cls.foreign.id,
                "country_id": country.id,
            }
        )
        team = cls.env["ecrm.team"].create(
            {
                "name": "Attacked Elsewhere",
                "company_id": cls.foreign.id,
                "calendar_id": cls.foreign.resource_calendar_id.id,
            }
        )
        insight = cls.env["ecrm.insight"].create(
            {"name": "Attacked Elsewhere", "company_id": cls.foreign.id}
        )
        cls.elsewhere = {
            "distribution.territory.area": {"territory_id": territory.id},
            "distribution.handling": {"outlet_id": outlet.id},
            "distribution.outlet.turnover": {"outlet_id": outlet.id},
            "ecrm.insight.evidence": {"insight_id": insight.id},
            "ecrm.team.member": {"team_id": team.id},
            "ecrm.team.promise": {"team_id": team.id},
        }

    def _is_ours(self, field):
        return field._module in MODULES and not field.inherited

    def test_what_is_computed_is_the_systems_in_every_model(self):
        for name in RIGHTS:
            model = self.env[name]
            if not any({*"wc"} & {*may} for may in RIGHTS[name].values()):
                continue
            computed = {
                field.name
                for field in model._fields.values()
                if field.store and field.compute and field.readonly
            }
            if computed:
                self.assertLessEqual(computed, model._protected_names(), name)

    def test_what_odoos_models_only_show_of_ours_is_the_systems(self):
        """A field that no form lets anybody type in is open to RPC all the same."""
        mixin = self.registry["suite.protected.mixin"]
        # whoever invoices may link lines, as Odoo's own to those of sales orders
        open_ = {"account.move.line.pos_line_id"}
        for model in self.env.values():
            if model._original_module in MODULES or model._abstract:
                continue
            kept = model._protected_names() if isinstance(model, mixin) else ()
            for field in model._fields.values():
                if (
                    self._is_ours(field)
                    and field.store
                    and field.readonly
                    and field.type != "one2many"
                    and not (field.compute or field.related)
                    and field.groups != fields.NO_ACCESS
                    and str(field) not in open_
                ):
                    with self.subTest(field=str(field)):
                        self.assertIn(field.name, kept)

    def test_nobody_decides_by_what_the_system_notes(self):
        seller = self.env["res.users"].search([("login", "=", "own user")])
        lead = self.env["crm.lead"].create({"name": "A", "user_id": seller.id})
        order = self.env["sale.order"].create({"partner_id": self.partner.id})
        move = self.env["account.move"].create({"move_type": "entry"})
        for actor, record, values in (
            # out of the channel, and of what is asked every night
            ("own user", lead, {"distribution_gap_id": 1}),
            ("manager", order, {"distribution_asked_on": "2999-01-01 00:00:00"}),
            # points of a credit note, and what is booked for points already
            ("accountant", move, {"points_decided_on": "2024-01-01"}),
            ("accountant", move, {"point_liability_id": 1}),
        ):
            self.assertRefused(actor, record._name, "write", record.ids, values)
        named = {"name": "Attacked", "distribution_gap_id": 1}
        self.assertRefused("own user", "crm.lead", "create", [named])

    def test_nobody_forges_what_is_computed(self):
        for name, values in FORGED.items():
            record = self.records[name]
            before = record.read(list(values))
            for actor in ("own user", "channel user", "agent", "manager"):
                for field, value in values.items():
                    self.assertRefused(actor, name, "write", record.ids, {field: value})
            record.invalidate_recordset()
            self.assertEqual(record.read(list(values)), before)

    def test_nothing_is_moved_to_another_company_with_its_parent(self):
        for name, values in self.elsewhere.items():
            record = self.records[name]
            parent = next(iter(values))
            before = record[parent]
            for actor in ("channel user", "agent", "manager"):
                self.assertRefused(actor, name, "write", record.ids, values)
                self.assertRefused(
                    actor, name, "write", record.ids, {"company_id": self.foreign.id}
                )
            record.invalidate_recordset()
            self.assertEqual(record[parent], before)

    def test_wizards_tell_of_no_record_that_was_merely_named(self):
        """What a related field reads as the system, whoever names the record hears."""
        for name in WIZARDS:
            model = self.env[name]
            kept = model._protected_names() if "_protected_fields" in dir(model) else ()
            for field in model._fields.values():
                if not (field.related and field.compute_sudo):
                    continue
                chosen = model._fields[field.related.split(".")[0]]
                if chosen.name in kept or chosen.compute:
                    continue
                told = field.comodel_name
                self.assertIn(told, ("res.company", "res.currency"), field)
        case = self.env["ecrm.case"].create(
            {
                "name": "Attacked Elsewhere",
                "company_id": self.foreign.id,
                "team_id": self.elsewhere["ecrm.team.member"]["team_id"],
            }
        )
        answer, error = self._call(
            "agent", "ecrm.case.answer", "create", {"case_id": case.id, "text": "A"}
        )
        self.assertFalse(error)
        self.assertRefused("agent", "ecrm.case.answer", "read", [answer], ["case_name"])

    def test_nobody_gives_his_intermediary_a_share_of_anothers_order(self):
        seller = self.env["res.users"].search([("login", "=", "own user")])
        mine = self.env["res.partner"].create(
            {"name": "Mine", "is_company": True, "user_id": seller.id}
        )
        theirs = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "user_id": self.env.ref("base.user_admin").id,
            }
        )
        own = theirs.copy({"user_id": seller.id})
        values = {"partner_id": mine.id, "percent": 50}
        model = "distribution.share"
        self.assertRefused(
            "own user", model, "create", [{**values, "order_id": theirs.id}]
        )
        (share,), error = self._call(
            "own user", model, "create", [{**values, "order_id": own.id}]
        )
        self.assertFalse(error)
        self.assertRefused("own user", model, "write", [share], {"order_id": theirs.id})
        given = self.env[model].create({**values, "order_id": theirs.id})
        self.assertRefused("own user", model, "unlink", given.ids)

    def test_customers_learn_none_of_our_settings(self):
        """Odoo lets everybody read his company: how low an offer may go is ours."""
        company = self.env.company
        names = [
            field.name for field in company._fields.values() if self._is_ours(field)
        ]
        self.assertTrue(names)
        for actor in ("portal customer", "intermediary"):
            shown, error = self._call(actor, "res.company", "fields_get")
            self.assertFalse(error)
            self.assertFalse(shown.keys() & {*names})
            for name in names:
                self.assertRefused(actor, "res.company", "read", company.ids, [name])
                doors = [
                    ("search_read", [], ["id"], 0, 1, name),
                    ("formatted_read_group", [], [name], ["__count"]),
                ]
                if not company._fields[name].required:
                    # Odoo looks up nothing that is always there
                    doors.append(("search_count", [(name, "!=", False)]))
                for method, *args in doors:
                    _result, error = self._call(actor, "res.company", method, *args)
                    self.assertTrue(error, (actor, name, method))
