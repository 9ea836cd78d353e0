"""Records that share keys with what is asked, so that few have to be compared.

A stored text holds a record's keys, with one space between them, and has an index::

    models.Index("USING gin (string_to_array(search_keys, ' '))")
"""

from odoo.fields import Domain
from odoo.models import BaseModel
from odoo.tools import SQL


def records_sharing(
    model: BaseModel,
    field: str,
    keys: list[str],
    domain: list | Domain,
    limit: int | None = None,
) -> BaseModel:
    """Those that share most keys first, then the oldest; none where nothing is asked.

    :param field: the stored text of keys
    """
    if not keys:
        return model.browse()
    model.flush_model([field])
    query = model._search(Domain(domain))
    held = SQL("string_to_array(%s, ' ')", SQL.identifier(model._table, field))
    query.add_where(SQL("%s && %s", held, keys))
    query.order = SQL(
        "(SELECT count(*) FROM unnest(%s) AS one WHERE one = ANY(%s)) DESC, %s",
        held,
        keys,
        SQL.identifier(model._table, "id"),
    )
    query.limit = limit
    return model.browse(query)
