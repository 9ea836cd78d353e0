from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .policy_common import DAY, PolicyCommon

READ, WRITE, CREATE, UNLINK = "read", "write", "create", "unlink"
ALL = {READ, WRITE, CREATE, UNLINK}
RIGHTS = {
    "distribution.policy": {"user": {READ}, "manager": ALL},
    "distribution.criterion": {"user": {READ}, "manager": ALL},
    "distribution.agreement": {"user": {READ}, "manager": ALL},
    "distribution.agreement.term": {"user": {READ}, "manager": ALL},
    "distribution.admission": {"user": {READ, WRITE, CREATE}, "manager": ALL},
    "distribution.admission.line": {"user": {READ, WRITE}, "manager": {READ, WRITE}},
    "distribution.agreement.start": {"manager": ALL},
    "distribution.policy.propose": {"manager": ALL},
    "distribution.policy.what.if": {"manager": ALL},
    "distribution.policy.what.if.goal": {"manager": ALL},
    "distribution.policy.what.if.line": {"manager": ALL},
}


@tagged("post_install", "-at_install")
class TestPolicyRights(PolicyCommon):
    """Managers set policies and agree; channel users see it; nobody else does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.actors = {
            "portal": new_test_user(cls.env, "channel_portal", "base.group_portal"),
            "internal": new_test_user(cls.env, "channel_clerk", "base.group_user"),
            "seller": new_test_user(
                cls.env, "channel_seller", "sales_team.group_sale_salesman"
            ),
            "user": cls.user,
            "manager": cls.manager,
        }

    def test_who_may_do_what(self):
        for model, rights in RIGHTS.items():
            for name, actor in self.actors.items():
                records = self.env[model].with_user(actor)
                allowed = {way for way in ALL if records.has_access(way)}
                self.assertEqual(allowed, rights.get(name, set()), (model, name))

    def test_others_press_no_button(self):
        policy = self._policy()
        agreement = self._agreement(self.a)
        draft = self._draft(self.b)
        admission = self.env["distribution.admission"].create(
            {"partner_id": self.a.id, "policy_id": policy.id, "reason": "x"}
        )
        buttons = {
            policy: ("activate", "end", "what_if"),
            agreement: ("suspend", "end", "renew"),
            draft: ("activate",),
            admission: ("admit", "refuse", "reopen"),
        }
        for name in ("portal", "internal", "seller", "user"):
            for record, actions in buttons.items():
                theirs = record.with_user(self.actors[name])
                for action in actions:
                    with self.assertRaises(AccessError, msg=(name, action)):
                        getattr(theirs, f"action_{action}")()
        for name in ("portal", "internal", "seller"):
            for action in ("open_agreements", "open_admissions"):
                with self.assertRaises(AccessError):
                    getattr(policy.with_user(self.actors[name]), f"action_{action}")()

    def test_a_manager_of_another_company_learns_nothing(self):
        policy, agreement = self._policy(), self._agreement(self.a)
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "channel_stranger",
            "crm_distribution.group_channel_manager",
            company_id=other.id,
            company_ids=other.ids,
        )
        for record in (policy, agreement):
            theirs = record.with_user(stranger)
            self.assertFalse(theirs.search([("id", "in", record.ids)]))
            with self.assertRaises(AccessError):
                theirs.read(["display_name"])
        wizard = self.env["distribution.policy.what.if"].with_user(stranger)
        values = {"policy_id": policy.id, "kind": "intensive", "date_from": DAY}
        for sent in ({"policy_id": policy.id}, values):
            with self.assertRaises(AccessError):
                wizard.create(sent)

    def test_who_names_another_company_in_a_form_is_told_nothing(self):
        """Nobody creates records there, but forms compute with what is typed."""
        other = self.env["res.company"].create({"name": "Other"})
        criterion = self.env["distribution.criterion"].create(
            {"name": "Showroom", "company_id": False}
        )
        self.policies.create(
            {
                "name": "Secret",
                "company_id": other.id,
                "kind": "exclusive",
                "date_from": DAY,
                "criterion_ids": criterion.ids,
            }
        ).action_activate()
        self.agreements.create(
            {
                "partner_id": self.a.id,
                "company_id": other.id,
                "exclusive": True,
                "date_from": DAY,
                "state": "active",
            }
        )
        self._commit()
        typed = {"company_id": other.id, "date_from": DAY}
        agreement = self.agreements.with_user(self.manager).new(
            {**typed, "partner_id": self.b.id, "exclusive": True}
        )
        policy = self.policies.with_user(self.manager).new(
            {**typed, "name": "Mine", "kind": "intensive"}
        )
        start = self.env["distribution.agreement.start"].with_user(self.manager)
        wizard = start.new({**typed, "partner_id": self.b.id, "step": "check"})
        self.assertFalse(agreement.decision)
        self.assertFalse(agreement.overlap_warning)
        self.assertFalse(policy.change_warning)
        self.assertFalse(wizard.decision)
        self.assertFalse(wizard.overlap_warning)
        self.assertFalse(wizard.admission)

    def test_agreements_of_a_contact_are_not_everybodys(self):
        self._agreement(self.a)
        with self.assertRaises(AccessError):
            self.a.with_user(self.actors["seller"]).read(["distribution_agreement_ids"])
