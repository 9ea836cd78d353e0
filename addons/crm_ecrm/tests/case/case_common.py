from datetime import datetime
from zoneinfo import ZoneInfo

from odoo.fields import Command, Datetime
from odoo.tests import TransactionCase, new_test_user

BERLIN = "Europe/Berlin"


def utc(text, zone=BERLIN):
    """A moment on the wall clock of a place, as the database keeps it."""
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


class CaseCommon(TransactionCase):
    """A team in Berlin, Monday to Friday from 9 to 17; a customer with a colleague."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        cls.company = cls.env.company
        cls.company.partner_id.tz = BERLIN
        agent = "crm_ecrm.group_voice_agent"
        cls.agent = new_test_user(cls.env, "agent", agent, email="agent@us.example")
        cls.other = new_test_user(cls.env, "other", agent, email="other@us.example")
        leader = "crm_ecrm.group_voice_leader"
        cls.leader = new_test_user(cls.env, "leader", leader, email="lead@us.example")
        cls.calendar = cls._hours((9, 17))
        cls.team = cls._team()
        cls.firm = cls.env["res.partner"].create(
            {"name": "Steel Works", "is_company": True, "email": "hello@steel.example"}
        )
        cls.customer, cls.colleague = cls.env["res.partner"].create(
            [
                {"name": "Ada", "email": "ada@steel.example", "parent_id": cls.firm.id},
                {"name": "Bob", "email": "bob@steel.example", "parent_id": cls.firm.id},
            ]
        )
        cls.stranger = cls.env["res.partner"].create(
            {"name": "Eve", "email": "eve@elsewhere.example"}
        )

    @classmethod
    def _hours(cls, *spans, days="01234", zone=BERLIN):
        return cls.env["resource.calendar"].create(
            {
                "name": "Hours",
                "tz": zone,
                "company_id": cls.company.id,
                "attendance_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "name": "Work",
                            "dayofweek": day,
                            "hour_from": start,
                            "hour_to": end,
                            "day_period": "morning",
                        }
                    )
                    for day in days
                    for start, end in spans
                ],
            }
        )

    @classmethod
    def _open_mailbox(cls):
        """The team receives what is written to service@us.test."""
        domain = cls.env["mail.alias.domain"].create({"name": "us.test"})
        cls.company.alias_domain_id = domain
        cls.team.write({"alias_name": "service", "alias_domain_id": domain.id})
        return domain

    @classmethod
    def _team(cls, promise=(1, 2, 8), **values):
        names = ("first_hours", "next_hours", "solution_hours")
        return cls.env["ecrm.team"].create(
            {
                "name": "Support",
                "sequence": -1,
                "leader_id": cls.leader.id,
                "calendar_id": cls.calendar.id,
                "assigns": False,
                "promise_ids": [
                    Command.create(
                        {"severity": severity, **dict(zip(names, promise, strict=True))}
                    )
                    for severity in ("low", "normal", "serious")
                ],
                "member_ids": [
                    Command.create({"user_id": user.id})
                    for user in (cls.agent, cls.other)
                ],
                **values,
            }
        )

    def _receive(self, by=None, medium="portal", **values):
        values = {
            "name": "Pump leaks",
            "description": "It leaks since Monday.",
            "kind": "complaint",
            "team_id": self.team.id,
            **values,
        }
        by = self.customer if by is None else by
        return self.env["ecrm.case"]._receive(values, by=by, medium=medium)

    def _clock(self, case, kind, episode=None):
        rows = case.clock_ids.filtered(
            lambda row: row.episode_id == (episode or case.episode_id)
        )
        return rows.filtered(lambda row: row.kind == kind)[-1:]

    def _watch(self):
        """What the job does, in this transaction."""
        cases = self.env["ecrm.case"]
        cases.search(cases._stale_clock_domain())._refresh_clocks()
        clocks = self.env["ecrm.case.clock"]
        clocks.search([("next_on", "<", Datetime.now())])._watch()

    def _mails(self, address):
        return self.env["mail.mail"].search([("email_to", "ilike", address)])
