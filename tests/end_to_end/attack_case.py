"""The actors and what they attack, for every test of the matrix."""

import json
import re
import threading
from unittest.mock import patch

from attack_channel import AttackChannelRecords
from attack_records import AttackRecords
from attack_voice_case import AttackVoiceCaseRecords
from attack_voice_feedback import AttackVoiceFeedbackRecords
from attack_voice_idea import AttackVoiceIdeaRecords

from odoo.tests import HttpCase, new_test_user

from dev import addons

OURS = tuple(f"odoo.addons.{module}." for module in addons.names())
REFUSALS = {"odoo.exceptions.AccessError", "odoo.http.SessionExpiredException"}
# a page is refused, led away from, or told to be none
LED_AWAY = {303, 400, 403, 404, 405}
# in the names of all that the owners have
MARK = "Attacked"


class AttackCase(
    AttackChannelRecords,
    AttackVoiceCaseRecords,
    AttackVoiceFeedbackRecords,
    AttackVoiceIdeaRecords,
    AttackRecords,
    HttpCase,
):
    """Tries the add-ons from outside, by RPC and by address."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env.company
        elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        groups = {
            "portal customer": ("base.group_portal", company),
            "intermediary": ("base.group_portal", company),
            "employee": ("base.group_user", company),
            "stranger": ("sales_team.group_sale_manager", elsewhere),
            "salesperson": ("sales_team.group_sale_salesman", company),
            "own user": ("crm_distribution.group_channel_own", company),
            "channel user": ("crm_distribution.group_channel_user", company),
            "manager": ("sales_team.group_sale_manager", company),
            "accountant": ("account.group_account_user", company),
            "agent": ("crm_ecrm.group_voice_agent", company),
            "voice manager": ("crm_ecrm.group_voice_manager", company),
        }
        for actor, (group, home) in groups.items():
            new_test_user(cls.env, actor, group, company_id=home.id, password=actor * 2)
        customer = cls.env["res.users"].search([("login", "=", "portal customer")])
        cls.partner = customer.partner_id
        contact = cls.env["res.users"].search([("login", "=", "intermediary")])
        cls.intermediary = cls.env["res.partner"].create(
            {
                "name": "Intermediary",
                "is_company": True,
                "distribution_level_id": cls.env.ref("crm_distribution.level_agent").id,
            }
        )
        contact.partner_id.parent_id = cls.intermediary
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
        imported = cls.env["crm.purchase.import.line"].create(
            {**line, "partner_id": cls.partner.id, "date": "2023-01-01"}
        )
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
            "crm.purchase.import.item": cls.env["crm.purchase.import.item"].create(
                {"line_id": imported.id, "product_id": cls._product().id}
            ),
            "crm.purchase.import.line": imported,
            "crm.purchase.import.part": cls.env["crm.purchase.import.part"].create(
                {"import_id": source.id, "content": "[[],[]]"}
            ),
            "crm.purchase.import.question": cls.env[
                "crm.purchase.import.question"
            ].create(
                {"import_id": source.id, "asked": "grain", "key": "a", "label": "A"}
            ),
            "crm.value.batch": cls.env["crm.value.batch"].create({"run_id": run.id}),
            "crm.value.run": run,
            **cls._point_records(company),
            **cls._offer_records(company),
            **cls._tier_records(company),
            **cls._program_records(segment),
            "res.partner": cls.partner,
            "suite.attempt": cls.env["suite.attempt"].create({"mark": "a"}),
            "suite.merged.contact": cls.env["suite.merged.contact"].create(
                {
                    "former_id": 0,
                    "partner_id": cls.partner.id,
                    "commercial_partner_id": cls.partner.id,
                }
            ),
            "suite.tile": cls.env["suite.tile"].create(
                {
                    "name": "A",
                    "app": "attacked",
                    "action_id": cls.env.ref("base.action_partner_form").id,
                }
            ),
            "suite.turn": cls.env["suite.turn"].create({"name": "a"}),
            **cls._channel_records(company),
            **cls._voice_case_records(company),
            **cls._voice_feedback_records(company),
            **cls._voice_idea_records(company),
        }
        cls.env.flush_all()

    @classmethod
    def _product(cls):
        return cls.env["product.product"].search([], limit=1)

    def _login(self, actor):
        if actor == "anonymous":
            self.authenticate(None, None)
        else:
            self.authenticate(actor, actor * 2)

    def _rules(self):
        thread, name = threading.current_thread(), self.registry.db_name
        # as in a thread of Odoo's server
        with patch.object(thread, "dbname", name, create=True):
            rules = [*self.env["ir.http"].routing_map().iter_rules()]
        return [rule for rule in rules if rule.endpoint.__module__.startswith(OURS)]

    def _shown(self, answer):
        """What is told, without lists that everybody may choose from."""
        return re.sub(r"(?s)<option.*?</option>", "", answer.text)

    def _call(self, actor, model, method, *args, **kwargs):
        """The answer of one RPC call: its result, or the name of the error."""
        self._login(actor)
        return self._send(model, method, *args, **kwargs)

    def _send(self, model, method, *args, **kwargs):
        """The same by whoever is logged in."""
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps({"jsonrpc": "2.0", "params": params}),
            headers={"Content-Type": "application/json"},
        ).json()
        error = answer.get("error", {}).get("data", {}).get("name")
        return answer.get("result"), error

    def assertRefused(self, actor, model, method, *args, **kwargs):
        with self.subTest(actor=actor, model=model, method=method):
            _result, error = self._call(actor, model, method, *args, **kwargs)
            self.assertIn(error, REFUSALS)
