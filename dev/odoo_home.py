"""Where Odoo 19 is: the user's own, or one from Debian's archive in the user's cache.

The machine's own apt fetches it and checks its signature, with folders of its own, so
that neither root nor a change of the machine is needed. Which mirror, which proxy: as
the machine is configured.
"""

import fcntl
import os
import re
import shutil
import subprocess
from pathlib import Path

from .commands import Problem, run
from .paths import cache

LIBRARIES = Path("usr/lib/python3/dist-packages")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SUITES = ("sid", "bookworm")
PACKAGES = (
    "odoo-19",
    # What Odoo's package links to instead of carrying it.
    *("libjs-jquery", "libjs-jquery-form", "libjs-underscore", "fonts-roboto-unhinted"),
    *("fonts-montserrat", "fonts-inconsolata", "fonts-ocr-b"),
    # Odoo is written for Font Awesome 4.7; newer ones have other files.
    "fonts-font-awesome/bookworm",
)
BRING_YOUR_OWN = "or set ODOO_HOME to your own Odoo 19"


def find() -> Path | None:
    """The folder that holds the ``odoo`` package; nothing when it must be fetched."""
    if own := os.environ.get("ODOO_HOME"):
        return accept(Path(own).expanduser().resolve())
    kept = cache() / "odoo" / LIBRARIES
    return kept if (kept / "odoo" / "release.py").is_file() else None


def accept(home: Path) -> Path:
    """A source checkout or an unpacked package, of the right series."""
    for folder in (home, home / LIBRARIES):
        release = folder / "odoo" / "release.py"
        if release.is_file() and re.search(
            r"^version_info = \(19, 0,", release.read_text("utf-8"), re.M
        ):
            return folder
    raise Problem(
        f"there is no Odoo 19.0 in {home}: set ODOO_HOME to a source checkout or an "
        "unpacked package of it, or leave it out and it is fetched"
    )


def addons_folders(libraries: Path) -> list[Path]:
    """Odoo's own add-ons: one folder in a package, two in a source checkout."""
    folders = (libraries / "odoo" / "addons", libraries / "addons")
    return [folder for folder in folders if folder.is_dir()]


def fetch() -> None:
    """Download, check and unpack Odoo beside its place, which one renaming fills."""
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if find():  # by another checkout meanwhile
            return
        folder = cache() / "apt"
        apt = prepare_apt(folder)
        hint = f"check the network to your package mirror, {BRING_YOUR_OWN}"
        run("apt-update", [*apt, "update"], hint)
        run("apt-download", [*apt, "download", *PACKAGES], hint, cwd=folder / "debs")
        part = cache() / "odoo.part"
        shutil.rmtree(part, ignore_errors=True)
        for deb in sorted(folder.glob("debs/*.deb")):
            run("unpack", ["dpkg", "-x", deb, part], f"run it again, {BRING_YOUR_OWN}")
        complete(accept(part))
        shutil.rmtree(cache() / "odoo", ignore_errors=True)
        part.rename(cache() / "odoo")
        shutil.rmtree(folder)


def prepare_apt(folder: Path) -> list[str | Path]:
    """An apt-get with folders of its own that trusts Debian's signatures only."""
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


def complete(libraries: Path) -> None:
    """Mend what Debian's package leaves out or leaves over."""
    # Half of each add-on a second time, where Odoo looks for more add-ons.
    shutil.rmtree(libraries / "addons", ignore_errors=True)
    # Left out as not free. Without a file of that name every page reports an error.
    script = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    (libraries / script).parent.mkdir(parents=True, exist_ok=True)
    (libraries / script).write_text("/* left out of Debian's package */\n")
