"""Who may do what with preferences, ideas, insights, signals; a record of each."""

from odoo import fields

AGENTS = {"agent", "voice manager", "manager"}
LEADERS = {"voice manager", "manager"}
READ = dict.fromkeys(AGENTS, "r")
# of customers that every company shares: sales managers elsewhere see them too
SHARED = {**READ, "stranger": "r"}
WORK = {"agent": "rwc", "voice manager": "rwcd", "manager": "rwcd"}
RIGHTS = {
    "ecrm.consent": SHARED,
    "ecrm.consent.request": dict.fromkeys({*LEADERS, "stranger"}, "r"),
    "ecrm.preference": SHARED,
    "ecrm.entry": READ,
    "ecrm.idea": WORK,
    "ecrm.idea.comment": {"agent": "r", **dict.fromkeys(LEADERS, "rw")},
    "ecrm.idea.news": READ,
    "ecrm.idea.vote": READ,
    "ecrm.insight": WORK,
    "ecrm.insight.evidence": dict.fromkeys(AGENTS, "rwcd"),
    "ecrm.portal.visit": READ,
    "ecrm.signal": READ,
    "ecrm.engagement": READ,
    "ecrm.mailing.reading": dict.fromkeys(LEADERS, "r"),
    # one for all companies: whoever manages elsewhere weighs too
    "ecrm.signal.weight": {"agent": "r", **dict.fromkeys({*LEADERS, "stranger"}, "rw")},
    "ecrm.automatic.mail": {},
}
WIZARDS = {
    "ecrm.consent.note": {*AGENTS},
    "ecrm.idea.answer": {*LEADERS},
    "ecrm.idea.merge": {*LEADERS},
    "ecrm.insight.add": {*AGENTS},
}
METHODS = {
    ("ecrm.entry", "action_open"): {*AGENTS},
    ("ecrm.idea", "action_open_voters"): {*AGENTS},
    ("ecrm.idea", "action_publish"): {*LEADERS},
    ("ecrm.idea", "action_unpublish"): {*LEADERS},
    ("ecrm.idea", "action_unmerge"): {*LEADERS},
    ("ecrm.idea.comment", "action_show"): {*LEADERS},
    ("ecrm.idea.comment", "action_hide"): {*LEADERS},
    ("ecrm.insight", "action_publish"): {*AGENTS},
    ("ecrm.insight", "action_decide"): {*AGENTS},
    ("ecrm.insight", "action_note_result"): {*AGENTS},
    ("ecrm.insight.evidence", "action_open"): {*AGENTS},
    ("ecrm.engagement", "action_open_signals"): {*AGENTS},
    ("ecrm.mailing.reading", "action_open_traces"): {*LEADERS},
    ("ecrm.signal.weight", "action_reset"): {*LEADERS, "stranger"},
    # each one's own wizard
    ("ecrm.consent.note", "action_note"): set(),
    ("ecrm.idea.answer", "action_answer"): set(),
    ("ecrm.idea.merge", "action_merge"): set(),
    ("ecrm.insight.add", "action_add"): set(),
}
ROUTES = {
    "IdeaPortal.portal_idea",
    "IdeaPortal.portal_idea_comment",
    "IdeaPortal.portal_idea_vote",
    "IdeaPortal.portal_ideas",
    "IdeaPortal.portal_new_idea",
    "IdeaPortal.portal_similar_ideas",
    "IdeaPortal.voice_idea",
    "IdeaPortal.voice_idea_vote",
    "VoicePortal.portal_my_figures",
    "VoicePortal.portal_my_preferences",
    "VoicePortal.portal_my_voice",
    "VoicePortal.voice_consent",
    "VoicePortal.voice_preferences",
    "WishPortal.voice_account",
    "WishPortal.voice_wish",
}


class AttackVoiceIdeaRecords:
    """Mixed into a test case that has a `partner`."""

    @classmethod
    def _voice_idea_records(cls, company):
        env, partner = cls.env, cls.partner
        ideas = env["ecrm.idea"]
        idea, other = ideas.create(
            [
                {
                    "name": f"Attacked {n}",
                    "partner_id": partner.id,
                    "company_id": company.id,
                }
                for n in range(2)
            ]
        )
        idea._comment(partner, "Attacked")
        idea._answer("planned", "Attacked")
        insight = env["ecrm.insight"].create(
            {"name": "Attacked", "company_id": company.id}
        )
        insight._add_evidence(idea)
        env["ecrm.portal.visit"]._note(partner.id, company.id, fields.Date.today())
        written = partner.message_post(body="Attacked", message_type="email")
        env["ecrm.automatic.mail"]._note(written.message_id)
        mailing = env["mailing.mailing"].create(
            {
                "subject": "Attacked",
                "mailing_model_id": env["ir.model"]._get_id("res.partner"),
            }
        )
        env["mailing.trace"].create(
            {
                "mass_mailing_id": mailing.id,
                "model": "res.partner",
                "res_id": partner.id,
                "trace_status": "sent",
            }
        )
        requests = env["ecrm.consent.request"]
        partner.email = "attacked@customers.example"
        requests._ask(partner, [("email", "survey")])
        env.flush_all()
        mine = [("partner_id", "=", partner.commercial_partner_id.id)]
        here = [*mine, ("company_id", "=", company.id)]
        return {
            "ecrm.consent": env["ecrm.consent"]._say(
                partner, {("sms", "survey"): True}, "portal"
            ),
            "ecrm.consent.request": requests.search(
                [("partner_id", "=", partner.id)], limit=1
            ),
            "ecrm.preference": env["ecrm.preference"]._of(partner),
            "ecrm.entry": env["ecrm.entry"].search(
                [("res_model", "=", "ecrm.idea"), ("res_id", "=", idea.id)]
            ),
            "ecrm.idea": idea,
            "ecrm.idea.comment": idea.comment_ids,
            "ecrm.idea.news": idea.news_ids,
            "ecrm.idea.vote": idea.vote_ids,
            "ecrm.insight": insight,
            "ecrm.insight.evidence": insight.evidence_ids,
            "ecrm.portal.visit": env["ecrm.portal.visit"].search(
                [("partner_id", "=", partner.id)], limit=1
            ),
            "ecrm.signal": env["ecrm.signal"].search(here, limit=1),
            "ecrm.engagement": env["ecrm.engagement"].search(here, limit=1),
            "ecrm.mailing.reading": env["ecrm.mailing.reading"].search(
                [("mailing_id", "=", mailing.id)]
            ),
            "ecrm.signal.weight": env["ecrm.signal.weight"].search([], limit=1),
            "ecrm.automatic.mail": env["ecrm.automatic.mail"].search(
                [("message_id", "=", written.id)]
            ),
            "ecrm.consent.note": env["ecrm.consent.note"].create(
                {"partner_id": partner.id, "note": "Attacked"}
            ),
            "ecrm.idea.answer": env["ecrm.idea.answer"].create(
                {"idea_id": idea.id, "status": "review"}
            ),
            "ecrm.idea.merge": env["ecrm.idea.merge"].create(
                {"idea_ids": [(6, 0, other.ids)], "target_id": idea.id}
            ),
            "ecrm.insight.add": env["ecrm.insight.add"].create({"name": "Attacked"}),
        }
