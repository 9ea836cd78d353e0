from collections.abc import Collection

from odoo import models
from odoo.exceptions import UserError


def chosen_records(
    wizard: models.BaseModel, sources: Collection[str], most: int
) -> models.BaseModel:
    """The records of the list that a wizard was opened on: those that the user sees.

    :raise UserError: the list is of another kind, or too many were chosen
    """
    model = wizard.env.context.get("active_model")
    ids = wizard.env.context.get("active_ids") or []
    if model not in sources or len(ids) > most:
        raise UserError(wizard.env._("Choose up to %s records of a list.", most))
    return wizard.env[model].search([("id", "in", ids)])
