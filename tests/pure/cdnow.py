"""The CDNOW purchase log as the package ``lifetimes`` ships it."""

import importlib.util
from pathlib import Path

import numpy as np

CALIBRATION_END = "1997-09-30"
END = "1998-06-30"


def folder():
    """Without importing lifetimes, which is slow and noisy."""
    return Path(importlib.util.find_spec("lifetimes").origin).parent / "datasets"


def _events(name, customer, date, amount):
    text = (folder() / name).read_text(encoding="ascii")
    rows = [line.split() for line in text.splitlines() if line.strip()[:1].isdigit()]
    days = [f"{row[date][:4]}-{row[date][4:6]}-{row[date][6:]}" for row in rows]
    return (
        np.array([int(row[customer]) for row in rows]),
        np.array(days, dtype="datetime64[D]"),
        np.array([float(row[amount]) for row in rows]),
    )


def sample():
    """The papers' tenth: customer, date, amount of 6,919 purchases."""
    return _events("CDNOW_sample.txt", 1, 2, 4)


def whole():
    """All 23,570 customers: customer, date, amount of 69,659 purchases."""
    return _events("CDNOW_master.txt", 0, 1, 3)


def published():
    """The papers' table: columns ID, x, t_x, T, mean value of repeat purchases."""
    name = "cdnow_customers_summary_with_transactions.csv"
    return np.genfromtxt(folder() / name, delimiter=",", skip_header=1)
