"""What docs/deploy.md tells people to write, Odoo understands."""

import re
import subprocess

import pytest

from dev import addons
from dev.paths import PYTHON, ROOT

DEPLOY = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
READ = """
import configparser, sys
from odoo.tools import config
config.parse_config(["-c", sys.argv[1]], setup_logging=True)
read = configparser.ConfigParser(interpolation=None)
read.read(sys.argv[1])
unknown = set(read["options"]) - set(config.options_index) - {"admin_passwd"}
print("unknown:", sorted(unknown))
print("workers:", config["workers"], "replica:", config["db_replica_host"])
"""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (DEPLOY.split("```ini\n")[1].split("```")[0], "workers: 8 replica: 10.0.0.11"),
        ((ROOT / "odoo.conf").read_text(encoding="utf-8"), "workers: 0"),
    ],
    ids=["server", "development"],
)
def test_odoo_knows_the_settings(tmp_path, options, said):
    # Folders of a server, which are not here.
    options = re.sub(r"^(addons_path|data_dir|logfile) = .*$", "", options, flags=re.M)
    (tmp_path / "odoo.conf").write_text(options)
    done = subprocess.run(
        [PYTHON, "-c", READ, tmp_path / "odoo.conf"],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert said in done.stdout and "unknown: []" in done.stdout
    assert "WARNING" not in done.stderr


def test_project_has_the_version_of_its_newest_addon():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (version,) = re.findall(r'^version = "(.*)"$', project, re.M)
    versions = [manifest["version"] for manifest in addons.manifests().values()]
    assert version == max(versions, key=lambda text: [*map(int, text.split("."))])
