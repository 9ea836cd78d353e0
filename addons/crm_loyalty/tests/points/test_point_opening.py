from pathlib import Path
from runpy import run_path

from odoo.tests import tagged

from .point_common import PointCommon

MIGRATIONS = Path(__file__).parents[2] / "migrations"


@tagged("post_install", "-at_install")
class TestPointOpening(PointCommon):
    """What an update makes of programs, cards and notices."""

    def _migrate(self, script):
        self.env.flush_all()
        run_path(str(MIGRATIONS / script))["migrate"](self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def test_an_update_leaves_coupons_to_odoo_and_brings_their_quoted_cards_back(self):
        self._order()
        quoted = self._quote(self.other_customer).coupon_point_ids.coupon_id
        coupons = self._make_program(
            name="Coupons", program_type="coupons", point_valid_days=30
        )
        coupon = self.env["loyalty.card"].create(
            {"program_id": coupons.id, "points": 100}
        )
        never = self._make_program(name="Never used")
        waiting = self._quote().coupon_point_ids.coupon_id.filtered(
            lambda card: card.program_id == never
        )
        self.assertTrue(waiting.provisional)
        self.env.cr.execute(
            "UPDATE loyalty_program SET keep_ledger = FALSE WHERE id = %s", [never.id]
        )
        self.env.invalidate_all()
        last_day = coupon.lot_ids.expires_on
        for _time in range(2):
            self._migrate("19.0.2.1.0/post-leave-programs-to-odoo.py")
            self.assertTrue(self.program.keep_ledger)
            self.assertFalse(coupons.keep_ledger or never.keep_ledger)
            self.assertEqual((coupon.points, coupon.expiration_date), (100, last_day))
            self.assertFalse(coupon.lot_ids.expires_on)
            self.assertTrue(quoted.provisional)
            self.assertEqual((waiting.provisional, waiting.active), (False, True))
        self.assertEqual(self._card().points, 100)
        self.assertWhole()

    def test_a_notice_that_was_rewritten_stays(self):
        template = self.env.ref("crm_loyalty.mail_template_points_expire").sudo()
        script = "19.0.1.2.0/post-say-which-points-expire.py"
        old = "<p>Your points expire soon.</p>"
        template.body_html = old
        self._migrate(script)
        self.assertEqual(template.body_html, old)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_template SET write_uid = 1 WHERE id = %s", [template.id]
        )
        self.env.invalidate_all()
        self._migrate(script)
        self.assertIn("expiring_display", template.body_html)
