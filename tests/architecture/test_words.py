"""The project speaks of itself only: no machine, no mirror, no tool of its makers."""

import re
import subprocess
from pathlib import Path

import pytest
import sources

FORBIDDEN = {
    "machine path": r"(?<![\w/.])/(work|root|home/\w+|tmp)/",
    "host of a registry": r"\b(deb\.debian\.org|pypi\.org|npmjs\.org)",
    "tool of its makers": r"(?i)\b(claude|anthropic|copilot|chatgpt)\b",
    "number of an issue": r"(?i)\b(issue #?|(fix(es)?|closes|see|refs?) #)\d",
}
BINARY = {".png", ".jpg", ".ico", ".woff2", ".xlsx", ".zip", ".gz", ".xz"}


def project_files() -> list[Path]:
    """What is in the repository, or about to be."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(
        listing, cwd=sources.ROOT, capture_output=True, text=True, check=True
    )
    files = [sources.ROOT / name for name in done.stdout.splitlines()]
    files.remove(Path(__file__).resolve())
    return [file for file in files if file.is_file() and file.suffix not in BINARY]


def strange_words(name: str, text: str) -> list[str]:
    return [
        f"{name}:{number} {what}: {found.group()}"
        for number, line in enumerate(text.splitlines(), 1)
        for what, pattern in FORBIDDEN.items()
        if (found := re.search(pattern, line))
    ]


def test_project_names_no_machine_and_no_tool():
    files = project_files()
    assert len(files) > 20
    found = []
    for file in files:
        name = str(file.relative_to(sources.ROOT))
        found += strange_words(name, file.read_text(encoding="utf-8"))
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "cd /work/main",
        'open("/tmp/x")',
        "/root/.cache",
        "/home/me/odoo",
        "http://deb.debian.org/debian",
        "see issue 12",
        "fixes #3",
        "written by Claude",
    ],
)
def test_strange_word_is_found(line):
    assert len(strange_words("a", line)) == 1


@pytest.mark.parametrize(
    "line",
    ["/var/lib/odoo", "/opt/odoo/addons", "color: #123456;", "&#39;", "network/tmpfs"],
)
def test_common_words_are_let_through(line):
    assert strange_words("a", line) == []
