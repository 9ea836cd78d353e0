from odoo.addons.crm_suite.tools.uninstall import forget_names

from . import controllers, models, report, wizard


def _open_ledger(env):
    """Balances from before the ledger become its first entries."""
    env["loyalty.program"]._open_ledger()


def _forget_names(env):
    forget_names(env, "crm_loyalty")
