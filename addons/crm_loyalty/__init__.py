from odoo.fields import Domain

from . import controllers, models, report, wizard


def _open_ledger(env):
    """Balances from before the ledger become its first entries."""
    env["loyalty.program"]._open_ledger()


def _forget_inheritance(env):
    """Take back the names that Odoo gives to our models' chatter for other modules.

    For each module that extends `mail.thread`, Odoo notes that our models inherit it,
    and would keep these notes after the models are gone.
    """
    inheritance = Domain("model", "=", "ir.model.inherit")
    ours = Domain("module", "=", "crm_loyalty")
    names = env["ir.model.data"]
    records = names.search(inheritance & ours).mapped("res_id")
    names.search(inheritance & ~ours & Domain("res_id", "in", records)).unlink()
