from odoo import fields, models


class EcrmTouchpoint(models.Model):
    _inherit = "ecrm.touchpoint"

    insight_id = fields.Many2one(
        "ecrm.insight",
        "Answers Are Evidence For",
        check_company=True,
        index="btree_not_null",
        help="Each answer stands behind this insight from the moment it is given",
    )
