"""Fields of a purchase, and what people write above columns for them."""

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
SYNONYMS = {
    "customer": (
        "customer reference, customer ref, customer id, customer number, customer no,"
        "customer code, customer nr, account ref, account reference,"
        "client id, client code, client number, client no,"
        "client reference, client ref, account number, account no, account code,"
        "account id, member id, member number, member no, card number, loyalty card,"
        "partner id, partner code, buyer id, card code, sold to party, debtor,"
        "debtor number, debtor no, debtor code, customer account, bill to customer no,"
        "sell to customer no, customer external id, id customer, buyer user id,"
        "buyer username, customer reference id,"
        "کد مشتری, شماره مشتری, شناسه مشتری, کد اشتراک, کد طرف حساب, شماره عضویت,"
        "کد تفصیلی, کد خریدار,"
        "code client, numero client, numero de client, reference client, no client,"
        "compte client, compte auxiliaire, code tiers, identifiant client,"
        "kundennummer, kunden nr, kundennr, kunden id, kundenkonto, debitor,"
        "debitorennummer, debitoren nr, debitorennr, mitgliedsnummer, kdnr, kd nr,"
        "auftraggeber, kundencode,"
        "codigo cliente, codigo de cliente, numero de cliente, n cliente, id cliente,"
        "referencia cliente, cod cliente, numero cliente,"
        "reference, ref"
    ),
    "email": (
        "email, e mail, mail, email address, e mail address, customer email,"
        "customer e mail, billing email, buyer email, contact email, client email,"
        "customer email address, customer/email, partner/email, order customer email,"
        "from email address, ایمیل مشتری,"
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
        "نام تفصیلی, نام و نام خانوادگی خریدار,"
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
        "booking date, billing date, date placed, order placed, date ordered,"
        "ordered on, issue date, date issued, txn date,"
        "تاریخ خرید, تاریخ سفارش, تاریخ فاکتور, تاریخ فروش, تاریخ سند, تاریخ صدور,"
        "تاریخ صدور فاکتور, تاریخ ثبت سفارش,"
        "date commande, date de commande, date facture, date de facture, date achat,"
        "date d achat, date de vente, date vente, date de facturation, date piece,"
        "date ecriture, ecriture date,"
        "bestelldatum, rechnungsdatum, kaufdatum, belegdatum, fakturadatum,"
        "buchungsdatum, auftragsdatum, verkaufsdatum,"
        "fecha de pedido, fecha pedido, fecha factura, fecha de factura,"
        "fecha de compra, fecha de venta, fecha emision,"
        "date, date/time, تاریخ, datum, fecha,"
        # when it was written down, and after that when it was paid for
        "created at, creation date, created date, created on, date created, created,"
        "date add, تاریخ ثبت, تاریخ ایجاد, erstellt am, erstellungsdatum,"
        "date de creation, fecha de creacion,"
        "paid at, date paid, payment date, paid on date, payments date,"
        "تاریخ پرداخت, zahlungsdatum, bezahlt am, date de paiement, fecha de pago,"
        "completed time, completed at, completed on, sale time, closed at, closed on,"
        "time of sale, transaction time, order time, purchase time"
    ),
    "amount": (
        "untaxed amount, amount untaxed, tax excluded, amount excl tax, net amount,"
        # a till's "net total" is what is left of a payment after its fees
        "amount net, invoice amount net, net sales, net total, net value,"
        "amount excluding tax, total paid tax excl, total products,"
        "total excl tax, total excluding tax, untaxed total, subtotal, sub total,"
        "order subtotal, order subtotal amount, cart subtotal, item subtotal,"
        "order lines/subtotal, line total, line amount, line subtotal, line net amount,"
        "extended price, extended amount, item total, invoice lines/subtotal,"
        "product sales,"
        "montant ht, total ht, montant hors taxe, total hors taxe,"
        "nettobetrag, netto, nettoumsatz, betrag netto, gesamt netto, nettosumme,"
        "nettowert,"
        "base imponible, importe neto, neto, total sin iva, subtotal sin iva,"
        "مبلغ خالص, خالص, مبلغ بدون مالیات, خالص فروش, خالص فاکتور,"
        "amount, revenue, sales, sales amount, turnover, purchase amount, value,"
        "transaction amount, dollar value, order value, order amount, order total,"
        "order total amount, invoice total, invoice amount, total amount, grand total,"
        "total, total price, total value, amount total, grand total base,"
        "grand total purchased,"
        "مبلغ, مبلغ کل, مبلغ خرید, مبلغ فروش, مبلغ فاکتور, مبلغ سفارش,"
        "مبلغ کل سفارش, مبلغ کل فاکتور, جمع فاکتور, بهای کل, جمع, جمع کل, فروش,"
        "montant, montant total, chiffre d affaires, ca,"
        "betrag, summe, gesamt, gesamtbetrag, umsatz, gesamtsumme, rechnungsbetrag,"
        "importe, importe total, monto, monto total, ventas,"
    ),
    # with tax: proposed as the amount where nothing else is, and asked about
    "gross": (
        "gross amount, amount gross, gross total, total incl tax, total including tax,"
        "amount incl tax, amount including tax, total with tax, tax included,"
        "amount incl vat, total incl vat, total inc vat, total inc tax, gross sales,"
        "total paid tax incl, total paid, gross,"
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
        "amazon order id, sale id, sale number, id order, sales record number,"
        "transaction number, document, invoice, order, receipt, voucher, voucher no,"
        "voucher number, doc no, doc number, docnum, invoice nr, order nr, billing doc,"
        "billing document, num, number,"
        "شماره فاکتور, شماره سفارش, شماره فاکتور فروش, کد سفارش, شناسه سفارش,"
        "سریال فاکتور, شماره سند, شماره رسید, شماره حواله, فاکتور,"
        "numero facture, no facture, numero de facture, numero commande,"
        "numero de commande, n de facture, facture, commande, piece, numero piece,"
        "piece ref, piece num, n piece,"
        "rechnungsnummer, rechnungs nr, rechnungsnr, bestellnummer, bestell nr,"
        "belegnummer, belegfeld 1, beleg nr, belegnr, auftragsnummer, auftrags nr,"
        "rechnung, beleg, faktura,"
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
        "quantity sold, billed quantity, invoice lines/quantity, quantity purchased,"
        "تعداد, مقدار, quantite, qte, menge, anzahl, stuckzahl, stuck,"
        "cantidad, cant, unidades"
    ),
    "price": (
        "unit price, unitprice, lineitem price, item cost, price per unit, price unit,"
        "order lines/unit price, sales price, قیمت واحد, فی, بهای واحد,"
        "prix unitaire, prix unitaire ht, pu, pu ht, einzelpreis, stuckpreis,"
        "precio unitario,"
        # of one piece or of all of a line: asked about
        "price, item price, sold for, قیمت, preis, prix, precio"
    ),
    "product": (
        "sku, lineitem sku, product sku, item sku, stock code, item number, item no,"
        "item code, product code, product id, product reference, product number,"
        "product ref, internal reference, article number, article no, article code,"
        "part number, barcode, ean, ean13, gtin, upc, item id, material,"
        "custom label,"
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
        "item title,"
        "کالا, نام کالا, محصول, نام محصول, شرح کالا, شرح,"
        "produit, designation, libelle article, artikel, artikelbezeichnung,"
        "bezeichnung, produkt, producto, articulo, descripcion"
    ),
    "status": (
        "status, state, order status, financial status, payment status, invoice status,"
        "document status, sale status, transaction status, order state, payment state,"
        "item status,"
        "وضعیت, وضعیت سفارش, وضعیت فاکتور, وضعیت پرداخت,"
        "statut, etat, statut de la commande,"
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
        "document type, doc type, type, invoice type, sale type, line type, row type,"
        "kind,"
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
        "order tax, order tax total, order total tax amount, total taxes, item tax,"
        "order sales tax, seller collected tax, ebay collected tax,"
        "vat paid by buyer, مبلغ ارزش افزوده,"
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
        "invoice total, amount total, grand total base, grand total purchased,"
        "total paid tax incl, total collected, total price,"
        "مبلغ قابل پرداخت, قابل پرداخت, مبلغ نهایی"
    ),
    "discount": (
        "discount amount, order discount, discount total, cart discount, discount,"
        "cart discount amount, total discount, total discounts,"
        "item promotion discount, مبلغ تخفیف, تخفیف, remise,"
        "montant remise, rabatt, rabattbetrag, nachlass, descuento"
    ),
    "shipping": (
        "shipping, shipping amount, shipping cost, shipping total, order shipping,"
        "order shipping amount, freight, delivery fee, shipping charge, postage,"
        "shipping and handling, shipping and handling amount, shipping price,"
        "invoice shipping net, invoice shipping, total shipping,"
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
ANY_CUSTOMER = (
    "customer, client, buyer, partner, مشتری, خریدار, kunde, kundin, cliente,"
    "comprador, customer/name, acheteur"
)
