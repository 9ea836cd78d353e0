"""Which column is which, from the words people put above them."""

from __future__ import annotations

import re

from .table import Table
from .text import clean, fold

FIELDS = ("customer", "email", "name", "date", "amount", "margin", "document")

# English, Persian, French and German, as accounting and shop programs write them.
_SYNONYMS = {
    "customer": (
        "customer reference, customer ref, customer id, customer number, customer no,"
        "customer code, client id, client code, client number, client reference,"
        "account number, account id, member id, reference, ref,"
        "کد مشتری, شماره مشتری, شناسه مشتری, کد اشتراک,"
        "code client, numero client, reference client, no client,"
        "kundennummer, kunden nr, kundennr, kunden id"
    ),
    "email": (
        "email, e mail, mail, email address, e mail address, customer email,"
        "ایمیل, پست الکترونیک, رایانامه,"
        "courriel, adresse email, adresse e mail, e mail adresse"
    ),
    "name": (
        "name, customer name, client name, full name, company name, account name,"
        "نام, نام مشتری, نام و نام خانوادگی, نام شرکت,"
        "nom, nom client, nom du client, raison sociale,"
        "kundenname, name des kunden, firma"
    ),
    "date": (
        "date, order date, purchase date, invoice date, sale date, transaction date,"
        "document date, created at,"
        "تاریخ, تاریخ خرید, تاریخ سفارش, تاریخ فاکتور, تاریخ فروش,"
        "date commande, date de commande, date facture, date achat, date de vente,"
        "datum, bestelldatum, rechnungsdatum, kaufdatum, belegdatum"
    ),
    "amount": (
        "amount, total, revenue, sales, value, net amount, total amount, order total,"
        "invoice total, grand total, subtotal, untaxed amount, purchase amount,"
        "dollar value,"
        "مبلغ, مبلغ کل, مبلغ خرید, مبلغ فروش, جمع, جمع کل, فروش,"
        "montant, montant total, montant ht, chiffre d affaires, total ht,"
        "betrag, summe, gesamt, gesamtbetrag, nettobetrag, umsatz"
    ),
    "margin": (
        "margin, gross margin, gross profit, profit,"
        "سود, حاشیه سود, سود ناخالص,"
        "marge, marge brute, benefice, rohertrag, deckungsbeitrag, gewinn"
    ),
    "document": (
        "document, document number, document no, invoice, invoice number, invoice no,"
        "order, order number, order no, order id, order reference, receipt,"
        "receipt number, transaction id, bill number, voucher,"
        "فاکتور, شماره فاکتور, شماره سفارش, شماره سند, شماره رسید,"
        "facture, numero facture, no facture, numero commande, commande, piece,"
        "rechnung, rechnungsnummer, bestellnummer, belegnummer, rechnungs nr, beleg"
    ),
}
# Headers that say who without saying how: their cells decide.
_ANY_CUSTOMER = {
    fold(word) for word in ("customer", "client", "buyer", "مشتری", "خریدار", "kunde")
}
# A single word decides these even when more follows: "Amount (USD)", but not
# "Order quantity" or "Name of product".
_LEADING_FIELDS = {"email", "date", "amount", "margin"}


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text).replace("_", " ")))


_FIELD_BY_WORDS = {
    _words(synonym): field
    for field, synonyms in _SYNONYMS.items()
    for synonym in synonyms.split(",")
    if synonym.strip()
}


def propose_columns(table: Table) -> dict[str, str]:
    """Field → header, for the fields that a header names. Each is used once.

    A header that is a known name wins over one that only begins with it ("Invoice
    date (UTC)"); among known names the longest decides.
    """
    proposal: dict[str, str] = {}
    headers = [header for header in table.header if table.header.count(header) == 1]
    for header in headers:
        field = _FIELD_BY_WORDS.get(_words(header))
        if field:
            proposal.setdefault(field, header)
    for header in headers:
        if header in proposal.values():
            continue
        field = _customer_field(table, header) or _leading_field(header)
        if field:
            proposal.setdefault(field, header)
    return proposal


def _leading_field(header: str) -> str | None:
    words = _words(header) + " "
    known = [
        name
        for name, field in _FIELD_BY_WORDS.items()
        if words.startswith(name + " ") and (" " in name or field in _LEADING_FIELDS)
    ]
    return _FIELD_BY_WORDS[max(known, key=len)] if known else None


def _customer_field(table: Table, header: str) -> str | None:
    if _words(header) not in _ANY_CUSTOMER:
        return None
    cells = [text for cell in table.cells(header)[:200] if (text := clean(cell))]
    if 2 * sum("@" in text for text in cells) > len(cells):
        return "email"
    if 2 * sum(any(map(str.isdigit, text)) for text in cells) > len(cells):
        return "customer"
    return "name"
