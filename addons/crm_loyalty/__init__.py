from . import controllers, models, report, wizard


def _open_ledger(env):
    """Balances from before the ledger become its first entries."""
    env["loyalty.program"]._open_ledger()
