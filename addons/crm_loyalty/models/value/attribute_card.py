"""The words of a report card for what attributes add to the purchase history."""

import math

import numpy as np

from odoo.tools import formatLang

from ...clv import Trial
from .factor_words import attribute_name


def verdict_words(env, trial: Trial, used: bool) -> str:
    """Whether attributes are used, and why or why not."""
    words = {
        "adopted": env._(
            "Attributes forecast better than purchases alone, so they correct who is "
            "still a customer."
        )
        if used
        else env._(
            "Attributes forecast better in the back-test, but today's values rest on "
            "other evidence than it did, so they are not used."
        ),
        "no_gain": env._(
            "Attributes do not forecast better than purchases alone, so they are not "
            "used."
        ),
        "calibration": env._(
            "Attributes tell customers apart better, but the shares they forecast are "
            "further from what happened, so they are not used."
        ),
        "few_outcomes": env._(
            "Too few customers bought, or did not, in the last quarter of time to "
            "learn from attributes. They are not used."
        ),
        "no_attributes": env._(
            "No attribute is known of enough customers to tell them apart. Attributes "
            "are not used."
        ),
        "unsettled": env._(
            "What attributes say could not be estimated. They are not used."
        ),
        "naive": env._(
            "“Everyone buys on as before” forecasts best here, and then nobody leaves: "
            "attributes are not used."
        ),
        "off": env._("The company has switched attributes off."),
    }
    return words[trial.verdict]


def comparison_rows(env, trial: Trial) -> list[tuple[str, str, str]]:
    """A measure, the plain forecast's figure and the corrected one's."""
    if not trial.plain:
        return []
    plain, corrected = trial.plain, trial.corrected
    return [
        (
            env._("Log loss (less is better)"),
            formatLang(env, plain.log_loss, digits=4),
            formatLang(env, corrected.log_loss, digits=4),
        ),
        (
            env._("Forecast shares off by (percent points)"),
            formatLang(env, 100 * plain.calibration_error, digits=2),
            formatLang(env, 100 * corrected.calibration_error, digits=2),
        ),
    ]


def small_print(env, trial: Trial) -> str:
    """How the comparison was made."""
    if not trial.plain:
        return ""
    return env._(
        "Measured on %(customers)s customers in the last quarter of time, %(buyers)s "
        "of whom bought; each customer is judged by weights learnt from others. Chance "
        "alone would say as much in %(chance)s %% of cases, and puts even a perfect "
        "forecast's shares off by up to %(tolerance)s points.",
        customers=formatLang(env, trial.customers, digits=0),
        buyers=formatLang(env, trial.buyers, digits=0),
        chance=formatLang(env, 100 * trial.chance, digits=1),
        tolerance=formatLang(env, 100 * trial.tolerance, digits=2),
    )


def weight_rows(env, trial: Trial, labels: dict) -> list[tuple[str, str]]:
    """Each attribute of an adopted correction, and which way it speaks how loudly."""
    if not (trial.adopted and trial.correction):
        return []
    design, weights = trial.correction.design, np.array(trial.correction.weights)
    rows = []
    for place, part in enumerate(design.parts):
        own = weights[design.owner == place]
        name = attribute_name(env, part.name)
        if part.kind != "level":
            rows.append((name, _direction(env, own[0])))
            continue
        own = own - own @ np.array(part.shares)
        most, least = int(own.argmax()), int(own.argmin())
        names = [_label(env, labels, part.name, level) for level in part.levels]
        rows.append(
            (
                name,
                env._(
                    "%(best)s stays most (odds × %(up)s), %(worst)s least (× %(down)s)",
                    best=names[most],
                    up=_factor(env, own[most]),
                    worst=names[least],
                    down=_factor(env, own[least]),
                ),
            )
        )
    return rows


def _direction(env, weight: float) -> str:
    factor = _factor(env, weight)
    if weight < 0:
        return env._("more speaks for leaving (odds × %(factor)s)", factor=factor)
    return env._("more speaks for staying (odds × %(factor)s)", factor=factor)


def _factor(env, weight: float) -> str:
    return formatLang(env, math.exp(weight), digits=2)


def _label(env, labels: dict, name: str, level: float) -> str:
    found = labels.get(name, {}).get(str(int(level)), {})
    return found.get(env.lang or "") or found.get("en_US") or env._("all others")
