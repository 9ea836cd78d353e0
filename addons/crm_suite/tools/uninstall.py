"""What an add-on leaves in Odoo's own tables when it goes."""

from odoo.fields import Domain


def forget_names(env, addon: str) -> None:
    """Take back the names that Odoo gives to parts of our models for other modules.

    For each module that extends `mail.thread` or the like, Odoo notes that our models
    inherit it and which choices the inherited fields have, and would keep these notes
    after the models are gone. For an add-on's `uninstall_hook`.
    """
    models = [name for name, model in env.items() if model._original_module == addon]
    names = env["ir.model.data"]
    ours = Domain("module", "=", addon)
    inherited = env["ir.model.inherit"].search([("model_id.model", "in", models)])
    choices = env["ir.model.fields.selection"].search(
        Domain("field_id.model", "in", models)
    )
    for model, ids in (
        (inherited._name, inherited.ids),
        (choices._name, choices.ids),
    ):
        parts = Domain("model", "=", model) & Domain("res_id", "in", ids)
        names.search(parts & ~ours).unlink()
