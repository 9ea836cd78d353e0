from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL


class AccountMove(models.Model):
    """What pays a claim, or bills what claims paid too much: no goods, no turnover."""

    _name = "account.move"
    _inherit = ["account.move", "suite.protected.mixin"]
    _protected_fields = {"distribution_claim_id", "distribution_correction_id"}

    distribution_claim_id = fields.Many2one(
        "distribution.claim",
        "Claim",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="account.group_account_invoice,account.group_account_readonly",
        help="The claim that it pays. It is no turnover and no return.",
    )
    distribution_correction_id = fields.Many2one(
        "distribution.claim.correction",
        "Claims Paid Too Much",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="account.group_account_invoice,account.group_account_readonly",
        help="What was open of claims that paid too much, and is billed by this. It is "
        "no turnover and no return.",
    )

    _distribution_claim_uniq = models.UniqueIndex(
        "(distribution_claim_id) "
        "WHERE distribution_claim_id IS NOT NULL AND state <> 'cancel'",
        "A claim is paid by one credit note.",
    )
    _distribution_correction_uniq = models.UniqueIndex(
        "(distribution_correction_id) "
        "WHERE distribution_correction_id IS NOT NULL AND state <> 'cancel'",
        "What claims paid too much is billed once.",
    )

    @api.model
    def _sell_in_sql(self) -> SQL:
        """Hook: goods that posted invoices sold and credit notes took back.

        They count from the date of delivery, where an invoice has one.

        :return: selects id, product_id, move_type, origin_id (of what it takes back),
            company_id, partner_id, day, received (in the product's own unit, below
            zero when taken back) and amount (in the company's currency)
        """
        return SQL(
            """
            SELECT line.id, line.product_id, move.move_type,
                   (SELECT min(origin.id) FROM account_move_line origin
                     WHERE origin.move_id = move.reversed_entry_id
                       AND origin.product_id = line.product_id
                       AND origin.display_type = 'product') AS origin_id,
                   move.company_id, move.commercial_partner_id AS partner_id,
                   coalesce(move.delivery_date, move.invoice_date) AS day,
                   CASE WHEN move.move_type = 'out_refund' THEN -1 ELSE 1 END
                   * line.quantity * coalesce(unit.factor, 1)
                   / coalesce(nullif(own_unit.factor, 0), 1) AS received,
                   abs(line.balance) AS amount
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              LEFT JOIN uom_uom unit ON unit.id = line.product_uom_id
              LEFT JOIN uom_uom own_unit ON own_unit.id = template.uom_id
             WHERE move.state = 'posted' AND line.display_type = 'product'
               AND move.move_type IN ('out_invoice', 'out_refund')
               AND template.type = 'consu'
               AND %s
            """,
            self.env["suite.trade"]._trades_sql(),
        )

    @api.model
    def _prepare_channel_values(
        self, move_type: str, whose, reference: str, lines: list[tuple[str, float]]
    ) -> dict:
        """A document of the channel's money, by Odoo's own accounts and taxes.

        :param whose: a record with company, intermediary and currency
        :param lines: what it is for, and how much
        """
        return {
            "move_type": move_type,
            "partner_id": whose.partner_id.id,
            "company_id": whose.company_id.id,
            "currency_id": whose.currency_id.id,
            "ref": reference,
            "invoice_origin": reference,
            "invoice_line_ids": [
                Command.create({"name": name, "quantity": 1, "price_unit": amount})
                for name, amount in lines
            ],
        }

    def _reopen_corrections(self) -> None:
        """What was to be billed is owed again."""
        cancelled = self.filtered(lambda move: move.state == "cancel")
        # sudo: entries are the system's, whoever cancels
        cancelled.sudo().distribution_correction_id._take_back()

    def _follow_claims(self) -> None:
        # sudo: a claim follows its credit note, whoever posts
        self.sudo().distribution_claim_id._follow_credits()

    def _pays_channel(self) -> bool:
        """Hook: whether it pays or bills what is owed of claims or a statement.

        :param self: in superuser mode
        """
        self.ensure_one()
        return bool(self.distribution_claim_id or self.distribution_correction_id)
