from datetime import datetime

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user


class TestTurn(TransactionCase):
    def test_turn_is_taken(self):
        turns = self.env["suite.turn"]
        with freeze_time("2026-01-02 03:04:05"):
            turns._take(["b", "a", "b"])
            turns._take(iter("a"))
            turns._take([])
        found = turns.search([("name", "in", ("a", "b"))], order="id")
        moment = datetime(2026, 1, 2, 3, 4, 5)
        self.assertRecordValues(
            found,
            [{"name": "a", "taken_at": moment}, {"name": "b", "taken_at": moment}],
        )

    def test_old_turns_go(self):
        turns = self.env["suite.turn"]
        for moment, name in (("2026-01-01", "a"), ("2026-01-02 12:00", "b")):
            with freeze_time(moment):
                turns._take([name])
        with freeze_time("2026-01-02 13:00"):
            turns._gc_turns()
        kept = turns.search([("name", "in", ["a", "b"])])
        self.assertEqual(kept.mapped("name"), ["b"])

    def test_turns_are_nobodys(self):
        turns = self.env["suite.turn"]
        turns._take(["a"])
        for group in ("base.group_user", "sales_team.group_sale_manager"):
            user = new_test_user(self.env, group, group)
            with self.subTest(group), self.assertRaises(AccessError):
                turns.with_user(user).search_count([])
        admin = turns.with_user(new_test_user(self.env, "boss", "base.group_system"))
        with self.assertRaises(AccessError):
            admin.create({"name": "b"})
        with self.assertRaises(AccessError):
            admin.search([]).unlink()


class TestTurnRaces(TransactionCase):
    """Real transactions beside each other; what they leave is removed."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.forget)
        self.one, self.two = (
            self.enterContext(self.registry.cursor()) for _number in range(2)
        )

    def forget(self):
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM suite_turn WHERE name LIKE 'test %'")

    def take(self, cr, *names):
        self.env(cr=cr)["suite.turn"]._take(names)

    def effects(self, cr):
        cr.execute("SELECT count(*) FROM suite_turn WHERE name LIKE 'test effect%'")
        return cr.fetchone()[0]

    def test_second_fails_and_sees_the_first_when_retried(self):
        for round_ in ("new turn", "known turn"):
            with self.subTest(round_):
                before = self.effects(self.one)
                # the second has its snapshot before the first decides
                self.assertEqual(self.effects(self.two), before)
                self.take(self.one, "test limit")
                self.take(self.one, f"test effect of {round_}")
                self.one.commit()
                with (
                    self.assertNoLogs("odoo.sql_db", "ERROR"),
                    self.assertRaises(SerializationFailure),
                ):
                    self.take(self.two, "test limit")
                self.two.rollback()
                self.take(self.two, "test limit")
                self.assertEqual(self.effects(self.two), before + 1)
                self.two.rollback()

    def test_other_turns_do_not_wait(self):
        self.take(self.one, "test a")
        self.two.execute("SET lock_timeout = '5s'")
        self.take(self.two, "test b")
        self.two.commit()
        self.one.commit()
        self.one.execute(
            "SELECT name FROM suite_turn WHERE name IN ('test a', 'test b')"
        )
        self.assertEqual(sorted(self.one.fetchall()), [("test a",), ("test b",)])

    def test_turn_in_use_is_not_removed(self):
        with freeze_time("2026-01-01"):
            self.take(self.one, "test a", "test b")
            self.one.commit()
        with freeze_time("2026-02-01"):
            self.take(self.one, "test a")
            self.two.execute("SET lock_timeout = '5s'")
            self.env(cr=self.two)["suite.turn"]._gc_turns()
            self.two.commit()
        self.two.execute("SELECT name FROM suite_turn WHERE name LIKE 'test %'")
        self.assertEqual(self.two.fetchall(), [("test a",)])
        self.one.commit()
