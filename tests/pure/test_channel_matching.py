"""When two records mean the same customer."""

import csv
from pathlib import Path

import pytest
from channel.matching import (
    SIMILAR,
    Identity,
    block_keys,
    exact_keys,
    fold_name,
    fold_phone,
    fold_vat,
    keys_of,
    match,
    registrable_domain,
    similarity,
)
from hypothesis import given, strategies as st

PAIRS = Path(__file__).with_name("customer_pairs.csv")
CALLING = {"IR": "98", "DE": "49", "IT": "39", "RU": "7", "US": "1"}


def labelled(label):
    with PAIRS.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["label"] == label]
    return [(identity(row, "1"), identity(row, "2")) for row in rows]


def identity(row, side):
    names = ("name", "email", "phone", "vat", "website", "country")
    values = [row[f"{name}_{side}"] for name in names]
    return Identity(*values, CALLING.get(row[f"country_{side}"], ""))


def is_found(left, right):
    """Also by the database, which compares only names that share a beginning or end."""
    found = match(left, right)
    shared = {*block_keys(keys_of(left))} & {*block_keys(keys_of(right))}
    return bool(found.exact) or (found.score >= SIMILAR and bool(shared))


def test_the_labelled_set_has_300_pairs():
    assert sum(len(labelled(one)) for one in ("exact", "same", "different")) == 300


def test_every_duplicate_with_an_equal_key_is_found():
    missed = [pair for pair in labelled("exact") if not match(*pair).exact]
    assert not missed


def test_no_key_is_shared_by_different_customers():
    assert not [pair for pair in labelled("different") if match(*pair).exact]


def test_precision_and_recall_of_similar_names(capsys):
    same, different = labelled("same"), labelled("different")
    found = sum(is_found(*pair) for pair in same)
    wrong = sum(is_found(*pair) for pair in different)
    precision, recall = found / (found + wrong), found / len(same)
    with capsys.disabled():
        print(f"\nsimilar names: precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= 0.9
    assert recall >= 0.95


@pytest.mark.parametrize("text", ["Co. Ltd", "n/a", "-", "", "S.A.R.L.", "شرکت", "…"])
def test_a_name_of_legal_forms_alone_names_nobody(text):
    """C034: nothing is left of it."""
    assert fold_name(text) == ""


def test_fillers_are_no_keys():
    """C034: "n/a" and "-" find nobody."""
    dirty = Identity("Co. Ltd", "n/a", "-", "/", "n/a", "IR", "98")
    assert keys_of(dirty) == []
    found = match(dirty, dirty)
    assert not found.exact and found.score < SIMILAR


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("شركت پمپ‌سازي كرج (سهامي خاص)", "پمپ سازی کرج با مسئولیت محدود"),
        ("مؤسسه نور دانش", "موسسه نوردانش"),
        ("Müller GmbH", "MULLER"),
        ("Brown & Sons S.A.", "Brown and Sons"),
    ],
)
def test_letters_half_spaces_and_forms_are_folded(one, other):
    """C037: one key for both spellings."""
    assert fold_name(one) == fold_name(other) != ""
    assert similarity(one, other) == 100


@pytest.mark.parametrize(
    "text",
    [
        "۰۹۱۲ ۱۲۳ ۴۵۶۷",
        "٠٩١٢١٢٣٤٥٦٧",
        "+98 912 123 4567",
        "0098-912-1234567",
        "+98 (0)912 1234567",
        "+98 0912 1234567",
        "989121234567",
        "912 123 4567",
        "09121234567 ext 12",
    ],
)
def test_phones_of_all_scripts_have_one_key(text):
    """C037: one key for all digits."""
    assert fold_phone(text, "IR", "98") == "+989121234567"


def test_phones_at_home_follow_their_country():
    assert fold_phone("06 1234567", "IT", "39") == "+39061234567"
    assert fold_phone("8 (912) 345-67-89", "RU", "7") == "+79123456789"
    assert fold_phone("(212) 555-0147", "US", "1") == "+12125550147"
    assert fold_phone("030 1234567", "DE", "49") == "+49301234567"
    assert fold_phone("12345678", "", "") == "12345678"


@pytest.mark.parametrize("text", ["", "-", "n/a", "123", "0000000000", "1" * 20])
def test_what_is_no_phone_has_no_key(text):
    assert fold_phone(text, "IR", "98") == ""


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://www.shop.acme.example/fa/", "acme.example"),
        ("x@acme.example", "acme.example"),
        ("Ali <ali@acme.example>", "acme.example"),
        ("acme.example.org", "example.org"),
        ("acme-example.test", "acme-example.test"),
        ("http://user:pw@www.foo.co.uk:8080/x?y#z", "foo.co.uk"),
        ("www.uni.ac.ir", "uni.ac.ir"),
        ("HTTP://ACME.EXAMPLE.", "acme.example"),
        ("co.uk", ""),
        ("reza@gmail.com", ""),
        ("reza@mail.yahoo.co.uk", ""),
        ("https://instagram.com/acme", ""),
        ("10.0.0.1", ""),
        ("localhost", ""),
        ("n/a", ""),
        ("بدون", ""),
    ],
)
def test_the_domain_that_somebody_registered(address, domain):
    assert registrable_domain(address) == domain


def test_domains_of_the_case():
    """C036: what somebody registered counts."""
    known = Identity("Acme", email="x@acme.example")
    for web, exact in [
        ("https://www.shop.acme.example/fa/", ("domain",)),
        ("acme.example.org", ()),
        ("acme-example.test", ()),
    ]:
        assert match(known, Identity("Other", website=web)).exact == exact


def test_tax_numbers_know_their_country():
    assert fold_vat("IR 1010-1234567") == fold_vat("۱۰۱۰۱۲۳۴۵۶۷", "IR")
    assert fold_vat("EL094259216") == fold_vat("094259216", "GR")
    assert fold_vat("DE123456788") != fold_vat("123456788", "AT")
    assert fold_vat("/", "IR") == fold_vat("11111111", "IR") == ""


def test_numbers_in_names_tell_them_apart():
    assert similarity("Unit 12 Storage", "Unit 13 Storage") == 0
    assert similarity("Branch ۱۲ Tehran", "Branch 12 Tehran") == 100


def test_of_short_names_one_letter_is_another_name():
    assert similarity("Azar", "Azad") < SIMILAR


TEXTS = st.text(max_size=40)


@given(TEXTS, TEXTS, TEXTS, TEXTS, TEXTS)
def test_nothing_that_is_typed_breaks_it(name, email, phone, vat, website):
    keys = keys_of(Identity(name, email, phone, vat, website, "IR", "98"))
    assert len({*exact_keys(keys)} | {*block_keys(keys)}) == len(keys)
    # a column holds them side by side
    assert not any(char.isspace() for key in keys for char in key)


@given(TEXTS, TEXTS)
def test_the_sequence_of_two_names_says_nothing(one, other):
    assert similarity(one, other) == similarity(other, one)


@given(TEXTS)
def test_folding_twice_changes_nothing(name):
    assert fold_name(fold_name(name)) in ("", fold_name(name))
