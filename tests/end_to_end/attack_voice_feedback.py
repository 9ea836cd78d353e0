"""Who may do what with the models of feedback, and a record of each."""

from odoo import fields
from odoo.fields import Command

SEEN = {"agent": "r", "voice manager": "r", "manager": "r"}
LED = {"voice manager": "r", "manager": "r"}
SET_UP = {"agent": "r", "voice manager": "rwcd", "manager": "rwcd"}
# of all companies: whoever manages elsewhere manages the list too
SHARED = {**SET_UP, "stranger": "rwcd"}
RIGHTS = {
    "ecrm.coverage": SEEN,
    "ecrm.departure": {**SET_UP, "agent": "rwc"},
    "ecrm.dimension": SHARED,
    "ecrm.driver": SEEN,
    "ecrm.feedback": SEEN,
    "ecrm.feedback.answer": SEEN,
    "ecrm.feedback.mark": SEEN,
    "ecrm.invitation": LED,
    "ecrm.loop": LED,
    "ecrm.return": LED,
    "ecrm.satisfaction": LED,
    "ecrm.touchpoint": SET_UP,
    "ecrm.touchpoint.reason": SET_UP,
}
READERS = {"agent", "voice manager", "manager"}
WIZARDS = {"ecrm.departure.note": READERS}
LEADERS = {"voice manager", "manager"}
METHODS = {
    ("ecrm.coverage", "action_open_feedback"): READERS,
    ("ecrm.departure", "action_open_feedback"): READERS,
    ("ecrm.departure", "action_record"): READERS,
    # each one's own wizard
    ("ecrm.departure.note", "action_note"): set(),
    ("ecrm.driver", "action_open_feedback"): READERS,
    ("ecrm.feedback", "action_open_follow_up"): READERS,
    ("ecrm.feedback", "action_open_source"): READERS,
    ("ecrm.feedback.mark", "action_open_feedback"): READERS,
    ("ecrm.loop", "action_open_feedback"): LEADERS,
    ("ecrm.return", "action_open_move"): LEADERS,
    ("ecrm.satisfaction", "action_open_feedback"): LEADERS,
    ("ecrm.touchpoint", "action_open_feedback"): READERS,
    ("ecrm.touchpoint", "action_open_invitations"): READERS,
    ("ecrm.touchpoint", "action_pause"): LEADERS,
    ("ecrm.touchpoint", "action_refresh_drivers"): READERS,
    ("ecrm.touchpoint", "action_start"): LEADERS,
}
ROUTES = {
    "PortalFeedback.feedback_answer",
    "PortalFeedback.feedback_begin",
    "PortalFeedback.feedback_page",
    "PortalFeedback.feedback_renew",
    "PortalFeedback.feedback_stop",
    "PortalFeedback.portal_voice_feedback",
    "PortalFeedback.portal_voice_feedback_answer",
}


class AttackVoiceFeedbackRecords:
    """Mixed into a test case that has a customer as `partner`."""

    @classmethod
    def _voice_feedback_records(cls, company):
        env = cls.env
        now = fields.Datetime.now()
        dimension = env["ecrm.dimension"].create({"name": "Attacked"})
        touchpoint = env["ecrm.touchpoint"].create(
            {
                "name": "Attacked",
                "company_id": company.id,
                "low_score": 2,
                "dimension_ids": [Command.set(dimension.ids)],
                "reason_ids": [Command.create({"name": "Attacked"})],
            }
        )
        feedback = env["ecrm.feedback"].create(
            {
                "name": "Attacked",
                "touchpoint_id": touchpoint.id,
                "metric": "csat",
                "company_id": company.id,
                "partner_id": cls.partner.id,
                "res_model": "res.partner",
                "res_id": cls.partner.id,
                "asked_on": now,
                "valid_until": now,
            }
        )
        mark = {"dimension_id": dimension.id, "score": 1}
        feedback._accept(
            {
                "score": 1,
                "medium": "link",
                "mark_ids": [Command.create(mark)],
                "reason_ids": [Command.set(touchpoint.reason_ids.ids)],
            }
        )
        invitation = env["ecrm.invitation"].create(
            {
                "touchpoint_id": touchpoint.id,
                "res_model": "res.partner",
                "res_id": cls.partner.id,
                "partner_id": cls.partner.id,
                "event_on": now,
                "state": "asked",
                "feedback_id": feedback.id,
            }
        )
        driver = env["ecrm.driver"].create(
            {"touchpoint_id": touchpoint.id, "dimension_id": dimension.id}
        )
        move = env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": cls.partner.id,
                "company_id": company.id,
                "invoice_date": "2024-01-01",
                "invoice_line_ids": [
                    Command.create({"product_id": cls._product().id, "price_unit": 1})
                ],
            }
        )
        move.action_post()
        env.flush_all()
        ours = [("touchpoint_id", "=", touchpoint.id)]
        return {
            "ecrm.departure": env["ecrm.departure"].create(
                {"partner_id": cls.partner.id, "company_id": company.id}
            ),
            "ecrm.departure.note": env["ecrm.departure.note"].create({}),
            "ecrm.dimension": dimension,
            "ecrm.touchpoint": touchpoint,
            "ecrm.touchpoint.reason": touchpoint.reason_ids,
            "ecrm.feedback": feedback,
            "ecrm.feedback.answer": feedback.answer_id,
            "ecrm.feedback.mark": feedback.mark_ids,
            "ecrm.invitation": invitation,
            "ecrm.driver": driver,
            "ecrm.coverage": env["ecrm.coverage"].search(ours),
            "ecrm.loop": env["ecrm.loop"].search(ours),
            "ecrm.satisfaction": env["ecrm.satisfaction"].search(ours),
            "ecrm.return": env["ecrm.return"].search(
                [("move_id", "=", move.id)], limit=1
            ),
        }
