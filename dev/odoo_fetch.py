"""Odoo 19 from Debian's archive: signature checked, unpacked in the user's cache."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from .commands import run
from .paths import cache
from .problem import Problem

SERIES = "19.0"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PACKAGE = "odoo-19"
# What the package links to instead of carrying. Font Awesome 4.7 is the one Odoo
# was written for; the suite that has Odoo has a newer one with other files.
COMPANIONS = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
    "fonts-font-awesome/bookworm",
)
SUITES = ("sid", "bookworm")
BRING_YOUR_OWN = "or set ODOO_HOME to your own Odoo 19"
LIBRARIES = Path("usr/lib/python3/dist-packages")


def find() -> Path | None:
    """The folder that holds the ``odoo`` package, or nothing when it must be fetched."""
    if own := os.environ.get("ODOO_HOME"):
        return accept(Path(own).expanduser().resolve())
    kept = cache() / "odoo" / LIBRARIES
    return kept if (kept / "odoo" / "release.py").is_file() else None


def accept(home: Path) -> Path:
    """A source checkout or an unpacked package of the right series."""
    for folder in (home, home / LIBRARIES):
        release = folder / "odoo" / "release.py"
        if release.is_file():
            series = read_series(release)
            if series != SERIES:
                raise Problem(
                    f"{home} is Odoo {series}: ODOO_HOME must be Odoo {SERIES}"
                )
            return folder
    raise Problem(
        f"no odoo/release.py below {home}: set ODOO_HOME to a source checkout or "
        f"an unpacked package of Odoo {SERIES}"
    )


def read_series(release: Path) -> str:
    found = re.search(
        r"^version_info = \((\d+), (\d+),", release.read_text(encoding="utf-8"), re.M
    )
    return ".".join(found.groups()) if found else "of an unknown series"


def fetch() -> Path:
    """Download, check and unpack Odoo; the folder that holds the package."""
    folder = cache() / "odoo.part"
    apt = prepare_apt(cache() / "apt")
    hint = f"check the network to your package mirror and run it again, {BRING_YOUR_OWN}"
    run("apt-update", ["apt-get", "-q", "update"], hint, apt)
    debs = cache() / "apt" / "debs"
    debs.mkdir(exist_ok=True)
    run(
        "apt-download",
        ["apt-get", "-q", "download", PACKAGE, *COMPANIONS],
        hint,
        apt,
        cwd=debs,
    )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for deb in sorted(debs.glob("*.deb")):
        run("unpack", ["dpkg", "-x", deb, folder], "free some disk space")
    complete(folder / LIBRARIES)
    folder.rename(cache() / "odoo")
    shutil.rmtree(cache() / "apt")
    return cache() / "odoo" / LIBRARIES


def prepare_apt(folder: Path) -> dict[str, str]:
    """A private apt configuration that reads the machine's own mirror."""
    for part in ("lists/partial", "archives/partial"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    if not KEYRING.is_file():
        raise Problem(
            f"{KEYRING} is missing: install debian-archive-keyring, {BRING_YOUR_OWN}"
        )
    sources = [f"deb [signed-by={KEYRING}] {mirror()} {suite} main" for suite in SUITES]
    (folder / "sources.list").write_text("\n".join(sources) + "\n")
    (folder / "apt.conf").write_text(
        f"""
        Dir::Etc::sourcelist "{folder}/sources.list";
        Dir::Etc::sourceparts "/dev/null";
        Dir::Etc::preferences "/dev/null";
        Dir::Etc::preferencesparts "/dev/null";
        Dir::State::Lists "{folder}/lists";
        Dir::State::status "/dev/null";
        Dir::Cache "{folder}";
        Acquire::Languages "none";
        Acquire::Retries "2";
        APT::Sandbox::User "";
        """
    )
    return {"APT_CONFIG": str(folder / "apt.conf"), "LC_ALL": "C.UTF-8"}


def mirror() -> str:
    """The Debian mirror that this machine's own apt uses."""
    try:
        listed = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(SITE)"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        raise Problem(
            "this machine has no apt: set ODOO_HOME to your own Odoo 19"
        ) from error
    for site in listed:
        if site.rstrip("/").endswith("/debian"):
            return site
    raise Problem(
        "apt knows no mirror of Debian: set ODOO_HOME to your own Odoo 19"
    )


def complete(libraries: Path) -> None:
    """Mend what Debian's package leaves out or leaves over."""
    # Half of each add-on, a second time, where Odoo would look for more add-ons.
    shutil.rmtree(libraries / "addons", ignore_errors=True)
    # Stripped as not free. Without a file of that name every page reports an error.
    stripped = (
        libraries
        / "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    )
    stripped.parent.mkdir(parents=True, exist_ok=True)
    stripped.write_text("/* left out of Debian's package */\n")
