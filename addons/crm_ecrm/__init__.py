from odoo.addons.crm_suite.tools.uninstall import forget_names

from . import controllers, models, report, wizard


def _forget_names(env):
    forget_names(env, "crm_ecrm")
