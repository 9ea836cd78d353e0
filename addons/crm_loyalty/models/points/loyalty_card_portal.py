from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.dates import written_day

# How the customer may sort the history, by the word in the address.
PORTAL_SORTINGS = {"date": "id desc", "points": "points desc, id desc"}
NEXT_EXPIRIES = 3


class LoyaltyCard(models.Model):
    """What a customer is told of an account: plain values, never the records."""

    _inherit = "loyalty.card"

    expiring_display = fields.Char(
        "Points That Expire Soon", compute="_compute_expiring_display"
    )

    @api.depends_context("uid")
    def _compute_points_display(self):
        res = super()._compute_points_display()
        user = self.env.user
        for card in self.filtered("account_card_id") if user.share else ():
            # sudo: who may not see the account learns no more than that
            holder = card.sudo()._account().partner_id
            if not user.partner_id._may_use_points_of(holder):
                card.points_display = card._format_points(0)
        return res

    def _compute_expiring_display(self):
        """The points that a notice is about, each amount with its last day."""
        # sudo: who sees the card sees when its points expire
        cards = self.sudo()
        expiring = cards._portal_expiring()
        today = fields.Date.today()
        for card in cards:
            soon = today + timedelta(card.program_id.point_notice_days)
            card.expiring_display = ", ".join(
                self.env._(
                    "%(points)s on %(day)s",
                    points=each["points"].strip(),
                    day=each["day"],
                )
                for each in expiring[card]
                if each["on"] <= soon
            )

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
        events = dict(
            self.env["loyalty.program"]
            ._fields["point_vesting"]
            ._description_selection(self.env)
        )
        groups = self.env["loyalty.point.lot"]._read_group(
            [("card_id", "in", self.ids), ("pending", "=", True), ("points", ">", 0)],
            ["card_id", "available_on:day"],
            ["points:sum"],
            order="available_on:day",
        )
        told = {card: [] for card in self}
        for card, day, points in groups:
            told[card].append(
                {
                    "points": card._format_points(points),
                    "day": written_day(self.env, day),
                    "event": "" if day else events[card.program_id.point_vesting],
                    "days": 0 if day else card.program_id.point_vesting_days,
                }
            )
        return told

    def _portal_expiring(self) -> dict:
        """Points with a last day, the next days first."""
        groups = self.env["loyalty.point.lot"]._read_group(
            [
                ("card_id", "in", self.ids),
                ("pending", "=", False),
                ("points", ">", 0),
                ("expires_on", ">=", fields.Date.today()),
            ],
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
