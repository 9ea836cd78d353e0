"""What becomes of one customer's tier."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from .rules import ONE_DAY, Ladder, Rules, Tier
from .standing import Change, Ending, Figures, Reason, Standing, Window


@dataclass(frozen=True)
class Judge:
    """Decides for one customer in one program.

    :param amount: the qualifying amount of a window; it may raise, to be asked again
    :param recall: the standing that a name stands for
    """

    rules: Rules
    ladder: Ladder
    amount: Callable[[Window], float]
    recall: Callable[[Hashable], Standing]

    def changes(self, standing: Standing | None, today: date) -> Iterator[Change]:
        """What has happened up to today, in order; none when all is as it was."""
        lost = None
        while change := self._next_change(standing, today, lost):
            if change.ending is Ending.WITHDRAWN:
                lost = standing
            change = self._no_longer_than(lost, change, today)
            yield change
            guest, standing = standing, change.after
            if change.ending is Ending.PROMOTED and self._stays_guest(guest, standing):
                after = invite(guest.tier, standing, today, guest.until)
                yield Change(Ending.INVITED, change.last_day, None, after)
                standing = after

    def _next_change(
        self, standing: Standing | None, today: date, lost: Standing | None
    ) -> Change | None:
        if standing:
            if change := self._withdrawal(standing, today):
                return change
            if standing.kept_until < today:
                return self._end_of_period(standing)
        return self._arrival(standing, today, lost)

    def _withdrawal(self, standing: Standing, today: date) -> Change | None:
        """The purchases that earned the tier were returned."""
        if not standing.basis or standing.until < today:
            return None
        figures = self._figures(standing.basis.window, standing.basis.threshold)
        if figures.suffice:
            return None
        after = self._fall_back(standing, today)
        return Change(Ending.WITHDRAWN, today - ONE_DAY, figures, after)

    def _end_of_period(self, standing: Standing) -> Change:
        if standing.reason is Reason.INVITED:
            return self._end_of_invitation(standing)
        last = standing.kept_until
        day = max(last + ONE_DAY, standing.since)
        figures = self._figures_for_keeping(standing, last)
        if figures.suffice:
            after = self._renewed(standing, day, figures)
            return Change(Ending.RENEWED, day - ONE_DAY, figures, after)
        if standing.reason is not Reason.GRACE and self.rules.grace_days:
            until = self.rules.last_day(last)
            after = replace(
                standing,
                reason=Reason.GRACE,
                since=day,
                until=max(until, day - ONE_DAY),
                kept_until=until,
                figures=figures,
                ref=None,
            )
        else:
            after = self._landed(standing, day, figures)
        return Change(Ending.EXPIRED, day - ONE_DAY, figures, after)

    def _end_of_invitation(self, standing: Standing) -> Change:
        last = standing.until
        window = self.rules.window(last)
        figures = self._figures(window, self.ladder.threshold(standing.tier))
        if figures.suffice:
            after = self._qualified(standing, last + ONE_DAY, window)
        else:
            after = self._fall_back(standing, last + ONE_DAY)
        return Change(Ending.EXPIRED, last, figures, after)

    def _arrival(
        self, standing: Standing | None, today: date, lost: Standing | None
    ) -> Change | None:
        """The customer has reached a tier, or made up in time for one he had.

        :param lost: what was withdrawn today; he may have reached it without what came
            back, and no later than his other purchases did
        """
        held = standing
        if standing and standing.reason is Reason.INVITED:
            # what he climbs meanwhile is his when the invitation is over
            held = self._fall_back(standing, today)
        window = self.rules.window(today)
        reached = self.ladder.reached(self.amount(window))
        if reached > self.ladder.level(held and held.tier):
            if lost:
                window = self._part_that_suffices(window, self.ladder.tiers[reached])
            after = self._qualified(standing, today, window)
            ending = Ending.PROMOTED if standing else None
            return Change(ending, today - ONE_DAY, after.figures, after)
        if standing and standing.reason is Reason.GRACE:
            figures = self._figures_for_keeping(standing, today)
            if figures.suffice:
                after = self._renewed(standing, today, figures)
                return Change(Ending.RENEWED, today - ONE_DAY, figures, after)
        return None

    def _no_longer_than(
        self, lost: Standing | None, change: Change, today: date
    ) -> Change:
        """A return lengthens no tier."""
        after = change.after
        if not (
            lost and after and lost.tier == after.tier and today <= lost.kept_until
        ):
            return change
        after = replace(
            after,
            kept_until=min(after.kept_until, lost.kept_until),
            until=min(after.until, lost.until),
        )
        return change._replace(after=after)

    def _part_that_suffices(self, window: Window, tier: Tier) -> Window:
        """Up to the first day on which the purchases reach the tier."""
        first, last = window
        while first < last:
            day = first + (last - first) // 2
            if self.amount(Window(window.start, day)) >= tier.threshold:
                last = day
            else:
                first = day + ONE_DAY
        return Window(window.start, last)

    def _stays_guest(self, guest: Standing, earned: Standing) -> bool:
        """Invited still to a higher tier than the one that he has reached."""
        return guest.reason is Reason.INVITED and (
            self.ladder.level(guest.tier) > self.ladder.level(earned.tier)
        )

    def _figures(self, window: Window, threshold: float) -> Figures:
        return Figures(window, self.amount(window), threshold)

    def _figures_for_keeping(self, standing: Standing, last: date) -> Figures:
        return self._figures(
            Window(standing.counts_from, max(last, standing.counts_from)),
            self.ladder.threshold(standing.tier),
        )

    def _qualified(self, before, day: date, window: Window) -> Standing:
        amount = self.amount(window)
        tier = self.ladder.tiers[self.ladder.reached(amount)]
        figures = Figures(window, amount, tier.threshold)
        counts_from, kept_until = self.rules.keep(window.end)
        return Standing(
            tier.ref,
            Reason.QUALIFIED,
            day,
            self.rules.last_day(kept_until),
            kept_until,
            counts_from,
            figures,
            figures,
            before and before.base,
        )

    def _renewed(self, before: Standing, day: date, figures: Figures) -> Standing:
        keep = self.rules.keep_on(before.counts_from, figures.window.end)
        counts_from, kept_until = keep
        return replace(
            before,
            reason=Reason.RENEWED,
            since=day,
            until=self.rules.last_day(kept_until),
            kept_until=kept_until,
            counts_from=counts_from,
            figures=figures,
            basis=figures,
            fallback=before.base,
            ref=None,
        )

    def _landed(self, before: Standing, day: date, figures) -> Standing | None:
        tier = self.ladder.below(before.tier)
        if not tier:
            return None
        counts_from, kept_until = self.rules.keep_below(day)
        return Standing(
            tier.ref,
            Reason.LANDED,
            day,
            self.rules.last_day(kept_until),
            kept_until,
            counts_from,
            figures,
        )

    def _fall_back(self, standing: Standing, day: date) -> Standing | None:
        """What the customer would have on a day without a standing that is lost."""
        ref = standing.fallback
        while ref is not None:
            base = ref if isinstance(ref, Standing) else self.recall(ref)
            if base.basis and not self._figures(*_asked(base.basis)).suffice:
                ref = base.fallback
                continue
            left = base
            while left and left.kept_until < day:
                left = self._end_of_period(left).after
            if left is base:
                reason = left.reason
                if reason is not Reason.GRACE:
                    reason = Reason.RESUMED
                return replace(
                    left, reason=reason, since=day, until=self._until(left), ref=None
                )
            if left and isinstance(left.fallback, Standing):
                # only thought of on the way: what is left of it is the base
                left = replace(left, fallback=base.base)
            return left and replace(left, since=day)
        return None

    def _until(self, standing: Standing) -> date:
        """The last day as it was before another standing took its place."""
        if standing.reason is Reason.GRACE:
            return standing.kept_until
        return self.rules.last_day(standing.kept_until)


def _asked(figures: Figures) -> tuple[Window, float]:
    return figures.window, figures.threshold


def invite(
    tier: Hashable, standing: Standing | None, today: date, until: date
) -> Standing:
    """A standing that is given, for a time."""
    return Standing(
        tier,
        Reason.INVITED,
        today,
        until,
        until,
        today,
        fallback=standing and standing.base,
    )
