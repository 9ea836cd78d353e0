from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.figures import open_counted

from ..channel.network import INTERMEDIARIES
from .scorecard_rows import attributed_sql

READ = (
    "crm.lead",
    "distribution.level",
    "distribution.share",
    "res.partner",
    "sale.order",
)


class DistributionEconomics(models.Model):
    """What is left of sales through intermediaries, and of those without, by area.

    An order is an intermediary's by share, by lead, else as buyer; what is nobody's is
    a direct sale. Whom we have to keep in contact with is the intermediary in the one
    case and each buyer in the other.
    """

    _name = "distribution.economics"
    _inherit = ["suite.share.mixin"]
    _description = "Direct and Indirect Sales"
    _auto = False
    _order = "quarter desc, territory_id, way, id"
    _rec_name = "territory_id"
    _shares = {
        "margin_percent": ("margin", "revenue"),
        "left_percent": ("left", "revenue"),
    }

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    territory_id = fields.Many2one(
        "distribution.territory",
        readonly=True,
        help="Of the place of delivery, by today's map.",
    )
    quarter = fields.Date(readonly=True, help="By the day of the order.")
    way = fields.Selection(
        [("direct", "Direct"), ("indirect", "Through Intermediaries")], readonly=True
    )
    revenue = fields.Monetary(
        readonly=True, help="Confirmed orders at their invoice price, without tax."
    )
    margin = fields.Monetary(
        "Pocket Margin",
        readonly=True,
        help="What is left after allowances, rebates, commissions and cost.",
    )
    margin_percent = fields.Float(
        "Margin (%)",
        readonly=True,
        aggregator="avg",
        help="Pocket margin ÷ revenue.",
    )
    contacts = fields.Integer(
        readonly=True,
        help="Intermediaries through whom, or buyers to whom, we sold there in the "
        "quarter.",
    )
    contacts_cost = fields.Monetary(
        "Cost of Contacts",
        readonly=True,
        help="Contacts × cost of a contact a year ÷ 4.",
    )
    left = fields.Monetary(
        "Left to Us", readonly=True, help="Pocket margin − cost of contacts."
    )
    left_percent = fields.Float(
        "Left (%)", readonly=True, aggregator="avg", help="Left to us ÷ revenue."
    )

    def action_open_orders(self):
        """The orders that make this figure."""
        orders = self._found("order_id")
        return open_counted(
            self.env["sale.order"],
            self.env._("Orders: %s", self.display_name),
            [("id", "in", orders)],
        )

    def action_open_contacts(self):
        """The intermediaries or buyers that were counted."""
        partners = self._found("contact_id")
        return open_counted(
            self.env["res.partner"].with_context(active_test=False),
            self.env._("Contacts: %s", self.display_name),
            [("id", "in", partners)],
            context={"active_test": False},
        )

    @api.depends("territory_id", "quarter", "way")
    def _compute_display_name(self):
        ways = dict(self._fields["way"]._description_selection(self.env))
        for row in self:
            place = row.territory_id.display_name or self.env._("No territory")
            row.display_name = f"{place}, {row.quarter}, {ways.get(row.way)}"

    def _found(self, column: str) -> list[int]:
        self.ensure_one()
        self.check_access("read")
        rows = self.env.execute_query(
            SQL(
                """
                WITH %(sold)s
                SELECT DISTINCT %(column)s FROM sold
                 WHERE company_id = %(company)s AND quarter = %(quarter)s
                   AND way = %(way)s
                   AND territory_id IS NOT DISTINCT FROM %(territory)s
                """,
                sold=self._sold_sql(),
                column=SQL.identifier(column),
                company=self.company_id.id,
                quarter=self.quarter,
                way=self.way,
                territory=self.territory_id.id or None,
            )
        )
        return [found for (found,) in rows]

    @property
    def _table_query(self) -> SQL:
        # sudo: what a contact costs is shown with the rows alone
        companies = self.env["res.company"].sudo().search([])
        return SQL(
            """
            WITH %(sold)s, span AS (
                SELECT * FROM unnest(%(companies)s::int[], %(costs)s::float8[])
                           AS span (company_id, cost)
            ), total AS (
                SELECT company_id, territory_id, quarter, way,
                       sum(revenue)::float8 AS revenue, sum(margin)::float8 AS margin,
                       count(DISTINCT contact_id)::int AS contacts
                  FROM sold GROUP BY company_id, territory_id, quarter, way
            ), figure AS (
                SELECT total.*, total.contacts * span.cost / 4 AS contacts_cost,
                       total.margin - total.contacts * span.cost / 4 AS "left"
                  FROM total JOIN span ON span.company_id = total.company_id
            )
            SELECT ((company_id * 10000000::int8 + coalesce(territory_id, 0)) * 1000
                    + (extract(year FROM quarter) * 4
                       + extract(quarter FROM quarter))::int - 1900 * 4) * 2
                   + (way = 'direct')::int AS id,
                   figure.*,
                   100.0 * margin / nullif(revenue, 0) AS margin_percent,
                   100.0 * "left" / nullif(revenue, 0) AS left_percent
              FROM figure
            """,
            sold=self._sold_sql(),
            companies=companies.ids,
            costs=companies.mapped("distribution_contact_cost"),
        )

    @api.model
    def _sold_sql(self) -> SQL:
        """Each line once for each intermediary of its order, and what is nobody's.

        :return: what stands after WITH
        """
        for name in READ:
            self.env[name].flush_model()
        Territory = self.env["distribution.territory"]
        # sudo: which companies there are is no secret
        companies = self.env["res.company"].sudo().search([])
        places = SQL(" UNION ALL ").join(
            SQL(
                "SELECT id AS order_id, territory_id FROM (%s) placed",
                Territory._places_sql(
                    SQL(
                        """
                        SELECT sale.id, place.country_id, place.state_id, place.zip
                          FROM sale_order sale
                          JOIN res_partner place ON place.id = coalesce(
                               sale.partner_shipping_id, sale.partner_id)
                         WHERE sale.state = 'sale' AND sale.company_id = %s
                        """,
                        company.id,
                    ),
                    company,
                ),
            )
            for company in companies
        )
        return SQL(
            """
            place AS MATERIALIZED (
                %(places)s
            ), part AS MATERIALIZED (
                %(attributed)s
            ), line AS MATERIALIZED (
                SELECT order_id, company_id, partner_id, day, invoice_amount,
                       margin_amount
                  FROM (%(waterfall)s) step
            ), member AS MATERIALIZED (
                SELECT partner.id
                  FROM res_partner partner
                  JOIN distribution_level level
                    ON level.id = partner.distribution_level_id
                 WHERE level.kind = ANY(%(kinds)s)
            ), divided AS (
                SELECT line.*, part.partner_id AS through_id, part.part
                  FROM line JOIN part ON part.order_id = line.order_id
                 UNION ALL
                SELECT line.*, member.id, 1 - coalesce(given.part, 0)
                  FROM line
                  LEFT JOIN (SELECT order_id, sum(part) AS part
                               FROM part GROUP BY order_id) given
                    ON given.order_id = line.order_id
                  LEFT JOIN member ON member.id = line.partner_id
                 WHERE coalesce(given.part, 0) < 0.999999
            ), sold AS (
                SELECT divided.company_id, divided.order_id, place.territory_id,
                       date_trunc('quarter', divided.day)::date AS quarter,
                       CASE WHEN divided.through_id IS NULL THEN 'direct'
                            ELSE 'indirect' END AS way,
                       coalesce(divided.through_id, divided.partner_id) AS contact_id,
                       divided.invoice_amount * divided.part AS revenue,
                       divided.margin_amount * divided.part AS margin
                  FROM divided
                  LEFT JOIN place ON place.order_id = divided.order_id
            )
            """,
            places=places,
            attributed=attributed_sql(),
            waterfall=self.env["distribution.waterfall"]._table_query,
            kinds=list(INTERMEDIARIES),
        )
