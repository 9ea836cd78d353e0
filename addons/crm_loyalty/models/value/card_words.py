"""The words of a run's report card, from the codes and figures of `clv`."""

import math

from odoo.tools import formatLang


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
            "%(naive)s against %(model)s per customer), so it is what values use."
        ),
        "spend_convention": env._(
            "Too few amounts to tell how spending differs between customers: each "
            "one's average is drawn towards the average of all."
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


def backtest_words(env, report: dict) -> str:
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
    return env._(
        "In the last quarter of time, customers bought %(actual)s times. Forecast from "
        "the time before: %(model)s by the model, %(naive)s by “everyone buys on as "
        "before”. Error per customer: %(model_error)s against %(naive_error)s "
        "purchases.",
        **figures,
    )


def _readable(env, numbers: dict) -> dict:
    shown = {}
    for name, value in numbers.items():
        if name == "error" and isinstance(value, float):
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
