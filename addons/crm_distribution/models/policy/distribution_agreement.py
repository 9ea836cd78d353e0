from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.dates import written_day
from odoo.addons.crm_suite.tools.work import work_through

from ...channel.policy import Claim, Question, depth, lineage
from .res_partner import read_route_key

# A suspended agreement keeps its scope.
HELD = ("active", "suspended")


class DistributionAgreement(models.Model):
    """Which goods a partner may sell where, from when to when, alone or with others."""

    _name = "distribution.agreement"
    _description = "Channel Agreement"
    _inherit = [
        "distribution.scope.mixin",
        "mail.activity.mixin",
        "suite.company.mixin",
        "suite.protected.mixin",
        "suite.number.mixin",
        "suite.job.mixin",
    ]
    _jobs = {
        "crm_distribution.cron_give_notice",
        "crm_distribution.cron_renew_agreements",
        "crm_distribution.cron_ask_quotations",
    }
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
    document_ids = fields.Many2many(
        "ir.attachment",
        "distribution_agreement_document",
        string="Documents for the Partner",
        bypass_search_access=True,
        copy=False,
        help="What its people read and download in the portal, such as the signed "
        "agreement.",
    )
    note = fields.Html()
    decision = fields.Char("Deciding Policy", compute="_compute_decision")
    policy_id = fields.Many2one("distribution.policy", compute="_compute_decision")
    partner_active = fields.Boolean("Partner in Business", related="partner_id.active")

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

    @api.depends("company_id", "category_id", "territory_id", "date_from", "date_to")
    def _compute_decision(self):
        asked = self.filtered("date_from").filtered(lambda one: one._is_told())
        # sudo: why it may be exclusive is no secret to whoever sees it
        Policy = self.env["distribution.policy"].sudo()
        decisions = Policy._decide([agreement._question() for agreement in asked])
        found = dict(zip(asked, decisions, strict=True))
        for agreement in self:
            decision = found.get(agreement)
            agreement.policy_id = decision and decision.policy_id
            agreement.decision = decision and decision.sentence

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

    def write(self, vals):
        if {"date_to", "notice_days"}.isdisjoint(vals):
            return super().write(vals)
        # the notice was of another day
        self._check_protected(vals)
        agreements = self._as_system()
        return super(DistributionAgreement, agreements).write(
            {"noticed_on": False, **vals}
        )

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
        agreements._check_ready()
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

    def action_renew(self):
        """As long again as it says, from the day on which it would end."""
        self.check_access("write")
        for agreement in self:
            if agreement.state not in HELD or not agreement.date_to:
                raise UserError(
                    self.env._(
                        "%s has no end that could be put off.", agreement.display_name
                    )
                )
            # from the day after, or the end of a short month would stick
            after = agreement.date_to + timedelta(days=1)
            months = relativedelta(months=agreement.renewal_months)
            agreement.date_to = after + months - timedelta(days=1)

    @api.model
    def _cron_give_notice(self):
        work_through(
            self, self._notice_domain, lambda agreements: agreements._give_notice()
        )

    @api.model
    def _cron_renew(self):
        work_through(
            self, self._renewal_domain, lambda agreements: agreements._renew_by_date()
        )

    @api.model
    def _notice_domain(self) -> Domain:
        """Agreements whose responsible is to hear that they end."""
        return (
            Domain("state", "in", HELD)
            & Domain("noticed_on", "=", False)
            & self._by_day("notice_on")
        )

    @api.model
    def _renewal_domain(self) -> Domain:
        """Agreements on their last day that are renewed by themselves."""
        return (
            Domain("state", "in", HELD)
            & Domain("renewal", "=", "automatic")
            & self._by_day("date_to")
        )

    @api.model
    def _by_day(self, field_name: str) -> Domain:
        """Where a day has come, each company by its own calendar."""
        # sudo: the day where a company is
        companies = self.env["res.company"].sudo().search([])
        return Domain.OR(
            Domain("company_id", "in", ids) & Domain(field_name, "<=", day)
            for day, ids in companies.grouped(lambda one: one._today()).items()
        )

    def _give_notice(self) -> None:
        for agreement in self:
            words = {"day": written_day(self.env, agreement.date_to)}
            if agreement.renewal == "automatic":
                text = self.env._(
                    "Ends on %(day)s and is renewed on that day, unless you end it or "
                    "change how it is renewed.",
                    **words,
                )
            else:
                text = self.env._("Ends on %(day)s: renew it, or let it end.", **words)
            agreement._remind(text, agreement.date_to)
            agreement._as_system().write({"noticed_on": agreement.company_id._today()})

    def _renew_by_date(self) -> None:
        for agreement in self:
            try:
                with self.env.cr.savepoint():
                    agreement.action_renew()
            except ValidationError as error:
                # somebody else was promised the time after it
                agreement.renewal = "none"
                text = self.env._("Not renewed. %s", error.args[0])
                agreement._remind(text, agreement.date_to)

    def _remind(self, text: str, day: date) -> None:
        responsible = self.user_id | self.partner_id.user_id | self.create_uid
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            day,
            summary=text,
            user_id=(responsible.filtered("active") or self.env.user)[:1].id,
        )

    def _check_ready(self) -> None:
        """What stands against bringing these into force, as far as each goes alone."""
        for agreement in self:
            partner = agreement.partner_id
            if not partner.active:
                raise UserError(
                    self.env._(
                        "%(agreement)s: %(partner)s is archived.",
                        agreement=agreement.display_name,
                        partner=partner.display_name,
                    )
                )
            # sudo: by what partners are admitted, whoever activates
            policy = agreement.sudo().policy_id
            first_time = agreement.state == "draft"
            if first_time and policy.criterion_ids and policy.kind != "intensive":
                # sudo: as above
                admitted = self.env["distribution.admission"].sudo()
                if not admitted.search_count(
                    [
                        ("policy_id", "=", policy.id),
                        ("partner_id", "=", partner.id),
                        ("state", "=", "admitted"),
                    ],
                    limit=1,
                ):
                    raise UserError(
                        self.env._(
                            "%(agreement)s: “%(policy)s” asks for an admission, and "
                            "%(partner)s has none yet.",
                            agreement=agreement.display_name,
                            policy=policy.name,
                            partner=partner.display_name,
                        )
                    )

    @api.model
    def _in_scope(
        self, questions: Sequence[Question], paths: tuple[dict, dict] | None = None
    ) -> list[list[int]]:
        """The agreements in force for each of these goods, places and days.

        Exclusive ones first, then by closest category and territory, then by a key of
        the partner that is the same in every database.

        :param paths: those of the questions, from `_scope_paths`, if they are known
        """
        self.flush_model()
        Partner = self.env["res.partner"]
        Partner.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT agreement.id, agreement.partner_id, agreement.company_id,
                       coalesce(category.parent_path, ''),
                       coalesce(territory.parent_path, ''),
                       agreement.date_from, agreement.date_to, agreement.exclusive,
                       %(key)s
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
                key=Partner._route_key_sql(),
            )
        )
        by_scope = defaultdict(list)
        for id_, partner_id, company_id, category, territory, *facts in rows:
            start, end, alone, key = facts
            claim = Claim(id_, partner_id, category, territory, start, end)
            nearness = (not alone, -depth(category), -depth(territory))
            rank = (*nearness, read_route_key(key), start, id_)
            by_scope[company_id, category, territory].append((rank, claim))
        categories, territories = paths or self.env["distribution.policy"]._scope_paths(
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

    def _is_told(self) -> bool:
        """Whether its company's promises may be told: one may type another company."""
        self.ensure_one()
        company = self.company_id
        return bool(company) and (self.env.su or company in self.env.companies)

    def _restricts(self, sale: str) -> bool:
        """Whether others may not sell so where this is exclusive.

        :param sale: active, passive or unknown; what is not known is not active
        """
        self.ensure_one()
        return self.exclusive and (sale == "active" or not self.active_only)

    def _grade_pricelists(self, companies, company) -> tuple[dict, dict]:
        """Pricelists by partner: that of an agreement in force, and those of others.

        :param companies: commercial partners
        """
        today = company._today()
        # sudo: a price is for whoever sells
        agreements = self.sudo().search(
            Domain("partner_id", "in", companies.ids)
            & Domain("company_id", "=", company.id)
            & Domain("state", "!=", "draft")
            & Domain("grade_id.default_pricelist_id", "!=", False),
            order="date_from, id",
        )
        granted, lapsed = {}, {}
        for agreement in agreements:
            pricelist = agreement.grade_id.default_pricelist_id
            partner = agreement.partner_id.id
            if agreement.state == "active" and agreement._covers_day(today):
                granted[partner] = pricelist
            else:
                lapsed[partner] = lapsed.get(partner, pricelist) | pricelist
        return granted, lapsed

    def _question(self) -> Question:
        """What decides about it: its own scope, today or on its nearest day."""
        self.ensure_one()
        day = max(self.date_from, self.company_id._today())
        return Question(
            self.company_id.id,
            self.category_id.id,
            self.territory_id.id,
            min(day, self.date_to or day),
        )

    def _is_held(self) -> bool:
        """Whether it holds its scope."""
        self.ensure_one()
        return self.state in HELD

    @api.model
    def _held(self, company):
        """The agreements of a company that hold a scope."""
        return self.search([("company_id", "=", company.id), ("state", "in", HELD)])

    def _claim(self) -> Claim:
        self.ensure_one()
        return Claim(
            self._origin.id or 0,
            self.partner_id.id,
            self.category_id.parent_path or "",
            self.territory_id.parent_path or "",
            self.date_from,
            self.date_to or None,
        )
