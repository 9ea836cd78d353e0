"""Fields that no screen lets anybody write, or shows, attacked by RPC."""

from attack_case import AttackCase
from attack_rights import RIGHTS

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
