from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

from psycopg2.errors import ExclusionViolation, UniqueViolation

from odoo import api, fields, models, tools
from odoo.exceptions import ConcurrencyError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, formatLang

from odoo.addons.crm_suite.tools.work import work_through

from ...tiers import (
    Change,
    Ending,
    Judge,
    Ladder,
    Reason,
    Rules,
    Standing,
    Tier,
    Window,
    add_months,
    invite,
)
from .tier_words import MEASURES, progress_sentences

BATCH_SIZE = 1_000
# What memberships were decided by: may not change under them.
DECIDED_BY = {"measure", "point_program_ids"}


class AmountMissing(Exception):  # noqa: N818
    """A decision waits for the amount of a period."""


class TierProgress(NamedTuple):
    """Where a customer stands in one tier program, in figures and in words."""

    program: models.BaseModel
    tier: models.BaseModel
    # the last day of the period for which the tier is kept, and with any grace
    kept_until: date | None
    last_day: date | None
    # what is missing to keep it, and by when
    missing_to_keep: float
    keep_by: date | None
    next_tier: models.BaseModel
    # what is missing to reach the next tier, and by when
    missing: float
    reach_by: date | None
    sentences: list[str]


class LoyaltyTierProgram(models.Model):
    """A ladder of tiers, and what customers climb it by.

    It counts purchases by itself: a program of points may stand beside it, or not.
    Evaluated nightly for all customers, at orders and refunds for their customer:
    `tiers` decides; a batch asks the database for all the amounts it needs at once.
    """

    _name = "loyalty.tier.program"
    _description = "Tier Program"
    _inherit = [
        "suite.company.mixin",
        "suite.protected.mixin",
        "suite.number.mixin",
        "suite.job.mixin",
    ]
    _jobs = {"crm_loyalty.cron_evaluate_tiers", "crm_loyalty.cron_prepare_gestures"}
    _order = "sequence, id"
    # published by its button alone, which evaluates
    _company_links = {"point_program_ids"}
    _number_limits = {"period_months": (1, 60), "grace_days": (0, 365)}
    _protected_fields = {"state", "evaluated_on", "last_partner"}

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean("In Use", default=True)
    sequence = fields.Integer(
        default=10,
        help="Where several programs give a customer the same benefit, the first does.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    state = fields.Selection(
        [("draft", "Draft"), ("published", "Published")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    measure = fields.Selection(
        MEASURES,
        "Customers Qualify By",
        default="spend",
        required=True,
        help="Counted apart from points to be spent: using points lowers no tier.",
    )
    point_program_ids = fields.Many2many(
        "loyalty.program",
        string="Points Of",
        domain="[('program_type', '=', 'loyalty'), ('keep_ledger', '=', True),"
        " '|', ('company_id', '=', False), ('company_id', 'parent_of', company_id)]",
        help="Empty: of every loyalty program that keeps a ledger.",
    )
    period = fields.Selection(
        [("rolling", "The last months"), ("year", "The calendar year")],
        "Counts Over",
        default="rolling",
        required=True,
        help="A tier is kept for as long again: as many months from the day on which "
        "it was reached, or the rest of the year and the next.",
    )
    period_months = fields.Integer("Months", default=12)
    grace_days = fields.Integer(
        "Grace (Days)",
        default=30,
        help="After the period a customer may make up for what is missing. Then he "
        "lands one tier below, whatever was bought.",
    )
    responsible_id = fields.Many2one(
        "res.users",
        default=lambda self: self.env.user,
        ondelete="set null",
        check_company=True,
        domain="[('share', '=', False)]",
        help="Does what members are promised where they have no salesperson.",
    )
    tier_ids = fields.One2many("loyalty.tier", "program_id", "Tiers", copy=True)
    benefit_ids = fields.One2many("loyalty.tier.benefit", "program_id", "Benefits")
    currency_id = fields.Many2one(related="company_id.currency_id")
    unit_currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_unit_currency_id",
        store=True,
        help="Empty where points count.",
    )
    evaluated_on = fields.Date("Last Evaluated", readonly=True, copy=False)
    last_partner = fields.Integer(
        readonly=True, copy=False, help="Id up to which tonight's evaluation is done."
    )
    member_count = fields.Integer("Members", compute="_compute_member_count")

    _period_months_range = models.Constraint(
        "CHECK (period_months BETWEEN 1 AND 60)", "Count over 1 to 60 months."
    )
    _grace_days_range = models.Constraint(
        "CHECK (grace_days BETWEEN 0 AND 365)", "Grace lasts 0 to 365 days."
    )

    @api.depends("measure", "company_id.currency_id")
    def _compute_unit_currency_id(self):
        for program in self:
            money = program.measure != "points"
            program.unit_currency_id = money and program.company_id.currency_id

    @api.depends("tier_ids")
    def _compute_member_count(self):
        counts = dict(
            self.env["loyalty.tier.membership"]._read_group(
                Domain("program_id", "in", self.ids)
                & self.env["loyalty.tier.membership"]._current_domain(),
                ["program_id"],
                ["__count"],
            )
        )
        for program in self:
            program.member_count = counts.get(program._origin, 0)

    @api.constrains("state", "tier_ids")
    def _check_tiers(self):
        for program in self:
            if program.state == "published" and not program.tier_ids:
                raise ValidationError(
                    self.env._("Give “%s” a tier before you publish it.", program.name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if DECIDED_BY.intersection(vals):
            self._check_undecided(vals)
        if not {"state", "active", "sequence"}.intersection(vals):
            return super().write(vals)
        self.env.registry.clear_cache()
        res = super().write(vals)
        self.env["loyalty.tier.membership"]._forget_looked_up()
        return res

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def _check_undecided(self, vals):
        for program in self:
            changed = [
                name
                for name in DECIDED_BY.intersection(vals)
                if name == "point_program_ids"
                or program._fields[name].convert_to_write(program[name], program)
                != vals[name]
            ]
            # sudo: others' customers have memberships too
            memberships = self.env["loyalty.tier.membership"].sudo()
            if changed and memberships.search_count(
                [("program_id", "=", program.id)], limit=1
            ):
                raise UserError(
                    self.env._(
                        "“%s” has members who qualified by what it counts now. Make a "
                        "new program to count something else.",
                        program.name,
                    )
                )

    def action_publish(self):
        self.check_access("write")
        self._as_system().write(
            {"state": "published", "evaluated_on": False, "last_partner": 0}
        )
        for program in self:
            program._evaluate_soon()

    def action_simulate(self):
        """Whom these thresholds would take in, before anybody is told."""
        self.ensure_one()
        self.check_access("write")
        return self.env["loyalty.tier.simulation"]._run(self)._reopen()

    def action_withdraw(self):
        """Back to a draft: benefits rest, memberships stay as they are dated."""
        self.check_access("write")
        self._as_system().state = "draft"

    def action_open_members(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "loyalty.tier.membership",
            "view_mode": "list,kanban,graph,pivot,form",
            "domain": [("program_id", "=", self.id)],
            "context": {"search_default_current": 1, "create": False},
        }

    @api.model
    def _cron_evaluate(self, batch_size=BATCH_SIZE):
        """Every published program once a day, so many customers in a transaction."""
        work_through(
            self,
            self._due_domain,
            lambda program: program._evaluate_batch(batch_size),
        )

    @api.model
    def _due_domain(self) -> Domain:
        """Published programs that are not evaluated on the day it is where they are."""
        published = Domain("state", "=", "published")
        groups = self._read_group(published, ["company_id"])
        return published & (
            Domain("evaluated_on", "=", False)
            | Domain.OR(
                Domain("company_id", "=", company.id)
                & Domain("evaluated_on", "<", company._today())
                for [company] in groups
            )
        )

    @api.model
    @tools.ormcache("company_id")
    def _published_ids(self, company_id: int) -> tuple[int, ...]:
        """The published programs of a company, in order."""
        # sudo: what is published holds for everybody
        programs = self.sudo().search(
            [("company_id", "=", company_id), ("state", "=", "published")]
        )
        return tuple(programs.ids)

    def _rules(self) -> Rules:
        months = self.period_months if self.period == "rolling" else 0
        return Rules(months, self.grace_days)

    def _ladder(self) -> Ladder:
        return Ladder(Tier(tier.id, tier.threshold) for tier in self.tier_ids)

    def _today(self):
        return self.company_id._today()

    def _round_amount(self, amount: float) -> float:
        if self.unit_currency_id:
            return self.unit_currency_id.round(amount)
        return round(amount, 2)

    def _format_amount(self, amount: float) -> str:
        if self.unit_currency_id:
            return self.unit_currency_id.format(amount)
        return self.env._("%s points", formatLang(self.env, amount, digits=0))

    def _evaluate_soon(self):
        """Now, if that is a matter of moments; or as soon as the scheduler can."""
        self.ensure_one()
        self._evaluate_batch(BATCH_SIZE)
        if self.last_partner:
            # sudo: who may publish may wake the job that follows
            self.env.ref("crm_loyalty.cron_evaluate_tiers").sudo()._trigger()

    def _evaluate_batch(self, size: int) -> None:
        """The next customers of today's evaluation; after the last it is done."""
        self.ensure_one()
        # sudo: the same for all customers, whoever may see them
        program = self.sudo()
        partners = program._next_partners(size)
        today = program._today()
        if partners:
            program._evaluate(partners, today)
        if len(partners) < size:
            program.write({"evaluated_on": today, "last_partner": 0})
        else:
            program.last_partner = partners[-1]

    def _next_partners(self, size: int) -> list[int]:
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM res_partner
                 WHERE id > %s AND id = commercial_partner_id
                 ORDER BY id LIMIT %s
                """,
                self.last_partner,
                size,
            )
        )
        return [partner for (partner,) in rows]

    @api.model
    def _evaluate_customers(self, partners, company) -> None:
        """What these customers' dealings of the moment mean for their tiers."""
        customers = (partners.commercial_partner_id - company.partner_id).sorted("id")
        if not customers:
            return
        # two small orders at one moment do not see each other
        self.env["suite.turn"]._take(f"tier:{id_}" for id_ in customers.ids)
        # sudo: whoever confirms or refunds may have nothing to do with tiers
        for program in self.sudo().browse(self._published_ids(company.id)):
            program._evaluate(customers.ids, program._today())

    def _evaluate(self, partners: list[int], today) -> None:
        """Bring the memberships of these commercial partners up to the day."""
        ladder = self._ladder()
        if not ladder.tiers:
            return
        open_ones = self._open_memberships(partners)
        standings = {one.partner_id.id: one._as_standing() for one in open_ones}
        window = self._rules().window(today)
        answers, questions = {}, {(partner, *window) for partner in partners}
        questions |= {
            (partner, *standing.basis.window)
            for partner, standing in standings.items()
            if standing.basis
        }
        recall = partial(self._recall, {}, open_ones.fallback_id)
        decided, undecided = {}, partners
        while undecided:
            answers |= self.env["loyalty.tier.amount"]._read_amounts(self, questions)
            questions, waiting = set(), []
            for partner in undecided:
                judge = Judge(
                    self._rules(), ladder, partial(_answer, answers, partner), recall
                )
                try:
                    changes = list(judge.changes(standings.get(partner), today))
                except AmountMissing as missing:
                    questions.add(missing.args)
                    waiting.append(partner)
                else:
                    if changes:
                        decided[partner] = changes
            undecided = waiting
        self._write_changes(decided, {one.partner_id.id: one for one in open_ones})

    def _recall(self, known: dict, prefetch, ref: int) -> Standing:
        if ref not in known:
            membership = self.env["loyalty.tier.membership"].browse(ref)
            known[ref] = membership.with_prefetch(prefetch._ids)._as_standing()
        return known[ref]

    def _open_memberships(self, partners: list[int]):
        return self.env["loyalty.tier.membership"].search_fetch(
            [
                ("program_id", "=", self.id),
                ("partner_id", "in", partners),
                ("ending", "=", False),
            ]
        )

    def _invite(self, tier, partners, until: date, reason: str):
        """See `loyalty.tier._invite`."""
        # sudo: who may invite is decided by whoever calls
        program = self.sudo()
        today = program._today()
        if program.state != "published":
            raise UserError(
                self.env._("Publish “%s” before you invite to it.", program.name)
            )
        if until < today:
            raise UserError(self.env._("An invitation cannot end before it begins."))
        program._evaluate(partners.ids, today)
        open_ones = program._open_memberships(partners.ids)
        holders = {one.partner_id.id: one for one in open_ones}
        ladder, decided = program._ladder(), {}
        for partner in partners.ids:
            held = holders.get(partner)
            if held and held.tier_id.id != tier.id:
                if ladder.level(held.tier_id.id) > ladder.level(tier.id):
                    continue
            elif held and held.date_to >= until:
                continue
            standing = held and held._as_standing()
            after = invite(tier.id, standing, today, until)
            yesterday = today - timedelta(1)
            decided[partner] = [Change(Ending.INVITED, yesterday, None, after)]
        return program._write_changes(decided, holders, note=reason)

    def _write_changes(self, decided: dict, open_ones: dict, note: str = ""):
        """Step by step for all customers together, as each begins where one ended.

        :raise ConcurrencyError: another transaction gave one of them a tier, so that
            the server tries again and finds it
        :return: the memberships that began
        """
        memberships = self.env["loyalty.tier.membership"]
        last, written, begun = dict(open_ones), {}, memberships
        notes = {partner: one.note for partner, one in open_ones.items() if one.note}
        try:
            while decided:
                vals = {}
                for partner, (change, *_later) in decided.items():
                    if partner in last:
                        last.pop(partner)._end(change)
                    if change.after:
                        vals[partner] = {
                            "partner_id": partner,
                            "note": change.after.reason is Reason.INVITED
                            and (note or notes.get(partner)),
                            **self._prepare_membership_values(change.after, written),
                        }
                # the database looks at each row: the old ones end first
                memberships.flush_model()
                created = memberships.create(list(vals.values()))
                for partner, membership in zip(vals, created, strict=True):
                    written[decided[partner][0].after] = membership.id
                    last[partner] = membership
                begun |= created
                decided = {
                    partner: later for partner, (_c, *later) in decided.items() if later
                }
            memberships.flush_model()
        except (ExclusionViolation, UniqueViolation) as error:
            raise ConcurrencyError("The customer's tier was just decided") from error
        return begun

    def _prepare_membership_values(self, standing: Standing, written: dict) -> dict:
        values = {
            "program_id": self.id,
            "company_id": self.company_id.id,
            "unit_currency_id": self.unit_currency_id.id,
            "tier_id": standing.tier,
            "reason": standing.reason.value,
            "date_from": standing.since,
            "date_to": standing.until,
            "kept_until": standing.kept_until,
            "counts_from": standing.counts_from,
        }
        if figures := standing.figures:
            values |= {
                "amount": figures.amount,
                "threshold": figures.threshold,
                "period_start": figures.window.start,
                "period_end": figures.window.end,
            }
        if basis := standing.basis:
            values |= {
                "basis_start": basis.window.start,
                "basis_end": basis.window.end,
                "basis_threshold": basis.threshold,
            }
        fallback = standing.fallback
        while isinstance(fallback, Standing) and fallback not in written:
            # only thought of, never written
            fallback = fallback.fallback
        values["fallback_id"] = written.get(fallback, fallback)
        return values

    def _progress_of(self, customer) -> TierProgress:
        self.ensure_one()
        today = self._today()
        memberships = self.env["loyalty.tier.membership"]
        membership = memberships.search(
            [
                ("program_id", "=", self.id),
                ("partner_id", "=", customer.id),
                *memberships._current_domain(today),
            ]
        )
        rules, ladder = self._rules(), self._ladder()
        window = rules.window(today)
        keeping = None
        if membership and membership.reason != "invited":
            keeping = Window(membership.counts_from, membership.kept_until)
        asked = [(customer.id, *each) for each in (window, keeping) if each]
        answers = self.env["loyalty.tier.amount"]._read_amounts(self, asked)
        reached = answers[(customer.id, *window)]
        tier = membership.tier_id
        above = ladder.above(tier.id or None)
        missing_to_keep = 0.0
        if keeping:
            threshold = ladder.threshold(tier.id)
            kept = answers[(customer.id, *keeping)].amount
            missing_to_keep = self._round_amount(max(threshold - kept, 0.0))
        missing = above and self._round_amount(max(above.threshold - reached.amount, 0))
        progress = TierProgress(
            program=self,
            tier=tier,
            kept_until=membership.kept_until or None,
            last_day=membership.date_to or None,
            missing_to_keep=missing_to_keep,
            keep_by=keeping and keeping.end,
            next_tier=tier.browse(above and above.ref),
            missing=missing or 0.0,
            reach_by=above and self._reach_by(today, reached.first_day),
            sentences=[],
        )
        sentences = progress_sentences(self.env, progress, membership.reason)
        progress.sentences.extend(sentences)
        return progress

    def _reach_by(self, today, first_day):
        """Up to when everything that counts today still counts."""
        months = self._rules().months
        if not months:
            return today.replace(month=12, day=31)
        if not first_day:
            return add_months(today, months)
        return add_months(first_day, months) - timedelta(1)

    def _write_landings(self, simulation) -> None:
        """Where each customer would land, for a simulation, by one statement."""
        self.ensure_one()
        simulation.flush_model()
        simulation.line_ids.flush_model()
        amounts = self.env["loyalty.tier.amount"]
        compared, today = simulation.compared_id, simulation.date
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_tier_simulation_customer
                       (simulation_id, company_id, currency_id, unit_currency_id,
                        create_uid, create_date, partner_id, tier_id, current_tier_id,
                        amount, revenue, margin, points, change)
                SELECT %(simulation)s, %(company)s, %(currency)s, %(unit)s, %(user)s,
                       now() AT TIME ZONE 'UTC', landing.*
                  FROM (%(landings)s) landing
                """,
                simulation=simulation.id,
                company=self.company_id.id,
                currency=self.currency_id.id,
                unit=self.unit_currency_id.id or None,
                user=self.env.uid,
                landings=amounts._compared_landings_sql(
                    self, compared, today, amounts._tried_ladder_sql(simulation)
                ),
            )
        )
        self.env["loyalty.tier.simulation.customer"].invalidate_model()


def _answer(answers: dict, partner: int, window: Window) -> float:
    try:
        return answers[(partner, *window)].amount
    except KeyError:
        raise AmountMissing(partner, *window) from None
