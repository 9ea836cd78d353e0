from odoo import api, fields, models

from odoo.addons.crm_suite.tools.figures import open_counted


class DistributionGap(models.Model):
    """A place in which a policy covers goods and nobody has an agreement for them.

    Written when a lead finds nobody; the same place and goods are one gap, however many
    leads find it and however often they are tried.
    """

    _name = "distribution.gap"
    _description = "Gap in Coverage"
    _inherit = ["suite.company.mixin", "suite.protected.mixin"]
    _order = "last_on desc, id desc"
    _protected_fields = {
        "territory_id",
        "country_id",
        "category_id",
        "first_on",
        "last_on",
        "state",
    }

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    territory_id = fields.Many2one(
        "distribution.territory", readonly=True, index=True, ondelete="cascade"
    )
    country_id = fields.Many2one(
        "res.country", readonly=True, help="Of places that lie in no territory."
    )
    category_id = fields.Many2one(
        "product.category",
        "Product Category",
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    first_on = fields.Datetime("First Lead", readonly=True)
    last_on = fields.Datetime("Last Lead", readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("recruiting", "Recruiting"), ("closed", "Closed")],
        default="open",
        required=True,
        readonly=True,
    )
    route_ids = fields.One2many("distribution.route", "gap_id", readonly=True)
    lead_count = fields.Integer("Leads", compute="_compute_lead_count")
    recruitment_ids = fields.One2many("crm.lead", "distribution_gap_id", readonly=True)

    _scope_uniq = models.UniqueIndex(
        "(company_id, COALESCE(territory_id, 0), COALESCE(country_id, 0),"
        " COALESCE(category_id, 0))",
        "This gap is recorded already.",
    )

    @api.depends("route_ids.lead_id")
    def _compute_lead_count(self):
        counts = dict(
            self.env["distribution.route"]._read_group(
                [("gap_id", "in", self.ids)], ["gap_id"], ["lead_id:count_distinct"]
            )
        )
        for gap in self:
            gap.lead_count = counts.get(gap._origin, 0)

    @api.depends("territory_id", "country_id", "category_id")
    def _compute_display_name(self):
        for gap in self:
            place = gap.territory_id.display_name or gap.country_id.display_name
            goods = gap.category_id.display_name or self.env._("All goods")
            gap.display_name = f"{goods}, {place or self.env._('no territory')}"

    def action_recruit(self):
        """One opportunity to find somebody for this place, however often asked."""
        self.ensure_one()
        self.check_access("write")
        # two clicks at one moment
        self.env["suite.turn"]._take([f"gap {self.id}"])
        # sudo: another one's opportunity is one all the same
        found = self.sudo().with_context(active_test=False).recruitment_ids[:1]
        recruitment = found or self._make_recruitment()
        self._as_system().write({"state": "recruiting"})
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead",
            "res_id": recruitment.id,
            "views": [(False, "form")],
        }

    def action_close(self):
        self.check_access("write")
        self._as_system().write({"state": "closed"})

    def action_open_leads(self):
        """The leads that found nobody here."""
        self.ensure_one()
        self.check_access("read")
        return open_counted(
            self.env["crm.lead"].with_context(active_test=False),
            self.env._("Leads without an Intermediary"),
            [("route_ids.gap_id", "=", self.id)],
            context={"active_test": False},
        )

    def _make_recruitment(self):
        as_system = self.env["crm.lead"]._as_system()
        lead = as_system.create(
            {
                "name": self.env._("Find an intermediary: %s", self.display_name),
                "type": "opportunity",
                "company_id": self.company_id.id,
                "country_id": self.country_id.id,
                "user_id": self.env.uid,
                "distribution_gap_id": self.id,
            }
        )
        return lead.with_env(self.env)
