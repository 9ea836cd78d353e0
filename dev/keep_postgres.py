"""``python -m dev keep-postgres``: the server alone, until Ctrl-C."""

import signal

from .setup import ground


def keep_postgres() -> int:
    with ground() as (env, _server):
        for name in ("PGHOST", "PGPORT", "PGUSER", "ODOO_RC", "ODOO_DATA_DIR"):
            print(f"export {name}={env.get(name, '')}")
        print(f"export ODOO_ADDONS_PATH={env['ODOO_ADDONS_PATH']}", flush=True)
        signal.pause()
    return 0
