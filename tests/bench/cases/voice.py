"""What customers say at scale: the portal under load, signals of many customers.

Fifty people with a login, 200 cases and 200 orders each, use the portal of a server of
two workers for two minutes: they list, filter, search, read, write. Beside our list
stands Odoo's own list of orders, asked for by the same people in turns. How long each
takes when nobody else asks is measured before.

Signals stand beside the aggregate that one would write by hand over the same rows.
"""

import random
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from tempfile import TemporaryFile

import databases
import requests
from measure import Measure, alternate, seconds
from population import Truth
from session import environment, in_fresh_process, say

from odoo.tools import SQL

PEOPLE = 50
# made by Odoo for each of them; all others are copies of these
MADE, COPIES = 4, 49
MINUTES, QUICK_MINUTES = 2, 0.25
WORKERS = 2
# between what one person does and the next, so that nobody waits in a queue alone
PAUSE = 8
ROUNDS, FEW_ROUNDS = 60, 9
SLOWER = 2
PASSWORD = "portal"
FORM = {
    name: re.compile(rf'name="{name}" value="([^"]*)"')
    for name in ("csrf_token", "token")
}
SERVE = databases.HERE / "serve.py"
OWN_LIST, ORDERS = "/my/voice", "/my/orders"
ERROR = re.compile(r"^.* (?:ERROR|CRITICAL) .*$", re.MULTILINE)
# customers in the full run, and events on the average of each
EVENTS_A_CUSTOMER = 20
QUICK = 10_000


def run(truth: Truth) -> Iterator[Measure]:
    quick = truth.customers < QUICK
    world = databases.voice()
    database = databases.copy(world, "run")
    try:
        yield from in_fresh_process(_use_portal, database, quick)
    finally:
        databases.drop(database)
    yield from in_fresh_process(_count_signals, world, truth.customers)


def fill(database: str) -> None:
    """People with their cases and orders, of which most are copies by SQL."""
    with environment(database) as env:
        env = env(context={**env.context, "tracking_disable": True})
        people = _people(env)
        team = env["ecrm.team"].create({"name": "Service", "assigns": False})
        product = env["product.product"].create({"name": "Ware", "taxes_id": False})
        for person in people:
            for number in range(MADE):
                _case(env, person, team, number)
        env["sale.order"].create(
            [
                {
                    "partner_id": person.id,
                    "state": "sale",
                    "order_line": [(0, 0, {"product_id": product.id, "price_unit": 9})],
                }
                for person in people
                for _number in range(MADE)
            ]
        )
        env.flush_all()
        _copy_rows(env.cr, COPIES)
        env["mail.mail"].search([]).unlink()
        env.cr.commit()


def _people(env):
    users = env["res.users"].with_context(no_reset_password=True)
    users = users.create(
        [
            {
                "name": f"Person {n}",
                "login": f"person{n}",
                "email": f"person{n}@bench.test",
                "group_ids": [(6, 0, env.ref("base.group_portal").ids)],
            }
            for n in range(PEOPLE)
        ]
    )
    users[0].password = PASSWORD
    env.flush_all()
    # one hash is as good as fifty, and takes a fiftieth of the time
    env.cr.execute(
        "UPDATE res_users SET password = (SELECT password FROM res_users WHERE id = %s)"
        " WHERE id = ANY(%s)",
        [users[0].id, users.ids],
    )
    env.invalidate_all()
    return users.partner_id


def _case(env, person, team, number: int) -> None:
    kind = ("complaint", "request", "question", "praise")[number]
    case = env["ecrm.case"]._receive(
        {
            "name": f"The {kind} of {person.name}",
            "description": "It came too late, and one of two was broken.",
            "kind": kind,
            "team_id": team.id,
        },
        by=person,
        medium="portal",
    )
    if number:
        case._say("We look into it.", user=env.user, then="waiting")
    if number > 1:
        case._hear("Thank you.", by=person, medium="portal")
        case._say("It is done.", user=env.user, then="solved")
    if number > 2:
        case._close("customer")


def _copy_rows(cr, copies: int) -> None:
    """Each copy's ids are those of its original, so many times its table's span on."""
    tables = {
        "ecrm_case": {
            "key": "md5(random()::text || id)",
            "number": "'C9' || lpad(({id})::text, 6, '0')",
            "opened_on": "opened_on - copy * interval '1 day'",
            "name": "name || ' ' || copy",
            "text_mark": "NULL",
            "episode_id": "episode_id + copy * {ecrm_case_episode}",
        },
        "ecrm_case_episode": {"case_id": "case_id + copy * {ecrm_case}"},
        "ecrm_case_event": {
            "case_id": "case_id + copy * {ecrm_case}",
            "episode_id": "episode_id + copy * {ecrm_case_episode}",
            "message_id": "NULL",
            "token": "NULL",
        },
        "ecrm_case_clock": {
            "case_id": "case_id + copy * {ecrm_case}",
            "episode_id": "episode_id + copy * {ecrm_case_episode}",
        },
        "mail_message": {
            "res_id": "res_id + copy * {ecrm_case}",
            "message_id": "'<' || ({id}) || '@bench.test>'",
        },
        "sale_order": {
            "name": "'S9' || lpad(({id})::text, 6, '0')",
            "date_order": "date_order - copy * interval '1 day'",
        },
        "sale_order_line": {"order_id": "order_id + copy * {sale_order}"},
    }
    spans = {}
    for table in tables:
        cr.execute(f"SELECT max(id) FROM {table}")
        [spans[table]] = cr.fetchone()
    # an episode and its case name each other
    cr.execute(
        "ALTER TABLE ecrm_case ALTER CONSTRAINT ecrm_case_episode_id_fkey"
        " DEFERRABLE INITIALLY DEFERRED"
    )
    for table, changed in tables.items():
        cr.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND is_generated = 'NEVER'",
            [table],
        )
        columns = [name for (name,) in cr.fetchall()]
        new_id = f"id + copy * {spans[table]}"
        values = {"id": new_id, **changed}
        chosen = [
            values.get(name, f'"{name}"').format(id=new_id, **spans) for name in columns
        ]
        model = "WHERE model = 'ecrm.case'" if table == "mail_message" else ""
        names = ", ".join(f'"{name}"' for name in columns)
        cr.execute(
            f"INSERT INTO {table} ({names}) SELECT {', '.join(chosen)}"
            f" FROM (SELECT * FROM {table} {model}) original,"
            " generate_series(1, %s) copy",
            [copies],
        )
        cr.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")


def _use_portal(database: str, quick: bool) -> list[Measure]:
    with _server(database) as (address, log):
        people = [_Person(address, number) for number in range(PEOPLE)]
        first = people[0]
        first.learn()
        own, peer = alternate(
            FEW_ROUNDS if quick else ROUNDS,
            partial(seconds, partial(first.get, OWN_LIST)),
            partial(seconds, partial(first.get, ORDERS)),
        )
        say(f"alone: our list {1e3 * own:.1f} ms, orders {1e3 * peer:.1f} ms")
        end = time.monotonic() + 60 * (QUICK_MINUTES if quick else MINUTES)
        threads = [threading.Thread(target=one.use, args=[end]) for one in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        log.seek(0)
        told = log.read()
    complaints = ERROR.findall(told)
    if complaints:
        say(told[-3000:])
    taken, failed = defaultdict(list), []
    for person in people:
        failed += person.failed
        for deed, times in person.taken.items():
            taken[deed] += times
    for deed, times in sorted(taken.items()):
        say(
            f"{deed}: {len(times)} times, median {1e3 * statistics.median(times):.0f}"
            f" ms, slowest {1e3 * max(times):.0f} ms"
        )
    for text in (*failed, *complaints)[:5]:
        say(f"failed: {text}")
    loaded = statistics.median(taken["list"]) / statistics.median(taken["orders"])
    return [
        Measure("portal_errors", len(failed) + len(complaints), "errors", 0),
        Measure("portal_list_beside_orders", loaded, "ratio", 1),
        Measure("portal_list_alone_beside_orders", own / peer, "ratio", 1),
    ]


@contextmanager
def _server(database: str) -> Iterator[tuple]:
    """A server of its own, and what it complains of."""
    port, gevent_port = _free_port(), _free_port()
    with TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, SERVE, "--database", database),
                *("--db-filter", f"^{database}$", "--workers", str(WORKERS)),
                *("--max-cron-threads", "0", "--log-level", "error"),
                *("--http-interface", "127.0.0.1", "--http-port", str(port)),
                *("--gevent-port", str(gevent_port)),
            ],
            stdout=log,
            stderr=log,
            text=True,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(process, address)
            yield address, log
        finally:
            process.terminate()
            process.wait(60)


def _wait_for(process, address: str) -> None:
    for _second in range(300):
        if process.poll() is not None:
            break
        try:
            if requests.get(f"{address}/web/login", timeout=60).ok:
                return
        except requests.ConnectionError:
            time.sleep(1)
    raise AssertionError("the server does not answer")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class _Person:
    """Somebody's browser: he does one thing after the other, with pauses."""

    def __init__(self, address: str, number: int) -> None:
        self.address = address
        self.draw = random.Random(number)
        self.session = requests.Session()
        self.cases: list[str] = []
        self.taken: dict[str, list[float]] = defaultdict(list)
        self.failed: list[str] = []
        page = self.session.get(f"{address}/web/login", timeout=60).text
        answer = self.session.post(
            f"{address}/web/login",
            {
                "login": f"person{number}",
                "password": PASSWORD,
                "csrf_token": FORM["csrf_token"].search(page)[1],
            },
            timeout=60,
        )
        if not answer.url.startswith(f"{address}/my"):
            raise AssertionError(f"person{number} cannot log in: {answer.url}")

    def get(self, path: str) -> str:
        answer = self.session.get(f"{self.address}{path}", timeout=60)
        answer.raise_for_status()
        return answer.text

    def learn(self) -> None:
        """Which cases are his, as the list shows them; orders get their tokens."""
        self.cases = re.findall(r'"(/my/voice/case/[^"/]{10,})"', self.get(OWN_LIST))
        if len(self.cases) < 20 or self.get(ORDERS).count("/my/orders/") < 20:
            raise AssertionError("the lists are shorter than a page")

    def use(self, end: float) -> None:
        """Until then; both lists equally often, and next to each other."""
        time.sleep(self.draw.uniform(0, PAUSE))
        self._try(self.learn)
        deeds = [self._list, self._orders, self._filter, self._orders, self._list]
        deeds += [self._search, self._list, self._orders, self._read, self._write]
        place = self.draw.randrange(len(deeds))
        while time.monotonic() < end:
            time.sleep(self.draw.uniform(0, PAUSE))
            deed = deeds[place % len(deeds)]
            place += 1
            self._try(deed)

    def _try(self, deed) -> None:
        name = deed.__name__.strip("_")
        try:
            self.taken[name].append(seconds(deed))
        except Exception as error:  # noqa: BLE001 (each is counted and told)
            self.failed.append(f"{name}: {error!r}")

    def _list(self) -> None:
        self.get(OWN_LIST)

    def _orders(self) -> None:
        self.get(ORDERS)

    def _filter(self) -> None:
        self.get(f"{OWN_LIST}/page/2?filterby=open&kind=case&sortby=name")

    def _search(self) -> None:
        found = self.get(f"{OWN_LIST}?search=complaint+of")
        if "/my/voice/case/" not in found:
            raise AssertionError("nothing is found")

    def _read(self) -> None:
        self.get(self.draw.choice(self.cases))

    def _write(self) -> None:
        path = self.draw.choice(self.cases)
        page = self.get(path)
        sent = {name: sign.search(page)[1] for name, sign in FORM.items()}
        answer = self.session.post(
            f"{self.address}{path}/say",
            {**sent, "text": "And one more thing."},
            timeout=60,
            allow_redirects=False,
        )
        if answer.status_code != 303:
            raise AssertionError(f"not taken: {answer.status_code}")


def _count_signals(database: str, customers: int) -> list[Measure]:
    """Everybody's signals by day, beside the plain aggregate of the same events."""
    with environment(database) as env:
        events = _fill_events(env, customers)
        ours = SQL(
            "SELECT source, count(*), sum(count) FROM (%s) s GROUP BY 1 ORDER BY 1",
            env["ecrm.signal"]._table_query,
        )
        peer = SQL(
            "SELECT source, count(*), sum(n) FROM ("
            " SELECT partner_id, company_id, day, source, medium, count(*) AS n"
            "   FROM (%s) e GROUP BY 1, 2, 3, 4, 5) s GROUP BY 1 ORDER BY 1",
            SQL(" UNION ALL ").join(
                SQL("SELECT *, %s AS source FROM (%s) t", name, SQL(query))
                for name, query in _BARE.items()
            ),
        )
        found, expected = (env.execute_query(query) for query in (ours, peer))
        if found != expected or {name for name, *_ in found} != set(_BARE):
            raise AssertionError(f"{found} signals, not {expected}")
        own, bare = alternate(
            3,
            partial(seconds, partial(env.execute_query, ours)),
            partial(seconds, partial(env.execute_query, peer)),
        )
        env.cr.rollback()
    say(
        f"{events} events of {customers} customers: signals {own:.2f} s, "
        f"bare aggregate {bare:.2f} s"
    )
    return [Measure("signals_of_customers", own / bare, "ratio", SLOWER)]


# where our company is, whose days they are
ZONE = "Asia/Tehran"


def _day(moment: str) -> str:
    return f"({moment} AT TIME ZONE 'UTC' AT TIME ZONE place.tz)::date"


def _place(company: str) -> str:
    return (
        f"JOIN res_company ours ON ours.id = {company}"
        " JOIN res_partner place ON place.id = ours.partner_id"
    )


# As one would write it by hand for what is in this database: each source that has
# events, in the company's days. Events of a day alike are one row with their number.
_SAID = f"""
    SELECT p.commercial_partner_id AS partner_id, m.record_company_id AS company_id,
           {_day("m.date")} AS day, 'mail' AS medium
      FROM mail_message m JOIN res_partner p ON p.id = m.author_id
      {_place("m.record_company_id")}
     WHERE p.partner_share AND m.message_type = 'email'
       AND m.model IN ('res.partner', 'crm.lead', 'sale.order', 'account.move')
       AND NOT EXISTS (SELECT FROM ecrm_automatic_mail a WHERE a.message_id = m.id)
"""
_BARE = {
    "visit": """
        SELECT p.commercial_partner_id AS partner_id, v.company_id, v.day,
               NULL::varchar AS medium
          FROM ecrm_portal_visit v JOIN res_partner p ON p.id = v.partner_id
    """,
    "order": f"""
        SELECT p.commercial_partner_id, o.company_id, {_day("o.date_order")}, NULL
          FROM sale_order o JOIN res_partner p ON p.id = o.partner_id
          {_place("o.company_id")}
         WHERE o.state = 'sale'
    """,
    "case": f"""
        SELECT e.commercial_partner_id, e.company_id, {_day("e.opened_on")}, medium
          FROM ecrm_case e {_place("e.company_id")} WHERE e.medium <> 'staff'
    """,
    "complaint": f"""
        SELECT e.commercial_partner_id, e.company_id, {_day("e.opened_on")}, NULL
          FROM ecrm_case e {_place("e.company_id")}
         WHERE e.kind = 'complaint' AND e.state IN ('new', 'open', 'waiting')
    """,
    "case_message": f"""
        SELECT e.commercial_partner_id, e.company_id, {_day("v.at")}, v.medium
          FROM ecrm_case_event v JOIN ecrm_case e ON e.id = v.case_id
          {_place("e.company_id")}
         WHERE v.kind IN ('customer', 'after')
    """,
    "answer": f"""
        SELECT e.commercial_partner_id, e.company_id, {_day("v.at")}, NULL
          FROM ecrm_case_event v JOIN ecrm_case e ON e.id = v.case_id
          {_place("e.company_id")}
         WHERE v.kind = 'agent'
    """,
    "case_unanswered": f"""
        SELECT e.commercial_partner_id, e.company_id, {_day("said.at")}, NULL
          FROM ecrm_case e
          JOIN (SELECT DISTINCT ON (case_id) case_id, at, kind FROM ecrm_case_event
                 WHERE kind IN ('opened', 'customer', 'after', 'agent')
                 ORDER BY case_id, at DESC, id DESC) said ON said.case_id = e.id
          {_place("e.company_id")}
         WHERE e.state IN ('new', 'open') AND said.kind <> 'agent'
           AND said.at <= now() - make_interval(days => ours.ecrm_unanswered_days)
    """,
    "feedback": f"""
        SELECT e.commercial_partner_id, e.company_id, {_day("e.answered_on")}, NULL
          FROM ecrm_feedback e {_place("e.company_id")}
         WHERE e.answered_on IS NOT NULL AND e.medium IS DISTINCT FROM 'phone'
    """,
    "idea": f"""
        SELECT e.commercial_partner_id, e.company_id, {_day("e.opened_on")}, NULL
          FROM ecrm_idea e {_place("e.company_id")}
         WHERE e.commercial_partner_id IS NOT NULL
    """,
    "refund": """
        SELECT commercial_partner_id, company_id, invoice_date, NULL
          FROM account_move
         WHERE move_type = 'out_refund' AND state = 'posted'
    """,
    "late": f"""
        SELECT e.commercial_partner_id, e.company_id, e.invoice_date_due, NULL
          FROM account_move e {_place("e.company_id")}
         WHERE move_type = 'out_invoice' AND state = 'posted'
           AND payment_state IN ('not_paid', 'partial')
           AND invoice_date_due < (now() AT TIME ZONE place.tz)::date
    """,
    "message": _SAID,
    "unanswered": f"""
        SELECT * FROM ({_SAID} AND m.id IN (
            SELECT DISTINCT ON (model, res_id) id FROM mail_message
             WHERE message_type IN ('comment', 'email', 'email_outgoing')
             ORDER BY model, res_id, id DESC)) last
    """,
    "outgoing": f"""
        SELECT p.commercial_partner_id, m.record_company_id, {_day("m.date")}, NULL
          FROM mail_notification n JOIN mail_message m ON m.id = n.mail_message_id
          JOIN res_partner p ON p.id = n.res_partner_id
          {_place("m.record_company_id")}
         WHERE n.notification_type = 'email' AND n.notification_status = 'sent'
           AND p.partner_share AND m.message_type IN ('comment', 'email_outgoing')
           AND m.author_id IN (SELECT partner_id FROM res_users WHERE NOT share)
    """,
}


def _fill_events(env, customers: int) -> int:
    """Rows by SQL, from one of each that Odoo made; rolled back afterwards."""
    cr, partner = env.cr, env["res.users"].search([("login", "=", "person1")])
    partner = partner.partner_id
    env.company.partner_id.tz = ZONE
    env["ecrm.portal.visit"]._note(partner.id, env.company.id, "2026-01-01")
    touchpoint = env["ecrm.touchpoint"].create({"name": "Bench"})
    feedback = env["ecrm.feedback"].create(
        {
            "name": "Bench",
            "touchpoint_id": touchpoint.id,
            "metric": "csat",
            "partner_id": partner.id,
        }
    )
    refund, late = env["account.move"].create(
        [
            {
                "move_type": kind,
                "partner_id": partner.id,
                "invoice_date": "2026-01-01",
                "invoice_date_due": "2026-01-31",
                "invoice_line_ids": [(0, 0, {"name": "Ware", "price_unit": 1})],
            }
            for kind in ("out_refund", "out_invoice")
        ]
    )
    (refund + late).action_post()
    idea = env["ecrm.idea"].create({"name": "Bench", "partner_id": partner.id})
    said, told = (
        env["mail.message"].create(
            {
                "model": "res.partner",
                "res_id": partner.id,
                "author_id": author.id,
                "message_type": kind,
                "subtype_id": env.ref("mail.mt_comment").id,
                "record_company_id": env.company.id,
                "date": "2026-01-01 10:00:00",
                "body": "Bench",
            }
        )
        for author, kind in ((partner, "email"), (env.user.partner_id, "comment"))
    )
    sent = env["mail.notification"].create(
        {
            "mail_message_id": told.id,
            "res_partner_id": partner.id,
            "notification_type": "email",
            "notification_status": "sent",
            "is_read": True,
        }
    )
    env.flush_all()
    cr.execute("SELECT max(id) FROM res_partner")
    [last] = cr.fetchone()
    mine = "partner_id = %(partner)s"
    # what is copied how often for a customer, and where its moment stands; what we told
    # comes before what customers said, so that their last words wait
    clones = [
        ("ecrm_portal_visit", mine, 6, "day"),
        ("sale_order", mine, 3, "date_order"),
        ("ecrm_case", mine, 2, "opened_on"),
        ("ecrm_case_event", "kind = 'customer'", 2, "at"),
        ("ecrm_feedback", f"id = {feedback.id}", 1, "answered_on"),
        ("account_move", f"id = {refund.id}", 1, "invoice_date"),
        ("account_move", f"id = {late.id}", 1, "invoice_date_due"),
        ("ecrm_idea", f"id = {idea.id}", 1, "opened_on"),
        ("mail_message", f"id = {told.id}", 2, "date"),
        ("mail_notification", f"id = {sent.id}", 2, "create_date"),
        ("mail_message", f"id = {said.id}", 3, "date"),
    ]
    for table in ("res_partner", *dict.fromkeys(table for table, *_ in clones)):
        _drop_checks(cr, table)
    whole = {"id": f"{last} + n", "commercial_partner_id": f"{last} + n"}
    _clone(cr, "res_partner", f"id = {partner.id}", customers, whole)
    events, first = 0, {}
    for table, original, share, day in clones:
        days = f"(n / {customers}) * 17 + n % 13"
        whose = f"{last} + 1 + n % {customers}"
        changed = {
            **dict.fromkeys(("partner_id", "commercial_partner_id"), whose),
            **dict.fromkeys(("res_partner_id",), whose),
            **({"author_id": whose} if original == f"id = {said.id}" else {}),
            "res_id": whose,
            "case_id": f"{first.get('ecrm_case')} + n % {2 * customers}",
            "mail_message_id": f"{first.get('mail_message')} + n - 1",
            "message_id": "NULL",
            "token": "NULL",
            day: f"timestamp '2026-06-30 20:45' - interval '1 day' * ({days})",
            "key": "md5(n::text)",
            "form_token": "NULL",
            "name": "'B' || n",
        }
        cr.execute(f"SELECT max(id) + 1 FROM {table}")
        [begin] = cr.fetchone()
        events += _clone(
            cr, table, original, customers * share, changed, partner.id, begin
        )
        first[table] = begin
    for table in ("res_partner", *first):
        cr.execute(f"ANALYZE {table}")
    if events < EVENTS_A_CUSTOMER * customers:
        raise AssertionError(f"{events} events are too few")
    return events


def _drop_checks(cr, table: str) -> None:
    """Row by row, foreign keys and indexes would take most of the time."""
    cr.execute(
        "SELECT format('ALTER TABLE %%I DROP CONSTRAINT %%I', relname, conname)"
        "  FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid"
        " WHERE contype = 'f' AND relname = %(table)s"
        " UNION ALL "
        "SELECT format('DROP INDEX %%I', indexname) FROM pg_indexes"
        " WHERE tablename = %(table)s AND indexname NOT LIKE '%%_pkey'",
        {"table": table},
    )
    for (statement,) in cr.fetchall():
        cr.execute(statement)


def _clone(cr, table, original, number, changed, partner=None, first=None) -> int:
    cr.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = %s AND is_generated = 'NEVER'",
        [table],
    )
    columns = [name for (name,) in cr.fetchall()]
    values = {"id": f"{first} + n - 1", **changed}
    chosen = [values.get(name, f'original."{name}"') for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    where = original % {"partner": partner}
    cr.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(chosen)}"
        f" FROM (SELECT * FROM {table} WHERE {where} ORDER BY id LIMIT 1) original,"
        f" generate_series(1, {number}) n"
    )
    return cr.rowcount
