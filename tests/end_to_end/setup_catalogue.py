"""Everything a database holds that an add-on could leave behind, by name."""

from psycopg2 import sql

STRUCTURE = {
    "relation": """
        SELECT relkind::text || ' ' || relname FROM pg_class
         WHERE relnamespace = 'public'::regnamespace
    """,
    "column": """
        SELECT attrelid::regclass || '.' || attname || ' '
               || format_type(atttypid, atttypmod)
               || CASE WHEN attnotnull THEN ' not null' ELSE '' END
          FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm')
           AND attnum > 0 AND NOT attisdropped
    """,
    "constraint": """
        SELECT conrelid::regclass || ' ' || conname FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace
    """,
    "trigger": "SELECT tgrelid::regclass || ' ' || tgname FROM pg_trigger"
    " WHERE NOT tgisinternal",
    "function": """
        SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    """,
}

RECORDS = {
    "xml id": "SELECT module || '.' || name FROM ir_model_data",
    "model": "SELECT model FROM ir_model",
    "field": "SELECT model || '.' || name FROM ir_model_fields",
    "view": "SELECT model || ' ' || name FROM ir_ui_view",
    "menu": "SELECT name ->> 'en_US' FROM ir_ui_menu",
    "group": "SELECT name ->> 'en_US' FROM res_groups",
    "cron": "SELECT cron_name FROM ir_cron",
    "action": "SELECT type || ' ' || (name ->> 'en_US') FROM ir_actions",
    "parameter": "SELECT key FROM ir_config_parameter",
    "rule": "SELECT name FROM ir_rule",
    "access": "SELECT name FROM ir_model_access",
    # scripts and styles of pages are Odoo's own, made when somebody opens one
    "attachment": "SELECT name FROM ir_attachment WHERE res_model IS NOT NULL"
    " AND (url IS NULL OR NOT starts_with(url, '/web/assets/'))",
    "module": "SELECT name FROM ir_module_module WHERE state = 'installed'",
}

# What Odoo writes while it installs and serves, whatever the module.
WORKING_TABLES = {
    "base_registry_signaling",
    "bus_bus",
    "bus_presence",
    "ir_attachment",
    "ir_cron_progress",
    "ir_cron_trigger",
    "ir_logging",
    # Odoo keeps a row for each many2one that a module had added to another's model, as
    # `delivery` does; the constraints themselves are compared above.
    "ir_model_constraint",
    "ir_profile",
    "orm_signaling_assets",
    "orm_signaling_default",
    "orm_signaling_groups",
    "orm_signaling_registry",
    "orm_signaling_routing",
    "orm_signaling_stable",
    "orm_signaling_templates",
}


def read(server, database: str) -> set[str]:
    """A line for each thing by name, and for each table the number of its rows."""
    found = set()
    for kind, query in {**STRUCTURE, **RECORDS}.items():
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
