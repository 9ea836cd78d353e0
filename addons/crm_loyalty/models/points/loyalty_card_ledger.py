import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.dates import written_day

from ...points import Account, Kind, Lot, to_points, to_units

# How the customer may sort the history, by the word in the address.
PORTAL_SORTINGS = {"date": "id desc", "points": "points desc, id desc"}
NEXT_EXPIRIES = 3


@dataclass
class Note:
    """What an entry tells beside its points: the document, and the reason in words."""

    reason: str
    values: dict = field(default_factory=dict)
    keys: Iterator[str] = field(default_factory=lambda: itertools.repeat(""))
    # the sale behind each unit of points that is earned or taken back
    sale_per_unit: float | None = None


class LoyaltyCard(models.Model):
    """Opens the books, lets `points` decide, keeps what came of it, and tells it.

    `_open_books` and `_keep_books` are the only reader and writer of lots; all the
    cards of one call cost the same few queries.
    """

    _inherit = "loyalty.card"

    expiring_display = fields.Char(
        "Points That Expire Soon", compute="_compute_expiring_display"
    )

    def _compute_expiring_display(self):
        """The points that a notice is about, each amount with its last day."""
        # sudo: who sees the card sees when its points expire
        cards = self.sudo()
        expiring = cards._portal_expiring()
        for card in cards:
            soon = card._today() + timedelta(card.program_id.point_notice_days)
            card.expiring_display = ", ".join(
                self.env._(
                    "%(points)s on %(day)s",
                    points=each["points"].strip(),
                    day=each["day"],
                )
                for each in expiring[card]
                if each["on"] <= soon
            )

    def _today(self):
        """The day where the program's company is; else where the current one is."""
        return (self.company_id or self.env.company)._today()

    def _open_books(self) -> dict:
        """Each card's account with the lots that are not empty, closed as of today."""
        # sudo: lots are the ledger's own
        lots = self.env["loyalty.point.lot"].sudo()
        lots = lots.search_fetch([("card_id", "in", self.ids), ("points", "!=", 0)])
        by_card = lots.grouped("card_id")
        books = {}
        for card in self:
            pure = [lot._as_pure() for lot in by_card.get(card, ())]
            book = Account(card._today(), pure, card.program_id._points_last_days())
            book.close_day()
            books[card] = book
        return books

    def _keep_books(self, books: dict, *, counted: Kind | None = None) -> None:
        """Write the moves as entries, the lots and the balances.

        :param counted: the cards' balances include the moves of this kind already
        """
        books = {card: book for card, book in books.items() if book.moves}
        if not books:
            return
        self._keep_lots(books)
        # sudo: entries are written by the ledger alone
        self.env["loyalty.point.entry"].sudo().create(
            [
                self._prepare_entry_values(card, move)
                for card, book in books.items()
                for move in book.moves
            ]
        )
        for card, book in books.items():
            moved = {False: 0, True: 0}
            for move in book.moves:
                if move.kind is not counted:
                    moved[move.lot.pending] += move.points
            # add, never set: a difference stays visible until somebody has seen it
            # sudo: the balance follows the entries, whoever caused them
            card.sudo()._keep_balance(
                to_points(to_units(card.points) + moved[False]),
                to_points(to_units(card.pending_points) + moved[True]),
            )
            book.moves.clear()

    def _keep_lots(self, books: dict) -> None:
        # sudo: lots are the ledger's own
        records = self.env["loyalty.point.lot"].sudo()
        moved = {move.lot: card for card, book in books.items() for move in book.moves}
        new = [lot for lot in moved if lot.ref is None]
        for lot in moved:
            if lot.ref is not None:
                records.browse(lot.ref).points = to_points(lot.points)
        created = records.create(
            [self._prepare_lot_values(moved[lot], lot) for lot in new]
        )
        for lot, record in zip(new, created, strict=True):
            lot.ref = record.id

    def _prepare_lot_values(self, card, lot: Lot) -> dict:
        return {
            "card_id": card.id,
            "program_id": card.program_id.id,
            "company_id": card.company_id.id,
            **dict([lot.origin] if lot.origin else []),
            "points": to_points(lot.points),
            "pending": lot.pending,
            "available_on": lot.available_on,
            "expires_on": lot.expires_on,
            "vesting_event": lot.event,
            "vesting_days": lot.wait_days,
            "valid_days": lot.valid_days or 0,
        }

    def _prepare_entry_values(self, card, move) -> dict:
        note = move.note or Note("")
        key = next(note.keys)
        if not key and move.points < 0 and move.kind in (Kind.VEST, Kind.MERGE):
            # a lot does so once
            key = f"{move.kind.value}/{move.lot.ref}"
        if "partner_id" in note.values:
            holder = {}
        else:
            holder = {"partner_id": card.partner_id.commercial_partner_id.id}
        return {
            "card_id": card.id,
            "lot_id": move.lot.ref,
            "program_id": card.program_id.id,
            "company_id": card.company_id.id,
            **holder,
            "kind": move.kind.value,
            "points": to_points(move.points),
            "pending": move.lot.pending,
            "reason": note.reason or False,
            "key": key or False,
            **self._prepare_sale_values(note, move),
            **note.values,
        }

    def _prepare_sale_values(self, note, move) -> dict:
        if note.sale_per_unit is None or move.kind not in (Kind.EARN, Kind.CLAW_BACK):
            return {}
        return {"sales_amount": note.sale_per_unit * move.points}

    def _post_adjustments(self, changes: dict, reason: str = "") -> None:
        """Change balances for a reason that no document gives.

        What cannot be taken from lots is owed: the caller's balance is a fact.
        """
        reason = reason or self.env._("Changed by %s", self.env.user.name)
        accounts = self.browse().union(*(card._account() for card in changes))
        books = accounts._open_books()
        for card, change in changes.items():
            book = books[card._account()]
            book.note = Note(reason)
            units = to_units(change)
            if units > 0:
                book.earn(units, Kind.ADJUST)
            else:
                book.spend(-units, Kind.ADJUST, overdraw=True)
            book.note = None
            book.close_day()
        self._keep_books(books)

    def _post_first_points(self) -> None:
        """Entries for points that the cards were created with."""
        note = Note(self.env._("Issued by %s", self.env.user.name))
        self._post_balances(Kind.ADJUST, dict.fromkeys(self, note))

    def _post_balances(self, kind: Kind, notes: dict) -> None:
        books = self._open_books()
        for card, book in books.items():
            book.note = notes[card]
            units = to_units(card.points)
            if units > 0:
                book.earn(units, kind)
            else:
                book.spend(-units, kind, overdraw=True)
        self._keep_books(books, counted=kind)

    def _hand_points_over(self, target) -> None:
        """Move all lots to another card, with their dates and what earned them."""
        sources = self - target
        books = (sources | target)._open_books()
        for card in sources:
            books[card].note = Note(
                self.env._(
                    "From %(card)s to %(target)s", card=card.code, target=target.code
                )
            )
            books[card].hand_over(books[target])
        books[target].close_day()
        self._keep_books(books)

    def _portal_summary(self) -> list[dict]:
        """Of each account: what is available, what waits, and what expires next."""
        pending, expiring = self._portal_pending(), self._portal_expiring()
        return [
            {
                "id": card.id,
                "program": card.program_id.name,
                "holder": card.partner_id.name,
                "available": card._format_points(card.points),
                "debt": card._format_points(-card.points) if card.points < 0 else "",
                "pending_total": card._format_points(card.pending_points),
                "has_pending": card.pending_points > 0,
                "pending": pending[card],
                "expiring": expiring[card],
            }
            for card in self
        ]

    def _portal_pending(self) -> dict:
        """Points that wait, with the day or the event they wait for."""
        Lot = self.env["loyalty.point.lot"]
        events = dict(Lot._fields["vesting_event"]._description_selection(self.env))
        groups = Lot._read_group(
            [("card_id", "in", self.ids), ("pending", "=", True), ("points", ">", 0)],
            ["card_id", "available_on:day", "vesting_event", "vesting_days"],
            ["points:sum"],
            order="available_on:day, vesting_event, vesting_days",
        )
        told = {card: [] for card in self}
        for card, day, event, days, points in groups:
            told[card].append(
                {
                    "points": card._format_points(points),
                    "day": written_day(self.env, day),
                    "event": "" if day else events.get(event, ""),
                    "days": 0 if day else days,
                }
            )
        return told

    def _portal_expiring(self) -> dict:
        """Points with a last day, the next days first."""
        groups = self.env["loyalty.point.lot"]._read_group(
            Domain("card_id", "in", self.ids)
            & Domain("pending", "=", False)
            & Domain("points", ">", 0)
            & self.env["res.company"]._domain_by_day(
                lambda day: Domain("expires_on", ">=", day)
            ),
            ["card_id", "expires_on:day"],
            ["points:sum"],
            order="expires_on:day",
        )
        told = {card: [] for card in self}
        for card, day, points in groups:
            if len(told[card]) < NEXT_EXPIRIES:
                told[card].append(
                    {
                        "points": card._format_points(points),
                        "on": day,
                        "day": written_day(self.env, day),
                    }
                )
        return told

    def _portal_domain(self) -> Domain:
        """The moves that mean something to a customer.

        Points that become available leave one lot for another: he is told once.
        """
        inner = Domain("kind", "=", "vest") & Domain("pending", "=", True)
        return Domain("card_id", "in", self.ids) & ~inner

    def _portal_entry_count(self) -> int:
        return self.env["loyalty.point.entry"].search_count(self._portal_domain())

    def _portal_history(self, user, sortby, limit, offset) -> list[dict]:
        """A page of the account's moves, each with its document.

        :param user: whose rights decide which documents are linked
        """
        entries = self.env["loyalty.point.entry"].search(
            self._portal_domain(),
            order=PORTAL_SORTINGS.get(sortby, PORTAL_SORTINGS["date"]),
            limit=limit,
            offset=offset,
        )
        kinds = dict(entries._fields["kind"]._description_selection(self.env))
        seen = {
            name: entries[name].with_user(user)._filtered_access("read")
            for name in ("order_id", "move_id")
        }
        return [
            {
                "day": written_day(
                    self.env,
                    fields.Datetime.context_timestamp(entry, entry.create_date).date(),
                ),
                "kind": kinds[entry.kind],
                "points": ("+" if entry.points > 0 else "\N{MINUS SIGN}")
                + self._format_points(abs(entry.points)),
                "gain": entry.points > 0,
                "pending": entry.pending,
                **entry._portal_document(seen),
            }
            for entry in entries
        ]
