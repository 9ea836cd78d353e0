from odoo import api, fields, models
from odoo.tools import SQL


class LoyaltyTierTurn(models.Model):
    """Makes those who decide one customer's tiers take turns.

    Two orders confirmed at the same moment do not see each other, and each may be too
    small alone. Both write the customer's turn, so that the database lets only one of
    them through; the server tries the other again, which then sees both.
    """

    _name = "loyalty.tier.turn"
    _description = "Turn to Decide a Customer's Tiers"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, ondelete="cascade"
    )
    taken_at = fields.Datetime(readonly=True)

    _partner_uniq = models.UniqueIndex("(partner_id)", "One turn for each customer.")

    @api.model
    def _take(self, customers) -> None:
        """
        :raise SerializationFailure: somebody else's turn came in between
        """
        rows = [SQL("(%s, %s)", id_, fields.Datetime.now()) for id_ in customers.ids]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_tier_turn (partner_id, taken_at)
                     VALUES %s
                ON CONFLICT (partner_id) DO UPDATE SET taken_at = EXCLUDED.taken_at
                """,
                SQL(", ").join(rows),
            ),
            # to wait for another one's turn is no error
            log_exceptions=False,
        )
