"""The channel at scale: leads routed, addresses placed, coverage counted.

Routing stands beside Odoo's Resellers, which assigns one lead at a time: both are given
leads with coordinates over the same intermediaries, so that nobody asks a map service.
Territories and coverage stand beside the barest SQL for the same answer. Everything is
rolled back.
"""

import random
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
MOST_QUERIES, FASTER, GROWTH = 15, 100, 3
ROUNDS = 5
SLOWER = 2
FACTS_AN_OUTLET = 10


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
        peer = [_time_peer(lead) for lead in world.peer_leads(PEER_LEADS)]
        world.sign(MORE_PARTNERS - PARTNERS)
        many, _queries = _time_routing(env, world.leads(LEADS))
        env.cr.rollback()
    peer_lead, own_lead = sum(peer) / len(peer), few / LEADS
    say(
        f"a lead: {1e6 * own_lead:.0f} µs, one by one by Resellers "
        f"{1e3 * peer_lead:.1f} ms; {LEADS} leads over {MORE_PARTNERS}: {many:.2f} s"
    )
    return [
        Measure("routing_queries_of_1000", queries, "queries", MOST_QUERIES),
        Measure("routing_time_a_lead", own_lead / peer_lead, "ratio", 1 / FASTER),
        Measure("routing_10x_intermediaries", many / few, "ratio", GROWTH),
    ]


def _time_routing(env, leads) -> tuple[float, int]:
    env.flush_all()
    env.invalidate_all()
    before = env.cr.sql_log_count
    taken = seconds(leads._route)
    queries = env.cr.sql_log_count - before
    places = leads.mapped("distribution_state")
    say(f"{places.count('offered')} of {len(places)} offered, {queries} queries")
    return taken, queries


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

    def leads(self, count: int):
        """Not routed when made: they get their goods by SQL."""
        leads = self._make_leads(count)
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

    def _make_leads(self, count: int):
        return self.env["crm.lead"].create(
            [
                {
                    "name": f"Lead {n}",
                    "type": "lead",
                    "user_id": False,
                    **self._address(n),
                }
                for n in range(count)
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
    """The deepest territory of each address, beside a join on its province."""
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
        rows = SQL("SELECT id, country_id, state_id, zip FROM bench_address")
        ours = SQL(
            "SELECT count(territory_id) FROM (%s) placed",
            env["distribution.territory"]._places_sql(rows),
        )
        peer = SQL(
            """
            SELECT count(area.territory_id)
              FROM (SELECT DISTINCT ON (address.id) address.id, area.territory_id
                      FROM bench_address address
                      JOIN distribution_territory_area area
                        ON area.country_id = address.country_id
                       AND area.state_id = address.state_id
                      JOIN distribution_territory territory
                        ON territory.id = area.territory_id AND territory.active
                     ORDER BY address.id, length(territory.parent_path) DESC) area
            """
        )
        found, expected = (env.execute_query(query)[0][0] for query in (ours, peer))
        if found != expected:
            raise AssertionError(f"{found} addresses placed, not {expected}")
        own, bare = alternate(
            ROUNDS,
            partial(seconds, partial(env.execute_query, ours)),
            partial(seconds, partial(env.execute_query, peer)),
        )
        env.cr.rollback()
    say(f"{addresses} addresses: {1e3 * own:.0f} ms, bare join {1e3 * bare:.0f} ms")
    return [Measure("territory_of_addresses", own / bare, "ratio", SLOWER)]


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
    for table in ("outlet", "outlet_turnover", "handling"):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(f"distribution_{table}")))
