from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ...models.tier.res_partner import GRANTED_FIELDS
from .tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTierAccess(TierCommon):
    """Salespeople see their customers' tiers; only managers set tiers up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller, cls.other_seller, cls.manager, cls.clerk = (
            new_test_user(cls.env(su=True), login, groups, company_id=cls.company.id)
            for login, groups in (
                ("tier_seller", "sales_team.group_sale_salesman"),
                ("tier_other", "sales_team.group_sale_salesman"),
                ("tier_manager", "crm_loyalty.group_loyalty_manager"),
                ("tier_clerk", "base.group_user"),
            )
        )

    def setUp(self):
        super().setUp()
        self.customer.user_id = self.seller
        self._spend(600)
        self._spend(1_200, self.other_customer)

    def test_salespeople_see_their_own_and_nobodys(self):
        self.other_customer.user_id = self.other_seller
        members = self.env["loyalty.tier.membership"]
        both = self.customer | self.other_customer
        for user, seen in (
            (self.seller, self.customer),
            (self.other_seller, self.other_customer),
            (self.manager, both),
        ):
            found = members.with_user(user).search([("partner_id", "in", both.ids)])
            self.assertEqual(found.partner_id.with_env(self.env), seen)
            partners = both.with_user(user)
            partners.invalidate_recordset()
            shown = partners.filtered("customer_tier_id").with_env(self.env)
            self.assertEqual(shown, seen)
        self.other_customer.user_id = False
        self.assertEqual(
            members.with_user(self.seller).search_count(
                [("partner_id", "in", both.ids)]
            ),
            2,
        )

    def test_rules_of_customers_hide_their_tiers_too(self):
        contact = self.customer.create({"name": "C", "parent_id": self.customer.id})
        self.assertTrue(contact.customer_tier_id)
        self.env["ir.rule"].sudo().create(
            {
                "name": "No Alba Bakery",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": "[('name', '!=', 'Alba Bakery')]",
                "groups": [],
            }
        )
        member = self.customer.sudo().tier_membership_ids.with_user(self.manager)
        self.assertFalse(contact.with_user(self.manager).customer_tier_id)
        with self.assertRaises(AccessError):
            member.read(["tier_id"])
        members = self.env["loyalty.tier.membership"].with_user(self.manager)
        self.assertFalse(members.search([("partner_id", "=", self.customer.id)]))

    def test_salespeople_set_nothing_up(self):
        program = self.program.with_user(self.seller).sudo(False)
        for attempt in (
            lambda: program.write({"grace_days": 300}),
            program.action_publish,
            program.action_simulate,
            program.action_withdraw,
            lambda: program.tier_ids[0].write({"threshold": 1}),
            lambda: program.create({"name": "Mine"}),
        ):
            with self.assertRaises(AccessError):
                attempt()
        program.with_user(self.manager).grace_days = 40

    def test_others_see_no_tier(self):
        customer = self.customer.with_user(self.clerk)
        with self.assertRaises(AccessError):
            customer.read(["customer_tier_id"])
        with self.assertRaises(AccessError):
            self.program.with_user(self.clerk).sudo(False).read(["name"])
        # nor what one who has it is granted, which would tell the same
        for name in GRANTED_FIELDS:
            with self.assertRaises(AccessError):
                customer.read([name])
        self._benefit(self.silver, "integration", code="edi")
        self.assertFalse(customer.search([("tier_codes", "=", "edi")]))
        with self.assertRaises(AccessError):
            customer.action_open_tier_memberships()

    def test_what_salespeople_know_of_each_others_customers(self):
        """As much as of their memberships: nothing."""
        self.other_customer.user_id = self.other_seller
        self._benefit(self.silver, "service", service_level="premium")
        self._benefit(self.silver, "contact", user_id=self.manager.id)
        self._benefit(self.silver, "community", url="https://club.example/")
        self._benefit(self.silver, "integration", code="edi")
        stranger = self.env["res.partner"].create(
            {"name": "No member", "user_id": self.other_seller.id}
        )
        others = self.other_customer | stranger
        names = [*GRANTED_FIELDS, "customer_tier_progress", "customer_tier_id"]
        for user, known in (
            (self.seller, self.customer),
            (self.other_seller, others),
            (self.manager, self.customer | others),
        ):
            for partner in self.customer | others:
                told = partner.with_user(user).sudo(False)
                told.invalidate_recordset()
                with self.subTest(user=user.login, partner=partner.name):
                    values = told.read(names)[0]
                    values.pop("id")
                    if partner not in known:
                        self.assertFalse(any(values.values()), values)
                    elif partner == stranger:
                        self.assertTrue(values["customer_tier_progress"])
                    else:
                        self.assertTrue(all(values.values()), values)
            partners = self.env["res.partner"].with_user(user).sudo(False)
            found = partners.search([("tier_codes", "=", "edi")])
            self.assertEqual(found, (known - stranger).with_env(found.env))

    def test_a_segment_by_tier_lists_whom_its_reader_may_know(self):
        segment = self.env["crm.customer.segment"].create(
            {"name": "Silver", "tier_ids": (self.silver | self.gold).ids}
        )
        self.other_customer.user_id = self.other_seller
        both = self.customer | self.other_customer
        for user, seen in ((self.seller, self.customer), (self.manager, both)):
            partners = self.env["res.partner"].with_user(user).sudo(False)
            theirs = segment.with_user(user).sudo(False)._customers_domain()
            self.assertEqual(partners.search(theirs).with_env(self.env), seen)

    def test_only_the_system_writes_what_it_decides(self):
        self.manager.group_ids |= self.env.ref("base.group_system")
        programs = self.program.with_user(self.manager).sudo(False)
        for name, value in (
            ("state", "draft"),
            ("evaluated_on", "2020-01-01"),
            ("last_partner", 9),
        ):
            with self.assertRaises(AccessError):
                programs.write({name: value})
        with self.assertRaises(AccessError):
            programs.create(
                {
                    "name": "Mine",
                    "state": "published",
                    "tier_ids": [Command.create({"name": "A", "threshold": 1})],
                }
            )
        sent = programs.with_context(default_state="published")
        self.assertEqual(sent.create({"name": "Mine"}).state, "draft")
        programs.action_withdraw()
        self.assertEqual(self.program.state, "draft")
        programs.action_publish()
        self.assertEqual(self.program.state, "published")

    def test_what_the_system_gives_takes_no_defaults_of_a_caller(self):
        buyer = self.env["res.partner"].create({"name": "Cut short"})
        order = self.env["sale.order"].create(
            {
                "partner_id": buyer.id,
                "order_line": [
                    Command.create({"product_id": self.product.id, "price_unit": 600})
                ],
            }
        )
        order.with_context(
            default_ending="expired", default_note="By hand", default_end_amount=7
        ).action_confirm()
        membership = self.memberships.search([("partner_id", "=", buyer.id)])
        self.assertRecordValues(
            membership, [{"ending": False, "note": False, "end_amount": 0}]
        )

    def test_tiers_stay_in_their_company(self):
        branch, elsewhere = (
            self.env["res.company"]
            .sudo()
            .create(
                [
                    {"name": "Branch", "parent_id": self.company.id},
                    {"name": "Elsewhere"},
                ]
            )
        )
        self.manager.company_ids = self.company | branch | elsewhere
        programs = (
            self.programs.with_user(self.manager)
            .sudo(False)
            .with_context(allowed_company_ids=(self.company | branch | elsewhere).ids)
        )
        here, there = programs.create(
            [
                {
                    "name": company.name,
                    "company_id": company.id,
                    "responsible_id": self.manager.id,
                    "tier_ids": [Command.create({"name": "A", "threshold": 1})],
                }
                for company in (self.company, elsewhere)
            ]
        )
        benefit = here.env["loyalty.tier.benefit"].create(
            {"name": "Fast", "tier_id": here.tier_ids.id, "kind": "service"}
        )
        for attempt in (
            lambda: here.write({"company_id": elsewhere.id}),
            lambda: here.tier_ids.write({"company_id": elsewhere.id}),
            lambda: here.tier_ids.write({"program_id": there.id}),
            lambda: there.write({"tier_ids": [Command.link(here.tier_ids.id)]}),
            lambda: benefit.write({"company_id": elsewhere.id}),
            lambda: benefit.write({"tier_id": there.tier_ids.id}),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                attempt()
            here.env.invalidate_all()
        self.assertEqual(here.tier_ids.company_id, self.company)

    def test_what_tiers_name_is_of_their_company_or_above(self):
        branch, elsewhere = (
            self.env["res.company"]
            .sudo()
            .create(
                [
                    {"name": "Branch", "parent_id": self.company.id},
                    {"name": "Elsewhere"},
                ]
            )
        )
        foreigner = new_test_user(
            self.env(su=True), "foreigner", "base.group_user", company_id=elsewhere.id
        )
        tier = self._make_program(
            publish=False, company_id=branch.id, responsible_id=False
        ).tier_ids[0]

        def made(model, **values):
            one = lambda company: (  # noqa: E731
                self.env[model].sudo().create({**values, "company_id": company.id})
            )
            return one(branch), one(self.company), one(elsewhere)

        pricelists = made("product.pricelist", name="P")
        terms = made("account.payment.term", name="T")
        points = made("loyalty.program", name="L", program_type="loyalty")
        for fitting in (0, 1):
            self._benefit(tier, "pricelist", pricelist_id=pricelists[fitting].id)
            self._benefit(tier, "payment_term", payment_term_id=terms[fitting].id)
            tier.program_id.point_program_ids = points[fitting]
        for attempt in (
            lambda: self._benefit(tier, "pricelist", pricelist_id=pricelists[2].id),
            lambda: self._benefit(tier, "payment_term", payment_term_id=terms[2].id),
            lambda: self._benefit(tier, "contact", user_id=foreigner.id),
            lambda: tier.program_id.write({"point_program_ids": points[2].ids}),
            lambda: tier.program_id.write({"responsible_id": foreigner.id}),
            lambda: (
                self.env["crm.customer.segment"]
                .sudo()
                .create({"name": "S", "company_id": elsewhere.id, "tier_ids": tier.ids})
            ),
            lambda: (
                self.env["crm.customer.program"]
                .sudo()
                .create({"name": "C", "company_id": elsewhere.id, "tier_id": tier.id})
            ),
            lambda: (
                self.env["crm.customer.program"]
                .sudo()
                .create(
                    {
                        "name": "C",
                        "company_id": branch.id,
                        "loyalty_program_id": points[2].id,
                    }
                )
            ),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                attempt()
            self.env.invalidate_all()

    def test_whoever_sells_counts_for_and_grants_the_same(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "60 days",
                "line_ids": [Command.create({"nb_days": 60, "value_amount": 100})],
            }
        )
        self._benefit(self.gold, "payment_term", payment_term_id=term.id)
        orders = self.env["sale.order"].with_user(self.other_seller)
        values = {
            "partner_id": self.customer.id,
            "user_id": self.other_seller.id,
            "order_line": [
                Command.create({"product_id": self.product.id, "price_unit": 400})
            ],
        }
        first = orders.create(values)
        self.assertFalse(first.payment_term_id)
        first.action_confirm()
        self.assertEqual(self._tier(), self.gold)
        second = orders.create(values)
        self.assertEqual(second.payment_term_id, term)
