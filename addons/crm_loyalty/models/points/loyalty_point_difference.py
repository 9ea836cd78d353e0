import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class LoyaltyPointDifference(models.Model):
    """A card of a ledger that does not hold what its entries add up to.

    Found at night and told; never repaired: somebody has written past the ledger, and
    who that was matters more than the number.
    """

    _name = "loyalty.point.difference"
    _description = "Difference Between a Card and Its Entries"
    _inherit = ["suite.protected.mixin", "suite.company.mixin"]
    _order = "gone_on desc, id desc"
    _rec_name = "card_id"

    _protected_fields = {"card_id", "what", "held", "posted", "found_on", "gone_on"}

    card_id = fields.Many2one(
        "loyalty.card", required=True, readonly=True, index=True, ondelete="cascade"
    )
    program_id = fields.Many2one(related="card_id.program_id")
    company_id = fields.Many2one(
        related="card_id.company_id", store=True, precompute=True, index=True
    )
    what = fields.Selection(
        [("available", "Available"), ("pending", "Pending"), ("lot", "Dated Points")],
        required=True,
        readonly=True,
    )
    held = fields.Float("Card Says", digits=(16, 4), readonly=True)
    posted = fields.Float("Entries Say", digits=(16, 4), readonly=True)
    found_on = fields.Datetime(default=fields.Datetime.now, readonly=True)
    gone_on = fields.Datetime(
        readonly=True, help="When the nightly check found it no longer."
    )

    _open_uniq = models.UniqueIndex(
        "(card_id, what) WHERE gone_on IS NULL", "This difference is known already."
    )

    @api.model
    def _cron_reconcile(self):
        """Compare every card of a ledger with its entries."""
        self._reconcile(self.env["loyalty.card"].with_context(active_test=False))

    @api.model
    def _reconcile(self, cards):
        """Report differences, and which known ones are gone.

        :param cards: look at these; at all of them if it names none
        """
        found = {(card, what): sums for card, what, *sums in self._find(cards)}
        known = Domain("gone_on", "=", False)
        if cards:
            known &= Domain("card_id", "in", cards.ids)
        for difference in self.search(known):
            sums = found.pop((difference.card_id.id, difference.what), None)
            if not sums:
                difference.gone_on = fields.Datetime.now()
            elif [difference.held, difference.posted] != sums:
                difference.write({"held": sums[0], "posted": sums[1]})
        new = self.create(
            [
                {"card_id": card, "what": what, "held": held, "posted": posted}
                for (card, what), (held, posted) in found.items()
            ]
        )
        new._tell()
        return new

    @api.model
    def _find(self, cards) -> list:
        """(card, what, held, posted) where the two are not the same."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH ledgers AS (
                    SELECT id FROM loyalty_program WHERE keep_ledger
                ), posted AS (
                    SELECT card_id,
                           coalesce(sum(points) FILTER (WHERE NOT pending), 0) AS now,
                           coalesce(sum(points) FILTER (WHERE pending), 0) AS later
                      FROM loyalty_point_entry WHERE %(of_cards)s
                     GROUP BY card_id
                ), lots AS (
                    SELECT lot.card_id, sum(lot.points) AS held,
                           sum(entry.points) AS posted
                      FROM loyalty_point_lot lot
                      JOIN ledgers ON ledgers.id = lot.program_id
                      JOIN (SELECT lot_id, sum(points) AS points
                              FROM loyalty_point_entry WHERE %(of_cards)s
                             GROUP BY lot_id) entry ON entry.lot_id = lot.id
                     WHERE lot.points <> entry.points
                     GROUP BY lot.card_id
                ), sums AS (
                    SELECT card.id, 'available' AS what,
                           coalesce(card.points, 0)::numeric AS held,
                           coalesce(posted.now, 0) AS posted
                      FROM loyalty_card card
                      JOIN ledgers ON ledgers.id = card.program_id
                      LEFT JOIN posted ON posted.card_id = card.id
                     WHERE %(these)s
                    UNION ALL
                    SELECT card.id, 'pending',
                           coalesce(card.pending_points, 0)::numeric,
                           coalesce(posted.later, 0)
                      FROM loyalty_card card
                      JOIN ledgers ON ledgers.id = card.program_id
                      LEFT JOIN posted ON posted.card_id = card.id
                     WHERE %(these)s
                )
                SELECT id, what, held, posted FROM sums
                 WHERE abs(held - posted) > 0.00005
                UNION ALL
                SELECT card_id, 'lot', held, posted FROM lots
                """,
                of_cards=SQL("card_id IN %s", cards._ids) if cards else SQL("TRUE"),
                these=SQL("card.id IN %s", cards._ids) if cards else SQL("TRUE"),
            )
        )
        return [
            (card, what, float(held), float(posted))
            for card, what, held, posted in rows
        ]

    def _tell(self):
        """Tell whoever answers for the program, once for each difference."""
        for difference in self:
            card, program = difference.card_id, difference.program_id
            _logger.warning(
                "Card %s of program %s: %s points say %s, the entries say %s",
                card.id,
                program.id,
                difference.what,
                difference.held,
                difference.posted,
            )
            if partner := program.point_responsible_id.partner_id:
                card.message_notify(
                    partner_ids=partner.ids,
                    subject=self.env._("Points that no entry explains"),
                    body=self.env._(
                        "The card says %(held)s, its entries say %(posted)s. Somebody "
                        "has changed one of them past the ledger.",
                        held=f"{difference.held:.15g}",
                        posted=f"{difference.posted:.15g}",
                    ),
                )
