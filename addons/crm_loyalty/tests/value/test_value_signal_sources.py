from unittest.mock import patch

import numpy as np

from odoo.tests import tagged

from odoo.addons.crm_suite.tools.columns import day_number

from ...clv import ProtectedAttribute
from ...models.value.signal_reading import Signal
from ...models.value.value_words import phrase
from ..common import TODAY, ValueCommon


@tagged("post_install", "-at_install")
class TestValueSignalSources(ValueCommon):
    """Sources of other add-ons, and what no source may rest on."""

    def _with_source(self, **changes):
        values = {
            "name": "warmth",
            "kind": "number",
            "read": lambda _company, _until: (np.zeros(0, int), np.zeros(0)),
            "fields": ("res.partner.color",),
        }
        sources = type(self.runs)._signal_sources
        extra = Signal(**(values | changes))
        return patch.object(
            type(self.runs), "_signal_sources", lambda run: [*sources(run), extra]
        )

    def test_add_ons_bring_sources_of_their_own(self):
        self._orders(self.customer, 150)
        self._orders(self.other_customer, 140)
        self.env.flush_all()
        columns = self.env["crm.purchase.history"]._read_arrays(
            self.company, TODAY, trend=True
        )
        run = self.runs.new({"company_id": self.company.id, "cutoff": TODAY})
        known = np.array([self.other_customer.id]), np.array([7.0])
        with self._with_source(read=lambda _company, _until: known):
            (attribute,) = run._read_attributes(
                columns, TODAY, day_number(TODAY), ["warmth"]
            )
        by_customer = dict(zip(columns["customer"], attribute.values, strict=True))
        self.assertEqual(by_customer[self.other_customer.id], 7)
        self.assertTrue(np.isnan(by_customer[self.customer.id]))

    def test_protected_attributes_are_refused_from_add_ons_too(self):
        self.env["ir.model.fields"].create(
            {
                "name": "x_innocent",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "field_description": "Gender",
                "ttype": "integer",
            }
        )
        for wrong in (
            {"name": "gender"},
            {"name": "Religion"},
            {"name": "nationality"},
            {"name": "date_of_birth"},
            {"fields": ("res.partner.lang",)},
            {"fields": ("res.partner.color", "sale.order.origin")},
            {"fields": ("res.partner.x_innocent",)},
            {"comodel": "res.partner.title"},
        ):
            with self._with_source(**wrong), self.assertRaises(ProtectedAttribute):
                self.runs._allowed_signals()

    def test_source_says_what_it_rests_on(self):
        with self._with_source(fields=()), self.assertRaises(ValueError):
            self.runs._allowed_signals()
        with (
            self._with_source(fields=("res.partner.nothing",)),
            self.assertRaises(KeyError),
        ):
            self.runs._allowed_signals()

    def test_refused_source_fails_the_run_and_says_why(self):
        self._imported_shop()
        self.runs._refresh_now(self.company)
        self.runs.search([("company_id", "=", self.company.id)]).unlink()
        logger = "odoo.addons.crm_loyalty.models.value.crm_value_run"
        with self._with_source(name="religion"), self.assertLogs(logger, "WARNING"):
            run = self.runs._refresh_now(self.company)
        self.assertEqual(run.state, "failed")
        self.assertIn("religion", run.error)

    def test_attributes_in_words(self):
        for expected, name, value in (
            ("pays on time", "payment_delay", 0.3),
            ("pays one day late", "payment_delay", 1),
            ("pays 34 days late", "payment_delay", 33.6),
            ("no lost quotations", "lost_quotations", 0),
            ("one lost quotation", "lost_quotations", 1),
            ("two lost quotations", "lost_quotations", 2),
            ("5 lost quotations", "lost_quotations", 5),
            ("customer for 6 years", "tenure", 6.2),
            ("customer for 14 months", "tenure", 1.2),
            ("a customer since a month or less", "tenure", 0.05),
            ("returns nothing", "returns", 0),
            ("returns 12 % of purchases", "returns", 0.12),
            ("margin fell by 7 points", "margin_trend", -0.07),
            ("margin rose by 7 points", "margin_trend", 0.07),
            ("no contact persons known", "contacts", 0),
            ("3 contact persons", "contacts", 3),
            ("orders of about 1,240", "order_size", 1240),
            ("Cups of coffee 3", "cups_of_coffee", 3),
        ):
            factor = {"name": name, "value": value, "weight": 1}
            self.assertEqual(phrase(self.env, factor), expected)
        for expected, name, label in (
            ("industry Bakeries", "industry", "Bakeries"),
            ("a company in Iran", "country", "Iran"),
            ("came by Fair", "source", "Fair"),
            ("served by Ann", "salesperson", "Ann"),
            ("one of the rare groups of “Source”", "source", ""),
        ):
            factor = {
                "name": name,
                "value": 1,
                "weight": 1,
                "label": {"en_US": label} if label else {},
            }
            self.assertEqual(phrase(self.env, factor), expected)
