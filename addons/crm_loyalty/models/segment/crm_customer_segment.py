from ast import literal_eval
from collections.abc import Iterator

from psycopg2 import DataError, ProgrammingError

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.models.res_partner import MEDIA

from ..value.value_words import LIFECYCLES, VALUE_CLASSES

# What a domain that somebody typed, or that names what is gone, may end in.
BAD_DOMAIN = (
    ValueError,
    TypeError,
    KeyError,
    SyntaxError,
    DataError,
    ProgrammingError,
)
SEGMENTS = "customer_segment_ids"
OPPOSITES = {"!=": "=", "not in": "in", "not ilike": "ilike", "not like": "like"}
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
        for index, segment in enumerate(self):
            segment.member_count, segment.problem = 0, False
            try:
                query = segment._members_query()
            except UserError as error:
                segment.problem = str(error)
                continue
            if not query.is_empty():
                members = query.subselect()
                counts.append(SQL("SELECT %s, count(*) FROM %s member", index, members))
        if not counts:
            return
        for index, count in self.env.execute_query(SQL(" UNION ALL ").join(counts)):
            self[index].member_count = count

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

    @api.constrains("domain")
    def _check_circular(self):
        for segment in self:
            if segment in segment._segments_below():
                raise ValidationError(
                    self.env._(
                        "Segment “%(segment)s” asks for its own customers: it would "
                        "turn in a circle.",
                        segment=segment.name,
                    )
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

    def _members_query(self):
        """The query of the members; not to be kept."""
        return self.env["res.partner"]._search(self._customers_domain())

    def _customers_domain(self) -> Domain:
        """The commercial partners who match, seen with the eyes of the user.

        What is known of them (purchases, values, needs) is the same for everybody and
        read as superuser; whom a search with this condition shows follows the rules of
        the user who searches.
        """
        self.ensure_one()
        company = self.company_id or self.env.company
        criteria = self._criteria(company)
        if not criteria:
            return Domain.FALSE
        return Domain.AND(
            [
                Domain("active", "=", True),
                Domain("is_company", "=", True) | Domain("parent_id", "=", False),
                Domain("partner_share", "=", True),
                Domain("id", "!=", company.partner_id.id),
                Domain("company_id", "in", [False, company.id]),
                self.env["res.partner"]._visible_customers_domain(),
                *criteria,
            ]
        )

    def _criteria(self, company) -> list[Domain]:
        """Hook: one condition on customers for each criterion that is set."""
        return [
            *self._value_criteria(company),
            *self._need_criteria(company),
            *self._master_data_criteria(),
            *(line._customers_domain(company) for line in self.purchase_ids),
            *self._document_criteria(company),
            *self._domain_criteria(company),
        ]

    def _value_criteria(self, company) -> list[Domain]:
        chosen = Domain.TRUE
        for field, prefix, choices in (
            ("value_class", "class", VALUE_CLASSES),
            ("lifecycle", "lifecycle", LIFECYCLES),
        ):
            keys = [key for key, _label in choices if self[f"{prefix}_{key}"]]
            if keys:
                chosen &= Domain(field, "in", keys)
        if chosen.is_true():
            return []
        return [self._known_customers("crm.customer.value", company, chosen)]

    def _need_criteria(self, company) -> list[Domain]:
        if not self.need_ids:
            return []
        wanted = Domain("need_id", "in", self.need_ids.ids)
        wanted &= Domain("strength", ">=", self.need_strength)
        # zero is what was stated not to be a need
        wanted &= Domain("strength", ">", 0)
        if self.need_unserved:
            wanted &= Domain("bought_on", "=", False)
        return [self._known_customers("crm.partner.need", company, wanted)]

    def _known_customers(self, model: str, company, domain: Domain) -> Domain:
        # sudo: a fact about the customer; who may see the customer is decided above
        records = self.env[model].sudo()
        found = records._search(Domain("company_id", "=", company.id) & domain)
        return self.env["res.partner"]._in_query(
            SQL("SELECT partner_id FROM %s known", found.subselect("id", "partner_id"))
        )

    def _master_data_criteria(self) -> list[Domain]:
        fields_of = {
            "country_id": self.country_ids,
            "industry_id": self.industry_ids,
            "category_id": self.tag_ids,
            "user_id": self.user_ids,
        }
        return [
            Domain(field, "in", chosen.ids)
            for field, chosen in fields_of.items()
            if chosen
        ]

    def _document_criteria(self, company) -> list[Domain]:
        partners = self.env["res.partner"]
        orders, leads = self.env["sale.order"], self.env["crm.lead"]
        found = []
        for documents, open_domain, wanted in (
            (orders, orders._open_quotations_domain, self.quotation),
            (orders, orders._open_contracts_domain, self.contract),
            (leads, leads._open_opportunities_domain, self.opportunity),
        ):
            if wanted:
                open_ones = open_domain(company)
                having = partners._having_documents(documents._name, open_ones)
                found.append(having if wanted == "open" else ~having)
        if self.contactable_by:
            found.append(partners._may_contact_domain(self.contactable_by, "marketing"))
        return found

    def _domain_criteria(self, company) -> list[Domain]:
        """The free conditions, evaluated in the company of the segment."""
        text = (self.domain or "").strip()
        if text in ("", "[]"):
            return []
        partners = self.env["res.partner"].with_company(company)
        try:
            return [Domain("id", "in", partners._search(literal_eval(text)))]
        except BAD_DOMAIN as error:  # it may name what is gone by now
            raise UserError(self._domain_problem(error)) from error

    def _domain_problem(self, error: Exception) -> str:
        return self.env._(
            "The conditions of segment “%(segment)s” cannot be evaluated: %(reason)s",
            segment=self.name or "",
            reason=str(error).strip() or type(error).__name__,
        )

    def _segments_below(self):
        """The segments that these ask for, and those that those ask for."""
        found, new = self.browse(), self
        while new:
            asked = self.browse()
            for segment in new:
                asked |= segment._segments_named()
            new, found = asked - found, found | asked
        return found

    def _segments_named(self):
        found = self.browse()
        for path, operator, value in self._conditions():
            if path.split(".")[0] == SEGMENTS:
                named = self._named(SEGMENTS, self, path, operator, value)
                # whichever segment: this one too
                found |= self if named is None else named
        return found

    @staticmethod
    def _named(link: str, records, path: str, operator: str, value):
        """The records that a condition names through a link; None if it may be any.

        Who is *not* in a segment depends on it as much.
        """
        _start, found, field = path.partition(link)
        operator = OPPOSITES.get(operator, operator)
        if not found or operator not in OPPOSITES.values() or value in (False, True):
            return None
        field = field.lstrip(".") or "id"
        if field == "id" and isinstance(value, str):
            field = "display_name"
        named = Domain(field, operator, value)
        return records.with_context(active_test=False).search(named)

    def _conditions(self) -> Iterator[tuple]:
        """Field path, operator and value of each of the free conditions."""
        self.ensure_one()
        try:
            domain = Domain(literal_eval((self.domain or "").strip() or "[]"))
        except BAD_DOMAIN:
            return
        yield from walk(domain)


def walk(domain: Domain, path: str = "") -> Iterator[tuple]:
    for condition in domain.iter_conditions():
        name = f"{path}{condition.field_expr}"
        if condition.operator in ("any", "any!", "not any", "not any!"):
            yield from walk(Domain(condition.value), f"{name}.")
        else:
            yield name, condition.operator, condition.value
