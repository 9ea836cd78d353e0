"""The channel at scale: leads routed, addresses placed, coverage counted.

Routing stands beside Odoo's Resellers, which assigns one lead at a time: both are given
leads with coordinates over the same intermediaries, so that nobody asks a map service.
Ours are measured twice, with a customer who has a place and without; distances rank in
both, since a lead's own coordinates are a place as well. Most of what routing takes is
the write of a lead's row and its offer's. Of that, half asks whether what they refer to
is there (eight keys of the offer, and seven of the lead, which are asked again where it
was made in the same transaction), and a third keeps their indexes. The lead is written
so that who closes or moves it at the same moment is told. Territories stand beside the
plain join of addresses and areas by country, state and range of postal codes, their
codes read the same way; coverage beside a grouping of the same rows.
Everything is rolled back.
"""

import random
import statistics
from collections.abc import Iterator
from functools import partial
from unittest.mock import patch

import databases
from measure import Measure, alternate, seconds
from population import Truth
from session import environment, in_fresh_process, say

from odoo.tools import SQL

PARTNERS, MORE_PARTNERS = 200, 2_000
LEADS, PEER_LEADS = 1_000, 50
PROVINCES = 20
DISTRICTS = (("11000", "13999"), ("14000", "16999"))
MOST_QUERIES, FASTER, GROWTH = 15, 100, 3
ROUNDS = 5
SLOWER = 2
# two outlets of three have facts: ten on the average are a million of 100,000
FACTS_AN_OUTLET, FACTS_ON_AVERAGE = 16, 10


def run(truth: Truth) -> Iterator[Measure]:
    database = databases.channel()
    yield from in_fresh_process(_route, database)
    yield from in_fresh_process(_place, database, truth.customers)
    yield from in_fresh_process(_cover, database, truth.customers)


def _route(database: str) -> list[Measure]:
    with environment(database) as env:
        world = _World(env)
        world.sign(PARTNERS)
        few, queries = _time_routing(env, world.leads(LEADS))
        placed, _queries = _time_routing(env, world.leads(LEADS, placed=True))
        peer = [_time_peer(lead) for lead in world.peer_leads(PEER_LEADS)]
        world.sign(MORE_PARTNERS - PARTNERS)
        many, _queries = _time_routing(env, world.leads(LEADS))
        many_placed, _queries = _time_routing(env, world.leads(LEADS, placed=True))
        env.cr.rollback()
    a_peer = sum(peer) / len(peer)
    say(
        f"a lead: {1e6 * few / LEADS:.0f} µs, placed {1e6 * placed / LEADS:.0f} µs, "
        f"one by one by Resellers {1e3 * a_peer:.2f} ms; over {MORE_PARTNERS}: "
        f"{1e6 * many / LEADS:.0f} µs, placed {1e6 * many_placed / LEADS:.0f} µs"
    )
    faster = 1 / FASTER
    return [
        Measure("routing_queries_of_1000", queries, "queries", MOST_QUERIES),
        Measure("routing_time_a_lead", few / LEADS / a_peer, "ratio", faster),
        Measure("routing_time_a_placed_lead", placed / LEADS / a_peer, "ratio", faster),
        Measure("routing_10x_intermediaries", many / few, "ratio", GROWTH),
        Measure("routing_10x_placed", many_placed / placed, "ratio", GROWTH),
    ]


def _time_routing(env, leads) -> tuple[float, int]:
    """The median of some rounds, each from the same beginning; queries of the first."""
    taken, queries = [], []
    for turn in range(ROUNDS):
        env.flush_all()
        env.invalidate_all()
        with env.cr.savepoint() as savepoint:
            before = env.cr.sql_log_count
            taken.append(seconds(leads._route))
            queries.append(env.cr.sql_log_count - before)
            if not turn:
                places = leads.mapped("distribution_state")
                if {*places} != {"offered"}:
                    raise AssertionError(f"leads are { ({*places}) }, not offered")
            savepoint.rollback()
        env.invalidate_all()
    say(f"{[round(1e3 * one) for one in taken]} ms, {queries} queries")
    return statistics.median(taken), queries[0]


def _time_peer(lead) -> float:
    """Odoo's own functions, without what our glue asks before them."""
    from odoo.addons.website_crm_partner_assign.models.crm_lead import CrmLead

    def assign():
        lead.assign_partner()
        lead.env.flush_all()

    names = ("assign_partner", "search_geo_partner")
    with patch.multiple(type(lead), **{name: vars(CrmLead)[name] for name in names}):
        return seconds(assign)


class _World:
    """Twenty provinces, a policy over all of them, intermediaries everywhere."""

    def __init__(self, env) -> None:
        self.env = env
        self.draw = random.Random(19)
        country = env["res.country"].create({"name": "Bench", "code": "QZ"})
        self.country = country
        self.states = env["res.country.state"].create(
            [
                {"name": f"P{n}", "code": f"P{n}", "country_id": country.id}
                for n in range(PROVINCES)
            ]
        )
        top = env["distribution.territory"].create({"name": "Bench"})
        self.territories = env["distribution.territory"].create(
            [
                {
                    "name": state.name,
                    "parent_id": top.id,
                    "area_ids": [
                        (0, 0, {"country_id": country.id, "state_id": state.id})
                    ],
                }
                for state in self.states
            ]
        )
        self.goods = env["product.category"].create({"name": "Bench"})
        policy = env["distribution.policy"].create(
            {
                "name": "Bench",
                "kind": "selective",
                "category_id": self.goods.id,
                "date_from": "2020-01-01",
            }
        )
        policy.action_activate()
        self.grade = env["res.partner.grade"].create({"name": "Bench"})

    def sign(self, count: int) -> None:
        partners = self.env["res.partner"].create(
            [
                {
                    "name": f"Intermediary {n}",
                    "is_company": True,
                    "grade_id": self.grade.id,
                    "partner_weight": 1,
                    **self._address(n),
                }
                for n in range(count)
            ]
        )
        agreements = self.env["distribution.agreement"].create(
            [
                {
                    "partner_id": partner.id,
                    "category_id": self.goods.id,
                    "territory_id": self.territories[n % PROVINCES].id,
                    "date_from": "2020-01-01",
                }
                for n, partner in enumerate(partners)
            ]
        )
        agreements.action_activate()

    def divide(self) -> None:
        """Two districts in each province, by their postal codes."""
        self.env["distribution.territory"].create(
            [
                {
                    "name": f"{province.name} {first}",
                    "parent_id": province.id,
                    "area_ids": [
                        (
                            0,
                            0,
                            {
                                "country_id": self.country.id,
                                "state_id": state.id,
                                "zip_from": first,
                                "zip_to": last,
                            },
                        )
                    ],
                }
                for province, state in zip(self.territories, self.states, strict=True)
                for first, last in DISTRICTS
            ]
        )
        self.env.flush_all()

    def leads(self, count: int, placed: bool = False):
        """Not routed when made: they get their goods by SQL.

        :param placed: each of a customer whose place is known
        """
        customers = self.env["res.partner"]
        if placed:
            customers = customers.create(
                [{"name": f"Customer {n}", **self._address(n)} for n in range(count)]
            )
        leads = self._make_leads(count, customers.ids)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE crm_lead SET distribution_category_id = %s WHERE id IN %s",
                self.goods.id,
                tuple(leads.ids),
            )
        )
        self.env.invalidate_all()
        return leads

    def peer_leads(self, count: int):
        """As Odoo's: no goods that any policy covers."""
        return self._make_leads(count)

    def _make_leads(self, count: int, customers=()):
        return self.env["crm.lead"].create(
            [
                {
                    "name": f"Lead {n}",
                    "type": "lead",
                    "user_id": False,
                    "partner_id": customer,
                    **self._address(n),
                }
                for n, customer in enumerate(customers or [False] * count)
            ]
        )

    def _address(self, n: int) -> dict:
        return {
            "country_id": self.country.id,
            "state_id": self.states[n % PROVINCES].id,
            "partner_latitude": 30 + self.draw.random() * 5,
            "partner_longitude": 50 + self.draw.random() * 5,
        }


def _place(database: str, addresses: int) -> list[Measure]:
    """The deepest territory of each address: of provinces, then of codes in them."""
    with environment(database) as env:
        world = _World(env)
        source = SQL(
            """
            SELECT number AS id, %s AS country_id,
                   (%s::int[])[1 + number %% %s] AS state_id,
                   lpad((number %% 9000)::text, 5, '1') AS zip
              FROM generate_series(1, %s) number
            """,
            world.country.id,
            world.states.ids,
            PROVINCES,
            addresses,
        )
        env.cr.execute(SQL("CREATE TEMP TABLE bench_address AS %s", source))
        env.cr.execute("ANALYZE bench_address")
        by_province = _time_places(env, SQL(_BY_PROVINCE))
        world.divide()
        by_code = _time_places(env, _by_code())
        env.cr.rollback()
    for what, (own, bare) in {"province": by_province, "code": by_code}.items():
        say(
            f"{addresses} addresses by {what}: {1e3 * own:.0f} ms, "
            f"bare join {1e3 * bare:.0f} ms"
        )
    own, bare = by_code
    return [Measure("territory_of_addresses", own / bare, "ratio", SLOWER)]


def _time_places(env, peer: SQL) -> tuple[float, float]:
    rows = SQL("SELECT id, country_id, state_id, zip FROM bench_address")
    ours = env["distribution.territory"]._places_sql(rows)
    ours, peer = (
        SQL("SELECT count(territory_id), sum(territory_id) FROM (%s) placed", query)
        for query in (ours, peer)
    )
    found, expected = (env.execute_query(query)[0] for query in (ours, peer))
    if found != expected:
        raise AssertionError(f"{found} addresses placed, not {expected}")
    own, bare = alternate(
        ROUNDS,
        partial(seconds, partial(env.execute_query, ours)),
        partial(seconds, partial(env.execute_query, peer)),
    )
    return own, bare


_BY_PROVINCE = """
    SELECT DISTINCT ON (address.id) address.id, area.territory_id
      FROM bench_address address
      JOIN distribution_territory_area area
        ON area.country_id = address.country_id
       AND area.state_id = address.state_id
      JOIN distribution_territory territory
        ON territory.id = area.territory_id AND territory.active
     ORDER BY address.id, length(territory.parent_path) DESC
"""


def _by_code() -> SQL:
    """As one would write it; codes are read once, as ours are."""
    from odoo.addons.crm_distribution.models.network import distribution_territory

    return SQL(
        """
        SELECT DISTINCT ON (address.id) address.id, area.territory_id
          FROM (SELECT id, country_id, state_id, %(key)s AS key,
                       ARRAY(SELECT %(shapes)s) AS shapes
                  FROM (SELECT id, country_id, state_id, %(code)s AS code
                          FROM bench_address OFFSET 0) read OFFSET 0) address
          JOIN distribution_territory_area area
            ON area.country_id = address.country_id
           AND (area.state_id = address.state_id OR area.state_id IS NULL)
           AND (area.zip_shape IS NULL
                OR area.zip_shape = ANY(address.shapes)
                   AND address.key COLLATE "C" BETWEEN area.zip_low AND area.zip_high)
          JOIN distribution_territory territory
            ON territory.id = area.territory_id AND territory.active
         ORDER BY address.id, length(territory.parent_path) DESC
        """,
        code=distribution_territory._zip_sql(SQL("zip")),
        key=distribution_territory._zip_key_sql(SQL("code")),
        shapes=distribution_territory._zip_shapes_sql(SQL("code")),
    )


def _cover(database: str, outlets: int) -> list[Measure]:
    """Numeric and weighted distribution, beside a bare grouping of the same rows."""
    with environment(database) as env:
        world = _World(env)
        _fill_universe(env, world, outlets)
        report = env["distribution.coverage"]
        ours = SQL("SELECT count(*), sum(handlers) FROM (%s) c", report._table_query)
        peer = SQL(
            """
            SELECT count(*), sum(handlers) FROM (
                SELECT outlet.company_id, outlet.territory_id, stated.category_id,
                       count(*) AS universe, count(fact.outlet_id) AS handlers,
                       sum(stated.turnover) AS turnover,
                       sum(stated.turnover) FILTER (WHERE fact.outlet_id IS NOT NULL)
                  FROM distribution_outlet outlet
                  JOIN distribution_outlet_turnover stated
                    ON stated.outlet_id = outlet.id
             LEFT JOIN (SELECT DISTINCT outlet_id, category_id
                          FROM distribution_handling
                         WHERE date >= date_trunc('month', now()) - interval '1 year'
                       ) fact ON fact.outlet_id = outlet.id
                   AND fact.category_id = stated.category_id
                 GROUP BY outlet.company_id, outlet.territory_id, stated.category_id) c
            """
        )
        own, bare = alternate(
            ROUNDS,
            partial(seconds, partial(env.execute_query, ours)),
            partial(seconds, partial(env.execute_query, peer)),
        )
        env.cr.rollback()
    say(f"{outlets} outlets: {1e3 * own:.0f} ms, bare grouping {1e3 * bare:.0f} ms")
    return [Measure("coverage_of_outlets", own / bare, "ratio", SLOWER)]


def _fill_universe(env, world, outlets: int) -> None:
    company = env.company
    env.flush_all()
    names = {
        "company": company.id,
        "territories": world.territories.ids,
        "provinces": PROVINCES,
        "outlets": outlets,
        "goods": world.goods.id,
        "facts": FACTS_AN_OUTLET,
    }
    for statement in (
        """
        INSERT INTO distribution_outlet (name, company_id, territory_id, active)
        SELECT 'Outlet ' || n, %(company)s,
               (%(territories)s::int[])[1 + n %% %(provinces)s], TRUE
          FROM generate_series(1, %(outlets)s) n
        """,
        """
        INSERT INTO distribution_outlet_turnover
               (outlet_id, company_id, category_id, turnover)
        SELECT id, %(company)s, %(goods)s, 1000 + id %% 977
          FROM distribution_outlet WHERE name LIKE 'Outlet %%'
        """,
        """
        INSERT INTO distribution_handling
               (outlet_id, company_id, category_id, date, kind)
        SELECT id, %(company)s, %(goods)s,
               (date_trunc('month', now()) - n * interval '1 month')::date, 'purchase'
          FROM distribution_outlet, generate_series(1, %(facts)s) n
         WHERE name LIKE 'Outlet %%' AND id %% 3 > 0
        """,
    ):
        env.cr.execute(SQL(statement, **names))
    facts = env.cr.rowcount
    if facts < FACTS_ON_AVERAGE * outlets:
        raise AssertionError(f"{facts} facts are too few for {outlets} outlets")
    for table in ("outlet", "outlet_turnover", "handling"):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(f"distribution_{table}")))
    say(f"{facts} facts of {outlets} outlets")
