from odoo import api, fields, models
from odoo.tools import SQL

from ..channel.contacts import ContactEfficiency
from ..channel.network import INTERMEDIARIES


class DistributionContactEfficiency(models.Model):
    """What each intermediary saves in contacts today, by the supply links in force.

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
        help="m·n ÷ (m + n): so many intermediaries between the same suppliers and "
        "buyers save nothing any more.",
    )
    reason = fields.Char(compute="_compute_break_even")
    gain = fields.Monetary(
        "Saved a Year", readonly=True, help="Contacts saved × cost of a contact."
    )

    @property
    def _table_query(self) -> SQL:
        for name in ("distribution.link", "distribution.level", "res.partner"):
            self.env[name].flush_model()
        # sudo: what a contact costs is shown with the rows alone
        companies = self.env["res.company"].sudo().search([])
        return SQL(
            """
            WITH span AS (
                SELECT * FROM unnest(%(companies)s::int[], %(days)s::date[],
                                     %(costs)s::float8[])
                           AS span (company_id, day, cost)
            ), link AS (
                SELECT DISTINCT span.company_id, span.cost, link.supplier_id,
                       link.buyer_id
                  FROM span
                  JOIN distribution_link link
                    ON (link.company_id = span.company_id OR link.company_id IS NULL)
                   AND span.day BETWEEN coalesce(link.date_from, span.day)
                                    AND coalesce(link.date_to, span.day)
            ), side AS (
                SELECT company_id, cost, buyer_id AS partner_id, 1 AS m, 0 AS n
                  FROM link
                 UNION ALL
                SELECT company_id, cost, supplier_id, 0, 1 FROM link
            ), total AS (
                SELECT company_id, cost, partner_id, sum(m) AS m, sum(n) AS n
                  FROM side GROUP BY company_id, cost, partner_id
                HAVING sum(m) > 0 AND sum(n) > 0
            )
            SELECT total.company_id * 1000000000::int8 + total.partner_id AS id,
                   total.company_id, total.partner_id, level.id AS level_id,
                   m::int AS suppliers, n::int AS buyers,
                   (m * n)::int AS direct, (m + n)::int AS through,
                   (m * n - m - n)::int AS saved,
                   (m * n - m - n) * cost AS gain
              FROM total
              JOIN res_partner partner ON partner.id = total.partner_id
              JOIN distribution_level level ON level.id = partner.distribution_level_id
             WHERE partner.active AND level.kind = ANY(%(kinds)s)
            """,
            companies=companies.ids,
            days=[company._today() for company in companies],
            costs=companies.mapped("distribution_contact_cost"),
            kinds=list(INTERMEDIARIES),
        )

    @api.depends("suppliers", "buyers")
    def _compute_break_even(self):
        for row in self:
            contacts = ContactEfficiency(row.suppliers, row.buyers)
            row.break_even = contacts.break_even
            if contacts.saved > 0:
                row.reason = self.env._(
                    "%(through)s contacts in place of %(direct)s. As long as fewer "
                    "than %(most).1f such intermediaries serve them all, they save.",
                    through=contacts.through,
                    direct=contacts.direct,
                    most=contacts.break_even,
                )
            else:
                row.reason = self.env._(
                    "%(through)s contacts, and %(direct)s without it: it saves none.",
                    through=contacts.through,
                    direct=contacts.direct,
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
