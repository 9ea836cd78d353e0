from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .segment_common import SegmentCommon

# searched by a method of its own, and for accountants only
OWING = [("credit", ">=", 0)]


@tagged("post_install", "-at_install")
class TestSegmentAuthor(SegmentCommon):
    """Conditions are asked with the rights of whoever typed them last."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller, cls.manager, cls.accountant = (
            new_test_user(cls.env(su=True), login, groups, company_id=cls.company.id)
            for login, groups in (
                ("author_seller", "sales_team.group_sale_salesman"),
                ("author_boss", "sales_team.group_sale_manager"),
                (
                    "author_accountant",
                    "sales_team.group_sale_manager,account.group_account_invoice",
                ),
            )
        )
        cls.people.ref = "of the test"
        cls.buyer.user_id = cls.seller
        cls.returner.user_id = cls.manager
        cls.segment = cls._segment(domain="[('ref', '=', 'of the test')]")

    def _by(self, user, segment=None):
        return (segment or self.segment).with_user(user)

    def _hide_the_buyer_from(self, user):
        group = self.env["res.groups"].sudo().create({"name": "Hidden from"})
        user.sudo().group_ids = [Command.link(group.id)]
        self.env["ir.rule"].sudo().create(
            {
                "name": "Not the buyer",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {self.buyer.id})]",
                "groups": group.ids,
            }
        )

    def _found_later(self, segment=None):
        """Whom a job finds that works as superuser."""
        segment = (segment or self.segment).sudo()
        self.env.invalidate_all()
        partners = self.partners.with_user(self.env.ref("base.user_root"))
        found = partners.search([("customer_segment_ids", "in", segment.ids)])
        self.assertEqual(found, partners.search(segment._customers_domain()))
        return found.with_env(self.env) & self.people

    def test_what_the_author_may_not_read_is_not_asked(self):
        condition = repr(OWING)
        related = repr([("parent_id.credit", ">=", 0)])
        nested = repr([("child_ids", "any", [("credit", ">=", 0)])])
        for domain in (condition, related, nested, "[('signup_type', '!=', False)]"):
            with self.subTest(domain), self.assertRaises(AccessError):
                self._by(self.manager).domain = domain
            with self.subTest(domain), self.assertRaises(AccessError):
                self.segment.with_user(self.manager).create(
                    {"name": "New", "domain": domain}
                )
        self._by(self.accountant).domain = condition
        self.assertEqual(self.segment.condition_user_id, self.accountant)

    def test_nobody_puts_his_conditions_under_the_author_of_before(self):
        self._by(self.accountant).domain = repr(OWING)
        values = {
            "domain": "[('name', '!=', False)]",
            "condition_user_id": self.accountant.id,
        }
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self._by(self.manager).write(values)
        self.env.invalidate_all()
        self.assertEqual(self.segment.domain, repr(OWING))
        self.assertEqual(self.segment.condition_user_id, self.accountant)

    def test_others_get_no_answer_about_what_is_hidden_from_them(self):
        self._by(self.accountant).domain = repr(OWING)
        for user in (self.seller, self.manager):
            segment = self._by(user)
            self.assertEqual(segment.member_count, 0)
            self.assertIn("credit", segment.problem.lower())
            with self.assertRaises(AccessError):
                self.partners.with_user(user).search(
                    [("customer_segment_ids", "in", segment.ids)]
                )
        with self.assertRaises(AccessError):
            self._by(self.manager).class_a = True

    def test_operators_that_pass_by_the_rules_are_no_conditions(self):
        for domain in (
            [("parent_id", "any!", [("name", "!=", False)])],
            [("child_ids", "any", [("parent_id", "any!", [])])],
        ):
            with self.assertRaises(ValidationError):
                self._by(self.manager).domain = repr(domain)

    def test_manager_counts_all_and_a_salesperson_his_own(self):
        self.assertEqual(self._by(self.manager).member_count, 3)
        self.assertEqual(self._by(self.seller).member_count, 2)

    def test_jobs_find_what_the_author_may_see(self):
        self._by(self.manager).domain = "[('ref', '=like', 'of the test%')]"
        self.assertEqual(self._found_later(), self.people)
        self._hide_the_buyer_from(self.manager)
        self.assertEqual(self._found_later(), self.returner | self.passer_by)

    def test_author_is_kept_by_the_write(self):
        self.assertEqual(self.segment.condition_user_id, self.env.user)
        self._by(self.manager).name = "Other words"
        self._by(self.manager).domain = self.segment.domain
        self.assertEqual(self.segment.condition_user_id, self.env.user)
        for values in (
            {"domain": "[('ref', '=', 'of')]"},
            {"class_a": True},
            {"purchase_ids": [Command.create({"product_ids": self.machine.ids})]},
        ):
            segment = self.segment.copy()
            self._by(self.manager, segment).write(values)
            self.assertEqual(segment.condition_user_id, self.manager, values)
        lines = self.env["crm.customer.segment.purchase"].with_user(self.accountant)
        line = lines.create({"segment_id": segment.id, "product_ids": self.product.ids})
        self.assertEqual(segment.condition_user_id, self.accountant)
        line.with_user(self.manager).at_least = 2
        self.assertEqual(segment.condition_user_id, self.manager)
        line.with_user(self.accountant).unlink()
        self.assertEqual(segment.condition_user_id, self.accountant)
        copied = self._by(self.manager, segment).copy()
        self.assertEqual(copied.condition_user_id, self.manager)

    def test_nobody_names_the_author(self):
        segment = self._by(self.manager)
        values = {"condition_user_id": self.accountant.id}
        for attempt in (
            lambda: segment.write(values),
            lambda: segment.create({"name": "New", **values}),
            lambda: segment.copy(values),
        ):
            with self.assertRaises(AccessError):
                attempt()
        sent = segment.with_context(default_condition_user_id=self.accountant.id)
        self.assertEqual(sent.create({"name": "New"}).condition_user_id, self.manager)

    def test_author_who_is_gone_is_said_until_somebody_takes_over(self):
        self._by(self.manager).domain = "[('ref', 'ilike', 'of the test')]"
        self.manager.sudo().action_archive()
        segment = self._by(self.accountant)
        self.assertIn("archived", segment.problem)
        with self.assertRaises(UserError):
            self._found_later()
        with self.assertRaises(AccessError):
            self._by(self.seller).action_take_over_conditions()
        segment.action_take_over_conditions()
        self.assertFalse(segment.problem)
        self.assertEqual(self._found_later(), self.people)

    def test_only_who_may_read_conditions_takes_them_over(self):
        self._by(self.accountant).domain = repr(OWING)
        self.accountant.sudo().action_archive()
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self._by(self.manager).action_take_over_conditions()
        self.assertEqual(self.segment.condition_user_id, self.accountant)

    def test_author_who_left_the_company_answers_no_more(self):
        other = self.setup_other_company()["company"]
        self._by(self.manager).domain = "[('ref', 'ilike', 'of the test')]"
        self.manager.sudo().write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        with self.assertRaises(UserError):
            self._found_later()
        self.assertIn("company", self._by(self.accountant).problem)

    def test_segment_in_a_segment_is_asked_with_its_own_authors_rights_too(self):
        self._by(self.manager).domain = "[('ref', '=like', 'of the test%')]"
        outer = self._segment(
            domain=repr([("customer_segment_ids", "in", self.segment.ids)])
        )
        self._hide_the_buyer_from(self.manager)
        self.assertEqual(self._found_later(outer), self.returner | self.passer_by)

    def test_company_stays_and_what_is_linked_belongs_to_it(self):
        other = self.setup_other_company()["company"]
        with self.assertRaises(AccessError):
            self.segment.company_id = other
        theirs = (
            self.env["crm.need"]
            .sudo()
            .create({"name": "Theirs", "company_id": other.id})
        )
        with self.assertRaises(UserError):
            self.segment.need_ids = theirs
        foreign = self._make_product("Theirs", price=1, cost=1)
        foreign.sudo().company_id = other
        with self.assertRaises(ValidationError):
            self._segment({"product_ids": foreign.ids})
        abroad = (
            self.env["crm.customer.segment"]
            .sudo()
            .create({"name": "Theirs", "company_id": other.id})
        )
        line = self._segment({}).purchase_ids
        with self.assertRaises(AccessError):
            line.segment_id = abroad.sudo(False)

    def test_numbers_keep_within_what_can_be_computed(self):
        for values in (
            {"need_strength": float("nan")},
            {"need_strength": 2},
            {"purchase_ids": [Command.create({"last_days": 3_000_000})]},
            {"purchase_ids": [Command.create({"at_least": 1e308})]},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self._segment(**values)
        with self.assertRaises(ValidationError):
            self.env["crm.segment.opportunity"].create(
                {"name": "Call", "most": 10**400}
            )
