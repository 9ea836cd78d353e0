from datetime import date, timedelta
from functools import partial

from psycopg2.errors import (
    ExclusionViolation,
    UniqueViolation,
)

from odoo import api, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.batches import work_through

from ...tiers import Change, Ending, Judge, Reason, Standing, Window, invite

BATCH_SIZE = 1_000


class AmountMissing(Exception):  # noqa: N818
    """A decision waits for the amount of a period."""


class LoyaltyTierProgram(models.Model):
    """Evaluates: nightly for all customers, at orders and refunds for their customer.

    `tiers` decides; a batch asks the database for all the amounts it needs at once.
    """

    _inherit = "loyalty.tier.program"

    @api.model
    def _cron_evaluate(self, batch_size=BATCH_SIZE):
        """Every published program once a day, so many customers in a transaction."""
        work_through(self._due, lambda program: program._evaluate_batch(batch_size))

    @api.model
    def _due(self):
        programs = self.search([("state", "=", "published")])
        return programs.filtered(
            lambda program: (
                not program.evaluated_on or program.evaluated_on < program._today()
            )
        )

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
        self.env["loyalty.tier.turn"]._take(customers)
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


def _answer(answers: dict, partner: int, window: Window) -> float:
    try:
        return answers[(partner, *window)].amount
    except KeyError:
        raise AmountMissing(partner, *window) from None
