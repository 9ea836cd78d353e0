"""What docs/deploy.md tells people to write, Odoo understands."""

import re
import subprocess

from dev import addons
from dev.paths import PYTHON, ROOT

DEPLOY = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
READ = """
import configparser, logging, sys
from odoo.tools import config
config.parse_config(["-c", sys.argv[1]], setup_logging=True)
read = configparser.ConfigParser(interpolation=None)
read.read(sys.argv[1])
unknown = set(read["options"]) - set(config.options_index) - {"admin_passwd"}
print("unknown:", sorted(unknown))
print("workers:", config["workers"], "replica:", config["db_replica_host"])
"""


def read_config(path) -> str:
    done = subprocess.run(
        [PYTHON, "-c", READ, path],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/bin"},
    )
    return done.stdout + done.stderr


def test_odoo_reads_the_server_settings(tmp_path):
    (block,) = re.findall(r"```ini\n(.*?)```", DEPLOY, re.S)
    for option in ("addons_path", "data_dir", "logfile"):
        block = re.sub(rf"^{option} = .*$", f"{option} = {tmp_path}", block, flags=re.M)
    block = block.replace(f"logfile = {tmp_path}", f"logfile = {tmp_path}/odoo.log")
    (tmp_path / "odoo.conf").write_text(block)
    said = read_config(tmp_path / "odoo.conf")
    assert "unknown: []" in said
    assert "workers: 8 replica: 10.0.0.11" in said
    assert "unknown option" not in said and "WARNING" not in said


def test_odoo_reads_the_development_settings():
    said = read_config(ROOT / "odoo.conf")
    assert "unknown: []" in said


def test_unknown_setting_is_noticed(tmp_path):
    (tmp_path / "odoo.conf").write_text("[options]\nworker_count = 3\n")
    assert "unknown: ['worker_count']" in read_config(tmp_path / "odoo.conf")


def test_project_has_the_version_of_its_newest_addon():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (version,) = re.findall(r'^version = "(.*)"$', project, re.M)
    versions = [manifest["version"] for manifest in addons.manifests().values()]
    assert version == max(versions, key=lambda text: [*map(int, text.split("."))])
