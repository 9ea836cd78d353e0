from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...metrics import engagement
from ..voice_common import VoiceCommon


@tagged("post_install", "-at_install")
class TestSignalWeights(VoiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.weights = cls.env["ecrm.signal.weight"]
        cls.visit, cls.order = (
            cls.weights.search([("source", "=", source)])
            for source in ("visit", "order")
        )
        day = fields.Date.today() - timedelta(days=1)
        for user in (cls.emma, cls.noah):
            cls.env["ecrm.portal.visit"]._note(user.partner_id.id, cls.company.id, day)

    def _engagement(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["ecrm.engagement"].search(
            [("partner_id", "=", self.harbour.id)]
        )

    def test_every_source_that_counts_has_its_weight_as_usual(self):
        self.assertEqual(self.weights._weights(), engagement.WEIGHTS)
        self.assertEqual(
            set(self.weights.search([]).mapped("source")), set(engagement.WEIGHTS)
        )
        known = {source for source, _label in self.env["ecrm.signal"]._select_source()}
        self.assertEqual(
            known - set(engagement.WEIGHTS), {"answer", "outgoing", "program"}
        )

    def test_every_weight_says_why_and_that_it_is_a_judgement(self):
        for weight in self.weights.search([]):
            self.assertTrue(weight.usual_reason, weight.source)
        view = self.weights.with_user(self.manager).get_view(view_type="form")
        self.assertIn("no estimate", view["arch"])

    def test_figure_and_reasons_follow_the_manager_weights(self):
        measured = self.env["ecrm.signal"]._sources()
        before = engagement.score({"visit": 2}, measured)
        self.assertAlmostEqual(self._engagement().score, before, 4)
        self.visit.with_user(self.manager).write({"most": 50, "enough": 2})
        own = self.weights._weights()
        self.assertEqual(own["visit"], (50, 2))
        after = engagement.score({"visit": 2}, measured, own)
        one = self._engagement()
        self.assertAlmostEqual(one.score, after, 4)
        self.assertGreater(after, before)
        self.assertIn(f"(+{after:.0f}, 100 %)", one.reasons)
        self.assertIn("every second week", self.visit.usual_reason)
        self.visit.with_user(self.manager).action_reset()
        self.assertAlmostEqual(self._engagement().score, before, 4)

    def test_where_nothing_may_add_everybody_has_nothing(self):
        self.weights.search([("most", ">", 0)]).most = 0
        self.assertEqual(self._engagement().score, 0)

    def test_weights_keep_to_their_limits(self):
        for values in ({"most": 101}, {"most": -101}, {"enough": 1001}):
            with self.assertRaises(ValidationError):
                self.visit.write(values)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.cr.savepoint(),
        ):
            self.visit.enough = 0
            self.visit.flush_recordset()

    def test_nobody_below_the_manager_weighs_and_nobody_adds_a_source(self):
        for user in (self.agent, self.leader):
            with self.assertRaises(AccessError):
                self.visit.with_user(user).write({"most": 1})
            with self.assertRaises(AccessError):
                self.visit.with_user(user).action_reset()
        with self.assertRaises(AccessError):
            self.visit.with_user(self.manager).write({"source": "answer"})
        with self.assertRaises(AccessError):
            self.weights.with_user(self.manager).create(
                {"source": "answer", "most": 1, "enough": 1}
            )
        with self.assertRaises(AccessError):
            self.visit.with_user(self.manager).unlink()
