from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize

from odoo.addons.crm_suite.tools.work import work_through

from .ecrm_feedback import PURPOSE

REASONS = [
    ("merged", "Merged Into Another"),
    ("withdrawn", "No Longer Holds"),
    ("nobody", "Nobody Named"),
    ("staff", "Own Staff"),
    ("no_address", "No E-mail Address"),
    ("not_allowed", "Wants No Surveys, or Complains"),
    ("quarantine", "Asked Not Long Ago"),
    ("paused", "Touchpoint Was Paused"),
]
# quiet hours end within a day; what holds for a day is no quiet hour
PATIENCE = timedelta(hours=24)
TRY_AGAIN = timedelta(hours=1)


class EcrmInvitation(models.Model):
    """An event that a touchpoint asks about, and what became of asking.

    Every event has one, those that nobody was asked about with the reason: so it shows
    whom the figures leave out, and nobody can choose.
    """

    _name = "ecrm.invitation"
    _description = "Invitation to Give Feedback"
    _inherit = ["suite.company.mixin"]
    _order = "event_on desc, id desc"
    _rec_name = "touchpoint_id"

    touchpoint_id = fields.Many2one(
        "ecrm.touchpoint", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="touchpoint_id.company_id", store=True, index=True
    )
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Record", model_field="res_model", required=True, readonly=True
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, index="btree_not_null"
    )
    agent_id = fields.Many2one("res.users", readonly=True, index=True)
    event_on = fields.Datetime("Happened", readonly=True)
    ask_on = fields.Datetime("To Be Asked", readonly=True)
    refused_on = fields.Datetime("First Refused", readonly=True)
    state = fields.Selection(
        [("planned", "Planned"), ("asked", "Asked"), ("left_out", "Left Out")],
        required=True,
        readonly=True,
        default="planned",
    )
    reason = fields.Selection(REASONS, "Left Out Because", readonly=True)
    feedback_id = fields.Many2one(
        "ecrm.feedback", readonly=True, ondelete="set null", index="btree_not_null"
    )

    _event_uniq = models.UniqueIndex(
        "(touchpoint_id, res_model, res_id)", "An event is asked about once."
    )
    _planned_idx = models.Index("(ask_on) WHERE state = 'planned'")

    @api.model
    def _cron_ask(self):
        """Note what happened, ask when it is time, remind once."""
        touchpoints = self.env["ecrm.touchpoint"].search([("state", "=", "running")])
        for touchpoint in touchpoints.filtered(lambda one: one._source()):
            events = self.env[touchpoint._source().model]
            work_through(
                events.with_context(active_test=False),
                touchpoint._new_event_domain,
                touchpoint._invite,
                batch=100,
            )
        work_through(self, self._due_domain, lambda due: due._ask(), batch=50)
        feedback = self.env["ecrm.feedback"]
        work_through(feedback, feedback._unreminded_domain, lambda one: one._remind())

    @api.model
    def _due_domain(self) -> Domain:
        return (
            Domain("state", "=", "planned")
            & Domain("touchpoint_id.state", "=", "running")
            & Domain("ask_on", "<=", fields.Datetime.now())
        )

    def _ask(self) -> None:
        """Ask those of them who may be asked, each person once."""
        due = self.sorted(lambda one: (one.ask_on, one.id))
        due = due._leave_out_gone()
        due = due._leave_out("nobody", due.filtered(lambda one: not one.partner_id))
        staff = due.filtered(lambda one: not one.partner_id.partner_share)
        due = due._leave_out("staff", staff)
        missing = due.filtered(lambda one: not one._address())
        due = due._leave_out("no_address", missing)
        allowed = due.partner_id._may_contact("email", PURPOSE)
        refused = due.filtered(lambda one: one.partner_id not in allowed)
        due = due._leave_out("not_allowed", refused._still_refused()) - refused
        for ours in due.grouped("company_id").values():
            due = due._leave_out("quarantine", ours._in_quarantine())
        due = due._wait_for_window()
        for one in due:
            one.write({"state": "asked", "feedback_id": one._open_feedback().id})
        due.feedback_id._send("crm_ecrm.mail_template_ask")

    def _leave_out(self, reason: str, whom):
        """These without those who are left out."""
        if whom:
            whom.write({"state": "left_out", "reason": reason})
        return self - whom

    def _leave_out_gone(self):
        """An order that was cancelled, a case that was reopened: nothing to ask."""
        due = self
        for touchpoint, ours in self.grouped("touchpoint_id").items():
            source = touchpoint._source()
            events = self.env[source.model].with_context(active_test=False)
            held = events.search(
                Domain("id", "in", ours.mapped("res_id")) & Domain(list(source.base))
            )
            held -= touchpoint._overtaken_events(held)
            merged = touchpoint._merged_events(held)
            gone = ours.filtered(lambda one, ids=set(held.ids): one.res_id not in ids)
            due = due._leave_out("withdrawn", gone)
            due = due._leave_out(
                "merged",
                ours.filtered(lambda one, ids=set(merged.ids): one.res_id in ids),
            )
        return due

    def _still_refused(self):
        """Those who may not be asked for a day by now; before, quiet hours may end."""
        now = fields.Datetime.now()
        final = self.browse()
        for one in self:
            one.refused_on = one.refused_on or now
            if one.refused_on + PATIENCE <= now:
                final |= one
            else:
                one.ask_on = one._send_time(now + TRY_AGAIN)
        return final

    def _in_quarantine(self):
        """Those whose person was asked not long ago, or earlier in this very batch."""
        addresses = {one: one._address() for one in self}
        # two at one moment do not see each other's
        self.env["suite.turn"]._take(
            f"ecrm.ask.{address}" for address in addresses.values()
        )
        days = self.company_id.ecrm_quarantine_days
        lately = self._asked_since(
            set(addresses.values()), fields.Datetime.now() - timedelta(days=days)
        )
        kept = self.browse()
        for one in self if days else ():
            if addresses[one] in lately:
                kept |= one
            lately.add(addresses[one])
        return kept

    @api.model
    def _asked_since(self, addresses: set[str], since) -> set[str]:
        """Which of these addresses were asked anything, whoever asked."""
        for name, names in (
            ("ecrm.feedback", ["partner_id", "asked_on"]),
            ("survey.user_input", ["partner_id", "email", "test_entry"]),
            ("rating.rating", ["partner_id"]),
            ("res.partner", ["email_normalized"]),
        ):
            self.env[name].flush_model(names)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.email_normalized
                  FROM ecrm_feedback asked
                  JOIN res_partner partner ON partner.id = asked.partner_id
                 WHERE partner.email_normalized = ANY(%(addresses)s)
                   AND asked.asked_on > %(since)s
                 UNION
                SELECT coalesce(partner.email_normalized, lower(trim(asked.email)))
                  FROM survey_user_input asked
             LEFT JOIN res_partner partner ON partner.id = asked.partner_id
                 WHERE coalesce(partner.email_normalized, lower(trim(asked.email)))
                       = ANY(%(addresses)s)
                   AND asked.create_date > %(since)s
                   AND NOT coalesce(asked.test_entry, FALSE)
                 UNION
                SELECT partner.email_normalized
                  FROM rating_rating asked
                  JOIN res_partner partner ON partner.id = asked.partner_id
                 WHERE partner.email_normalized = ANY(%(addresses)s)
                   AND asked.create_date > %(since)s
                """,
                addresses=sorted(addresses),
                since=since,
            )
        )
        return {address for (address,) in rows}

    def _wait_for_window(self):
        """Those who may be written to at this hour; the others wait for theirs."""
        now = fields.Datetime.now()
        ready = self.browse()
        for one in self:
            moment = one._send_time(now)
            if moment > now:
                one.ask_on = moment
            else:
                ready |= one
        return ready

    def _send_time(self, moment):
        """When it is sent if it is to be sent from a moment on."""
        self.ensure_one()
        return self.touchpoint_id._send_time(self.partner_id, moment)

    def _address(self) -> str:
        return email_normalize(self.partner_id.email) or ""

    def _open_feedback(self):
        """What the person is asked to fill."""
        self.ensure_one()
        touchpoint = self.touchpoint_id.with_context(lang=self.partner_id.lang)
        record = self._source_record()
        now = fields.Datetime.now()
        return self.env["ecrm.feedback"].create(
            {
                "name": f"{touchpoint.name}: {record.display_name}",
                "touchpoint_id": touchpoint.id,
                "metric": touchpoint.metric,
                "company_id": self.company_id.id,
                "partner_id": self.partner_id.id,
                "agent_id": self.agent_id.id,
                "res_model": record._name,
                "res_id": record.id,
                "asked_on": now,
                "valid_until": now + timedelta(days=touchpoint.valid_days),
            }
        )

    def _source_record(self):
        """What the event belongs to, such as an attendee's meeting."""
        self.ensure_one()
        event = self.env[self.res_model].browse(self.res_id)
        sources = self.touchpoint_id._sources().values()
        path = next((one.record for one in sources if one.model == event._name), "")
        return event[path] if path else event
