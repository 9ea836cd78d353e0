"""What a receiving server says of a sender, and which mails no person wrote."""

import re

import pytest
from metrics.sender import (
    AUTOMATIC_SUBJECT,
    MACHINES,
    is_authentic,
    is_automatic,
)


@pytest.mark.parametrize(
    "said, authentic",
    [
        ("mx.us; dmarc=pass header.from=steel.example", True),
        ("mx.us; spf=pass smtp.mailfrom=ada@steel.example; dmarc=fail (p=none)", False),
        ("mx.us; spf=fail; dkim=none", False),
        ("mx.us; spf=none; dkim=none; dmarc=none", None),
        ("mx.us; none", None),
        ("mx.us; dkim=pass header.d=steel.example; dmarc=none", True),
        ("mx.us; dkim=pass header.i=@mail.steel.example", True),
        ("mx.us; spf=pass (mx.us: 1.2.3.4) smtp.mailfrom=bounce@steel.example", True),
        # vouched for, but for another domain than the one in "From"
        ("mx.us; spf=pass smtp.mailfrom=eve@evil.example; dmarc=none", None),
        ("mx.us; dkim=pass header.d=evil.example; spf=softfail", False),
        ("mx.us; dkim=pass header.d=notsteel.example", None),
        # words in comments are the sender's
        ("mx.us; spf=fail (dmarc=pass; dkim=pass)", False),
        ("mx.us; spf=fail (helo (x); dmarc=pass)", False),
    ],
)
def test_verdicts(said, authentic):
    assert is_authentic([said], "steel.example") is authentic


def test_only_the_named_server_counts():
    forged, real = "mx.evil; dmarc=pass", "mx.us; dmarc=fail"
    assert is_authentic([forged, real], "steel.example", "mx.us") is False
    assert is_authentic([forged], "steel.example", "mx.us") is False
    assert is_authentic(["MX.us 1; dmarc=pass"], "steel.example", "mx.us") is True
    assert is_authentic([], "steel.example") is None


def test_the_topmost_is_the_last_servers():
    told = ["mx.us; dmarc=fail", "mx.evil; dmarc=pass"]
    assert is_authentic(told, "steel.example") is False


@pytest.mark.parametrize(
    "headers, automatic",
    [
        ({"auto-submitted": "auto-replied; owner-email=x"}, True),
        ({"auto-submitted": "no"}, False),
        ({"precedence": "Bulk"}, True),
        ({"x-autoreply": "yes"}, True),
        ({}, False),
    ],
)
def test_machines(headers, automatic):
    assert is_automatic(headers) is automatic


@pytest.mark.parametrize(
    "subject, automatic",
    [
        ("Automatic reply: New kitchen", True),
        ("AUTO-REPLY Re: New kitchen", True),
        ("Out of Office: back on Monday", True),
        ("Automatische Antwort: Küche", True),
        ("Réponse automatique : cuisine", True),
        ("پاسخ خودکار: آشپزخانه", True),
        ("Undelivered Mail Returned to Sender", True),
        ("Re: Automatic reply: what does it mean?", False),
        ("Out of stock again", False),
        ("Automatic doors: an offer, please", False),
        ("", False),
    ],
)
def test_subjects_of_what_programs_answer(subject, automatic):
    found = re.search(AUTOMATIC_SUBJECT, subject, re.IGNORECASE)
    assert bool(found) is automatic


@pytest.mark.parametrize(
    "sender, machine",
    [
        ("noreply@shop.example", True),
        ("Shop <no-reply@shop.example>", True),
        ("Mail System <MAILER-DAEMON@mx.example>", True),
        ("do_not_reply@shop.example", True),
        ("nora.reply@shop.example", False),
        ("Ada <ada@noreply.example>", False),
    ],
)
def test_addresses_at_which_nobody_reads(sender, machine):
    assert bool(re.search(MACHINES, sender, re.IGNORECASE)) is machine
