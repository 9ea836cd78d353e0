from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.dates import written_day

AT_RISK = Domain("lifecycle", "=", "at_risk")
EMPTY = Markup('<p class="o_view_nocontent_smiling_face">%(title)s</p><p>%(text)s</p>')


class CrmCustomerValue(models.Model):
    """Who is leaving, what was done about it, and who is left to contact."""

    _inherit = "crm.customer.value"

    act_id = fields.Many2one("crm.customer.act", "Last Done", compute="_compute_act_id")
    act_words = fields.Char("Done", compute="_compute_act_id")
    act_until = fields.Date("Back in the List After", compute="_compute_act_id")
    act_ids = fields.One2many(
        "crm.customer.act", compute="_compute_act_ids", string="What Was Done"
    )
    to_contact = fields.Boolean(
        compute="_compute_to_contact",
        search="_search_to_contact",
        help="At risk, and nobody has done anything about it yet.",
    )
    handled = fields.Boolean(
        compute="_compute_to_contact",
        search="_search_handled",
        help="Somebody is on it, or has put it off.",
    )

    @api.depends_context("lang")
    @api.depends("partner_id", "company_id", "last_purchase")
    def _compute_act_id(self):
        acts = self.env["crm.customer.act"]
        latest = {}
        if self.ids:
            query = self._as_query(ordered=False)
            found = self.env.execute_query(
                SQL(
                    """
                    SELECT %(id)s, max(counting.id)
                      FROM %(values)s, LATERAL (%(counting)s) counting
                     WHERE %(where)s
                     GROUP BY 1
                    """,
                    id=SQL.identifier(query.table, "id"),
                    values=query.from_clause,
                    counting=self._counting_acts_sql(query.table),
                    where=query.where_clause or SQL("TRUE"),
                )
            )
            latest = dict(found)
        for value in self:
            value.act_id = acts.browse(latest.get(value._origin.id))
            value.act_words = value.act_id.words
            value.act_until = value.act_id.until

    @api.depends("partner_id", "company_id")
    def _compute_act_ids(self):
        acts = self.env["crm.customer.act"].search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ]
        )
        of_each = acts.grouped(lambda act: (act.partner_id, act.company_id))
        for value in self:
            value.act_ids = of_each.get((value.partner_id, value.company_id), False)

    @api.depends("lifecycle", "act_id")
    def _compute_to_contact(self):
        for value in self:
            value.handled = bool(value.act_id)
            value.to_contact = value.lifecycle == "at_risk" and not value.act_id

    def _search_to_contact(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = AT_RISK & ~self._handled_domain()
        return found if True in value else ~found

    def _search_handled(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._handled_domain() if True in value else ~self._handled_domain()

    @api.model
    def _handled_domain(self) -> Domain:
        return Domain.custom(
            to_sql=lambda values, alias, query: SQL(
                "EXISTS (%s)", values._counting_acts_sql(alias)
            )
        )

    @api.model
    def _counting_acts_sql(self, alias: str) -> SQL:
        return self.env["crm.customer.act"]._counting_sql(
            SQL.identifier(alias, "partner_id"),
            SQL.identifier(alias, "company_id"),
            SQL.identifier(alias, "last_purchase"),
        )

    @api.model
    def get_empty_list_help(self, help_message):
        """Whether nobody is leaving, all are cared for, or nothing was computed yet."""
        found = super().get_empty_list_help(help_message)
        if not self.env.context.get("search_default_to_contact"):
            return found
        # the web client has actions read as superuser
        title, text = self.sudo(False)._why_nobody_is_leaving()
        return EMPTY % {"title": title, "text": text}

    @api.model
    def _why_nobody_is_leaving(self) -> tuple[str, str]:
        company = self.env.company
        # sudo: whether and when it was computed; nobody's data
        runs = (
            self.env["crm.value.run"]
            .sudo()
            .search([("company_id", "=", company.id)], limit=20)
        )
        done = runs.filtered(lambda run: run.state == "done")[:1]
        latest = runs[:1]
        if not done and latest.state in ("queued", "scoring"):
            return (
                self.env._("Customer values are being computed"),
                self.env._("Come back in a few minutes."),
            )
        if not done and latest.state == "failed":
            return (
                self.env._("Nothing could be computed yet"),
                self.env._(
                    "The last attempt failed. A sales manager finds the reason under "
                    "Loyalty / Model Accuracy."
                ),
            )
        if not done:
            return (
                self.env._("Nothing has been computed yet"),
                self.env._(
                    "Whether anybody is leaving is worked out every night from "
                    "confirmed orders. A sales manager can have it at once with "
                    "Loyalty / Model Accuracy."
                ),
            )
        leaving = self.search_count(AT_RISK & Domain("company_id", "=", company.id))
        day = written_day(self.env, done.cutoff)
        if leaving:
            return (
                self.env._("Nobody is left to contact"),
                self.env._(
                    "%(count)s customers may be leaving, as of %(day)s: somebody is on "
                    "each of them, or has put it off. Remove “To Contact” to see them.",
                    count=leaving,
                    day=day,
                ),
            )
        return (
            self.env._("Nobody is about to leave"),
            self.env._(
                "As of %(day)s. Customers come here when they stay silent for longer "
                "than is usual for them, with the day before which to make contact.",
                day=day,
            ),
        )
