from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..voice_common import VoiceCommon


@tagged("post_install", "-at_install")
class TestVoiceDigest(VoiceCommon):
    def test_the_digest_counts_what_customers_said_and_were_told(self):
        now = fields.Datetime.now()
        digest = self.env["digest.digest"].create({"name": "A"})
        digest = digest.with_user(self.leader).with_context(
            start_datetime=now - timedelta(days=1),
            end_datetime=now + timedelta(days=1),
        )
        values = [f"kpi_voice_{what}_value" for what in ("entries", "ideas", "answers")]

        def read():
            digest.invalidate_recordset()
            return [digest[name] for name in values]

        before = read()
        idea = self._idea("An hour")
        idea.with_user(self.leader)._answer("planned")
        self.env.flush_all()
        self.assertEqual([a - b for a, b in zip(read(), before, strict=True)], [1] * 3)

    def test_who_may_not_see_it_has_no_figure(self):
        digest = self.env["digest.digest"].create({"name": "A"})
        with self.assertRaises(AccessError):
            digest.with_user(self.employee).mapped("kpi_voice_ideas_value")
