from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..models.entry.ecrm_entry_mixin import STATUS, VISIBILITY


class EcrmEntry(models.Model):
    """Everything that customers said, of whatever kind, as one list."""

    _name = "ecrm.entry"
    _description = "Entry of a Customer"
    _auto = False
    _order = "opened_on desc, id desc"
    _rec_name = "name"

    kind = fields.Char(readonly=True)
    res_model = fields.Char("Model", readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    key = fields.Char(readonly=True, groups="base.group_system")
    number = fields.Char(readonly=True)
    name = fields.Char(readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    commercial_partner_id = fields.Many2one(
        "res.partner", "Company of the Customer", readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True)
    visibility = fields.Selection(VISIBILITY, readonly=True)
    portal_status = fields.Selection(STATUS, "Status", readonly=True)
    opened_on = fields.Datetime("Received", readonly=True)
    promised_on = fields.Datetime("Answer Promised", readonly=True)

    @api.model
    def _entry_models(self) -> list[str]:
        """Models that are entries: those that inherit the mixin, by name."""
        children = self.pool["ecrm.entry.mixin"]._inherit_children
        return sorted(name for name in children if not self.env[name]._abstract)

    @property
    def _table_query(self) -> SQL:
        names = self._entry_models()
        columns = (
            *("key", "number", "name", "partner_id", "commercial_partner_id"),
            *("company_id", "visibility", "portal_status", "opened_on", "promised_on"),
        )
        parts = [
            SQL(
                "SELECT id * %(all)s + %(place)s AS id, %(kind)s AS kind,"
                " %(model)s AS res_model, id AS res_id, %(columns)s FROM %(table)s",
                all=len(names),
                place=place,
                kind=self.env[name]._entry_kind,
                model=name,
                columns=SQL(", ").join(map(SQL.identifier, columns)),
                table=SQL.identifier(self.env[name]._table),
            )
            for place, name in enumerate(names)
        ]
        return SQL(" UNION ALL ").join(parts)

    @api.model
    def _portal_domain(self, user) -> Domain:
        """What a portal user may see; each kind of entry says the same."""
        return self.env["ecrm.entry.mixin"]._portal_domain(user)
