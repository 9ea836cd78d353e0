"""What shops, marketplaces, tills and ledgers export, by the names that they use."""

from pathlib import Path

import pytest
from import_cases import DOLLARS, asked, bought, grasp, issues, read
from tabular import Hints

FOLDER = Path(__file__).resolve().parent / "import_exports"
RIALS = Hints("IRR", ("ریال",), decimal_places=0)
EUROS = Hints("EUR", ("€",), decimal_mark=",", tax_rates=(19.0,))


# each file: hints, what is asked with what is likely, and what was bought then
EXPORTS = {
    "amazon-all-orders": (
        DOLLARS,
        # whether tax is in its prices differs by country
        {"price": "line", "tax": None},
        {"tax": "without"},
        [("a@example.com", "2024-01-15", 20.0), ("b@example.com", "2024-01-16", 30.0)],
    ),
    "amazon-order-report": (
        DOLLARS,
        {"price": "line", "tax": None},
        {"tax": "column"},
        [("a@example.com", "2024-01-15", 27.6)],
    ),
    "ebay": (
        DOLLARS,
        {"tax": None},
        {"tax": "column"},
        [("pat7", "2025-07-21", 57.99), ("jo9", "2025-08-02", 25.0)],
    ),
    "etsy-orders": (
        DOLLARS,
        {"short_years": "end", "tax": None, "discount": "each"},
        {"tax": "column"},
        [("ada1", "2026-04-20", 38.99), ("bo2", "2026-04-02", 40.0)],
    ),
    "etsy-items": (
        DOLLARS,
        {"short_years": "end", "grain": "line", "shipping": "aside"},
        {},
        [("Marty", "2026-04-20", 43.0)],
    ),
    "square-transactions": (
        DOLLARS,
        {},
        {},
        [("CUST1", "2025-09-13", 27.0), ("CUST1", "2025-09-14", -12.0)],
    ),
    "stripe-payments": (
        DOLLARS,
        {"status:paid": "yes", "status:refunded": "no", "tax": None},
        {"tax": "column"},
        [("cus_A", "2024-01-31", 100.0), ("cus_B", "2024-02-02", 50.0)],
    ),
    "paypal-activity": (
        DOLLARS,
        {
            "sign:invoice payment": None,
            "sign:express checkout payment": None,
            "sign:general withdrawal": "no",
            "tax": "column",
        },
        {
            "sign:invoice payment": "sale",
            "sign:express checkout payment": "no",
            "tax": "without",
        },
        [
            ("jane@example.com", "2025-09-14", 500.0),
            ("jane@example.com", "2025-09-17", -20.0),
        ],
    ),
    "lightspeed": (
        DOLLARS,
        {
            "grain": "line",
            "status:closed": None,
            "sign:sale line": "no",
        },
        {"status:closed": "yes"},
        [("C-7", "2024-03-05", 50.0)],
    ),
    "shopware": (
        EUROS,
        {},
        {},
        [("24", "2024-08-30", 839.13), ("25", "2024-08-31", 169.63)],
    ),
    "prestashop-list": (
        EUROS,
        {"status:awaiting check payment": "no", "status:payment accepted": "yes"},
        {},
        [("J. DOE", "2024-05-06", 14.9)],
    ),
    "prestashop-tables": (
        DOLLARS,
        {},
        {},
        [("31", "2024-05-07", 20.0)],
    ),
    "magento-grid": (
        DOLLARS,
        # paid back in whole or in part there, archived in another shop
        {"status:complete": "yes", "status:closed": None},
        {"status:closed": "yes"},
        [
            ("ann@example.com", "2024-01-05", 50.0),
            ("bo@example.com", "2024-02-06", 15.0),
        ],
    ),
    "sage-50-audit-trail": (
        DOLLARS,
        {"sign:sr": "no"},
        {},
        [("ABC01", "2024-03-05", 100.0), ("ABC01", "2024-03-19", -25.0)],
    ),
    "persian-ledger": (
        RIALS,
        {},
        {},
        [("45", "2023-12-24", 10000.0), ("46", "2023-12-26", -2000.0)],
    ),
    "persian-shop": (
        RIALS,
        {},
        {},
        [("r@example.com", "2023-12-24", 125000.0)],
    ),
    "a-sheet-with-the-day-of-payment": (
        DOLLARS,
        {},
        {},
        [("C1", "2024-02-28", 12.5)],
    ),
}


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.iterdir()))
def test_export_is_read_by_the_names_that_it_uses(name):
    hints, questions, answers, wanted = EXPORTS[name]
    data = (FOLDER / f"{name}.tsv").read_bytes()
    likely = asked(grasp(data, hints=hints))
    assert likely == questions
    reading = read(data, {**likely, **answers}, hints)
    assert bought(reading) == wanted
    assert not issues(reading)


LINES = "Order No,Customer No,Date,Qty,Price,Tax,Total\n"


def test_price_is_asked_about_where_nothing_tells_whose_it_is():
    """Of one piece, or of all that a line has."""
    data = (LINES.replace(",Tax,Total", "") + "1,C1,2024-01-15,2,20.00\n").encode()
    assert asked(grasp(data)) == {"price": None}
    assert grasp(data).open[0].rows == (2,)
    assert bought(read(data, {"price": "line"}))[0][2] == 20.0
    assert bought(read(data, {"price": "piece"}))[0][2] == 40.0
    single = data.replace(b",2,20.00", b",1,20.00")
    assert not grasp(single).open
    named = data.replace(b"Price", b"Unit Price")
    assert not grasp(named).open


@pytest.mark.parametrize(
    ("total", "amount"), [("26.00", 25.0), ("46.00", 45.0), ("99.00", None)]
)
def test_total_of_an_order_proves_whose_a_price_is(total, amount):
    rows = (
        f"1,C1,2024-01-15,2,20.00,1.00,{total}\n1,C1,2024-01-15,1,5.00,1.00,{total}\n"
    )
    header = LINES.replace("Total", "Total Collected")
    data = (header + rows).encode()
    answers = {"tax": "without", "grain": "line"}
    if amount is None:
        assert asked(grasp(data))["price"] is None
    else:
        assert "price" not in asked(grasp(data))
        assert bought(read(data, answers)) == [("C1", "2024-01-15", amount)]


def test_full_name_is_not_followed_by_the_last_one_again():
    text = "{},Last Name,Order Date,Amount\nAda Moss,Moss,2024-01-15,9.50\n"
    for header in ("Full Name", "Name"):
        reading = read(text.format(header).encode())
        assert [one.customer.name for one in reading.purchases] == ["Ada Moss"]
    parts = text.format("First Name").replace("Ada Moss", "Ada")
    assert read(parts.encode()).purchases[0].customer.name == "Ada Moss"


@pytest.mark.parametrize(
    ("header", "first"),
    [
        ("Paid at,Date", "Date"),
        ("Created at,Date", "Date"),
        ("Paid at,Created at", "Created at"),
        ("Zahlungsdatum,Datum", "Datum"),
        ("Erstellt am,Datum", "Datum"),
        ("تاریخ پرداخت,تاریخ", "تاریخ"),
        ("Date,Order Date", "Order Date"),
    ],
)
def test_day_of_payment_and_of_writing_down_stand_behind_the_date(header, first):
    text = f"{header},Customer No,Amount\n2024-01-05,2024-01-04,C1,9.50\n"
    assert grasp(text.encode()).columns["date"] == first
