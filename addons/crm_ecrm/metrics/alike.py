"""Which short texts mean the same, without reading all of them.

Texts come folded: small letters, one alphabet, words with one space between them.
"""

from __future__ import annotations

import re

from rapidfuzz import fuzz

# from here on a text is offered as similar
SIMILAR = 55.0
BLOCK = 4
MOST_KEYS = 60

_WORD = re.compile(r"[^\W_]+")
_EMPTY_WORDS = """
    a an and are as at be by can could do for from have how i if in into is it its make
    me my need of on or please shall should so that the their them there they this to
    us want was we when which who will with would you your
    از است این با باید بر برای به بود تا تر ترین خود در دیگر را شما شود که لطفا ما من می
    هایی های ها هم همه و یا یک کنید کند کنیم باشد شدن شده
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())


def words_of(text: str) -> list[str]:
    """The words that say what it is about."""
    return [word for word in _WORD.findall(text) if word not in _EMPTY]


def keys_of(text: str) -> list[str]:
    """Beginnings of its words: texts that share none are not compared."""
    keys = {word[:BLOCK] for word in words_of(text) if len(word) > 1}
    return sorted(keys)[:MOST_KEYS]


def similarity(left: str, right: str) -> float:
    """How alike two texts are, from 0 to 100, in whatever sequence their words stand.

    The mean of two measures: one takes a part for the whole, the other does not.
    """
    one, other = " ".join(words_of(left)), " ".join(words_of(right))
    if not one or not other:
        return 0.0
    return (fuzz.token_set_ratio(one, other) + fuzz.token_sort_ratio(one, other)) / 2
