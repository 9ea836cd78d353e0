"""The parts of ``make test``, cut into pieces that several workers share."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .chromium import QUIET
from .paths import ADDONS, CONFIG, PYTHON, ROOT, cache, data

TESTS = ROOT / "tests"
PARTS = ("pure", "architecture", "setup", "addons", "end_to_end")
IN_ODOO = {"addons", "end_to_end"}
# A test of a file that has never been timed counts for so long.
SECONDS_A_TEST = 1.5


@dataclass(frozen=True)
class Piece:
    """One process: a call of pytest on some files, or of the linters on all."""

    name: str
    files: tuple[Path, ...] = ()

    @property
    def in_odoo(self) -> bool:
        return any(part_of(file) in IN_ODOO for file in self.files)

    @property
    def on_database(self) -> bool:
        return self.in_odoo or any(part_of(file) == "setup" for file in self.files)

    def kept(self, kind: str) -> Path:
        """Where its report and its logs are."""
        return data() / "log" / f"test-{self.name}{kind}"

    def command(self, database: str) -> list[str | Path]:
        if not self.files:
            return [PYTHON, "-m", "dev", self.name]
        command = [PYTHON, "-m", "pytest", "-q", f"--junitxml={self.kept('.xml')}"]
        if not self.in_odoo:
            return [*command, "-p", "no:odoo", *self.files]
        flags = ("--odoo-log-level=warn", "--odoo-http", f"--odoo-config={CONFIG}")
        return [*command, *flags, f"--odoo-database={database}", *self.files]

    def environment(self, env: Mapping[str, str]) -> dict[str, str]:
        # Beside others: what it starts must not write into their logs.
        env = {**env, "CHROMIUM_FLAGS": QUIET, "DEV_LOGS": self.kept("").name}
        if self.in_odoo:
            env["ODOO_LOGFILE"] = os.fspath(self.kept("-odoo.log"))
        return env


def part_of(file: Path) -> str:
    if ADDONS in file.parents:
        return "addons"
    return "setup" if file.name.startswith("test_setup_") else file.parent.name


def files_of(parts: Iterable[str]) -> list[Path]:
    found = [*ADDONS.glob("*/tests/**/test_*.py"), *TESTS.glob("*/test_*.py")]
    return sorted(file for file in found if part_of(file) in parts)


def cut(parts: Iterable[str], workers: int) -> list[Piece]:
    """The pieces of some parts, in the sequence in which to begin them.

    What runs in Odoo is dealt out once, a share to each worker, because the registry
    takes as long to load as ten tests. The rest goes to whoever is idle, the longest
    first, so that all end together.
    """
    seconds = Durations.read()
    whole = [
        Piece(part, tuple(files_of({part})))
        for part in ("pure", "architecture")
        if part in parts
    ]
    shares = seconds.deal(files_of(IN_ODOO.intersection(parts)), workers)
    alone = sorted(files_of({"setup"} & set(parts)), key=seconds.of, reverse=True)
    return [
        *whole,
        *(Piece(f"odoo-{place}", tuple(share)) for place, share in enumerate(shares)),
        *(Piece(file.stem.removeprefix("test_"), (file,)) for file in alone),
    ]


class Durations(dict[str, float]):
    """How many seconds each file of tests took when it last ran."""

    @staticmethod
    def file() -> Path:
        return cache() / "durations.json"

    @classmethod
    def read(cls) -> "Durations":
        try:
            return cls(json.loads(cls.file().read_text()))
        except (OSError, ValueError):
            return cls()

    def keep(self) -> None:
        part = self.file().with_suffix(f".{os.getpid()}")
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(self, indent=0, sort_keys=True))
        part.replace(self.file())

    def of(self, file: Path) -> float:
        known = self.get(os.fspath(file.relative_to(ROOT)))
        if known is None:
            return SECONDS_A_TEST * file.read_text("utf-8").count("def test_")
        return known

    def deal(self, files: list[Path], hands: int) -> list[list[Path]]:
        """Deal the files out so that every hand takes about as long."""
        shares: list[list[Path]] = [[] for _hand in range(hands)]
        for file in sorted(files, key=self.of, reverse=True):
            min(shares, key=lambda share: sum(map(self.of, share))).append(file)
        return [sorted(share) for share in shares if share]
