from collections.abc import Iterable
from datetime import date

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.work import work_through

from ...channel import conflict, matching
from ...channel.conflict import Fact
from ...channel.policy import Question
from .conflict_facts import are_related, fact as make_fact, names
from .distribution_matched_mixin import MOST_SHOWN
from .distribution_registration import IDENTITY


class DistributionRegistration(models.Model):
    """Compared with what others claim, were promised or work on."""

    _inherit = "distribution.registration"

    same_registration_ids = fields.Many2many(
        "distribution.registration",
        "same_registrations",
        string="Same Customer: Registrations",
        compute="_compute_same",
    )
    same_lead_ids = fields.Many2many(
        "crm.lead", string="Same Customer: Leads", compute="_compute_same"
    )
    same_partner_ids = fields.Many2many(
        "res.partner", string="Same Customer: Contacts", compute="_compute_same"
    )
    similar_registration_ids = fields.Many2many(
        "distribution.registration",
        "similar_registrations",
        string="Similar Name: Registrations",
        compute="_compute_same",
    )
    similar_partner_ids = fields.Many2many(
        "res.partner", string="Similar Name: Contacts", compute="_compute_same"
    )
    same_summary = fields.Char("Already Known", compute="_compute_same")

    @api.depends(*IDENTITY, "end_customer_id")
    def _compute_same(self):
        """For whoever decides; what he may not see is not there."""
        for one in self:
            keys = one._match_keys()
            company = Domain("company_id", "in", [one.company_id.id, False])
            others = Domain("id", "!=", one._origin.id) & company
            registrations = one._find_exact(keys, others)
            leads = self.env["crm.lead"]._find_exact(keys, company)
            partners = self.env["res.partner"]._find_exact(keys, company)
            one.same_registration_ids = registrations
            one.same_lead_ids = leads
            one.same_partner_ids = partners
            one.similar_registration_ids = (
                one._find_named_like(one.customer_name, others) - registrations
            )
            one.similar_partner_ids = (
                self.env["res.partner"]._find_named_like(one.customer_name, company)
                - partners
            )
            one.same_summary = one._say_found(
                [
                    (self.env._("registrations"), registrations),
                    (self.env._("leads"), leads),
                    (self.env._("contacts"), partners),
                ]
            )

    def _say_found(self, found) -> str | bool:
        parts = []
        for what, records in found:
            if len(records) >= MOST_SHOWN:
                parts.append(
                    self.env._("%(n)s or more %(what)s", n=MOST_SHOWN, what=what)
                )
            elif records:
                parts.append(self.env._("%(n)s %(what)s", n=len(records), what=what))
        return ", ".join(parts) or False

    @api.model
    def _cron_compare(self):
        """Looks for others who claim the same, after a submission and every night."""
        work_through(self, self._to_compare_domain, lambda some: some._compare(), 20)

    @api.model
    def _to_compare_domain(self) -> Domain:
        before = fields.Datetime.now().replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        never = Domain("checked_on", "=", False) | Domain("checked_on", "<", before)
        return never & Domain("status", "in", ["submitted", "approved"])

    def _compare(self):
        conflicts = self.env["distribution.conflict"]
        conflicts._report(self._conflict_facts())
        self._as_system().checked_on = fields.Datetime.now()

    @api.model
    def _protecting(self, company, customers, keys: Iterable[str], day: date):
        """Protections of these customers, their branches, or who shares their keys."""
        ours = Domain("company_id", "=", company.id) & self._in_force(day)
        return self._claiming(ours, customers, keys)

    @api.model
    def _claiming(self, domain: Domain, customers, keys: Iterable[str]):
        companies = customers.commercial_partner_id
        by_contact = self.search(
            domain
            & Domain("end_customer_id.commercial_partner_id", "in", companies.ids)
        )
        return (by_contact | self._find_exact(keys, domain)).sorted("id")

    def _claims_of_same(self, day: date):
        """Protections that meet this one: same customer, goods above or below."""
        return self._protecting(
            self.company_id, self.end_customer_id, self._match_keys(), day
        ).filtered(lambda one: are_related(one.category_id, self.category_id))

    def _conflict_facts(self) -> list[Fact]:
        """What others claim, were promised or work on, of the same customer."""
        # sudo: what the one who asks may not see counts as well
        return [
            fact
            for one in self.sudo()
            for fact in (
                *one._registration_facts(),
                *one._opportunity_facts(),
                *one._agreement_facts(),
            )
        ]

    def _registration_facts(self) -> list[Fact]:
        open_ones = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("status", "in", ["submitted", "approved"])
            & Domain("partner_id", "!=", self.partner_id.id)
        )
        facts = []
        for other in self._claiming(
            open_ones, self.end_customer_id, self._match_keys()
        ).filtered(lambda one: are_related(one.category_id, self.category_id)):
            # who is protected, then who came first
            first, second = (self | other).sorted(
                lambda one: (one.state != "approved", one.submitted_on, one.id)
            )
            facts.append(
                make_fact(
                    "registration",
                    holder=first.partner_id,
                    other=second.partner_id,
                    about=[first, second],
                    proof=self._same_proof(other),
                    company=self.company_id,
                    severity=conflict.HIGH
                    if first.state == second.state == "approved"
                    else conflict.MEDIUM,
                    registration_id=first,
                    other_registration_id=second,
                    customer_id=first.end_customer_id or second.end_customer_id,
                    category_id=first.category_id,
                    territory_id=first.territory_id,
                )
            )
        return facts

    def _same_proof(self, other) -> list[tuple[str, str]]:
        shared = matching.exact_keys(
            sorted({*self._match_keys()} & {*other._match_keys()})
        )
        customer = self.end_customer_id.commercial_partner_id
        if customer and customer == other.end_customer_id.commercial_partner_id:
            shared.append(customer.display_name)
        return [
            ("same", ", ".join(shared)),
            ("goods", names(self.category_id | other.category_id)),
        ]

    def _opportunity_facts(self) -> list[Fact]:
        """Our own open opportunities, and leads that others have taken."""
        leads = self.env["crm.lead"]
        others = (
            Domain("company_id", "in", [self.company_id.id, False])
            & Domain("id", "!=", self.lead_id.id)
            & Domain("won_status", "=", "pending")
            & (
                Domain("partner_assigned_id", "!=", False)
                | Domain("type", "=", "opportunity")
            )
        )
        found = leads._find_exact(self._match_keys(), others)
        customer = self.end_customer_id.commercial_partner_id
        if customer:
            found |= leads.search(
                others & Domain("partner_id.commercial_partner_id", "=", customer.id),
                limit=MOST_SHOWN,
            )
        facts = []
        for lead in found.sorted("id"):
            taker = lead.partner_assigned_id.commercial_partner_id
            goods = lead.distribution_category_id
            if taker == self.partner_id or not are_related(goods, self.category_id):
                continue
            facts.append(
                make_fact(
                    "lead" if taker else "own_opportunity",
                    holder=taker or self.partner_id,
                    other=self.partner_id if taker else taker,
                    about=[self, lead],
                    proof=[
                        ("opportunity", lead.display_name),
                        ("goods", names(self.category_id | goods)),
                    ],
                    company=self.company_id,
                    registration_id=self,
                    lead_id=lead,
                    customer_id=customer,
                    category_id=self.category_id,
                    territory_id=self.territory_id,
                )
            )
        return facts

    def _agreement_facts(self) -> list[Fact]:
        """Others who were promised to be alone where this customer is."""
        agreements = self.env["distribution.agreement"]
        policies = self.env["distribution.policy"]
        question = Question(
            self.company_id.id,
            self.category_id.id,
            self.territory_id.id,
            self.company_id._today(),
        )
        found = agreements.browse(agreements._in_scope([question])[0])
        alone = found.filtered("exclusive")
        if not alone or self.partner_id in alone.partner_id:
            return []
        decision = policies._decide([question])[0]
        return [
            make_fact(
                "agreement",
                holder=agreement.partner_id,
                other=self.partner_id,
                about=[self, agreement],
                proof=[
                    ("customer", self.customer_name),
                    ("territory", self.territory_id.display_name or ""),
                    ("goods", names(self.category_id)),
                    ("promise", agreement.display_name),
                ],
                company=self.company_id,
                policy=policies.browse(decision.policy_id or ()),
                registration_id=self,
                agreement_id=agreement,
                customer_id=self.end_customer_id,
                category_id=self.category_id,
                territory_id=self.territory_id,
            )
            for agreement in alone
        ]

    @api.model
    def _merge_customers(self, sources, target):
        """Before contacts are merged: numbers of an intermediary stay its own."""
        moved = self.search(
            [("partner_id", "in", sources.ids)], order="submitted_on, id"
        )
        last = self.search(
            [("partner_id", "=", target.id)], order="number desc", limit=1
        )
        for number, one in enumerate(moved, last.number + 1):
            one._as_system().number = number + 1_000_000
        moved.flush_recordset(["number"])
        for number, one in enumerate(moved, last.number + 1):
            one._as_system().number = number
        moved.flush_recordset(["number"])

    @api.model
    def _compare_merged(self, target):
        """After contacts are merged: two protections may have met."""
        met = self.search(
            Domain("end_customer_id.commercial_partner_id", "=", target.id)
            & Domain("status", "in", ["submitted", "approved"])
        )
        self.env["distribution.conflict"]._report(met._conflict_facts())
