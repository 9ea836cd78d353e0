"""What `make bench` measures still runs."""

import subprocess

from dev.paths import PYTHON, ROOT


def test_cases_run_on_a_small_base(server, suite):
    with server.copied(suite, "bench") as database:
        done = subprocess.run(
            [PYTHON, "tests/bench", "--on", database],
            cwd=ROOT,
            env=server.env,
            capture_output=True,
            text=True,
            check=False,
        )
    assert not done.returncode, done.stderr
