from odoo import api, fields, models
from odoo.exceptions import UserError


class LoyaltyLedgerSwitch(models.TransientModel):
    """Shows what switching a program's ledger on or off will do, and does it.

    Begun by the program's button; the figures are of all its cards.
    """

    _name = "loyalty.ledger.switch"
    _description = "Switch a Points Ledger"
    _rec_name = "program_id"

    program_id = fields.Many2one("loyalty.program", required=True, ondelete="cascade")
    keeps = fields.Boolean(
        readonly=True, help="Whether there was a ledger when this was shown."
    )
    card_count = fields.Integer("Cards Concerned", readonly=True)
    points = fields.Float(digits=(16, 4), readonly=True)
    quoted_count = fields.Integer("Cards of Open Quotations", readonly=True)
    dated_count = fields.Integer("Cards With Points That Expire", readonly=True)
    lasting_count = fields.Integer(
        "Cards Whose Points No Longer Expire",
        readonly=True,
        help="A card has one last day for all its points: where some of them never "
        "expire, it has none.",
    )
    pending = fields.Selection(
        [("keep", "Become available now"), ("drop", "Are dropped")],
        "Pending Points",
    )
    line_ids = fields.One2many(
        "loyalty.ledger.switch.line", "switch_id", "Cards to Join"
    )

    @api.model
    def _begin(self, program):
        program.ensure_one()
        vals = {
            "program_id": program.id,
            "keeps": program.keep_ledger,
            **program._switch_preview(),
        }
        if not program.keep_ledger:
            vals["line_ids"] = [
                fields.Command.create(
                    {
                        "card_id": card.id,
                        "account_card_id": group.account.id,
                        "over": card in group.over,
                    }
                )
                for group in program._joinings()
                for card in group.live | group.over
            ]
        return self.create(vals)

    def action_switch(self):
        self.ensure_one()
        program = self.program_id
        program.check_access("write")
        program._check_switch(self.keeps)
        if not self.keeps:
            program._switch_on(self.line_ids.filtered("joined").card_id)
        elif self.points and not self.pending:
            raise UserError(self.env._("Say what becomes of the pending points."))
        else:
            program._switch_off(drop_pending=self.pending == "drop")
        return {"type": "ir.actions.act_window_close"}
