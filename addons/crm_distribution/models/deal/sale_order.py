from collections import defaultdict
from typing import Any, NamedTuple

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.dates import written_day
from odoo.addons.crm_suite.tools.work import work_through

from ...channel import conflict
from ...channel.conflict import Fact
from ...channel.policy import Question
from .conflict_facts import SOLICITATION, are_related, fact, names

# customers read their own orders
INTERNAL = "base.group_user"


class Asked(NamedTuple):
    """What is looked up once for all orders of a company."""

    company: models.BaseModel
    # by the id of an address of delivery
    territories: dict[int, models.BaseModel]
    # by order and category: agreements in force there, exclusive ones first
    agreements: dict[tuple, models.BaseModel]
    # by order and category: the policy that decides
    policies: dict[tuple, models.BaseModel]

    def place(self, order):
        return self.territories[order.partner_shipping_id.id]

    def policy(self, order, categories):
        """Where one of them forbids, the order as a whole cannot go on."""
        found = [self.policies[order, category] for category in categories]
        policies = found[0].union(*found) if found else order.env["distribution.policy"]
        return policies.sorted("conflict_handling")[:1]


class SaleOrder(models.Model):
    """Asked before it is confirmed: does it contradict what others were promised?"""

    _inherit = "sale.order"

    distribution_solicitation = fields.Selection(
        SOLICITATION,
        "Solicitation",
        default=conflict.UNKNOWN,
        required=True,
        copy=False,
        groups=INTERNAL,
        help="Passive: the customer came unasked, with evidence. Active: the customer "
        "was approached. It counts where somebody else has exclusive rights.",
    )
    distribution_evidence = fields.Char(
        "Evidence",
        copy=False,
        groups=INTERNAL,
        help="What shows that the customer came unasked, such as the day of the mail. "
        "Without it, the sale does not count as passive.",
    )
    # of the job alone: whoever could write it would not be asked again
    distribution_asked_on = fields.Datetime(
        readonly=True, copy=False, groups=fields.NO_ACCESS
    )
    distribution_conflict_ids = fields.One2many(
        "distribution.conflict",
        "order_id",
        "Channel Conflicts",
        groups="crm_distribution.group_channel_own",
    )

    def action_confirm(self):
        self._ask_channel()
        res = super().action_confirm()
        self.order_line._keep_list_price()
        return res

    def action_ask_channel(self):
        """Says what a confirmation would contradict, and records it."""
        # names holders: for people of the house, not for customers
        if not self.env.user._is_internal():
            raise AccessError(self.env._("Only employees ask the channel."))
        self.check_access("write")
        conflicts = self.env["distribution.conflict"]
        lines = []
        for order in self:
            facts = order._channel_facts()[order]
            conflicts._report(facts)
            lines += conflicts._describe(facts)
            lines += order._describe_similar()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if lines else "success",
                "title": self.env._("Channel"),
                "message": "\n".join(lines)
                or self.env._("Nobody was promised this customer, place and goods."),
                "sticky": bool(lines),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_open_channel_conflicts(self):
        self.ensure_one()
        return self.distribution_conflict_ids._get_records_action(
            name=self.env._("Channel Conflicts")
        )

    @api.model
    def _cron_ask_channel(self):
        """Every night, for quotations that are out."""
        work_through(self, self._to_ask_domain, lambda orders: orders._ask_again(), 50)

    @api.model
    def _to_ask_domain(self) -> Domain:
        before = fields.Datetime.now().replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        never = Domain("distribution_asked_on", "=", False)
        companies = self.env["res.company"].search([])
        promising = companies.filtered(lambda company: self._has_promises(company))
        return (
            (never | Domain("distribution_asked_on", "<", before))
            & Domain("state", "in", ["draft", "sent"])
            & Domain("company_id", "in", promising.ids)
        )

    def _ask_again(self):
        facts = self._channel_facts()
        self.env["distribution.conflict"]._report(sum(facts.values(), []))
        self.distribution_asked_on = fields.Datetime.now()

    def _ask_channel(self):
        """Before confirming: record what it contradicts, or refuse by policy."""
        asked = self.filtered(lambda order: order.state in ("draft", "sent"))
        facts = asked._channel_facts()
        conflicts = self.env["distribution.conflict"]
        flat = sum(facts.values(), [])
        if not flat:
            return
        allowed = conflicts._allowed(flat)
        # a customer who signs or pays is not stopped, and learns nothing
        if self.env.user._is_internal() and not self.env.user._is_superuser():
            for order, found in facts.items():
                blocking = [
                    one for one in found if one.blocks and one.key not in allowed
                ]
                if blocking:
                    raise UserError(order._refusal(blocking))
        conflicts._report(flat)
        asked._note_contradictions(
            {
                order: [
                    one for one in found if not one.is_free and one.key not in allowed
                ]
                for order, found in facts.items()
            }
        )

    def _note_contradictions(self, facts: dict["SaleOrder", list[Fact]]):
        """On the order, as an internal note: whoever sells need not see conflicts."""
        notes = {
            order.id: Markup("<br/>").join(
                [
                    self.env._("It contradicts what others were promised:"),
                    *self.env["distribution.conflict"]._describe(found),
                ]
            )
            for order, found in facts.items()
            if found
        }
        # whoever confirms did not write it, and may be the customer
        system = self.env["ir.model.data"]._xmlid_to_res_id("base.partner_root")
        self.browse(notes)._message_log_batch(notes, author_id=system)

    def _refusal(self, blocking: list[Fact]) -> str:
        return "\n".join(
            [
                self.env._("%s cannot be confirmed:", self.name),
                *self.env["distribution.conflict"]._describe(blocking),
                self.env._(
                    "“Ask the Channel” records the conflict; a channel manager may "
                    "override it with a reason."
                ),
            ]
        )

    def _describe_similar(self) -> list[str]:
        """Protected customers with a name like this one's: perhaps the same."""
        self.ensure_one()
        # sudo: whoever sells is told that it may be the same customer
        registrations = self.env["distribution.registration"].sudo()
        company = self.company_id
        in_force = registrations._in_force(company._today())
        customers = self._end_customers()
        found = registrations.browse()
        for customer in customers:
            found |= registrations._find_named_like(
                customer.name, Domain("company_id", "=", company.id) & in_force
            )
        held = registrations._protecting(company, customers._claims())
        return [
            self.env._(
                "Similar, perhaps the same customer: “%(name)s”, protected through "
                "%(day)s",
                name=one.customer_name,
                day=written_day(self.env, one.ends_on),
            )
            for one in found - held
        ]

    @api.model
    def _has_promises(self, company) -> bool:
        """Whether anybody was promised anything: else nothing is looked at."""
        # sudo: whoever sells need not see promises
        env = self.sudo().env
        ours = Domain("company_id", "=", company.id)
        return bool(
            env["distribution.agreement"].search_count(
                ours & Domain("state", "=", "active"), limit=1
            )
            or env["distribution.registration"].search_count(
                ours & Domain("state", "=", "approved"), limit=1
            )
            or env["crm.lead"].search_count(
                Domain("partner_assigned_id", "!=", False)
                & Domain("company_id", "in", [company.id, False]),
                limit=1,
            )
        )

    def _channel_facts(self) -> dict["SaleOrder", list[Fact]]:
        """What each of these contradicts today; as many queries for many as for one."""
        facts: dict[SaleOrder, list[Fact]] = {order: [] for order in self}
        for company, orders in self.grouped("company_id").items():
            if not self._has_promises(company):
                continue
            # sudo: whoever sells need not see promises
            inside = orders.sudo()
            asked = inside._look_up(company)
            agreed = inside._agreement_facts(asked)
            deals, leads = inside._deal_facts(asked), inside._lead_facts(asked)
            for order, own in zip(orders, inside, strict=True):
                facts[order] += agreed[own] + deals[own] + leads[own]
        return facts

    def _look_up(self, company) -> Asked:
        self._read_at_once()
        territories = self.partner_shipping_id._distribution_territories(company)
        places = self.env["distribution.territory"].union(*territories.values())
        places.mapped("display_name")
        day = company._today()
        questions = {
            (order, category): Question(
                company.id,
                category.id,
                territories[order.partner_shipping_id.id].id,
                day,
            )
            for order in self
            for category in order._sold_categories()
        }
        agreements = self.env["distribution.agreement"]
        policies = self.env["distribution.policy"]
        asked = list(questions.values())
        scopes = agreements._in_scope(asked) if asked else []
        decisions = policies._decide(asked) if asked else []
        in_force = agreements.browse({id_ for ids in scopes for id_ in ids})
        deciding = policies.browse({one.policy_id for one in decisions} - {False})
        return Asked(
            company,
            territories,
            {
                key: agreements.browse(ids).with_prefetch(in_force.ids)
                for key, ids in zip(questions, scopes, strict=True)
            },
            {
                key: policies.browse(one.policy_id or ()).with_prefetch(deciding.ids)
                for key, one in zip(questions, decisions, strict=True)
            },
        )

    def _read_at_once(self) -> None:
        """What is then asked order by order is in memory."""
        self.order_line.product_id.categ_id.mapped("parent_path")
        partners = self.partner_id | self.partner_invoice_id | self.partner_shipping_id
        partners |= self.opportunity_id.partner_assigned_id
        partners.commercial_partner_id.distribution_level_id.mapped("kind")

    def _sold_categories(self):
        lines = self.order_line.filtered(
            lambda line: line.product_id and not line.display_type
        )
        return lines.product_id.categ_id

    def _end_customers(self):
        """Whoever the goods are for: an intermediary that buys is none."""
        partners = self.partner_id | self.partner_shipping_id
        customers = partners.commercial_partner_id
        return customers.filtered(lambda one: not one._is_intermediary())

    def _end_contacts(self):
        """These customers, and those of their contacts who stand in the order."""
        customers = self._end_customers()
        partners = self.partner_id | self.partner_shipping_id
        return customers | partners.filtered(
            lambda one: one.commercial_partner_id in customers
        )

    def _solicitation(self) -> str:
        """A sale is passive where something shows that the customer came unasked."""
        claimed = self.distribution_solicitation
        if (
            claimed == conflict.PASSIVE
            and not (self.distribution_evidence or "").strip()
        ):
            return conflict.UNKNOWN
        return claimed

    def _solicitation_proof(self) -> list[tuple[str, str]]:
        proof = [("solicitation", self._solicitation())]
        if self.distribution_evidence:
            proof.append(("evidence", self.distribution_evidence))
        return proof

    def _parties(self):
        """Who is in on it already: nobody contradicts his own promise."""
        partners = self.partner_id | self.partner_invoice_id | self.partner_shipping_id
        partners |= self.opportunity_id.partner_assigned_id
        return partners.commercial_partner_id

    def _seller(self):
        """The intermediary that sells on; nobody: we sell ourselves."""
        buyer = self.partner_id.commercial_partner_id
        return buyer if buyer._is_intermediary() else buyer.browse()

    def _agreement_facts(self, asked: Asked) -> dict["SaleOrder", list[Fact]]:
        """Exclusive rights at the place of delivery, and deliveries to elsewhere."""
        nobody = self.env["distribution.agreement"]
        covering = defaultdict(lambda: nobody)
        goods = defaultdict(lambda: self.env["product.category"])
        for (order, category), found in asked.agreements.items():
            covering[order] |= found
            alone = found.filtered("exclusive")
            if alone.partner_id & order._parties():
                continue
            for agreement in alone.with_prefetch(found._prefetch_ids):
                goods[order, agreement] |= category
        facts = defaultdict(list)
        for (order, agreement), categories in goods.items():
            facts[order].append(order._exclusive_fact(asked, agreement, categories))
        others = self.filtered(lambda order: order not in facts)
        for order, own in others._agreements_elsewhere(asked, covering).items():
            facts[order].append(order._elsewhere_fact(asked, own))
        return facts

    def _exclusive_fact(self, asked: Asked, agreement, categories) -> Fact:
        """Somebody else sells here alone."""
        seller = self._seller()
        return self._fact(
            asked,
            "delivery" if seller else "quotation",
            holder=agreement.partner_id,
            other=seller,
            about=[self, agreement],
            proof=[
                *self._place_proof(asked.place(self), categories),
                ("promise", agreement.display_name),
            ],
            policy=asked.policy(self, categories),
            severity=conflict.HIGH,
            restricts=agreement._restricts(self._solicitation()),
            agreement_id=agreement,
            territory_id=asked.place(self),
            category_id=categories[:1],
        )

    def _place_proof(self, place, categories) -> list[tuple[str, str]]:
        address = self.partner_shipping_id
        where = [
            address.zip,
            address.city,
            address.state_id.name,
            address.country_id.name,
        ]
        return [
            ("place", ", ".join(filter(None, where))),
            ("territory", place.display_name or ""),
            ("goods", names(categories)),
        ]

    def _agreements_elsewhere(self, asked: Asked, covering) -> dict:
        """Orders of intermediaries to where they were promised nothing.

        :param covering: agreements of anybody at the place of delivery, by order
        :return: what each was promised elsewhere for these goods
        """
        sellers = {
            order: seller
            for order in self
            if (seller := order._seller()) and seller not in covering[order].partner_id
        }
        promised = self.env["distribution.agreement"].search(
            [
                ("partner_id", "in", [seller.id for seller in sellers.values()]),
                ("company_id", "=", asked.company.id),
                ("state", "=", "active"),
                ("territory_id", "!=", False),
            ]
        )
        by_seller = promised.grouped("partner_id")
        found = {}
        for order, seller in sellers.items():
            categories = order._sold_categories()
            own = by_seller.get(seller, promised.browse()).filtered(
                lambda one, sold=categories: any(
                    are_related(one.category_id, category) for category in sold
                )
            )
            if own:
                found[order] = own
        return found

    def _elsewhere_fact(self, asked: Asked, own) -> Fact:
        """An intermediary has goods delivered to where it was promised nothing."""
        seller = self._seller()
        categories = self._sold_categories()
        return self._fact(
            asked,
            "delivery",
            holder=seller,
            other=seller.browse(),
            own=False,
            about=[self, seller],
            proof=[
                *self._place_proof(asked.place(self), categories),
                ("promise", names(own.territory_id)),
            ],
            severity=conflict.LOW,
            agreement_id=own[:1],
            territory_id=asked.place(self),
            category_id=categories[:1],
        )

    def _deal_facts(self, asked: Asked) -> dict["SaleOrder", list[Fact]]:
        """Deals of intermediaries that are protected today."""
        registrations = self.env["distribution.registration"]
        in_force = registrations._in_force_of(asked.company)
        facts = defaultdict(list)
        for order, deal in self._claimed(registrations, in_force):
            sold = order._sold_categories().filtered(
                lambda one, deal=deal: one.parent_path.startswith(
                    deal.category_id.parent_path
                )
            )
            if not sold or deal.partner_id in order._parties():
                continue
            facts[order].append(
                order._fact(
                    asked,
                    "quotation",
                    holder=deal.partner_id,
                    other=order._seller(),
                    about=[order, deal],
                    proof=[
                        ("customer", names(order._end_customers())),
                        ("goods", names(sold)),
                        ("promise", deal.display_name),
                    ],
                    policy=asked.policy(order, sold),
                    severity=conflict.HIGH,
                    registration_id=deal,
                    category_id=sold[:1],
                    territory_id=deal.territory_id,
                )
            )
        return facts

    def _lead_facts(self, asked: Asked) -> dict["SaleOrder", list[Fact]]:
        """Leads of this customer that an intermediary has taken."""
        leads = self.env["crm.lead"]
        taken = (
            Domain("partner_assigned_id", "!=", False)
            & Domain("won_status", "=", "pending")
            & Domain("company_id", "in", [asked.company.id, False])
        )
        facts = defaultdict(list)
        for order, lead in self._claimed(leads, taken):
            goods = lead.distribution_category_id
            sold = order._sold_categories().filtered(
                lambda one, goods=goods: are_related(goods, one)
            )
            holder = lead.partner_assigned_id.commercial_partner_id
            if not sold or holder in order._parties():
                continue
            facts[order].append(
                order._fact(
                    asked,
                    "quotation",
                    holder=holder,
                    other=order._seller(),
                    about=[order, lead],
                    proof=[
                        ("customer", names(order._end_customers())),
                        ("goods", names(sold)),
                        ("opportunity", lead.display_name),
                    ],
                    policy=asked.policy(order, sold),
                    lead_id=lead,
                    category_id=sold[:1],
                )
            )
        return facts

    def _claimed(self, records, domain: Domain):
        """Each order with each of these records that is about its end customer."""
        contacts = {order: order._end_contacts() for order in self}
        everybody = self.env["res.partner"].union(*contacts.values())
        by_claim = records._by_claim(everybody._claims(), domain)
        together = records.union(*by_claim.values()).ids
        for order, those in contacts.items():
            own = [by_claim[claim] for claim in those._claims() if claim in by_claim]
            for record in records.union(*own).sorted("id"):
                yield order, record.with_prefetch(together)

    def _fact(self, asked: Asked, kind: str, *, proof, **values: Any) -> Fact:
        """As of every contradiction of this order, however it was found."""
        return fact(
            kind,
            proof=[*proof, *self._solicitation_proof()],
            company=asked.company,
            activity=self._solicitation(),
            order_id=self,
            customer_id=self._end_customers()[:1],
            **values,
        )
