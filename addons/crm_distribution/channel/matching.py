"""Whether two records mean the same customer: keys that must be equal, names alike.

Keys have a kind before a colon and no space, so that a column of a database can hold
them side by side: ``domain:``, ``email:``, ``phone:``, ``vat:`` (exact), ``name:`` (the
same name), ``begin:`` and ``end:`` (names that are worth comparing).
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from rapidfuzz import fuzz

# names from here on are shown as similar
SIMILAR = 86.0
EXACT_KINDS = ("domain", "email", "phone", "vat")
BLOCK = 3

_DIGITS = {
    ord(digit): str(value)
    for digits in ("۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९")
    for value, digit in enumerate(digits)
}
_LETTERS = str.maketrans(
    {
        "ي": "ی",
        "ى": "ی",
        "ئ": "ی",
        "ك": "ک",
        "ة": "ه",
        "ۀ": "ه",
        "ە": "ه",
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ؤ": "و",
        "ـ": None,
        "ء": None,
        "ß": "ss",
        "æ": "ae",
        "ø": "o",
        "ł": "l",
        "đ": "d",
    }
)
_SEPARATORS = re.compile(r"[\W_]+")
# a half-space and other marks without width
_JOINERS = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

# legal forms; phrases first, in the folded spelling of their words
_PHRASES = [
    ("با", "مسیولیت", "محدود"),
    ("مسیولیت", "محدود"),
    ("سهامی", "خاص"),
    ("سهامی", "عام"),
    ("private", "joint", "stock"),
    ("public", "joint", "stock"),
    ("joint", "stock"),
]
# at either end of a name
_COMPANY_WORDS = """
    شرکت شرکتهای موسسه موسسات کمپانی تضامنی سهامی
    company co corp corporation firma societe the
"""
# at its end only
_FORM_WORDS = """
    ltd limited llc inc incorporated gmbh mbh ag kg ug ohg sa sarl sas srl spa bv nv oy
    oyj ab as aps plc llp lp pjs pjsc psc fze fzco fzc jsc ooo oao zao sro kft doo pty
    pte sdn bhd kk pvt private sal wll spc cjsc ojsc sl
"""
_FILLERS = """
    na none null nil unknown unnamed noname test xxx tbd
    ندارد نامشخص نامعلوم بدون
"""
_COMPANY = frozenset(_COMPANY_WORDS.split())
_FORMS = frozenset(_FORM_WORDS.split())
_NO_NAME = frozenset(_FILLERS.split())
_AND = frozenset(["and", "und", "et", "y", "و"])

# what many share says nothing about any of them
_PUBLIC = """
    gmail.com googlemail.com yahoo.com ymail.com rocketmail.com hotmail.com outlook.com
    live.com msn.com icloud.com me.com mac.com aol.com gmx.com gmx.de gmx.net gmx.at
    gmx.ch web.de t-online.de freenet.de mail.com email.com mail.ru bk.ru list.ru
    inbox.ru yandex.ru yandex.com rambler.ru proton.me protonmail.com pm.me tutanota.com
    tuta.com zoho.com zohomail.com fastmail.com hey.com qq.com 163.com 126.com sina.com
    naver.com daum.net hanmail.net rediffmail.com orange.fr wanadoo.fr free.fr
    laposte.net sfr.fr libero.it virgilio.it alice.it telenet.be skynet.be comcast.net
    verizon.net att.net sbcglobal.net bellsouth.net btinternet.com chmail.ir mailfa.com
    vatanmail.ir parsmail.com iran.ir post.ir
    instagram.com facebook.com fb.com t.me telegram.me telegram.org wa.me whatsapp.com
    linkedin.com twitter.com x.com youtube.com linktr.ee aparat.com eitaa.com rubika.ir
    blogspot.com wordpress.com wixsite.com weebly.com github.io google.com goo.gl
    blogfa.com blog.ir mihanblog.com rozblog.com divar.ir torob.com basalam.com
    digikala.com myshopify.com business.site
"""
PUBLIC_DOMAINS = frozenset(_PUBLIC.split())
_PUBLIC_FIRST = frozenset(["gmail", "yahoo", "ymail", "hotmail", "outlook", "live"])
# below the two letters of a country these are no names of companies
_SECOND_LEVELS = """
    ac co com edu gob gov gouv go gv id info ind int ltd ne net nic nom or org plc sch
    mil school web firm asso
"""
_SECOND_LEVEL = frozenset(_SECOND_LEVELS.split())
_SECOND_LEVEL_OF = {
    "uk": frozenset(["me", "nhs", "police"]),
    "au": frozenset(["asn"]),
    "jp": frozenset(["ad", "ed", "gr", "lg"]),
    "fr": frozenset(["tm"]),
    "pl": frozenset(["biz", "waw"]),
}
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")

# where the first digit of a number at home belongs to it
_NO_TRUNK = frozenset(["IT"])
_EIGHT_TRUNK = frozenset(["RU", "KZ"])
_SHORTEST_PHONE, _LONGEST_PHONE = 7, 15
_VAT_PREFIXES = {"EL": "GR", "XI": "GB"}
_SHORTEST_VAT = 6


class Identity(NamedTuple):
    """What is known of a customer, as it was typed."""

    name: str = ""
    email: str = ""
    phone: str = ""
    vat: str = ""
    website: str = ""
    country: str = ""  # ISO code; of the company where the customer's is not known
    calling_code: str = ""  # of that country


class Match(NamedTuple):
    """How two customers agree: the kinds of equal keys, and how alike the names are."""

    exact: tuple[str, ...]
    score: float


def fold_text(text: str) -> str:
    """Words in small letters with one space between them, letters of one alphabet."""
    text = _JOINERS.sub("", text or "")
    text = unicodedata.normalize("NFKC", text).translate(_LETTERS).casefold()
    text = unicodedata.normalize("NFKD", text).translate(_LETTERS)
    text = "".join(char for char in text if not unicodedata.combining(char))
    return " ".join(_SEPARATORS.sub(" ", text.translate(_DIGITS)).split())


def words_of_name(name: str) -> list[str]:
    """The words that tell a name from others: without legal forms and "and"."""
    # a half-space parts words as seldom as it joins them: `compact` forgets both
    words = [word for word in _join_letters(fold_text(name)) if word not in _AND]
    stripped = None
    while words != stripped:
        stripped = words
        words = _without_forms(words)
    return [] if "".join(words) in _NO_NAME else words


def fold_name(name: str) -> str:
    """A name without spaces; empty when nothing of it tells customers apart."""
    return "".join(words_of_name(name))


def _join_letters(text: str) -> list[str]:
    """ "s a r l" is one word, and so is "s a" """
    words: list[str] = []
    in_run = False
    for word in text.split():
        single = len(word) == 1 and word.isalpha() and word not in _AND
        if single and in_run:
            words[-1] += word
        else:
            words.append(word)
        in_run = single
    return words


def _without_forms(words: list[str]) -> list[str]:
    for phrase in _PHRASES:
        size = len(phrase)
        if tuple(words[-size:]) == phrase:
            return words[:-size]
        if tuple(words[:size]) == phrase:
            return words[size:]
    if words and (words[-1] in _FORMS or words[-1] in _COMPANY):
        return words[:-1]
    if words and words[0] in _COMPANY:
        return words[1:]
    return words


def fold_phone(phone: str, country: str = "", calling_code: str = "") -> str:
    """Digits with "+" and the code of the country; empty when it is no number."""
    text = (phone or "").translate(_DIGITS)
    text = re.split(r"(?i)ext|داخلی|x|#|;|,|،|/", text)[0]
    plus = text.lstrip(" (\u200e\u200f\u202a-").startswith(("+", "＋"))
    # the zero in brackets is dialled at home only
    text = text.replace("(0)", "") if plus else text
    digits = re.sub(r"\D", "", text)
    if not plus and digits.startswith("00"):
        plus, digits = True, digits[2:]
    country, code = country.upper(), calling_code.lstrip("+")
    if not plus and code and digits:
        plus, digits = True, _international(digits, country, code)
    elif plus and code and digits.startswith(f"{code}0") and country not in _NO_TRUNK:
        # +98 0912 ...
        digits = code + digits[len(code) + 1 :]
    if not _SHORTEST_PHONE <= len(digits) <= _LONGEST_PHONE or len(set(digits)) < 3:
        return ""
    return f"+{digits}" if plus else digits


def _international(digits: str, country: str, code: str) -> str:
    if country in _NO_TRUNK:
        return code + digits
    if country in _EIGHT_TRUNK and len(digits) == 11 and digits[0] == "8":
        return code + digits[1:]
    if digits.startswith("0"):
        return code + digits.lstrip("0")
    # long enough to hold the code already
    if digits.startswith(code) and len(digits) >= len(code) + 9:
        return digits
    return code + digits


def fold_vat(vat: str, country: str = "") -> str:
    """Letters and digits behind the code of the country; empty for fillers."""
    text = unicodedata.normalize("NFKC", (vat or "").translate(_DIGITS)).upper()
    text = re.sub(r"[^A-Z0-9]", "", text)
    prefix, rest = text[:2], text[2:]
    if prefix.isalpha() and any(char.isdigit() for char in rest):
        prefix = _VAT_PREFIXES.get(prefix, prefix)
    else:
        prefix, rest = country.upper(), text
    digits = re.sub(r"\D", "", rest)
    if len(rest) < _SHORTEST_VAT or len(digits) < 4 or len(set(digits)) < 2:
        return ""
    return prefix + rest


def registrable_domain(address: str) -> str:
    """The part of a mail or web address that somebody registered for himself.

    Empty for providers that many share. An ending that no list knows is one label.
    """
    text = (address or "").strip().translate(_DIGITS).casefold()
    text = text.rsplit("@", 1)[-1] if "://" not in text else text.split("://", 1)[1]
    host = re.split(r"[/?#:\s>]", text.rsplit("@", 1)[-1], maxsplit=1)[0].strip(".")
    host = host.replace("。", ".").replace("．", ".")
    try:
        host = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        return ""
    labels = host.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return ""
    if all(label.isdigit() for label in labels):
        return ""  # an address of a machine
    size = 2
    top, second = labels[-1], labels[-2]
    if len(top) == 2 and (
        second in _SECOND_LEVEL or second in _SECOND_LEVEL_OF.get(top, ())
    ):
        size = 3
    if len(labels) < size:
        return ""
    domain = ".".join(labels[-size:])
    if domain in PUBLIC_DOMAINS or labels[-size] in _PUBLIC_FIRST:
        return ""
    return domain


def fold_email(email: str) -> str:
    text = (email or "").strip().translate(_DIGITS).casefold()
    found = re.search(r"[^\s<>@,;\"]+@[^\s<>@,;\"]+\.[^\s<>@,;\"]+", text)
    return found.group().strip(".") if found else ""


def keys_of(identity: Identity) -> list[str]:
    """All keys of a customer, in a sequence that hangs on nothing else."""
    email = fold_email(identity.email)
    exact = {
        f"domain:{domain}"
        for address in (email, identity.website)
        if (domain := registrable_domain(address))
    }
    exact |= {f"email:{email}"} if email else set()
    phone = fold_phone(identity.phone, identity.country, identity.calling_code)
    exact |= {f"phone:{phone}"} if phone else set()
    vat = fold_vat(identity.vat, identity.country)
    exact |= {f"vat:{vat}"} if vat else set()
    return sorted(exact) + name_keys(identity.name)


def name_keys(name: str) -> list[str]:
    """The name itself, and beginnings and ends by which names like it are found."""
    words = words_of_name(name)
    if not words:
        return []
    whole = "".join(words)
    parts = {*words, whole}
    blocks = {f"begin:{part[:BLOCK]}" for part in parts if len(part) >= 2}
    blocks |= {f"end:{part[-BLOCK:]}" for part in parts if len(part) > BLOCK}
    return [f"name:{whole}", *sorted(blocks)]


def exact_keys(keys: list[str]) -> list[str]:
    return [key for key in keys if key.partition(":")[0] in EXACT_KINDS]


def block_keys(keys: list[str]) -> list[str]:
    return [key for key in keys if key.startswith(("name:", "begin:", "end:"))]


def similarity(left: str, right: str) -> float:
    """How alike two names are, from 0 to 100."""
    one, other = words_of_name(left), words_of_name(right)
    if not one or not other:
        return 0.0
    whole, other_whole = "".join(one), "".join(other)
    if whole == other_whole:
        return 100.0
    # numbers tell branches and classes apart: "Unit 12" is not "Unit 13"
    if re.findall(r"\d+", whole) != re.findall(r"\d+", other_whole):
        return 0.0
    spelled = fuzz.ratio(whole, other_whole)
    turned = fuzz.token_sort_ratio(" ".join(one), " ".join(other))
    best = max(spelled, turned)
    if _lacks_words(one, other):
        best = max(best, 88.0)
    if min(len(whole), len(other_whole)) < 5:
        # in short names one letter is another name
        return best if best >= 95 else min(best, SIMILAR - 1)
    return float(best)


def _lacks_words(one: list[str], other: list[str]) -> bool:
    """Whether one name is the other and more: "Acme Pumps" and "Acme Pumps Tehran"."""
    few, many = sorted((set(one), set(other)), key=len)
    return len(few) >= 2 and few < many and sum(map(len, few)) >= 8


def match(left: Identity, right: Identity) -> Match:
    """Compare two customers."""
    return match_keys(keys_of(left), keys_of(right), left.name, right.name)


def match_keys(left: list[str], right: list[str], name: str, other: str) -> Match:
    """Compare two customers whose keys are known."""
    shared = {*exact_keys(left)} & {*exact_keys(right)}
    kinds = {key.partition(":")[0] for key in shared}
    return Match(tuple(k for k in EXACT_KINDS if k in kinds), similarity(name, other))
