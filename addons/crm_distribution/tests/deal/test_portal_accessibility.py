from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.crm_suite.tests.accessibility import AccessibilityCase

from .test_channel_tours import ToursCommon


@tagged("post_install", "-at_install")
class TestPortalAccessibility(ToursCommon, AccessibilityCase):
    """Each page of the portal, with and without something on it."""

    def _pages(self):
        offer = self.lead.distribution_route_id
        link = f"/channel/offer/{offer.key}/{offer._link_token(self.ava)}"
        accepted = self._offered("Accepted").distribution_route_id
        accepted._accept(self.user.partner_id)
        accepted._hear(self.user.partner_id, "I call them today")
        accepted._write_to_intermediary("Please do")
        for name in ("Kaveh Steel", "Behin Pump"):
            self._submit(
                self.ava, customer_name=name, customer_email=f"a@{name[:5]}.ir"
            )
        deals = self._deal()
        deals[0]._approve()
        deals[0]._hear(self.user.partner_id, "They decide in May")
        deals[1]._reject("x")
        self._plans()
        self.env.flush_all()
        return [
            "/my/channel/leads",
            f"/my/channel/lead/{offer.key}",
            f"/my/channel/lead/{accepted.key}",
            link,
            "/my/channel/deals",
            "/my/channel/deal/new",
            "/my/channel/prices",
            "/my/channel/targets",
            *(f"/my/channel/deal/{deal.number}" for deal in deals),
        ]

    def _plans(self):
        """One that waits and one that is agreed, and a target beside them."""
        today = self.env.company._today()
        target = {"category_id": self.goods.id, "target": 1000}
        plans = self.env["distribution.joint.plan"].create(
            [
                {
                    "partner_id": self.ava.id,
                    "date_from": today + timedelta(days=days),
                    "note": "We train your people",
                    "line_ids": [Command.create(target)],
                }
                for days in (0, 400)
            ]
        )
        plans.action_propose()
        plans[0]._agree(self.user.partner_id, 1)
        self.env["distribution.target"].create(
            {
                **target,
                "partner_id": self.ava.id,
                "date_from": today,
                "date_to": today,
                "measure": "quantity",
            }
        )

    def _missing(self):
        return [
            "/channel/offer/nothing/1-0",
            "/my/channel/lead/nothing",
            "/my/channel/deal/77",
        ]

    def test_pages_with_data(self):
        pages = self._pages()
        self.assertAccessible(pages, self.login, lang="en-US")
        missing = self._missing()
        self.assertAccessible(missing, self.login, missing=missing, lang="en-US")
        # Odoo's own home around ours
        self.assertAccessible(["/my"], self.login, within=".o_channel_home")

    def test_pages_without_data(self):
        self.lead.action_set_lost()
        self.assertAccessible(
            ["/my/channel/leads", "/my/channel/deals", "/my/channel/targets"],
            self.login,
            lang="en-US",
        )

    def test_pages_from_right_to_left(self):
        self._speak(self.user, "fa_IR")
        self.assertAccessible(self._pages(), self.login, lang="fa-IR")
