from odoo import models
from odoo.tools import SQL

from ...points import Kind
from .loyalty_card import QUOTED
from .loyalty_card_ledger import Note


class LoyaltyCard(models.Model):
    """What becomes of cards when their program's ledger is switched on or off."""

    _inherit = "loyalty.card"

    def _open_balances(self, changes: dict, joined) -> None:
        """One entry for what each card holds and no entry explains.

        :param changes: by card, in units
        :param joined: whose points keep the card's last day where they go
        """
        reason = self.env._("Balance when the ledger was opened")
        before = dict(
            self.env["loyalty.point.entry"]._read_group(
                [("card_id", "in", self.ids), ("kind", "=", Kind.OPENING.value)],
                ["card_id"],
                ["__count"],
            )
        )
        books = self._open_books()
        for card in self:
            key = f"opening/{card.id}"
            if number := before.get(card):
                key = f"{key}/{number}"
            book = books[card]
            book.note = Note(reason, keys=iter([key]))
            units = changes[card]
            if units > 0:
                lot = book.earn(units, Kind.OPENING)
                if card in joined and card.expiration_date:
                    lot.expires_on = min(
                        filter(None, (lot.expires_on, card.expiration_date))
                    )
            else:
                # one entry, whatever the lots say: the balance is a fact
                book.owe(-units, Kind.OPENING)
            book.note = None
            book.close_day()
        self._keep_books(books, counted=Kind.OPENING)

    def _settle_ledger(self, *, drop_pending: bool) -> None:
        """What waits becomes available or is dropped; last days go to the cards."""
        books = self._open_books()
        note = Note(self.env._("The ledger was switched off"))
        for book in books.values():
            book.note = note
            for lot in [lot for lot in book.lots if lot.pending and lot.points > 0]:
                if drop_pending:
                    book.drop(lot)
                else:
                    book.vest(lot, book.day)
            book.note = None
            book.close_day()
        self._keep_books(books)
        for card, day in self._last_days().items():
            if day:
                known = card.expiration_date
                card.expiration_date = min(known, day) if known else day
        # sudo: lots are the ledger's own
        lots = self.env["loyalty.point.lot"].sudo()
        lots.search(
            [("card_id", "in", self.ids), ("points", "!=", 0)]
        ).expires_on = False

    def _last_days(self) -> dict:
        """The last of the days on which a card's points expire.

        Of cards whose points expire at all; none where some of them never do.
        """
        # sudo: lots are the ledger's own
        lots = self.env["loyalty.point.lot"].sudo()
        groups = lots._read_group(
            [("card_id", "in", self.ids), ("points", ">", 0), ("pending", "=", False)],
            ["card_id"],
            ["expires_on:max", "expires_on:count", "__count"],
        )
        return {
            card.with_env(self.env): day if dated == count else False
            for card, day, dated, count in groups
            if dated
        }

    def _quoted_cards(self):
        """Those that only quotations wait for, opened before there was a ledger."""
        quoted = self.filtered(
            lambda card: (
                card.active
                and card.order_id.state in QUOTED
                and not (card.points or card.pending_points or card.entry_ids)
            )
        )
        lines = self.env["sale.order.line"].search(
            [("coupon_id", "in", quoted.ids), ("state", "not in", QUOTED)]
        )
        promised = self.env["sale.order.coupon.points"].search(
            [("coupon_id", "in", quoted.ids), ("order_id.state", "not in", QUOTED)]
        )
        accounts = self.search([("account_card_id", "in", quoted.ids)]).account_card_id
        return quoted - lines.coupon_id - promised.coupon_id - accounts

    def _hide_quoted_cards(self):
        """With a ledger a quotation opens no card that anybody finds."""
        self._quoted_cards().write({"provisional": True, "active": False})

    def _forget_put_away(self) -> None:
        """Before the add-on goes: Odoo would have deleted coupons of withdrawn orders.

        They were kept for their entries alone, which go with the add-on.
        """
        gone = self.filtered(
            lambda card: (
                not (card.active or card.points or card.use_count)
                and not card.program_id.is_nominative
                and card.entry_ids
            )
        )
        if not gone:
            return
        for model in ("statement", "entry", "lot"):
            # past the guard that lets nobody delete them
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE card_id IN %s",
                    SQL.identifier(f"loyalty_point_{model}"),
                    tuple(gone.ids),
                )
            )
        self.env.invalidate_all()
        gone.unlink()

    def _show_quoted_cards(self):
        """Without one they are cards as Odoo opens them."""
        quoted = self.filtered("provisional")
        quoted.write({"provisional": False, "active": True})
