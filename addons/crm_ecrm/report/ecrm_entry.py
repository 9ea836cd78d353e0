from typing import Any

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.dates import day_at, written_day

OPEN = ("received", "working", "waiting")
SORTS = {
    "new": "opened_on desc, id desc",
    "old": "opened_on, id",
    "name": "name, id",
    "status": "portal_status, opened_on desc, id desc",
}
FILTERS = {
    "all": Domain.TRUE,
    "open": Domain("portal_status", "in", OPEN),
    "waiting": Domain("portal_status", "=", "waiting"),
    "done": Domain("portal_status", "not in", OPEN),
}
LONGEST_SEARCH = 100
# what a row of the list shows, or hangs on
LISTED = (
    *("kind", "key", "number", "name", "portal_status", "opened_on"),
    *("promised_on", "partner_id", "visibility"),
)


class EcrmEntry(models.Model):
    """Everything that customers said, of whatever kind, as one list."""

    _name = "ecrm.entry"
    _description = "Entry of a Customer"
    _auto = False
    _order = "opened_on desc, id desc"
    _rec_name = "name"

    kind = fields.Selection("_select_kind", readonly=True)
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
    visibility = fields.Selection("_select_visibility", readonly=True)
    portal_status = fields.Selection("_select_status", "Status", readonly=True)
    opened_on = fields.Datetime("Received", readonly=True)
    promised_on = fields.Datetime("Answer Promised", readonly=True)

    @api.model
    def _select_kind(self):
        """What there is, called as customers call it."""
        return [
            ("case", self.env._("Request")),
            ("feedback", self.env._("Rating")),
            ("idea", self.env._("Idea")),
        ]

    @api.model
    def _select_visibility(self):
        return self._words("visibility")

    @api.model
    def _select_status(self):
        return self._words("portal_status")

    def _words(self, field: str):
        entries = self.env["ecrm.entry.mixin"]
        return entries._fields[field]._description_selection(self.env)

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
    def _evidence_kinds(self) -> list[tuple[str, str]]:
        """The models that are entries, and what they are called."""
        labels = dict(self._select_kind())
        return [
            (name, labels[self.env[name]._entry_kind]) for name in self._entry_models()
        ]

    def action_open(self):
        """The record itself."""
        self.ensure_one()
        self.check_access("read")
        record = self.env[self.res_model].browse(self.res_id)
        record.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }

    @api.model
    def _portal_domain(self, user) -> Domain:
        """What a portal user may see; each kind of entry says the same."""
        return self.env["ecrm.entry.mixin"]._portal_domain(user)

    @api.model
    def _portal_list(
        self, user, filterby="", kind="", sortby="", search="", limit=80, offset=0
    ) -> list[dict[str, Any]]:
        """A page of what the user and his colleagues said, as values by name."""
        domain = self._portal_asked(user, filterby, kind, search)
        # read with the search: by id alone, every entry would be looked at again
        found = self._portal_entries().search_fetch(
            domain,
            LISTED,
            limit=limit,
            offset=offset,
            order=SORTS.get(sortby, SORTS["new"]),
        )
        zone = user.tz or self.env.company._zone(self.env.company.id)
        kinds, statuses = dict(self._select_kind()), dict(self._select_status())
        return [
            {
                "kind": kinds.get(one.kind, ""),
                "number": one.number or "",
                "name": one.name or "",
                "url": f"/my/voice/{one.kind}/{one.key}",
                "status": one.portal_status,
                "status_name": statuses.get(one.portal_status, ""),
                "opened": written_day(self.env, day_at(one.opened_on, zone)),
                "promised": written_day(self.env, day_at(one.promised_on, zone))
                if one.promised_on and one.portal_status in OPEN
                else "",
                "is_mine": one.partner_id == user.partner_id,
                "shared": one.visibility == "company",
            }
            for one in found
        ]

    @api.model
    def _portal_count(self, user, filterby="", kind="", search="") -> int:
        domain = self._portal_asked(user, filterby, kind, search)
        return self._portal_entries().search_count(domain)

    @api.model
    def _portal_kinds(self) -> list[tuple[str, str]]:
        """The kinds that there are here."""
        kinds = {self.env[name]._entry_kind for name in self._entry_models()}
        return [(kind, label) for kind, label in self._select_kind() if kind in kinds]

    @api.model
    def _portal_entries(self):
        # what was written just now is in the tables that the list reads
        self.env.flush_all()
        # sudo: portal users have no rights on entries; whose they are is in the domain
        return self.sudo()

    @api.model
    def _portal_asked(self, user, filterby: str, kind: str, search: str) -> Domain:
        domain = self._portal_domain(user) & FILTERS.get(filterby, Domain.TRUE)
        if kind in dict(self._select_kind()):
            domain &= Domain("kind", "=", kind)
        if search := search.replace("\x00", "").strip()[:LONGEST_SEARCH]:
            domain &= Domain("name", "ilike", search) | Domain("number", "=", search)
        return domain
