"""What the receiving server says of who sent a mail, and what no person wrote."""

import re
from collections.abc import Mapping, Sequence

VERDICT = re.compile(r"^\s*(dmarc|dkim|spf)\s*=\s*(\w+)", re.IGNORECASE)
# for which domain the server vouches
DOMAIN = re.compile(
    r"\b(?:header\.[di]|smtp\.mailfrom)\s*=\s*\"?(?:[^\s;\"@]*@)?([\w.-]+)",
    re.IGNORECASE,
)
FAILED = {"fail", "hardfail", "softfail", "permerror", "policy"}
COMMENT = re.compile(r"\([^()]*\)")
PRECEDENCE = {"bulk", "junk", "list", "auto_reply"}
AUTOMATIC = ("x-autoreply", "x-autorespond", "x-auto-response-suppress-reply")

# what programs write themselves, whatever the headers said: how the subject begins that
# they give an answer of theirs, in the languages of the usual ones
AUTOMATIC_SUBJECT = (
    r"^\s*(automatic reply|auto(matic)?[ -]?(reply|response)|out of (the )?office"
    r"|automatische antwort|abwesenheits(notiz|nachricht)|réponse automatique"
    r"|absence du bureau|respuesta automática|fuera de la oficina"
    r"|risposta automatica|resposta automática|automatisch antwoord|autosvar"
    r"|automatiskt svar|автоматический ответ|otomatik yanıt|رد تلقائي|پاسخ خودکار"
    r"|undeliver(ed|able)|mail delivery (failed|failure)|delivery status notification)"
)
# and addresses at which nobody reads
MACHINES = r"(^|[<\s])(mailer-daemon|postmaster|no[-_.]?reply|do[-_.]?not[-_.]?reply)@"


def is_authentic(results: Sequence[str], domain: str, server: str = "") -> bool | None:
    """Whether the address in "From" is surely the sender's; None if nobody says.

    :param results: headers ``Authentication-Results``, the topmost first, which is the
        last server's: senders may write such headers themselves
    :param domain: of the address in "From": who is vouched for another domain, is not
        for this one
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
    found = set()
    for part in _without_comments(told[0]).split(";"):
        if not (verdict := VERDICT.search(part)):
            continue
        method, said = verdict[1].lower(), verdict[2].lower()
        if method == "dmarc" and (said in FAILED or said == "pass"):
            # it asks for the domain itself, and has the last word
            return said == "pass"
        vouched = DOMAIN.search(part)
        if said != "pass" or (vouched and _aligned(vouched[1], domain)):
            found.add(said)
    if "pass" in found:
        return True
    return False if found & FAILED else None


def _aligned(one: str, other: str) -> bool:
    one, other = one.lower().strip("."), other.lower().strip(".")
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


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


def _without_comments(text: str) -> str:
    """Comments may hold others, and what they say may be the sender's."""
    while (outer := COMMENT.sub(" ", text)) != text:
        text = outer
    return text


def _server(text: str) -> str:
    words = _without_comments(text).split(";")[0].split()
    return words[0].lower() if words else ""
