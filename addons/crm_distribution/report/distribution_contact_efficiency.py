from datetime import datetime

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from odoo.addons.crm_suite.tools.figures import open_counted

from ..channel.contacts import ContactEfficiency
from ..channel.network import INTERMEDIARIES
from .assortment_rows import links_sql


class DistributionContactEfficiency(models.Model):
    """What each intermediary saves in contacts today, by the supply links in force, and
    what it costs: the margin that we have given away to it within a year.

    With m suppliers and n buyers it replaces m·n contacts by m + n.
    """

    _name = "distribution.contact.efficiency"
    _description = "Contact Efficiency"
    _auto = False
    _order = "saved desc, id"
    _rec_name = "partner_id"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one("res.partner", "Intermediary", readonly=True)
    level_id = fields.Many2one("distribution.level", readonly=True)
    suppliers = fields.Integer(readonly=True, help="m: whose goods it sells.")
    buyers = fields.Integer(readonly=True, help="n: who buys from it.")
    direct = fields.Integer(
        "Contacts Without", readonly=True, help="m·n: each supplier with each buyer."
    )
    through = fields.Integer(
        "Contacts With", readonly=True, help="m + n: each of them with it."
    )
    saved = fields.Integer("Contacts Saved", readonly=True, help="m·n − (m + n).")
    break_even = fields.Float(
        "Pays Below",
        compute="_compute_break_even",
        help="So many such intermediaries between the same suppliers and buyers pay no "
        "more: m·n·c ÷ ((m + n)·c + margin given away), c being the cost of a contact. "
        "Without a cost m·n ÷ (m + n), by contacts alone.",
    )
    reason = fields.Char(compute="_compute_break_even")
    contact_cost = fields.Monetary("Cost of a Contact", readonly=True)
    gain = fields.Monetary(
        "Saved a Year", readonly=True, help="Contacts saved × cost of a contact."
    )
    margin_given = fields.Monetary(
        "Margin Given Away",
        readonly=True,
        help="Of confirmed orders of the last year: list price on the day of the sale "
        "less its price, times quantity. Where the list price was not kept, the "
        "discount of the order.",
    )
    net = fields.Monetary(
        "Left a Year",
        readonly=True,
        help="Saved a year less the margin given away. Below 0 it costs more than it "
        "saves.",
    )

    @property
    def _table_query(self) -> SQL:
        for name in (
            "distribution.link",
            "distribution.level",
            "product.category",
            "res.partner",
            "sale.order",
            "sale.order.line",
        ):
            self.env[name].flush_model()
        # sudo: what a contact costs is shown with the rows alone
        companies = self.env["res.company"].sudo().search([])
        return SQL(
            """
            WITH span AS (
                SELECT * FROM unnest(%(companies)s::int[], %(days)s::date[],
                                     %(costs)s::float8[], %(starts)s::timestamp[])
                           AS span (company_id, today, cost, start)
            ), link AS (
                SELECT DISTINCT span.company_id, span.cost, link.supplier_id,
                       link.buyer_id
                  FROM (%(links)s) link JOIN span USING (company_id)
            ), side AS (
                SELECT company_id, cost, buyer_id AS partner_id, 1 AS m, 0 AS n
                  FROM link
                 UNION ALL
                SELECT company_id, cost, supplier_id, 0, 1 FROM link
            ), total AS (
                SELECT company_id, cost, partner_id, sum(m) AS m, sum(n) AS n
                  FROM side GROUP BY company_id, cost, partner_id
                HAVING sum(m) > 0 AND sum(n) > 0
            ), given AS (
                -- an order's rate is its currency's for one of the company's
                SELECT sale.company_id, buyer.commercial_partner_id AS partner_id,
                       sum(line.product_uom_qty
                           * (coalesce(nullif(line.distribution_list_price, 0),
                                       line.price_unit)
                              - line.price_unit * (1 - line.discount / 100.0))
                           / coalesce(nullif(sale.currency_rate, 0), 1)) AS margin
                  FROM sale_order sale
                  JOIN span ON span.company_id = sale.company_id
                  JOIN res_partner buyer ON buyer.id = sale.partner_id
                  JOIN sale_order_line line ON line.order_id = sale.id
                 WHERE sale.state = 'sale' AND sale.date_order >= span.start
                   AND line.display_type IS NULL
                   AND line.is_downpayment IS NOT TRUE
                   AND buyer.commercial_partner_id IN (SELECT partner_id FROM total)
                 GROUP BY sale.company_id, buyer.commercial_partner_id
            )
            SELECT total.company_id * 1000000000::int8 + total.partner_id AS id,
                   total.company_id, total.partner_id, level.id AS level_id,
                   m::int AS suppliers, n::int AS buyers,
                   (m * n)::int AS direct, (m + n)::int AS through,
                   (m * n - m - n)::int AS saved,
                   cost AS contact_cost, (m * n - m - n) * cost AS gain,
                   coalesce(given.margin, 0)::float8 AS margin_given,
                   (m * n - m - n) * cost - coalesce(given.margin, 0)::float8 AS net
              FROM total
         LEFT JOIN given USING (company_id, partner_id)
              JOIN res_partner partner ON partner.id = total.partner_id
              JOIN distribution_level level ON level.id = partner.distribution_level_id
             WHERE partner.active AND level.kind = ANY(%(kinds)s)
            """,
            links=links_sql(),
            companies=companies.ids,
            days=[company._today() for company in companies],
            costs=companies.mapped("distribution_contact_cost"),
            starts=[self._start_of_year(company) for company in companies],
            kinds=list(INTERMEDIARIES),
        )

    @api.model
    def _start_of_year(self, company) -> datetime:
        """When the year that ends today began where the company is, in UTC."""
        first_day = fields.Date.add(company._today(), years=-1, days=1)
        return company._start_of_day(first_day)

    @api.depends("suppliers", "buyers", "contact_cost", "margin_given")
    def _compute_break_even(self):
        for row in self:
            contacts = ContactEfficiency(row.suppliers, row.buyers)
            cost, margin = row.contact_cost, row.margin_given
            row.break_even = (
                contacts.paying(cost, margin) if cost else contacts.break_even
            )
            row.reason = " ".join(row._say_contacts(contacts) + row._say_margin())

    def _say_contacts(self, contacts: ContactEfficiency) -> list[str]:
        if contacts.saved <= 0:
            return [
                self.env._(
                    "%(through)s contacts, and %(direct)s without it: it saves none.",
                    through=contacts.through,
                    direct=contacts.direct,
                )
            ]
        text = self.env._(
            "%(through)s contacts in place of %(direct)s.",
            through=contacts.through,
            direct=contacts.direct,
        )
        if self.contact_cost and self.net <= 0:
            return [text]
        return [
            text,
            self.env._(
                "As long as fewer than %s such intermediaries serve them all, they "
                "save.",
                round(self.break_even, 1),
            ),
        ]

    def _say_margin(self) -> list[str]:
        """How the margin given away stands to what is saved."""
        if not self.margin_given:
            return []
        given = formatLang(
            self.env, self.margin_given, currency_obj=self.currency_id, digits=0
        )
        if not self.contact_cost:
            return [
                self.env._(
                    "%s of margin were given away; the cost of a contact is not "
                    "stated, so they are not weighed.",
                    given,
                )
            ]
        gain = formatLang(self.env, self.gain, currency_obj=self.currency_id, digits=0)
        if self.net > 0:
            return [
                self.env._(
                    "It pays up to a margin of %(gain)s a year; %(given)s were given "
                    "away.",
                    gain=gain,
                    given=given,
                )
            ]
        return [
            self.env._(
                "It does not pay: %(given)s of margin were given away, and %(gain)s "
                "saved.",
                gain=gain,
                given=given,
            )
        ]

    def action_view_orders(self):
        """The orders that make the margin given away."""
        self.ensure_one()
        self.check_access("read")
        company = self.company_id
        return open_counted(
            self.env["sale.order"],
            self.env._("Orders of %s", self.partner_id.display_name),
            Domain("partner_id", "child_of", self.partner_id.ids)
            & Domain("company_id", "=", company.id)
            & Domain("state", "=", "sale")
            & Domain("date_order", ">=", self._start_of_year(company)),
        )

    def action_view_links(self):
        """The links that make this figure."""
        self.ensure_one()
        self.check_access("read")
        partner = self.partner_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Links of %s", partner.display_name),
            "res_model": "distribution.link",
            "view_mode": "list,form",
            "domain": [
                "|",
                ("supplier_id", "=", partner.id),
                ("buyer_id", "=", partner.id),
            ],
            "context": {"search_default_today": 1},
        }
