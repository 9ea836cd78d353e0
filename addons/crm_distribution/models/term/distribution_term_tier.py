from odoo import api, fields, models


class DistributionTermTier(models.Model):
    """Where a tier starts: it holds up to the next one, so that there are no gaps."""

    _name = "distribution.term.tier"
    _description = "Tier of a Term"
    _inherit = ["suite.company.mixin", "suite.protected.mixin", "suite.number.mixin"]
    _order = "term_id, turnover_from"
    _rec_name = "turnover_from"
    _number_limits = {"turnover_from": (0, 1e15), "rate": (0, 1e9)}

    term_id = fields.Many2one(
        "distribution.term", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="term_id.company_id", store=True, index=True)
    turnover_from = fields.Float(
        "From",
        digits=(16, 2),
        required=True,
        help="Turnover in the currency of the term, or pieces. Below the first tier "
        "nothing is earned.",
    )
    rate = fields.Float(digits=(16, 4), required=True)

    _turnover_from_uniq = models.UniqueIndex(
        "(term_id, turnover_from)", "Two tiers start at the same turnover."
    )
    _rate_range = models.Constraint("CHECK (rate >= 0)", "A rate is not below 0.")
    _turnover_from_range = models.Constraint(
        "CHECK (turnover_from >= 0)", "A tier starts at 0 or above."
    )

    @api.model_create_multi
    def create(self, vals_list):
        tiers = super().create(vals_list)
        tiers._check_draft()
        return tiers

    def write(self, vals):
        self.check_access("write")
        self._check_draft()
        res = super().write(vals)
        self._check_draft()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        self._check_draft()

    def _check_draft(self) -> None:
        if running := self.term_id.filtered(lambda term: term.state != "draft"):
            raise running._frozen_error()
