from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.dates import written_day

from ...channel.policy import Claim, Excess, Question, depth, find_excess, lineage

# A suspended agreement keeps its scope.
HELD = ("active", "suspended")
SCOPE = {
    "partner_id",
    "company_id",
    "category_id",
    "territory_id",
    "date_from",
    "date_to",
    "exclusive",
    "state",
}
WAITING = "crm_distribution.exclusivity"


class DistributionAgreement(models.Model):
    """Which goods a partner may sell where, from when to when, alone or beside others.

    Of the exclusive ones, never more partners hold one scope at a time than the
    deciding policy has room for. That is looked at when all of a transaction is
    written, so that two adjoining agreements can be moved together; and in turns.
    """

    _name = "distribution.agreement"
    _description = "Channel Agreement"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "suite.company.mixin",
        "suite.protected.mixin",
        "suite.number.mixin",
    ]
    _order = "date_from desc, id desc"
    _company_links = {"partner_id", "grade_id"}
    # by its buttons alone
    _protected_fields = {"state", "noticed_on"}
    _number_limits = {"notice_days": (0, 1_000), "renewal_months": (1, 120)}

    partner_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        help="The company, not one of its contacts.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        tracking=True,
        help="Gets the notice before it expires.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("active", "Active"),
            ("suspended", "Suspended"),
            ("ended", "Ended"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    category_id = fields.Many2one(
        "product.category",
        "Product Category",
        index=True,
        ondelete="restrict",
        tracking=True,
        help="With the categories below it. Empty: all goods.",
    )
    territory_id = fields.Many2one(
        "distribution.territory",
        "Territory",
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="With the territories below it. Empty: everywhere.",
    )
    level_id = fields.Many2one("distribution.level", "Sells As", ondelete="restrict")
    exclusive = fields.Boolean(
        tracking=True, help="Nobody else may be promised the same for that time."
    )
    active_only = fields.Boolean(
        "Active Sales Only",
        default=True,
        tracking=True,
        help="Others may not advertise or visit customers there, but may serve those "
        "who come by themselves.",
    )
    grade_id = fields.Many2one(
        "res.partner.grade",
        "Partner Level",
        ondelete="restrict",
        tracking=True,
        help="Its pricelist is the partner's for as long as the agreement is in force.",
    )
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: self.env.company._today(),
        tracking=True,
    )
    date_to = fields.Date(
        "To", tracking=True, help="The last day. Empty: until it is ended."
    )
    notice_days = fields.Integer("Notice (Days)", default=30)
    notice_on = fields.Date(compute="_compute_notice_on", store=True, index=True)
    noticed_on = fields.Date("Notice Given On", readonly=True, copy=False)
    renewal = fields.Selection(
        [("none", "By hand"), ("automatic", "By itself")],
        default="none",
        required=True,
        tracking=True,
    )
    renewal_months = fields.Integer("Renewed for (Months)", default=12)
    term_ids = fields.One2many("distribution.agreement.term", "agreement_id", "Terms")
    note = fields.Html()

    _date_to_range = models.Constraint(
        "CHECK (date_to >= date_from OR state = 'ended')",
        "The last day lies before the first.",
    )

    @api.depends("date_to", "notice_days")
    def _compute_notice_on(self):
        for agreement in self:
            days = agreement.notice_days
            agreement.notice_on = agreement.date_to and fields.Date.subtract(
                agreement.date_to, days=days
            )

    @api.depends("partner_id", "category_id", "territory_id")
    def _compute_display_name(self):
        for agreement in self:
            agreement.display_name = self.env._(
                "%(partner)s: %(goods)s, %(place)s",
                partner=agreement.partner_id.display_name or "",
                goods=agreement.category_id.display_name or self.env._("all goods"),
                place=agreement.territory_id.display_name or self.env._("everywhere"),
            )

    @api.constrains("partner_id")
    def _check_partner(self):
        for agreement in self:
            company = agreement.partner_id.commercial_partner_id
            if agreement.partner_id != company:
                raise ValidationError(
                    self.env._(
                        "“%(contact)s” is a contact: agree with “%(company)s”.",
                        contact=agreement.partner_id.display_name,
                        company=company.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        agreements = super().create(vals_list)
        agreements._guard_exclusivity()
        return agreements

    def write(self, vals):
        if SCOPE.isdisjoint(vals):
            return super().write(vals)
        before = self._claims()
        res = super().write(vals)
        # what only gives up a part of its scope takes nothing from anybody
        grown = [
            id_
            for id_, claim in self._claims().items()
            if id_ not in before or not claim.within(before[id_])
        ]
        self.browse(grown)._guard_exclusivity()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        if agreed := self.filtered(lambda agreement: agreement.state != "draft"):
            raise UserError(
                self.env._("“%s” was in force: end it instead.", agreed[0].display_name)
            )

    def action_activate(self):
        """Into force, for the first time or again."""
        self.check_access("write")
        agreements = self.filtered(lambda one: one.state in ("draft", "suspended"))
        agreements._as_system().write({"state": "active"})

    def action_suspend(self):
        """It gets no leads for now, and keeps its scope."""
        self.check_access("write")
        agreements = self.filtered(lambda agreement: agreement.state == "active")
        agreements._as_system().write({"state": "suspended"})

    def action_end(self):
        """For good: its scope is free from now on."""
        self.check_access("write")
        for agreement in self.filtered(lambda agreement: agreement.state in HELD):
            today = agreement.company_id._today()
            last = min(agreement.date_to or today, today)
            agreement._as_system().write({"state": "ended", "date_to": last})

    @api.model
    def _in_scope(self, questions: Sequence[Question]) -> list[list[int]]:
        """The agreements in force for each of these goods, places and days.

        Exclusive ones first, then by closest category and territory, then by a key of
        the partner that is the same in every database.
        """
        self.flush_model()
        self.env["res.partner"].flush_model(["active"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT agreement.id, agreement.partner_id, agreement.company_id,
                       coalesce(category.parent_path, ''),
                       coalesce(territory.parent_path, ''),
                       agreement.date_from, agreement.date_to, agreement.exclusive
                  FROM distribution_agreement agreement
                  JOIN res_partner partner
                    ON partner.id = agreement.partner_id AND partner.active
                  LEFT JOIN product_category category
                    ON category.id = agreement.category_id
                  LEFT JOIN distribution_territory territory
                    ON territory.id = agreement.territory_id
                 WHERE agreement.state = 'active'
                   AND agreement.company_id = ANY(%(companies)s)
                """,
                companies=list({question.company_id for question in questions}),
            )
        )
        partners = self.env["res.partner"].browse({row[1] for row in rows})
        keys = partners._route_keys()
        by_scope = defaultdict(list)
        for id_, partner_id, company_id, category, territory, start, end, alone in rows:
            claim = Claim(id_, partner_id, category, territory, start, end)
            nearness = (not alone, -depth(category), -depth(territory))
            rank = (*nearness, keys[partner_id], start, id_)
            by_scope[company_id, category, territory].append((rank, claim))
        categories, territories = self.env["distribution.policy"]._scope_paths(
            questions
        )
        answers = {}
        for question in set(questions):
            category = categories[question.category_id]
            territory = territories[question.territory_id]
            answers[question] = [
                claim.id
                for _rank, claim in sorted(
                    (rank, claim)
                    for wide in lineage(category)
                    for area in lineage(territory)
                    for rank, claim in by_scope.get(
                        (question.company_id, wide, area), ()
                    )
                    if claim.holds(category, territory, question.day)
                )
            ]
        return [answers[question] for question in questions]

    def _quotas_on(self, day: date) -> dict[int, int]:
        """How many leads may be open under these agreements; 0 where nothing limits."""
        terms = self.env["distribution.agreement.term"].search_fetch(
            Domain("agreement_id", "in", self.ids) & Domain("date_from", "<=", day),
            ["agreement_id", "quota"],
            order="date_from, id",
        )
        quotas = dict.fromkeys(self.ids, 0)
        return quotas | {term.agreement_id.id: term.quota for term in terms}

    @api.model
    def _of_tree(self, field_name: str, records: models.BaseModel):
        """Agreements whose scope is one of these or below."""
        # sudo: to keep promises, not to show them
        return self.sudo().search([(field_name, "child_of", records.ids)])

    def _claims(self) -> dict[int, Claim]:
        """What these hold exclusively, by id."""
        # sudo: others' promises count as well
        return {
            agreement.id: Claim(
                agreement.id,
                agreement.partner_id.id,
                agreement.category_id.parent_path or "",
                agreement.territory_id.parent_path or "",
                agreement.date_from,
                agreement.date_to or None,
            )
            for agreement in self.sudo()
            if agreement.exclusive and agreement.state in HELD
        }

    def _guard_exclusivity(self) -> None:
        """Have these looked at when the transaction has written everything."""
        held = self._claims()
        if not held:
            return
        precommit = self.env.cr.precommit
        if WAITING not in precommit.data:
            precommit.data[WAITING] = set()
            precommit.add(self.browse()._check_waiting)
        precommit.data[WAITING].update(held)

    def _check_waiting(self) -> None:
        waiting = self.env.cr.precommit.data.pop(WAITING, set())
        self.browse(sorted(waiting)).exists()._check_exclusivity()

    def _check_exclusivity(self) -> None:
        """Never more partners than the deciding policy has room for.

        One turn a company: an agreement on all goods meets those of every category,
        also of one that somebody makes at the same moment.
        """
        # sudo: others' promises count as well
        claims = self._claims()
        agreements = self.sudo().browse(claims)
        companies = agreements.company_id
        self.env["suite.turn"]._take(
            f"distribution agreement {company.id}" for company in companies
        )
        book = self.env["distribution.policy"]._rulebook(companies.ids)
        for company, ours in agreements.grouped("company_id").items():
            held = self.sudo().search(
                [
                    ("company_id", "=", company.id),
                    ("exclusive", "=", True),
                    ("state", "in", HELD),
                ]
            )
            others = held._claims().values()
            for agreement in ours:
                excess = find_excess(claims[agreement.id], others, book, company.id)
                if excess:
                    raise ValidationError(agreement._excess_in_words(excess))

    def _excess_in_words(self, excess: Excess) -> str:
        others = self.browse(claim.id for claim in excess.others)
        return self.env._(
            "“%(agreement)s” cannot be exclusive: on %(day)s there is room for %(room)s, "
            "and it is held by %(others)s.",
            agreement=self.display_name,
            day=written_day(self.env, excess.day),
            room=excess.room,
            others=", ".join(f"“{other.display_name}”" for other in others),
        )
