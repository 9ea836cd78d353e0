"""How much of a mail is read; whoever reads it keeps the whole as a file."""

import email
from email.message import EmailMessage

# many times what people send: beyond it is a mistake or an attack
MOST_PARTS = 100
LONGEST_TEXT, LONGEST_TEXTS = 200_000, 600_000
LARGE = 5_000_000
# Odoo looks from each "<" as far as the next ">": so many steps take a second
MOST_STEPS = 100_000_000
CUT = "\n[…]"


def is_unwieldy(raw: bytes) -> bool:
    """Whether it takes long to read, so that nobody should wait for it."""
    return len(raw) > LARGE or raw.lower().count(b"\ncontent-type:") > MOST_PARTS


def is_too_heavy(raw: bytes) -> bool:
    """Whether it was written to keep whoever reads it busy for hours."""
    steps = 0
    try:
        for part in email.message_from_bytes(raw).walk():
            if part.get_content_type() == "text/html":
                page = part.get_payload(decode=True) or b""
                steps += sum(one.count(b"<") * len(one) for one in page.split(b">"))
    except RecursionError:
        # parts within parts without end
        return True
    return steps > MOST_STEPS


def cut(message: EmailMessage) -> bool:
    """Leave its first parts, and so many characters of each text and of all.

    :return: whether anything was left out
    """
    _kept, dropped = _keep_parts(message, MOST_PARTS)
    left = LONGEST_TEXTS
    for part in message.walk():
        if not _is_text(part):
            continue
        text = _text_of(part)
        room = min(left, LONGEST_TEXT)
        if len(text) > room:
            shown = text[:room] + CUT
            part.set_content(shown, subtype=part.get_content_subtype())
            dropped = True
        left -= min(room, len(text))
    return dropped


def _keep_parts(message: EmailMessage, room: int) -> tuple[int, bool]:
    """
    :return: how many parts are left, and whether others were dropped
    """
    parts = message.get_payload()
    if not isinstance(parts, list):
        return 1, False
    kept: list[EmailMessage] = []
    used, dropped = 0, False
    for part in parts:
        if used >= room:
            break
        number, cut_inside = _keep_parts(part, room - used)
        used += number
        dropped = dropped or cut_inside
        kept.append(part)
    if len(kept) < len(parts):
        message.set_payload(kept)
        dropped = True
    return max(used, 1), dropped


def _is_text(part: EmailMessage) -> bool:
    is_file = part.get_content_disposition() == "attachment" or part.get_filename()
    return part.get_content_maintype() == "text" and not is_file


def _text_of(part: EmailMessage) -> str:
    content = part.get_payload(decode=True)
    try:
        return content.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return content.decode("utf-8", "replace")
