from unittest.mock import patch

from odoo.tests import new_test_user, tagged

from ...models.value import crm_value_run
from .attribute_common import AttributeCommon

SCORES = [
    "partner_id",
    "alive",
    "expected_purchases",
    "lifetime_value",
    "value_low",
    "value_high",
    "contact_before",
    "value_class",
    "lifecycle",
    "attribute_shift",
    "factors",
]


@tagged("post_install", "-at_install")
class TestValueAttributes(AttributeCommon):
    """A base whose printers leave five times as often as its bakeries."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.crowd = cls._draw_base()

    def _stored(self):
        return self.values.search_read(
            [("company_id", "=", self.company.id)], SCORES, order="partner_id"
        )

    def _by_industry(self, values):
        printers = values.filtered(
            lambda value: value.partner_id.industry_id == self.printers
        )
        return printers, values - printers

    def test_what_drives_leaving_corrects_the_values(self):
        self.company.value_use_attributes = False
        plain_run = self.runs._refresh_now(self.company)
        self.assertEqual(plain_run.attributes["verdict"], "off")
        plain = {row["partner_id"]: row for row in self._stored()}
        self.company.value_use_attributes = True
        run = self.runs._refresh_now(self.company)
        self.assertEqual(run.state, "done", run.error)
        self.assertEqual(run.attributes["verdict"], "adopted")
        self.assertTrue(run.attributes["used"])
        self.assertLess(
            run.attributes["corrected"]["log_loss"],
            run.attributes["plain"]["log_loss"],
        )
        moved = 0
        for row in self._stored():
            before = plain[row["partner_id"]]
            self.assertTrue(0 <= row["alive"] <= 1)
            moved += row["alive"] != before["alive"]
            for name in ("alive", "expected_purchases", "lifetime_value"):
                if row["attribute_shift"] < 0:
                    self.assertLessEqual(row[name], before[name], name)
                else:
                    self.assertGreaterEqual(row[name], before[name], name)
            if row["contact_before"] and before["contact_before"]:
                later = row["contact_before"] > before["contact_before"]
                self.assertTrue(row["attribute_shift"] > 0 or not later)
        self.assertGreater(moved, 100)
        printers, bakeries = self._by_industry(self._all_values())
        self.assertLess(max(printers.mapped("attribute_shift")), 0)
        self.assertGreater(min(bakeries.mapped("attribute_shift")), 0)

    def test_switched_off_the_values_are_the_plain_ones_to_the_bit(self):
        self.company.value_use_attributes = False
        plain = self.runs._refresh_now(self.company)
        before = self._stored()
        self.company.value_use_attributes = True
        self.assertTrue(self.runs._refresh_now(self.company).attributes["used"])
        self.assertNotEqual(self._stored(), before)
        self.company.value_use_attributes = False
        again = self.runs._refresh_now(self.company)
        self.assertEqual(self._stored(), before)
        self.assertEqual(again.estimate, plain.estimate)

    def test_recomputing_changes_nothing_in_batches_of_any_size(self):
        self.runs._refresh_now(self.company)
        before = self._stored()
        with patch.object(crm_value_run, "BATCH_SIZE", 70):
            run = self.runs._refresh_now(self.company)
        self.assertEqual(run.changed_count, 0)
        self.assertEqual(self._stored(), before)
        self.assertTrue(run.attributes["used"])

    def test_trial_waits_for_the_back_test(self):
        first = self.runs._refresh_now(self.company)
        second = self.runs._refresh_now(self.company)
        self.assertEqual(second.backtest_on, first.backtest_on)
        self.assertEqual(second.attributes, first.attributes)

    def test_attributes_that_are_gone_are_tried_anew(self):
        """An add-on that brought a source may be uninstalled."""
        self.runs._refresh_now(self.company)
        left = [
            signal
            for signal in self.runs._signal_sources()
            if signal.name != "industry"
        ]
        run_class = type(self.runs)
        with patch.object(run_class, "_signal_sources", lambda _self: left):
            run = self.runs._refresh_now(self.company)
        self.assertEqual(run.state, "done", run.error)
        self.assertNotIn("industry", run.attributes["names"])

    def test_customers_at_risk_say_why(self):
        self.runs._refresh_now(self.company)
        at_risk = self._all_values().filtered(lambda v: v.lifecycle == "at_risk")
        printers, bakeries = self._by_industry(at_risk)
        self.assertTrue(printers and bakeries)
        for value in printers:
            self.assertIn("industry Printers", value.speaks_against)
            self.assertIn("For leaving speaks: industry Printers", value.reason)
        for value in bakeries:
            self.assertIn("industry Bakeries", value.speaks_for)
            self.assertIn("industry Bakeries", value.reason)
        for value in at_risk:
            self.assertLessEqual(len(value.factors), 3)

    def test_names_follow_the_users_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.printers.with_context(lang="fr_FR").name = "Imprimeurs"
        self.runs._refresh_now(self.company)
        printers, _bakeries = self._by_industry(self._all_values())
        value = printers[0].with_context(lang="fr_FR")
        self.assertIn("Imprimeurs", value.speaks_against)

    def test_curve_ends_in_the_corrected_probability(self):
        self.runs._refresh_now(self.company)
        value = self._all_values().filtered(lambda v: 0.2 < v.alive < 0.8)[0]
        so_far = value.alive_chart["series"][0]["data"]
        self.assertAlmostEqual(so_far[-1], 100 * value.alive, delta=0.06)

    def test_contact_form_reads_the_reason_without_more_queries(self):
        """The attributes come with the one row that the form reads anyway."""
        seller = new_test_user(
            self.env(su=True),
            "seller",
            "sales_team.group_sale_salesman",
            company_id=self.company.id,
        )
        self.runs._refresh_now(self.company)
        at_risk = self._all_values().filtered(lambda v: v.lifecycle == "at_risk")
        told, silent = (
            at_risk[number].partner_id.with_user(seller) for number in (0, 1)
        )
        counts = []
        self.env.flush_all()
        silent_value = self._value(silent)
        self.env.cr.execute(
            "UPDATE crm_customer_value SET factors = NULL WHERE id = %s",
            [silent_value.id],
        )
        for partner in (told, silent, told, silent):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            partner.web_read({"customer_reason": {}, "customer_lifecycle": {}})
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[2], counts[3])
        self.assertIn("speaks", told.customer_reason)
        self.assertNotIn("speaks", silent.customer_reason)

    def test_report_card_compares_and_explains(self):
        run = self.runs._refresh_now(self.company)
        self.assertIn("Attributes forecast better", run.attribute_verdict)
        self.assertIn("Log loss", run.attribute_comparison)
        self.assertIn("Forecast shares off", run.attribute_comparison)
        self.assertIn("Bakeries stays most", run.attribute_weights)
        self.assertIn("customers in the last quarter", run.attribute_note)


@tagged("post_install", "-at_install")
class TestValueAttributesUseless(AttributeCommon):
    """A base in which nothing but the purchases tells who leaves."""

    def test_useless_attributes_change_no_bit_and_the_card_says_so(self):
        self._draw_base(count=300, driven=False, seed=5)
        self.company.value_use_attributes = False
        self.runs._refresh_now(self.company)
        before = self.values.search_read([("company_id", "=", self.company.id)], SCORES)
        self.company.value_use_attributes = True
        run = self.runs._refresh_now(self.company)
        self.assertEqual(run.attributes["verdict"], "no_gain")
        self.assertEqual(run.changed_count, 0)
        self.assertEqual(
            self.values.search_read([("company_id", "=", self.company.id)], SCORES),
            before,
        )
        self.assertIn("do not forecast better", run.attribute_verdict)
        self.assertIn("Log loss", run.attribute_comparison)
        self.assertFalse(run.attribute_weights)
        # until the next back-test nothing is read
        signal = type(self.env["crm.customer.signal"])
        with patch.object(signal, "_read", side_effect=AssertionError("read")):
            again = self.runs._refresh_now(self.company)
        self.assertEqual((again.state, again.changed_count), ("done", 0))

    def test_small_company_says_that_it_cannot_tell(self):
        self._draw_base(count=40)
        run = self.runs._refresh_now(self.company)
        self.assertEqual(run.state, "done", run.error)
        self.assertFalse(run.attributes["used"])
        self.assertIn("not used", run.attribute_verdict)
        self.assertFalse(run.attribute_comparison)
