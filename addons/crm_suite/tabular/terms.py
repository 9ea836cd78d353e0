"""Words in cells that say whether a row is a purchase, and which way it goes."""

from __future__ import annotations

import re
from functools import lru_cache

from .text import clean, fold

MOST_STATUSES = 40


def _set(words: str) -> frozenset[str]:
    return frozenset(key(word) for word in words.split(",") if word.strip())


@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """Equal for "Partially refunded", "partially_refunded" and "PARTIALLY-REFUNDED"."""
    return " ".join(re.findall(r"\w+", fold(clean(text)).replace("_", " ")))


# statuses of an order that is a purchase
_BOUGHT = _set(
    "paid, completed, complete, done, sale, sales order, sales_order, invoiced, posted,"
    "fulfilled, shipped, delivered, succeeded, success, settled, processed,"
    "partially refunded, partially paid, processing, locked, wc completed,"
    "wc processing, captured, fully paid, fully invoiced, received, booked,"
    "payment accepted, payment remotely accepted, remote payment accepted,"
    "processing in progress, preparation in progress, paiement accepte,"
    "confirmed, approved, bezahlt, abgeschlossen, geliefert, versendet, verbucht,"
    "gebucht, erledigt, paye, payee, termine, terminee, livre, livree, expedie,"
    "expediee, facture, facturee,"
    "validee, valide, pagado, pagada, completado, completada, entregado, entregada,"
    "facturado, facturada, enviado, cerrado,"
    "پرداخت شده, تکمیل شده, نهایی, نهایی شده, تایید شده, تحویل شده, ارسال شده,"
    "تسویه شده, قطعی"
)
# statuses of one that came to nothing, or has not come to anything yet
_NOT_BOUGHT = _set(
    "voided, void, cancelled, canceled, refunded, failed, draft, quotation, rfq,"
    "quotation sent, pending, pending payment, on hold, expired, declined, deleted,"
    "awaiting check payment, awaiting cheque payment, awaiting bank wire payment,"
    "awaiting paypal payment, payment error, denied, reversed, unshipped,"
    "rejected, abandoned, unpaid, requires payment, incomplete, returned, trash,"
    "checkout draft, wc cancelled, wc refunded, wc failed, wc pending, wc on hold,"
    "fully refunded, uncollectible, charged back,"
    "storniert, entwurf, angebot, erstattet, fehlgeschlagen, offen, abgelehnt,"
    "annule, annulee, rembourse, remboursee, brouillon, devis, echoue, en attente,"
    "cancelado, cancelada, anulado, anulada, reembolsado, borrador, presupuesto,"
    "pendiente, fallido, rechazado,"
    "لغو شده, لغو, برگشت خورده, مرجوع شده, پیش نویس, پیش فاکتور, ناموفق, رد شده,"
    "در انتظار پرداخت, در انتظار"
)
_PLUS = _set(
    "si,"
    "s, soll, debit, dr, d, debe, sale, sales, invoice, order, purchase, charge, out,"
    "invoice out, customer invoice, sales invoice, receipt, verkauf, rechnung, re,"
    "facture, vente, debiteur, fa, factura, venta, cargo, +, فروش, فاکتور, فاکتور فروش,"
    "بدهکار"
)
_MINUS = _set(
    "sc, payment refund, payment reversal,"
    "h, haben, credit, cr, c, haber, refund, return, returns, credit note, creditnote,"
    "credit memo, creditmemo, customer credit note, reversal, chargeback, sales return,"
    "sale return, gutschrift, retoure, storno, rechnungskorrektur, gu, gs,"
    "avoir, remboursement, retour, av, abono, devolucion, nota de credito, reembolso,"
    "برگشت, برگشت از فروش, مرجوعی, بستانکار, فاکتور برگشتی, استرداد"
)
# kinds of rows that are likely neither
_NEITHER = _set(
    "payment, payments, payment line, sale line, payout, withdrawal, transfer, deposit,"
    "general withdrawal, general currency conversion, fee, fees, charge fee, tax,"
    "adjustment, sr, sa, zahlung, zahlungseingang, auszahlung, gebuhr, paiement,"
    "reglement, virement, pago, cobro, transferencia, پرداخت, دریافت, واریز, کارمزد"
)
_TOTALS = _set(
    "total, totals, grand total, sum, overall total, subtotal, sub total,"
    "summe, gesamt, gesamtsumme, zwischensumme, gesamtergebnis, total general,"
    "somme, total generale, suma, suma total,"
    "جمع, جمع کل, مجموع, جمع نهایی"
)
# how a text begins that tells of a credit note, whatever the sign of its amount
_CREDIT = re.compile(
    r"\s*(gutschrift|rechnungskorrektur|retoure|storno\w*|credit ?notes?|credit ?memo|"
    r"refund(ed)?|sales return|avoir|remboursement|nota de cr[eé]dito|devoluci[oó]n|"
    r"abono|reembolso|برگشت|مرجوعی|مرجوع|استرداد)\b",
    re.IGNORECASE,
)

# how a text begins that tells of a balance which was carried on
_CARRIED = re.compile(
    r"\s*(opening balance|balance (brought )?forward|balance b/?f|brought forward|"
    r"carried forward|closing balance|saldovortrag|anfangssaldo|anfangsbestand|"
    r"er[oö]ffnungssaldo|endsaldo|[uü]bertrag|solde (initial|d.ouverture|report[eé])|"
    r"report [aà] nouveau|saldo (inicial|anterior|final)|"
    r"مانده (از قبل|اول دوره|قبل|پایان دوره|ابتدای دوره)|نقل از)\b",
    re.IGNORECASE,
)


def is_bought(text: str) -> bool | None:
    """Whether a status is that of a purchase, None where it says nothing to us."""
    word = key(text)
    if word in _BOUGHT:
        return True
    return False if word in _NOT_BOUGHT else None


def word_sign(text: str) -> int:
    """1 for a sale, -1 for what takes one back, 0 for a word that says neither."""
    word = key(text)
    if clean(text) in ("+", "-"):
        return 1 if clean(text) == "+" else -1
    if word in _PLUS:
        return 1
    return -1 if word in _MINUS else 0


def is_neither(text: str) -> bool:
    """Whether a word of a kind of rows is that of neither a sale nor a return."""
    return key(text) in _NEITHER


def is_total(text: str) -> bool:
    """Whether a cell is the word in front of a sum."""
    # most cells before a customer are numbers
    return not text[:1].isdigit() and key(text) in _TOTALS


def begins_total(text: str) -> bool:
    """Whether a cell begins with such a word: "Total January"."""
    if text[:1].isdigit():
        return False
    return key(text) in _TOTALS or key(text).partition(" ")[0] in _TOTALS


def names_credit(text: str) -> bool:
    """Whether a text begins with a word for a credit note or a return."""
    return bool(_CREDIT.match(text))


@lru_cache(maxsize=4096)
def names_carried(text: str) -> bool:
    """Whether a text begins with a word for a balance that is carried on."""
    return bool(_CARRIED.match(text))
