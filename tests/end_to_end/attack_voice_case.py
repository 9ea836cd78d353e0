"""Who may do what with cases of customers, and a record of each model."""

# a sales manager is one of ours too
BOSS = {"agent": "r", "voice manager": "rwcd", "manager": "rwcd"}
SEEN = {"agent": "r", "voice manager": "r", "manager": "r"}
# of all companies: a manager elsewhere sets them up as well
SHARED = {**BOSS, "stranger": "rwcd"}
MANAGERS = {"voice manager", "manager"}
VOICE = {"agent", *MANAGERS}
RIGHTS = {
    "ecrm.case": {**BOSS, "agent": "rwc"},
    "ecrm.case.category": SHARED,
    "ecrm.case.cause": SHARED,
    "ecrm.case.clock": SEEN,
    "ecrm.case.episode": SEEN,
    "ecrm.case.event": SEEN,
    "ecrm.case.shared.answer": SEEN,
    "ecrm.complaint.rate": SEEN,
    "ecrm.mail": dict.fromkeys(MANAGERS, "rwd"),
    "ecrm.reply": SHARED,
    "ecrm.resolution": SEEN,
    "ecrm.sender": {},
    "ecrm.team": BOSS,
    "ecrm.team.member": BOSS,
    "ecrm.team.promise": BOSS,
}
WIZARDS = {"ecrm.case.answer": VOICE}
METHODS = {
    ("ecrm.case", "action_answer"): VOICE,
    ("ecrm.case", "action_answer_children"): VOICE,
    ("ecrm.case", "action_close"): VOICE,
    ("ecrm.case", "action_mark_read"): VOICE,
    ("ecrm.case", "action_merge"): MANAGERS,
    ("ecrm.case", "action_merge_similar"): MANAGERS,
    ("ecrm.case", "action_not_similar"): VOICE,
    ("ecrm.case", "action_reopen"): VOICE,
    ("ecrm.case", "action_resume"): VOICE,
    ("ecrm.case", "action_solve"): VOICE,
    ("ecrm.case", "action_take"): VOICE,
    ("ecrm.case", "action_trust_sender"): VOICE,
    ("ecrm.case", "action_wait"): VOICE,
    # each one's own wizard
    ("ecrm.case.answer", "action_send"): set(),
    ("ecrm.case.clock", "action_open_case"): VOICE,
    ("ecrm.complaint.rate", "action_open_cases"): VOICE,
    ("ecrm.mail", "action_try_again"): MANAGERS,
    ("ecrm.resolution", "action_open_case"): VOICE,
    ("ecrm.team", "action_open_cases"): VOICE,
    # by Odoo's own rights on contacts; which cases they see is asked in their list
    ("res.partner", "action_open_ecrm_cases"): VOICE,
}
ROUTES = {
    "CasePortal.portal_case",
    "CasePortal.portal_case_deed",
    "CasePortal.portal_case_file",
    "CasePortal.portal_case_new",
    "CasePortal.voice_case",
    "CasePortal.voice_case_deed",
    "CasePortal.voice_case_file",
    "CasePortal.voice_complain",
    "CasePortal.voice_thanks",
}


class AttackVoiceCaseRecords:
    """Mixed into a test case whose `partner` is a customer."""

    @classmethod
    def _voice_case_records(cls, company):
        env = cls.env
        team = env["ecrm.team"].create(
            {
                "name": "Attacked",
                "company_id": company.id,
                "leader_id": env.ref("base.user_admin").id,
                "member_ids": [(0, 0, {"user_id": env.ref("base.user_admin").id})],
                "assigns": False,
            }
        )
        case = env["ecrm.case"]._receive(
            {
                "name": "Attacked",
                "description": "Attacked",
                "kind": "complaint",
                "team_id": team.id,
                "product_id": cls._product().id,
            },
            by=cls.partner,
            medium="portal",
        )
        answer = env["ecrm.case.answer"].create({"case_id": case.id, "text": "x"})
        mail = env["ecrm.mail"]._keep(b"Subject: x\r\n\r\nx", team=team, reason="x")
        env.flush_all()
        rate = env["ecrm.complaint.rate"].search([("company_id", "=", company.id)])
        return {
            "ecrm.case": case.with_env(env),
            "ecrm.case.answer": answer,
            "ecrm.case.category": env["ecrm.case.category"].create({"name": "A"}),
            "ecrm.case.cause": env["ecrm.case.cause"].create({"name": "A"}),
            "ecrm.case.clock": case.clock_ids[:1].with_env(env),
            "ecrm.case.episode": case.episode_id.with_env(env),
            "ecrm.case.event": case.event_ids[:1].with_env(env),
            "ecrm.case.shared.answer": env["ecrm.case.shared.answer"].create(
                {
                    "case_id": case.id,
                    "message_id": case.message_ids[:1].id,
                    "user_id": env.uid,
                    "then": "open",
                    "said_on": case.opened_on,
                }
            ),
            "ecrm.complaint.rate": rate[:1],
            "ecrm.mail": mail,
            "ecrm.reply": env["ecrm.reply"].create({"name": "A", "text": "a"}),
            "ecrm.resolution": env["ecrm.resolution"].browse(case.episode_id.id),
            "ecrm.sender": env["ecrm.sender"].create({"email": "a@b.example"}),
            "ecrm.team": team,
            "ecrm.team.member": team.member_ids,
            "ecrm.team.promise": team.promise_ids[:1],
        }
