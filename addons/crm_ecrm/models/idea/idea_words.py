"""How far an idea is, for us and for the customer."""

STATUSES = [
    ("new", "New"),
    ("review", "Under Review"),
    ("planned", "Planned"),
    ("started", "In Work"),
    ("shipped", "Done"),
    ("declined", "Declined"),
]
# what nobody votes on any more
SETTLED = ("shipped", "declined")
FOR_CUSTOMERS = {
    "new": "received",
    "review": "working",
    "planned": "working",
    "started": "working",
    "shipped": "answered",
    "declined": "answered",
}
LONGEST_NAME, LONGEST_TEXT, LONGEST_COMMENT = 200, 10_000, 4_000
