"""What the receiving server says of who sent a mail, and what no person wrote."""

import re
from collections.abc import Mapping, Sequence

VERDICT = re.compile(r"\b(dmarc|dkim|spf)\s*=\s*(\w+)", re.IGNORECASE)
COMMENT = re.compile(r"\([^()]*\)")
PRECEDENCE = {"bulk", "junk", "list", "auto_reply"}
AUTOMATIC = ("x-autoreply", "x-autorespond", "x-auto-response-suppress-reply")


def is_authentic(results: Sequence[str], server: str = "") -> bool | None:
    """Whether the address in "From" is surely the sender's; None if nobody says.

    :param results: headers ``Authentication-Results``, the topmost first, which is the
        last server's: senders may write such headers themselves
    :param server: how the receiving server names itself; others' words count nothing
    """
    if server:
        told = [text for text in results if _server(text) == server.strip().lower()]
        if not told:
            return False
    else:
        told = list(results)
    if not told:
        return None
    verdicts = {
        method.lower(): verdict.lower()
        for method, verdict in VERDICT.findall(COMMENT.sub(" ", told[0]))
    }
    if "dmarc" in verdicts and verdicts["dmarc"] not in ("none", "temperror"):
        return verdicts["dmarc"] in ("pass", "bestguesspass")
    if "pass" in verdicts.values():
        return True
    return None if verdicts.keys() <= {"dmarc"} else False


def is_automatic(headers: Mapping[str, str]) -> bool:
    """Whether a machine answered, such as one that tells of an absence.

    :param headers: by name in small letters
    """
    submitted = headers.get("auto-submitted", "no").split(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or headers.get("precedence", "").strip().lower() in PRECEDENCE
        or any(name in headers for name in AUTOMATIC)
    )


def _server(text: str) -> str:
    words = COMMENT.sub(" ", text).split(";")[0].split()
    return words[0].lower() if words else ""
