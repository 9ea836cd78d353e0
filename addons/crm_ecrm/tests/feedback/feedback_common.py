from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

# a Monday
NOW = datetime(2027, 3, 1, 10, 0)


class FeedbackCommon(TransactionCase):
    """A company that asks after orders, two agents, and customers to add."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={**cls.env.context, "tracking_disable": True, "lang": "en_US"}
        )
        cls.company = cls.env.company
        cls.company.partner_id.tz = "UTC"
        cls.company.ecrm_quarantine_days = 30
        cls.touchpoints = cls.env["ecrm.touchpoint"]
        cls.touchpoints.search([])._as_system().write({"state": "paused"})
        cls.feedback = cls.env["ecrm.feedback"]
        cls.invitations = cls.env["ecrm.invitation"]
        group = "crm_ecrm.group_voice_agent"
        cls.agent, cls.other_agent = (
            new_test_user(cls.env, login, group, password=login * 3)
            for login in ("voice_ava", "voice_bita")
        )
        cls.team = cls.env["ecrm.team"].create(
            {"name": "Support", "sequence": -1, "assigns": False}
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Pump", "type": "consu", "list_price": 10}
        )
        cls.customer = cls._make_customer("Kaveh")

    @classmethod
    def _make_customer(cls, name, **values):
        return cls.env["res.partner"].create(
            {"name": name, "email": f"{name.lower()}@example.com", **values}
        )

    @classmethod
    def _make_touchpoint(cls, started=None, **values):
        touchpoint = cls.touchpoints.create(
            {
                "name": "How was it?",
                "trigger": "order",
                "metric": "csat",
                "delay_hours": 0,
                "window_start": 0,
                "window_end": 24,
                "on_weekends": True,
                **values,
            }
        )
        touchpoint.action_start()
        if started:
            touchpoint._as_system().started_on = started
        return touchpoint

    @classmethod
    def _order(cls, partner=None, agent=None, at=None, **values):
        partner = partner or cls.customer
        return cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "user_id": (agent or cls.agent).id,
                "company_id": cls.company.id,
                "state": "sale",
                "date_order": at or fields.Datetime.now(),
                "order_line": [
                    Command.create({"product_id": cls.product.id, "price_unit": 10})
                ],
                **values,
            }
        )

    @classmethod
    def _asked(cls, touchpoint, partner=None, agent=None, **values):
        """Feedback that waits for its answer, as the job makes it."""
        now = fields.Datetime.now()
        return cls.feedback.create(
            {
                "name": touchpoint.name,
                "touchpoint_id": touchpoint.id,
                "metric": touchpoint.metric,
                "company_id": cls.company.id,
                "partner_id": (partner or cls.customer).id,
                "agent_id": (agent or cls.agent).id,
                "asked_on": now,
                "valid_until": now + timedelta(days=30),
                **values,
            }
        )

    def _run_job(self, at=None):
        """What the scheduler does every quarter of an hour."""
        self.env.flush_all()
        with self.enter_registry_test_mode(), freeze_time(at or fields.Datetime.now()):
            self.env.ref("crm_ecrm.cron_ask_customers").method_direct_trigger()
        self.env.invalidate_all()

    def _mails_to(self, partner):
        return self.env["mail.mail"].search([("email_to", "ilike", partner.email)])
