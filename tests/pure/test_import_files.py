"""Files that people really have, each with what is right of it.

What a file does not prove is asked; a test answers as its user would.
"""

import datetime
import io
import json
from pathlib import Path

import openpyxl
import pytest
from import_cases import (
    FILES,
    asked,
    bought,
    data_of,
    grasp,
    issues,
    read,
)
from tabular import (
    FileProblem,
    Hints,
    Layout,
    propose_columns,
    read_table,
)
from tabular.understanding import Plan

PAID_ONLY = {"status:voided": "no", "status:refunded": "no", "status:paid": "yes"}


def test_shopify_cancelled():
    assert asked(grasp("shopify-cancelled.csv")) == {
        "status:paid": "yes",
        "status:voided": "no",
        "status:refunded": "no",
        "cancelled": "leave",
    }
    reading = read("shopify-cancelled.csv", {**PAID_ONLY, "cancelled": "leave"})
    assert bought(reading) == [("rosa@example.com", "2024-01-01", 20.0)]
    assert reading.left_out == 2


def test_shopify_cancelled_where_all_statuses_count():
    """Even then, what was paid back is no revenue."""
    every = {f"status:{word}": "yes" for word in ("paid", "voided", "refunded")}
    reading = read("shopify-cancelled.csv", {**every, "cancelled": "keep"})
    assert [amount for _who, _day, amount in bought(reading)] == [20.0, 70.0, 0.0]


def test_stripe():
    statuses = grasp("stripe.csv")
    assert asked(statuses) == {
        "status:paid": "yes",
        "status:refunded": "no",
        "status:failed": "no",
    }
    reading = read("stripe.csv", asked(statuses))
    assert bought(reading) == [("cus_A", "2024-01-31", 1200.0)]


def test_odoo_orders():
    assert asked(grasp("odoo-orders.csv")) == {
        "status:sales order": "yes",
        "status:quotation": "no",
    }
    reading = read("odoo-orders.csv", asked(grasp("odoo-orders.csv")))
    assert bought(reading) == [("Deco Example", "2024-01-15", 320.0)]
    assert reading.purchases[0].document == "S00011"


def test_debit_credit_sign():
    reading = read("debit-credit-sign.csv")
    assert bought(reading) == [("K1", "2023-12-31", 100.0), ("K1", "2024-01-02", -40.0)]


def test_currency_column():
    reading = read("currency-column.csv")
    assert [(one.amount, one.currency) for one in reading.purchases] == [
        (100.0, ""),
        (100.0, "EUR"),
        (15000.0, "JPY"),
    ]


def test_equal_lines():
    understood = grasp("equal-lines.csv")
    assert asked(understood) == {"grain": "line"}
    assert understood.open[0].rows == (2, 3)
    assert bought(read("equal-lines.csv", {"grain": "line"})) == [
        ("C1", "2024-01-02", 20.0),
        ("C2", "2024-01-03", 10.0),
    ]
    said_twice = read("equal-lines.csv", {"grain": "document"})
    assert (len(said_twice.purchases), said_twice.lines) == (2, 1)


def test_shopify_lines():
    reading = read("shopify-lines.csv")
    assert bought(reading) == [
        ("rosa@example.com", "2024-01-01", 50.0),
        ("omid@example.com", "2024-01-05", 30.0),
    ]
    assert [
        [(item.product, item.quantity, item.revenue) for item in one.items]
        for one in reading.purchases
    ] == [[("SKU-20.00", 1, 20), ("SKU-30.00", 1, 30)], [("SKU-30.00", 1, 30)]]


def test_uci_amount():
    assert asked(grasp("uci-amount.csv")) == {"grain": "line"}
    reading = read("uci-amount.csv", {"grain": "line"})
    assert bought(reading) == [
        ("17001", "2010-12-01", 23.3),
        ("17001", "2010-12-03", -2.55),
        ("17002", "2010-12-15", 2.55),
    ]


def test_uci_log_as_it_is_published():
    """Without a column of amounts: lines are quantity times price."""
    reading = read(
        b"InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,"
        b"Country\n"
        b"536365,85123A,WHITE HEART,6,12/1/2010 8:26,2.55,17850,United Kingdom\n"
        b"536365,71053,WHITE METAL LANTERN,6,12/1/2010 8:26,3.39,17850,United Kingdom\n"
        b"536366,22633,HAND WARMER,6,12/15/2010 8:28,1.85,17850.0,United Kingdom\n"
        b"C536379,D,Discount,-1,12/1/2010 9:41,27.5,14527,United Kingdom\n"
        b"536414,22139,,56,12/1/2010 11:52,0,,United Kingdom\n"
    )
    assert bought(reading) == [
        ("17850", "2010-12-01", pytest.approx(35.64)),
        ("17850", "2010-12-15", pytest.approx(11.1)),
        ("14527", "2010-12-01", -27.5),
    ]
    assert len({id(one.customer) for one in reading.purchases}) == 2
    assert [len(one.items) for one in reading.purchases] == [2, 1, 1]
    assert issues(reading) == [(6, "customer", "no_customer")]


def test_document_later():
    without = read("document-later.csv", document=None)
    later = read("document-later.csv", document="Beleg Ref")
    assert [one.document for one in later.purchases] == ["R1", "R2"]
    assert [one.plain_key for one in later.purchases] == [
        one.plain_key for one in without.purchases
    ]


def test_date_of_birth():
    columns = propose_columns(read_table(data_of("date-of-birth.csv"), Layout()))
    assert columns == {
        "customer": "Customer No",
        "date": "Purchased On",
        "amount": "Amount",
    }


def test_xero_reference():
    reading = read("xero-reference.csv")
    assert bought(reading) == [
        ("ada@example.com", "2024-01-15", 100.0),
        ("ada@example.com", "2024-02-20", 50.0),
    ]
    assert [one.document for one in reading.purchases] == ["INV-1", "INV-2"]


def test_shopify_single():
    reading = read("shopify-single.csv")
    assert [(one.customer.name, one.document) for one in reading.purchases] == [
        ("Rosa Lind", "#1001"),
        ("Omid Far", "#1002"),
    ]
    assert bought(reading)[0] == ("rosa@example.com", "2024-01-01", 20.0)


def test_shopify_guest():
    reading = read("shopify-guest.csv")
    assert not reading.purchases
    assert [code for _row, _field, code in issues(reading)] == ["no_customer"] * 2


def test_margin_percent():
    assert "margin" not in grasp("margin-percent.csv").columns
    assert [one.margin for one in read("margin-percent.csv").purchases] == [None, None]


def test_gross_total():
    understood = grasp("gross-total.csv")
    assert understood.columns["amount"] == "Total TTC"
    assert asked(understood) == {"tax": "column"}
    reading = read("gross-total.csv", {"tax": "column"})
    assert [amount for _who, _day, amount in bought(reading)] == [100.0, 50.0]
    rates = Hints("USD", ("$",), tax_rates=(20.0,))
    reading = read("gross-total.csv", {"tax": "rate:20"}, rates)
    assert [one.amount for one in reading.purchases] == [100.0, 50.0]


def test_camel_headers():
    assert grasp("camel-headers.csv").columns == {
        "customer": "CustomerID",
        "email": "EmailAddress",
        "name": "ContactName",
        "date": "InvoiceDate",
        "amount": "Amount",
        "document": "InvoiceNo",
    }


def test_cp1252_spanish():
    understood = grasp("cp1252-spanish.csv")
    assert asked(understood) == {"encoding": "cp1252"}
    shown = {one.key: one.example for one in understood.open[0].choices}
    assert "Núñez" in shown["cp1252"] and "Núñez" not in shown["cp1256"]
    reading = read("cp1252-spanish.csv", {"encoding": "cp1252"})
    assert [one.customer.name for one in reading.purchases] == [
        "Núñez Hermanos",
        "Ibáñez Toldos",
        "Ordóñez e Hijos",
    ]


def test_utf8_stray_byte():
    reading = read("utf8-stray-byte.csv")
    assert [one.customer.name for one in reading.purchases] == [
        "José Ñíguez",
        "Zoë Błaszczyk",
    ]
    assert issues(reading) == [(4, "name", "bad_letter")]


def test_utf16_nobom():
    reading = read("utf16-nobom.csv")
    assert reading.purchases[0].customer.name == "José"
    assert bought(reading) == [("K1", "2023-03-15", 1210.0)]
    turned = data_of("utf16-nobom.csv").decode("utf-16-le").encode("utf-16-be")
    assert bought(read(turned)) == bought(reading)


def test_sep_other():
    assert bought(read("sep-other.csv")) == [("A1", "2024-01-02", 45.0)]


def test_thousands_dot_only():
    understood = grasp("thousands-dot-only.csv")
    assert asked(understood) == {"decimal_mark": ","}
    assert understood.open[0].rows == (2, 3, 4)
    assert understood.open[0].choices[1].example.startswith("1.250 → 1250.00")
    reading = read("thousands-dot-only.csv", {"decimal_mark": ","})
    assert [one.amount for one in reading.purchases] == [1250, 2000, 12500]


def test_persian_rial_word():
    reading = read("persian-rial-word.csv", hints=Hints("IRR", ("﷼",)))
    assert bought(reading) == [
        ("101", "2024-08-02", 1250000.0),
        ("101", "2024-08-03", 250000.0),
    ]


def test_tomans_are_ten_rials_each():
    text = "کد مشتری,تاریخ,{}\nA1,1403/05/12,۱۲۵۰{}\n"
    rials = Hints("IRR", ("﷼",))
    for header, word in (("مبلغ", " تومان"), ("مبلغ (تومان)", "")):
        reading = read(text.format(header, word).encode(), hints=rials)
        assert [one.amount for one in reading.purchases] == [12500.0]
    mixed = read(text.format("مبلغ", " تومان").encode())  # dollars
    assert issues(mixed) == [(2, "amount", "bad_amount")]


def test_date_dots_unproved():
    assert [day for _who, day, _amount in bought(read("date-dots-unproved.csv"))] == [
        "2023-04-03",
        "2023-06-05",
    ]


def test_date_slash_unproved():
    understood = grasp("date-slash-unproved.csv")
    assert asked(understood) == {"date_order": "mdy"}
    (question,) = understood.open
    assert question.rows == (2, 3)
    assert question.choices[0].example.startswith("03/04/2023 → 2023-04-03")
    days = bought(read("date-slash-unproved.csv", {"date_order": "dmy"}))
    assert [day for _who, day, _amount in days] == ["2023-04-03", "2023-06-05"]


def test_xlsx_second_year():
    understood = grasp("xlsx-second-year.xlsx")
    assert asked(understood) == {"sheet": "*"}
    assert [one.key for one in understood.open[0].choices] == ["*", "2022", "2023"]
    both = read("xlsx-second-year.xlsx", {"sheet": "*"})
    assert bought(both) == [("C1", "2022-05-01", 10.0), ("C1", "2023-05-01", 30.0)]
    table = grasp("xlsx-second-year.xlsx", {"sheet": "*"}).rows()
    assert [table.place(one.row) for one in both.purchases] == [
        ("2022", 2),
        ("2023", 2),
    ]
    one = read("xlsx-second-year.xlsx", {"sheet": "2023"})
    assert bought(one) == [("C1", "2023-05-01", 30.0)]


def test_xlsx_cover():
    assert bought(read("xlsx-cover.xlsx")) == [("C1", "2023-05-01", 30.0)]


def test_xlsx_id_as_date():
    reading = read("xlsx-id-as-date.xlsx")
    assert bought(reading) == [("C1", "2023-05-01", 30.0)]
    assert issues(reading) == [(3, "customer", "date_reference")]


def test_xlsx_strict():
    assert bought(read("xlsx-strict.xlsx")) == [("C1", "2023-05-01", 30.0)]


def test_html_xls():
    assert bought(read("html-xls.xls")) == [("C1", "2024-01-02", 1230.0)]


def test_name_upper_case():
    reading = read("name-upper-case.csv")
    assert len({id(one.customer) for one in reading.purchases}) == 1


def test_pandas_float_id():
    assert [who for who, _day, _amount in bought(read("pandas-float-id.csv"))] == [
        "17850",
        "17851",
    ]


def test_excel_text_formula():
    assert [who for who, _day, _amount in bought(read("excel-text-formula.csv"))] == [
        "00123",
        "00124",
    ]


def test_ref_scientific():
    reading = read("ref-scientific.csv")
    assert not reading.purchases
    assert [code for _row, _field, code in issues(reading)] == ["lost_digits"] * 2


def test_total_row_dated():
    understood = grasp("total-row-dated.csv")
    assert asked(understood) == {"total_row": "leave"}
    assert understood.open[0].rows == (4,)
    reading = read("total-row-dated.csv", {"total_row": "leave"})
    assert bought(reading) == [
        ("Ann Lee", "2024-01-02", 45),
        ("Bo Kim", "2024-01-03", 30),
    ]


def test_blank_rows():
    reading = read("blank-rows.csv")
    assert bought(reading) == [("A1", "2024-01-02", 45.0)]
    assert not reading.problems


def test_title_two_cells():
    reading = read("title-two-cells.csv")
    assert bought(reading) == [("K1", "2023-03-15", 10.0), ("K2", "2023-03-16", 20.5)]
    assert [one.row for one in reading.purchases] == [5, 6]


@pytest.mark.parametrize("name", sorted(path.name for path in FILES.iterdir()))
def test_every_file_of_the_table_has_a_test(name):
    assert f"test_{Path(name).stem.replace('-', '_')}" in globals()


# Kinds beyond the table


def test_half_swapped_dates_are_asked():
    """A spreadsheet took the days up to the twelfth for months, and left the rest."""
    book = openpyxl.Workbook()
    for row in (
        ["Customer No", "Date", "Amount"],
        ["C1", datetime.datetime(2023, 3, 5), 10],  # was 03/05/2023, 3 May
        ["C1", "13/05/2023", 20],
        ["C1", "28/06/2023", 30],
    ):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    understood = grasp(file.getvalue())
    assert asked(understood) == {"half_swapped": "swap"}
    days = {
        answer: [
            day
            for _w, day, _a in bought(read(file.getvalue(), {"half_swapped": answer}))
        ]
        for answer in ("swap", "keep")
    }
    assert days["swap"] == ["2023-05-03", "2023-05-13", "2023-06-28"]
    assert days["keep"][0] == "2023-03-05"


def test_equal_rows_without_a_document_are_asked():
    text = b"ref,date,amount\nA,2023-01-02,5\nA,2023-01-02,5\n"
    assert asked(grasp(text)) == {"equal_rows": "twice"}
    assert len(read(text, {"equal_rows": "twice"}).purchases) == 2
    once = read(text, {"equal_rows": "once"})
    assert (len(once.purchases), once.repeated) == (1, 1)


def test_odoo_list_with_lines_loads_as_it_is():
    """Odoo's export names an order on its first row only."""
    reading = read(
        b"Order Reference,Customer,Order Date,Order Lines/Product,Order Lines/Quantity,"
        b"Order Lines/Subtotal\n"
        b"S1,Deco,2024-01-15,Desk,2,200.00\n"
        b",,,Lamp,1,30.50\n"
        b"S2,Azure,2024-01-16,Lamp,1,30.50\n",
        {"grain": "line"},
    )
    assert bought(reading) == [
        ("Deco", "2024-01-15", 230.5),
        ("Azure", "2024-01-16", 30.5),
    ]
    assert [item.name for item in reading.purchases[0].items] == ["Desk", "Lamp"]


def test_woocommerce_export_loads_as_it_is():
    header = (
        "Order Number,Order Status,Order Date,First Name (Billing),Last Name (Billing),"
        "Email (Billing),Order Subtotal Amount,Order Total Tax Amount,"
        "Order Shipping Amount,Order Refund Amount,Order Total Amount,Item Name,SKU,"
        "Quantity,Item Cost\n"
    )
    rows = (
        "7,Completed,2024-03-01 10:00,Ann,Lee,ann@example.com,50.00,10.00,5.00,0.00,"
        "65.00,Mug,M1,1,20.00\n"
        "7,Completed,2024-03-01 10:00,Ann,Lee,ann@example.com,50.00,10.00,5.00,0.00,"
        "65.00,Pot,P1,1,30.00\n"
        "8,Processing,2024-03-02 10:00,Bo,Kim,bo@example.com,30.00,6.00,5.00,20.50,"
        "41.00,Pot,P1,1,30.00\n"
    )
    understood = grasp((header + rows).encode())
    assert asked(understood) == {"grain": "document"}
    reading = read((header + rows).encode(), {"grain": "document"})
    assert [len(one.items) for one in reading.purchases] == [2, 1]
    assert (reading.lines, reading.repeated) == (1, 0)
    assert bought(reading) == [
        ("ann@example.com", "2024-03-01", 50.0),
        ("bo@example.com", "2024-03-02", 15.0),
    ]
    assert reading.purchases[0].customer.name == "Ann Lee"


def test_bad_line_holds_its_whole_document_back():
    reading = read(
        b"Invoice,Customer ID,Date,Quantity,Unit Price\n"
        b"R1,C1,2024-01-02,1,10\nR1,C1,2024-01-02,1,ten\nR2,C1,2024-01-03,1,5\n"
    )
    assert bought(reading) == [("C1", "2024-01-03", 5.0)]
    assert issues(reading) == [
        (2, "document", "document_incomplete"),
        (3, "price", "bad_number"),
    ]


def test_discounts_and_shipping_of_orders_are_asked_where_rows_are_lines():
    text = (
        b"Order,Customer ID,Date,SKU,Qty,Unit Price,Order Discount,Shipping\n"
        b"1,C1,2024-01-02,A,1,60.00,10.00,5.00\n1,C1,2024-01-02,B,1,40.00,10.00,5.00\n"
    )
    assert asked(grasp(text)) == {"discount": None, "shipping": None}
    aside = read(text, {"discount": "aside", "shipping": "aside"})
    assert aside.purchases[0].amount == 100.0
    shared = read(text, {"discount": "less", "shipping": "aside"})
    assert shared.purchases[0].amount == 90.0
    assert [item.revenue for item in shared.purchases[0].items] == [54.0, 36.0]
    whole = read(text, {"discount": "less", "shipping": "add"})
    assert whole.purchases[0].amount == 95.0


def test_refund_counts_on_the_day_of_its_order():
    reading = read(
        b"Order Number,Original Order,Customer ID,Date,Amount\n"
        b"7,,C1,2024-01-02,100.00\n8,7,C1,2024-03-09,-40.00\n9,3,C1,2024-03-10,-5.00\n"
    )
    assert bought(reading) == [
        ("C1", "2024-01-02", 100.0),
        ("C1", "2024-01-02", -40.0),
        ("C1", "2024-03-10", -5.0),
    ]
    assert [bool(one.origin) for one in reading.purchases] == [False, False, True]


def test_references_of_another_case_are_one_customer():
    reading = read(
        b"Customer No,Date,Amount\nab1,2024-01-02,5.50\nAB1,2024-01-03,6.50\n"
    )
    assert len({id(one.customer) for one in reading.purchases}) == 1


def test_unknown_words_of_a_sign_column_are_asked():
    text = (
        b"Customer No,Date,Amount,Type\nA,2024-01-02,5.50,Invoice\n"
        b"A,2024-01-03,2.50,Credit note\nA,2024-01-04,9.50,Payout\n"
    )
    assert asked(grasp(text)) == {"sign:payout": "no"}
    odd = text.replace(b"Payout", b"Oddity")
    assert asked(grasp(odd)) == {"sign:oddity": None}
    reading = read(text, {"sign:payout": "no"})
    assert [one.amount for one in reading.purchases] == [5.5, -2.5]


def test_returns_that_stand_below_zero_are_not_turned():
    text = (
        b"Customer No,Date,Amount,Type\nA,2024-01-02,5.50,Invoice\n"
        b"A,2024-01-03,-2.50,Credit note\n"
    )
    assert [one.amount for one in read(text).purchases] == [5.5, -2.5]


def test_comments_and_declarations_do_not_hide_a_web_page():
    page = data_of("html-xls.xls")
    assert bought(read(b"<!-- made -->\n<!DOCTYPE html>" + page)) == bought(read(page))
    with pytest.raises(FileProblem):  # and take no time
        grasp(b"<!---->" * 500 + b"x")


def test_xml_says_what_it_is():
    with pytest.raises(FileProblem, match="xml"):
        grasp(b'<?xml version="1.0"?>\n<Workbook/>')


def test_hidden_sheets_are_no_candidates():
    book = openpyxl.Workbook()
    for name, state in (("Old", "hidden"), ("Sales", "visible")):
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        sheet.append(["Customer No", "Date", "Amount"])
        sheet.append(["C1", datetime.date(2023, 5, 1), 10])
    file = io.BytesIO()
    book.save(file)
    assert not grasp(file.getvalue()).open
    assert len(read(file.getvalue()).purchases) == 1


# Exports of programs, as a new user would bring them


def test_spanish_ledger_loads_as_it_is():
    reading = read(
        (
            "Fecha;Núm. factura;Cliente;NIF;Subtotal;IVA;Total;Estado\n"
            "15/01/2024;F240001;Núñez Hermanos;B123;100,00;21,00;121,00;Pagado\n"
            "20/01/2024;F240002;Núñez Hermanos;B123;-10,00;-2,10;-12,10;Pagado\n"
        ).encode()
    )
    assert bought(reading) == [
        ("Núñez Hermanos", "2024-01-15", 100.0),
        ("Núñez Hermanos", "2024-01-20", -10.0),
    ]
    assert [one.document for one in reading.purchases] == ["F240001", "F240002"]


def test_list_of_an_erp_with_signs_behind_the_digits_loads_as_it_is():
    reading = read(
        b"Sold-to party|Name 1|Billing Doc.|Billing Date|Material|Billed Quantity|"
        b"Net Value|Curr.\n"
        b"0000100023|Alpha AG|90000123|15.01.2024|MAT-1|          10|  1.234,50 |EUR\n"
        b"0000100023|Alpha AG|90000124|16.01.2024|MAT-1|           2-|  246,90-|EUR\n",
        hints=Hints("EUR", ("€",)),
    )
    assert bought(reading) == [
        ("0000100023", "2024-01-15", 1234.5),
        ("0000100023", "2024-01-16", -246.9),
    ]
    assert [one.items[0].quantity for one in reading.purchases] == [10, -2]


def test_report_of_a_till_loads_as_it_is():
    reading = read(
        b"Date,Time,Gross Sales,Discounts,Net Sales,Tax,Total Collected,Transaction ID,"
        b"Customer ID,Customer Name,Event Type\n"
        b"01/15/2024,10:22,$25.00,$0.00,$25.00,$2.00,$27.00,a1,CU1,Ann Lee,Payment\n"
        b"01/16/2024,11:22,-$10.00,$0.00,-$10.00,-$0.80,-$10.80,a2,CU1,Ann Lee,Refund\n"
    )
    assert bought(reading) == [
        ("CU1", "2024-01-15", 25.0),
        ("CU1", "2024-01-16", -10.0),
    ]


def test_persian_ledger_of_lines_loads_as_it_is():
    text = (
        "شماره فاکتور,تاریخ فاکتور,کد مشتری,نام مشتری,کد کالا,شرح کالا,تعداد,فی,تخفیف,"
        "مبلغ خالص,مالیات و عوارض\n"
        '۱۰۰۱,۱۴۰۲/۰۱/۱۵,۵۰۱,فروشگاه آریا,K1,یخچال,۲,"۱۰٬۰۰۰٬۰۰۰","۱٬۰۰۰٬۰۰۰",'
        '"۱۹٬۰۰۰٬۰۰۰","۱٬۷۱۰٬۰۰۰"\n'
        '۱۰۰۱,۱۴۰۲/۰۱/۱۵,۵۰۱,فروشگاه آریا,K2,پنکه,۱,"۵٬۰۰۰٬۰۰۰",۰,"۵٬۰۰۰٬۰۰۰",'
        '"۴۵۰٬۰۰۰"\n'
    ).encode()
    rials = Hints("IRR", ("﷼",))
    likely = asked(grasp(text, hints=rials))
    assert likely == {"grain": "line", "discount": "aside"}
    reading = read(text, likely, rials)
    assert bought(reading) == [("501", "2023-04-04", 24_000_000.0)]


@pytest.mark.parametrize(
    "name", ["shopify-cancelled.csv", "debit-credit-sign.csv", "persian-rial-word.csv"]
)
def test_what_was_understood_may_be_written_down_and_read_by(name):
    understood = grasp(name, asked(grasp(name)))
    kept = Plan.from_dict(json.loads(json.dumps(understood.to_dict())))
    assert kept.layout == understood.layout
    assert kept.columns == understood.columns
    assert kept.notation == understood.notation
    assert kept.rules == understood.rules


TILL = """\
Sale ID,Receipt Number,Completed Time,Register,Employee,Customer,Customer ID,\
Customer Email,Line,Item,SKU,Qty,Retail,Subtotal,Discount,Tax,Total,Cost,Profit,Status
10231,220-10231,"Jan 14, 2024 3:22 pm",Main,Kim,Ada Bell,C-118,ada@example.com,1,\
Road Tyre 28,TY-28,2,45.00,90.00,9.00,6.48,87.48,52.00,29.00,Completed
10231,220-10231,"Jan 14, 2024 3:22 pm",Main,Kim,Ada Bell,C-118,ada@example.com,2,\
Inner Tube,TU-1,1,8.00,8.00,0.00,0.64,8.64,3.00,5.00,Completed
10232,220-10232,"Jan 14, 2024 4:05 pm",Main,Kim,,,,1,\
Bell,BE-1,1,12.00,12.00,0.00,0.96,12.96,5.00,7.00,Completed
10240,220-10240,"Jan 20, 2024 11:10 am",Main,Lou,Ada Bell,C-118,ada@example.com,1,\
Inner Tube,TU-1,-1,8.00,-8.00,0.00,-0.64,-8.64,-3.00,-5.00,Completed
10241,220-10241,"Jan 21, 2024 9:00 am",Main,Lou,Ben Cho,C-200,,1,\
Helmet,HE-3,1,80.00,80.00,0.00,6.40,86.40,44.00,36.00,Voided
"""


def test_export_of_a_till_takes_each_rows_own_discount_off():
    """Its subtotals are before discounts: the totals beside them prove it."""
    likely = asked(grasp(TILL.encode()))
    assert likely == {
        "grain": "line",
        "status:completed": "yes",
        "status:voided": "no",
        "discount": "each",
    }
    reading = read(TILL.encode(), likely)
    assert bought(reading) == [
        ("C-118", "2024-01-14", 89.0),
        ("C-118", "2024-01-20", -8.0),
    ]
    assert [one.margin for one in reading.purchases] == [34.0, -5.0]
    goods = [(item.product, item.revenue) for item in reading.purchases[0].items]
    assert goods == [("TY-28", 81.0), ("TU-1", 8.0)]
    # who paid at the till and said no name
    assert issues(reading) == [(4, "customer", "no_customer")]


def test_discounts_of_whole_orders_are_not_lost_either():
    """One row an order, and nothing else would ask about them."""
    data = b"""Order No,Customer ID,Order Date,Subtotal,Discount,Tax,Total
1,C1,2024-01-15,100.00,20.00,8.00,88.00
2,C2,2024-01-16,50.00,0.00,5.00,55.00
"""
    assert asked(grasp(data)) == {"discount": "each"}
    answered = read(data, {"discount": "each"})
    assert [amount for *_who, amount in bought(answered)] == [80.0, 50.0]
    # where they are off already, nothing is to be asked
    assert not grasp(data.replace(b"100.00", b"80.00")).open


JOURNAL = """\
Belegdatum;Belegnummer;Buchungstext;Sollkonto;Habenkonto;Betrag;USt %;Währung;\
Kundennr.;Kundenname
03.01.2024;RE-2401;Rechnung Müller;10001;8400;1.190,00;19;EUR;10001;Müller GmbH
05.01.2024;GS-2402;Gutschrift Müller;8400;10001;119,00;19;EUR;10001;Müller GmbH
17.01.2024;RE-2403;Rechnung Weiß;10002;8400;53,50;7 %;EUR;10002;Bäckerei Weiß
"""


def test_journal_asks_about_credit_notes_and_rates_of_tax():
    """All its amounts stand above zero and have the tax in them."""
    euros = Hints("EUR", ("€",), decimal_mark=",", tax_rates=(7.0, 19.0))
    data = JOURNAL.encode()
    assert asked(grasp(data, hints=euros)) == {"credit": "return", "tax": None}
    reading = read(data, {"credit": "return", "tax": "percent"}, euros)
    assert [amount for *_who, amount in bought(reading)] == [1000.0, -100.0, 50.0]
    reading = read(data, {"credit": "no", "tax": "without"}, euros)
    assert [amount for *_who, amount in bought(reading)] == [1190.0, 53.5]
    assert reading.left_out == 1
    reading = read(data, {"credit": "sale", "tax": "rate:19"}, euros)
    assert bought(reading)[1] == ("10001", "2024-01-05", 100.0)


@pytest.mark.parametrize("rate", ["-1", "100", "x"])
def test_rates_that_are_none_are_refused(rate):
    euros = Hints("EUR", ("€",), decimal_mark=",")
    data = JOURNAL.replace("7 %", rate).encode()
    reading = read(data, {"credit": "return", "tax": "percent"}, euros)
    assert issues(reading) == [(4, "tax_rate", "bad_number")]


def test_credit_notes_below_zero_are_not_asked_about():
    data = JOURNAL.replace(";119,00", ";-119,00").encode()
    assert "credit" not in asked(grasp(data, hints=Hints("EUR", decimal_mark=",")))


PERSIAN_INVOICES = """\
ردیف,شماره فاکتور,تاریخ,کد مشتری,نام مشتری,نوع فاکتور,شرح کالا,تعداد,فی,مبلغ کل,تخفیف,\
مالیات و عوارض,مبلغ قابل پرداخت
1,1402/0001,1402/10/03,10045,فروشگاه کیان,فروش,کاغذ,10,"1,250,000","12,500,000",\
"500,000","1,080,000","13,080,000"
2,1402/0001,1402/10/03,10045,فروشگاه کیان,فروش,خودکار,20,"90,000","1,800,000",0,\
"162,000","1,962,000"
3,1402/0002,1402/10/05,10046,شرکت پارس,برگشت از فروش,کاغذ,2,"1,250,000","2,500,000",0,\
"225,000","2,725,000"
,,,,جمع کل,,,,,"16,800,000","500,000","1,467,000","17,767,000"
"""


def test_persian_invoices_in_an_old_page_with_their_sum_below():
    rials = Hints("IRR", ("ریال",), decimal_places=0, tax_rates=(9.0,))
    data = PERSIAN_INVOICES.replace("ی", "ي").replace("ک", "ك").encode("cp1256")
    likely = asked(grasp(data, hints=rials))
    assert likely == {
        "encoding": "cp1256",
        "grain": "line",
        "total_row": "leave",
        "discount": "each",
    }
    reading = read(data, likely, rials)
    assert bought(reading) == [
        ("10045", "2023-12-24", 13_800_000.0),
        ("10046", "2023-12-26", -2_500_000.0),
    ]
    assert [item.revenue for item in reading.purchases[0].items] == [12e6, 1.8e6]
    assert (reading.left_out, issues(reading)) == (1, [])


def test_sheet_kept_by_hand_with_merged_heads_and_sums_of_months():
    book = openpyxl.Workbook()
    sheet = book.active
    for place, text in (("A1", "Kundenumsätze"), ("A2", "Kunde"), ("C2", "Bestellung")):
        sheet[place] = text
    for at, text in enumerate(("Nr.", "Name", "Datum", "Beleg", "Netto", "Notiz"), 1):
        sheet.cell(3, at, text)
    sheet.append(["K1", "Adler Bau", datetime.datetime(2024, 1, 5), "R1", 1200.5])
    sheet.append(["K2", "Biber KG", datetime.datetime(2024, 1, 7), "R2", 80])
    sheet.append([None, None, datetime.datetime(2024, 1, 9), "R3", 95])
    sheet.append(["Summe Januar", None, None, None, 1375.5])
    sheet.append([None, None, "Summe", None, 1375.5])
    for merged in ("A1:F1", "A2:B2", "C2:D2", "E2:F2", "A5:A6", "B5:B6"):
        sheet.merge_cells(merged)
    file = io.BytesIO()
    book.save(file)
    assert asked(grasp(file.getvalue())) == {"total_row": "leave"}
    reading = read(file.getvalue(), {"total_row": "leave"})
    assert bought(reading) == [
        ("Adler Bau", "2024-01-05", 1200.5),
        ("Biber KG", "2024-01-07", 80.0),
    ]
    assert reading.left_out == 2
    # whose it is stands in a merged cell above: named, and not guessed
    assert issues(reading) == [(6, "name", "no_customer")]


GROUPED = b"""Acme Widgets LLC,,,,,,
Sales by Customer Detail,,,,,,
"January - March, 2024",,,,,,
,Date,Transaction Type,Num,Product/Service,Amount,Balance
Amy's Bird Sanctuary,,,,,,
,01/15/2024,Invoice,1021,Pest Control,35.00,35.00
Garden of Amy,,,,,,
,02/20/2024,Invoice,1033,Gardening,40.00,40.00
Total for Garden of Amy,,,,,$40.00,
,02/21/2024,Invoice,1034,Pest Control,5.00,80.00
Total for Amy's Bird Sanctuary,,,,,$80.00,
Bill's Windsurf Shop,,,,,,
,03/02/2024,Credit Memo,1040,Design,-100.00,-100.00
Total for Bill's Windsurf Shop,,,,,-$100.00,
TOTAL,,,,,-$20.00,
"""


def test_report_in_groups_gives_each_row_its_group():
    """Whether groups are customers or goods, the user says: by choosing the column."""
    understood = grasp(GROUPED)
    assert understood.header[0] == "(group)"
    assert not {"customer", "email", "name"} & understood.columns.keys()
    reading = read(GROUPED, {"total_row": "leave"}, name="(group)")
    assert bought(reading) == [
        ("Amy's Bird Sanctuary", "2024-01-15", 35.0),
        ("Garden of Amy", "2024-02-20", 40.0),
        ("Amy's Bird Sanctuary", "2024-02-21", 5.0),
        ("Bill's Windsurf Shop", "2024-03-02", -100.0),
    ]
    assert (reading.left_out, reading.problems) == (4, [])


def test_a_state_of_an_address_is_no_status_and_fees_are_no_amount():
    """A marketplace's settlement: it names no buyer at all."""
    understood = grasp(
        b"date/time,type,order id,sku,quantity,order state,product sales,fees,total\n"
        b'"Jan 2, 2024 4:14:27 AM PST",Order,1-1,S9,1,TX,39.99,-11.40,28.59\n'
        b'"Jan 3, 2024 9:01:02 AM PST",Refund,1-2,S9,1,WA,-39.99,4.80,-35.19\n'
    )
    assert "status" not in understood.columns
    assert understood.columns["amount"] == "product sales"
    assert understood.columns["date"] == "date/time"
    assert not {"customer", "email", "name"} & understood.columns.keys()


@pytest.mark.parametrize("header", ["MwSt", "USt", "MwSt Betrag", "VAT"])
def test_tax_is_known_however_it_is_written(header):
    table = f"Rechnungsnummer;Kundennummer;Datum;Betrag;{header}\n1;K;05.01.2024;9;1\n"
    assert grasp(table.encode()).columns["tax"] == header


def test_bookings_without_a_year_are_refused():
    text = (
        b"Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz;Konto;"
        b"Belegdatum;Belegfeld 1\n1190,00;S;EUR;10001;1503;R-100\n"
    )
    euros = Hints("EUR", ("€",), tax_rates=(19.0,))
    assert asked(grasp(text, hints=euros)) == {"tax": None}
    reading = read(text, {"tax": "rate:19"}, euros, customer="Konto")
    assert issues(reading) == [(2, "date", "bad_date")]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Date,Order Time", "2024-01-05,14:30"),
        ("Order Time,Date", "14:30,01/15/2024"),
        ("Date,Closed On", "2024-01-05,2024-02-09"),
    ],
)
def test_a_time_or_a_day_of_closing_does_not_stand_before_the_date(header, row):
    text = f"{header},Customer No,Amount\n{row},C1,9.50\n{row},C2,8.50\n"
    assert grasp(text.encode()).columns["date"] == "Date"


def test_a_time_of_day_alone_is_no_date_and_a_moment_is():
    text = b"Order Time,Customer No,Amount\n%s,C1,9.50\n"
    assert "date" not in grasp(text % b"14:30").columns
    assert grasp(text % b"2024-01-05 14:30").columns["date"] == "Order Time"


@pytest.mark.parametrize(
    ("header", "total"), [("Amount Due", None), ("Total Amount", "Total Amount")]
)
def test_what_is_left_to_be_paid_is_not_the_total(header, total):
    data = (
        f"Invoice No,Customer No,Invoice Date,Untaxed Amount,Refunded,{header}\n"
        "1,C1,2024-01-15,100.00,10.00,0.00\n2,C2,2024-01-16,50.00,0.00,0.00\n"
    ).encode()
    assert grasp(data).columns.get("total") == total
    assert [amount for *_who, amount in bought(read(data))] == [90.0, 50.0]


RATED = "Invoice No,Customer No,Invoice Date,Gross Amount,VAT Rate\n"


def rated(*rates, mark="."):
    """Rows of 119 each, under these rates: amounts, and the refused rows."""
    rows = (f"{n},C1,2024-01-15,119.00,{rate}\n" for n, rate in enumerate(rates))
    data = (RATED + "".join(rows)).encode()
    answers = asked(grasp(data))
    reading = read(data, answers)
    return answers["tax"], [one.amount for one in reading.purchases], issues(reading)


def test_rates_that_are_all_parts_of_one_are_read_so_in_a_text_as_well():
    assert rated("0.19", "0.190", "0") == ("fraction", [100.0, 100.0, 119.0], [])
    assert rated('"0,19"')[0] == "fraction"


@pytest.mark.parametrize("rate", ["0.5", "0.19"])
def test_a_rate_below_one_that_could_be_either_is_refused(rate):
    refused = [(3, "tax_rate", "bad_number")]
    assert rated("19", rate) == ("percent", [100.0], refused)
    assert rated("19 %", rate) == ("percent", [100.0], refused)


def test_half_a_percent_with_its_sign_is_half_a_percent():
    for half in ("0.5 %", "%0.5", "٪۰٫۵"):
        assert rated("19", half) == ("percent", [100.0, round(119 / 1.005, 6)], [])


@pytest.mark.parametrize(
    ("rates", "amounts"),
    [((0.19, 0.19), [100.0, 100.0]), ((19, 0.5), [100.0]), ((0.5, 0.5), [])],
)
def test_typed_rates_are_read_as_those_of_their_column(rates, amounts):
    book = openpyxl.Workbook()
    book.active.append(RATED.strip().split(","))
    for number, rate in enumerate(rates):
        day = datetime.datetime(2024, 1, 15)
        book.active.append([f"R{number}", "C1", day, 119, rate])
    file = io.BytesIO()
    book.save(file)
    reading = read(file.getvalue(), asked(grasp(file.getvalue())))
    assert [one.amount for one in reading.purchases] == amounts
    assert len(reading.problems) == len(rates) - len(amounts)


NOTES = """\
Order,Customer No,Date,Amount,SKU,Unit Price,Qty,Note
1,C1,2024-01-02,50.50,A,20.50,1,
1,,,,B,30.00,1,
2,C1,2024-01-03,20.50,A,20.50,1,Credit note
2,,,,A,20.50,1,
TOTAL,,,,,,,
"""


@pytest.mark.parametrize("credit", ["return", "sale", "no"])
def test_rows_that_go_on_and_sums_need_no_amount_whatever_credit_notes_are(credit):
    data = NOTES.encode()
    answers = {"grain": "line", "credit": credit, "total_row": "leave"}
    reading = read(data, answers)
    assert not reading.problems
    amounts = {"return": [50.5, -20.5], "sale": [50.5, 20.5], "no": [50.5]}
    assert [one.amount for one in reading.purchases] == amounts[credit]
    assert len(reading.purchases[0].items) == 2


def notes(*rows, credit, grain="line"):
    """Rows of document, original, amount and note."""
    lines = [
        f"{document},{origin},C1,2024-0{at}-02,{amount},{note}\n"
        for at, document, origin, amount, note in rows
    ]
    header = "Order Number,Original Order,Customer ID,Date,Amount,Note\n"
    answers = {"credit": credit, "grain": grain}
    return read((header + "".join(lines)).encode(), answers)


WORD = (2, "G1", "", "100.00", "Gutschrift")
OTHER = (2, "G1", "", "50.00", "")
LESS = (2, "G1", "", "-10.00", "")


@pytest.mark.parametrize("rows", [(WORD, OTHER), (OTHER, WORD), (OTHER, WORD, LESS)])
def test_a_credit_note_is_one_with_all_its_rows(rows):
    whole = sum(float(row[3]) for row in rows)
    (back,) = notes(*rows, credit="return").purchases
    assert back.amount == -whole
    (sale,) = notes(*rows, credit="sale").purchases
    assert sale.amount == whole
    left = notes(*rows, credit="no")
    assert (left.purchases, left.left_out, left.lines) == ([], len(rows), 0)


@pytest.mark.parametrize("credit", ["return", "sale", "no"])
def test_a_credit_note_below_zero_stays_as_it_is(credit):
    rows = [
        (2, "G1", "", "-100.00", "Gutschrift"),
        (2, "G1", "", "-50.00", "Gutschrift"),
        (3, "G2", "", "5.50", "Storno fee"),
        (3, "G2", "", "-105.50", "Storno"),
    ]
    reading = notes(*rows, credit=credit)
    assert [one.amount for one in reading.purchases] == [-150.0, -100.0]


@pytest.mark.parametrize("grain", ["line", "document"])
def test_a_document_that_says_again_what_it_is_is_one_credit_note(grain):
    rows = [(2, "G1", "", "100.00", ""), (2, "G1", "", "100.00", "Gutschrift")]
    whole = 200.0 if grain == "line" else 100.0
    (back,) = notes(*rows, credit="return", grain=grain).purchases
    assert back.amount == -whole
    left = notes(*rows, credit="no", grain=grain)
    assert (left.purchases, left.left_out) == ([], 2)


def test_a_credit_note_for_another_order_takes_back_on_its_day():
    rows = [
        (1, "7", "", "100.00", ""),
        (3, "8", "7", "30.00", "Gutschrift"),
        (3, "8", "7", "10.00", ""),
    ]
    order = ("C1", "2024-01-02", 100.0)
    back = notes(*rows, credit="return")
    assert bought(back) == [order, ("C1", "2024-01-02", -40.0)]
    assert bought(notes(*rows, credit="no")) == [order]
    assert bought(notes(*rows, credit="sale")) == [order, ("C1", "2024-03-02", 40.0)]


def test_a_row_without_its_sign_has_that_of_its_document():
    reading = read(
        b"Order Number,Customer ID,Date,Amount,Type\n"
        b"1,C1,2024-01-15,100.00,Credit note\n1,C1,2024-01-15,50.00,\n"
        b"2,C1,2024-01-16,10.00,Invoice\n",
        {"grain": "line"},
    )
    assert [one.amount for one in reading.purchases] == [-150.0, 10.0]
