from collections.abc import Iterator

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.models.res_partner import MEDIA
from odoo.addons.crm_suite.tools.conditions import (
    BAD_CONDITION,
    SUBDOMAIN_OPERATORS,
    parse_condition,
)

from ..value.value_words import LIFECYCLES, VALUE_CLASSES

SEGMENTS = "customer_segment_ids"
OPPOSITES = {"!=": "=", "not in": "in", "not ilike": "ilike", "not like": "like"}
OPEN_OR_NOT = [("open", "There is one open"), ("none", "None is open")]


class CrmCustomerSegment(models.Model):
    """A rule that says which customers belong together.

    Only the rule is stored. Whoever asks for members asks the database anew and gets
    the customers, commercial entities all, that he may see himself.

    A criterion is a field, its name in ``_condition_fields``, and what it asks of
    customers in ``_criteria``: all three in a class of this model in the room that
    knows the subject, as the needs and the tiers have them.
    """

    _name = "crm.customer.segment"
    _description = "Customer Segment"
    _inherit = ["suite.company.mixin", "suite.condition.mixin", "suite.number.mixin"]
    _order = "name, id"
    # all that is set must hold
    _condition_fields = {
        "purchase_ids",
        "country_ids",
        "industry_ids",
        "tag_ids",
        "user_ids",
        "domain",
        "quotation",
        "contract",
        "opportunity",
        "contactable_by",
    }.union(
        (f"class_{key}" for key, _label in VALUE_CLASSES),
        (f"lifecycle_{key}" for key, _label in LIFECYCLES),
    )

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

    @api.depends_context("uid", "allowed_company_ids")
    @api.depends(lambda self: [*self._rule_fields(), "condition_user_id"])
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

    @api.constrains(lambda self: self._rule_fields())
    def _check_evaluable(self):
        """Ask the database once, so that what is stored can be evaluated."""
        for segment in self:
            try:
                with self.env.cr.savepoint():
                    self.env["res.partner"].search(segment._customers_domain(), limit=1)
            except AccessError:
                raise
            except UserError as error:
                raise ValidationError(str(error)) from error
            except BAD_CONDITION as error:
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

    def action_take_over_conditions(self):
        """Answer for the conditions as they stand, in place of whoever wrote them."""
        self.check_access("write")
        self._take_conditions_over()
        self._check_evaluable()

    def _rule_fields(self) -> list[str]:
        return ["company_id", *sorted(self._condition_names())]

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
        """Hook: one condition on customers for each criterion that is set.

        Each room adds those of its own criteria to super's.
        """
        return [
            *self._value_criteria(company),
            *self._master_data_criteria(),
            *(line._customers_domain(company) for line in self.purchase_ids),
            *self._document_criteria(company),
            *self._domain_criteria(),
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

    def _domain_criteria(self) -> list[Domain]:
        """The free conditions, asked with the rights of whoever typed them too."""
        try:
            found = self._typed_domain("res.partner", parse_condition(self.domain))
        except BAD_CONDITION as error:  # it may name what is gone by now
            raise UserError(self._domain_problem(error)) from error
        return [] if found.is_true() else [found]

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

    def _conditions(self) -> list[tuple]:
        """Field path, operator and value of each of the free conditions."""
        self.ensure_one()
        try:
            return list(walk(parse_condition(self.domain)))
        except BAD_CONDITION:
            return []


def walk(domain: Domain, path: str = "") -> Iterator[tuple]:
    for condition in domain.iter_conditions():
        name = f"{path}{condition.field_expr}"
        if condition.operator in SUBDOMAIN_OPERATORS:
            yield from walk(Domain(condition.value), f"{name}.")
        else:
            yield name, condition.operator, condition.value
