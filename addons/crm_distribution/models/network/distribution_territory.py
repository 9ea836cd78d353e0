from collections.abc import Collection, Iterable

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...channel import postal

# country, state and postal code of an address, as they stand there
Place = tuple[int | bool | None, int | bool | None, str | bool | None]

ALL_DIGITS = f"^[0-9]{{1,{postal.LONGEST}}}$"
ALL_KNOWN = f"^[0-9A-Z]{{0,{postal.LONGEST}}}$"


class DistributionTerritory(models.Model):
    """A part of the map, with parts of its own inside it.

    An address lies in the deepest territory with an area that holds it. Areas of two
    territories share an address only where one lies inside the other, so that there is
    never more than one deepest. A territory without areas is a folder.
    """

    _name = "distribution.territory"
    _description = "Territory"
    _inherit = ["suite.company.mixin", "suite.protected.mixin"]
    _parent_store = True
    _order = "complete_name, id"
    _rec_names_search = ["complete_name"]

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(
        "Full Name", compute="_compute_complete_name", recursive=True, store=True
    )
    parent_id = fields.Many2one(
        "distribution.territory",
        "Inside",
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("distribution.territory", "parent_id", "Parts")
    area_ids = fields.One2many("distribution.territory.area", "territory_id", "Areas")
    area_count = fields.Integer(compute="_compute_area_count")
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: shared by all companies."
    )
    active = fields.Boolean(default=True)

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for territory in self:
            above = territory.parent_id.complete_name
            name = territory.name or ""
            territory.complete_name = f"{above} / {name}" if above else name

    @api.depends("complete_name")
    def _compute_display_name(self):
        for territory in self:
            territory.display_name = territory.complete_name

    @api.depends("area_ids")
    def _compute_area_count(self):
        for territory in self:
            territory.area_count = len(territory.area_ids)

    @api.constrains("parent_id", "active", "company_id")
    def _check_place_in_tree(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A territory cannot lie inside itself."))
        for territory in self:
            # sudo: whether it is archived is no secret
            above = territory.parent_id.sudo()
            if territory.active and above and not above.active:
                raise ValidationError(
                    self.env._(
                        "“%(territory)s” lies inside “%(parent)s”, which is archived.",
                        territory=territory.name,
                        parent=above.name,
                    )
                )
        self._check_overlap()

    @api.model_create_multi
    def create(self, vals_list):
        self._map_changed()
        return super().create(vals_list)

    def unlink(self):
        self._map_changed()
        return super().unlink()

    def write(self, vals):
        """What lies inside an archived territory goes with it."""
        if not vals.keys().isdisjoint(("active", "parent_id")):
            # what happened before is stated by the map before
            self.env.flush_all()
            self._map_changed()
        if "active" in vals and not vals["active"]:
            inside = self.search([("id", "child_of", self.ids)]) - self
            super(DistributionTerritory, inside).write({"active": False})
        return super().write(vals)

    @api.model
    def _map_changed(self) -> None:
        """Outlets keep their territory: a job looks it up anew."""
        job = self.env.ref("crm_distribution.cron_place_outlets", False)
        if job:
            # sudo: whoever draws the map may not run jobs
            job.sudo()._trigger()

    def action_view_outlets(self):
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Outlets"),
            "res_model": "distribution.outlet",
            "view_mode": "list,kanban,form",
            "domain": [("territory_id", "child_of", self.ids)],
        }

    def action_view_partners(self):
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Intermediaries"),
            "res_model": "res.partner",
            "view_mode": "list,kanban,form",
            "domain": [
                ("distribution_level_id", "!=", False),
                ("distribution_territory_id", "child_of", self.ids),
            ],
        }

    def _check_overlap(self) -> None:
        """No address in two of these, or in one of these and another, side by side.

        :raise ValidationError: names the other one and what both would hold
        """
        if not self:
            return
        # another map may be drawn just now, and would not be seen
        self.env["suite.turn"]._take(["distribution.territory"])
        rows = self.env.execute_query(self._overlaps_sql())
        for mine, other in rows:
            area, taken = self.env["distribution.territory.area"].browse((mine, other))
            # sudo: it may be another company's; looked at below before it is told
            taken = taken.sudo()
            if (shared := area._shared_with(taken)) is None:
                continue
            visible = taken.territory_id.sudo(False).has_access("read")
            raise ValidationError(
                self.env._(
                    "“%(territory)s” and “%(other)s” would both hold %(shared)s. An "
                    "address lies in one territory, unless one is inside the other.",
                    territory=area.territory_id.complete_name,
                    other=taken.territory_id.complete_name
                    if visible
                    else self.env._("a territory of another company"),
                    shared=shared,
                )
            )

    def _overlaps_sql(self) -> SQL:
        """Pairs of areas that may hold the same address, side by side in the tree."""
        self.env["distribution.territory"].flush_model()
        self.env["distribution.territory.area"].flush_model()
        # sudo: where they lie is known to whoever wrote them
        paths = self.sudo().mapped("parent_path")
        moved = SQL(" OR ").join(
            SQL("starts_with(own.parent_path, %s)", path) for path in paths
        )
        return SQL(
            """
            SELECT area.id, taken.id
              FROM distribution_territory own
              JOIN distribution_territory_area area ON area.territory_id = own.id
              JOIN distribution_territory_area taken
                ON taken.country_id = area.country_id
               AND (taken.state_id = area.state_id
                    OR taken.state_id IS NULL OR area.state_id IS NULL)
               AND (taken.zip_shape IS NULL OR area.zip_shape IS NULL
                    OR taken.zip_shape = area.zip_shape
                       AND taken.zip_low COLLATE "C" <= area.zip_high
                       AND area.zip_low COLLATE "C" <= taken.zip_high
                    OR taken.zip_shape <> area.zip_shape
                       AND starts_with(taken.zip_shape, '#')
                       AND starts_with(area.zip_shape, '#'))
              JOIN distribution_territory other ON other.id = taken.territory_id
         LEFT JOIN res_company own_company ON own_company.id = own.company_id
         LEFT JOIN res_company other_company ON other_company.id = other.company_id
             WHERE (%(moved)s)
               AND own.active AND other.active
               AND NOT starts_with(own.parent_path, other.parent_path)
               AND NOT starts_with(other.parent_path, own.parent_path)
               AND (own.company_id IS NULL OR other.company_id IS NULL
                    OR starts_with(own_company.parent_path, other_company.parent_path)
                    OR starts_with(other_company.parent_path, own_company.parent_path))
             ORDER BY area.id, taken.id
            """,
            moved=moved,
        )

    @api.model
    def _of_places(self, places: Iterable[Place], company=None) -> list[int | bool]:
        """The deepest territory of each address, by one query for all; False for none.

        :param company: whose map counts besides the shared one; this user's by default
        """
        places = [
            (country or None, state or None, code or None)
            for country, state, code in places
        ]
        # those of many addresses are the same
        different = list(dict.fromkeys(places))
        if not different:
            return []
        countries, states, zips = map(list, zip(*different, strict=True))
        source = SQL(
            """
            SELECT id, country_id, state_id, zip
              FROM unnest(%s::int[], %s::int[], %s::text[])
                   WITH ORDINALITY AS asked (country_id, state_id, zip, id)
            """,
            countries,
            states,
            zips,
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT territory_id FROM (%s) t ORDER BY id",
                self._places_sql(source, company),
            )
        )
        found = {
            place: territory or False
            for place, (territory,) in zip(different, rows, strict=True)
        }
        return [found[place] for place in places]

    @api.model
    def _search_placed(self, model, operator, value):
        """Records with an address of which the territory is asked, for a search."""
        territories = self.with_context(active_test=False)
        if operator in ("child_of", "parent_of"):
            found = territories._search([("id", operator, value)])
            wanted = SQL("territory_id IN %s", found.subselect())
        elif operator in ("any", "any!"):
            if isinstance(value, Domain):
                if operator == "any!":
                    # sudo: what the operator means
                    territories = territories.sudo()
                value = territories._search(value)
            wanted = SQL("territory_id IN %s", _subselect(value))
        elif operator == "in" and isinstance(value, Collection):
            wanted = SQL("territory_id = ANY(%s)", [id_ for id_ in value if id_])
            if False in value:
                wanted = SQL("(%s OR territory_id IS NULL)", wanted)
        else:
            return NotImplemented
        model.flush_model(["country_id", "state_id", "zip"])
        source = SQL(
            "SELECT id, country_id, state_id, zip FROM %s", SQL.identifier(model._table)
        )
        placed = self._places_sql(source)
        return Domain(
            "id", "in", SQL("(SELECT id FROM (%s) placed WHERE %s)", placed, wanted)
        )

    @api.model
    def _places_sql(self, source: SQL, company=None) -> SQL:
        """Rows of id and territory_id, for one of id, country_id, state_id and zip."""
        self.flush_model(["active", "company_id", "parent_path"])
        self.env["distribution.territory.area"].flush_model()
        # sudo: which company lies above is no secret
        companies = (company or self.env.company).sudo().parent_ids.ids
        return SQL(
            """
            WITH place AS MATERIALIZED (
                SELECT id, country_id, coalesce(state_id, 0) AS state_id, zip
                  FROM (%(source)s) source
            ), area AS MATERIALIZED (
                -- the deeper the territory, the higher its rank
                SELECT area.country_id, coalesce(area.state_id, 0) AS state_id,
                       area.zip_shape, area.zip_low, area.zip_high,
                       length(territory.parent_path)::int8 << 32 | territory.id AS rank
                  FROM distribution_territory_area area
                  JOIN distribution_territory territory
                    ON territory.id = area.territory_id
                 WHERE territory.active
                   AND (territory.company_id IS NULL
                        OR territory.company_id = ANY(%(companies)s))
            ), coded AS MATERIALIZED (
                SELECT id, country_id, state_id, %(key)s COLLATE "C" AS key,
                       %(shapes)s AS shape
                  FROM (SELECT id, country_id, state_id, %(code)s AS code
                          FROM place
                         WHERE zip IS NOT NULL AND country_id IN (
                             SELECT country_id FROM area WHERE zip_shape IS NOT NULL)
                        OFFSET 0) read
            ), held AS (
                SELECT place.id, area.rank
                  FROM place JOIN area USING (country_id, state_id)
                 WHERE area.zip_shape IS NULL
                 UNION ALL
                SELECT place.id, area.rank
                  FROM place JOIN area USING (country_id)
                 WHERE area.zip_shape IS NULL
                   AND area.state_id = 0 AND place.state_id <> 0
                 UNION ALL
                SELECT coded.id, area.rank
                  FROM coded
                  JOIN area ON area.country_id = coded.country_id
                   AND area.state_id = coded.state_id
                   AND area.zip_shape = coded.shape
                   AND coded.key BETWEEN area.zip_low AND area.zip_high
                 UNION ALL
                SELECT coded.id, area.rank
                  FROM coded
                  JOIN area ON area.country_id = coded.country_id
                   AND area.zip_shape = coded.shape
                   AND coded.key BETWEEN area.zip_low AND area.zip_high
                 WHERE area.state_id = 0 AND coded.state_id <> 0
            ), found AS (
                SELECT id, (max(rank) & 4294967295)::int AS territory_id
                  FROM held GROUP BY id
            )
            SELECT place.id, found.territory_id FROM place LEFT JOIN found USING (id)
            """,
            source=source,
            companies=companies,
            code=_zip_sql(SQL("zip")),
            key=_zip_key_sql(SQL("code")),
            shapes=_zip_shapes_sql(SQL("code")),
        )


def _zip_sql(text: SQL) -> SQL:
    """`postal.read_zip` in SQL."""
    read = SQL("translate(%s, %s, %s)", text, postal.READ_FROM, postal.READ_TO)
    bare = SQL(
        "replace(regexp_replace(%s, '^([0-9]{5})-[0-9]{4}$', '\\1'), '-', '')", read
    )
    # most codes are bare digits already
    return SQL(
        "CASE WHEN %s ~ %s THEN %s ELSE coalesce(substring(%s FROM %s), '') END",
        text,
        ALL_DIGITS,
        text,
        bare,
        ALL_KNOWN,
    )


def _zip_key_sql(code: SQL) -> SQL:
    """`postal.zip_key` in SQL."""
    return SQL(
        "CASE WHEN %(code)s ~ '^[0-9]+$' THEN lpad(%(code)s, %(longest)s, '0')"
        " ELSE %(code)s END",
        code=code,
        longest=postal.LONGEST,
    )


def _zip_shapes_sql(code: SQL) -> SQL:
    """`postal.zip_shapes` in SQL, as rows."""
    return SQL(
        """
        unnest(CASE
            WHEN %(code)s = '' THEN ARRAY[]::text[]
            WHEN %(code)s !~ '^[0-9]+$'
                THEN ARRAY[translate(%(code)s, %(read)s, %(to)s)]
            WHEN starts_with(%(code)s, '0') THEN ARRAY['#' || length(%(code)s)]
            ELSE ARRAY['#', '#' || length(%(code)s)] END)
        """,
        code=code,
        read=postal.PATTERN_FROM,
        to=postal.PATTERN_TO,
    )


def _subselect(value) -> SQL:
    return value if isinstance(value, SQL) else value.subselect()
