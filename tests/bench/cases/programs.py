"""Enrolling, measuring and touching the customers of a program, at scale.

Enrolment is timed at a tenth of the customers and at all of them, so that growth shows:
ten times as many may take ten times as long, and a quarter more for luck. Each batch is
committed as the job does it, in a copy of the database.
"""

from collections.abc import Iterator

import databases
from measure import Measure, seconds
from population import Truth
from session import environment, in_fresh_process, say

ENROL_SECONDS = 30
GROWTH = 1.25
TRANSACTION_SECONDS = 5
TOUCHED = 1_000


def run(truth: Truth) -> Iterator[Measure]:
    database = databases.copy(databases.installed(truth), "programs")
    yield from in_fresh_process(_measure, database)


def _measure(database: str) -> list[Measure]:
    with environment(database) as env:
        segment = env["crm.customer.segment"].create(
            {"name": "Bench", "domain": "[('customer_rank', '>=', 0)]"}
        )
        program = env["crm.customer.program"].create(
            {
                "name": "Bench",
                "segment_id": segment.id,
                "medium": "call",
                "user_id": env.ref("base.user_admin").id,
            }
        )
        program.state = "running"
        env.cr.commit()
        return _figures(env, program)


def _figures(env, program) -> list[Measure]:
    Program = env["crm.customer.program"]
    customers = env["res.partner"].search_count(program._candidates_domain())
    few = max(customers // 10, 1)
    part = seconds(lambda: program._enrol(batch_size=few))
    env.cr.commit()
    program._count_members()
    enrolled = program.enrolled_count
    longest, whole = 0.0, part
    while program in Program.search(Program._to_enrol_domain()):
        taken = seconds(lambda: (program._enrol_step(20_000), env.flush_all()))
        env.cr.commit()
        longest, whole = max(longest, taken), whole + taken
    if program.enrolled_count != customers:
        raise RuntimeError(program.halt_reason or "not all were enrolled")
    say(f"{program.enrolled_count} of {customers} customers in {whole:.1f} s")
    per_customer = part / max(enrolled, 1)
    rest = (whole - part) / max(program.enrolled_count - enrolled, 1)
    measured = 0.0
    while program in Program.search(Program._to_measure_domain()):
        taken = seconds(lambda: (program._measure_step(20_000), env.flush_all()))
        env.cr.commit()
        measured = max(measured, taken)
    touched = seconds(lambda: (program._touch_step(TOUCHED), env.flush_all()))
    say(f"{program.touched_count} touched in {touched:.1f} s")
    env.cr.commit()
    scale = program.enrolled_count / 100_000
    return [
        Measure("program_enrol_time", whole / max(scale, 1), "seconds", ENROL_SECONDS),
        Measure("program_enrol_growth", rest / per_customer, "ratio", GROWTH),
        Measure("program_enrol_transaction", longest, "seconds", TRANSACTION_SECONDS),
        Measure(
            "program_measure_transaction", measured, "seconds", TRANSACTION_SECONDS
        ),
        Measure("program_touch_1000", touched, "seconds", 2 * TRANSACTION_SECONDS),
    ]
