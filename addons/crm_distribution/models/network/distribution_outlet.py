from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.work import work_through

PLACE = ("country_id", "state_id", "zip")
# outlets that are put into their territories at once
BATCH = 10_000


class DistributionOutlet(models.Model):
    """A place where goods are or could be sold, a customer of ours or not."""

    _name = "distribution.outlet"
    _description = "Outlet"
    _inherit = [
        "mail.thread",
        "suite.company.mixin",
        "suite.protected.mixin",
        "suite.job.mixin",
    ]
    _jobs = {"crm_distribution.cron_place_outlets"}
    _company_links = ("partner_id",)
    _order = "name, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True)
    code = fields.Char(copy=False, help="By this, files name the outlet.")
    partner_id = fields.Many2one(
        "res.partner", "Contact", index="btree_not_null", ondelete="set null"
    )
    level_id = fields.Many2one("distribution.level", ondelete="restrict")
    street = fields.Char()
    city = fields.Char()
    zip = fields.Char()
    state_id = fields.Many2one(
        "res.country.state", domain="[('country_id', '=?', country_id)]"
    )
    country_id = fields.Many2one(
        "res.country", default=lambda self: self.env.company.country_id
    )
    territory_id = fields.Many2one(
        "distribution.territory",
        compute="_compute_territory_id",
        store=True,
        index=True,
        ondelete="set null",
        help="The deepest territory that holds the address, by today's map.",
    )
    turnover_class = fields.Selection(
        [("a", "A"), ("b", "B"), ("c", "C")], help="A: the largest ones."
    )
    turnover_ids = fields.One2many("distribution.outlet.turnover", "outlet_id")
    handling_ids = fields.One2many("distribution.handling", "outlet_id")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex(
        "(company_id, code) WHERE code IS NOT NULL",
        "Another outlet of the company has this code.",
    )

    @api.depends("country_id", "state_id", "zip", "company_id")
    def _compute_territory_id(self):
        Territory = self.env["distribution.territory"]
        for company, outlets in self.grouped("company_id").items():
            places = [(o.country_id.id, o.state_id.id, o.zip) for o in outlets]
            found = Territory._of_places(places, company)
            for outlet, territory in zip(outlets, found, strict=True):
                outlet.territory_id = territory

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """Begin with the contact's own name and address."""
        if self.partner_id and not self.name:
            self.name = self.partner_id.name
            for name in ("street", "city", *PLACE):
                self[name] = self.partner_id[name]

    @api.model
    def _cron_place_outlets(self):
        """The map was drawn anew."""
        work_through(
            self.with_context(active_test=False),
            self._misplaced_domain,
            lambda outlets: outlets._place(),
            BATCH,
        )

    @api.model
    def _misplaced_domain(self) -> Domain:
        """Outlets that lie in another territory by today's map."""
        self.flush_model()
        misplaced = [
            SQL(
                """
                SELECT outlet.id
                  FROM distribution_outlet outlet JOIN (%s) placed USING (id)
                 WHERE outlet.territory_id IS DISTINCT FROM placed.territory_id
                """,
                self._places_sql(company, SQL("company_id = %s", company.id)),
            )
            # sudo: every company's outlets
            for company in self.env["res.company"].sudo().search([])
        ]
        return Domain("id", "in", SQL("(%s)", SQL(" UNION ALL ").join(misplaced)))

    def _place(self) -> None:
        """Put these into the territories that hold them on today's map."""
        self.flush_model()
        for company, outlets in self.grouped("company_id").items():
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE distribution_outlet outlet
                       SET territory_id = placed.territory_id
                      FROM (%s) placed
                     WHERE placed.id = outlet.id
                    """,
                    self._places_sql(company, SQL("id = ANY(%s)", outlets.ids)),
                )
            )
        self.invalidate_recordset(["territory_id"])

    @api.model
    def _places_sql(self, company, which: SQL) -> SQL:
        source = SQL(
            "SELECT id, country_id, state_id, zip FROM distribution_outlet WHERE %s",
            which,
        )
        return self.env["distribution.territory"]._places_sql(source, company)
