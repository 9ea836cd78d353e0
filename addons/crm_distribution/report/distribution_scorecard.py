from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.figures import open_counted

from ..channel.network import INTERMEDIARIES
from . import scorecard_rows

READ = (
    "account.move",
    "account.move.line",
    "crm.lead",
    "distribution.conflict",
    "distribution.level",
    "distribution.registration",
    "distribution.reporter",
    "distribution.route",
    "distribution.sellout",
    "distribution.sellout.line",
    "distribution.share",
    "res.partner",
    "sale.order",
    "sale.order.line",
)
# what each source adds up
SOURCES = {
    "bought": ("invoiced", "credited"),
    "brokered": ("brokered",),
    "sold": ("sold_out", "sold_through"),
    "target": ("goal", "attained", "goal_quantity", "attained_quantity"),
    "offer": ("offered", "ended", "responded", "accepted"),
    "lead": ("leads_won", "leads_lost"),
    "deal": ("deals_won", "deals_lost"),
    "conflict": ("conflicts",),
    "report": ("reports_due", "reports_in_time"),
    "margin": ("pocket_amount", "margin_amount"),
}
FIGURES = [name for names in SOURCES.values() for name in names]
# a rate of several rows is that of their sums
RATES = {
    "attainment": ("attained", "goal"),
    "attainment_quantity": ("attained_quantity", "goal_quantity"),
    "response": ("responded", "ended"),
    "acceptance": ("accepted", "ended"),
    "win_rate": ("won", "closed"),
    "returns": ("credited", "invoiced"),
    "discipline": ("reports_in_time", "reports_due"),
    "margin_percent": ("margin_amount", "pocket_amount"),
}
COUNTED = {"response", "acceptance", "win_rate", "discipline"}


class DistributionScorecard(models.Model):
    """What an intermediary did in a month, for one of our companies.

    Each source is added up by intermediary, company and month before it meets the
    others: an invoice more is no lead more. What a figure counts and what it opens are
    the same rows.
    """

    _name = "distribution.scorecard"
    _inherit = ["suite.share.mixin"]
    _description = "Scorecard of Intermediaries"
    _auto = False
    _order = "month desc, partner_id, id"
    _rec_name = "partner_id"
    _shares = RATES

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one("res.partner", "Intermediary", readonly=True)
    level_id = fields.Many2one(
        "distribution.level", readonly=True, help="The intermediary's level today."
    )
    month = fields.Date(readonly=True)
    invoiced = fields.Monetary(
        readonly=True,
        help="Products invoiced to it, without tax, by the invoice's day.",
    )
    credited = fields.Monetary(
        readonly=True,
        help="Products credited to it: returns and allowances. Statements of rebates "
        "and commissions are no returns.",
    )
    sell_in = fields.Monetary("Sell-In", readonly=True, help="Invoiced − credited.")
    returns = fields.Float(
        "Returns (%)", readonly=True, aggregator="avg", help="Credited ÷ invoiced."
    )
    brokered = fields.Monetary(
        readonly=True,
        help="Invoiced less credited to others, of orders in which it has a share or "
        "whose lead it has.",
    )
    sold_out = fields.Monetary(
        readonly=True, help="Accepted sell-out to consumers, less returns."
    )
    sold_through = fields.Monetary(
        readonly=True, help="Accepted sell-out to other members of the channel."
    )
    goal = fields.Monetary(
        "To Attain",
        readonly=True,
        help="Targets in amounts that lie inside no other, in equal parts a month.",
    )
    attained = fields.Monetary(
        readonly=True, help="Of these targets, each by its own basis."
    )
    attainment = fields.Float(
        "Attainment (%)", readonly=True, aggregator="avg", help="Attained ÷ to attain."
    )
    goal_quantity = fields.Float("To Attain (Quantity)", readonly=True)
    attained_quantity = fields.Float("Attained (Quantity)", readonly=True)
    attainment_quantity = fields.Float(
        "Attainment in Quantities (%)",
        readonly=True,
        aggregator="avg",
        help="The same of targets in quantities.",
    )
    offered = fields.Integer("Offers", readonly=True, help="Leads offered to it.")
    ended = fields.Integer("Offers Answered or Ran Out", readonly=True)
    responded = fields.Integer("Offers Answered", readonly=True)
    accepted = fields.Integer("Offers Accepted", readonly=True)
    response = fields.Float(
        "Response (%)",
        readonly=True,
        aggregator="avg",
        help="Answered ÷ (answered + ran out).",
    )
    acceptance = fields.Float(
        "Acceptance (%)",
        readonly=True,
        aggregator="avg",
        help="Accepted ÷ (answered + ran out).",
    )
    leads_won = fields.Integer(readonly=True)
    leads_lost = fields.Integer(readonly=True)
    deals_won = fields.Integer(
        readonly=True, help="Registered deals that are not among its leads."
    )
    deals_lost = fields.Integer(readonly=True)
    won = fields.Integer(readonly=True, help="Leads and deals, each once.")
    closed = fields.Integer("Won or Lost", readonly=True)
    win_rate = fields.Float(
        "Win Rate (%)", readonly=True, aggregator="avg", help="Won ÷ (won + lost)."
    )
    conflicts = fields.Integer(
        readonly=True, help="Found in the month, with it on one of the sides."
    )
    reports_due = fields.Integer(
        readonly=True,
        help="Weeks or months of which it owed a sell-out report, by their last day.",
    )
    reports_in_time = fields.Integer(
        readonly=True, help="Reported within the days that it has."
    )
    discipline = fields.Float(
        "Reported in Time (%)",
        readonly=True,
        aggregator="avg",
        help="Reports in time ÷ reports due.",
    )
    pocket_amount = fields.Monetary("Pocket Price", readonly=True)
    margin_amount = fields.Monetary(
        "Margin Left to Us",
        readonly=True,
        help="Pocket margin of the orders that are its own by share, by lead, else as "
        "buyer; by the day of the order.",
    )
    margin_percent = fields.Float(
        "Margin Left to Us (%)",
        readonly=True,
        aggregator="avg",
        help="Pocket margin ÷ pocket price.",
    )
    attainment_text = fields.Char("Attainment", compute="_compute_texts")
    attainment_quantity_text = fields.Char(
        "Attainment in Quantities", compute="_compute_texts"
    )
    response_text = fields.Char("Response", compute="_compute_texts")
    acceptance_text = fields.Char("Acceptance", compute="_compute_texts")
    win_rate_text = fields.Char("Win Rate", compute="_compute_texts")
    returns_text = fields.Char("Returns", compute="_compute_texts")
    discipline_text = fields.Char("Reported in Time", compute="_compute_texts")
    margin_percent_text = fields.Char("Margin", compute="_compute_texts")

    @api.depends_context("lang")
    @api.depends(*RATES)
    def _compute_texts(self):
        for row in self:
            for name, (part, whole) in RATES.items():
                if not row[whole]:
                    text = self.env._("none yet")
                elif name in COUNTED:
                    text = self.env["res.partner"]._response(row[part], row[whole])
                else:
                    text = f"{row[name]:.1f} %"
                row[f"{name}_text"] = text

    # what a figure is made of

    def action_open_invoices(self):
        return self._open_invoice_lines("bought", self.env._("Invoiced to %s"))

    def action_open_brokered(self):
        return self._open_invoice_lines("brokered", self.env._("Brokered by %s"))

    def action_open_sellout(self):
        lines = self.env["distribution.sellout.line"]
        return self._open("sold", lines, self.env._("Sell-Out of %s"), view_mode="list")

    def action_open_targets(self):
        targets = self.env["distribution.target"]
        return self._open("target", targets, self.env._("Targets of %s"))

    def action_open_offers(self):
        routes = self.env["distribution.route"]
        return self._open("offer", routes, self.env._("Offers to %s"))

    def action_open_leads(self):
        # those that were lost are archived
        leads = self.env["crm.lead"].with_context(active_test=False)
        return self._open(
            "lead", leads, self.env._("Leads of %s"), context={"active_test": False}
        )

    def action_open_deals(self):
        deals = self.env["distribution.registration"]
        return self._open("deal", deals, self.env._("Deals of %s"))

    def action_open_conflicts(self):
        conflicts = self.env["distribution.conflict"]
        return self._open("conflict", conflicts, self.env._("Conflicts of %s"))

    def action_open_reports(self):
        """The reports of days of the month, also those that came late."""
        self.ensure_one()
        self.check_access("read")
        last_day = fields.Date.end_of(self.month, "month")
        return open_counted(
            self.env["distribution.sellout"],
            self._title(self.env._("Reports of %s")),
            Domain("partner_id", "=", self.partner_id.id)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("date_from", "<=", last_day)
            & Domain("date_to", ">=", self.month),
        )

    def action_open_margin(self):
        rows = self.env["distribution.waterfall"]
        return self._open("margin", rows, self.env._("Margin by %s"), view_mode="list")

    def _open_invoice_lines(self, source: str, title: str) -> dict:
        view = self.env.ref("crm_distribution.account_move_line_view_list")
        lines = self.env["account.move.line"]
        return self._open(source, lines, title, views=[(view.id, "list")])

    def _open(self, source: str, model, title: str, **action) -> dict:
        """The records that a source adds up for this row."""
        self.ensure_one()
        self.check_access("read")
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT fact.record_id FROM (%(rows)s) fact
                 WHERE fact.partner_id = %(partner)s AND fact.company_id = %(company)s
                   AND date_trunc('month', fact.day)::date = %(month)s
                """,
                rows=self._rows_sql()[source],
                partner=self.partner_id.id,
                company=self.company_id.id,
                month=self.month,
            )
        )
        found = [("id", "in", [record for (record,) in rows])]
        return open_counted(model, self._title(title), found, **action)

    def _title(self, title: str) -> str:
        return f"{title % self.partner_id.display_name}, {self.month:%Y-%m}"

    @property
    def _table_query(self) -> SQL:
        rows = self._rows_sql()
        sources = SQL(", ").join(
            SQL(
                """
                %(name)s AS (
                    SELECT fact.partner_id, fact.company_id,
                           date_trunc('month', fact.day)::date AS month, %(sums)s
                      FROM (%(rows)s) fact
                      JOIN member ON member.id = fact.partner_id
                     GROUP BY 1, 2, 3
                )
                """,
                name=SQL.identifier(f"by_{name}"),
                sums=SQL(", ").join(
                    SQL("sum(%s) AS %s", SQL.identifier(one), SQL.identifier(one))
                    for one in SOURCES[name]
                ),
                rows=source,
            )
            for name, source in rows.items()
        )
        keys = SQL(" UNION ").join(
            SQL(
                "SELECT partner_id, company_id, month FROM %s",
                SQL.identifier(f"by_{name}"),
            )
            for name in SOURCES
        )
        joins = SQL(" ").join(
            SQL(
                "LEFT JOIN %s USING (partner_id, company_id, month)",
                SQL.identifier(f"by_{name}"),
            )
            for name in SOURCES
        )
        figures = SQL(", ").join(
            SQL(
                "coalesce(%s, 0)%s AS %s",
                SQL.identifier(one),
                SQL("::int")
                if self._fields[one].type == "integer"
                else SQL("::float8"),
                SQL.identifier(one),
            )
            for one in FIGURES
        )
        rates = SQL(", ").join(
            SQL(
                "(100.0 * %s / nullif(%s, 0))::float8 AS %s",
                SQL.identifier(part),
                SQL.identifier(whole),
                SQL.identifier(name),
            )
            for name, (part, whole) in RATES.items()
        )
        return SQL(
            """
            WITH member AS MATERIALIZED (
                SELECT partner.id, partner.distribution_level_id AS level_id
                  FROM res_partner partner
                  JOIN distribution_level level
                    ON level.id = partner.distribution_level_id
                 WHERE level.kind = ANY(%(kinds)s)
            ), %(sources)s, key AS (
                %(keys)s
            ), figure AS (
                SELECT key.partner_id, key.company_id, key.month, %(figures)s
                  FROM key %(joins)s
            ), card AS (
                SELECT figure.*, invoiced - credited AS sell_in,
                       leads_won + deals_won AS won,
                       leads_won + leads_lost + deals_won + deals_lost AS closed
                  FROM figure
            )
            SELECT (card.company_id * 1000000000::int8 + card.partner_id) * 10000
                   + (extract(year FROM card.month) * 12
                      + extract(month FROM card.month))::int - 1900 * 12 AS id,
                   card.*, member.level_id, %(rates)s
              FROM card JOIN member ON member.id = card.partner_id
            """,
            kinds=list(INTERMEDIARIES),
            sources=sources,
            keys=keys,
            figures=figures,
            joins=joins,
            rates=rates,
        )

    @api.model
    def _rows_sql(self) -> dict[str, SQL]:
        """Hook: the rows of each source.

        :return: by the source's name: rows of partner_id, company_id, day, record_id
            and its figures
        """
        for name in READ:
            self.env[name].flush_model()
        return {
            **scorecard_rows.sales_sql(self.env),
            "target": scorecard_rows.targets_sql(self.env),
            **scorecard_rows.answers_sql(self.env),
            "report": scorecard_rows.reports_sql(self.env),
        }
