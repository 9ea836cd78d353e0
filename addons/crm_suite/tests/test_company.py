from odoo import fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

from ..tools.companies import check_links_of_company
from ..tools.permit import system_permit
from .common import add_models


class SuiteTestShelf(models.Model):
    _module = None
    _name = "suite.test.shelf"
    _description = "Test Shelf"

    name = fields.Char()
    company_id = fields.Many2one("res.company")
    file_ids = fields.One2many("suite.test.file", "shelf_id")


class SuiteTestFile(models.Model):
    _module = None
    _name = "suite.test.file"
    _description = "Test File"
    _inherit = ["suite.company.mixin"]
    _company_links = ("team_id", "partner_ids")

    name = fields.Char()
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    team_id = fields.Many2one("crm.team")
    partner_ids = fields.Many2many("res.partner")
    shelf_id = fields.Many2one("suite.test.shelf")
    other_id = fields.Many2one("suite.test.file", check_company=True)


class SuiteTestFileMore(models.Model):
    """What another add-on adds."""

    _module = None
    _name = "suite.test.file"
    _inherit = ["suite.test.file"]
    _company_links = ("shelf_id",)


class TestCompany(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        add_models(cls, SuiteTestShelf, SuiteTestFile, SuiteTestFileMore)
        cls.company = cls.env.company
        cls.branch, cls.elsewhere = cls.env["res.company"].create(
            [{"name": "Branch", "parent_id": cls.company.id}, {"name": "Elsewhere"}]
        )
        cls.user = new_test_user(
            cls.env,
            "clerk",
            "base.group_user",
            company_id=cls.company.id,
            company_ids=[Command.set((cls.company + cls.elsewhere).ids)],
        )
        cls.stranger = new_test_user(
            cls.env, "stranger", "base.group_user", company_id=cls.elsewhere.id
        )
        for model in ("suite.test.file", "suite.test.shelf"):
            cls.env["ir.rule"].create(
                {
                    "name": model,
                    "model_id": cls.env["ir.model"]._get_id(model),
                    "domain_force": "[('company_id', 'in', company_ids + [False])]",
                }
            )
        cls.Shelf = cls.env["suite.test.shelf"]
        cls.shelf, cls.branch_shelf, cls.foreign_shelf, cls.common_shelf = (
            cls.Shelf.create({"name": company.name, "company_id": company.id})
            for company in (
                cls.company,
                cls.branch,
                cls.elsewhere,
                cls.company.browse(),
            )
        )
        cls.File = cls.env["suite.test.file"]
        cls.file = cls.File.create({"name": "Old", "company_id": cls.company.id})

    def as_user(self, records, user=None, companies=None):
        companies = self.company + self.elsewhere if companies is None else companies
        return records.with_user(user or self.user).with_context(
            allowed_company_ids=companies.ids
        )

    def test_company_stays(self):
        for file in (self.file, self.as_user(self.file)):
            for company in (self.elsewhere.id, False):
                with self.assertRaisesRegex(AccessError, "Test File"):
                    file.company_id = company
        self.as_user(self.file).write({"name": "A", "company_id": self.company.id})
        self.assertRecordValues(
            self.file, [{"name": "A", "company_id": self.company.id}]
        )

    def test_company_stays_for_a_parent_too(self):
        self.file.shelf_id = self.shelf
        command = Command.update(self.file.id, {"company_id": self.elsewhere.id})
        with self.assertRaises(AccessError):
            self.as_user(self.shelf).file_ids = [command]

    def test_the_one_flow_moves_it(self):
        self.as_user(self.file)._as_system().company_id = self.elsewhere
        self.assertEqual(self.file.company_id, self.elsewhere)
        permit = system_permit("suite.test.file")
        self.file.with_context(**permit).company_id = self.company
        self.assertEqual(self.file.company_id, self.company)

    def test_unchanged_is_not_told_to_those_who_may_not_see_it(self):
        file = self.as_user(self.file, self.stranger, self.elsewhere)
        said = []
        for company in (self.company, self.elsewhere):
            with self.assertRaises(AccessError) as caught:
                file.write({"company_id": company.id})
            said.append(str(caught.exception))
        self.assertEqual(*said)

    def test_rules_are_asked_after_a_write(self):
        file = self.as_user(self.file, companies=self.company)
        with self.assertRaises(AccessError):
            file._as_system().company_id = self.elsewhere
        rule = self.env["ir.rule"].search([("name", "=", "suite.test.file")])
        rule.domain_force = "[('name', '=', 'Old')]"
        with self.assertRaises(AccessError):
            file.name = "New"

    def test_linked_records_fit(self):
        team = self.env["crm.team"].create({"name": "A", "company_id": self.company.id})
        partner = self.env["res.partner"].create({"name": "A"})
        for company in (self.company, self.branch):
            file = self.File.create({"company_id": company.id, "team_id": team.id})
            file.shelf_id = self.common_shelf
            file.shelf_id = self.shelf
            file.partner_ids = partner
            linked = {"shelf_id": self.shelf.id, "partner_ids": partner.ids}
            self.assertRecordValues(file, [{"team_id": team.id, **linked}])

    def test_linked_records_of_others_do_not(self):
        team = self.env["crm.team"].create(
            {"name": "A", "company_id": self.elsewhere.id}
        )
        partners = self.env["res.partner"].create(
            [{"name": "A"}, {"name": "B", "company_id": self.elsewhere.id}]
        )
        for values in (
            {"team_id": team.id},
            {"partner_ids": [Command.set(partners.ids)]},
            {"shelf_id": self.foreign_shelf.id},
            {"shelf_id": self.branch_shelf.id},
        ):
            with self.subTest(values):
                with self.assertRaises(ValidationError):
                    self.file.write(values)
                with self.assertRaises(ValidationError):
                    self.File.create({"company_id": self.company.id, **values})
        for command in (Command.link(self.file.id), Command.create({"name": "B"})):
            with self.subTest(command), self.assertRaises(ValidationError):
                self.foreign_shelf.file_ids = [command]

    def test_shared_record_links_shared_ones(self):
        file = self.File.create({"company_id": False, "shelf_id": self.common_shelf.id})
        with self.assertRaises(ValidationError):
            file.shelf_id = self.shelf

    def test_own_models_follow_the_parent(self):
        """Ours says of itself what the helper says of Odoo's."""
        below = self.File.create({"company_id": self.branch.id})
        below.other_id = self.file
        with self.assertRaises(UserError):
            self.file.other_id = below

    def test_helper_serves_records_of_others(self):
        self.foreign_shelf.file_ids = False
        shelf = self.Shelf.create({"company_id": self.elsewhere.id})
        self.env.cr.execute("UPDATE suite_test_file SET shelf_id = %s", (shelf.id,))
        self.env.invalidate_all()
        with self.assertRaises(ValidationError):
            check_links_of_company(shelf, ["file_ids"])
        check_links_of_company(self.shelf, ["file_ids"])

    def test_error_names_what_may_be_seen(self):
        for companies, named in ((None, True), (self.company, False)):
            file = self.as_user(self.file, companies=companies)
            with self.assertRaises(ValidationError) as caught:
                file.shelf_id = self.foreign_shelf.id
            said = str(caught.exception)
            self.assertIn("Shelf", said)
            self.assertEqual("Elsewhere" in said, named, said)
            self.assertEqual("Old" in said, named, said)
