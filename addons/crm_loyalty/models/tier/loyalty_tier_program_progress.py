from datetime import timedelta

from odoo import models

from odoo.addons.crm_suite.tools.dates import written_day

from ...tiers import Reason, Window, add_months
from .res_partner_tier import TierProgress


class LoyaltyTierProgram(models.Model):
    """What a customer has in a program and may reach, in figures and in words."""

    _inherit = "loyalty.tier.program"

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
        progress.sentences.extend(self._progress_sentences(progress, membership))
        return progress

    def _reach_by(self, today, first_day):
        """Up to when everything that counts today still counts."""
        months = self._rules().months
        if not months:
            return today.replace(month=12, day=31)
        if not first_day:
            return add_months(today, months)
        return add_months(first_day, months) - timedelta(1)

    def _progress_sentences(self, progress: TierProgress, membership) -> list[str]:
        sentences = []
        if progress.tier:
            said = {
                "tier": progress.tier.name,
                "day": written_day(self.env, progress.last_day),
            }
            if membership.reason == Reason.GRACE.value:
                text = self.env._("You keep %(tier)s by grace until %(day)s.", **said)
            elif membership.reason == Reason.INVITED.value:
                text = self.env._("You are invited to %(tier)s until %(day)s.", **said)
            else:
                said["day"] = written_day(self.env, progress.kept_until)
                text = self.env._("You keep %(tier)s until %(day)s.", **said)
            sentences.append(text)
        if progress.missing_to_keep and progress.keep_by:
            sentences.append(
                self.env._(
                    "%(amount)s more by %(day)s to keep %(tier)s for longer.",
                    amount=self._format_amount(progress.missing_to_keep),
                    day=written_day(self.env, progress.keep_by),
                    tier=progress.tier.name,
                )
            )
        if progress.next_tier and progress.missing:
            sentences.append(
                self.env._(
                    "%(amount)s more by %(day)s for %(tier)s.",
                    amount=self._format_amount(progress.missing),
                    day=written_day(self.env, progress.reach_by),
                    tier=progress.next_tier.name,
                )
            )
        return sentences
