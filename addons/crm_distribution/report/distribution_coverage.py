from datetime import date

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# of the report's own statement: what is asked of policies
MEASURED = SQL("SELECT id, company_id, category_id, territory_id, day FROM measured")
# of several rows they are those of the widest, which holds the others
SHARES = {
    "numeric_distribution",
    "weighted_distribution",
    "goal_numeric",
    "goal_weighted",
    "gap_numeric",
    "gap_weighted",
}
PARTS_OF_PATH = SQL("unnest(string_to_array(rtrim(parent_path, '/'), '/')) AS above")


class DistributionCoverage(models.Model):
    """How many of the outlets of an area handle goods, and how much of the market.

    One row for each company, territory and category that any outlet stands in, with
    what lies inside of both: an outlet counts once in each row, however many facts
    and products it has there. So rows of an area and of its parts are never added.
    """

    _name = "distribution.coverage"
    _description = "Coverage"
    _auto = False
    _order = "company_id, territory_id, category_id"
    _rec_name = "territory_id"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    territory_id = fields.Many2one(
        "distribution.territory",
        readonly=True,
        help="Empty: outlets whose address lies in no territory.",
    )
    parent_territory_id = fields.Many2one(
        "distribution.territory", "Inside", readonly=True
    )
    category_id = fields.Many2one("product.category", "Goods", readonly=True)
    universe = fields.Integer(
        "Outlets",
        readonly=True,
        aggregator="max",
        help="Outlets that could sell such goods. Totals show the widest row, since an "
        "area and its parts are not added.",
    )
    handlers = fields.Integer(
        "Handling",
        readonly=True,
        aggregator="max",
        help="Outlets that bought, sold or had such goods in stock lately.",
    )
    missing = fields.Integer(
        "Not Handling", readonly=True, aggregator="max", help="Outlets still to be won."
    )
    turnover = fields.Monetary(
        "Market", readonly=True, aggregator="max", help="What all of them sell a year."
    )
    handled_turnover = fields.Monetary(
        "Market Handled",
        readonly=True,
        aggregator="max",
        help="What those that handle it sell a year of such goods, whoever made them.",
    )
    numeric_distribution = fields.Float(
        "Numeric Distribution (%)",
        readonly=True,
        aggregator="max",
        help="Outlets handling it ÷ outlets. A total is that of its widest row.",
    )
    weighted_distribution = fields.Float(
        "Weighted Distribution (%)",
        readonly=True,
        aggregator="max",
        help="Market handled ÷ market. Above the numeric one: it stands in the larger "
        "outlets.",
    )
    policy_id = fields.Many2one("distribution.policy", readonly=True)
    goal_numeric = fields.Float(
        "Goal: Numeric Distribution (%)",
        readonly=True,
        aggregator="max",
        help="Of the policy that decides there today.",
    )
    goal_weighted = fields.Float(
        "Goal: Weighted Distribution (%)", readonly=True, aggregator="max"
    )
    gap_numeric = fields.Float(
        "Missing: Numeric Distribution (%)",
        readonly=True,
        aggregator="max",
        help="What is missing to the goal; empty where there is none.",
    )
    gap_weighted = fields.Float(
        "Missing: Weighted Distribution (%)", readonly=True, aggregator="max"
    )

    @property
    def _table_query(self) -> SQL:
        for name in (
            "distribution.handling",
            "distribution.outlet",
            "distribution.outlet.turnover",
            "distribution.territory",
            "product.category",
        ):
            self.env[name].flush_model()
        spans = self._spans()
        return SQL(
            """
            WITH goods AS MATERIALIZED (
                SELECT category_id, ancestor_id,
                       EXISTS (SELECT FROM product_category part
                                WHERE part.parent_id = ancestor_id) AS has_parts
                  FROM (%(goods)s) goods
            ), area AS (
                SELECT territory_id, ancestor_id FROM (%(areas)s) areas
                 UNION ALL
                SELECT 0, 0
            ), outlet AS MATERIALIZED (
                -- open: nothing is stated of what it could sell
                SELECT outlet.id, outlet.company_id,
                       coalesce(outlet.territory_id, 0) AS territory_id,
                       stated.outlet_id IS NULL AS open
                  FROM distribution_outlet outlet
             LEFT JOIN (SELECT DISTINCT outlet_id
                          FROM distribution_outlet_turnover) stated
                    ON stated.outlet_id = outlet.id
                 WHERE outlet.active
            ), pair AS MATERIALIZED (
                -- one row for an outlet and each category it has to do with
                SELECT outlet_id, category_id, bool_or(handles) AS handles,
                       sum(turnover) AS turnover
                  FROM (SELECT fact.outlet_id, fact.category_id, TRUE AS handles,
                               0::float8 AS turnover
                          FROM distribution_handling fact
                         WHERE %(lately)s
                         UNION ALL
                        SELECT outlet_id, category_id, FALSE, turnover::float8
                          FROM distribution_outlet_turnover
                         UNION ALL
                        -- who sells goods could sell each part of them
                        SELECT stated.outlet_id, goods.category_id, FALSE, 0
                          FROM distribution_outlet_turnover stated
                          JOIN (%(goods)s) goods
                            ON goods.ancestor_id = stated.category_id
                           AND goods.category_id <> goods.ancestor_id) said
                 GROUP BY outlet_id, category_id
            ), each AS (
                -- goods with parts: what has to do with any of them, once
                SELECT pair.outlet_id, goods.ancestor_id AS category_id,
                       bool_or(pair.handles) AS handles,
                       sum(pair.turnover) AS turnover
                  FROM pair
                  JOIN goods ON goods.category_id = pair.category_id
                   AND goods.has_parts
                 GROUP BY pair.outlet_id, goods.ancestor_id
                 UNION ALL
                SELECT pair.outlet_id, pair.category_id, pair.handles, pair.turnover
                  FROM pair
                  JOIN goods ON goods.category_id = pair.category_id
                   AND goods.ancestor_id = pair.category_id AND NOT goods.has_parts
            ), counted AS (
                SELECT outlet.company_id, outlet.territory_id, each.category_id,
                       count(*) FILTER (WHERE NOT outlet.open) AS stated,
                       count(*) FILTER (WHERE each.handles) AS handlers,
                       sum(each.turnover) AS turnover,
                       sum(each.turnover) FILTER (WHERE each.handles)
                           AS handled_turnover
                  FROM each JOIN outlet ON outlet.id = each.outlet_id
                 GROUP BY outlet.company_id, outlet.territory_id, each.category_id
            ), cell AS (
                -- every category of a company in every area where it has outlets;
                -- outlets of which nothing is stated could sell any goods
                SELECT place.company_id, place.territory_id, kind.category_id,
                       place.open
                  FROM (SELECT company_id, territory_id,
                               count(*) FILTER (WHERE open) AS open
                          FROM outlet GROUP BY company_id, territory_id) place
                  JOIN (SELECT DISTINCT company_id, category_id FROM counted) kind
                    ON kind.company_id = place.company_id
            ), total AS (
                SELECT cell.company_id, area.ancestor_id AS territory_id,
                       cell.category_id,
                       sum(cell.open + coalesce(counted.stated, 0)) AS universe,
                       sum(coalesce(counted.handlers, 0)) AS handlers,
                       sum(coalesce(counted.turnover, 0)) AS turnover,
                       sum(coalesce(counted.handled_turnover, 0)) AS handled_turnover
                  FROM cell
                  JOIN area ON area.territory_id = cell.territory_id
             LEFT JOIN counted ON counted.company_id = cell.company_id
                   AND counted.territory_id = cell.territory_id
                   AND counted.category_id = cell.category_id
                 GROUP BY cell.company_id, area.ancestor_id, cell.category_id
            ), measured AS (
                -- the id is that of the row's key, so that it stays the same
                SELECT (total.company_id * 100000::int8 + total.territory_id) * 100000
                           + total.category_id AS id,
                       total.company_id, nullif(total.territory_id, 0) AS territory_id,
                       total.category_id, span.last_day AS day,
                       total.universe::int AS universe, total.handlers::int AS handlers,
                       (total.universe - total.handlers)::int AS missing,
                       total.turnover, total.handled_turnover,
                       (100.0 * total.handlers / total.universe)::float8
                           AS numeric_distribution,
                       (100.0 * total.handled_turnover / nullif(total.turnover, 0)
                           )::float8 AS weighted_distribution
                  FROM total
                  JOIN unnest(%(companies)s::int[], %(days)s::date[])
                           AS span (company_id, last_day) USING (company_id)
                 WHERE total.universe > 0
            )
            SELECT measured.*, territory.parent_id AS parent_territory_id,
                   goal.policy_id, goal.goal_numeric, goal.goal_weighted,
                   CASE WHEN goal.goal_numeric > 0
                        THEN greatest(goal.goal_numeric - numeric_distribution, 0)
                   END AS gap_numeric,
                   CASE WHEN goal.goal_weighted > 0
                             AND weighted_distribution IS NOT NULL
                        THEN greatest(goal.goal_weighted - weighted_distribution, 0)
                   END AS gap_weighted
              FROM measured
         LEFT JOIN distribution_territory territory
                ON territory.id = measured.territory_id
         LEFT JOIN (%(goals)s) goal ON goal.id = measured.id
            """,
            goods=SQL(
                "SELECT id AS category_id, above::int AS ancestor_id"
                " FROM product_category, %s",
                PARTS_OF_PATH,
            ),
            areas=SQL(
                "SELECT id AS territory_id, above::int AS ancestor_id"
                " FROM distribution_territory, %s",
                PARTS_OF_PATH,
            ),
            lately=SQL(" OR ").join(
                SQL("(fact.company_id = %s AND fact.date BETWEEN %s AND %s)", *span)
                for span in spans
            ),
            companies=[company for company, _first, _last in spans],
            days=[last_day for _company, _first, last_day in spans],
            goals=self.env["distribution.policy"]._goals_sql(MEASURED),
        )

    def _read_group_select(self, aggregate_spec, query):
        """The best province's share is not the country's: the widest row says it."""
        name, _colon, how = aggregate_spec.partition(":")
        if name not in SHARES or how != "max":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "(array_agg(%s ORDER BY %s DESC, %s DESC))[1]",
            self._field_to_sql(self._table, name, query),
            self._field_to_sql(self._table, "universe", query),
            self._field_to_sql(self._table, "handlers", query),
        )

    @api.model
    def _spans(self) -> list[tuple[int, date, date]]:
        """Each company with the first and the last day on which handling counts."""
        spans = []
        # sudo: how far back a company looks is no secret
        for company in self.env["res.company"].sudo().search([]):
            today = company._today()
            months = company.distribution_coverage_months - 1
            first_day = fields.Date.subtract(today.replace(day=1), months=months)
            spans.append((company.id, first_day, today))
        return spans

    def action_view_outlets(self):
        """The outlets that make this figure."""
        return self._action_outlets(self.env._("Outlets"), None)

    def action_view_handlers(self):
        return self._action_outlets(self.env._("Handling"), True)

    def action_view_missing(self):
        return self._action_outlets(self.env._("Not Handling"), False)

    def _action_outlets(self, name: str, handling: bool | None):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "distribution.outlet",
            "view_mode": "list,form",
            "domain": list(Domain("id", "in", self._outlet_ids(handling))),
        }

    def _outlet_ids(self, handling: bool | None) -> list[int]:
        """The outlets of this row: all, those that handle the goods, or the others."""
        self.ensure_one()
        first_day, last_day = next(
            days for company, *days in self._spans() if company == self.company_id.id
        )
        inside = Domain("territory_id", "child_of", self.territory_id.ids)
        if not self.territory_id:
            inside = Domain("territory_id", "=", False)
        outlets = Domain("company_id", "=", self.company_id.id) & inside
        goods = Domain("category_id", "child_of", self.category_id.ids)
        handles = Domain(
            "handling_ids",
            "any",
            goods & Domain("date", ">=", first_day) & Domain("date", "<=", last_day),
        )
        could = (
            Domain("turnover_ids", "=", False)
            | Domain("turnover_ids", "any", goods)
            | Domain(
                "turnover_ids",
                "any",
                Domain("category_id", "parent_of", self.category_id.ids),
            )
            | handles
        )
        wanted = {None: could, True: handles, False: could & ~handles}[handling]
        return self.env["distribution.outlet"].search(outlets & wanted).ids
