"""What a first look at the sample data shall meet."""

import csv
import re
from collections import Counter

from lxml import etree

from dev.paths import ADDONS

CHANNEL, VOICE = (ADDONS / name / "demo" for name in ("crm_distribution", "crm_ecrm"))
PERSIAN = re.compile("[\u0600-\u06ff]{3}")
DAYS_AGO = re.compile(r"days=-(\d+)")


def records(file, model):
    return etree.parse(file).findall(f".//record[@model='{model}']")


def values(record):
    return {field.get("name"): field.text or "" for field in record.iter("field")}


def test_the_channel_has_its_levels_and_kinds_of_policies():
    with (CHANNEL / "res.partner.csv").open(encoding="utf-8") as file:
        levels = Counter(
            row["distribution_level_id:id"] for row in csv.DictReader(file)
        )
    assert levels["level_producer"] == 1
    assert levels["level_importer"] == 2
    assert levels["level_wholesaler"] > 1
    assert levels["level_retailer"] == 40
    policies = records(CHANNEL / "policy_demo.xml", "distribution.policy")
    kinds = {values(policy).get("kind") for policy in policies}
    assert {"intensive", "selective", "exclusive"} <= kinds


def test_customers_spoke_in_each_month_of_a_year_in_two_languages():
    cases = records(VOICE / "case_year_demo.xml", "ecrm.case")
    begun = [case.find("field[@name='opened_on']").get("eval") for case in cases]
    months = {int(DAYS_AGO.search(day)[1]) * 12 // 365 for day in begun}
    assert months >= set(range(1, 12)), months
    said = [values(case)["description"] for case in cases]
    feedback = (VOICE / "feedback_demo.xml").read_text(encoding="utf-8")
    for words in (said, re.findall(r"'comment': '([^']+)'", feedback)):
        persian = [text for text in words if PERSIAN.search(text)]
        assert 3 <= len(persian) <= len(words) - 3
