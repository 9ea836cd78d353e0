from odoo import api, models
from odoo.tools import SQL


class EcrmSignal(models.Model):
    """Goods that a customer sent back; where they are credited, that counts."""

    _inherit = "ecrm.signal"

    @api.model
    def _sources(self) -> dict[str, SQL]:
        goods = SQL(
            """
            SELECT id, partner_id, company_id, day
              FROM (%s) AS back WHERE open_quantity > 0
            """,
            self.env["ecrm.return"]._goods_sql(),
        )
        return super()._sources() | {"return": goods}
