from odoo.tests import HttpCase, new_test_user, tagged

from .policy_common import PolicyCommon


@tagged("post_install", "-at_install")
class TestPolicyTours(PolicyCommon, HttpCase):
    """A manager sets a policy and makes the first agreement, in a browser."""

    def test_a_manager_sets_a_policy_and_agrees(self):
        # nothing of a demo decides or stands in the way
        self.policies.search([])._as_system().write({"state": "ended"})
        self.agreements.search([])._as_system().write({"state": "ended"})
        group = "crm_distribution.group_channel_manager"
        new_test_user(self.env, "channel_boss_tours", group)
        login = "channel_boss_tours"
        self.start_tour(
            "/odoo/channel-policies", "crm_distribution_policy", login=login
        )
        policy = self.policies.search([("state", "=", "active")])
        self.assertRecordValues(
            policy, [{"kind": "exclusive", "capacity": 1, "goods_kind": "specialty"}]
        )
        self.start_tour(
            "/odoo/channel-agreements", "crm_distribution_agreement", login=login
        )
        agreement = self.agreements.search([("state", "=", "suspended")])
        self.assertRecordValues(
            agreement, [{"partner_id": self.a.id, "exclusive": True}]
        )
