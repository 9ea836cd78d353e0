from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from odoo import fields, models

from odoo.addons.crm_suite.tools.columns import day_number

from ...clv import Attribute, Trial, refuse_protected, try_attributes
from ...clv.attributes import LEVEL
from ...clv.trial import NAIVE

# Which customers are judged by which is drawn, and always the same way.
SEED = 19
OFF = "off"
Read = Callable[..., tuple[NDArray, NDArray]]


class Signal(NamedTuple):
    """A source of one attribute of customers.

    ``read(company, until)`` gives customers and a value of each as known at the end of
    that day, from one query; with ``own`` it is ``read(columns, until_day)`` instead,
    from the purchase histories alone, a value for each. ``fields`` are all fields it
    rests on ("model.field"): a source that does not name them is refused, and so is
    one that rests on a protected attribute.
    """

    name: str
    kind: str
    read: Read
    fields: tuple[str, ...]
    comodel: str = ""
    """of a level: the model whose record ids are the values"""
    missing: float = np.nan
    """for customers of whom ``read`` says nothing"""
    own: bool = False
    returned: bool = False
    """what ``read`` gives came back: it counts as a share of what was bought"""


class CrmValueRun(models.Model):
    """Attributes beside the purchase history: what is known of customers, tried with
    the back-test, and where they forecast better, read anew for every run until the
    next one."""

    _inherit = "crm.value.run"

    attributes = fields.Json(
        "Trial of Attributes",
        readonly=True,
        help="How the forecast with attributes did in the back-test, and the "
        "correction that the values use if they use one.",
    )

    def _attributes_fresh(self) -> bool:
        """Whether this run's back-test has tried attributes, or need not have."""
        if not self.company_id.value_use_attributes:
            return True
        if not self.attributes or self.attributes["verdict"] == OFF:
            return False
        # an add-on that read one of them may be gone
        correction = self._trial().correction
        used = {part.name for part in correction.design.parts} if correction else set()
        return used <= {signal.name for signal in self._signal_sources()}

    def _try_attributes(self, plain, report, history, actual, columns, day, number):
        """The trial of all sources as they were on the back-test's day.

        :param report: the back-test of the plain model; where it is not the plain
            model that forecasts, there is nothing to correct
        """
        if not self.company_id.value_use_attributes:
            return Trial(OFF)
        if report.verdict == "naive":
            return Trial(NAIVE)
        attributes = []
        if report.verdict == "model":
            attributes = self._read_attributes(columns, day, number)
        rng = np.random.default_rng(SEED)
        return try_attributes(plain, history, actual, report.horizon, attributes, rng)

    def _prepare_attributes(self, trial: Trial, found) -> dict:
        """What the run keeps of a trial. ``used``: whether these values rest on it."""
        rung = "population" if found.population else "rhythm"
        used = trial.adopted and trial.evidence == rung and not found.naive
        kept = trial.to_dict() | {"used": used, "names_of_levels": {}}
        if trial.correction:
            kept["names_of_levels"] = self._level_names(trial.correction)
        return kept

    def _attribute_columns(self, trial: Trial, columns: dict) -> dict:
        """What the customers' attributes as of the cut-off say of them."""
        correction = trial.correction
        names = [part.name for part in correction.design.parts]
        attributes = self._read_attributes(
            columns, self.cutoff, day_number(self.cutoff), names
        )
        factors = correction.factors(attributes)
        found = {"shift": np.round(correction.shift(attributes), 6)}
        for rank in range(factors.column.shape[1]):
            found |= {
                f"factor_{rank}": factors.column[:, rank].astype(np.int16),
                f"factor_value_{rank}": np.round(factors.value[:, rank], 3),
                f"factor_weight_{rank}": np.round(factors.weight[:, rank], 3),
            }
        return found

    def _trial(self) -> Trial:
        """What the run's back-test found of attributes."""
        return (
            self._kept_trial() if self.company_id.value_use_attributes else Trial(OFF)
        )

    def _kept_trial(self) -> Trial:
        """The same, whatever the company has set since."""
        if not self.attributes:
            return Trial(OFF)
        kept = dict(self.attributes)
        kept.pop("used"), kept.pop("names_of_levels")
        return Trial.from_dict(kept)

    def _factor_terms(self) -> list[dict]:
        """What each column of the correction stands for, in the order of columns."""
        names = self.attributes["names_of_levels"]
        terms = []
        for part in self._kept_trial().correction.design.parts:
            if part.kind != "level":
                terms.append({"name": part.name})
                continue
            labels = names.get(part.name, {})
            terms += [
                {"name": part.name, "label": labels.get(str(int(level)), {})}
                for level in part.levels
            ]
        return terms

    def _signal_sources(self) -> list[Signal]:
        """Hook: the attributes that may correct who is alive, one source each."""
        signal = self.env["crm.customer.signal"]
        partner, order, move = "res.partner.", "sale.order.", "account.move."
        return [
            Signal(
                "industry",
                "level",
                signal._read_industry,
                (partner + "industry_id",),
                comodel="res.partner.industry",
            ),
            Signal(
                "country",
                "level",
                signal._read_country,
                (partner + "country_id", partner + "is_company"),
                comodel="res.country",
            ),
            Signal(
                "source",
                "level",
                signal._read_source,
                (order + "source_id", "crm.lead.source_id"),
                comodel="utm.source",
            ),
            Signal(
                "salesperson",
                "level",
                signal._read_salesperson,
                (order + "user_id",),
                comodel="res.users",
            ),
            Signal(
                "contacts",
                "amount",
                signal._read_contacts,
                (partner + "commercial_partner_id",),
                missing=0.0,
            ),
            Signal(
                "payment_delay",
                "amount",
                signal._read_payment_delay,
                ("account.move.line.date_maturity", move + "state"),
            ),
            Signal(
                "lost_quotations",
                "amount",
                signal._read_lost_quotations,
                (order + "validity_date", order + "state"),
                missing=0.0,
            ),
            Signal(
                "returns",
                "number",
                signal._read_credits,
                (move + "amount_untaxed_signed",),
                missing=0.0,
                returned=True,
            ),
            Signal(
                "margin_trend", "number", _margin_trend, (order + "margin",), own=True
            ),
            Signal("tenure", "number", _tenure, (order + "date_order",), own=True),
            Signal(
                "order_size",
                "amount",
                _order_size,
                (order + "amount_untaxed",),
                own=True,
            ),
        ]

    def _allowed_signals(self) -> list[Signal]:
        """:raise ProtectedAttribute: one of them may not be used"""
        signals = self._signal_sources()
        for signal in signals:
            if not signal.fields:
                raise ValueError(f"{signal.name}: on what fields does it rest?")
            refuse_protected([signal.name, signal.comodel])
            for path in signal.fields:
                refuse_protected([path])
                model, _dot, name = path.rpartition(".")
                # KeyError: there is no such field, so nobody knows what is read
                field = self.env[model]._fields[name]
                refuse_protected([field.comodel_name or "", field.string])
        return signals

    def _read_attributes(
        self, columns: dict[str, NDArray], until: date, until_day: int, names=None
    ) -> list[Attribute]:
        """The customers' attributes as known at the end of that day, one query each.

        :param columns: purchase histories as of that day, with the margin's trend
        :param names: of the sources to read; all when None
        """
        return [
            self._read_attribute(signal, columns, until, until_day)
            for signal in self._allowed_signals()
            if names is None or signal.name in names
        ]

    def _read_attribute(self, signal: Signal, columns, until, until_day) -> Attribute:
        if signal.own:
            values = signal.read(columns, until_day)
            return Attribute(signal.name, signal.kind, values)
        customers, found = signal.read(self.company_id, until)
        values = _align(columns["customer"], customers, found, signal.missing)
        if signal.returned:
            values = _share_returned(values, columns["revenue"])
        return Attribute(signal.name, signal.kind, values)

    def _level_names(self, correction) -> dict[str, dict[str, dict[str, str]]]:
        """What the groups of a correction are called, in each language: so that a
        customer's page need not look them up."""
        comodels = {signal.name: signal.comodel for signal in self._signal_sources()}
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        names = {}
        for part in correction.design.parts:
            comodel = part.kind == LEVEL and comodels.get(part.name)
            if not comodel:
                continue
            ids = [int(level) for level in part.levels if level > 0]
            records = self.env[comodel].browse(ids).exists()
            names[part.name] = {
                str(record.id): {
                    lang: record.with_context(lang=lang).display_name or ""
                    for lang in languages
                }
                for record in records
            }
        return names


def _align(wanted, customers, found, missing) -> NDArray[np.float64]:
    """The values in the order of ``wanted``, which ascends."""
    values = np.full(len(wanted), missing)
    known = np.isin(customers, wanted)
    values[np.searchsorted(wanted, customers[known])] = found[known]
    return values


def _share_returned(returned, revenue) -> NDArray[np.float64]:
    """Of what was bought before anything came back."""
    bought = revenue + returned
    share = np.zeros(len(returned))
    np.divide(returned, bought, out=share, where=bought > 0)
    return share.clip(0.0, 1.0)


def _margin_trend(columns, _until_day) -> NDArray[np.float64]:
    return columns["margin_trend"]


def _tenure(columns, until_day) -> NDArray[np.float64]:
    """Years since the first purchase."""
    return (until_day - columns["first_day"]) / 365.25


def _order_size(columns, _until_day) -> NDArray[np.float64]:
    return np.maximum(columns["revenue"], 0.0) / columns["purchase_count"]
