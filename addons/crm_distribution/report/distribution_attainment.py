from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.figures import open_counted

SOURCES = (
    "account.move",
    "account.move.line",
    "crm.lead",
    "distribution.sellout.line",
    "distribution.share",
    "distribution.target",
    "distribution.territory",
    "product.category",
    "product.product",
    "product.template",
    "res.partner",
    "sale.order",
    "sale.order.line",
    "uom.uom",
)


class DistributionAttainment(models.Model):
    """One row for each month of a target, also for months in which nothing was sold."""

    _name = "distribution.attainment"
    _description = "Attainment of Targets"
    _auto = False
    _order = "month, id"
    _rec_name = "target_id"

    target_id = fields.Many2one("distribution.target", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", "Intermediary", readonly=True)
    category_id = fields.Many2one("product.category", "Goods", readonly=True)
    territory_id = fields.Many2one("distribution.territory", readonly=True)
    basis = fields.Selection(
        [("invoiced", "Invoiced"), ("sold_out", "Sold Out")], readonly=True
    )
    measure = fields.Selection(
        [("quantity", "Quantity"), ("amount", "Amount")], readonly=True
    )
    month = fields.Date(readonly=True)
    goal = fields.Float(
        "To Attain", readonly=True, help="The target, in equal parts for each month."
    )
    attained = fields.Float(readonly=True)
    variance = fields.Float(
        readonly=True, help="Attained − target: what is missing is below 0."
    )
    attained_once = fields.Float(
        "Attained, Each Sale Once",
        readonly=True,
        help="A sale that several targets of an intermediary count stands here with "
        "the widest of them alone, of equals with the earlier one: to be added.",
    )
    is_inside = fields.Boolean(
        "Inside Another Target",
        readonly=True,
        help="A target of wider goods or places or of a longer time counts these sales "
        "as well: not to be added.",
    )

    def action_view_lines(self):
        """The lines of invoices, or of sell-out, that make what is attained."""
        self.ensure_one()
        self.check_access("read")
        rows = self.env.execute_query(
            SQL(
                """
                WITH %(counted)s
                SELECT DISTINCT line_id FROM counted
                 WHERE target_id = %(target)s AND month = %(month)s
                """,
                counted=self._counted_sql(),
                target=self.target_id.id,
                month=self.month,
            )
        )
        if self.basis == "sold_out":
            return open_counted(
                self.env["distribution.sellout.line"],
                self.env._("Sold out: %s", self.target_id.display_name),
                [("id", "in", [line for (line,) in rows])],
                view_mode="list",
            )
        view = self.env.ref("crm_distribution.account_move_line_view_list")
        return open_counted(
            self.env["account.move.line"],
            self.env._("Invoiced: %s", self.target_id.display_name),
            [("id", "in", [line for (line,) in rows])],
            views=[(view.id, "list")],
        )

    @property
    def _table_query(self) -> SQL:
        return SQL(
            """
            WITH %(counted)s, attained AS (
                SELECT target_id, month, sum(attained) AS attained,
                       sum(attained) FILTER (WHERE place_among = 1) AS attained_once
                  FROM counted GROUP BY target_id, month
            )
            SELECT (row_number() OVER (ORDER BY span.id, span.month))::int AS id,
                   span.id AS target_id, span.company_id, span.partner_id,
                   span.category_id, span.territory_id, span.basis, span.measure,
                   span.month,
                   span.goal,
                   coalesce(attained.attained, 0) AS attained,
                   coalesce(attained.attained, 0) - span.goal AS variance,
                   coalesce(attained.attained_once, 0) AS attained_once,
                   EXISTS (
                       SELECT FROM target wide
                        WHERE wide.company_id = span.company_id
                          AND wide.partner_id = span.partner_id
                          AND wide.basis = span.basis
                          AND wide.measure = span.measure
                          AND (wide.path, wide.map, wide.days)
                              <> (span.path, span.map, span.days)
                          AND starts_with(span.path, wide.path)
                          AND starts_with(span.map, wide.map)
                          AND wide.date_from <= span.date_from
                          AND wide.date_to >= span.date_to
                   ) AS is_inside
              FROM span
              LEFT JOIN attained
                ON attained.target_id = span.id AND attained.month = span.month
            """,
            counted=self._counted_sql(),
        )

    def _counted_sql(self) -> SQL:
        """Targets, their months (`span`), and what each line adds to them (`counted`).

        :return: what stands after WITH
        """
        for name in SOURCES:
            self.env[name].flush_model()
        return SQL(
            """
            target AS MATERIALIZED (
                SELECT target.*, coalesce(category.parent_path, '') AS path,
                       coalesce(territory.parent_path, '') AS map,
                       target.date_to - target.date_from AS days,
                       coalesce('%%/' || target.territory_id || '/%%', '%%') AS inside
                  FROM distribution_target target
                  LEFT JOIN product_category category
                    ON category.id = target.category_id
                  LEFT JOIN distribution_territory territory
                    ON territory.id = target.territory_id
            ), line AS MATERIALIZED (
                -- one row for each line, whatever it is linked to
                SELECT line.id AS line_id, move.company_id, move.invoice_date AS day,
                       coalesce(category.parent_path, '') AS path,
                       coalesce('/' || move.distribution_territory_path, '') AS place,
                       CASE WHEN move.move_type = 'out_refund' THEN -1 ELSE 1 END
                       * line.quantity * coalesce(unit.factor, 1)
                       / coalesce(nullif(own_unit.factor, 0), 1) AS quantity,
                       -line.balance AS amount,
                       move.commercial_partner_id AS buyer_id,
                       (SELECT min(sold.order_id)
                          FROM sale_order_line_invoice_rel link
                          JOIN sale_order_line sold ON sold.id = link.order_line_id
                         WHERE link.invoice_line_id = line.id) AS order_id
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN product_product product ON product.id = line.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                  LEFT JOIN product_category category
                    ON category.id = template.categ_id
                  LEFT JOIN uom_uom unit ON unit.id = line.product_uom_id
                  LEFT JOIN uom_uom own_unit ON own_unit.id = template.uom_id
                 WHERE move.state = 'posted' AND line.display_type = 'product'
                   AND move.move_type IN ('out_invoice', 'out_refund')
                   AND %(trades)s
                   AND move.company_id IN (SELECT company_id FROM target)
                   AND move.invoice_date >= (SELECT min(date_from) FROM target)
            ), part AS (
                SELECT line.line_id, line.company_id, line.day, line.path, line.place,
                       share.partner_id,
                       line.quantity * share.percent / 100 AS quantity,
                       line.amount * share.percent / 100 AS amount
                  FROM line JOIN distribution_share share USING (order_id)
                 UNION ALL
                SELECT line.line_id, line.company_id, line.day, line.path, line.place,
                       coalesce(holder.commercial_partner_id, line.buyer_id),
                       line.quantity, line.amount
                  FROM line
                  LEFT JOIN sale_order sold ON sold.id = line.order_id
                  LEFT JOIN crm_lead lead ON lead.id = sold.opportunity_id
                  LEFT JOIN res_partner holder ON holder.id = lead.partner_assigned_id
                 WHERE NOT EXISTS (SELECT FROM distribution_share share
                                    WHERE share.order_id = line.order_id)
            ), sold AS MATERIALIZED (
                SELECT line.id AS line_id, line.company_id, line.day,
                       coalesce(category.parent_path, '') AS path, line.partner_id,
                       line.quantity, line.company_amount AS amount
                  FROM distribution_sellout_line line
                  JOIN product_product product ON product.id = line.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                  LEFT JOIN product_category category
                    ON category.id = template.categ_id
                 WHERE line.state = 'accepted' AND line.type IN ('sale', 'return')
                   AND line.partner_id IN (
                       SELECT partner_id FROM target WHERE basis = 'sold_out')
            ), span AS (
                SELECT target.*, month::date AS month,
                       greatest(month::date, target.date_from) AS first_day,
                       least((month + interval '1 month')::date - 1, target.date_to)
                       AS last_day,
                       target.target / count(*) OVER (PARTITION BY target.id) AS goal
                  FROM target
                 CROSS JOIN generate_series(date_trunc('month', target.date_from),
                                            target.date_to, interval '1 month') month
            ), counted AS (
                SELECT span.id AS target_id, span.month, part.line_id,
                       CASE span.measure WHEN 'quantity' THEN part.quantity
                                         ELSE part.amount END AS attained,
                       -- a wider one comes before those inside it
                       row_number() OVER (
                           PARTITION BY part.line_id, part.partner_id, span.measure
                           ORDER BY length(span.path) + length(span.map),
                                    span.days DESC, span.id
                       ) AS place_among
                  FROM span
                  JOIN part ON part.company_id = span.company_id
                   AND part.partner_id = span.partner_id
                   AND part.day BETWEEN span.first_day AND span.last_day
                   AND starts_with(part.path, span.path)
                   AND part.place LIKE span.inside
                 WHERE span.basis = 'invoiced'
                 UNION ALL
                SELECT span.id, span.month, sold.line_id,
                       CASE span.measure WHEN 'quantity' THEN sold.quantity
                                         ELSE sold.amount END,
                       row_number() OVER (
                           PARTITION BY sold.line_id, sold.partner_id, span.measure
                           ORDER BY length(span.path) + length(span.map),
                                    span.days DESC, span.id
                       )
                  FROM span
                  JOIN sold ON sold.company_id = span.company_id
                   AND sold.partner_id = span.partner_id
                   AND sold.day BETWEEN span.first_day AND span.last_day
                   AND starts_with(sold.path, span.path)
                 WHERE span.basis = 'sold_out'
            )
            """,
            trades=self.env["suite.trade"]._trades_sql(),
        )
