import base64
from contextlib import suppress
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ...models.network import distribution_network_import
from .common import NetworkCommon

JOB = "crm_distribution.cron_import_network"

OUTLETS = """code,name,country,state,zip,city,level,class,goods,turnover
S1,Lake Shop,X1,Lakes,123,Lake Town,Retailer,A,Drinks of the Channel,"1,234.50"
S1,,,,,,,,Tools of the Channel,99
۱۲,Hill Shop,Utopia,H,۴۵۶,,,b,Drinks of the Channel,۲۵۰
"""
FACTS = """outlet,goods,month,kind
S1,Drinks of the Channel,2026-01,purchase
۱۲,Drinks of the Channel,۱۴۰۴-۱۱,خرید
S1,Tools of the Channel,2026-02-15,stock
S1,Tools of the Channel,2026-02-15,stock
"""


class Killed(BaseException):
    """Ends a process wherever it is."""


class TestNetworkImport(NetworkCommon, CronMixinCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "importer", "crm_distribution.group_channel_manager"
        )

    def source(self, text, user=None):
        return (
            self.env["distribution.network.import"]
            .with_user(user or self.manager)
            .create({"file": base64.b64encode(text.encode())})
        )

    def bring_in(self, text):
        source = self.source(text)
        source.action_check()
        self.assertEqual(source.state, "ready", source.problem_ids.mapped("reason"))
        source.action_import()
        return source

    def test_what_a_file_leaves_open_is_not_guessed(self):
        source = self.source(
            "code,name,goods,turnover\nS1,Lake Shop,Drinks of the Channel,1.200\n"
        )
        with self.assertRaises(UserError) as caught:
            source.action_check()
        self.assertIn("1.200 → 1.20 / 1.200 → 1200.00", str(caught.exception))
        source.decimal_mark = ","
        source.action_check()
        source.action_import()
        self.assertEqual(self.outlets().turnover_ids.mapped("turnover"), [1200.0])
        days = "outlet,goods,month,kind\nS1,Drinks of the Channel,03/04/2026,stock\n"
        source = self.source(days)
        with self.assertRaises(UserError) as caught:
            source.action_check()
        self.assertIn("days or months come first", str(caught.exception))
        source.date_order = "mdy"
        source.action_check()
        self.assertEqual(source.state, "ready")

    def test_short_years_and_days_as_numbers_are_not_guessed(self):
        self.bring_in(OUTLETS)
        head = "outlet,goods,month,kind\nS1,Drinks of the Channel,"
        for day, name, reason, answers in (
            ("13/04/26", "short_years", "two digits", {"end": "2026-04-01"}),
            ("05/01/24", "short_years", "two digits", {"jalali": "2026-04-01"}),
            ("46125", "day_numbers", "numbers in place", {"days": "2026-04-01"}),
        ):
            for answer, month in answers.items():
                source = self.source(f"{head}{day},stock\n")
                # what comes first is asked apart
                source.date_order = "dmy"
                with self.subTest(day), self.assertRaises(UserError) as caught:
                    source.action_check()
                self.assertIn(reason, str(caught.exception))
                self.assertIn(f"{day} → ", str(caught.exception))
                source[name] = answer
                source.action_check()
                source.action_import()
                self.assertEqual(str(self.facts().mapped("date")[-1]), month)
                self.facts().unlink()
        source = self.source(f"{head}46125,stock\n")
        source.day_numbers = "none"
        source.action_check()
        self.assertEqual(source.state, "faulty")

    def outlets(self):
        return self.env["distribution.outlet"].search(
            [("code", "in", ("S1", "12", "S2")), ("company_id", "=", self.company.id)],
            order="code",
        )

    def facts(self):
        return self.outlets().handling_ids

    def test_outlets_and_turnovers(self):
        """C141: digits of a file are read as they are typed."""
        lakes = self.make_territory("Lakes", (self.state, None, None))
        source = self.source(OUTLETS)
        source.action_check()
        self.assertRecordValues(
            source,
            [{"kind": "outlets", "state": "ready", "row_count": 3, "new_count": 2}],
        )
        self.assertFalse(self.outlets())
        source.action_import()
        hill, lake = self.outlets()
        self.assertRecordValues(
            lake + hill,
            [
                {
                    "name": "Lake Shop",
                    "state_id": self.state.id,
                    "zip": "123",
                    "turnover_class": "a",
                    "level_id": self.env.ref("crm_distribution.level_retailer").id,
                    "territory_id": lakes.id,
                },
                {
                    "name": "Hill Shop",
                    "state_id": self.other_state.id,
                    "zip": "456",
                    "turnover_class": "b",
                    "level_id": False,
                    "territory_id": False,
                },
            ],
        )
        self.assertEqual(
            {(line.category_id, line.turnover) for line in (lake + hill).turnover_ids},
            {(self.drinks, 1234.5), (self.tools, 99), (self.drinks, 250)},
        )

    def test_same_file_again_changes_nothing(self):
        self.bring_in(OUTLETS)
        written = self.outlets().mapped("write_date")
        again = self.bring_in(OUTLETS)
        self.assertRecordValues(
            again, [{"new_count": 0, "changed_count": 0, "same_count": 2}]
        )
        self.assertEqual(self.outlets().mapped("write_date"), written)
        self.assertEqual(len(self.outlets().turnover_ids), 3)
        self.bring_in(FACTS)
        facts = self.facts()
        again = self.bring_in(FACTS)
        self.assertRecordValues(again, [{"new_count": 0, "same_count": 3}])
        self.assertEqual(self.facts(), facts)

    def test_changes_are_changed_alone(self):
        self.bring_in(OUTLETS)
        changed = self.bring_in("code,name,city\nS1,,Other Town\n12,Hill Shop,\n")
        self.assertRecordValues(
            changed, [{"new_count": 0, "changed_count": 1, "same_count": 1}]
        )
        self.assertEqual(self.outlets().mapped("city"), [False, "Other Town"])
        self.bring_in("code,goods,turnover\nS1,Tools of the Channel,100\n")
        self.assertEqual(
            sorted(self.outlets().turnover_ids.mapped("turnover")), [100, 250, 1234.5]
        )

    def test_facts_of_months(self):
        self.bring_in(OUTLETS)
        source = self.bring_in(FACTS)
        self.assertRecordValues(
            source, [{"kind": "handling", "row_count": 4, "new_count": 3}]
        )
        self.assertEqual(
            {
                (fact.outlet_id.code, fact.category_id, str(fact.date), fact.kind)
                for fact in self.facts()
            },
            {
                ("S1", self.drinks, "2026-01-01", "purchase"),
                ("12", self.drinks, "2026-01-01", "purchase"),
                ("S1", self.tools, "2026-02-01", "stock"),
            },
        )
        self.assertEqual(self.facts().company_id, self.company)

    def test_bad_rows_are_named_and_nothing_is_half_in(self):
        source = self.source(
            "code,name,state,goods,turnover,class\n"
            "S1,Good,,,,\n"
            ",No Code,,,,\n"
            "S2,Bad State,Nowhere,,,\n"
            "S3,Bad Goods,,Stars,,\n"
            "S4,Bad Turnover,,Tools of the Channel,much,\n"
            "S5,Below Nought,,Tools of the Channel,-1,\n"
            "S6,,,,,\n"
            "S1,Another Name,,,,\n"
            "S7,Bad Class,,,,Z\n"
        )
        source.action_check()
        self.assertEqual(
            [(problem.row, problem.field) for problem in source.problem_ids],
            [
                (3, "code"),
                (4, "state"),
                (5, "goods"),
                (6, "turnover"),
                (7, "turnover"),
                (8, "name"),
                (9, "name"),
                (10, "class"),
            ],
        )
        self.assertTrue(all(source.problem_ids.mapped("reason")))
        self.assertEqual(source.state, "faulty")
        with self.assertRaises(UserError):
            source.action_import()
        self.assertFalse(self.outlets())

    def test_bad_facts_are_named(self):
        self.bring_in(OUTLETS)
        source = self.source(
            "outlet,goods,month,kind\n"
            "S9,Drinks of the Channel,2026-01,sale\n"
            "S1,,2026-01,sale\n"
            "S1,Drinks of the Channel,soon,sale\n"
            "S1,Drinks of the Channel,2199-01,sale\n"
            "S1,Drinks of the Channel,2026-01,rent\n"
        )
        source.action_check()
        self.assertEqual(
            [(problem.row, problem.field) for problem in source.problem_ids],
            [(2, "outlet"), (3, "goods"), (4, "month"), (5, "month"), (6, "kind")],
        )
        self.assertEqual(source.state, "faulty")
        self.assertFalse(self.facts())

    def test_turnovers_inside_each_other_are_refused(self):
        source = self.source(
            "code,name,goods,turnover\n"
            "S1,Shop,Drinks of the Channel,10\n"
            "S1,,Juice of the Channel,5\n"
        )
        source.action_check()
        self.assertEqual(source.problem_ids.mapped("row"), [3])

    def test_products_name_their_goods(self):
        self.bring_in(OUTLETS)
        self.env["product.product"].create(
            {"name": "Apple", "default_code": "APL-1", "categ_id": self.juice.id}
        )
        self.bring_in("outlet,product,month\nS1,apl-1,2026-01\n")
        self.assertEqual(self.facts().category_id, self.juice)
        self.assertEqual(self.facts().kind, "purchase")

    def test_files_that_are_none(self):
        for text in (
            "",
            "code,name\n",
            "name,city\na,b\n",
            "month,outlet\n2026-01,S1\n",
        ):
            with self.subTest(text), self.assertRaises(UserError):
                self.source(text or "\n").action_check()

    def test_managers_bring_in_files(self):
        user = new_test_user(self.env, "clerk", "crm_distribution.group_channel_user")
        with self.assertRaises(AccessError):
            self.source(OUTLETS, user)
        with self.assertRaises(AccessError):
            source = self.env["distribution.network.file"].with_user(user)
            self.bring_in(OUTLETS)
            reading = self.source(FACTS)._read()[1]
            source._load(reading, self.company, True)

    def long_source(self, text):
        """Left to the job, one outlet or fact at a time."""
        self.enterContext(patch.object(distribution_network_import, "AT_ONCE", 1))
        self.enterContext(patch.object(distribution_network_import, "PART", 1))
        return self.source(text)

    def run_job(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(JOB).method_direct_trigger()
        self.env.invalidate_all()

    def test_a_long_file_is_checked_and_imported_by_the_job(self):
        source = self.long_source(OUTLETS)
        with self.capture_triggers(JOB) as woken:
            source.action_check()
        self.assertTrue(woken.records)
        self.assertEqual(source.state, "checking")
        self.run_job()
        self.assertRecordValues(source, [{"state": "ready", "new_count": 2}])
        source.action_import()
        self.assertEqual(source.state, "loading")
        self.assertFalse(self.outlets())
        self.run_job()
        self.assertRecordValues(
            source, [{"state": "done", "part_done": 2, "progress": 100}]
        )
        self.assertEqual(self.outlets().mapped("code"), ["12", "S1"])
        self.assertEqual(self.outlets().create_uid, self.manager)
        self.assertEqual(len(self.outlets().turnover_ids), 3)

    def brought_in(self):
        """What a file leaves, without the ids."""
        return sorted(
            (
                outlet.code,
                outlet.name,
                outlet.zip or "",
                sorted((t.category_id.id, t.turnover) for t in outlet.turnover_ids),
                sorted(
                    (f.category_id.id, str(f.date), f.kind) for f in outlet.handling_ids
                ),
            )
            for outlet in self.outlets()
        )

    def kill_in_the_middle(self, source):
        """The job's process is gone after it has brought in a part."""
        load = type(self.env["distribution.network.file"])._load
        loaded = []

        def load_one(model, reading, company, write):
            if loaded:
                raise Killed
            loaded.append(reading)
            return load(model, reading, company, write)

        self.env.flush_all()
        with (
            self.enter_registry_test_mode(),
            self.registry.cursor() as cr,
            patch.object(
                type(self.env["distribution.network.file"]), "_load", load_one
            ),
        ):
            with suppress(Killed):
                self.env(cr=cr)["distribution.network.import"]._cron_import()
            cr.rollback()
        self.env.invalidate_all()
        self.assertEqual((source.state, source.part_done), ("loading", 1))

    def test_killed_in_the_middle_ends_as_if_in_one_go(self):
        expected = {}
        for name, text in (("outlets", OUTLETS), ("facts", FACTS)):
            self.bring_in(text)
            expected[name] = self.brought_in()
        self.outlets().unlink()
        for name, text in (("outlets", OUTLETS), ("facts", FACTS)):
            source = self.long_source(text)
            source.action_check()
            self.run_job()
            source.action_import()
            self.kill_in_the_middle(source)
            half = self.brought_in()
            self.run_job()
            with self.subTest(name):
                self.assertEqual(source.state, "done")
                self.assertNotEqual(half, expected[name])
                self.assertEqual(self.brought_in(), expected[name])
                self.assertFalse(self.parts())

    def parts(self):
        return self.env["distribution.network.import.part"].search([])

    def test_a_turn_that_is_out_of_time_is_gone_on_with_by_the_next(self):
        """Each turn of the job brings in a part at least; the file is read once."""
        self.bring_in(OUTLETS)
        source = self.long_source(FACTS)
        source.action_check()
        self.run_job()
        source.action_import()
        _job, progress = self.env.ref(JOB)._add_progress()
        self.env.flush_all()
        read = self.enterContext(
            patch.object(
                type(source), "_read", autospec=True, side_effect=type(source)._read
            )
        )
        done = []
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            context = {
                "cron_id": progress.cron_id.id,
                "cron_end_time": 0,
                "ir_cron_progress_id": progress.id,
            }
            imports = self.env(cr=cr, context=context)[source._name]
            late = imports.browse(source.id)
            while late.state == "loading":
                imports._cron_import()
                done.append(late.part_done)
                self.assertLess(len(done), 9)
        self.env.invalidate_all()
        # the first turn reads, each of the others brings in one part
        self.assertEqual(done, [0, 1, 2, 3])
        self.assertEqual(read.call_count, 1)
        self.assertEqual(len(self.facts()), 3)

    def test_a_stopped_import_stays_stopped_and_keeps_what_is_in(self):
        source = self.long_source(OUTLETS)
        source.action_check()
        self.run_job()
        source.action_import()
        source._as_responsible()._go_on()
        source._as_responsible()._go_on()
        self.assertRecordValues(
            source, [{"state": "loading", "part_done": 1, "progress": 50}]
        )
        self.assertEqual(len(self.parts()), 1)
        source.action_stop()
        self.assertFalse(self.parts())
        self.run_job()
        self.assertRecordValues(source, [{"state": "draft", "progress": 0}])
        self.assertEqual(len(self.outlets()), 1)
        source.action_check()
        self.run_job()
        self.assertRecordValues(
            source, [{"state": "ready", "new_count": 1, "same_count": 1}]
        )

    @mute_logger("odoo.sql_db")
    def test_what_a_part_refers_to_and_is_gone_is_told(self):
        self.bring_in(OUTLETS)
        source = self.long_source(FACTS)
        source.action_check()
        self.run_job()
        source.action_import()
        source._as_responsible()._go_on()
        self.outlets().unlink()
        self.run_job()
        self.assertEqual(source.state, "faulty")
        self.assertIn("deleted", source.problem_ids.reason)
        self.assertFalse(self.parts())

    def test_the_job_works_with_the_rights_of_whoever_pressed_the_button(self):
        source = self.long_source(OUTLETS)
        source.action_check()
        self.run_job()
        source.action_import()
        self.manager.group_ids = self.env.ref("base.group_user")
        self.run_job()
        self.assertEqual(source.sudo().state, "faulty")
        self.assertFalse(self.outlets())

    def test_a_file_under_way_is_not_exchanged_nor_deleted(self):
        source = self.long_source(OUTLETS)
        source.action_check()
        for action in (lambda: source.write({"file": b"eA=="}), source.unlink):
            with self.assertRaises(UserError):
                action()
        source.action_stop()
        source.file = base64.b64encode(FACTS.encode())
        self.assertEqual(source.state, "draft")

    def test_what_an_import_tells_is_written_by_the_system_alone(self):
        source = self.source(OUTLETS)
        for vals in ({"state": "ready"}, {"new_count": 9}, {"user_id": 1}):
            with self.subTest(vals), self.assertRaises(AccessError):
                source.write(vals)

    def test_facts_are_few_statements(self):
        self.bring_in(OUTLETS)
        source = self.source(FACTS)
        reading = source._read()[1]
        Source = self.env["distribution.network.file"].with_user(self.manager)
        Source._load(reading, self.company, False)
        with self.assertQueryCount(1):
            Source._load(reading, self.company, True)
