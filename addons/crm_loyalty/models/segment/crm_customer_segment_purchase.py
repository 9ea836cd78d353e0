from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date


class CrmCustomerSegmentPurchase(models.Model):
    """One condition on what a customer bought."""

    _name = "crm.customer.segment.purchase"
    _description = "Purchase Condition of a Segment"
    _inherit = ["suite.company.mixin", "suite.number.mixin"]
    _order = "id"
    _company_links = {"product_tmpl_ids", "product_ids"}
    _number_limits = {"last_days": (0, 36_500), "at_least": (0, 1e9)}

    segment_id = fields.Many2one(
        "crm.customer.segment", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="segment_id.company_id")
    condition = fields.Selection(
        [("bought", "Bought"), ("not_bought", "Did not buy")],
        required=True,
        default="bought",
    )
    product_tmpl_ids = fields.Many2many(
        "product.template",
        "crm_segment_purchase_template_rel",
        string="Products",
        ondelete="restrict",
        context={"active_test": False},
    )
    product_ids = fields.Many2many(
        "product.product",
        "crm_segment_purchase_product_rel",
        string="Variants",
        ondelete="restrict",
        context={"active_test": False},
    )
    categ_ids = fields.Many2many(
        "product.category",
        "crm_segment_purchase_category_rel",
        string="Categories",
        ondelete="restrict",
        help="With the categories below them.",
    )
    last_days = fields.Integer(
        "Within the Last Days", help="Counted back from today; 0 means at any time."
    )
    since = fields.Date("From")
    until = fields.Date("To")
    at_least = fields.Float(
        digits="Product Unit",
        help="Quantity in the products' own units, all orders together. "
        "0 means any quantity.",
    )
    not_returned = fields.Boolean(
        default=True, help="Take off what posted credit notes took back."
    )
    summary = fields.Char(compute="_compute_summary")

    _at_least_range = models.Constraint(
        "CHECK (at_least >= 0)", "A quantity cannot be below zero."
    )
    _last_days_range = models.Constraint(
        "CHECK (last_days BETWEEN 0 AND 36500)", "Look back between 0 and 36,500 days."
    )
    _period_range = models.Constraint(
        "CHECK (since <= until)", "The period ends before it begins."
    )

    @api.constrains("product_tmpl_ids", "product_ids", "categ_ids")
    def _check_products(self):
        for line in self:
            if not (line.product_tmpl_ids or line.product_ids or line.categ_ids):
                raise ValidationError(
                    self.env._(
                        "Choose products, variants or categories that were bought."
                    )
                )

    @api.depends_context("lang")
    @api.depends(
        "condition",
        "product_tmpl_ids",
        "product_ids",
        "categ_ids",
        "last_days",
        "since",
        "until",
        "at_least",
        "not_returned",
    )
    def _compute_summary(self):
        for line in self:
            parts = [
                dict(self._fields["condition"]._description_selection(self.env))[
                    line.condition or "bought"
                ],
                ", ".join(
                    chosen.display_name
                    for chosen in (
                        *line.product_tmpl_ids,
                        *line.product_ids,
                        *line.categ_ids,
                    )
                ),
                *line._conditions_in_words(),
            ]
            line.summary = " · ".join(filter(None, parts))

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.segment_id._take_conditions_over()
        return lines

    def write(self, vals):
        segments = self.segment_id
        res = super().write(vals)
        (segments | self.segment_id)._take_conditions_over()
        return res

    def unlink(self):
        segments = self.segment_id
        res = super().unlink()
        segments._take_conditions_over()
        return res

    def _conditions_in_words(self) -> list[str]:
        words = []
        if self.at_least:
            words.append(self.env._("at least %s", f"{self.at_least:.15g}"))
        if self.last_days:
            words.append(self.env._("in the last %s days", self.last_days))
        if self.since:
            words.append(self.env._("from %s", format_date(self.env, self.since)))
        if self.until:
            words.append(self.env._("to %s", format_date(self.env, self.until)))
        if self.not_returned:
            words.append(self.env._("and kept it"))
        return words

    def _customers_domain(self, company) -> Domain:
        """The customers who meet this condition; nobody when no product is chosen."""
        if not (self.product_tmpl_ids or self.product_ids or self.categ_ids):
            return Domain.FALSE
        buyers = self.env["res.partner"]._in_query(
            self.env["crm.purchase.line"]._buyers_sql(
                company,
                self._products_query(),
                period=self._period(company),
                at_least=self.at_least,
                returns=self.not_returned,
            )
        )
        return buyers if self.condition == "bought" else ~buyers

    def _products_query(self):
        """Ids of the chosen products; archived ones were bought all the same."""
        if not (self.product_tmpl_ids or self.categ_ids):
            return SQL("%s", tuple(self.product_ids.ids))
        wanted = Domain("id", "in", self.product_ids.ids)
        wanted |= Domain("product_tmpl_id", "in", self.product_tmpl_ids.ids)
        # not child_of, which would ask the database for each condition
        wanted |= Domain.OR(
            Domain("product_tmpl_id.categ_id.parent_path", "=like", f"{path}%")
            for path in self.categ_ids.mapped("parent_path")
        )
        # sudo: what was bought stays bought when a product is hidden from the user
        products = self.env["product.product"].sudo()
        return products.with_context(active_test=False)._search(wanted).subselect()

    def _period(self, company) -> tuple[datetime | None, datetime | None]:
        """First moment and the moment after the last, in UTC, by the company's days."""
        since, until = self.since, self.until
        if self.last_days:
            today = company._value_cutoff_date()
            recent = today - timedelta(days=self.last_days)
            since = max(since, recent) if since else recent
        return (
            since and company._start_of_day(since),
            until and company._start_of_day(until + timedelta(days=1)),
        )
