from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.figures import open_counted

from . import assortment_rows

KEY = ("company_id", "buyer_id", "supplier_id", "way", "category_id", "product_id")


class DistributionAssortment(models.Model):
    """The range that a buyer has: who supplies it with what, within a year.

    A row for each product that it bought of a supplier, and one for each supply link
    under which it bought nothing.
    """

    _name = "distribution.assortment"
    _description = "Assortment of Buyers"
    _auto = False
    _order = "buyer_id, amount desc, id"
    _rec_name = "product_id"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    buyer_id = fields.Many2one("res.partner", readonly=True)
    level_id = fields.Many2one(
        "distribution.level", readonly=True, help="The buyer's level today."
    )
    supplier_id = fields.Many2one("res.partner", readonly=True)
    category_id = fields.Many2one("product.category", "Goods", readonly=True)
    product_id = fields.Many2one(
        "product.product", readonly=True, help="Empty: nothing was bought by the link."
    )
    way = fields.Selection(
        [
            ("sellin", "Invoiced by Us"),
            ("sellout", "Reported by the Supplier"),
            ("link", "Supply Link Alone"),
        ],
        "Known From",
        readonly=True,
    )
    is_linked = fields.Boolean(
        "Has a Supply Link",
        readonly=True,
        help="A link in force today names this supplier for these goods.",
    )
    lines = fields.Integer(readonly=True)
    quantity = fields.Float(
        readonly=True, help="Bought less given back, in the unit of the product."
    )
    amount = fields.Monetary("Bought", readonly=True, help="Less what was given back.")
    last_day = fields.Date("Last Bought", readonly=True, aggregator="max")

    @api.depends("buyer_id", "supplier_id", "product_id", "category_id")
    def _compute_display_name(self):
        for row in self:
            goods = row.product_id.display_name or row.category_id.display_name
            row.display_name = self.env._(
                "%(supplier)s → %(buyer)s: %(goods)s",
                supplier=row.supplier_id.display_name,
                buyer=row.buyer_id.display_name,
                goods=goods or self.env._("all goods"),
            )

    def action_open_records(self):
        """The lines that make it, or the links where there are none."""
        self.ensure_one()
        self.check_access("read")
        if self.way == "link":
            return open_counted(
                self.env["distribution.link"],
                self.display_name,
                Domain("supplier_id", "=", self.supplier_id.id)
                & Domain("buyer_id", "=", self.buyer_id.id)
                & Domain("category_id", "=", self.category_id.id)
                & Domain("company_id", "in", [self.company_id.id, False]),
                context={"search_default_today": 1},
            )
        found = self._found()
        if self.way == "sellout":
            return open_counted(
                self.env["distribution.sellout.line"],
                self.display_name,
                [("id", "in", found)],
                view_mode="list",
            )
        view = self.env.ref("crm_distribution.account_move_line_view_list")
        return open_counted(
            self.env["account.move.line"],
            self.display_name,
            [("id", "in", found)],
            views=[(view.id, "list")],
        )

    @api.model
    def _sell_in_way_sql(self) -> SQL:
        """Hook: from what a row of our sell-in, `line`, is known."""
        return SQL("'sellin'")

    def _found(self) -> list[int]:
        rows = self.env.execute_query(
            SQL(
                """
                WITH %(assortment)s
                SELECT record_id FROM supplied
                 WHERE company_id = %(company)s AND buyer_id = %(buyer)s
                   AND supplier_id = %(supplier)s AND way = %(way)s
                   AND product_id = %(product)s
                """,
                assortment=assortment_rows.assortment_sql(self.env),
                company=self.company_id.id,
                buyer=self.buyer_id.id,
                supplier=self.supplier_id.id,
                way=self.way,
                product=self.product_id.id,
            )
        )
        return [found for (found,) in rows]

    @property
    def _table_query(self) -> SQL:
        return SQL(
            """
            WITH %(assortment)s
            SELECT %(id)s AS id, range.*, member.level_id
              FROM range JOIN member ON member.id = range.buyer_id
            """,
            assortment=assortment_rows.assortment_sql(self.env),
            id=assortment_rows.stable_id_sql(*KEY),
        )
