from odoo.addons.crm_suite.tools.uninstall import forget_names

from . import controllers, models, report, wizard


def _look_back(env):
    """Who wrote to us before this was installed: people, and not their programs."""
    env["ecrm.automatic.mail"]._note_earlier()


def _forget_names(env):
    forget_names(env, "crm_ecrm")
