"""The words of a run's model accuracy, from the codes and figures of `clv`."""

import math

import numpy as np

from odoo.tools import formatLang

from ...clv import Trial
from .value_words import attribute_name

# figures of a reason that are told in percent
IN_PERCENT = {"error", "alive", "growth", "share"}


def verdicts(env, reasons: list[dict]) -> list[str]:
    """What the values rest on, one sentence per reason that the estimate gives."""
    words = {
        "population": env._(
            "Values rest on the purchases of all %(customers)s customers together "
            "(%(repeats)s repeat purchases)."
        ),
        "few_customers": env._(
            "Not enough data: %(customers)s customers, %(needed)s are needed. Each one "
            "is judged by the own rhythm of purchases, or by a plain rule."
        ),
        "no_repeats": env._(
            "None of the %(customers)s customers bought twice yet, so nothing can be "
            "learnt from repeat purchases. A plain rule is used."
        ),
        "fit_failed": env._(
            "The model could not be fitted to these purchases. Each customer is "
            "judged by the own rhythm of purchases."
        ),
        # of runs from before the edge of a parameter was an answer
        "at_bound": env._(
            "The purchases do not determine the model (%(parameters)s at a limit). "
            "Each customer is judged by the own rhythm of purchases."
        ),
        "not_converged": env._(
            "The model did not settle on these %(customers)s customers. Each one is "
            "judged by the own rhythm of purchases."
        ),
        "uncertain": env._(
            "The model is too uncertain here (error %(error)s of the expected "
            "revenue). Each customer is judged by the own rhythm of purchases."
        ),
        "naive_forecast": env._(
            "In the back-test, “everyone buys on as before” forecast better (error "
            "%(naive)s against %(model)s per customer), so it is what values use. Only "
            "who is surely gone, and who kept nothing, is not taken to buy on."
        ),
        "naive_forecast_all": env._(
            "In the back-test, “everyone buys on as before” forecast better (error "
            "%(naive)s against %(model)s per customer), even of those who had seemed "
            "surely gone, so it is what values use."
        ),
        "spend_convention": env._(
            "Too few amounts to tell how spending differs between customers: each "
            "one's average is drawn towards the average of all."
        ),
        "uncertain_past": env._(
            "How many customers are left is uncertain: about %(alive)s, give or take "
            "%(error)s or more. The time since the first purchases is too short to "
            "tell."
        ),
        "first_unlike": env._(
            "First purchases are unlike later ones (%(times)s times their amount), so "
            "values count what later purchases bring."
        ),
        "growth": env._(
            "Amounts change by %(growth)s a year. Past ones are counted in today's "
            "money, and the trend is taken to go on for one more year."
        ),
        "growth_given": env._(
            "Past amounts are counted in today's money at %(growth)s a year, as the "
            "company has set it, and as much is added for one more year."
        ),
        "naive_money": env._(
            "In the back-test, “everyone buys on as before” was nearer to what each "
            "customer brought (error %(naive)s against %(model)s). Take the values of "
            "single customers with care."
        ),
        "money_high": env._(
            "In the back-test, values were too high by %(share)s. The interval of the "
            "total is the wider for it."
        ),
        "money_low": env._(
            "In the back-test, values were too low by %(share)s. The interval of the "
            "total is the wider for it."
        ),
        "no_values": env._("No purchase has an amount, so values are zero."),
        "no_margins": env._(
            "No purchase has a known cost: values count revenue instead of margin."
        ),
    }
    return [words[r["code"]] % _readable(env, r["numbers"]) for r in reasons]


def parameter_rows(env, population: dict) -> list[tuple[str, str, str]]:
    """Letter, value and meaning of each parameter of the population model."""
    both = population["a"] + population["b"]
    meanings = {
        "k": env._("Regularity of purchases: 1 is as random as can be."),
        "r": env._(
            "How alike customers are in how often they buy; higher is more alike."
        ),
        "alpha": env._(
            "With r: the average customer buys every %(weeks)s weeks.",
            weeks=_number(env, population["alpha"] * population["k"] / population["r"]),
        ),
        "a": env._(
            "With b: after a purchase, %(share)s %% leave for good.",
            share=_number(env, 100 * population["a"] / both),
        ),
        "b": env._("With a: the smaller both, the more customers differ in loyalty."),
    }
    return [(name, _number(env, population[name]), meanings[name]) for name in meanings]


def backtest_words(env, report: dict, currency) -> str:
    """What the back-test found, in two sentences."""
    if report["verdict"] == "too_few":
        return env._("Too few purchases in the last quarter of time to test anything.")
    figures = {
        "actual": _number(env, report["actual"]),
        "model": _number(env, round(report["model"]["total"])),
        "naive": _number(env, round(report["naive"]["total"])),
        "model_error": _number(env, report["model"]["rmse"]),
        "naive_error": _number(env, report["naive"]["rmse"]),
    }
    words = env._(
        "In the last quarter of time, customers bought %(actual)s times. Forecast from "
        "the time before: %(model)s by the model, %(naive)s by “everyone buys on as "
        "before”. Error per customer: %(model_error)s against %(naive_error)s "
        "purchases.",
        **figures,
    )
    revenue, margin = report.get("revenue"), report.get("margin")
    sentences = [words, revenue and _revenue_words(env, revenue, currency)]
    sentences.append(margin and _margin_words(env, margin, currency))
    return "\n".join(filter(None, sentences))


def _revenue_words(env, money: dict, currency) -> str:
    return env._(
        "They brought a revenue of %(actual)s; forecast were %(model)s (between "
        "%(low)s and %(high)s in 95 of 100 cases), and %(naive)s by “as before”. Error "
        "per customer: %(model_error)s against %(naive_error)s.",
        **_money_figures(env, money, currency),
    )


def _margin_words(env, money: dict, currency) -> str:
    return env._(
        "Their margin was %(actual)s; forecast were %(model)s (between %(low)s and "
        "%(high)s in 95 of 100 cases), and %(naive)s by “as before”. Error per "
        "customer: %(model_error)s against %(naive_error)s.",
        **_money_figures(env, money, currency),
    )


def _money_figures(env, money: dict, currency) -> dict[str, str]:
    figures = {
        "actual": money["actual"],
        "low": money["low"],
        "high": money["high"],
        "model": money["model"]["total"],
        "naive": money["naive"]["total"],
        "model_error": money["model"]["rmse"],
        "naive_error": money["naive"]["rmse"],
    }
    return {name: _amount(env, value, currency) for name, value in figures.items()}


def _amount(env, value: float, currency) -> str:
    """As precise as other figures: a forecast has no cents."""
    parts = [currency.symbol, _number(env, value)]
    if currency.position == "after":
        parts.reverse()
    return "\N{NO-BREAK SPACE}".join(parts)


def _readable(env, numbers: dict) -> dict:
    shown = {}
    for name, value in numbers.items():
        if name in IN_PERCENT and isinstance(value, float):
            shown[name] = f"{_number(env, 100 * value)} %"
        elif isinstance(value, int | float):
            shown[name] = _number(env, value)
        else:
            shown[name] = value
    return shown


def _number(env, value: float) -> str:
    """Three significant digits, whole numbers whole, as the language writes them."""
    if isinstance(value, int) or abs(value) >= 100 or not value:
        return formatLang(env, value, digits=0)
    return formatLang(env, value, digits=2 - math.floor(math.log10(abs(value))))


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
    for number, part in enumerate(design.parts):
        own = weights[design.owner == number]
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
