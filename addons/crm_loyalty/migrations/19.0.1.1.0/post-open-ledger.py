from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Balances from before the ledger become its first entries."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["loyalty.program"]._open_ledger()
