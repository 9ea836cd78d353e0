import base64
from contextlib import suppress
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ...models.purchase import (
    crm_purchase_import as purchase_import,
    crm_purchase_import_file as stored_file,
    crm_purchase_import_work as work,
)
from ..common import patch_time_to_one_step
from .purchase_import_common import PurchaseImportCommon

BATCH = 4
ROWS = 14


@tagged("post_install", "-at_install")
class TestPurchaseImportCron(PurchaseImportCommon, CronMixinCase):
    """Large files: batch by batch by the scheduler, left and taken up anywhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("crm_loyalty.cron_process_purchase_imports").sudo()
        cls.cron.code = f"model._cron_process(batch_size={BATCH})"
        cls.startClassPatcher(patch.object(work, "BATCH_ROWS", BATCH))

    def _file(self, rows=ROWS):
        lines = [f"N{i % 10},2023-01-{i + 1:02},{i + 1}\n" for i in range(rows)]
        return "Reference,Date,Amount\n" + "".join(lines)

    def _run_cron(self):
        try:
            with self.enter_registry_test_mode():
                self.cron.method_direct_trigger()
        finally:
            self.env.invalidate_all()

    def _run_cron_until_killed(self, method, call):
        # Not assertRaises: it would take back what the cron has committed.
        with self._die_at(method, call), suppress(KeyboardInterrupt):
            self._run_cron()

    def _ready(self, **values):
        source = self._check(self._file(), create_missing=True, **values)
        self._run_cron()
        self.assertEqual(source.state, "ready")
        return source

    def _die_at(self, method, call):
        """A batch that ends as a killed process does: in the middle, unannounced."""
        model = type(self.env["crm.purchase.import"])
        original, calls = getattr(model, method), []

        def dying(*args):
            calls.append(args)
            original(*args)
            if len(calls) == call:
                raise KeyboardInterrupt

        return patch.object(model, method, dying)

    def _staged(self, source):
        return self.env["crm.purchase.import.line"].search_count(
            [("import_id", "=", source.id)]
        )

    def test_button_of_a_large_file_only_wakes_the_cron(self):
        with self.capture_triggers(self.cron.id) as woken:
            source = self._check(self._file(), create_missing=True)
        self.assertEqual(source.state, "checking")
        self.assertEqual(len(woken.records), 1)
        self._run_cron()
        self.assertRecordValues(
            source,
            [
                {
                    "state": "ready",
                    "row_count": ROWS,
                    "new_count": ROWS,
                    "missing_count": 10,
                    "progress": 0,
                }
            ],
        )

    def test_large_file_is_imported_by_the_cron(self):
        source = self._ready()
        source.action_import()
        self.assertEqual(source.state, "loading")
        self._run_cron()
        self.assertRecordValues(source, [{"state": "done", "new_count": ROWS}])
        self.assertEqual(self._staged(source), ROWS)
        self.assertEqual(len(source.created_partner_ids), 10)

    def test_cron_out_of_time_takes_another_turn(self):
        source = self._check(self._file(), create_missing=True)
        # the file is understood, then read, then its first part checked
        for progress, reached in ((33, 0), (67, 0), (78, BATCH + 1)):
            with patch_time_to_one_step(self.env):
                self._run_cron()
            self.assertEqual((source.state, source.row_done), ("checking", reached))
            self.assertEqual(round(source.progress), progress)
        self._run_cron()
        self.assertEqual(source.state, "ready")

    def test_killed_import_shows_nothing_and_goes_on_where_it_was(self):
        source = self._ready()
        source.action_import()
        self._run_cron_until_killed("_insert_lines", 2)
        # The first batch stands, the second is gone, and nobody sees either.
        self.assertEqual(source.state, "loading")
        self.assertEqual(self._staged(source), BATCH)
        self.assertEqual(source.row_done, BATCH + 1)
        self.assertTrue(0 < source.progress < 100)
        hidden = source.with_context(active_test=False).created_partner_ids
        self.assertEqual(len(hidden), BATCH)
        self.assertFalse(any(hidden.mapped("active")))
        self.assertFalse(self._purchases(hidden[0]))

        loaded = patch.object(
            type(source),
            "_insert_lines",
            autospec=True,
            side_effect=type(source)._insert_lines,
        )
        with loaded as insert:
            self._run_cron()
        self.assertEqual(insert.call_count, 3, "done batches are not done again")
        self.assertRecordValues(
            source, [{"state": "done", "new_count": ROWS, "missing_count": 10}]
        )
        self.assertEqual(self._staged(source), ROWS)
        customers = source.created_partner_ids
        self.assertEqual(sorted(customers.mapped("ref")), [f"N{i}" for i in range(10)])
        self.assertEqual(self._purchases(customers.sorted("ref")[0])[0][1], 1.0)

    def test_killed_reading_has_read_nothing_and_begins_anew(self):
        source = self._check(self._file(), create_missing=True)
        parts = self.env["crm.purchase.import.part"]
        mine = [("import_id", "=", source.id)]
        self._run_cron_until_killed("_create_parts", 1)
        self.assertRecordValues(
            source, [{"state": "checking", "is_staged": False, "row_count": 0}]
        )
        self.assertFalse(parts.search_count(mine))
        with patch_time_to_one_step(self.env):
            self._run_cron()
        self.assertTrue(source.is_staged)
        self.assertEqual(parts.search_count(mine), 4)
        self._run_cron()
        self.assertRecordValues(
            source, [{"state": "ready", "row_count": ROWS, "new_count": ROWS}]
        )

    def test_file_is_stored_and_read_the_same_piece_by_piece(self):
        whole = self._file().encode()

        def again(source):
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual(source._bytes(), whole)
            self.assertEqual(base64.b64decode(source.file), whole)

        for piece in (4, 64, len(base64.b64encode(whole)), 1 << 20):
            with patch.object(stored_file, "PIECE", piece):
                source = self._upload(whole)
                self.assertEqual(source.column_amount, "Amount")
                again(source)
                # as other programs send it, and as a browser does
                for sent in (base64.encodebytes(whole), base64.b64encode(whole)):
                    source.file = False
                    source.file = sent.decode()
                    again(source)
                source.file = False
                self.env.flush_all()
                self.env.invalidate_all()
                self.assertFalse(source._bytes())

    def test_who_uploaded_hears_how_it_ends(self):
        def told():
            messages = self.env["mail.message"].search(
                [("partner_ids", "in", self.manager.partner_id.ids)], order="id"
            )
            return [message.body for message in messages]

        source = self._check(self._file().replace("2023-01-", "01/02/20"))
        self._run_cron()
        self.assertEqual(source.state, "asking")
        [asked] = told()
        self.assertIn("questions", asked)
        self.assertIn(f"/odoo/crm.purchase.import/{source.id}", asked)
        source = self._ready()
        source.action_import()
        self._run_cron()
        self.assertEqual(source.state, "done")
        self.assertEqual(len(told()), 3)
        self.assertIn("imported", told()[-1])
        # on the screen nobody needs to be told
        with patch.object(work, "BATCH_ROWS", 2000):
            self._import(self._file(2), create_missing=True)
        self.assertEqual(len(told()), 3)

    def test_killed_check_counts_each_row_and_customer_once(self):
        source = self._check(self._file(), create_missing=True)
        self._run_cron_until_killed("_process_part", 3)
        self.assertEqual(source.state, "checking")
        self.assertEqual(source.row_done, 2 * BATCH + 1)
        self._run_cron()
        self.assertRecordValues(
            source, [{"state": "ready", "new_count": ROWS, "missing_count": 10}]
        )

    def test_stopped_import_leaves_nothing(self):
        source = self._ready()
        source.action_import()
        self._run_cron_until_killed("_insert_lines", 2)
        hidden = source.with_context(active_test=False).created_partner_ids
        source.action_stop()
        self.assertEqual(source.state, "draft")
        self.assertFalse(self._staged(source))
        self.assertFalse(hidden.exists())
        self._run_cron()
        self.assertEqual(source.state, "draft")

    def test_customer_that_becomes_doubtful_before_loading_stops_it_all(self):
        source = self._ready()
        twins = [{"name": "Twin", "ref": "N9"}, {"name": "Other Twin", "ref": "N9"}]
        self.env["res.partner"].create(twins)
        source.action_import()
        self._run_cron()
        self.assertEqual(source.state, "faulty")
        self.assertEqual([issue[0] for issue in self._issues(source)], [11])
        self.assertFalse(self._staged(source))
        self.assertFalse(self.env["res.partner"].search([("ref", "=", "N1")]))

    def test_what_odoo_refuses_is_an_issue_and_the_next_file_goes_on(self):
        bad, good = self._ready(), self._check(self._file(), create_missing=True)
        bad.action_import()
        create = type(self.env["crm.purchase.import"])._create_customers

        def refuse(source, customers):
            if source.id == bad.id:
                raise UserError(customers[0].reference)
            return create(source, customers)

        with patch.object(type(bad), "_create_customers", refuse):
            self._run_cron()
        self.assertEqual(bad.state, "faulty")
        self.assertEqual(bad.issue_ids.reason, "Odoo refused it: N0")
        self.assertEqual(good.state, "ready")

    def test_large_undo_is_work_for_the_cron(self):
        source = self._ready()
        source.action_import()
        self._run_cron()
        created = source.created_partner_ids
        used = created[3]
        self.env["sale.order"].create({"partner_id": used.id})
        with patch.object(purchase_import, "UNDO_AT_ONCE", 3):
            source.action_undo()
        # The history is right at once; the customers go one by one.
        self.assertEqual(source.state, "undoing")
        self.assertFalse(self._staged(source))
        self.assertEqual(len(created.exists()), 10)
        self._run_cron()
        self.assertRecordValues(source, [{"state": "undone", "kept_count": 1}])
        self.assertEqual(created.exists(), used)

    def test_queries_do_not_grow_with_rows(self):
        partners = [{"name": f"Known {i}", "ref": f"K{i}"} for i in range(1000)]
        self.env["res.partner"].create(partners)

        def queries(rows):
            lines = [f"K{i},2023-01-01,{i}\n" for i in range(rows)]
            source = self._upload("Reference,Date,Amount\n" + "".join(lines))
            counts = []
            for action in (source.action_check, source.action_import):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                action()
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(source.state, "done")
            source.action_undo()
            return counts

        with patch.object(work, "BATCH_ROWS", 2000):
            queries(10)  # what is looked up once per process
            self.assertEqual(queries(100), queries(1000))
