from collections.abc import Iterator
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, ormcache

from odoo.addons.crm_suite.tools.conditions import BAD_CONDITION

from .program_words import (
    ARM_GROUP,
    CONTACT_MEDIA,
    KINDS,
    MEDIUMS,
    NUMBER_LIMITS,
    OFFERS,
    STATES,
)

# What the two arms are compared by: fixed as soon as there are members.
FIXED_FIELDS = {
    "kind",
    "control_share",
    "window_days",
    "target_product_ids",
    "target_categ_ids",
}


class CrmCustomerProgram(models.Model):
    """Who shall be won, kept, won back or sold more to, how, and what it brought.

    A program enrols its segment's customers, holds a share of them back by a draw that
    is made once, touches the others, and compares what both buy in the same time.
    """

    _name = "crm.customer.program"
    _description = "Campaign"
    _inherit = [
        "mail.thread",
        "suite.company.mixin",
        "suite.condition.mixin",
        "suite.number.mixin",
        "suite.job.mixin",
    ]
    _jobs = {
        "crm_loyalty.cron_enrol_members",
        "crm_loyalty.cron_touch_members",
        "crm_loyalty.cron_measure_programs",
    }
    _order = "state desc, date_start desc, id desc"
    # written by the program's own actions and jobs alone
    _protected_fields = {
        "state",
        "halt_reason",
        "draw_key",
        "spent",
        "enrolled_on",
        "mailing_id",
    }
    # who is enrolled by later runs
    _condition_fields = {"kind", "segment_id", "exclude_segment_ids", "lead_domain"}
    _company_links = {"loyalty_program_id", "payment_term_id", "target_product_ids"}
    _number_limits = NUMBER_LIMITS

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    kind = fields.Selection(KINDS, "Goal", required=True, default="retention")
    state = fields.Selection(
        STATES, required=True, readonly=True, default="draft", copy=False, tracking=True
    )
    halt_reason = fields.Char(
        readonly=True, copy=False, help="Why the campaign paused by itself."
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Makes the calls for customers without a salesperson.",
    )

    segment_id = fields.Many2one(
        "crm.customer.segment",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    exclude_segment_ids = fields.Many2many(
        "crm.customer.segment",
        string="Leave Out",
        ondelete="restrict",
        check_company=True,
    )
    leave_out_running = fields.Boolean(
        "Leave Out Members of Other Campaigns",
        default=True,
        help="Who is in another campaign now, in either arm: two campaigns at once "
        "spoil the comparison of both.",
    )
    lead_domain = fields.Char("Leads", help="Open leads that are enrolled too.")
    target_product_ids = fields.Many2many(
        "product.product",
        "crm_customer_program_product_rel",
        string="Products to Sell",
        ondelete="restrict",
    )
    target_categ_ids = fields.Many2many(
        "product.category",
        "crm_customer_program_category_rel",
        string="Categories to Sell",
        ondelete="restrict",
        help="With the categories below them.",
    )

    offer = fields.Selection(OFFERS, required=True, default="none")
    loyalty_program_id = fields.Many2one(
        "loyalty.program",
        "Coupon Program",
        domain="[('program_type', '=', 'coupons'),"
        " '|', ('company_id', '=', False), ('company_id', 'parent_of', company_id)]",
        ondelete="restrict",
        help="Each member who is contacted gets a coupon of his own.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        domain="['|', ('company_id', '=', False),"
        " ('company_id', 'parent_of', company_id)]",
        ondelete="restrict",
        help="Quotations to a member have these terms until the offer ends.",
    )
    tier_id = fields.Many2one(
        "loyalty.tier",
        ondelete="restrict",
        check_company=True,
        help="Each member who is contacted is invited to it until the offer ends.",
    )
    offer_days = fields.Integer("Offer Lasts (Days)", default=30)
    offer_cost = fields.Monetary(
        "Cost of an Offer",
        help="What it costs beyond the discount, which the margin of the orders bears "
        "already: a gift, the wait for the payment.",
    )

    medium = fields.Selection(MEDIUMS, required=True, default="email")
    subject = fields.Char(help="Of the e-mail, or what the call is about.")
    message = fields.Html(help="What the customer reads.")
    script = fields.Html(help="What to say, for the salesperson.")
    mailing_id = fields.Many2one(
        "mailing.mailing",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    touch_cost = fields.Monetary(
        "Cost of a Contact", help="Postage, or the time that a call takes."
    )
    reminder_days = fields.Integer(
        "Remind Once After (Days)",
        help="Who has not responded by then is contacted again; 0 means never.",
    )

    date_start = fields.Date(
        "From", required=True, default=lambda self: self.env.company._today()
    )
    date_end = fields.Date("To", help="Nobody is contacted after this day.")
    recurring = fields.Boolean(
        "Enrol Every Night",
        default=True,
        help="Whoever comes into the segment later is enrolled too.",
    )
    budget = fields.Monetary(help="0 means no limit.")
    spent = fields.Monetary(readonly=True, copy=False)
    control_share = fields.Float(
        "Control Group",
        default=0.10,
        help="This share is not contacted, to see what these customers do anyway.",
    )
    window_days = fields.Integer(
        "Observe (Days)",
        default=90,
        help="What a member buys in so many days from enrolment counts, in either arm.",
    )
    # with it anybody could draw for himself, and know who is held back
    draw_key = fields.Char(
        readonly=True,
        copy=False,
        required=True,
        default=lambda self: uuid4().hex,
        groups=ARM_GROUP,
    )

    member_ids = fields.One2many("crm.customer.program.member", "program_id")
    enrolled_on = fields.Date(
        "Last Enrolment", readonly=True, copy=False, help="Day on which it was done."
    )
    problem = fields.Char(
        compute="_compute_problem", help="Why the campaign cannot run as it is."
    )
    nobody_words = fields.Char("Why Nobody", compute="_compute_nobody_words")

    _control_share_range = models.Constraint(
        "CHECK (control_share >= 0 AND control_share <= 0.5)",
        "A control group has between 0 and 50 %.",
    )
    _period_range = models.Constraint(
        "CHECK (date_start <= date_end)", "The campaign ends before it begins."
    )
    _days_range = models.Constraint(
        "CHECK (window_days BETWEEN 1 AND 1000 AND offer_days BETWEEN 1 AND 1000"
        " AND reminder_days BETWEEN 0 AND 1000)",
        "Observe and offer for 1 to 1,000 days; remind after at most 1,000.",
    )
    _costs_range = models.Constraint(
        "CHECK (touch_cost >= 0 AND offer_cost >= 0 AND budget >= 0)",
        "Costs and budget cannot be negative.",
    )
    _spent_range = models.Constraint(
        "CHECK (coalesce(budget, 0) = 0 OR coalesce(spent, 0) <= budget)",
        "More than that has been spent already.",
    )

    @api.depends(
        "condition_user_id",
        "exclude_segment_ids",
        "kind",
        "lead_domain",
        "loyalty_program_id.active",
        "mailing_id",
        "medium",
        "message",
        "offer",
        "payment_term_id.active",
        "segment_id.active",
        "state",
        "subject",
        "target_categ_ids",
        "target_product_ids",
        "tier_id.program_id.state",
    )
    def _compute_problem(self):
        for program in self:
            problem = ""
            if program.state in ("running", "paused"):
                problem = next(iter(program._problems()), "")
            program.problem = problem

    @api.depends("state", "enrolled_count", "segment_id", "medium")
    def _compute_nobody_words(self):
        """For a form: a few queries, and none once somebody is enrolled."""
        for program in self:
            waits = program.state == "running" and not program.enrolled_count
            program.nobody_words = program._say_why_nobody() if waits else False

    @api.constrains("segment_id", "exclude_segment_ids")
    def _check_circular(self):
        for program in self:
            if problem := program._circular_problem():
                raise ValidationError(problem)

    @api.constrains("subject")
    def _check_subject(self):
        """Odoo evaluates what stands in double braces; the jobs do so as superuser."""
        if any("{{" in (program.subject or "") for program in self):
            raise ValidationError(self.env._("A subject has no placeholders."))

    @api.model_create_multi
    def create(self, vals_list):
        programs = super().create(vals_list)
        if "payment_term" in programs.mapped("offer"):
            self._tell_offers()
        return programs

    def write(self, vals):
        if FIXED_FIELDS.intersection(vals):
            self._check_fixed(vals)
        res = super().write(vals)
        if vals.get("offer") == "payment_term":
            self._tell_offers()
        return res

    @api.model
    @ormcache()
    def _any_offers_terms(self) -> bool:
        """Whether any has offered terms of payment: else orders look for none."""
        # sudo: of any company; it only spares everybody work
        programs = self.sudo().with_context(active_test=False)
        return bool(programs.search_count([("offer", "=", "payment_term")], limit=1))

    def _tell_offers(self) -> None:
        """Whoever has looked looks again, once more when it is there to be seen."""
        self.env.registry.clear_cache()
        self.env.cr.postcommit.add(self.env.registry.clear_cache)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if any(program.state != "draft" for program in self):
            raise UserError(
                self.env._("A campaign that has run is archived, not deleted.")
            )

    def action_start(self):
        """Run; the first customers are enrolled at once, the rest by the job."""
        self._check_step("draft")
        for program in self:
            if problem := next(program._problems(), None):
                raise UserError(problem)
            # sudo: all customers of the segment belong in, whoever starts it
            started = program.sudo()
            started._prepare_medium()
            started.write({"state": "running", "halt_reason": False})
            if started.date_start <= started.company_id._today():
                started._enrol_step()
        self._wake("cron_enrol_members", "cron_touch_members")

    def action_pause(self):
        self._check_step("running")
        # sudo: the state is written by actions alone
        self.sudo().write({"state": "paused", "halt_reason": False})

    def action_resume(self):
        self._check_step("paused")
        for program in self:
            if problem := next(program._problems(), None):
                raise UserError(problem)
        # sudo: the state is written by actions alone
        self.sudo().write({"state": "running", "halt_reason": False})
        self._wake("cron_enrol_members", "cron_touch_members")

    def action_finish(self):
        """Touch nobody any more; who is in is observed to the end."""
        self._check_step("running", "paused")
        # sudo: the state is written by actions alone
        self.sudo().write({"state": "done", "halt_reason": False})

    def action_take_over_conditions(self):
        """Answer for whom the program enrols, in place of whoever chose them."""
        self.check_access("write")
        for program in self:
            program._take_conditions_over()
            if problem := next(program._whom_problems(), None):
                raise UserError(problem)

    def action_open_mailing(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "mailing.mailing",
            "res_id": self.mailing_id.id,
            "view_mode": "form",
        }

    def _held_back_among(
        self, addresses: set[str], name: str = "email_normalized"
    ) -> set[str]:
        """Of some addresses those of the control group."""
        return self._members_among(addresses, ("control",), name)

    def _members_among(
        self,
        addresses: set[str],
        arms=("treated", "control"),
        name: str = "email_normalized",
    ) -> set[str]:
        """Of some addresses those of these programs' members.

        :param name: of the field that has such addresses
        """
        if not (self and addresses):
            return set()
        rows = self.env.execute_query(
            SQL(
                "SELECT address FROM (%s) known WHERE address = ANY(%s) AND arm IN %s",
                self.env["crm.customer.program.member"]._addresses_sql(self, name),
                list(addresses),
                arms,
            )
        )
        return {address for (address,) in rows}

    def _check_step(self, *states: str) -> None:
        """The right to run programs, and one step at a time."""
        self.check_access("write")
        self.lock_for_update(allow_referencing=True)
        if any(program.state not in states for program in self):
            raise UserError(
                self.env._("The campaign has moved on meanwhile: look at it again.")
            )

    def _wake(self, *names: str) -> None:
        for name in names:
            # sudo: whoever runs a program may have its job begin
            self.env.ref(f"crm_loyalty.{name}").sudo()._trigger()

    def _halt(self, reason: str) -> None:
        """A stop that the program made itself, with its reason; nothing is lost."""
        self.write({"state": "paused", "halt_reason": reason})
        self._message_log(body=reason)

    def _check_fixed(self, vals: dict) -> None:
        """Members enrolled under another rule could not be compared with later ones."""
        self.check_access("write")
        # sudo: whoever may write the program need not see all its members
        for program in self.sudo().filtered("member_ids"):
            for name in FIXED_FIELDS & vals.keys():
                if program._differs(name, vals[name]):
                    raise AccessError(
                        self.env._(
                            "“%(field)s” cannot change once customers are enrolled: "
                            "make a copy of the campaign.",
                            field=self._fields[name]._description_string(self.env),
                        )
                    )

    def _problems(self) -> Iterator[str]:
        """Hook: asked at the start and every time the program is about to act."""
        self.ensure_one()
        yield from self._whom_problems()
        yield from self._offer_problems()
        yield from self._medium_problems()
        if problem := self._circular_problem():
            yield problem

    def _whom_problems(self) -> Iterator[str]:
        if self.kind == "acquisition":
            if not (self.segment_id or self._has_leads()):
                yield self.env._("Say whom to win: choose a segment or leads.")
        elif not self.segment_id:
            yield self.env._("Say for whom the campaign is: choose a segment.")
        if self.kind == "cross_sell" and not (
            self.target_product_ids or self.target_categ_ids
        ):
            yield self.env._("Say what to sell: choose products or categories.")
        try:
            author = self._condition_env()
        except UserError as error:
            yield str(error)
            return
        for segment in self.segment_id | self.exclude_segment_ids:
            if segment.company_id != self.company_id:
                yield self.env._(
                    "Segment “%(segment)s” is of another company.", segment=segment.name
                )
                continue
            try:
                with self.env.cr.savepoint():
                    asked = segment.with_env(author)._customers_domain()
                    author["res.partner"].search(asked, limit=1)
            except UserError as error:
                yield str(error)
            except BAD_CONDITION as error:
                yield segment._domain_problem(error)
        if self._has_leads():
            try:
                with self.env.cr.savepoint():
                    asked = self.with_env(author)._leads_domain()
                    author["crm.lead"].search(asked, limit=1)
            except UserError as error:
                yield str(error)
            except BAD_CONDITION as error:
                yield self.env._(
                    "The conditions on leads cannot be evaluated: %(reason)s",
                    reason=str(error),
                )

    def _offer_problems(self) -> Iterator[str]:
        if self.offer == "discount":
            offer = self.loyalty_program_id
            if not offer:
                yield self.env._("Choose the coupon program of the offer.")
            elif not offer.active:
                yield self.env._(
                    "The coupon program “%(offer)s” was archived.", offer=offer.name
                )
            elif offer.date_to and offer.date_to < self.company_id._value_cutoff_date():
                yield self.env._(
                    "The coupon program “%(offer)s” has ended.", offer=offer.name
                )
            elif problem := self._rate_problem(offer.currency_id):
                yield problem
        if self.offer == "payment_term":
            terms = self.payment_term_id
            if not terms:
                yield self.env._("Choose the payment terms to offer.")
            elif not terms.active:
                yield self.env._(
                    "The payment terms “%(terms)s” were archived.", terms=terms.name
                )

        if self.offer == "tier":
            if not self.tier_id:
                yield self.env._("Choose the tier to invite to.")
            elif self.tier_id.program_id.state != "published":
                yield self.env._(
                    "Publish “%(tiers)s” before you invite to it.",
                    tiers=self.tier_id.program_id.name,
                )

    def _rate_problem(self, currency) -> str:
        """Odoo takes a currency without a rate one for one."""
        if not currency or currency == self.company_id.currency_id:
            return ""
        rates = self.env["res.currency.rate"].search_count(
            [
                ("currency_id", "=", currency.id),
                ("company_id", "in", [False, self.company_id.root_id.id]),
            ],
            limit=1,
        )
        if rates:
            return ""
        return self.env._(
            "The offer is in %(currency)s, which has no exchange rate: enter one.",
            currency=currency.name,
        )

    def _medium_problems(self) -> Iterator[str]:
        if self.medium == "email" and not self.mailing_id:
            if not self.subject:
                yield self.env._("Write a subject for the e-mail.")
            if not self._has_text(self.message):
                yield self.env._("Write what the e-mail says.")
        if self.medium in ("call", "meeting") and not self.user_id.active:
            yield self.env._(
                "Name who is responsible, for customers without a salesperson."
            )
        if self.medium == "portal" and not self._has_text(self.message):
            yield self.env._("Write what the customer reads in the portal.")

    @staticmethod
    def _has_text(html) -> bool:
        return bool(html and html.striptags().strip())

    def _has_leads(self) -> bool:
        return self.kind == "acquisition" and bool((self.lead_domain or "").strip())

    def _circular_problem(self) -> str:
        """Whether who comes in depends on who is in, directly or through others."""
        circle = self.env._(
            "The segments of “%(program)s” depend on its own members: the campaign "
            "would turn in a circle.",
            program=self.name,
        )
        asked, new = self.browse(), self
        while new:
            segments = new.segment_id | new.exclude_segment_ids
            named = segments._programs_asked()
            # of whichever program: of this one too
            if named is None or self._origin in named:
                return circle
            asked |= new
            new = named - asked
        return ""

    def _say_why_nobody(self) -> str:
        if self.segment_id.problem:
            return self.segment_id.problem
        customers = self.segment_id.member_count
        if not customers:
            return self.env._(
                "Nobody is in the segment yet. Whoever comes in is enrolled by night."
            )
        medium = self._contact_media()[self.medium]
        partners = self.env["res.partner"]
        reachable = partners.search_count(
            self.segment_id._customers_domain()
            & partners._may_contact_domain(medium, "marketing")
        )
        found = {
            "customers": customers,
            "medium": dict(self._fields["medium"]._description_selection(self.env))[
                self.medium
            ],
        }
        if not reachable:
            return self.env._(
                "The segment has customers: %(customers)s. None of them may be reached "
                "by “%(medium)s”. Choose another medium, or help them to be reached.",
                **found,
            )
        return self.env._(
            "The segment has customers: %(customers)s. Those who may be reached are in "
            "another campaign now, are excluded, or better get no offer.",
            **found,
        )

    @api.model
    def _contact_media(self) -> dict[str, str]:
        """Hook: what each medium of a program needs to be known and allowed."""
        return CONTACT_MEDIA
