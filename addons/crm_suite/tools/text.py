"""Links and text that leave the house."""

import re
import unicodedata
from urllib.parse import urlsplit

from odoo.api import Environment
from odoo.exceptions import ValidationError

# With other separators than ours, a cell may begin behind any of these.
FORMULA = re.compile(r"(^|[;,\t\r\n])([\s\"]*?)(?=[=+\-@＝＋－＠])")
FIGURE = re.compile(r"[+\-]?[\d\s.,]+")


def is_link(url: str) -> bool:
    """Whether it is a web address or a path on this site, and surely nothing else."""
    if "\\" in url or any(
        char.isspace() or unicodedata.category(char).startswith("C") for char in url
    ):
        return False
    if url.startswith("/"):
        return not url.startswith("//")
    try:
        parts = urlsplit(url)
        # reading the port checks it
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and "@" not in parts.netloc
            and parts.port != 0
        )
    except ValueError:
        return False


def check_link(env: Environment, url: str) -> None:
    """
    :raise ValidationError: unless the text is empty or a link
    """
    if url and not is_link(url):
        raise ValidationError(
            env._(
                "“%(link)s” is no link: it begins with https:// or, for a page of your "
                "site, with a single /.",
                link=url,
            )
        )


def plain_cell(value):
    """A value for a cell of a table that no program takes for a formula.

    Numbers and days stay what they are; so does text that is a mere figure.
    """
    if not isinstance(value, str) or FIGURE.fullmatch(value):
        return value
    if value[:1] in ("\t", "\r", "\n"):
        value = f"'{value}"
    return FORMULA.sub(r"\1\2'", value)
