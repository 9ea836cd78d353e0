from odoo.addons.crm_suite.tools.uninstall import forget_names

from . import controllers, models, report, wizard


def _leave_nothing(env):
    """Cards go back to Odoo as it knows them, and the names of what is gone with it."""
    env["loyalty.program"]._leave_to_odoo()
    forget_names(env, "crm_loyalty")
