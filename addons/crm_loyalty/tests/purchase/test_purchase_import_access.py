import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .purchase_import_common import PLAIN, PurchaseImportCommon


@tagged("post_install", "-at_install")
class TestPurchaseImportAccess(PurchaseImportCommon):
    """Who may bring in a history, and whose."""

    def test_only_sales_managers_import(self):
        source = self._check(PLAIN + "Z9,2023-01-02,5\n")
        for login, group in (
            ("seller", "sales_team.group_sale_salesman"),
            ("leader", "sales_team.group_sale_salesman_all_leads"),
            ("clerk", "base.group_user"),
            ("portal", "base.group_portal"),
        ):
            theirs = source.with_user(new_test_user(self.env, login, group))
            for door in (
                lambda own=theirs: own.create({}),
                lambda own=theirs: own.search([]),
                lambda own=theirs: own.read(["name"]),
                lambda own=theirs: own.action_check(),
                lambda own=theirs: own.action_import(),
                lambda own=theirs: own.action_stop(),
                lambda own=theirs: own.action_undo(),
                lambda own=theirs: own.action_download_issues(),
                lambda own=theirs: own.action_view_purchases(),
                lambda own=theirs: own.action_view_customers(),
                lambda own=theirs: own.issue_ids.read(["reason"]),
                lambda own=theirs: own.env["crm.purchase.import.line"].search([]),
            ):
                with self.assertRaises(AccessError, msg=login):
                    door()

    def test_managers_neither_write_lines_nor_issues(self):
        source = self._import(PLAIN)
        line = source.line_ids[0]
        issue = self._check("Reference,Date,Amount\nA1,x,1\n").issue_ids
        for door in (
            lambda: line.write({"revenue": 1}),
            lambda: line.unlink(),
            lambda: line.copy({"key": "x"}),
            lambda: issue.write({"reason": "x"}),
            lambda: issue.unlink(),
        ):
            with self.assertRaises(AccessError):
                door()

    def test_nobody_can_make_an_import_claim_a_customer_as_its_own(self):
        source = self._import(PLAIN)
        for values in (
            {"state": "ready"},
            {"created_partner_ids": [(4, self.anna.id)]},
            {"done_on": "2999-01-01 00:00:00"},
            {"user_id": self.env.ref("base.user_admin").id},
            {"new_count": 7},
        ):
            with self.assertRaises(AccessError):
                source.write(values)
            with self.assertRaises(AccessError):
                self.imports.create(values)
            context = {f"default_{name}": value for name, value in values.items()}
            (name,) = values
            source_of_defaults = self.imports.with_context(**context).create({})
            self.assertEqual(source_of_defaults[name], self.imports.create({})[name])

    def test_import_stays_with_its_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.manager.company_ids |= other
        source = self._check(PLAIN)
        with self.assertRaises(AccessError):
            source.write({"company_id": other.id})
        source.write({"company_id": self.company.id, "create_missing": True})
        done = self._import(PLAIN)
        with self.assertRaises(AccessError):
            done.line_ids[0].sudo().company_id = other

    def test_numbers_that_nobody_means_are_refused(self):
        source = self._upload(PLAIN)
        numbers = [
            name
            for name, field in source._fields.items()
            if field.type in ("integer", "float", "monetary") and name != "id"
        ]
        self.assertIn("amount_total", numbers)
        for name in numbers:
            for wrong in (float("nan"), 10**400):
                with self.subTest(name=name, wrong=str(wrong)[:9]):
                    for door in (source.write, self.imports.create):
                        with self.assertRaises(UserError):
                            door({name: wrong})

    def test_companies_do_not_see_each_other(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "stranger",
            "sales_team.group_sale_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        source = self._check(PLAIN + "A1,x,1\n")
        done = self._import(PLAIN)
        theirs = self.imports.with_user(stranger)
        self.assertFalse(theirs.search([("id", "in", (source | done).ids)]))
        for records in (source, done.line_ids, source.issue_ids):
            with self.assertRaises(AccessError):
                records.with_user(stranger).read(["id"])
        with self.assertRaises(AccessError):
            theirs.create({"company_id": self.company.id})

    def test_same_file_serves_two_companies(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "stranger",
            "sales_team.group_sale_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        self._import(PLAIN)
        theirs = self.imports.with_user(stranger).create(
            {"file": base64.b64encode(PLAIN.encode())}
        )
        self.assertEqual(theirs.company_id, other)
        theirs.action_check()
        self.assertRecordValues(theirs, [{"new_count": 3, "known_count": 0}])
        theirs.action_import()
        self.assertEqual(len(theirs.line_ids), 3)
        self.assertEqual(
            self._purchases(self.anna), [("2023-01-02", 10.0), ("2023-02-03", 30.5)]
        )

    def test_cron_works_with_the_rights_and_words_of_who_pressed_the_button(self):
        source = self._upload(PLAIN)
        own = source.sudo()._as_responsible()
        self.assertEqual(own.env.user, self.manager)
        self.assertFalse(own.env.su)
        self.assertEqual(own.env.companies, self.company)
        self.assertEqual(own.env.lang, self.manager.lang)
