from datetime import datetime

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .deal_common import DealCommon


@tagged("post_install", "-at_install")
class TestChannelDigest(DealCommon):
    """The figures that the digest mail tells of a period."""

    def _figure(self, what, start, end, user=None):
        digest = self.env["digest.digest"].create(
            {"name": "Channel", "company_id": self.company.id}
        )
        period = digest.with_context(start_datetime=start, end_datetime=end)
        return period.with_user(user or self.manager)[f"kpi_channel_{what}_value"]

    def test_deals_count_in_the_period_of_their_submission(self):
        day, noon, next_day = (
            datetime(2027, 3, 1),
            datetime(2027, 3, 1, 12),
            datetime(2027, 3, 2),
        )
        before = self._figure("deals", day, next_day)
        self._submit(self.x)
        self._submit(self.y, "Another")
        self.assertEqual(self._figure("deals", day, next_day), before + 2)
        self.assertEqual(self._figure("deals", noon, next_day), before + 2)
        self.assertEqual(self._figure("deals", day, noon), before)

    def test_who_sees_no_deals_gets_no_figure(self):
        day, next_day = datetime(2027, 3, 1), datetime(2027, 3, 2)
        for what in ("leads", "deals", "conflicts", "sellout"):
            self.assertGreaterEqual(self._figure(what, day, next_day), 0)
        with self.assertRaises(AccessError):
            self._figure("deals", day, next_day, self.seller)

    def test_figures_lead_to_their_lists(self):
        links = self.env["digest.digest"]._compute_kpis_actions(
            self.company, self.manager
        )
        for what in ("leads", "deals", "conflicts", "sellout"):
            action, _sign, menu = links[f"kpi_channel_{what}"].partition("?menu_id=")
            self.assertTrue(self.env.ref(action))
            self.assertEqual(
                int(menu), self.env.ref("crm_distribution.menu_channel").id
            )
