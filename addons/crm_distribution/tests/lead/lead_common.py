from contextlib import ExitStack, contextmanager
from datetime import datetime
from unittest.mock import patch

import requests

from odoo.tests import TransactionCase, new_test_user

# a Monday, in the working hours of Odoo's standard calendar
NOW = datetime(2027, 3, 1, 9, 0)


class LeadCommon(TransactionCase):
    """Three states of Iran, a policy for all goods, and intermediaries to add."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={**cls.env.context, "tracking_disable": True, "lang": "en_US"}
        )
        cls.company = cls.env.company
        cls.company.partner_id.tz = "UTC"
        cls.company.resource_calendar_id.tz = "UTC"
        cls.env["distribution.policy"].search([]).action_end()
        cls.country = cls.env["res.country"].create({"name": "Irania", "code": "X5"})
        cls.states = cls.env["res.country.state"].create(
            [
                {"name": name, "code": name[:3], "country_id": cls.country.id}
                for name in ("Tehran", "Fars", "Gilan")
            ]
        )
        cls.tehran, cls.fars, cls.gilan = cls.states
        cls.whole, *cls.parts = cls.env["distribution.territory"].create(
            [
                {
                    "name": "Irania",
                    "area_ids": [(0, 0, {"country_id": cls.country.id})],
                }
            ]
        )
        cls.parts = cls.env["distribution.territory"].create(
            [
                {
                    "name": state.name,
                    "parent_id": cls.whole.id,
                    "area_ids": [
                        (0, 0, {"country_id": cls.country.id, "state_id": state.id})
                    ],
                }
                for state in cls.states
            ]
        )
        cls.in_tehran, cls.in_fars, cls.in_gilan = cls.parts
        cls.goods = cls.env["product.category"].create({"name": "Pumps"})
        cls.policy = cls._make_policy()

    @classmethod
    def _make_policy(cls, **values):
        policy = cls.env["distribution.policy"].create(
            {
                "name": "All",
                "kind": "intensive",
                "date_from": "2020-01-01",
                "company_id": cls.company.id,
                **values,
            }
        )
        policy.action_activate()
        return policy

    @classmethod
    def _make_partner(cls, name, territory=None, exclusive=False, **values):
        """An intermediary with an agreement for a territory."""
        partner = cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "email": f"{name.lower()}@example.com",
                **values,
            }
        )
        cls._agree(partner, territory, exclusive)
        return partner

    @classmethod
    def _agree(cls, partner, territory=None, exclusive=False, **values):
        agreement = cls.env["distribution.agreement"].create(
            {
                "partner_id": partner.id,
                "territory_id": territory.id if territory else False,
                "exclusive": exclusive,
                "date_from": "2020-01-01",
                "company_id": cls.company.id,
                **values,
            }
        )
        agreement.action_activate()
        return agreement

    @classmethod
    def _make_user(cls, login, partner, group="base.group_portal"):
        contact = cls.env["res.partner"].create(
            {
                "name": login,
                "parent_id": partner.id,
                "email": f"{login}@example.com",
            }
        )
        return new_test_user(
            cls.env,
            login,
            group,
            partner_id=contact.id,
            password=login * 3,
            name=login,
            email=contact.email,
        )

    @classmethod
    def _lead_values(cls, name="Lead", state=None, **values):
        return {
            "name": name,
            "type": "lead",
            "user_id": False,
            "company_id": cls.company.id,
            "country_id": cls.country.id,
            "state_id": (state or cls.tehran).id,
            **values,
        }

    @classmethod
    def _make_lead(cls, name="Lead", state=None, **values):
        return cls.env["crm.lead"].create(cls._lead_values(name, state, **values))

    @classmethod
    def _make_leads(cls, count, **values):
        return cls.env["crm.lead"].create(
            [cls._lead_values(f"Lead {n:04}", **values) for n in range(count)]
        )

    @contextmanager
    def _no_map_service(self):
        """Nothing is sent, and none of Odoo's functions that would send is called."""
        partners = type(self.env["res.partner"])
        geocoding = ("geo_localize", "_geo_localize")
        places = [(requests.Session, "send")]
        places += [(partners, name) for name in geocoding if hasattr(partners, name)]
        refusal = AssertionError("a map service is asked")
        with ExitStack() as stack:
            asked = [
                stack.enter_context(patch.object(*place, side_effect=refusal))
                for place in places
            ]
            yield
        for one in asked:
            one.assert_not_called()

    def _run_job(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f"crm_distribution.cron_{name}").method_direct_trigger()
