from odoo import fields, models


class LoyaltyLedgerSwitchLine(models.TransientModel):
    """A customer's further card: joined with his first one only where somebody says."""

    _name = "loyalty.ledger.switch.line"
    _description = "Card to Join"

    switch_id = fields.Many2one(
        "loyalty.ledger.switch", required=True, index=True, ondelete="cascade"
    )
    card_id = fields.Many2one("loyalty.card", required=True, ondelete="cascade")
    partner_id = fields.Many2one(
        related="card_id.partner_id", string="Customer", related_sudo=False
    )
    points = fields.Float(related="card_id.points", string="Points", related_sudo=False)
    expiration_date = fields.Date(
        related="card_id.expiration_date", string="Last Day", related_sudo=False
    )
    account_card_id = fields.Many2one(
        "loyalty.card",
        "Joined With",
        ondelete="cascade",
        help="Empty: a new card of the company.",
    )
    account_points = fields.Float(
        related="account_card_id.points", string="Points There", related_sudo=False
    )
    account_expiration_date = fields.Date(
        related="account_card_id.expiration_date",
        string="Last Day There",
        related_sudo=False,
    )
    over = fields.Boolean(
        "Expired", readonly=True, help="Its points would be gone: it stays by itself."
    )
    joined = fields.Boolean("Join")
