from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .point_common import PointCommon

LOGGER = "odoo.addons.crm_loyalty.models.points.loyalty_point_difference"


@tagged("post_install", "-at_install")
class TestPointDifferences(PointCommon):
    """What is written past the ledger is found and told, never repaired."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = new_test_user(
            cls.env,
            "point_boss",
            "sales_team.group_sale_manager",
            email="b@example.com",
        )
        cls.program.point_responsible_id = cls.boss
        cls._order(quantity=2)
        cls.env.flush_all()
        # whatever else the database holds is not this test's business
        cls.differences = cls.env["loyalty.point.difference"].sudo()

    def _tamper(self, statement):
        self.env.flush_all()
        self.env.cr.execute(statement, [self._card().id])
        self.env.invalidate_all()

    @mute_logger(LOGGER)
    def _reconcile(self):
        return self.differences._reconcile(self._card())

    def test_nothing_to_find(self):
        self.assertFalse(self._reconcile())

    def test_changed_balance_is_found_and_stays(self):
        self._tamper("UPDATE loyalty_card SET points = points + 7 WHERE id = %s")
        found = self._reconcile()
        self.assertRecordValues(
            found, [{"what": "available", "held": 207, "posted": 200, "gone_on": False}]
        )
        self.assertEqual(self._card().points, 207)
        # ordinary movements neither hide nor repair it
        self._order()
        self.assertEqual(self._card().points, 307)
        self.assertFalse(self._reconcile())
        self.assertRecordValues(found, [{"held": 307, "posted": 300, "gone_on": False}])

    def test_changed_pending_balance_is_found(self):
        self._tamper("UPDATE loyalty_card SET pending_points = 5 WHERE id = %s")
        self.assertRecordValues(
            self._reconcile(), [{"what": "pending", "held": 5, "posted": 0}]
        )

    def test_changed_lot_is_found(self):
        self._tamper("UPDATE loyalty_point_lot SET points = 1 WHERE card_id = %s")
        self.assertRecordValues(
            self._reconcile(), [{"what": "lot", "held": 1, "posted": 200}]
        )

    def test_changed_entry_is_found(self):
        self._tamper("UPDATE loyalty_point_entry SET points = 1 WHERE card_id = %s")
        self.assertEqual(set(self._reconcile().mapped("what")), {"available", "lot"})

    def test_responsible_is_told_once(self):
        self._tamper("UPDATE loyalty_card SET points = 0 WHERE id = %s")
        self._reconcile()
        self._reconcile()
        told = (
            self.env["mail.message"]
            .sudo()
            .search([("partner_ids", "=", self.boss.partner_id.id)])
        )
        self.assertEqual(len(told), 1)

    def test_difference_that_went_away_keeps_its_row(self):
        self._tamper("UPDATE loyalty_card SET points = 0 WHERE id = %s")
        found = self._reconcile()
        self._tamper("UPDATE loyalty_card SET points = 200 WHERE id = %s")
        self._reconcile()
        self.assertTrue(found.gone_on)

    @mute_logger(LOGGER)
    def test_nightly_job_looks_at_every_card(self):
        self._order(self.other_customer)
        self._tamper("UPDATE loyalty_card SET points = 1 WHERE id >= %s")
        with self.enter_registry_test_mode():
            self.env.ref("crm_loyalty.cron_reconcile_points").method_direct_trigger()
        found = self.differences.search([("gone_on", "=", False)])
        self.assertLessEqual(
            self._card() | self._card(self.other_customer), found.card_id
        )
