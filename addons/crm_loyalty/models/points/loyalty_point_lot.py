from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.work import work_through

from ...points import Lot, to_units


class PurchaseJoin(NamedTuple):
    """SQL that joins purchases, and their time and company."""

    joins: SQL
    time: SQL
    company: SQL


class LoyaltyPointLot(models.Model):
    """Points that came together and share their dates; below zero it is a debt.

    Its entries say how it came to hold what it holds. Only `loyalty.card` writes lots,
    and always together with entries.
    """

    _name = "loyalty.point.lot"
    _description = "Points of One Date"
    _inherit = ["suite.protected.mixin", "suite.company.mixin"]
    _order = "id"

    _protected_fields = {
        "card_id",
        "program_id",
        "company_id",
        "order_id",
        "points",
        "pending",
        "available_on",
        "expires_on",
        "vesting_event",
        "vesting_days",
        "valid_days",
        "notice_sent",
    }
    _company_links = ("card_id", "program_id")

    card_id = fields.Many2one(
        "loyalty.card", required=True, readonly=True, index=True, ondelete="restrict"
    )
    program_id = fields.Many2one(
        "loyalty.program", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    order_id = fields.Many2one(
        "sale.order",
        "Rewarded Order",
        readonly=True,
        groups=fields.NO_ACCESS,
        index="btree_not_null",
        ondelete="set null",
    )
    points = fields.Float(digits=(16, 4), required=True, readonly=True)
    pending = fields.Boolean(
        readonly=True, help="They wait for a day or an event before they may be spent."
    )
    available_on = fields.Date(
        readonly=True, help="Empty on pending points that wait for an event."
    )
    expires_on = fields.Date("Last Day", readonly=True)
    vesting_event = fields.Selection(
        [
            ("delivery", "Everything is delivered"),
            ("invoice", "Everything is invoiced"),
            ("payment", "Everything is paid"),
        ],
        "Waits for",
        readonly=True,
        help="As it was promised, whatever the program says now.",
    )
    vesting_days = fields.Integer("Days to Wait After", readonly=True)
    valid_days = fields.Integer(
        "Lasts (Days)",
        readonly=True,
        help="Once it is available; 0 means for ever. As it was promised.",
    )
    notice_sent = fields.Boolean(readonly=True)
    entry_ids = fields.One2many("loyalty.point.entry", "lot_id", readonly=True)

    # what is empty is history: work looks at the rest only
    _open_idx = models.Index("(card_id) WHERE points <> 0")
    _pending_idx = models.Index("(available_on) WHERE pending AND points > 0")
    _expiring_idx = models.Index("(expires_on) WHERE NOT pending AND points > 0")

    @api.model
    def _cron_close_day(self, batch_size=500):
        """Let vest and expire what is due."""
        work_through(
            self,
            self._event_domain,
            self._vest_on_event,
            batch_size,
            more=lambda: self.search_count(self._due_domain()),
        )
        work_through(self, self._due_domain, self._close_day, batch_size)

    @api.model
    def _cron_send_notices(self, batch_size=200):
        """Tell customers in time which of their points are about to expire."""
        work_through(
            self, self._notice_domain, lambda lots: lots._send_notices(), batch_size
        )

    @api.model
    def _due_domain(self) -> Domain:
        """Lots whose day has come: to be available, or to expire."""
        pending = Domain("pending", "=", True)
        return Domain("points", ">", 0) & self.env["res.company"]._domain_by_day(
            lambda day: (
                (pending & Domain("available_on", "<=", day))
                | (~pending & Domain("expires_on", "<", day))
            )
        )

    @api.model
    def _event_domain(self) -> Domain:
        """Lots that wait for an event which has happened meanwhile."""
        waiting = (
            Domain("points", ">", 0)
            & Domain("pending", "=", True)
            & Domain("available_on", "=", False)
        )
        # sudo: what has become of orders, not who may see them
        orders = self.env["sale.order"].sudo()
        awaited = self._read_group(waiting, ["vesting_event"])
        return waiting & Domain.OR(
            Domain("vesting_event", "=", event)
            & Domain("order_id", "any!", orders._happened_domain(event))
            for (event,) in awaited
            if event
        )

    @api.model
    def _notice_domain(self) -> Domain:
        programs = self.env["loyalty.program"].search([("point_notice_days", ">", 0)])

        def soon(today):
            return Domain("expires_on", ">=", today) & Domain.OR(
                Domain("program_id", "=", program.id)
                & Domain(
                    "expires_on", "<=", today + timedelta(program.point_notice_days)
                )
                for program in programs
            )

        return (
            Domain("points", ">", 0)
            & Domain("pending", "=", False)
            & Domain("notice_sent", "=", False)
            & Domain("card_id.partner_id", "!=", False)
            & self.env["res.company"]._domain_by_day(soon)
        )

    @api.model
    def _close_day(self, lots):
        # the entries tell it; a message on each card would take most of the time
        cards = lots.card_id.with_context(tracking_disable=True)
        # books are opened as of today: what is due expires or becomes available there
        cards._keep_books(cards._open_books())

    @api.model
    def _vest_on_event(self, lots):
        """Start the promised days; without any the points are available at once."""
        # the entries tell it; a message on each card would take most of the time
        lots = lots.with_context(tracking_disable=True)
        # what was taken off the order meanwhile becomes available to nobody
        lots.order_id._state_cancelled_rests()
        lots.order_id._post_points()
        books = lots.card_id._open_books()
        for lot in lots:
            book = books[lot.card_id]
            happened = lot.order_id._event_day(lot.vesting_event) or book.day
            day = min(happened, book.day) + timedelta(lot.vesting_days)
            for pure in [pure for pure in book.lots if pure.ref == lot.id]:
                book.vest(pure, day)
            book.close_day()
        lots.card_id._keep_books(books)

    def _rewarded_document(self) -> tuple[str, int] | None:
        """Hook: the purchase that the points reward, by field and id."""
        return ("order_id", self.order_id.id) if self.order_id else None

    @api.model
    def _purchases_sql(self, rewards: SQL) -> PurchaseJoin:
        """Hook: the purchase behind each row of a table of lots or entries.

        Sales orders go by the name of `sale`.
        """
        self.env["sale.order"].flush_model(["date_order", "company_id"])
        return PurchaseJoin(
            SQL("LEFT JOIN sale_order sale ON sale.id = %s.order_id", rewards),
            SQL("sale.date_order"),
            SQL("sale.company_id"),
        )

    def _as_pure(self) -> Lot:
        return Lot(
            to_units(self.points),
            self.pending,
            self.available_on or None,
            self.expires_on or None,
            self._rewarded_document(),
            self.id,
            self.vesting_event or None,
            self.vesting_days,
            self.valid_days if self.pending else None,
        )

    def _send_notices(self):
        template = self.env.ref("crm_loyalty.mail_template_points_expire")
        for card in self.card_id:
            template.send_mail(
                card.id, email_layout_xmlid="mail.mail_notification_light"
            )
        self.notice_sent = True
