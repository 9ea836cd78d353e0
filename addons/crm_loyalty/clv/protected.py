"""What no forecast may rest on: who somebody is by birth, belief or body."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Whole words of technical names; language and skin stand in for origin.
_WORDS = """
title salutation honorific gender sex sexual sexuality orientation pronoun pronouns
religion religious faith church belief creed confession denomination
origin nationality national citizen citizenship passport ethnic ethnicity race
racial caste skin tribe native immigrant migrant lang language tongue accent
birth birthday birthdate birthplace born dob age ages
marital married pregnancy pregnant disability disabled handicap health medical
political politics party
"""
PROTECTED = frozenset(_WORDS.split())


class ProtectedAttribute(ValueError):
    """Somebody tried to use an attribute that may not be used."""


def protected_words(name: str) -> list[str]:
    """The words of a technical name (``res.partner.birth_date``, ``dateOfBirth``) that
    stand for a protected attribute."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    words = re.split(r"[^a-z]+", spaced.lower())
    # partner_dateofbirth, birthdate_date: written together it is the same thing
    glued = ("gender", "religio", "nationalit", "birth", "ethnic", "citizenship")
    return [
        word
        for word in words
        if word in PROTECTED or any(part in word for part in glued)
    ]


def refuse_protected(names: Iterable[str]) -> None:
    """:raise ProtectedAttribute: when one of the names stands for such an attribute"""
    for name in names:
        if words := protected_words(name):
            raise ProtectedAttribute(
                f"{name}: nobody may be judged by {', '.join(words)}"
            )
