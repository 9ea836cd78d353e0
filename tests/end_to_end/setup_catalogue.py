"""Everything a database holds that an add-on could leave behind, by name."""

from psycopg2 import sql

COLUMNS = """
    SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
      FROM information_schema.columns WHERE table_schema = 'public'
"""
NAMED = {
    "column": COLUMNS,
    "relation": """
        SELECT relkind::text || ' ' || relname FROM pg_class
         WHERE relnamespace = 'public'::regnamespace
    """,
    "constraint": """
        SELECT conrelid::regclass || ' ' || conname FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace
    """,
    "record": "SELECT module || '.' || name FROM ir_model_data",
    "field": "SELECT model || '.' || name FROM ir_model_fields",
    # scripts and styles of pages are Odoo's own, made when somebody opens one
    "attachment": "SELECT name FROM ir_attachment WHERE res_model IS NOT NULL"
    " AND (url IS NULL OR NOT starts_with(url, '/web/assets/'))",
}
# What Odoo writes while it installs and serves, whatever the module. It keeps a row of
# `ir_model_constraint` for each many2one that a module had added to another's model, as
# `delivery` does; the constraints themselves are compared above.
WORKING_TABLES = {
    *("base_registry_signaling", "bus_bus", "bus_presence", "ir_attachment"),
    *("ir_cron_progress", "ir_cron_trigger", "ir_logging", "ir_model_constraint"),
    *("ir_profile", "orm_signaling_assets", "orm_signaling_default"),
    *("orm_signaling_groups", "orm_signaling_registry", "orm_signaling_routing"),
    *("orm_signaling_stable", "orm_signaling_templates"),
}


def read(server, database: str) -> set[str]:
    """A line for each thing by name, and for each table the number of its rows."""
    found = set()
    for kind, query in NAMED.items():
        rows = server.query(query, database=database)
        found.update(f"{kind} {name}" for (name,) in rows)
    tables = server.query(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
        database=database,
    )
    for (table,) in tables:
        if table not in WORKING_TABLES:
            count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            ((rows,),) = server.query(count, database=database)
            found.add(f"rows {table}: {rows}")
    return found
