from odoo import models
from odoo.tools import SQL


class SuiteTrade(models.AbstractModel):
    """What pays or bills a claim, a commission or a rebate takes no goods back."""

    _inherit = "suite.trade"

    def _pays_sql(self) -> SQL:
        return SQL(
            "%s OR move.distribution_claim_id IS NOT NULL"
            " OR move.distribution_correction_id IS NOT NULL"
            " OR move.distribution_settlement_id IS NOT NULL",
            super()._pays_sql(),
        )
