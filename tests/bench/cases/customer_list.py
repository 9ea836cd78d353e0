"""The customer list and the customer form, with and without the add-on.

The requests of the web client, as a salesperson, on two databases of the same customers
in turns. List and form are compared with themselves, before and after the company
publishes tiers, which half of the customers reach. A filter or grouping of ours reads
the value of a contact's commercial entity; it is compared with the nearest that Odoo
has, one by the commercial entity's salesperson or country.
"""

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

import databases
from client import Views
from measure import Measure, alternate, seconds
from population import Truth
from session import environment, in_fresh_process, say

from cases import tiers
from cases.refresh import Nights

# A tenth more is the limit for the pages, so their medians must be surer than that; and
# where a process happens to lay out its memory alone makes some percent.
PAGES = ("list", "form")
PROCESSES = 5
ROUNDS = 50
FEW_ROUNDS = 25
SELLER = "seller1"
PAGE = 80
# as the web client, which counts no further
COUNT_LIMIT = 10_001
# Filters and groupings have no twin without the add-on, only a nearest of Odoo's own:
# theirs is a limit against surprises, not a promise.
LIMITS = {"list": 1.1, "form": 1.1, "filter": 2.0, "grouping": 2.0}
# A form that shows a tier looks up the membership and the tier's name besides.
LIMITS_WITH_TIERS = {**LIMITS, "form": 1.2}
OURS = ("customer_", "group_customer_")
PEER_FILTER = [("commercial_partner_id.user_id.login", "=", SELLER)]
PEER_GROUPING = "commercial_partner_id.country_id"
PEER_WEEKS = "commercial_partner_id.create_date:week"
# a customer whose value the salesperson may see
BUYERS = [("sale_order_ids", "!=", False), ("user_id.login", "=", SELLER)]


class Requests(NamedTuple):
    """The same question to both databases: what to call with how many rows."""

    ours: Callable
    peer: Callable


def run(truth: Truth) -> Iterator[Measure]:
    pair = databases.installed(truth), databases.plain(truth)
    # apart: what the night's work leaves in memory slows whatever comes after it
    in_fresh_process(_value, pair[0])
    yield from _measures(pair, LIMITS)
    in_fresh_process(_grant_tiers, pair[0])
    yield from _measures(pair, LIMITS_WITH_TIERS, "_with_tiers")


def _value(installed: str) -> None:
    Nights(installed, 0).refresh()
    with environment(installed) as env:
        env["loyalty.tier.program"].search([]).active = False
        env.cr.commit()


def _grant_tiers(installed: str) -> None:
    program, _order = tiers.publish(installed)
    tiers.night(installed, program)


def _measures(pair: tuple, limits: dict[str, float], when: str = "") -> Iterator:
    found = [in_fresh_process(_compare, *pair, True) for _process in range(PROCESSES)]
    found += [in_fresh_process(_compare, *pair, False)]
    for kind, limit in limits.items():
        # of the pages the median process, of filters and groupings the slowest one
        ratios = [
            [one.ratio for one in compared if one.kind == kind] for compared in found
        ]
        ratio = statistics.median(max(some) for some in ratios if some)
        yield Measure(f"customer_{kind}_time{when}", ratio, "ratio", limit)
    growth = max(one.growth for compared in found for one in compared)
    yield Measure(f"customer_queries_at_10x_rows{when}", growth, "more queries", 0)


class Comparison(NamedTuple):
    """A kind of request, our time as a multiple of the peer's, and more queries."""

    kind: str
    ratio: float
    growth: int


def _compare(installed: str, plain: str, pages: bool) -> list[Comparison]:
    clients = Client(installed), Client(plain)
    return [
        _compare_one(clients, name, requests)
        for name, requests in _requests(clients[0].views)
        if (name in PAGES) == pages
    ]


def _compare_one(clients: tuple, name: str, requests: Requests) -> Comparison:
    for client, request in zip(clients, requests, strict=True):
        client.seconds(request)  # the registry's caches are warm on a server
    ours, peer = alternate(
        ROUNDS if name in PAGES else FEW_ROUNDS,
        partial(clients[0].seconds, requests.ours),
        partial(clients[1].seconds, requests.peer),
    )
    few = clients[0].queries(requests.ours, PAGE)
    more = clients[0].queries(requests.ours, 10 * PAGE) - few
    say(
        f"{name}: {1000 * ours:.1f} ms, peer {1000 * peer:.1f} ms; {few} queries "
        f"(peer {clients[1].queries(requests.peer, PAGE)}), "
        f"{more} more for ten times the rows"
    )
    return Comparison(name.split(maxsplit=1)[0], ours / peer, more)


class Client:
    """A salesperson's browser on one of the databases."""

    def __init__(self, database: str) -> None:
        self.database = database
        with self._request() as env:
            self.views = Views(env["res.partner"])
            self.customer = env["res.partner"].search(BUYERS, limit=1).id

    @contextmanager
    def _request(self) -> Iterator:
        """An environment with the context that the web client sends."""
        with environment(self.database, SELLER) as env:
            context = env["res.users"].context_get()
            companies = env.user.company_ids.ids
            yield env(context={**context, "allowed_company_ids": companies})

    def seconds(self, request: Callable) -> float:
        with self._request() as env:
            return seconds(lambda: request(self, env["res.partner"], PAGE))

    def queries(self, request: Callable, rows: int) -> int:
        with self._request() as env:
            before = env.cr.sql_log_count
            request(self, env["res.partner"], rows)
            return env.cr.sql_log_count - before


def _requests(views: Views) -> Iterator[tuple[str, Requests]]:
    filters = {k: v for k, v in views.filters().items() if k.startswith(OURS)}
    groupings = {k: v for k, v in views.groupings().items() if k.startswith(OURS)}
    if not (filters and groupings):
        raise AssertionError("the search view lost the add-on's filters or groupings")
    yield "list", Requests(_list([]), _list([]))
    yield "form", Requests(_form, _form)
    for name, domain in filters.items():
        yield f"filter {name}", Requests(_list(domain), _list(PEER_FILTER))
    for name, field in groupings.items():
        peer = PEER_WEEKS if field.endswith(":week") else PEER_GROUPING
        yield f"grouping {name}", Requests(_groups(field), _groups(peer))


def _list(domain: list) -> Callable:
    def request(client: Client, partners, rows: int) -> None:
        specification = client.views.specification("list")
        partners.web_search_read(
            domain, specification, limit=rows, count_limit=COUNT_LIMIT
        )

    return request


def _groups(field: str) -> Callable:
    def request(client: Client, partners, rows: int) -> None:
        # all groups: of a page of them, Odoo counts the others in a second query
        partners.web_read_group([], [field], ["__count"])

    return request


def _form(client: Client, partners, rows: int) -> None:
    """One customer, whatever the page size: a form shows one."""
    customer = partners.browse(client.customer)
    customer.web_read(client.views.specification("form"))
