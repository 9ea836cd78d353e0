from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# ids of causes stay below it
MOST_CAUSES = 1_000_000
# and so does what is sold of a product in a month
MOST_SOLD = 10**12


class EcrmComplaintRate(models.Model):
    """Complaints by product, cause and month beside what was sold of the product.

    A row for each cause that there is, also where nobody complained of it: what was
    sold stands in each of them, and is added up once whatever is grouped.
    """

    _name = "ecrm.complaint.rate"
    _description = "Complaint Rate"
    _auto = False
    _order = "complaints desc, month desc, id"
    _rec_name = "product_id"
    _depends = {
        "ecrm.case": [
            *("kind", "product_id", "state", "sender", "opened_on", "cost"),
            *("cause_id", "company_id"),
        ],
        "sale.order": ["state", "date_order"],
        "sale.order.line": ["product_id", "display_type", "company_id"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    cause_id = fields.Many2one("ecrm.case.cause", readonly=True)
    month = fields.Date(readonly=True)
    complaints = fields.Integer(readonly=True)
    # the product and month of which the lines are
    sold_in = fields.Float(readonly=True, digits=(20, 0), aggregator=None)
    sold = fields.Integer("Order Lines Sold", readonly=True)
    rate = fields.Float(
        "Complaints per 100 Lines",
        readonly=True,
        aggregator="avg",
        help="Empty where nothing was sold in that time",
    )
    cost = fields.Float("Cost of Complaints", readonly=True)

    @api.depends("product_id", "month")
    def _compute_display_name(self):
        for row in self:
            row.display_name = row.product_id.display_name or ""

    def _read_group_select(self, aggregate_spec, query):
        """Lines of a product and month stand in the rows of all causes."""
        if aggregate_spec not in ("sold:sum", "rate:avg"):
            return super()._read_group_select(aggregate_spec, query)
        place, sold, complaints = (
            self._field_to_sql(self._table, name, query)
            for name in ("sold_in", "sold", "complaints")
        )
        once = SQL(
            "(sum(DISTINCT %(place)s::numeric * %(most)s + %(sold)s)"
            " - sum(DISTINCT %(place)s::numeric) * %(most)s)",
            place=place,
            sold=sold,
            most=MOST_SOLD,
        )
        if aggregate_spec == "sold:sum":
            return SQL("%s::bigint", once)
        return SQL("(100 * sum(%s) / nullif(%s, 0))::float8", complaints, once)

    def action_open_cases(self):
        """The complaints that are counted."""
        self.ensure_one()
        start, end = (
            self.company_id._start_of_day(day)
            for day in (self.month, fields.Date.add(self.month, months=1))
        )
        domain = (
            Domain("kind", "=", "complaint")
            & Domain("product_id", "=", self.product_id.id)
            & Domain("cause_id", "=", self.cause_id.id)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("state", "!=", "merged")
            & Domain("sender", "!=", "failed")
            & Domain("opened_on", ">=", start)
            & Domain("opened_on", "<", end)
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_ecrm.ecrm_case_action"
        )
        return action | {
            "domain": list(domain),
            "context": {},
            "views": [(False, "list"), (False, "form")],
        }

    @property
    def _table_query(self) -> SQL:
        return SQL(
            """
            WITH told AS (%(complaints)s)
            SELECT place.id * %(most)s + coalesce(cause.id, 0) AS id,
                   place.company_id, place.product_id, cause.id AS cause_id,
                   place.month, place.id AS sold_in, place.sold,
                   coalesce(told.complaints, 0) AS complaints,
                   100.0 * coalesce(told.complaints, 0) / nullif(place.sold, 0) AS rate,
                   coalesce(told.cost, 0) AS cost
              FROM (
                SELECT coalesce(min(line_id) * 2, min(case_id) * 2 + 1) AS id,
                       company_id, product_id, month, sum(sold)::integer AS sold
                  FROM (
                    SELECT company_id, product_id, month, NULL::bigint AS line_id,
                           case_id, 0 AS sold
                      FROM told
                     UNION ALL
                    %(sold)s
                  ) counted
                 GROUP BY company_id, product_id, month
              ) place
        CROSS JOIN (
                SELECT id FROM ecrm_case_cause
                 UNION ALL
                SELECT NULL
              ) cause
         LEFT JOIN told
                ON told.company_id = place.company_id AND told.month = place.month
               AND coalesce(told.product_id, 0) = coalesce(place.product_id, 0)
               AND coalesce(told.cause_id, 0) = coalesce(cause.id, 0)
             WHERE place.sold > 0 OR told.complaints > 0
            """,
            most=MOST_CAUSES,
            complaints=self._complaints_sql(),
            sold=self._sold_sql(),
        )

    def _complaints_sql(self) -> SQL:
        return SQL(
            """
            SELECT company_id, product_id, cause_id,
                   date_trunc('month', %s)::date AS month, min(id)::bigint AS case_id,
                   count(*)::integer AS complaints, sum(cost) AS cost
              FROM ecrm_case
             WHERE kind = 'complaint' AND state != 'merged' AND sender != 'failed'
             GROUP BY 1, 2, 3, 4
            """,
            self.env["res.company"]._day_sql(SQL("company_id"), SQL("opened_on")),
        )

    def _sold_sql(self) -> SQL:
        return SQL(
            """
            SELECT line.company_id, line.product_id,
                   date_trunc('month', %s)::date, min(line.id)::bigint, NULL, count(*)
              FROM sale_order_line line
              JOIN sale_order sale ON sale.id = line.order_id
             WHERE sale.state = 'sale' AND line.product_id IS NOT NULL
               AND line.display_type IS NULL
             GROUP BY 1, 2, 3
            """,
            self.env["res.company"]._day_sql(
                SQL("line.company_id"), SQL("sale.date_order")
            ),
        )
