"""What a program can be and do, and what it brought, in words that users read."""

from odoo.tools import format_amount

from odoo.addons.crm_suite.tools.dates import written_day

KINDS = [
    ("acquisition", "Win New Customers"),
    ("retention", "Keep Customers"),
    ("win_back", "Win Customers Back"),
    ("cross_sell", "Sell More to Customers"),
]
STATES = [
    ("draft", "Draft"),
    ("running", "Running"),
    ("paused", "Paused"),
    ("done", "Done"),
]
OFFERS = [
    ("none", "No Offer"),
    ("discount", "Coupon"),
    ("payment_term", "Payment Terms"),
    ("tier", "Tier Invitation"),
]
# Lowest and highest of what is typed.
NUMBER_LIMITS = {
    "control_share": (0, 0.5),
    "offer_days": (1, 1000),
    "window_days": (1, 1000),
    "reminder_days": (0, 1000),
    "offer_cost": (0, 1e12),
    "touch_cost": (0, 1e12),
    "budget": (0, 1e12),
}
# How a program touches its members. Add-ons add their own.
MEDIUMS = [
    ("email", "E-mail"),
    ("call", "Call by the Salesperson"),
    ("meeting", "Meeting with the Salesperson"),
    ("portal", "Message in the Customer Portal"),
]
# Which of the media that `res.partner._may_contact` knows each one needs: who wants a
# meeting rings first.
CONTACT_MEDIA = {
    "email": "email",
    "call": "phone",
    "meeting": "phone",
    "portal": "portal",
}
ARMS = [("treated", "In the Campaign"), ("control", "Control Group")]
# Who may know who is held back: whoever deals with customers would spare or spoil them.
ARM_GROUP = "crm_loyalty.group_loyalty_manager"
MEMBER_STATES = [
    ("enrolled", "Enrolled"),
    ("touched", "Contacted"),
    ("responded", "Responded"),
    ("stopped", "Stopped"),
]
STOP_REASONS = [
    ("bought", "Bought before being contacted"),
    ("objected", "Wants no more messages, or is archived"),
    ("complained", "Complained"),
]


def measure_names(env) -> dict[str, str]:
    """What the success of each kind of program is called."""
    return {
        "acquisition": env._("New Customers"),
        "retention": env._("Retention Rate"),
        "win_back": env._("Save Rate"),
        "cross_sell": env._("Attach Rate"),
    }


def basis_in_words(program) -> str:
    """How many are compared, over which time."""
    env = program.env
    counted = program.counted_treated + program.counted_control
    if not counted:
        return env._(
            "Nobody yet: each customer is observed for %(days)s days.",
            days=program.window_days,
        )
    words = env._(
        "%(treated)s in the campaign and %(control)s in the control group, each over "
        "%(days)s days.",
        treated=f"{program.counted_treated:,}",
        control=f"{program.counted_control:,}",
        days=program.window_days,
    )
    if waiting := program.enrolled_count - counted:
        words = env._(
            "%(words)s %(waiting)s more are still observed.",
            words=words,
            waiting=f"{waiting:,}",
        )
    return words


def leak_in_words(program) -> str:
    env = program.env
    words = []
    if program.control_leak_count:
        words.append(
            env._(
                "%(leaks)s of %(control)s in the control group got the offer another "
                "way: the comparison shows less than the offer does.",
                leaks=f"{program.control_leak_count:,}",
                control=f"{program.control_count:,}",
            )
        )
    if program.outside_count:
        words.append(
            env._(
                "Used outside %(count)s times, by customers who were never enrolled: "
                "%(cost)s, which counts as cost.",
                count=f"{program.outside_count:,}",
                cost=_money(program, program.outside_cost),
            )
        )
    return " ".join(words)


def _too_early(program) -> str:
    return program.env._(
        "Too early to tell: the last customer is observed until %(day)s.",
        day=written_day(program.env, program.last_window_end),
    )


def margin_in_words(program) -> str:
    if not program.control_count:
        return program.env._("There is no control group: nothing can be proved.")
    if not (program.counted_treated and program.counted_control):
        return _too_early(program)
    if not program.interval_known:
        return program.env._("Not enough evidence yet: too few purchases to compare.")
    values = {
        "low": _money(program, program.margin_low),
        "high": _money(program, program.margin_high),
    }
    if not program.enough:
        return " ".join(
            (
                _evidence_in_words(program.env, program.more_needed),
                program.env._(
                    "So far: between %(low)s and %(high)s per customer.", **values
                ),
            )
        )
    values["difference"] = _money(program, program.margin_difference)
    if program.many_looks:
        return program.env._(
            "%(difference)s per customer, between %(low)s and %(high)s (95 %% sure, "
            "however often you look).",
            **values,
        )
    return program.env._(
        "%(difference)s per customer, between %(low)s and %(high)s (95 %% sure).",
        **values,
    )


def rate_in_words(program) -> str:
    if not program.counted_treated:
        return _too_early(program)
    values = {
        "measure": program.measure_name,
        "treated": _percent(program.treated_rate),
        "control": _percent(program.control_rate),
    }
    if not program.control_count:
        return program.env._("%(measure)s %(treated)s; no control group.", **values)
    if not program.counted_control:
        return _too_early(program)
    words = program.env._(
        "%(measure)s %(treated)s, control group %(control)s.", **values
    )
    if not program.rate_enough:
        return f"{words} {_evidence_in_words(program.env, program.rate_more_needed)}"
    return words


def _evidence_in_words(env, more: int) -> str:
    if not more:
        return env._("Not enough evidence yet.")
    return env._(
        "Not enough evidence yet, about %(count)s more customers needed.",
        count=f"{more:,}",
    )


def cost_in_words(program) -> str:
    if not program.counted_treated:
        return program.env._(
            "%(spent)s spent so far.", spent=_money(program, program.spent)
        )
    cost = program.counted_cost + program.outside_cost
    values = {
        "spent": _money(program, cost),
        "extra": _money(program, program.extra_margin),
    }
    if program.kind == "acquisition" and program.success_count:
        return program.env._(
            "%(spent)s spent, %(each)s for each of %(count)s new customers.",
            spent=values["spent"],
            each=_money(program, program.success_cost),
            count=program.success_count,
        )
    if not program.enough:
        return program.env._("%(spent)s spent; the return is not proved.", **values)
    return program.env._(
        "%(spent)s spent, %(extra)s incremental margin: %(net)s net.",
        net=_money(program, program.extra_margin - cost),
        **values,
    )


def _money(program, amount: float) -> str:
    return format_amount(program.env, amount, program.currency_id)


def _percent(rate: float) -> str:
    return f"{100 * rate:.1f} %"


def margin_chart(program) -> dict | bool:
    lines = program.margin_by_week or {}
    longest = max((len(line) for line in lines.values()), default=0)
    if longest < 2:
        return False
    names = {
        "treated": program.env._("In the campaign"),
        "control": program.env._("Control group"),
    }
    return {
        "type": "line",
        "labels": [str(week) for week in range(longest)],
        "xTitle": program.env._("Weeks since enrolment"),
        "yTitle": program.currency_id.name,
        "series": [
            {
                "label": names[arm],
                "data": lines.get(arm, []),
                "dashed": arm == "control",
            }
            for arm in ("treated", "control")
        ],
    }


def interval_chart(program) -> dict | bool:
    """The difference between its bounds, as three points over a line at zero."""
    if not (program.measured_on and program.interval_known):
        return False
    bounds = [program.margin_low, program.margin_difference, program.margin_high]
    return {
        "type": "line",
        "labels": [
            program.env._("At least"),
            program.env._("Best guess"),
            program.env._("At most"),
        ],
        "yTitle": program.currency_id.name,
        "series": [
            {
                "label": program.env._("Incremental margin per customer"),
                "data": [round(bound, 2) for bound in bounds],
                "type": "bar",
            },
            {"label": program.env._("No effect"), "data": [0, 0, 0], "dashed": True},
        ],
    }
