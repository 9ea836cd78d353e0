"""The rows that reports on the assortment of buyers are made of."""

from odoo.api import Environment
from odoo.tools import SQL

from ..channel.network import INTERMEDIARIES

READ = (
    "account.move",
    "account.move.line",
    "distribution.level",
    "distribution.link",
    "distribution.sellout.line",
    "product.category",
    "product.product",
    "product.template",
    "res.partner",
    "sale.order",
    "sale.order.line",
    "uom.uom",
)


def flush(env: Environment) -> None:
    for name in READ:
        env[name].flush_model()


def spans_sql(env: Environment) -> SQL:
    """Of each company its own contact, today, and when the year that ends today began.

    :return: rows of company_id, own_id, today, first_day, start
    """
    # sudo: which companies there are and what day it is there is no secret
    companies = env["res.company"].sudo().search([])
    starts = [
        env["distribution.contact.efficiency"]._start_of_year(company)
        for company in companies
    ]
    return SQL(
        """
        SELECT span.*, (today - interval '1 year' + interval '1 day')::date AS first_day
          FROM unnest(%(companies)s::int[], %(owners)s::int[], %(days)s::date[],
                      %(starts)s::timestamp[])
               AS span (company_id, own_id, today, start)
        """,
        companies=companies.ids,
        owners=[company.partner_id.id for company in companies],
        days=[company._today() for company in companies],
        starts=starts,
    )


def links_sql() -> SQL:
    """Supply links in force today, of each company; reads `span`.

    :return: rows of company_id, link_id, supplier_id, buyer_id, category_id, goods
    """
    return SQL(
        """
        SELECT span.company_id, link.id AS link_id, link.supplier_id, link.buyer_id,
               link.category_id, coalesce(category.parent_path, '') AS goods
          FROM span
          JOIN distribution_link link
            ON (link.company_id = span.company_id OR link.company_id IS NULL)
           AND span.today BETWEEN coalesce(link.date_from, span.today)
                              AND coalesce(link.date_to, span.today)
          LEFT JOIN product_category category ON category.id = link.category_id
        """
    )


def members_sql() -> SQL:
    """:return: rows of id and level_id of who buys to sell on"""
    return SQL(
        """
        SELECT partner.id, level.id AS level_id
          FROM res_partner partner
          JOIN distribution_level level ON level.id = partner.distribution_level_id
         WHERE partner.active AND level.kind = ANY(%s)
        """,
        list(INTERMEDIARIES),
    )


def supplied_sql(env: Environment) -> SQL:
    """What members bought within the year, from us and from each other.

    From us it is our sell-in; from each other what the supplier's accepted reports say
    it sold to them. Reads `span` and `member`.

    :return: rows of company_id, buyer_id, supplier_id, way, record_id, product_id, day,
        quantity and amount
    """
    return SQL(
        """
        SELECT line.company_id, line.partner_id AS buyer_id,
               span.own_id AS supplier_id, %(way)s AS way, line.id AS record_id,
               line.product_id, line.day, line.received AS quantity,
               sign(line.received) * line.amount AS amount
          FROM (%(sell_in)s) line
          JOIN span ON span.company_id = line.company_id
           AND line.day BETWEEN span.first_day AND span.today
          JOIN member ON member.id = line.partner_id
         UNION ALL
        SELECT line.company_id, line.customer_id, line.partner_id, 'sellout', line.id,
               line.product_id, line.day, line.quantity, line.company_amount
          FROM distribution_sellout_line line
          JOIN span ON span.company_id = line.company_id
           AND line.day BETWEEN span.first_day AND span.today
          JOIN member ON member.id = line.customer_id
         WHERE line.state = 'accepted' AND line.type IN ('sale', 'return')
        """,
        way=env["distribution.assortment"]._sell_in_way_sql(),
        sell_in=env["account.move"]._sell_in_sql(),
    )


def assortment_sql(env: Environment) -> SQL:
    """Who supplies whom with what, once for each way in which we know of it.

    A link stands by itself where nothing was bought under it.

    :return: what stands after WITH: `span`, `member`, `link`, `supplied`, `range`
    """
    flush(env)
    return SQL(
        """
        span AS MATERIALIZED (
            %(spans)s
        ), member AS MATERIALIZED (
            %(members)s
        ), link AS MATERIALIZED (
            %(links)s
        ), supplied AS MATERIALIZED (
            %(supplied)s
        ), bought AS (
            SELECT supplied.company_id, buyer_id, supplier_id, way, product_id,
                   template.categ_id AS category_id,
                   coalesce(category.parent_path, '') AS goods,
                   count(*)::int AS lines, max(day) AS last_day,
                   sum(quantity)::float8 AS quantity, sum(amount)::float8 AS amount
              FROM supplied
              JOIN product_product product ON product.id = supplied.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              LEFT JOIN product_category category ON category.id = template.categ_id
             GROUP BY supplied.company_id, buyer_id, supplier_id, way, product_id,
                   template.categ_id, category.parent_path
        ), known AS (
            SELECT * FROM bought
             UNION ALL
            SELECT DISTINCT link.company_id, link.buyer_id, link.supplier_id, 'link',
                   NULL::int, link.category_id, link.goods, 0, NULL::date, 0::float8,
                   0::float8
              FROM link JOIN member ON member.id = link.buyer_id
        ), beside AS (
            SELECT known.*,
                   array_agg(goods) FILTER (WHERE way = 'link') OVER pair AS linked,
                   array_agg(goods) FILTER (WHERE way <> 'link') OVER pair AS had
              FROM known
            WINDOW pair AS (PARTITION BY company_id, buyer_id, supplier_id)
        ), range AS MATERIALIZED (
            SELECT company_id, buyer_id, supplier_id, way, product_id, category_id,
                   goods, lines, last_day, quantity, amount,
                   EXISTS (SELECT FROM unnest(linked) wide
                            WHERE starts_with(goods, wide)) AS is_linked
              FROM beside
             WHERE way <> 'link'
                OR NOT EXISTS (SELECT FROM unnest(had) inner_goods
                                WHERE starts_with(inner_goods, goods))
        )
        """,
        spans=spans_sql(env),
        members=members_sql(),
        links=links_sql(),
        supplied=supplied_sql(env),
    )


def stable_id_sql(*columns: str) -> SQL:
    """A number for a row that stays its own when others come and go.

    52 bits of a hash, which a browser's numbers hold.
    """
    return SQL(
        "('x' || left(md5(concat_ws('/', %s)), 13))::bit(52)::int8",
        SQL(", ").join(
            SQL("coalesce(%s::text, '')", SQL.identifier(column)) for column in columns
        ),
    )
