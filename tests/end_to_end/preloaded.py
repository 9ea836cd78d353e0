"""Imported once, by the process from which the tests' processes are forked."""

import os

from odoo import sql_db
from odoo.modules.registry import Registry
from odoo.tools import config

config.parse_config(["--no-http"], setup_logging=True)
Registry(os.environ["PGDATABASE"])
# A connection must not be shared, and would keep the database from being replaced.
sql_db.close_all()
