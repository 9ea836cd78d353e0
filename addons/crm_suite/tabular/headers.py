"""Which column is which, from the words people put above them.

A header is taken for a field by its whole name only, and not where its cells say
otherwise: one word of several says nothing ("Date of Birth", "Total Qty", "Margin %").
"""

from __future__ import annotations

import contextlib
import re
from collections import defaultdict
from collections.abc import Iterable

from .dates import parse_date
from .table import Table
from .terms import MOST_STATUSES, is_bought, word_sign
from .text import clean, fold, latin_digits

FIELDS = (
    "customer",
    "email",
    "name",
    "last_name",
    "date",
    "amount",
    "margin",
    "document",
    "origin",
    "quantity",
    "price",
    "product",
    "product_name",
    "status",
    "cancelled",
    "sign",
    "currency",
    "tax",
    "tax_rate",
    "total",
    "discount",
    "shipping",
    "refunded",
)

# English, Persian, French, German and Spanish, as shops, ledgers and ERPs write them.
# What stands before another of its field is meant before it.
_SYNONYMS = {
    "customer": (
        "customer reference, customer ref, customer id, customer number, customer no,"
        "customer code, customer nr, client id, client code, client number, client no,"
        "client reference, client ref, account number, account no, account code,"
        "account id, member id, member number, member no, card number, loyalty card,"
        "partner id, partner code, buyer id, card code, sold to party, debtor,"
        "debtor number, debtor no, debtor code, customer account, bill to customer no,"
        "sell to customer no, customer external id,"
        "کد مشتری, شماره مشتری, شناسه مشتری, کد اشتراک, کد طرف حساب, شماره عضویت,"
        "code client, numero client, numero de client, reference client, no client,"
        "compte client, compte auxiliaire, code tiers, identifiant client,"
        "kundennummer, kunden nr, kundennr, kunden id, kundenkonto, debitor,"
        "debitorennummer, debitoren nr, debitorennr, mitgliedsnummer, kdnr, kd nr,"
        "codigo cliente, codigo de cliente, numero de cliente, n cliente, id cliente,"
        "referencia cliente, cod cliente, numero cliente,"
        "reference, ref"
    ),
    "email": (
        "email, e mail, mail, email address, e mail address, customer email,"
        "customer e mail, billing email, buyer email, contact email, client email,"
        "customer email address, customer/email, partner/email,"
        "ایمیل, پست الکترونیک, رایانامه,"
        "courriel, adresse email, adresse e mail, adresse electronique, email client,"
        "e mail adresse, emailadresse, kunden e mail, mailadresse,"
        "correo, correo electronico, email cliente, direccion de correo electronico"
    ),
    "name": (
        "customer name, client name, billing name, buyer name, contact name,"
        "full name, company name, account name, display name, card name,"
        "billing first name, customer full name, sold to name, invoice partner,"
        "invoice partner display name, bill to name, debtor name, name 1,"
        "نام مشتری, نام و نام خانوادگی, نام شرکت, نام خریدار, نام طرف حساب, طرف حساب,"
        "nom client, nom du client, raison sociale, nom complet, tiers,"
        "kundenname, name des kunden, firma, firmenname,"
        "nombre cliente, nombre del cliente, razon social, nombre completo,"
        "first name, prenom, vorname, nombre, نام, nom, name"
    ),
    "last_name": (
        "last name, billing last name, family name, surname, nachname,"
        "nom de famille, apellido, apellidos, نام خانوادگی"
    ),
    "date": (
        "order date, purchase date, purchased on, invoice date, sale date, sales date,"
        "transaction date, document date, posting date, invoice/bill date, bill date,"
        "booking date, billing date, created at, creation date, created date,"
        "created on,"
        "date created, date placed, order placed, created, date ordered, ordered on,"
        "date/time,"
        "issue date, date issued, txn date, paid at, date paid, payment date, date,"
        "تاریخ خرید, تاریخ سفارش, تاریخ فاکتور, تاریخ فروش, تاریخ سند, تاریخ ثبت,"
        "تاریخ,"
        "date commande, date de commande, date facture, date de facture, date achat,"
        "date d achat, date de vente, date vente, date de facturation, date piece,"
        "date ecriture, ecriture date,"
        "bestelldatum, rechnungsdatum, kaufdatum, belegdatum, buchungsdatum,"
        "auftragsdatum, verkaufsdatum, datum,"
        "fecha de pedido, fecha pedido, fecha factura, fecha de factura,"
        "fecha de compra, fecha de venta, fecha emision, fecha,"
        "completed time, completed at, completed on, sale time, closed at, closed on,"
        "time of sale, transaction time, order time, purchase time"
    ),
    "amount": (
        "untaxed amount, amount untaxed, tax excluded, amount excl tax, net amount,"
        "amount net, net total, net sales, net value, amount excluding tax,"
        "total excl tax, total excluding tax, untaxed total, subtotal, sub total,"
        "order subtotal, order subtotal amount, cart subtotal, item subtotal,"
        "order lines/subtotal, line total, line amount, line subtotal, line net amount,"
        "extended price, extended amount, item total, invoice lines/subtotal,"
        "product sales,"
        "montant ht, total ht, montant hors taxe, total hors taxe,"
        "nettobetrag, netto, nettoumsatz, betrag netto, gesamt netto, nettosumme,"
        "base imponible, importe neto, neto, total sin iva, subtotal sin iva,"
        "مبلغ خالص, خالص, مبلغ بدون مالیات, خالص فروش,"
        "amount, revenue, sales, sales amount, turnover, purchase amount, value,"
        "transaction amount, dollar value, order value, order amount, order total,"
        "order total amount, invoice total, invoice amount, total amount, grand total,"
        "total, total price, total value,"
        "مبلغ, مبلغ کل, مبلغ خرید, مبلغ فروش, مبلغ فاکتور, جمع, جمع کل, فروش,"
        "montant, montant total, chiffre d affaires, ca,"
        "betrag, summe, gesamt, gesamtbetrag, umsatz, gesamtsumme, rechnungsbetrag,"
        "importe, importe total, monto, monto total, ventas,"
    ),
    # with tax: proposed as the amount where nothing else is, and asked about
    "gross": (
        "gross amount, amount gross, gross total, total incl tax, total including tax,"
        "amount incl tax, amount including tax, total with tax, tax included,"
        "amount incl vat, total incl vat, total inc vat, total inc tax, gross sales,"
        "total ttc, montant ttc, prix ttc, ttc,"
        "umsatz ohne soll/haben kz, bruttobetrag, brutto,"
        " gesamt brutto, betrag brutto, bruttosumme, bruttoumsatz,"
        "total con iva, importe con iva, importe bruto, iva incluido,"
        "مبلغ با مالیات, جمع با مالیات, مبلغ ناخالص"
    ),
    "margin": (
        "margin, gross margin, gross profit, profit, margin amount,"
        "سود, حاشیه سود, سود ناخالص,"
        "marge, marge brute, benefice, rohertrag, deckungsbeitrag, gewinn,"
        "margen, margen bruto, beneficio"
    ),
    "document": (
        "invoice number, invoice no, order number, order no, document number,"
        "document no, receipt number, receipt no, bill number, invoice id, order id,"
        "order reference, order ref, invoice reference, sales order, transaction id,"
        "amazon order id, sale id, sale number,"
        "transaction number, document, invoice, order, receipt, voucher, voucher no,"
        "voucher number, doc no, doc number, docnum, invoice nr, order nr, billing doc,"
        "billing document, num, number,"
        "شماره فاکتور, شماره سفارش, شماره سند, شماره رسید, شماره حواله, فاکتور,"
        "numero facture, no facture, numero de facture, numero commande,"
        "numero de commande, n de facture, facture, commande, piece, numero piece,"
        "piece ref, piece num, n piece,"
        "rechnungsnummer, rechnungs nr, rechnungsnr, bestellnummer, bestell nr,"
        "belegnummer, belegfeld 1, beleg nr, belegnr, auftragsnummer, auftrags nr,"
        "rechnung, beleg,"
        "numero de factura, numero factura, n factura, factura, numero de pedido,"
        "numero pedido, pedido, n pedido, num factura, num pedido, albaran, folio, id"
    ),
    "origin": (
        "original order, original invoice, original document, refund of, reversal of,"
        "reversed entry, credit note for, refunded order, parent order, applies to,"
        "original order number, original invoice number, returned order,"
        "شماره فاکتور اصلی, فاکتور مرجع, مرجع برگشت,"
        "facture d origine, commande d origine, avoir sur facture,"
        "storno zu, ursprungsbeleg, originalrechnung, gutschrift zu,"
        "factura original, factura rectificada, pedido original"
    ),
    "quantity": (
        "quantity, qty, quantity ordered, qty ordered, lineitem quantity,"
        "item quantity,"
        "order lines/quantity, units, order quantity ordered, ordered quantity,"
        "quantity sold, billed quantity, invoice lines/quantity,"
        "تعداد, مقدار, quantite, qte, menge, anzahl, stuckzahl, stuck,"
        "cantidad, cant, unidades"
    ),
    "price": (
        "unit price, unitprice, price, item price, lineitem price, item cost,"
        "price per unit, price unit, order lines/unit price, sales price,"
        "قیمت واحد, فی, قیمت, بهای واحد, prix unitaire, prix unitaire ht, pu, pu ht,"
        "einzelpreis, stuckpreis, preis, precio unitario, precio"
    ),
    "product": (
        "sku, lineitem sku, product sku, item sku, stock code, item number, item no,"
        "item code, product code, product id, product reference, product number,"
        "product ref, internal reference, article number, article no, article code,"
        "part number, barcode, ean, ean13, gtin, upc, item id, material,"
        "order lines/product/internal reference,"
        "کد کالا, بارکد, شماره کالا, کد محصول,"
        "reference article, ref article, code article, code barre, code produit,"
        "artikelnummer, artikel nr, artikelnr, art nr, artnr, strichcode,"
        "codigo producto, codigo de producto, codigo articulo, codigo de barras,"
        "referencia producto"
    ),
    "product_name": (
        "product, product name, item, item name, lineitem name, description, article,"
        "item description, product description, order lines/product, product title,"
        "کالا, نام کالا, محصول, نام محصول, شرح کالا, شرح,"
        "produit, designation, libelle article, artikel, artikelbezeichnung,"
        "bezeichnung, produkt, producto, articulo, descripcion"
    ),
    "status": (
        "status, state, order status, financial status, payment status, invoice status,"
        "document status, sale status, transaction status, order state, payment state,"
        "وضعیت, وضعیت سفارش, وضعیت فاکتور, statut, etat, statut de la commande,"
        "bestellstatus, zahlungsstatus, zustand, belegstatus, rechnungsstatus,"
        "estado, estado del pedido, estado de la factura, estatus"
    ),
    "cancelled": (
        "cancelled at, canceled at, cancelled on, canceled on, cancellation date,"
        "date cancelled, voided at, void date, تاریخ لغو, تاریخ ابطال,"
        "date d annulation, storniert am, stornodatum, fecha de cancelacion, anulado"
    ),
    "sign": (
        "debit/credit, debit credit, dr/cr, dr cr, d/c, c/d, d c, credit/debit,"
        "debit credit indicator, debit/credit indicator, sign, transaction type,"
        "document type, doc type, type, invoice type, sale type, kind,"
        "نوع, نوع سند, نوع فاکتور, بدهکار/بستانکار, ماهیت,"
        "sens, type de piece, type piece, type de document,"
        "soll/haben, s/h, soll haben, soll/haben kennzeichen, sollhaben, belegart,"
        "debe/haber, d/h, tipo, tipo de documento, tipo documento"
    ),
    "currency": (
        "currency, currency code, order currency, curr, iso currency, cur,"
        "ارز, واحد پول, devise, code devise, wahrung, waehrung, wkz, wkz umsatz,"
        "moneda, divisa"
    ),
    "tax": (
        "tax, taxes, tax amount, vat, vat amount, tax total, total tax, sales tax, gst,"
        "order tax, order tax total, order total tax amount, total taxes,"
        "مالیات, مبلغ مالیات, مالیات و عوارض, ارزش افزوده,"
        "tva, montant tva, total tva, mwst, mwst betrag, ust, umsatzsteuer, steuer,"
        "steuerbetrag, iva, importe iva, cuota iva, impuesto, impuestos"
    ),
    # a rate is told from an amount by its header: see `_is_plausible`
    "tax_rate": (
        "tax rate, vat rate, tax, vat, gst, sales tax, taxes, نرخ مالیات, مالیات,"
        "taux tva, taux de tva, tva, taux, steuersatz, ust satz, mwst satz, ust, mwst,"
        "umsatzsteuer, umsatzsteuersatz, mehrwertsteuersatz, steuer,"
        "tipo iva, tipo de iva, iva, impuesto"
    ),
    "total": (
        "total, order total, order total amount, grand total, total amount,"
        "invoice total, مبلغ قابل پرداخت, قابل پرداخت"
    ),
    "discount": (
        "discount amount, order discount, discount total, cart discount, discount,"
        "cart discount amount, total discount, مبلغ تخفیف, تخفیف, remise,"
        "montant remise, rabatt, rabattbetrag, nachlass, descuento"
    ),
    "shipping": (
        "shipping, shipping amount, shipping cost, shipping total, order shipping,"
        "order shipping amount, freight, delivery fee, shipping charge, postage,"
        "هزینه ارسال, حمل, frais de port, port, versand, versandkosten, fracht,"
        "envio, gastos de envio"
    ),
    "refunded": (
        "refunded amount, amount refunded, refund amount, order refund amount,"
        "refunded, refunded total, total refunded, مبلغ برگشتی, montant rembourse,"
        "erstattet,"
        "erstatteter betrag, importe reembolsado"
    ),
}
# Headers that say who without saying how: their cells decide.
_ANY_CUSTOMER = (
    "customer, client, buyer, partner, مشتری, خریدار, kunde, kundin, cliente,"
    "comprador, customer/name, acheteur"
)
# They name the customer, unless the file has another number of each document.
_BARE_REFERENCE = {"reference", "ref"}
# They name the customer, unless their cells number documents.
_BARE_NAME = {"name", "nom", "nombre", "number", "num"}
# What may stand in brackets behind a name and leaves it what it is.
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*$")
_HARMLESS = {"utc", "gmt", "local", "billing", "net", "excl tax", "excl vat", "ht"}
_CURRENCY_CODE = re.compile(r"[A-Z]{3}")
_CURRENCY_WORDS = {
    "$": "USD",
    "us$": "USD",
    "€": "EUR",
    "£": "GBP",
    "ریال": "IRR",
    "rial": "IRR",
    "تومان": "toman",
    "toman": "toman",
}
# a method of shipping is no amount, and neither is a rate
_AMOUNTS = {"amount", "gross", "margin", "price", "total", "discount", "shipping"}
_FIGURES = {*_AMOUNTS, "tax", "tax_rate", "quantity", "refunded"}
_PERCENT = re.compile(r"%|٪|percent|prozent|pourcent|\bpct\b|\brate\b|درصد|quote", re.I)
_RATE = re.compile(rf"{_PERCENT.pattern}|satz\b|\btaux\b|\btipo\b|نرخ", re.I)
# of an address as well as of an order
_STATES = {"state", "order state", "etat", "estado"}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_DOCUMENT = re.compile(r"(?=.*\d)[#A-Z]{0,4}[-_/ ]?[\d/_-]+", re.I | re.ASCII)
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_SAMPLE = 200


def _words(text: str, split: bool = True) -> str:
    text = clean(text)
    if split and text.isascii():
        text = _CAMEL.sub(" ", text)
    return " ".join(re.findall(r"[\w/]+", fold(text).replace("_", " ")))


def _names(synonyms: str) -> list[str]:
    return [name for text in synonyms.split(",") if (name := _words(text))]


_ANY_CUSTOMER_NAMES = set(_names(_ANY_CUSTOMER))
# name → the field it is first of all, and how early it stands among its names
_RANKS = {field: _names(synonyms) for field, synonyms in _SYNONYMS.items()}
_FIELDS_OF = defaultdict(list)
for _field, _known in _RANKS.items():
    for _name in _known:
        _FIELDS_OF[_name].append(_field)


def _bare(header: str) -> str:
    """A header's own name: less a currency, a time zone or the like behind it."""
    found = _BRACKETS.search(clean(header))
    if found and (
        _currency_in(found[1]) or _words(found[1]) in _HARMLESS or not found[1].strip()
    ):
        header = clean(header)[: found.start()]
    first, _space, last = header.rpartition(" ")
    if first and (_CURRENCY_CODE.fullmatch(last) and last in _CODES or last == "€"):
        header = first
    name, whole = _words(header), _words(header, split=False)
    # MwSt is one word
    return whole if name not in _FIELDS_OF and whole in _FIELDS_OF else name


_CODES = frozenset(
    re.findall(
        r"[A-Z]{3}",
        """
    AED AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR IQD IRR
    ISK JPY KRW KWD MAD MXN MYR NOK NZD OMR PEN PHP PKR PLN QAR RON RUB SAR SEK SGD THB
    TND TRY TWD UAH USD VND ZAR
    """,
    )
)


def _currency_in(text: str) -> str | None:
    word = clean(text)
    return word if word in _CODES else _CURRENCY_WORDS.get(fold(word))


def header_currency(header: str) -> str | None:
    """The currency that a header names: a code, or "toman" for ten rials."""
    found = _BRACKETS.search(clean(header))
    if found:
        return _currency_in(found[1])
    return _currency_in(clean(header).rpartition(" ")[2]) if " " in header else None


def is_gross(header: str) -> bool:
    """Whether a header says that its amounts are with tax."""
    return "gross" in _FIELDS_OF[_bare(header)]


def is_net(header: str) -> bool:
    """Whether a header says that its amounts are without tax."""
    name = _bare(header)
    known = _RANKS["amount"]
    return name in known and known.index(name) < known.index("amount")


def count_known(headers: Iterable[str]) -> int:
    """How many of them are known names."""
    return sum(
        name in _FIELDS_OF or name in _ANY_CUSTOMER_NAMES
        for name in map(_bare, headers)
        if name
    )


def propose_columns(table: Table) -> dict[str, str]:
    """Field → header, for the fields that a header names. Each is used once.

    Among the headers of one field the one that says most decides.
    """
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for header in table.header:
        if not header or table.header.count(header) > 1:
            continue
        name = _bare(header)
        fields = _FIELDS_OF.get(name, [])
        if name in _ANY_CUSTOMER_NAMES:
            fields = [_customer_field(table, header)]
        elif name in _BARE_NAME and _are_documents(table, header):
            fields = ["document"]
        for field in fields:
            if _is_plausible(table, header, field):
                known = _RANKS[field]
                rank = known.index(name) if name in known else 0
                if field == "date" and not _mostly(_texts(table, header), _is_day):
                    # named all the same where no other is: its rows are refused by name
                    rank += len(known)
                found[field].append((rank, header))
    found["amount"] = found["amount"] or found["gross"]
    return _settle(table, {field: sorted(found[field]) for field in FIELDS})


def _settle(table: Table, found: dict[str, list[tuple[int, str]]]) -> dict[str, str]:
    proposal: dict[str, str] = {}
    for field, headers in found.items():
        taken = proposal.values()
        free = [header for _rank, header in headers if header not in taken]
        if free:
            proposal[field] = free[0]
    if not _names_customers(table, proposal):
        del proposal["customer"]
    return proposal


def _names_customers(table: Table, proposal: dict[str, str]) -> bool:
    """Whether a bare "Reference" is the customer's and not another of the order's."""
    header = proposal.get("customer")
    if header is None or _bare(header) not in _BARE_REFERENCE:
        return True
    who = proposal.get("email") or proposal.get("name")
    if not who or "document" not in proposal:
        return True
    seen: dict[str, set[str]] = defaultdict(set)
    times = 0
    for one, reference in zip(
        table.cells(who)[:_SAMPLE], table.cells(header)[:_SAMPLE], strict=True
    ):
        if clean(one) and clean(reference):
            seen[fold(clean(one))].add(fold(clean(reference)))
            times += 1
    # each customer has one, and some have bought twice under it
    return all(len(refs) == 1 for refs in seen.values()) and times > len(seen)


def _texts(table: Table, header: str) -> list[str]:
    return [text for cell in table.cells(header)[:_SAMPLE] if (text := clean(cell))]


def _mostly(texts: list[str], test) -> bool:
    return 2 * sum(map(bool, map(test, texts))) > len(texts)


def _customer_field(table: Table, header: str) -> str:
    texts = _texts(table, header)
    if _mostly(texts, lambda text: "@" in text):
        return "email"
    if _mostly(texts, lambda text: any(map(str.isdigit, text))):
        return "customer"
    return "name"


def _are_documents(table: Table, header: str) -> bool:
    texts = map(latin_digits, _texts(table, header))
    return _mostly([*texts], _DOCUMENT.fullmatch)


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _is_plausible(table: Table, header: str, field: str) -> bool:
    texts = _texts(table, header)
    if field in _AMOUNTS and _PERCENT.search(header):
        return False
    if field in ("tax", "tax_rate"):
        is_rate = _RATE.search(header) or texts and _mostly(texts, _PERCENT.search)
        if bool(is_rate) != (field == "tax_rate"):
            return False
    if not texts:
        return True
    words = [*{*map(fold, texts)}]
    if field == "date":
        return not _mostly(texts, _CLOCK.match)
    if field == "status":
        if _bare(header) in _STATES and not any(
            is_bought(w) is not None for w in words
        ):
            return False
        return len(words) <= MOST_STATUSES and not _mostly(texts, _is_figure)
    if field == "sign":
        return _mostly(words, word_sign)
    if field == "currency":
        return _mostly(texts, lambda text: len(text) <= 4)
    if field in _FIGURES:
        return not _mostly(texts, lambda text: not _has_digit(text))
    if field in ("name", "last_name"):
        return not _mostly(texts, _is_figure)
    if field == "document" and _bare(header) in ("id", "number", "num"):
        return len(set(texts)) == len(texts)
    if field == "customer" and _bare(header) in _BARE_REFERENCE:
        return not _mostly(texts, lambda text: "@" in text)
    return True


def _is_day(text: str) -> bool:
    for order in ("dmy", "mdy"):
        with contextlib.suppress(ValueError):
            return bool(parse_date(text, order))
    return False


def _is_figure(text: str) -> bool:
    return bool(re.fullmatch(r"[-+()\d.,\s$€£%]+", latin_digits(text)))
