from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from . import assortment_rows


class DistributionAssortmentBuyer(models.Model):
    """What a buyer has from all its suppliers together, and the contacts it is spared.

    An intermediary combines the ranges of its own suppliers: whoever buys from it has
    one contact in place of one for each of them. Added up over the n buyers of an
    intermediary with m suppliers that is n·(m − 1); less its own m contacts it is the
    m·n − (m + n) of contact efficiency.
    """

    _name = "distribution.assortment.buyer"
    _description = "Combined Ranges"
    _auto = False
    _order = "saved desc, id"
    _rec_name = "buyer_id"

    company_id = fields.Many2one("res.company", readonly=True)
    buyer_id = fields.Many2one("res.partner", readonly=True)
    level_id = fields.Many2one("distribution.level", readonly=True)
    suppliers = fields.Integer(
        readonly=True,
        help="From whom it buys, by supply links today and by what it bought within a "
        "year: its contacts.",
    )
    ranges = fields.Integer(
        "Ranges Behind Them",
        readonly=True,
        help="Those who supply its suppliers with these goods, and suppliers who have "
        "them from nobody: its contacts without anybody between.",
    )
    saved = fields.Integer(
        "Contacts Saved", readonly=True, help="Ranges behind them − suppliers."
    )
    categories = fields.Integer(
        "Categories Bought", readonly=True, help="Of all suppliers, within a year."
    )
    widest = fields.Integer(
        "From One Supplier",
        readonly=True,
        help="Categories that it bought from the supplier with the widest range.",
    )
    combined = fields.Integer(
        "By Combining",
        readonly=True,
        help="Categories that no single supplier of it would have brought: categories "
        "bought − those from one supplier.",
    )

    def action_open_assortment(self):
        """Who supplies it with what."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Assortment of %s", self.buyer_id.display_name),
            "res_model": "distribution.assortment",
            "view_mode": "list,pivot,graph",
            "domain": [
                ("buyer_id", "=", self.buyer_id.id),
                ("company_id", "=", self.company_id.id),
            ],
            "context": {"search_default_group_supplier": 1},
        }

    def action_open_ranges(self):
        """The links to its suppliers, and those to them."""
        self.ensure_one()
        self.check_access("read")
        suppliers = self._suppliers()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ranges for %s", self.buyer_id.display_name),
            "res_model": "distribution.link",
            "view_mode": "list,form",
            "domain": list(
                Domain("company_id", "in", [self.company_id.id, False])
                & Domain("buyer_id", "in", [self.buyer_id.id, *suppliers])
            ),
            "context": {"search_default_today": 1},
        }

    def action_open_contacts(self):
        """What its suppliers save in all."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Suppliers of %s", self.buyer_id.display_name),
            "res_model": "distribution.contact.efficiency",
            "view_mode": "list,graph,pivot",
            "domain": [
                ("partner_id", "in", self._suppliers()),
                ("company_id", "=", self.company_id.id),
            ],
        }

    def _suppliers(self) -> list[int]:
        rows = self.env["distribution.assortment"]._read_group(
            [
                ("buyer_id", "=", self.buyer_id.id),
                ("company_id", "=", self.company_id.id),
            ],
            ["supplier_id"],
        )
        return [supplier.id for (supplier,) in rows]

    @property
    def _table_query(self) -> SQL:
        return SQL(
            """
            WITH %(assortment)s, behind AS (
                SELECT range.company_id, range.buyer_id, range.supplier_id,
                       coalesce(upper.supplier_id, range.supplier_id) AS maker_id
                  FROM range
                  LEFT JOIN link upper ON upper.company_id = range.company_id
                   AND upper.buyer_id = range.supplier_id
                   AND (starts_with(upper.goods, range.goods)
                        OR starts_with(range.goods, upper.goods))
            ), contact AS (
                SELECT company_id, buyer_id,
                       count(DISTINCT supplier_id)::int AS suppliers,
                       count(DISTINCT maker_id)::int AS ranges
                  FROM behind GROUP BY company_id, buyer_id
            ), narrow AS (
                SELECT company_id, buyer_id, supplier_id,
                       count(DISTINCT category_id) AS categories
                  FROM range WHERE way <> 'link'
                 GROUP BY company_id, buyer_id, supplier_id
            ), widest AS (
                SELECT company_id, buyer_id, max(categories)::int AS widest
                  FROM narrow GROUP BY company_id, buyer_id
            ), combined AS (
                SELECT company_id, buyer_id,
                       count(DISTINCT category_id)::int AS categories
                  FROM range WHERE way <> 'link' GROUP BY company_id, buyer_id
            )
            SELECT contact.company_id * 1000000000::int8 + contact.buyer_id AS id,
                   contact.*, member.level_id, ranges - suppliers AS saved,
                   coalesce(categories, 0) AS categories,
                   coalesce(widest, 0) AS widest,
                   coalesce(categories - widest, 0) AS combined
              FROM contact
              JOIN member ON member.id = contact.buyer_id
              LEFT JOIN combined USING (company_id, buyer_id)
              LEFT JOIN widest USING (company_id, buyer_id)
            """,
            assortment=assortment_rows.assortment_sql(self.env),
        )
