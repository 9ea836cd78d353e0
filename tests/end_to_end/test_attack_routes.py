"""Every address of the add-ons, asked for by those whom its content is none of.

Addresses are read from the routing map and filled with keys that were never made and
with those of others, so that a new one is attacked without being named here.
"""

import itertools
import json
import re

from attack_case import LED_AWAY, MARK, AttackCase

from odoo.http import Request
from odoo.tests import new_test_user, tagged

PLACE = re.compile(r"<(?:(\w+)(?:\(([^)]*)\))?:)?(\w+)>")
# none with a null byte: for a missing page, Odoo's website fails by it itself
NEVER_MADE = ("nothing", "1-0")
NUMBERS = (1, 99_999, 2**40)
SENT = {
    "answer": "accept",
    "comment": "x\x00",
    "customer_name": "x\x00",
    "description": "x\x00",
    "email": "a@b.example\x00",
    "gesture": "x\x00",
    "name": "x\x00",
    "news": "x\x00",
    "reason": "x\x00",
    "revenue": "7\x00",
    "score": "1",
    "text": "x\x00",
    "token": "x\x00",
    "visibility": "company",
    "vote": "1",
}


@tagged("post_install", "-at_install")
class TestAttackRoutes(AttackCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        strangers = {
            login: new_test_user(
                cls.env, login, "base.group_portal", password=login * 2
            )
            for login in ("another customer", "another intermediary")
        }
        other = cls.env["res.partner"].create(
            {
                "name": "Other",
                "is_company": True,
                "distribution_level_id": cls.intermediary.distribution_level_id.id,
            }
        )
        strangers["another intermediary"].partner_id.parent_id = other
        cls.owned = {
            name: cls.records[name]
            for name in (
                *("distribution.route", "distribution.registration", "crm.lead"),
                *("ecrm.case", "ecrm.idea", "ecrm.feedback", "crm.partner.need"),
            )
        }
        cls.env.flush_all()

    def _addresses(self, rule, keys):
        """The rule's address, once for each value that its places may have."""

        def values(place):
            kind, options, name = place
            if kind == "any":
                return options.split(",")
            if kind == "int":
                return NUMBERS
            # a signed link is no key, and a key is no signed link
            return (*NEVER_MADE, *keys) if name == "key" else (*NEVER_MADE, keys[0])

        places = PLACE.findall(rule.rule)
        for chosen in itertools.product(*map(values, places)):
            left = iter(chosen)
            yield PLACE.sub(lambda _place, left=left: str(next(left)), rule.rule)

    def _ask(self, rule, address, method):
        if rule.endpoint.routing["type"] == "jsonrpc":
            call = {"jsonrpc": "2.0", "params": {"text": MARK}}
            headers = {"Content-Type": "application/json"}
            return self.url_open(address, json.dumps(call), headers=headers)
        data = None
        if method == "POST":
            data = {"csrf_token": Request.csrf_token(self), **SENT}
        return self.url_open(address, data, allow_redirects=False, method=method)

    def test_owners_see_what_is_theirs(self):
        """The mark stands in the pages that others are kept from."""
        owned = self.owned
        for actor, addresses in (
            (
                "intermediary",
                (
                    "/my/channel/leads",
                    f"/my/channel/lead/{owned['distribution.route'].key}",
                    "/my/channel/deals",
                    f"/my/channel/deal/{owned['distribution.registration'].number}",
                ),
            ),
            (
                "portal customer",
                (
                    "/my/voice",
                    f"/my/voice/case/{owned['ecrm.case'].key}",
                    f"/my/voice/idea/{owned['ecrm.idea'].key}",
                    f"/my/voice/feedback/{owned['ecrm.feedback'].key}",
                ),
            ),
        ):
            self._login(actor)
            for address in addresses:
                with self.subTest(address):
                    answer = self.url_open(address)
                    self.assertEqual(answer.status_code, 200)
                    self.assertIn(MARK, self._shown(answer))

    def test_nobody_else_gets_anything_by_any_address(self):
        owned = self.owned
        keys = [one.key for one in owned.values() if "key" in one._fields]
        self.assertEqual(len(keys), 4)
        before = self._stand()
        rules = self._rules()
        self.assertGreater(len(rules), 40)
        for actor in ("anonymous", "another customer", "another intermediary"):
            self._login(actor)
            for rule in rules:
                for address in self._addresses(rule, keys):
                    for method in ("GET", "POST"):
                        with self.subTest(actor=actor, method=method, address=address):
                            answer = self._ask(rule, address, method)
                            if answer.status_code != 200:
                                self.assertIn(answer.status_code, LED_AWAY)
                            self.assertNotIn(MARK, self._shown(answer))
        self.env.invalidate_all()
        self.assertEqual(self._stand(), before)

    def _stand(self):
        """What was said, decided and counted about what the owners have."""
        owned = self.owned
        lead, case, idea = owned["crm.lead"], owned["ecrm.case"], owned["ecrm.idea"]
        deal, feedback = owned["distribution.registration"], owned["ecrm.feedback"]
        return {
            "offer": (owned["distribution.route"].state, lead.expected_revenue),
            "lead": (lead.distribution_state, len(lead.message_ids)),
            "deal": (deal.state, len(deal.message_ids), len(deal.evidence_ids)),
            "said": self.env["distribution.message"].search_count([]),
            "case": (case.state, case.visibility, case.event_ids.ids),
            "idea": (idea.status, idea.vote_ids.ids, idea.comment_ids.ids),
            "feedback": (feedback.state, feedback.answer_id.id),
            "need": owned["crm.partner.need"].strength,
            "declined": self.env["crm.partner.need"].search_count(
                [("source", "=", "customer")]
            ),
        }
