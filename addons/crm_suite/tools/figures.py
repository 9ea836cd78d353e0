from odoo.fields import Domain
from odoo.models import BaseModel


def open_counted(model: BaseModel, name: str, domain, **action) -> dict:
    """An action that opens the records that a figure counts.

    A figure may count what its reader may not see, such as other salespeople's orders:
    then the title says how many of them the list shows.
    """
    domain = Domain(domain)
    # sudo: how many there are follows from the figure, which the reader has
    counted = model.sudo().search_count(domain)
    shown = model.search_count(domain)
    if shown < counted:
        name = model.env._(
            "%(name)s (%(shown)s of %(counted)s: you may not see the others)",
            name=name,
            shown=shown,
            counted=counted,
        )
    return {
        "type": "ir.actions.act_window",
        "name": name,
        "res_model": model._name,
        "view_mode": "list,form",
        "domain": list(domain),
        "help": f"<p>{name}</p>",
        **action,
    }
