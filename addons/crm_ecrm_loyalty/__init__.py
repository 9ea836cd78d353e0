from odoo.tools import SQL

from . import controllers, models, report


def _forget_levels(env):
    """Without tiers nobody has a service level, and teams promise to all alike."""
    promises = env["ecrm.team.promise"].search([("service_level", "!=", False)])
    promises.unlink()
    env.cr.execute(
        SQL("UPDATE ecrm_case SET service_level = NULL WHERE service_level IS NOT NULL")
    )
    env["ecrm.case"].invalidate_model(["service_level"])
