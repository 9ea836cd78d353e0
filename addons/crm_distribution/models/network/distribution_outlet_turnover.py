from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class DistributionOutletTurnover(models.Model):
    """What an outlet sells in a year of one kind of goods, whoever makes them."""

    _name = "distribution.outlet.turnover"
    _description = "Outlet Turnover"
    _inherit = ["suite.company.mixin", "suite.protected.mixin", "suite.number.mixin"]
    _order = "outlet_id, category_id, id"

    outlet_id = fields.Many2one(
        "distribution.outlet", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="outlet_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    category_id = fields.Many2one(
        "product.category", "Goods", required=True, index=True, ondelete="restrict"
    )
    turnover = fields.Monetary(
        "Yearly Turnover",
        help="0: it could sell such goods, but how much is not known.",
    )

    _outlet_category_uniq = models.UniqueIndex(
        "(outlet_id, category_id)", "The outlet's turnover with these goods is stated."
    )
    _turnover_range = models.Constraint(
        "CHECK (turnover >= 0)", "A turnover is not less than 0."
    )

    @api.constrains("outlet_id", "category_id")
    def _check_inside(self):
        """A turnover with goods and one with a part of them would count twice."""
        self.flush_model(["outlet_id", "category_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT own.id, other.id
                  FROM distribution_outlet_turnover own
                  JOIN product_category goods ON goods.id = own.category_id
                  JOIN distribution_outlet_turnover other
                    ON other.outlet_id = own.outlet_id AND other.id <> own.id
                  JOIN product_category others ON others.id = other.category_id
                 WHERE own.id = ANY(%s)
                   AND (starts_with(goods.parent_path, others.parent_path)
                        OR starts_with(others.parent_path, goods.parent_path))
                 LIMIT 1
                """,
                self.ids,
            )
        )
        if rows:
            own, other = self.browse(rows[0])
            raise ValidationError(
                self.env._(
                    "%(outlet)s: “%(one)s” and “%(other)s” are one inside the other, "
                    "and would count twice.",
                    outlet=own.outlet_id.name,
                    one=own.category_id.display_name,
                    other=other.category_id.display_name,
                )
            )
