from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class EcrmComplaintRate(models.Model):
    """Complaints of a product in a month beside what was sold of it: one row each."""

    _name = "ecrm.complaint.rate"
    _description = "Complaint Rate"
    _auto = False
    _order = "month desc, complaints desc, id"
    _rec_name = "product_id"
    _depends = {
        "ecrm.case": ["kind", "product_id", "state", "sender", "opened_on", "cost"],
        "sale.order": ["state", "date_order"],
        "sale.order.line": ["product_id", "display_type", "company_id"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    month = fields.Date(readonly=True)
    complaints = fields.Integer(readonly=True)
    sold = fields.Integer("Order Lines Sold", readonly=True)
    rate = fields.Float(
        "Complaints per 100 Lines",
        readonly=True,
        aggregator=None,
        help="Empty where nothing was sold in that month",
    )
    cost = fields.Float("Cost of Complaints", readonly=True)

    @api.depends("product_id", "month")
    def _compute_display_name(self):
        for row in self:
            row.display_name = row.product_id.display_name

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
        day = self.env["res.company"]._day_sql
        return SQL(
            """
            SELECT row_number() OVER (ORDER BY company_id, product_id, month) AS id,
                   company_id, product_id, month,
                   sum(complaints)::integer AS complaints, sum(sold)::integer AS sold,
                   100.0 * sum(complaints) / nullif(sum(sold), 0) AS rate,
                   sum(cost) AS cost
              FROM (
                SELECT company_id, product_id,
                       date_trunc('month', %(opened_on)s)::date AS month,
                       count(*) AS complaints, 0 AS sold, sum(cost) AS cost
                  FROM ecrm_case
                 WHERE kind = 'complaint' AND product_id IS NOT NULL
                   AND state != 'merged' AND sender != 'failed'
                 GROUP BY 1, 2, 3
                 UNION ALL
                SELECT line.company_id, line.product_id,
                       date_trunc('month', %(ordered_on)s)::date,
                       0, count(*), 0
                  FROM sale_order_line line
                  JOIN sale_order sale ON sale.id = line.order_id
                 WHERE sale.state = 'sale' AND line.product_id IS NOT NULL
                   AND line.display_type IS NULL
                 GROUP BY 1, 2, 3
              ) counted
             GROUP BY company_id, product_id, month
            HAVING sum(complaints) > 0
            """,
            opened_on=day(SQL("company_id"), SQL("opened_on")),
            ordered_on=day(SQL("line.company_id"), SQL("sale.date_order")),
        )
