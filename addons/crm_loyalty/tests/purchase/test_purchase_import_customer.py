from odoo.tests import tagged

from .purchase_import_common import PurchaseImportCommon

HEADER = "Reference,E-mail,Name,Date,Amount\n"


@tagged("post_install", "-at_install")
class TestPurchaseImportCustomer(PurchaseImportCommon):
    """Whose purchase it is: found, created, in doubt; and gone again after an undo."""

    def _customer_of(self, row, **values):
        source = self._import(f"{HEADER}{row},2023-01-02,10\n", **values)
        return source.line_ids.partner_id

    def _issue_of(self, row, **values):
        source = self._check(f"{HEADER}{row},2023-01-02,10\n", **values)
        self.assertEqual(source.state, "faulty", row)
        return source.issue_ids

    def test_reference_comes_first(self):
        self.assertEqual(self._customer_of("B2,anna@example.com,Anna Lee"), self.borna)

    def test_email_is_found_whatever_its_case(self):
        self.assertEqual(self._customer_of(",ANNA@example.COM,"), self.anna)
        source = self._check(HEADER + ",Anna <anna@example.com>,,2023-05-05,10\n")
        self.assertEqual(source.customer_count, 1)

    def test_email_serves_when_the_reference_is_unknown(self):
        self.anna.ref = False
        self.assertEqual(self._customer_of("OLD7,anna@example.com,"), self.anna)

    def test_name_serves_last(self):
        self.assertEqual(self._customer_of(",,Borna  Printing"), self.borna)

    def test_letters_of_another_keyboard_are_the_same_name(self):
        ali = self.env["res.partner"].create({"name": "علی کاظمی"})
        self.assertEqual(self._customer_of(",,علي كاظمي"), ali)

    def test_other_reference_or_email_is_another_customer(self):
        for row in ("OLD7,anna@example.com,", "OLD7,,Anna Lee", ",x@y.co,Anna Lee"):
            self.assertIn("No such customer", self._issue_of(row).reason, row)

    def test_two_customers_with_one_email_are_both_named(self):
        self.borna.email = "anna@example.com"
        issue = self._issue_of(",anna@example.com,")
        self.assertEqual((issue.row, issue.column), (2, "E-mail"))
        self.assertIn("Anna Lee", issue.reason)
        self.assertIn("Borna Printing", issue.reason)

    def test_contacts_of_one_company_are_one_customer(self):
        contact = self.env["res.partner"].create(
            {
                "name": "Anna's Clerk",
                "parent_id": self.anna.id,
                "email": "anna@example.com",
            }
        )
        self.assertEqual(self._customer_of(",anna@example.com,"), self.anna)
        contact.email = "clerk@example.com"
        self.assertEqual(self._customer_of(",clerk@example.com,"), contact)
        self.assertEqual(self._purchases(self.anna), [("2023-01-02", 20.0)])

    def test_archived_customer_is_found_after_the_active_one(self):
        self.borna.write({"email": "anna@example.com", "active": False})
        self.assertEqual(self._customer_of(",anna@example.com,"), self.anna)
        self.assertEqual(self._customer_of("B2,,"), self.borna)

    def test_customer_of_another_company_is_not_found(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.anna.company_id = other
        self.assertIn("No such customer", self._issue_of("A1,,").reason)
        self.anna.company_id = self.company
        self.assertEqual(self._customer_of("A1,,"), self.anna)

    def test_missing_customers_are_counted_then_created(self):
        text = (
            HEADER + "N1,new@example.com,New One,2023-01-02,10\n"
            "N1,,,2023-01-03,10\n"
            ",new@example.com,,2023-01-04,10\n"
            ",,Nobody Yet,2023-01-05,10\n"
            "A1,,,2023-01-06,10\n"
        )
        source = self._check(text, create_missing=True)
        self.assertRecordValues(
            source, [{"missing_count": 2, "customer_count": 1, "state": "ready"}]
        )
        found = [("ref", "=", "N1")]
        self.assertFalse(self.env["res.partner"].search(found))
        source.action_import()
        new = self.env["res.partner"].search(found)
        self.assertRecordValues(
            new,
            [
                {
                    "name": "New One",
                    "email": "new@example.com",
                    "company_id": self.company.id,
                    "customer_rank": 1,
                    "active": True,
                }
            ],
        )
        self.assertEqual(len(self._purchases(new)), 3)
        self.assertEqual(
            set(source.created_partner_ids.mapped("name")), {"New One", "Nobody Yet"}
        )

    def test_name_of_two_customers_of_the_file_finds_neither(self):
        self.anna.ref = False
        source = self._check(
            HEADER + "N1,,Anna Lee,2023-01-02,10\n"
            "N2,,Anna Lee,2023-01-02,10\n"
            ",,Anna Lee,2023-01-02,10\n",
            create_missing=True,
        )
        self.assertEqual(source.missing_count, 2)
        self.assertEqual([issue[0] for issue in self._issues(source)], [4])
        self.assertIn("bear this name", source.issue_ids.reason)

    def _import_new(self):
        source = self._import(
            HEADER + "N1,,One,2023-01-02,10\nN2,,Two,2023-01-02,10\n"
            "N3,,Three,2023-01-02,10\nA1,,,2023-01-02,10\n",
            create_missing=True,
        )
        return source, source.created_partner_ids.sorted("ref")

    def test_undo_removes_the_customers_it_created(self):
        source, created = self._import_new()
        source.action_undo()
        self.assertFalse(created.exists())
        self.assertTrue(self.anna.exists())
        self.assertEqual(source.kept_count, 0)

    def test_undo_keeps_customers_that_are_used(self):
        source, (one, two, three) = self._import_new()
        self.env["sale.order"].create({"partner_id": one.id})
        two.message_post(body=two.name)
        source.action_undo()
        self.assertRecordValues(source, [{"state": "undone", "kept_count": 2}])
        self.assertTrue((one | two).exists())
        self.assertFalse(three.exists())

    def test_undo_keeps_customers_that_were_edited(self):
        source, (one, two, three) = self._import_new()
        source.sudo().done_on = "2023-01-01 00:00:00"  # edited later than this
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET write_date = '2022-12-31' WHERE id IN %s",
            [(one.id, two.id)],
        )
        source.action_undo()
        self.assertEqual((one | two | three).exists(), three)

    def test_undo_keeps_customers_of_another_import(self):
        source, (one, *_others) = self._import_new()
        self._import(HEADER + "N1,,One,2023-05-05,7\n")
        source.action_undo()
        self.assertTrue(one.exists())
        self.assertEqual(self._purchases(one), [("2023-05-05", 7.0)])

    def test_undo_spares_a_customer_merged_into_a_created_one(self):
        source, (one, *_others) = self._import_new()
        self.env.cr.execute(
            "UPDATE res_partner SET write_date = '2020-01-01' WHERE id = %s",
            [self.borna.id],
        )
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((one | self.borna).ids, self.borna)
        source.action_undo()
        self.assertTrue(self.borna.exists())
