from psycopg2 import DataError, ProgrammingError

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.models.res_partner import MEDIA

from ..value.value_words import LIFECYCLES, VALUE_CLASSES

# What a domain that somebody typed, or that names what is gone, may end in.
BAD_DOMAIN = (
    *(ValueError, TypeError, KeyError, SyntaxError),
    *(DataError, ProgrammingError),
)
OPEN_OR_NOT = [("open", "There is one open"), ("none", "None is open")]
# What makes a segment: all that is set must hold.
CRITERIA = (
    *(f"class_{key}" for key, _label in VALUE_CLASSES),
    *(f"lifecycle_{key}" for key, _label in LIFECYCLES),
    *("need_ids", "need_strength", "need_unserved", "purchase_ids"),
    *("country_ids", "industry_ids", "tag_ids", "user_ids", "domain"),
    *("quotation", "contract", "opportunity", "contactable_by"),
    "tier_ids",
)


class CrmCustomerSegment(models.Model):
    """A rule that says which customers belong together.

    Only the rule is stored. Whoever asks for members asks the database anew and gets
    the customers, commercial entities all, that he may see himself.
    """

    _name = "crm.customer.segment"
    _description = "Customer Segment"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean("In Use", default=True)
    color = fields.Integer()
    description = fields.Text(help="What this segment is for.")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        help="Whose customers: purchases, values and needs count for this company.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    class_a = fields.Boolean("A")
    class_b = fields.Boolean("B")
    class_c = fields.Boolean("C")
    class_d = fields.Boolean("D")
    lifecycle_potential = fields.Boolean("Potential")
    lifecycle_new = fields.Boolean("New")
    lifecycle_active = fields.Boolean("Active")
    lifecycle_loyal = fields.Boolean("Loyal")
    lifecycle_at_risk = fields.Boolean("At Risk")
    lifecycle_lost = fields.Boolean("Lost")
    lifecycle_won_back = fields.Boolean("Won Back")

    # A criterion whose last choice is deleted would let everybody in: refuse that.
    need_ids = fields.Many2many("crm.need", string="Needs", ondelete="restrict")
    need_strength = fields.Float("Least Strength", default=0.5)
    need_unserved = fields.Boolean(
        "Not Bought Yet", help="Only who has not bought for the need, or returned it."
    )
    purchase_ids = fields.One2many(
        "crm.customer.segment.purchase", "segment_id", "Purchases", copy=True
    )
    country_ids = fields.Many2many(
        "res.country", string="Countries", ondelete="restrict"
    )
    industry_ids = fields.Many2many(
        "res.partner.industry", string="Industries", ondelete="restrict"
    )
    tag_ids = fields.Many2many(
        "res.partner.category", string="Tags", ondelete="restrict"
    )
    user_ids = fields.Many2many("res.users", string="Salespeople", ondelete="restrict")
    domain = fields.Char("More Conditions")
    quotation = fields.Selection(OPEN_OR_NOT)
    contract = fields.Selection(
        OPEN_OR_NOT, help="A confirmed order with something to deliver or to invoice."
    )
    opportunity = fields.Selection(OPEN_OR_NOT)
    contactable_by = fields.Selection(MEDIA)

    member_count = fields.Integer("Customers", compute="_compute_members")
    member_value = fields.Monetary(
        "Lifetime Value",
        compute="_compute_member_value",
        help="Of all customers in the segment together.",
    )
    problem = fields.Char(
        compute="_compute_members", help="Why the segment cannot be evaluated."
    )

    _need_strength_range = models.Constraint(
        "CHECK (need_strength BETWEEN 0 AND 1)", "The strength lies between 0 and 1."
    )

    @api.depends_context("uid", "allowed_company_ids")
    @api.depends("company_id", *CRITERIA)
    def _compute_members(self):
        """Counts of all these segments by one query."""
        counts = []
        for place, segment in enumerate(self):
            segment.member_count, segment.problem = 0, False
            try:
                query = segment._members_query()
            except UserError as error:
                segment.problem = str(error)
                continue
            if not query.is_empty():
                members = query.subselect()
                counts.append(SQL("SELECT %s, count(*) FROM %s member", place, members))
        if not counts:
            return
        for place, count in self.env.execute_query(SQL(" UNION ALL ").join(counts)):
            self[place].member_count = count

    @api.depends("member_count")
    def _compute_member_value(self):
        """One query for each segment: for a form, never for a list."""
        # sudo: a fact about the members, who are the user's own
        values = self.env["crm.customer.value"].sudo()
        for segment in self:
            segment.member_value = 0
            if segment.member_count:
                company = segment.company_id or self.env.company
                [[segment.member_value]] = values._read_group(
                    Domain("company_id", "=", company.id)
                    & Domain("partner_id", "in", segment._members_query()),
                    aggregates=["lifetime_value:sum"],
                )

    @api.constrains("company_id", *CRITERIA)
    def _check_evaluable(self):
        """Ask the database once, so that what is stored can be evaluated."""
        for segment in self:
            try:
                with self.env.cr.savepoint():
                    self.env["res.partner"].search(segment._customers_domain(), limit=1)
            except UserError as error:
                raise ValidationError(str(error)) from error
            except BAD_DOMAIN as error:
                raise ValidationError(segment._domain_problem(error)) from error

    def _domain_problem(self, error: Exception) -> str:
        return self.env._(
            "The conditions of segment “%(segment)s” cannot be evaluated: %(reason)s",
            segment=self.name or "",
            reason=str(error).strip() or type(error).__name__,
        )

    @api.model
    def _action_buyers(self, product):
        """Who bought a product, or one of its variants: a new segment to go on from.

        Who may not write segments gets the customers themselves.
        """
        product.ensure_one()
        product.check_access("read")
        is_variant = product._name == "product.product"
        if not self.has_access("create"):
            variants = product
            if not is_variant:
                variants = product.with_context(active_test=False).product_variant_ids
            return self._action_customers(
                self.env._("Bought %s", product.display_name),
                [("purchased_product_ids", "in", variants.ids)],
            )
        chosen = "product_ids" if is_variant else "product_tmpl_ids"
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Who Bought This"),
            "res_model": "crm.customer.segment",
            "view_mode": "form",
            "context": {
                "default_name": self.env._("Bought %s", product.display_name),
                "default_purchase_ids": [[0, 0, {chosen: [[6, 0, product.ids]]}]],
            },
        }

    def action_open_members(self):
        self.ensure_one()
        self.check_access("read")
        return self._action_customers(
            self.name, [("customer_segment_ids", "in", self.ids)]
        )

    @api.model
    def _action_customers(self, name: str, domain: list):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "res.partner",
            "view_mode": "list,kanban,form",
            "domain": domain,
            "context": {"create": False},
            "help": self.env._(
                "No customer matches now. The list fills by itself when one does."
            ),
        }

    def action_create_mailing(self):
        """A mailing to the members who may be mailed, whoever they are when it goes."""
        self.ensure_one()
        self.check_access("read")
        mailings = self.env["mailing.mailing"]
        mailings.check_access("create")
        recipients = [
            ("customer_segment_ids", "in", self.ids),
            ("contactable_by_email", "=", True),
        ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mailing"),
            "res_model": "mailing.mailing",
            "view_mode": "form",
            "context": {
                "default_subject": self.name,
                "default_mailing_type": "mail",
                "default_mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                "default_mailing_domain": repr(recipients),
            },
        }

    def action_create_opportunities(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Create Opportunities"),
            "res_model": "crm.segment.opportunity",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_segment_id": self.id,
                "default_name": self.name,
            },
        }
