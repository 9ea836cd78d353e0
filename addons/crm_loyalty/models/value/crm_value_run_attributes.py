import numpy as np

from odoo import fields, models

from odoo.addons.crm_suite.tools.columns import day_number

from ...clv import Trial, try_attributes
from ...clv.trial import NAIVE

# Which customers are judged by which is drawn, and always the same way.
SEED = 19
OFF = "off"


class CrmValueRun(models.Model):
    """Attributes beside the purchase history: tried with the back-test, and where they
    forecast better, read anew for every run until the next one."""

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
        said = {"shift": np.round(correction.shift(attributes), 6)}
        for place in range(factors.column.shape[1]):
            said |= {
                f"factor_{place}": factors.column[:, place].astype(np.int16),
                f"factor_value_{place}": np.round(factors.value[:, place], 3),
                f"factor_weight_{place}": np.round(factors.weight[:, place], 3),
            }
        return said

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


def without_trend(columns: dict) -> dict:
    """The columns that a batch carries."""
    return {name: c for name, c in columns.items() if name != "margin_trend"}
