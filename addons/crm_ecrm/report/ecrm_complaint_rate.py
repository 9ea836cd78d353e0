from datetime import date

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# ids of causes stay below it
MOST_CAUSES = 1_000_000
# and so does what is sold of a product in a month
MOST_SOLD = 10**12
# before the current one
MONTHS = 24


class EcrmComplaintRate(models.Model):
    """Complaints by product, cause and month beside what was sold of the product.

    Of this month and the 24 before it. A row for each cause that somebody complained
    of in that time, also where nobody did: what was sold stands in each of them, and
    is added up once whatever is grouped.
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
        # complaints apart from their absence: whoever asks for the former is not
        # given the product of all goods, months and causes
        return SQL(
            """
            WITH told AS (%(complaints)s),
            cause AS (
                SELECT DISTINCT cause_id AS id FROM told
                 UNION
                SELECT NULL
            ),
            place AS (
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
            )
            SELECT place.id * %(most)s + coalesce(told.cause_id, 0) AS id,
                   place.company_id, place.product_id, told.cause_id,
                   place.month, place.id AS sold_in, place.sold, told.complaints,
                   100.0 * told.complaints / nullif(place.sold, 0) AS rate,
                   told.cost
              FROM told
              JOIN place
                ON place.company_id = told.company_id AND place.month = told.month
               AND coalesce(place.product_id, 0) = coalesce(told.product_id, 0)
             UNION ALL
            SELECT place.id * %(most)s + coalesce(cause.id, 0),
                   place.company_id, place.product_id, cause.id,
                   place.month, place.id, place.sold, 0, 0.0, 0
              FROM place
        CROSS JOIN cause
             WHERE place.sold > 0
               AND NOT EXISTS (
                SELECT FROM told
                 WHERE told.company_id = place.company_id
                   AND told.month = place.month
                   AND coalesce(told.product_id, 0) = coalesce(place.product_id, 0)
                   AND coalesce(told.cause_id, 0) = coalesce(cause.id, 0)
               )
            """,
            most=MOST_CAUSES,
            complaints=self._complaints_sql(),
            sold=self._sold_sql(),
        )

    def _since(self) -> date:
        """The first month that is counted."""
        today = self.env.company._today()
        return fields.Date.subtract(today.replace(day=1), months=MONTHS)

    def _complaints_sql(self) -> SQL:
        day = self.env["res.company"]._day_sql(SQL("company_id"), SQL("opened_on"))
        return SQL(
            """
            SELECT company_id, product_id, cause_id,
                   date_trunc('month', %(day)s)::date AS month,
                   min(id)::bigint AS case_id,
                   count(*)::integer AS complaints, coalesce(sum(cost), 0) AS cost
              FROM ecrm_case
             WHERE kind = 'complaint' AND state != 'merged' AND sender != 'failed'
               AND %(day)s >= %(since)s
             GROUP BY 1, 2, 3, 4
            """,
            day=day,
            since=self._since(),
        )

    def _sold_sql(self) -> SQL:
        day = self.env["res.company"]._day_sql(
            SQL("line.company_id"), SQL("sale.date_order")
        )
        return SQL(
            """
            SELECT line.company_id, line.product_id,
                   date_trunc('month', %(day)s)::date, min(line.id)::bigint, NULL,
                   count(*)
              FROM sale_order_line line
              JOIN sale_order sale ON sale.id = line.order_id
             WHERE sale.state = 'sale' AND line.product_id IS NOT NULL
               AND line.display_type IS NULL AND %(day)s >= %(since)s
             GROUP BY 1, 2, 3
            """,
            day=day,
            since=self._since(),
        )
