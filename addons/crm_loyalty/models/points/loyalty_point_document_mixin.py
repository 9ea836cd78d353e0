import itertools
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from odoo import models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.dates import written_day

from ...points import DebtPolicy, Kind, PointsMissingError, to_points, to_units
from .loyalty_card_ledger import Note

EARNED, SPENT = ("earn", "claw_back"), ("spend", "return")
# what a document's own return was spared of, because it was owed or gone already
SPARED = (Kind.WRITE_OFF, Kind.EXPIRE)


class Effect(NamedTuple):
    """What a document does to a card, in units."""

    earned: int = 0
    spent: int = 0


def effects_of(earned: dict, spent: dict) -> dict:
    """What is earned and what is spent, by document and account, as one."""
    return {
        account: Effect(earned.get(account, 0), spent.get(account, 0))
        for account in dict.fromkeys([*earned, *spent])
    }


class Posted(NamedTuple):
    """Beside what was posted: in how many entries, of what sale, what was earned at
    all, whatever was taken back since, in units, and the number of whoever earned it.
    """

    count: int = 0
    sales: float = 0.0
    gained: int = 0
    customer: int = 0


class LoyaltyPointDocumentMixin(models.AbstractModel):
    """A purchase posts the difference between what it should have done and has done.

    So it may be edited, cancelled, confirmed again and refunded in any sequence, or the
    same event may come twice: the ledger always ends at what it gives and takes.
    """

    _name = "loyalty.point.document.mixin"
    _description = "Document of Points"

    # the field of lots and entries that names such a document
    _point_field: str

    def _point_effects(self) -> dict:
        """Hook: what each document should have done to each account by now."""
        raise NotImplementedError

    def _sale_of_points(self, card, units: int, past: Posted) -> float:
        """Hook: the untaxed sale behind these points, in the company's currency."""
        raise NotImplementedError

    def _points_note(self, card, number: int, document) -> Note:
        document = document or self
        name = f"{self._name},{self.id}/{card.id}"
        keys = (f"{name}/{n}" for n in itertools.count(number))
        return Note(document.display_name, {self._point_field: self.id}, keys)

    def _post_points(self, document=None, *, cancelled=False, withdrawn=False):
        """Bring the ledger to what these documents earn and spend now.

        :param document: the refund that changed it, if not the document itself
        :param cancelled: they are about to be, and then earn and spend nothing
        :param withdrawn: what they earn more now was taken back before, by a return
            that does not count any more: it has its old terms
        :return: the accounts that were posted to
        """
        # sudo: the ledger is the same for everybody who may confirm, cancel or refund
        documents = self.sudo()
        return documents._post_effects(
            {} if cancelled else documents._point_effects(),
            document,
            withdrawn=withdrawn,
        )

    def _post_effects(
        self, wanted: dict, document=None, *, withdrawn=False, known=None
    ):
        """
        :param known: what was posted, where the caller has looked it up
        """
        posted, past = known or self._posted_effects()
        changes = [
            (order, card, wanted.get((order, card), Effect()), posted[order, card])
            for order, card in dict.fromkeys([*wanted, *posted])
        ]
        changes = [change for change in changes if change[2] != change[3]]
        if not changes:
            return self.env["loyalty.card"]
        cards = self.env["loyalty.card"].union(*(card for _o, card, _w, _p in changes))
        # of a program of all companies: where the documents are it is this day
        ledger = cards.with_company(self.company_id[:1])
        books = ledger._open_books()
        order_of = {order: number for number, order in enumerate(self)}
        for order, card, now, before in sorted(
            changes, key=lambda change: order_of[change[0]]
        ):
            book, before_this = books[card], past[order, card]
            # with what the caller has noted
            order = order.with_env(self.env)
            note = order._points_note(card, before_this.count, document)
            if before_this.customer:
                # his on that day, whose contact the holder is by now
                note.values["partner_id"] = before_this.customer
            earned = now.earned - before.earned
            sales = -before_this.sales
            if now.earned:
                sales += order._sale_of_points(card, now.earned, before_this)
            # what was earned before entries knew their sale stays without one
            unknown = before.earned and not before_this.sales
            note.sale_per_unit = sales / earned if earned and not unknown else None
            book.note = note
            if now.spent < before.spent:
                spent = order._spent_lots(card, book)
                book.give_back(before.spent - now.spent, spent)
            if now.earned < before.earned:
                order._take_points_back(card, book, before.earned, now.earned)
            again = bool(before_this.count)
            self._gain_and_spend(
                order, card, book, now, before, again=again, withdrawn=withdrawn
            )
            book.note = None
            book.close_day()
        ledger._keep_books(books)
        return cards

    def _gain_and_spend(self, order, card, book, now, before, *, again, withdrawn):
        """Points for this purchase come before what it spends, for later ones after."""
        note = book.note
        steps = [order._earn_points, order._spend_points]
        if card.program_id.applies_on == "future":
            steps.reverse()
        amounts = {
            order._earn_points: now.earned - before.earned,
            order._spend_points: now.spent - before.spent,
        }
        for step in steps:
            if amounts[step] > 0:
                book.note, points = note, amounts[step]
                earning = step == order._earn_points
                if earning and again and withdrawn:
                    order._restore_points(card, book, points)
                else:
                    step(card, book, points)
                    if earning and again:
                        order._undo_spared(card, book, points)
                book.note = None
                book.close_day()

    def _earn_points(self, card, book, points):
        program = card.program_id
        if program._vests_at_confirmation():
            book.earn(points, origin=self._point_origin())
            return
        wait = timedelta(program.point_vesting_days)
        dated = program.point_vesting == "confirmation"
        book.earn(
            points,
            origin=self._point_origin(),
            pending=True,
            available_on=book.day + wait if dated else None,
            event=None if dated else program.point_vesting,
            wait_days=0 if dated else program.point_vesting_days,
        )

    def _spend_points(self, card, book, points):
        try:
            # without a ledger nobody knows what is left in the lots
            book.spend(points, overdraw=not card.program_id.keep_ledger)
        except PointsMissingError as error:
            raise ValidationError(
                self.env._(
                    "%(order)s spends %(missing)s points more than there are on card "
                    "%(card)s.",
                    order=self.display_name,
                    missing=f"{to_points(error.missing):.15g}",
                    card=card.code,
                )
            ) from error

    def _take_points_back(self, card, book, before, now):
        program, points = card.program_id, before - now
        kept = program.keep_ledger
        policy = DebtPolicy(program.point_debt_policy) if kept else DebtPolicy.OWE
        gift = kept and program.program_type == "gift_card"
        if gift:
            # what was paid with it is paid: it is credited for what is left on it
            policy = DebtPolicy.BLOCK
        elif kept and not program._gives_in_parts():
            # a coupon that was used stops no return, and none is below zero
            policy = DebtPolicy.WRITE_OFF
        expired, settled = self._gone_points(card, book, before)
        try:
            book.take_back(
                points,
                self._point_origin(),
                policy,
                expired=expired,
                settled=settled,
            )
        except PointsMissingError as error:
            if gift:
                raise self._used_gift_card_error(card) from error
            raise ValidationError(
                self.env._(
                    "%(missing)s points that %(order)s earned are spent already, and "
                    "the program %(program)s does not let them be owed.",
                    order=self.display_name,
                    missing=f"{to_points(error.missing):.15g}",
                    program=card.program_id.name,
                )
            ) from error

    def _used_gift_card_error(self, card) -> ValidationError:
        earned = card.entry_ids.filtered(lambda entry: entry.kind in EARNED)
        used = sum(earned.mapped("points")) - card.points
        return ValidationError(
            self.env._(
                "%(used)s of the gift card %(card)s that %(document)s sold are used "
                "already: credit at most what is left on it, %(left)s.",
                used=f"{used:.15g}",
                card=card.code,
                document=self.display_name,
                left=f"{max(card.points, 0):.15g}",
            )
        )

    def _point_origin(self) -> tuple[str, int]:
        """As lots know the purchase that they reward."""
        return self._point_field, self.id

    def _posted_effects(self) -> tuple[dict, dict]:
        """What each document has done to each account, and in how many entries."""
        posted, past = defaultdict(Effect), defaultdict(Posted)
        rows = self._posted_rows()
        documents = {document.id: document for document in self}
        cards = self.env["loyalty.card"].browse({card for _document, card, *_ in rows})
        cards = {card.id: card for card in cards}
        for document, card, kind, customer, points, sales, count in rows:
            account = documents[document], cards[card]._account()
            earned, spent = posted[account]
            if kind in EARNED:
                earned += to_units(points)
            elif kind in SPENT:
                spent -= to_units(points)
            posted[account] = Effect(earned, spent)
            known = past[account]
            past[account] = Posted(
                known.count + count,
                known.sales + sales,
                known.gained + (to_units(points) if kind == "earn" else 0),
                customer or 0 if kind == "earn" else known.customer,
            )
        return posted, past

    def _posted_rows(self) -> list[tuple]:
        """By document, card, kind and customer: points, sale and number of entries."""
        if not self.ids:
            return []
        self.env["loyalty.point.entry"].flush_model()
        document = SQL.identifier(self._point_field)
        return self.env.execute_query(
            SQL(
                """
                SELECT %(document)s, card_id, kind, partner_id,
                       sum(points), coalesce(sum(sales_amount), 0), count(*)
                  FROM loyalty_point_entry
                 WHERE %(document)s IN %(documents)s AND key IS NOT NULL
                 GROUP BY %(document)s, card_id, kind, partner_id
                 ORDER BY min(id)
                """,
                document=document,
                documents=tuple(self.ids),
            )
        )

    def _restore_points(self, card, book, points) -> None:
        """What came back and is kept after all has the terms that it had.

        What was never taken is new, and earned on today's.
        """
        taken = self._lots_that_lost(
            card, book, [(self._point_field, "=", self.id), ("kind", "=", "claw_back")]
        )
        # a return of before the order was last confirmed comes last
        taken.sort(key=lambda each: each[0].ref or 0, reverse=True)
        taken = self._reopened(book, taken)
        lost = min(sum(part for _lot, part in taken), points)
        homeless = book.restore(lost, taken, self._written_off(card)) if lost else 0
        if homeless:
            own = [(self._point_field, "=", self.id), ("card_id", "=", card.id)]
            lot = self.env["loyalty.point.lot"].search(own, order="id desc", limit=1)
            if lot:
                book.earn_as(homeless, lot._as_pure())
                homeless = 0
        if points - lost + homeless:
            self._earn_points(card, book, points - lost + homeless)

    def _reopened(self, book, taken) -> list:
        """A lot that has become available is done with: what it gets back waits in
        another one on its terms, to become available in turn."""
        waiting = {lot.ref for lot, _part in taken if lot.pending and not lot.points}
        groups = self.env["loyalty.point.entry"]._read_group(
            [
                ("lot_id", "in", [*waiting]),
                ("kind", "=", Kind.VEST.value),
                ("points", "<", 0),
            ],
            ["lot_id"],
        )
        done = {lot.id for (lot,) in groups}
        done |= {
            move.lot.ref
            for move in book.moves
            if move.kind is Kind.VEST and move.points < 0
        }
        done &= waiting
        return [
            (replace(lot, points=0, ref=None) if lot.ref in done else lot, part)
            for lot, part in taken
        ]

    def _written_off(self, card) -> dict:
        """What returns of this document had written off, by the lot that owed it."""
        entries = self.env["loyalty.point.entry"].search(
            [
                (self._point_field, "=", self.id),
                ("kind", "=", Kind.WRITE_OFF.value),
                ("key", "!=", False),
            ],
            order="id",
        )
        found = {}
        for entry in entries.filtered(lambda one: one.card_id._account() == card):
            own, units = entry.lot_id.id, to_units(entry.points)
            if units > 0:
                found[own] = found.pop(own, 0) + units
                continue
            # undone with the same lot, or with another one by which the order earned
            # again: then what was written off last
            for lot in dict.fromkeys([own, *reversed(found)]):
                undone = min(found.get(lot, 0), -units)
                if undone:
                    found[lot] -= undone
                    units += undone
        return found

    def _undo_spared(self, card, book, points) -> None:
        """Who is sold to again gets no more than the return took."""
        groups = self.env["loyalty.point.entry"]._read_group(
            [
                (self._point_field, "=", self.id),
                ("kind", "in", [kind.value for kind in SPARED]),
                ("key", "!=", False),
            ],
            ["kind", "card_id"],
            ["points:sum"],
        )
        lot = book.lots[-1]
        for kind, holder, spared in groups:
            if holder._account() == card:
                again = min(max(to_units(spared), 0), points)
                book.undo(Kind(kind), lot, again)
                points -= again

    def _check_paid_back(self, card, refund) -> None:
        """What a card paid for this document goes back to it, where it can be used.

        :raise UserError: it would be lost on a card that has expired
        """
        card = card._account()
        day = self._last_day_of_payment(card)
        if card.program_id.keep_ledger and day and day < card._today():
            raise UserError(
                self.env._(
                    "%(document)s would give money back to %(card)s, which "
                    "expired on %(day)s: it would be lost. Take its line off "
                    "to pay that amount in money, or let the card last longer "
                    "first.",
                    document=refund.display_name,
                    card=card.display_name,
                    day=written_day(self.env, day),
                )
            )

    def _last_day_of_payment(self, card):
        """How long what this document took from a card can be used once it is back."""
        # sudo: who credits the document need not read the ledger
        spent = self.env["loyalty.point.entry"].sudo()
        spent = spent.search(
            [
                (self._point_field, "=", self.id),
                ("card_id", "=", card.id),
                ("kind", "=", "spend"),
            ]
        )
        days = spent.lot_id.mapped("expires_on")
        last = max(days) if days and all(days) else False
        limits = [day for day in (card.expiration_date, last) if day]
        return min(limits, default=False)

    def _spent_lots(self, card, book) -> list:
        """The lots from which the points came, with what is not yet back."""
        return self._lots_that_lost(
            card, book, [(self._point_field, "=", self.id), ("kind", "in", SPENT)]
        )

    def _gone_points(self, card, book, earned) -> tuple[list, int]:
        """Of what this document earned: the lots with what expired of each unspent,
        and how much has paid debts."""
        own = (lot for lot in book.lots if lot.origin == self._point_origin())
        if sum(max(lot.points, 0) for lot in own) == earned:
            # all of it is there
            return [], 0
        groups = self.env["loyalty.point.entry"]._read_group(
            [
                (f"lot_id.{self._point_field}", "=", self.id),
                ("kind", "in", (Kind.EXPIRE.value, Kind.SETTLE.value)),
            ],
            ["lot_id", "kind", "card_id"],
            ["points:sum"],
        )
        expired, paid = defaultdict(float), 0.0
        for lot, kind, holder, points in groups:
            if kind == Kind.EXPIRE.value:
                expired[lot] += points
            elif holder._account() == card:
                paid += points
        return self._as_lost(card, book, expired), max(to_units(-paid), 0)

    def _lots_that_lost(self, card, book, domain) -> list:
        """The lots from which these entries took points, with how many."""
        groups = self.env["loyalty.point.entry"]._read_group(
            domain, ["lot_id"], ["points:sum"]
        )
        return self._as_lost(card, book, dict(groups))

    def _as_lost(self, card, book, changes: dict) -> list:
        """By their changes, those of the account's lots that lost, with how much."""
        known = {lot.ref: lot for lot in book.lots}
        lost = []
        for lot, points in changes.items():
            if lot.card_id._account() == card and points < 0:
                pure = known.get(lot.id) or lot._as_pure()
                if lot.card_id != card:
                    # merged since: the same dates, on the card that is left
                    pure.points, pure.ref = 0, None
                lost.append((pure, -to_units(points)))
        return lost
