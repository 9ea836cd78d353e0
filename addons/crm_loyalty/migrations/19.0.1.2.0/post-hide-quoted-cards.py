from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Cards that quotations opened are no cards before an order is confirmed."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["loyalty.card"]._hide_quoted_cards()
