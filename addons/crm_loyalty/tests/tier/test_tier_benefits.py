from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common import TODAY
from .tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTierBenefits(TierCommon):
    """What a tier gives is there from its first day to its last, and left nowhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.group_user").sudo().implied_ids |= cls.env.ref(
            "product.group_product_pricelist"
        )
        cls.terms = cls.env["account.payment.term"].create(
            [
                {
                    "name": f"{days} days",
                    "line_ids": [
                        Command.create({"nb_days": days, "value_amount": 100})
                    ],
                }
                for days in (30, 60, 90)
            ]
        )
        cls.lists = cls.env["product.pricelist"].create(
            [{"name": "Club prices", "sequence": 99}, {"name": "Own", "sequence": 99}]
        )

    def _quote(self, partner=None):
        return self.env["sale.order"].create(
            {
                "partner_id": (partner or self.customer).id,
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )

    def _expire(self):
        """To the day after the last."""
        self._go(365 + 31)
        self.env.invalidate_all()

    def test_payment_term_while_the_tier_lasts(self):
        self._benefit(self.silver, "payment_term", payment_term_id=self.terms[1].id)
        self.assertFalse(self._quote().payment_term_id)
        self._spend(600)
        self.assertEqual(self._quote().payment_term_id, self.terms[1])
        self.assertFalse(self._quote(self.other_customer).payment_term_id)
        self.assertFalse(self.customer.property_payment_term_id)
        self._expire()
        self.assertFalse(self._quote().payment_term_id)

    def test_invoice_without_an_order_has_the_term_too(self):
        self._benefit(self.silver, "payment_term", payment_term_id=self.terms[1].id)

        def term(move_type="out_invoice"):
            move = self.env["account.move"].create(
                {"move_type": move_type, "partner_id": self.customer.id}
            )
            return move.invoice_payment_term_id

        self.assertFalse(term())
        order = self._spend(600)
        self.assertEqual(term(), self.terms[1])
        self.assertFalse(term("in_invoice"))
        self.customer.property_payment_term_id = self.terms[2]
        self.assertEqual(term(), self.terms[2])
        self.customer.property_payment_term_id = False
        # an invoice of an order has the order's
        self.assertFalse(order._create_invoices().invoice_payment_term_id)
        self._expire()
        self.assertFalse(term())

    def test_longer_payment_term_wins(self):
        self._benefit(self.silver, "payment_term", payment_term_id=self.terms[1].id)
        self._spend(600)
        for own, expected in ((0, 1), (1, 1), (2, 2)):
            self.customer.property_payment_term_id = self.terms[own]
            self.assertEqual(self._quote().payment_term_id, self.terms[expected])

    def test_pricelist_yields_to_the_customers_own(self):
        benefit = self._benefit(self.silver, "pricelist", pricelist_id=self.lists[0].id)
        general = self.customer.property_product_pricelist
        self._spend(600)
        self.assertEqual(self.customer.property_product_pricelist, self.lists[0])
        self.assertEqual(self._quote().pricelist_id, self.lists[0])
        self.assertFalse(self.customer.specific_property_product_pricelist)
        # what a partner level or somebody sets on the customer was agreed with him
        self.customer.specific_property_product_pricelist = self.lists[1]
        self.assertEqual(self.customer.property_product_pricelist, self.lists[1])
        self.customer.specific_property_product_pricelist = False
        self.assertEqual(self.customer.property_product_pricelist, self.lists[0])
        benefit.pricelist_id.active = False
        self.env.invalidate_all()
        self.assertEqual(self.customer.property_product_pricelist, general)
        benefit.pricelist_id.active = True
        self._expire()
        self.assertEqual(self.customer.property_product_pricelist, general)

    def test_saving_the_shown_pricelist_leaves_nothing_behind(self):
        self._benefit(self.silver, "pricelist", pricelist_id=self.lists[0].id)
        self._spend(600)
        self.customer.property_product_pricelist = self.lists[0]
        self.assertFalse(self.customer.specific_property_product_pricelist)
        self.customer.property_product_pricelist = self.lists[1]
        self.assertEqual(
            self.customer.specific_property_product_pricelist, self.lists[1]
        )

    def test_credit_limit_lifts_the_warning(self):
        self.company.account_use_credit_limit = True
        self.customer.credit_limit = 50
        self._benefit(self.silver, "credit_limit", credit_limit=2_000)
        for spent, own, warned in (
            (0, 50, True),
            (600, 50, False),
            (1_500, 50, True),
            (0, 5_000, False),
        ):
            if spent:
                self._spend(spent)
            self.customer.credit_limit = own
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual(bool(self._quote().partner_credit_warning), warned)
        self.assertEqual(self.customer.credit_limit, 5_000)

    def test_higher_tiers_have_it_too_unless_they_have_their_own(self):
        self._benefit(self.silver, "service", service_level="priority")
        self._benefit(self.platinum, "service", service_level="premium")
        only = self._benefit(self.silver, "portal", code="swap", and_above=False)
        for amount, level, granted in (
            (600, "priority", True),
            (400, "priority", False),
            (2_000, "premium", False),
        ):
            self._spend(amount)
            self.assertEqual(self.customer.service_level, level)
            self.assertEqual(self.customer._has_tier_benefit("swap"), granted)
        only.and_above = True
        self.assertTrue(self.customer._has_tier_benefit("swap"))
        self.assertFalse(self.other_customer._has_tier_benefit("swap"))

    def test_other_systems_read_and_search_codes(self):
        self._benefit(self.silver, "portal", code="swap", and_above=False)
        self._benefit(self.silver, "integration", code="fast-lane")
        self._benefit(self.gold, "integration", code="edi")
        contact = self.customer.create({"name": "Eli", "parent_id": self.customer.id})
        self.customer.is_company = True
        reader = new_test_user(
            self.env,
            "reader",
            "sales_team.group_sale_salesman",
            company_id=self.company.id,
        )
        partners = self.env["res.partner"].with_user(reader)
        both = self.customer | contact
        for spent, codes in ((0, ""), (600, "fast-lane,swap"), (500, "edi,fast-lane")):
            if spent:
                self._spend(spent)
            self.env.flush_all()
            partners.invalidate_model()
            self.assertEqual(
                [partner.tier_codes for partner in both.with_user(reader)], [codes] * 2
            )
            for code in ("swap", "fast-lane", "edi"):
                found = partners.search([("tier_codes", "=", code)])
                self.assertEqual(found, both if code in codes else partners.browse())
            without = partners.search([("tier_codes", "=", False)])
            self.assertIn(self.other_customer, without)
            self.assertEqual(both <= without, not codes)
        self._expire()
        self.assertFalse(partners.search([("tier_codes", "=", "edi")]))

    def test_codes_are_looked_up_by_a_few_queries(self):
        self._benefit(self.silver, "integration", code="edi")
        partners = self.customer.create([{"name": f"Member {n}"} for n in range(9)])
        for partner in partners:
            self._spend(600, partner)
        counts = []
        for some in (partners[:2], partners):
            self.env.flush_all()
            self.env.invalidate_all()
            some.mapped("commercial_partner_id")
            before = self.env.cr.sql_log_count
            self.assertEqual(set(some.mapped("tier_codes")), {"edi"})
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_links_and_codes_that_are_none(self):
        for url in (
            "javascript:alert(1)",
            "//elsewhere.example",
            "/\\elsewhere.example",
            "/shop\r\nSet-Cookie: a=b",
            "https://club.example/\nLocation: https://elsewhere.example",
            "shop",
            "https://",
        ):
            with self.assertRaises(ValidationError, msg=url):
                self._benefit(self.silver, "community", url=url)
        for code in ("a b", "a/b", "../x", "..", "é", "a\n", "a,b", "x" * 65):
            with self.assertRaises(ValidationError, msg=code):
                self._benefit(self.silver, "integration", code=code)
        self._benefit(self.silver, "community", url="https://club.example/a?b=c")
        self._benefit(self.silver, "portal", code="early", url="/shop")

    def test_benefits_have_dates_of_their_own(self):
        self._benefit(
            self.silver,
            "contact",
            user_id=self.env.user.id,
            date_from=TODAY + timedelta(5),
            date_to=TODAY + timedelta(6),
        )
        self._benefit(self.silver, "delivery", delivery_priority="1")
        self._spend(600)
        contact = self.customer.create({"name": "Eli", "parent_id": self.customer.id})
        self.customer.is_company = True
        for day, granted in ((4, False), (5, True), (6, True), (7, False)):
            self._go(day)
            self.env.invalidate_all()
            self.assertEqual(bool(self.customer.tier_contact_id), granted)
            self.assertEqual(bool(contact.tier_contact_id), granted)
        self.assertEqual(self._quote().tier_delivery_priority, "1")
        self._expire()
        self.assertFalse(self._quote().tier_delivery_priority)

    def test_drafts_and_withdrawn_programs_give_nothing(self):
        self._benefit(self.silver, "service", service_level="priority")
        self._spend(600)
        self.assertTrue(self.customer.service_level)
        self.program.action_withdraw()
        self.env.invalidate_all()
        self.assertFalse(self.customer.service_level)
        self.program.action_publish()
        self.env.invalidate_all()
        self.assertTrue(self.customer.service_level)

    def test_first_program_gives_what_two_have(self):
        other = self._make_program(sequence=1, thresholds=(100,))
        self._benefit(self.silver, "service", service_level="priority")
        self._benefit(other.tier_ids, "service", service_level="premium")
        self._spend(600)
        self.assertEqual(self.customer.service_level, "premium")
        self.assertEqual(self.customer.customer_tier_id, other.tier_ids)

    def test_incomplete_and_negative_benefits_are_refused(self):
        for kind, values in (
            ("payment_term", {}),
            ("portal", {}),
            ("service", {"cost_by": "points"}),
            ("service", {"cost_by": "gesture"}),
        ):
            with self.assertRaises(ValidationError):
                self._benefit(self.silver, kind, **values)

    def test_gestures_come_once_and_in_time(self):
        event = self._benefit(
            self.silver,
            "event",
            name="Spring tasting",
            event_date=TODAY + timedelta(10),
            cost_by="gesture",
            unit_cost=40,
        )
        self._benefit(self.silver, "birthday", name="Cake")
        self._benefit(self.silver, "anniversary", name="Flowers")
        self._spend(600)
        contact = self.customer.create(
            {
                "name": "Eli",
                "parent_id": self.customer.id,
                "customer_birthday": TODAY.replace(year=1980) + timedelta(20),
            }
        )
        gestures = self.env["loyalty.tier.gesture"].sudo()
        days = [0, 2, 3, 3, 9, 13, 20, 357, 358, 365]
        for day, made in zip(days, [0, 0, 1, 1, 1, 2, 2, 2, 3, 3], strict=True):
            self._go(day)
            with self._scheduled():
                gestures._cron_prepare(batch_size=1)
            with self.subTest(day=day):
                self.assertEqual(
                    gestures.search_count([("company_id", "=", self.company.id)]), made
                )
        self.assertEqual(gestures.search([("benefit_id", "=", event.id)]).cost, 40)
        activities = self.customer.activity_ids | contact.activity_ids
        self.assertEqual(
            set(activities.mapped("summary")), {"Spring tasting", "Cake", "Flowers"}
        )
        self.assertIn("birthday", contact.activity_ids.note)

    def test_the_29th_of_february_comes_every_year(self):
        cake = self._benefit(self.silver, "birthday", name="Cake", days_before=0)
        self._go(TODAY.replace(year=2027, month=2, day=1))
        self._spend(600)
        self.customer.customer_birthday = "1980-02-29"
        for year, day, due in ((2027, 28, True), (2028, 28, False), (2028, 29, True)):
            self._go(TODAY.replace(year=year, month=2, day=day))
            with self.subTest(year=year, day=day):
                self.assertEqual(bool(cake._find_occasions(9)), due)
