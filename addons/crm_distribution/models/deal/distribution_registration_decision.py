from collections import Counter
from collections.abc import Iterable

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tools import email_normalize

from odoo.addons.crm_suite.tools.mails import write_mail
from odoo.addons.crm_suite.tools.work import work_through

from ...channel import conflict, matching, protection
from ...channel.conflict import Fact
from ...channel.policy import Question
from .conflict_facts import are_related, fact as make_fact, names
from .distribution_matched_mixin import MOST_SHOWN
from .distribution_registration import IDENTITY, OPEN


class DistributionRegistration(models.Model):
    """How it is decided: who else claims the customer, and what follows."""

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
                    (self.env._("Registrations"), registrations),
                    (self.env._("Leads"), leads),
                    (self.env._("Contacts"), partners),
                ]
            )

    def _say_found(self, found) -> str | bool:
        """How many there are; where the search stopped, so many or more."""
        parts = [
            self.env._("%(what)s: %(number)s or more", what=what, number=len(records))
            if len(records) >= MOST_SHOWN
            else f"{what}: {len(records)}"
            for what, records in found
            if records
        ]
        return ", ".join(parts) or False

    def action_approve(self):
        for one in self:
            one._approve()

    def action_reject(self):
        return self._ask_reason("reject")

    def action_release(self):
        return self._ask_reason("release")

    def action_extend(self):
        for one in self:
            one._extend()

    def action_won(self):
        for one in self:
            one._end("won")

    def action_lost(self):
        for one in self:
            one._end("lost")

    def write(self, vals):
        res = super().write(vals)
        if "solicitation" in vals:
            # what it contradicts by that is known before somebody decides
            self.filtered(lambda one: one.status in OPEN)._compare()
        return res

    def _ask_reason(self, decision: str):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reason"),
            "res_model": "distribution.decision",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_decision": decision,
                "default_registration_ids": [Command.set(self.ids)],
            },
        }

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
        return never & Domain("status", "in", OPEN)

    def _compare(self):
        conflicts = self.env["distribution.conflict"]
        conflicts._report(self._conflict_facts())
        self._as_system().checked_on = fields.Datetime.now()

    def _check_decider(self):
        if not self.env.su and not self.env.user.has_group(
            "crm_distribution.group_channel_own"
        ):
            raise AccessError(self.env._("Only channel users decide on registrations."))
        self.check_access("write")

    def _approve(self):
        self.ensure_one()
        self._check_decider()
        if self.state != "submitted":
            raise UserError(self.env._("“%s” is decided already.", self.display_name))
        self._find_end_customer()
        if not self._claims():
            raise UserError(
                self.env._(
                    "Choose the customer on file, or create it: neither a domain, a "
                    "phone nor a tax ID says whom “%s” protects.",
                    self.display_name,
                )
            )
        self._refuse_second_holder()
        self._refuse_to_pass()
        self._refuse_forbidden()
        company = self.company_id
        today = company._today()
        self._as_system().write(
            {
                "state": "approved",
                "decided_on": fields.Datetime.now(),
                "decided_by_id": self.env.uid,
                "protected_from": today,
                "protected_until": protection.protected_until(
                    today, company.distribution_protection_days
                ),
                "last_news_on": today,
                "inactivity_days": company.distribution_inactivity_days,
            }
        )
        self._answer()

    def _refuse_second_holder(self):
        """A customer's deal has one holder, also when two decide at one moment."""
        company = self.company_id
        self.env["suite.turn"]._take(
            f"deal {company.id} {claim}" for claim in self._claims()
        )
        # sudo: a protection that the decider may not see counts as well
        claims = self.sudo()._claims_of_same() - self
        held = claims.filtered(lambda one: one.partner_id != self.partner_id)
        if held:
            raise UserError(
                self.env._(
                    "“%(deal)s” is protected for %(holder)s through %(day)s. Release "
                    "that protection first.",
                    deal=held[0].display_name,
                    holder=held[0].partner_id.display_name,
                    day=held[0].ends_on,
                )
            )

    def _refuse_to_pass(self):
        """Who came first keeps the place: its deal is decided on before later ones.

        Or a channel manager decides, with a reason, on the conflict of the two.
        """
        first = self._waiting_before()
        # sudo: what the decider may not see counts as well
        met = (
            self.env["distribution.conflict"]
            .sudo()
            .search(
                Domain("registration_id", "in", first.ids)
                & Domain("other_registration_id", "=", self.id),
                order="id",
            )
        )
        # the latest one of each two: new facts ask again
        latest = {one.registration_id: one for one in met}
        passed = [deal for deal, one in latest.items() if one._allows()]
        for deal in first.filtered(lambda one: one not in passed)[:1]:
            raise UserError(
                self.env._(
                    "Number %(number)s of %(holder)s, “%(deal)s”, came before and "
                    "waits for a decision. Decide on it first; or a channel manager "
                    "decides on the conflict of the two, with a reason.",
                    number=deal.number,
                    holder=deal.partner_id.display_name,
                    deal=deal.display_name,
                )
            )

    def _waiting_before(self):
        """Deals of others that came before, for the same customer and goods."""
        # sudo: what the decider may not see counts as well
        one = self.sudo()
        waiting = Domain("company_id", "=", one.company_id.id) & Domain(
            "state", "=", "submitted"
        )
        found = one.union(*one._by_claim(one._claims(), waiting).values())
        place = (one.submitted_on, one.id)
        return found.filtered(
            lambda other: (
                (other.submitted_on, other.id) < place
                and other.partner_id != one.partner_id
                and are_related(other.category_id, one.category_id)
            )
        ).sorted(lambda other: (other.submitted_on, other.id))

    def _refuse_forbidden(self):
        """Where the deciding policy blocks, a channel manager decides first."""
        conflicts = self.env["distribution.conflict"]
        blocking = [fact for fact in self._conflict_facts() if fact.blocks]
        allowed = conflicts._allowed(blocking)
        if forbidden := [fact for fact in blocking if fact.key not in allowed]:
            raise UserError(
                "\n".join(
                    [
                        self.env._("“%s” cannot be protected:", self.display_name),
                        *conflicts._describe(forbidden),
                        self.env._(
                            "A channel manager may override the conflict with a reason."
                        ),
                    ]
                )
            )

    def _find_end_customer(self):
        """The one contact that shares an exact key, if it is one only."""
        if self.end_customer_id:
            return
        company = Domain("company_id", "in", [self.company_id.id, False])
        # sudo: whoever decides need not see the customer that is protected
        partners = (
            self.env["res.partner"].sudo()._find_exact(self._match_keys(), company)
        )
        customers = partners.commercial_partner_id
        if len(customers) == 1:
            self.end_customer_id = customers

    def _reject(self, reason: str):
        self.ensure_one()
        self._check_decider()
        if self.state != "submitted":
            raise UserError(self.env._("“%s” is decided already.", self.display_name))
        self._end_with("rejected", reason)
        self._answer()

    def _release(self, reason: str):
        """The customer chose somebody else."""
        self.ensure_one()
        self._check_decider()
        if self.status != "approved":
            raise UserError(self.env._("“%s” is not protected.", self.display_name))
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the customer is free again."))
        self._end_with("released", reason)
        self._answer()

    def _end(self, state: str):
        self._check_decider()
        if self.state != "approved":
            raise UserError(self.env._("“%s” is not protected.", self.display_name))
        self._end_with(state, False)

    def _end_with(self, state: str, reason):
        self._as_system().write(
            {
                "state": state,
                "reason": reason or self.reason,
                "decided_on": fields.Datetime.now(),
                "decided_by_id": self.env.uid,
            }
        )
        self.activity_unlink(["mail.mail_activity_data_todo"])

    def _extend(self):
        """Once, on evidence, from the old end."""
        self.ensure_one()
        self._check_decider()
        if self.status != "approved":
            raise UserError(self.env._("“%s” is not protected.", self.display_name))
        if self.extended_on:
            raise UserError(
                self.env._("“%s” was extended once already.", self.display_name)
            )
        if not self.evidence_ids:
            raise UserError(
                self.env._(
                    "An extension needs evidence, and “%s” has none.",
                    self.display_name,
                )
            )
        today = self.company_id._today()
        self._as_system().write(
            {
                "extended_on": today,
                "last_news_on": today,
                "protected_until": protection.extended_until(
                    self.protected_until, self.company_id.distribution_extension_days
                ),
            }
        )
        self._answer()

    def _answer(self):
        """Tells whoever submitted it, by a mail that is sent later."""
        self.activity_unlink(["mail.mail_activity_data_todo"])
        # sudo: whoever decides need not read the template, nor what its text needs
        deal = self.sudo()
        contact = deal.submitted_by_id or deal.partner_id
        template = deal.env.ref(
            "crm_distribution.mail_template_registration", raise_if_not_found=False
        )
        if not template or not email_normalize(contact.email):
            return
        sender = self.user_id.email_formatted or self.company_id.email_formatted
        link = f"{deal.get_base_url()}/my/channel/deal/{deal.number}"
        deal.env["mail.mail"].create(
            write_mail(template, deal, contact, sender, link=link)
        )

    @api.model
    def _in_force_of(self, company) -> Domain:
        return Domain("company_id", "=", company.id) & self._in_force(company._today())

    @api.model
    def _protecting(self, company, claims: Iterable[str]):
        """Protections in force today of customers with one of these claims."""
        held = self._by_claim(claims, self._in_force_of(company))
        return self.union(*held.values()).sorted("id")

    def _claims_of_same(self):
        """Protections that meet this one: same customer, goods above or below."""
        return self._protecting(self.company_id, self._claims()).filtered(
            lambda one: are_related(one.category_id, self.category_id)
        )

    def _conflict_facts(self) -> list[Fact]:
        """What others claim, were promised or work on, of the same customer.

        As many queries for many as for one.
        """
        facts = []
        # sudo: what the one who asks may not see counts as well
        for company, those in self.sudo().grouped("company_id").items():
            facts += those._registration_facts(company)
            facts += those._opportunity_facts(company)
            facts += those._agreement_facts(company)
        return facts

    def _claiming_same(self, records, domain: Domain):
        """Each of these with each of these records that is about its customer."""
        by_claim = records._by_claim(self._claims(), domain)
        together = records.union(*by_claim.values()).ids
        for one in self:
            own = [by_claim[claim] for claim in one._claims() if claim in by_claim]
            for record in records.union(*own).sorted("id"):
                yield one, record.with_prefetch(together)

    def _registration_facts(self, company) -> list[Fact]:
        open_ones = Domain("company_id", "=", company.id) & Domain("status", "in", OPEN)
        facts = []
        for one, other in self._claiming_same(self.browse(), open_ones):
            if one.partner_id == other.partner_id or not are_related(
                one.category_id, other.category_id
            ):
                continue
            # who is protected, then who came first
            first, second = (one | other).sorted(
                lambda deal: (deal.state != "approved", deal.submitted_on, deal.id)
            )
            facts.append(self._met_fact(first, second, one._same_proof(other)))
        return facts

    @api.model
    def _met_fact(self, first, second, proof) -> Fact:
        """Two intermediaries who claim one customer."""
        both = first.state == second.state == "approved"
        return make_fact(
            "registration",
            holder=first.partner_id,
            other=second.partner_id,
            about=[first, second],
            proof=proof,
            company=first.company_id,
            severity=conflict.HIGH if both else conflict.MEDIUM,
            registration_id=first,
            other_registration_id=second,
            customer_id=first.end_customer_id or second.end_customer_id,
            category_id=first.category_id,
            territory_id=first.territory_id,
        )

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

    def _opportunity_facts(self, company) -> list[Fact]:
        """Our own open opportunities, and leads that others have taken."""
        others = (
            Domain("company_id", "in", [company.id, False])
            & Domain("won_status", "=", "pending")
            & (
                Domain("partner_assigned_id", "!=", False)
                | Domain("type", "=", "opportunity")
            )
        )
        told: Counter[int] = Counter()
        facts = []
        for one, lead in self._claiming_same(self.env["crm.lead"], others):
            taker = lead.partner_assigned_id.commercial_partner_id
            goods = lead.distribution_category_id
            if (
                lead == one.lead_id
                or taker == one.partner_id
                or not are_related(goods, one.category_id)
                or told[one.id] == MOST_SHOWN
            ):
                continue
            told[one.id] += 1
            facts.append(
                make_fact(
                    "lead" if taker else "own_opportunity",
                    holder=taker or one.partner_id,
                    other=one.partner_id if taker else taker,
                    about=[one, lead],
                    proof=[
                        ("opportunity", lead.display_name),
                        ("goods", names(one.category_id | goods)),
                    ],
                    company=company,
                    registration_id=one,
                    lead_id=lead,
                    customer_id=one.end_customer_id.commercial_partner_id,
                    category_id=one.category_id,
                    territory_id=one.territory_id,
                )
            )
        return facts

    def _solicitation(self) -> str:
        """A sale is passive where something shows that the customer came unasked."""
        if self.solicitation == conflict.PASSIVE and not self.evidence_ids:
            return conflict.UNKNOWN
        return self.solicitation

    def _agreement_facts(self, company) -> list[Fact]:
        """Others who were promised to be alone where these customers are."""
        agreements = self.env["distribution.agreement"]
        policies = self.env["distribution.policy"]
        day = company._today()
        asked = [
            Question(company.id, one.category_id.id, one.territory_id.id, day)
            for one in self
        ]
        facts = []
        for one, ids, decision in zip(
            self, agreements._in_scope(asked), policies._decide(asked), strict=True
        ):
            alone = agreements.browse(ids).filtered("exclusive")
            if one.partner_id in alone.partner_id:
                continue
            facts += [
                make_fact(
                    "agreement",
                    holder=agreement.partner_id,
                    other=one.partner_id,
                    about=[one, agreement],
                    proof=[
                        ("customer", one.customer_name),
                        ("territory", one.territory_id.display_name or ""),
                        ("goods", names(one.category_id)),
                        ("promise", agreement.display_name),
                        ("solicitation", one._solicitation()),
                    ],
                    company=company,
                    policy=policies.browse(decision.policy_id or ()),
                    activity=one._solicitation(),
                    restricts=agreement._restricts(one._solicitation()),
                    registration_id=one,
                    agreement_id=agreement,
                    customer_id=one.end_customer_id,
                    category_id=one.category_id,
                    territory_id=one.territory_id,
                )
                for agreement in alone
            ]
        return facts

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
            & Domain("status", "in", OPEN)
        )
        self.env["distribution.conflict"]._report(met._conflict_facts())
