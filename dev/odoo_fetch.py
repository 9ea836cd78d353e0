"""Odoo 19 from Debian's archive: signature checked, unpacked in the user's cache.

The machine's own apt does the work, with folders of its own, so that neither root
nor a change of the machine is needed. Which mirror, which proxy: as the machine is
configured.
"""

import fcntl
import re
import shutil
import subprocess
from pathlib import Path

from . import odoo_home
from .commands import run
from .paths import cache
from .problem import Problem

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SUITES = ("sid", "bookworm")
PACKAGES = (
    "odoo-19",
    # What Odoo's package links to instead of carrying it.
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
    # Odoo is written for Font Awesome 4.7; newer ones have other files.
    "fonts-font-awesome/bookworm",
)
BRING_YOUR_OWN = "or set ODOO_HOME to your own Odoo 19"


def downloads() -> Path:
    return cache() / "apt" / "debs"


def downloaded() -> str:
    """How much has come so far, for the screen."""
    size = sum(file.stat().st_size for file in downloads().glob("*.deb"))
    return f"{size / 1e6:.0f} MB"


def fetch() -> str:
    """Download, check and unpack Odoo; what it weighed.

    Everything happens beside the final place, which one renaming fills.
    """
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if odoo_home.find():
            return "fetched by another checkout"
        apt = prepare_apt()
        hint = f"check the network to your package mirror, {BRING_YOUR_OWN}"
        run("apt-update", [*apt, "update"], hint)
        run("apt-download", [*apt, "download", *PACKAGES], hint, cwd=downloads())
        size = downloaded()
        unpack()
        shutil.rmtree(cache() / "apt")
        return size


def prepare_apt() -> list[str]:
    """An apt-get with folders of its own that trusts Debian's signatures only."""
    folder = cache() / "apt"
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("debs", "lists/partial", "archives/partial"):
        (folder / part).mkdir(parents=True)
    if not KEYRING.is_file():
        raise Problem(
            f"{KEYRING} is missing: install debian-archive-keyring, {BRING_YOUR_OWN}"
        )
    sources = folder / "sources.list"
    lines = [f"deb [signed-by={KEYRING}] {mirror()} {suite} main" for suite in SUITES]
    sources.write_text("\n".join(lines) + "\n")
    options = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State::Lists": folder / "lists",
        "Dir::State::status": "/dev/null",
        "Dir::Cache": folder,
        "APT::Sandbox::User": "",
        "APT::Get::AllowUnauthenticated": "false",
        "APT::Update::Error-Mode": "any",
        "Acquire::AllowInsecureRepositories": "false",
        "Acquire::Languages": "none",
        "Acquire::Retries": "2",
    }
    flags = [part for name in options for part in ("-o", f"{name}={options[name]}")]
    return ["apt-get", "-q", *flags]


def mirror() -> str:
    """The Debian mirror that this machine's own apt uses."""
    listing = ["apt-get", "update", "--print-uris"]
    try:
        done = subprocess.run(listing, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise Problem(
            f"there is no apt-get here to fetch Odoo with: install it, {BRING_YOUR_OWN}"
        ) from error
    sites = re.findall(r"^'(\S+?)/?/dists/", done.stdout, re.M)
    for pattern in (r"/debian$", r"debian(?!.*security)"):
        for site in sites:
            if re.search(pattern, site):
                return site
    raise Problem(f"apt here knows no mirror of Debian: add one, {BRING_YOUR_OWN}")


def unpack() -> None:
    part = cache() / "odoo.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    for deb in sorted(downloads().glob("*.deb")):
        run("unpack", ["dpkg", "-x", deb, part], f"run it again, {BRING_YOUR_OWN}")
    complete(part / odoo_home.LIBRARIES)
    odoo_home.accept(part)
    home = cache() / "odoo"
    shutil.rmtree(home, ignore_errors=True)
    part.rename(home)


def complete(libraries: Path) -> None:
    """Mend what Debian's package leaves out or leaves over."""
    # Half of each add-on a second time, where Odoo looks for more add-ons.
    shutil.rmtree(libraries / "addons", ignore_errors=True)
    # Left out as not free. Without a file of that name every page reports an error.
    script = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    (libraries / script).parent.mkdir(parents=True, exist_ok=True)
    (libraries / script).write_text("/* left out of Debian's package */\n")
