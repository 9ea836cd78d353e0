from datetime import date

from numpy.typing import NDArray

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.columns import read_columns

from ..clv.fold import fold_purchases

DOCUMENT_TYPES = {
    "customer": "int4",
    "day": "date",
    "revenue": "float8",
    "margin": "float8",
}


class CrmPurchaseHistory(models.Model):
    """A customer's purchases in the few numbers that the value models need.

    One row per company and commercial partner that ever bought. Days count from the
    first purchase; the age runs to the company's cut-off date, or to today.
    """

    _name = "crm.purchase.history"
    _description = "Purchase History"
    _inherit = "suite.customer.data.mixin"
    _auto = False
    _order = "last_date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    first_date = fields.Date("First Purchase", readonly=True)
    last_date = fields.Date("Last Purchase", readonly=True)
    purchase_count = fields.Integer("Purchases", readonly=True)
    repeat_count = fields.Integer(
        "Repeat Purchases", readonly=True, help="x: purchase days after the first."
    )
    recency = fields.Integer(
        readonly=True, help="t_x: days from the first purchase to the last."
    )
    age = fields.Integer(
        readonly=True, help="T: days from the first purchase to the cut-off date."
    )
    log_intervals = fields.Float(
        "Sum of Log Intervals",
        readonly=True,
        help="Sum of the natural logarithms of the days between purchases: tells "
        "regular buyers from irregular ones.",
    )
    last_interval = fields.Integer(
        readonly=True, help="Days between the last two purchases."
    )
    revenue = fields.Monetary(readonly=True)
    margin = fields.Monetary(readonly=True)
    costed_revenue = fields.Monetary("Revenue with Known Margin", readonly=True)

    @property
    def _table_query(self) -> SQL:
        return SQL(
            """
            SELECT history.*,
                   purchase_count - 1 AS repeat_count,
                   last_date - first_date AS recency,
                   coalesce(company.value_cutoff,
                            (now() AT TIME ZONE coalesce(place.tz, 'UTC'))::date)
                       - first_date AS age
              FROM (%s) history
              JOIN res_company company ON company.id = history.company_id
              JOIN res_partner place ON place.id = company.partner_id
            """,
            self._history_sql(
                SQL(
                    """
                    SELECT day.*
                      FROM (%s) day
                      JOIN res_company company ON company.id = day.company_id
                     WHERE day.date <= coalesce(company.value_cutoff, day.date)
                    """,
                    self.env["crm.purchase"]._days_sql(),
                )
            ),
        )

    def _history_sql(self, days: SQL) -> SQL:
        """Fold purchase days into one row per company and customer.

        Intervals run between purchase days alone, so the windows keep days of pure
        returns apart.
        """
        return SQL(
            """
            SELECT min(id) AS id,
                   company_id,
                   partner_id,
                   min(date) FILTER (WHERE revenue > 0) AS first_date,
                   max(date) FILTER (WHERE revenue > 0) AS last_date,
                   count(*) FILTER (WHERE revenue > 0) AS purchase_count,
                   coalesce(sum(ln(gap)) FILTER (WHERE revenue > 0), 0)::float8
                       AS log_intervals,
                   coalesce(max(gap) FILTER (WHERE revenue > 0 AND newest), 0)
                       AS last_interval,
                   sum(revenue) AS revenue,
                   sum(margin) AS margin,
                   sum(costed_revenue) AS costed_revenue
              FROM (
                    SELECT day.*,
                           day.date - lag(day.date) OVER purchases AS gap,
                           lead(day.date) OVER purchases IS NULL AS newest
                      FROM (%s) day
                    WINDOW purchases AS (
                           PARTITION BY company_id, partner_id, revenue > 0
                           ORDER BY date)
                   ) dated
             GROUP BY company_id, partner_id
            HAVING bool_or(revenue > 0)
            """,
            days,
        )

    @api.model
    def _read_arrays(
        self, company, until: date, known_by: date | None = None, trend=False
    ) -> dict[str, NDArray]:
        """The histories of a company's customers as of the end of the day ``until``.

        The same figures as this report's rows. The database hands over the documents as
        they lie and numpy folds them: a third of the time that SQL needs to sort and
        group every customer's purchases.

        :param known_by: leave out what came to be known after this day: credit notes
            of later days take nothing back
        :param trend: with the trend of each customer's margin
        :return: arrays of equal length, see ``fold_purchases``; days are PostgreSQL's
        """
        query = SQL(
            """
            SELECT partner_id, date, revenue, coalesce(margin, 'NaN') AS margin
              FROM (%s) document
             WHERE company_id = %s AND date <= %s
            """,
            self.env["crm.purchase"]._documents_sql(known_by=known_by),
            company.id,
            until,
        )
        documents = read_columns(self.env.cr, query, DOCUMENT_TYPES)
        return fold_purchases(**documents, trend=trend)

    @api.model
    def _read_holdout(self, company, since: date, until: date) -> dict[str, NDArray]:
        """Purchases per customer after ``since`` up to the end of ``until``, and what
        they brought, less what came back in that time."""
        query = SQL(
            """
            SELECT partner_id,
                   count(*) FILTER (WHERE revenue > 0) AS purchase_count,
                   sum(revenue) AS revenue,
                   sum(margin) AS margin,
                   sum(costed_revenue) AS costed_revenue
              FROM (%s) day
             WHERE company_id = %s AND date > %s AND date <= %s
             GROUP BY partner_id
             ORDER BY partner_id
            """,
            self.env["crm.purchase"]._days_sql(),
            company.id,
            since,
            until,
        )
        types = {
            "partner_id": "int4",
            "purchase_count": "int4",
            "revenue": "float8",
            "margin": "float8",
            "costed_revenue": "float8",
        }
        return read_columns(self.env.cr, query, types)

    @api.model
    def _potential_customers_sql(self, company) -> SQL:
        """Commercial partners with an open quotation or opportunity of the company."""
        self.env["crm.lead"].flush_model()
        self.env["sale.order"].flush_model(["state", "partner_id"])
        return SQL(
            """
            SELECT customer.commercial_partner_id AS partner_id
              FROM sale_order quotation
              JOIN res_partner customer ON customer.id = quotation.partner_id
             WHERE quotation.company_id = %(company)s
               AND quotation.state IN ('draft', 'sent')
             UNION
            SELECT customer.commercial_partner_id
              FROM crm_lead lead
              JOIN res_partner customer ON customer.id = lead.partner_id
             WHERE lead.active
               AND lead.type = 'opportunity'
               AND lead.won_status = 'pending'
               AND coalesce(lead.company_id, %(company)s) = %(company)s
            """,
            company=company.id,
        )
