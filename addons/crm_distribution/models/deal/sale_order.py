from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.dates import written_day
from odoo.addons.crm_suite.tools.work import work_through

from ...channel import conflict
from ...channel.conflict import Fact
from ...channel.policy import Question
from .conflict_facts import are_related, fact, names


class SaleOrder(models.Model):
    """Asked before it is confirmed: does it contradict what others were promised?"""

    _inherit = "sale.order"

    distribution_solicitation = fields.Selection(
        [
            (conflict.ACTIVE, "Active"),
            (conflict.PASSIVE, "Passive"),
            (conflict.UNKNOWN, "Not Known"),
        ],
        "Solicitation",
        default=conflict.UNKNOWN,
        required=True,
        copy=False,
        help="Passive: the customer came unasked, with evidence. Active: the customer "
        "was approached. It counts where somebody else has exclusive rights.",
    )
    distribution_evidence = fields.Char(
        "Evidence",
        copy=False,
        help="What shows that the customer came unasked, such as the day of the mail. "
        "Without it, the sale does not count as passive.",
    )
    distribution_asked_on = fields.Datetime(readonly=True, copy=False)
    distribution_conflict_ids = fields.One2many(
        "distribution.conflict",
        "order_id",
        "Channel Conflicts",
        groups="crm_distribution.group_channel_user",
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
        lines = []
        for order in self:
            facts = order._channel_facts()[order]
            self.env["distribution.conflict"]._report(facts)
            lines += order._describe(facts)
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

    def _refusal(self, blocking: list[Fact]) -> str:
        return "\n".join(
            [
                self.env._("%s cannot be confirmed:", self.name),
                *self._describe(blocking),
                self.env._(
                    "“Ask the Channel” records the conflict; a channel manager may "
                    "override it with a reason."
                ),
            ]
        )

    def _describe(self, facts: list[Fact]) -> list[str]:
        labels = self.env["distribution.conflict"]._proof_labels()
        # sudo: whoever sells is told in words what the promise is
        partners = self.env["res.partner"].sudo()
        return [
            "{}: {}".format(
                partners.browse(dict(one.links)["partner_id"]).display_name,
                "; ".join(
                    f"{labels.get(name, name)} {text}" for name, text in one.proof
                ),
            )
            for one in facts
        ]

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
        held = registrations._protecting(
            company, customers, customers._match_keys(), company._today()
        )
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
        """What each of these contradicts today."""
        facts = defaultdict(list, {order: [] for order in self})
        for company, orders in self.grouped("company_id").items():
            if not self._has_promises(company):
                continue
            # sudo: whoever sells need not see promises
            inside = orders.sudo()
            territories = inside.partner_shipping_id._distribution_territories(company)
            for order, own in zip(
                inside, inside._agreement_facts(company, territories), strict=True
            ):
                found = [*own, *order._deal_facts(company), *order._lead_facts(company)]
                facts[order.sudo(False)] += found
        return dict(facts)

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

    def _agreement_facts(self, company, territories) -> list[list[Fact]]:
        """Exclusive rights at the place of delivery, and deliveries to elsewhere."""
        day = company._today()
        asked = [
            (order, category, Question(company.id, category.id, place.id, day))
            for order in self
            for category in order._sold_categories()
            for place in [territories[order.partner_shipping_id.id]]
        ]
        if not asked:
            return [[] for _order in self]
        agreements = self.env["distribution.agreement"]
        policies = self.env["distribution.policy"]
        questions = [question for _order, _category, question in asked]
        covering = defaultdict(lambda: agreements)
        goods = defaultdict(lambda: self.env["product.category"])
        deciding = defaultdict(lambda: policies)
        for (order, category, _question), ids, decision in zip(
            asked,
            agreements._in_scope(questions),
            policies._decide(questions),
            strict=True,
        ):
            found = agreements.browse(ids)
            covering[order] |= found
            alone = found.filtered("exclusive")
            if alone.partner_id & order._parties():
                continue
            for agreement in alone:
                goods[order, agreement] |= category
                deciding[order, agreement] |= policies.browse(decision.policy_id or ())
        facts = defaultdict(list)
        for (order, agreement), categories in goods.items():
            # where one of them forbids, the order as a whole cannot go on
            policy = deciding[order, agreement].sorted("conflict_handling")[:1]
            facts[order].append(
                order._exclusive_fact(
                    company, territories, agreement, categories, policy
                )
            )
        return [
            facts[order]
            or order._elsewhere_facts(company, territories, covering[order])
            for order in self
        ]

    def _exclusive_fact(self, company, territories, agreement, categories, policy):
        """Somebody else sells here alone."""
        seller = self._seller()
        place = territories[self.partner_shipping_id.id]
        return fact(
            "delivery" if seller else "quotation",
            holder=agreement.partner_id,
            other=seller,
            about=[self, agreement],
            proof=[
                *self._place_proof(place, categories),
                ("promise", agreement.display_name),
            ],
            company=company,
            policy=policy,
            activity=self._solicitation(),
            severity=conflict.HIGH,
            restricts=agreement._restricts(self._solicitation()),
            agreement_id=agreement,
            order_id=self,
            customer_id=self._end_customers()[:1],
            territory_id=place,
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
            *self._solicitation_proof(),
        ]

    def _elsewhere_facts(self, company, territories, covering) -> list[Fact]:
        """An intermediary has goods delivered to where it was promised nothing."""
        seller = self._seller()
        if not seller or seller in covering.partner_id:
            return []
        own = self.env["distribution.agreement"].search(
            [
                ("partner_id", "=", seller.id),
                ("company_id", "=", company.id),
                ("state", "=", "active"),
                ("territory_id", "!=", False),
            ]
        )
        categories = self._sold_categories()
        own = own.filtered(
            lambda one: any(are_related(one.category_id, c) for c in categories)
        )
        if not own:
            return []
        place = territories[self.partner_shipping_id.id]
        return [
            fact(
                "delivery",
                holder=seller,
                other=seller.browse(),
                own=False,
                about=[self, seller],
                proof=[
                    *self._place_proof(place, categories),
                    ("promise", names(own.territory_id)),
                ],
                company=company,
                activity=self._solicitation(),
                severity=conflict.LOW,
                agreement_id=own[:1],
                order_id=self,
                customer_id=self._end_customers()[:1],
                territory_id=place,
                category_id=categories[:1],
            )
        ]

    def _deal_facts(self, company) -> list[Fact]:
        """Deals of intermediaries that are protected today."""
        customers = self._end_customers()
        if not customers:
            return []
        categories = self._sold_categories()
        contacts = (self.partner_id | self.partner_shipping_id).filtered(
            lambda one: one.commercial_partner_id in customers
        )
        keys = (customers | contacts)._match_keys()
        held = self.env["distribution.registration"]._protecting(
            company, customers, keys, company._today()
        )
        parties = self._parties()
        facts = []
        for registration in held:
            sold = categories.filtered(
                lambda one, deal=registration: one.parent_path.startswith(
                    deal.category_id.parent_path
                )
            )
            if not sold or registration.partner_id in parties:
                continue
            facts.append(
                fact(
                    "quotation",
                    holder=registration.partner_id,
                    other=self._seller(),
                    about=[self, registration],
                    proof=[
                        ("customer", names(customers)),
                        ("goods", names(sold)),
                        ("promise", registration.display_name),
                        *self._solicitation_proof(),
                    ],
                    company=company,
                    policy=self._deciding_policy(company, sold),
                    activity=self._solicitation(),
                    severity=conflict.HIGH,
                    registration_id=registration,
                    order_id=self,
                    customer_id=customers[:1],
                    category_id=sold[:1],
                    territory_id=registration.territory_id,
                )
            )
        return facts

    def _deciding_policy(self, company, categories):
        place = self.partner_shipping_id._distribution_territories(company)
        territory = place[self.partner_shipping_id.id]
        policies = self.env["distribution.policy"]
        questions = [
            Question(company.id, category.id, territory.id, company._today())
            for category in categories
        ]
        found = policies.browse(
            decision.policy_id
            for decision in policies._decide(questions)
            if decision.policy_id
        )
        return found.sorted("conflict_handling")[:1]

    def _lead_facts(self, company) -> list[Fact]:
        """Leads of this customer that an intermediary has taken."""
        customers = self._end_customers()
        taken = self.env["crm.lead"].search(
            Domain("partner_assigned_id", "!=", False)
            & Domain("partner_id.commercial_partner_id", "in", customers.ids)
            & Domain("won_status", "=", "pending")
            & Domain("company_id", "in", [company.id, False])
        )
        categories = self._sold_categories()
        parties = self._parties()
        facts = []
        for lead in taken:
            goods = lead.distribution_category_id
            sold = categories.filtered(lambda one, goods=goods: are_related(goods, one))
            holder = lead.partner_assigned_id.commercial_partner_id
            if not sold or holder in parties:
                continue
            facts.append(
                fact(
                    "quotation",
                    holder=holder,
                    other=self._seller(),
                    about=[self, lead],
                    proof=[
                        ("customer", names(customers)),
                        ("goods", names(sold)),
                        ("opportunity", lead.display_name),
                        *self._solicitation_proof(),
                    ],
                    company=company,
                    activity=self._solicitation(),
                    lead_id=lead,
                    order_id=self,
                    customer_id=customers[:1],
                    category_id=sold[:1],
                )
            )
        return facts
