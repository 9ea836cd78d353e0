from odoo import fields, models


class DistributionSelloutPart(models.Model):
    """Lines of a report that were read, in order, and wait to be brought in.

    It goes with what it carries, in one transaction.
    """

    _name = "distribution.sellout.part"
    _description = "Part of a Sell-Out Report"
    _order = "id"
    _log_access = False

    report_id = fields.Many2one(
        "distribution.sellout", required=True, index=True, ondelete="cascade"
    )
    content = fields.Text(required=True, readonly=True)
