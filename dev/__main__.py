import subprocess
import sys
import os
from . import odoo_fetch, venv, server, postgres
from .paths import PYTHON, ROOT
from .problem import Problem

def setup():
    if not venv.ready(): venv.make()
    lib = odoo_fetch.find() or odoo_fetch.fetch()
    venv.link(lib)

def main(verb, *args):
    setup()
    with server.environment() as env:
        if verb == "postgres":
            print("PostgreSQL runs; Ctrl-C ends it. export", *(f"{k}={env[k]}" for k in env if k.startswith(("PG","ODOO_"))), flush=True)
            import signal
            signal.signal(signal.SIGTERM, lambda *a: sys.exit(0))
            try:
                signal.pause()
            except KeyboardInterrupt:
                pass
        elif verb == "odoo":
            return subprocess.run([PYTHON, "-m", "odoo", *args], env=env).returncode
        elif verb == "with":
            return subprocess.run(args, env=env).returncode
try:
    sys.exit(main(*sys.argv[1:]))
except Problem as p:
    sys.exit(f"error: {p}")
