from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class SuiteTrade(models.AbstractModel):
    """Which invoices and credit notes sell goods or take them back.

    Some only pay what we owe for former sales: they look like credit notes, and are
    neither turnover nor return, whatever stands on their lines.
    """

    _name = "suite.trade"
    _description = "Documents That Trade"

    @api.model
    def _pays_sql(self) -> SQL:
        """Hook: whether `move` pays what was promised for former sales."""
        return SQL("FALSE")

    @api.model
    def _trades_sql(self) -> SQL:
        """Whether `move` is turnover or a return."""
        return SQL("NOT (%s)", self._pays_sql())

    @api.model
    def _trades_domain(self) -> Domain:
        """The same of invoices that are searched, whatever the user may read."""
        paying = SQL("(SELECT id FROM account_move move WHERE %s)", self._pays_sql())
        return Domain("id", "not in", paying)
