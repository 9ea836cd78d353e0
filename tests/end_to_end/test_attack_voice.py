"""What customers say, attacked by customers, colleagues and our own people."""

import re

from attack_case import LED_AWAY, MARK, AttackCase
from attack_voice_words import AttackVoiceWords

from odoo.http import Request
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_suite.tools.links import sign_link

OURS = "odoo.addons.crm_ecrm."
SECRET = "base.group_system"
LINK_KINDS = ("case", "feedback", "idea", "preferences", "consent")
TYPED = (
    *("name", "description", "text", "comment", "answer_1", "email", "email_from"),
    *("contact_name", "phone", "kind", "category", "order", "visibility", "token"),
    *("gesture", "score", "vote", "quiet", "quiet_from", "quiet_to", "lang"),
    "marketing_email",
)


# the field for long texts, by the end of an address
LONG = {
    **{"new": "description", "complain": "description", "say": "text"},
    **{"comment": "text", "answer": "comment", "unsolved": "text"},
}


@tagged("post_install", "-at_install")
class TestAttackVoice(AttackVoiceWords, AttackCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        colleague = new_test_user(
            cls.env, "colleague", "base.group_portal", password="colleague" * 2
        )
        cls.partner.is_company = True
        colleague.partner_id.parent_id = cls.partner
        cls.team = cls.records["ecrm.team"]
        cls.team.sequence = -1
        cls.case = cls.records["ecrm.case"]
        names = ("ecrm.case", "ecrm.idea", "ecrm.feedback")
        cls.owned = {name: cls.records[name] for name in names}
        cls.voice = {
            name: record
            for name, record in cls.records.items()
            if record._original_module == "crm_ecrm"
        }
        cls.env["ir.config_parameter"].set_param("crm_ecrm.form_seconds", "0")
        cls.env.flush_all()

    def _link(self, kind, hours=24, purpose=None):
        """What stands in the address of a page, for whoever reads his mail."""
        purposes = {"consent": "confirm"}
        record = self.records[
            {
                "preferences": "ecrm.preference",
                "consent": "ecrm.consent.request",
            }.get(kind, f"ecrm.{kind}")
        ]
        purpose = purpose or purposes.get(kind, kind)
        return sign_link(record, self.partner, purpose, hours)

    def _own_addresses(self, method):
        """Each address of ours with that method, as its owner has it."""
        for rule in self._rules():
            if not rule.endpoint.__module__.startswith(OURS):
                continue
            routing = rule.endpoint.routing
            methods = routing.get("methods") or ["GET"]
            if routing["type"] != "http" or method not in methods:
                continue
            # /voice/<kind>, /my/voice/<kind>
            kind = (rule.rule.removeprefix("/my") + "/").split("/")[2]
            places = {}
            if kind in LINK_KINDS and rule.rule.startswith("/voice"):
                places = dict.fromkeys(("link", "token"), self._link(kind))
            if f"ecrm.{kind}" in self.owned:
                places["key"] = self.owned[f"ecrm.{kind}"].key
            yield from self._filled(rule, places)

    def _filled(self, rule, places):
        addresses = [rule.rule]
        for place in re.findall(r"<[^>]+>", rule.rule):
            name = place.strip("<>").rpartition(":")[2]
            options = re.search(r"any\(([^)]*)\)", place)
            values = options[1].split(",") if options else [places.get(name, "1")]
            addresses = [
                address.replace(place, value)
                for address in addresses
                for value in values
            ]
        return addresses

    def _said(self):
        """Whatever a page of ours could change."""
        self.env.invalidate_all()
        feedback, idea = self.owned["ecrm.feedback"], self.owned["ecrm.idea"]
        return {
            "case": self.case.read(["state", "visibility", "message_ids", "unread"]),
            "cases": self.env["ecrm.case"].search_count([]),
            "ideas": self.env["ecrm.idea"].search_count([]),
            "idea": idea.read(["vote_ids", "comment_ids", "visibility"]),
            "feedback": feedback.read(["answer_ids", "score", "visibility"]),
            "consents": self.env["ecrm.consent"].search_count([]),
            "quiet": self.records["ecrm.preference"].quiet,
            "person": (self.partner.lang, self.partner.email),
        }

    def test_nothing_is_taken_without_the_sessions_own_token(self):
        """Whoever lures a customer to a page of his own sends no form of ours."""
        self._login("portal customer")
        before = self._said()
        addresses = [*self._own_addresses("POST")]
        self.assertGreater(len(addresses), 15)
        for address in addresses:
            for token in ({}, {"csrf_token": ""}, {"csrf_token": "0" * 40 + "o1"}):
                with self.subTest(address=address, token=token):
                    data = {**dict.fromkeys(TYPED, "1"), **token}
                    answer = self.url_open(address, data, allow_redirects=False)
                    self.assertEqual(answer.status_code, 400)
        self.assertEqual(self._said(), before)

    def test_files_where_texts_belong(self):
        """No page fails by them, and nothing is taken."""
        self._login("portal customer")
        before = self._said()
        token = {"csrf_token": Request.csrf_token(self)}
        for address in self._own_addresses("POST"):
            # what is done without a word, and where none ticked is a word
            if re.search("/solved$|/consent/|/preferences", address):
                continue
            files = [(name, (f"{name}.txt", b"x")) for name in TYPED]
            with self.subTest(address=address):
                answer = self.url_open(
                    address, token, files=files, allow_redirects=False
                )
                self.assertIn(answer.status_code, {200, 303, 404})
        self.assertEqual(self._said(), before)

    def test_texts_beyond_all_measure(self):
        """Refused in the form, or by the server; none of it is kept."""
        self._login("portal customer")
        before = self._said()
        token = {"csrf_token": Request.csrf_token(self)}
        for megabytes, refused in ((9, {200, 303}), (11, {413})):
            text = "x" * megabytes * 1024 * 1024
            for address in self._own_addresses("POST"):
                field = LONG.get(address.rpartition("/")[2])
                if not field:
                    continue
                with self.subTest(address=address, megabytes=megabytes):
                    data = {**token, "name": "A", "kind": "request", field: text}
                    answer = self.url_open(address, data, allow_redirects=False)
                    self.assertIn(answer.status_code, refused)
                    self.assertLess(len(answer.content), 200_000)
        self.assertEqual(self._said(), before)

    def test_ten_thousand_files_are_refused(self):
        self._login("portal customer")
        before = self._said()
        token = {"csrf_token": Request.csrf_token(self), "text": "x"}
        files = [("files", (f"{n}.txt", b"x")) for n in range(10_000)]
        for address in ("/voice/complain", self.case._portal_url() + "/say"):
            answer = self.url_open(address, token, files=files)
            self.assertEqual(answer.status_code, 413)
        self.assertEqual(self._said(), before)

    def test_forms_take_their_own_fields_alone(self):
        """Each field of the record is sent; what the customer types is taken."""
        self._login("portal customer")
        for model, address, more in (
            ("ecrm.case", "/my/voice/case/new", {"kind": "request"}),
            ("ecrm.idea", "/my/voice/idea/new", {}),
        ):
            records = self.env[model]
            typed = {"name": "Words", "description": "More words", **more}
            made = []
            for sent in ({}, dict.fromkeys(records._fields, "1")):
                known = records.search([])
                # what somebody repeats the same day is what he said before
                self.env.cr.execute("UPDATE ecrm_idea SET create_date = '2020-01-01'")
                token = re.search(
                    r'name="token" value="([^"]*)"', self.url_open(address).text
                )
                data = {
                    "csrf_token": Request.csrf_token(self),
                    **sent,
                    **typed,
                    "token": token[1] if token else "",
                }
                # choices of the form, which are none of the record's fields
                data.pop("visibility", None)
                self.url_open(address, data)
                self.env.invalidate_all()
                made.append(records.search([]) - known)
            plain, attacked = made
            self.assertEqual((len(plain), len(attacked)), (1, 1), model)
            own = {"id", "key", "number", "display_name", "form_token", "similar_id"}
            own |= {"root_id", "text_mark"}
            names = [
                name
                for name, field in records._fields.items()
                if field.store
                and name not in own
                and field.type not in ("datetime", "one2many", "many2many")
                and not name.startswith(("access_", "create_", "write_"))
            ]
            self.assertEqual(
                plain.read(names, load=None)[0] | {"id": 0, "episode_id": 0},
                attacked.read(names, load=None)[0] | {"id": 0, "episode_id": 0},
            )

    def test_what_was_said_stays_as_it_was_said(self):
        """Customers rewrite no message, and nobody puts words into their mouths."""
        said = self.case._portal_public()
        said.ensure_one()
        before = said.read(["body", "subtype_id", "message_type", "author_id"])
        [found], error = self._call(
            "portal customer", "mail.message", "search", [("id", "=", said.id)]
        )
        self.assertEqual((found, error), (said.id, None))
        for values in (
            {"body": "I never said so"},
            {"message_type": "notification"},
            {"subtype_id": self.env.ref("mail.mt_note").id},
            {"date": "2020-01-01"},
        ):
            for actor in ("portal customer", "agent", "voice manager"):
                self.assertRefused(actor, "mail.message", "write", said.ids, values)
        for actor in ("portal customer", "agent", "voice manager"):
            self.assertRefused(actor, "mail.message", "unlink", said.ids)
        more = {
            "model": "ecrm.case",
            "res_id": self.case.id,
            "body": "Past the case",
            "message_type": "comment",
            "subtype_id": self.env.ref("mail.mt_comment").id,
        }
        self.case.message_subscribe(self.partner.ids)
        self.env.flush_all()
        for values in (more, {**more, "parent_id": said.id}):
            self.assertRefused("portal customer", "mail.message", "create", [values])
        forged = {"author_id": self.partner.id, "body": "I am content"}
        self.assertRefused("agent", "mail.message", "create", [{**more, **forged}])
        for kwargs in (forged, {**forged, "subtype_xmlid": "mail.mt_comment"}):
            self.assertRefused(
                "agent", "ecrm.case", "message_post", self.case.ids, **kwargs
            )
        self.env.invalidate_all()
        self.assertEqual(self.case._portal_public(), said)
        self.assertEqual(
            said.read(["body", "subtype_id", "message_type", "author_id"]), before
        )

    def test_agents_write_and_correct_what_is_theirs(self):
        posted, error = self._call(
            "agent",
            "ecrm.case",
            "message_post",
            self.case.ids,
            body="We look into it",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertFalse(error)
        ids = posted if isinstance(posted, list) else [posted]
        _result, error = self._call(
            "agent", "mail.message", "write", ids, {"body": "<p>We looked into it</p>"}
        )
        self.assertFalse(error)

    def test_keys_and_marks_of_links_are_nobodys(self):
        """Not read, searched, sorted by, grouped or exported, by no way round."""
        secrets = [
            (model, name)
            for model, record in self.voice.items()
            for name, field in record._fields.items()
            if field.groups == SECRET
        ]
        self.assertGreater(len(secrets), 8)
        for actor in ("agent", "voice manager"):
            self._login(actor)
            for model, name in secrets:
                ids, known = self.voice[model].ids, [(name, "!=", False)]
                for method, *args in (
                    ("read", ids, [name]),
                    ("search_read", known, ["id"]),
                    ("search_count", known),
                    ("formatted_read_group", [], [name], ["__count"]),
                    ("formatted_read_group", [], [], [f"{name}:max"]),
                    ("search", [], 0, 1, f"{name} desc"),
                    ("export_data", ids, [name]),
                ):
                    with self.subTest(actor=actor, model=model, name=name, by=method):
                        result, error = self._send(model, method, *args)
                        self.assertTrue(error, result)
        for model, path in (
            ("ecrm.case", "feedback_id.key"),
            ("ecrm.case.event", "case_id.key"),
            ("ecrm.feedback", "answer_ids.nonce"),
            ("ecrm.idea.vote", "idea_id.key"),
        ):
            result, error = self._call(
                "voice manager", model, "search_count", [(path, "=like", "a%")]
            )
            self.assertTrue(error, (path, result))

    def test_no_link_stands_where_agents_read(self):
        feedback = self.owned["ecrm.feedback"]
        self.case._say("Hello", user=self.env.ref("base.user_admin"))
        feedback._send("crm_ecrm.mail_template_ask")
        self.env.flush_all()
        mails = self.env["mail.mail"].search([("body_html", "ilike", "/voice/")])
        self.assertGreater(len(mails), 1)
        for actor in ("employee", "salesperson", "agent", "voice manager"):
            self.assertRefused(actor, "mail.mail", "search_read", [], ["body_html"])
            for domain in (
                [("body", "ilike", "/voice/case/")],
                [("body", "ilike", "/voice/feedback/")],
                [("id", "in", mails.mail_message_id.ids), ("body", "ilike", "/voice/")],
            ):
                found, error = self._call(actor, "mail.message", "search", domain)
                self.assertEqual((found, error), ([], None), (actor, domain))

    def test_those_without_a_right_learn_nothing_by_any_method(self):
        """By the methods that every model has from Odoo."""
        for actor in ("portal customer", "salesperson"):
            self._login(actor)
            for model, record in self.voice.items():
                ids, text = record.ids, MARK
                for method, *args in (
                    ("name_search", text),
                    ("web_read", ids, {"display_name": {}}),
                    ("export_data", ids, ["display_name"]),
                    ("copy", ids),
                    ("onchange", ids, {}, [], {"display_name": {}}),
                    ("message_subscribe", ids),
                    ("message_post", ids),
                    ("activity_schedule", ids),
                ):
                    if record._transient or method not in dir(type(record)):
                        continue
                    with self.subTest(actor=actor, model=model, method=method):
                        result, error = self._send(model, method, *args)
                        self.assertTrue(error or MARK not in str(result), result)
                        self.assertFalse(
                            not error and method in ("copy", "message_post"), result
                        )

    def test_numbers_are_not_used_up_by_asking(self):
        for model in ("ecrm.case", "ecrm.idea", "ecrm.feedback"):
            code = f"ecrm.{self.env[model]._entry_kind}"
            sequence = self.env["ir.sequence"].search([("code", "=", code)])
            before = sequence.number_next_actual
            for actor in ("portal customer", "employee", "salesperson"):
                self._call(actor, model, "default_get", ["number", "key"])
            sequence.invalidate_recordset()
            self.assertEqual(sequence.number_next_actual, before, model)

    def test_fields_of_the_system_are_refused_in_every_model(self):
        guarded = {
            model: (record, record._protected_names())
            for model, record in self.voice.items()
            if "_protected_names" in dir(type(record))
        }
        before = {m: one.read(list(names)) for m, (one, names) in guarded.items()}
        for actor in ("agent", "voice manager"):
            self._login(actor)
            for model, (record, names) in guarded.items():
                for name in names:
                    with self.subTest(actor=actor, model=model, name=name):
                        sent = {name: self._other_value(record, name)}
                        _result, error = self._send(model, "write", record.ids, sent)
                        self.assertTrue(error)
        self.env.invalidate_all()
        for model, (record, names) in guarded.items():
            self.assertEqual(record.read(list(names)), before[model])

    def _other_value(self, record, name):
        kind = record._fields[name].type
        if kind.endswith("2many"):
            return [[5, 0, 0]]
        if kind == "many2one":
            return 1 if record[name].id != 1 else 2
        others = {"boolean": not record[name], "json": {"a": 1}}
        others |= dict.fromkeys(("char", "text", "selection"), "forged")
        return others.get(kind, 7)

    def test_colleagues_and_employees_get_no_page_of_the_customer(self):
        before = self._said()
        for actor in (
            *("colleague", "intermediary", "employee", "stranger"),
            *("salesperson", "agent", "voice manager"),
        ):
            self._login(actor)
            for method in ("GET", "POST"):
                for address in self._own_addresses(method):
                    if address.startswith("/voice/"):
                        continue
                    data = None
                    if method == "POST":
                        token = Request.csrf_token(self)
                        data = {**dict.fromkeys(TYPED, "1"), "csrf_token": token}
                        if address.endswith(("/new", "/preferences")):
                            continue
                    with self.subTest(actor=actor, method=method, address=address):
                        answer = self.url_open(
                            address, data, allow_redirects=False, method=method
                        )
                        if answer.status_code != 200:
                            self.assertIn(answer.status_code, LED_AWAY)
                        self.assertNotIn(MARK, self._shown(answer))
        after = self._said()
        self.assertEqual(after, before)

    def test_links_that_are_over_or_were_made_for_something_else(self):
        self._login("anonymous")
        before = self._said()
        for kind in LINK_KINDS:
            whole = self._link(kind)
            others = [self._link(one) for one in LINK_KINDS if one != kind]
            for link in (
                self._link(kind, hours=-1),
                self._link(kind, purpose="other"),
                *others,
                whole[:-2],
                whole[:-2] + ("AA" if whole[-2:] != "AA" else "BB"),
                whole.swapcase(),
                "A" * 2_000,
            ):
                for method in ("GET", "POST"):
                    with self.subTest(kind=kind, link=link[:40], method=method):
                        token = Request.csrf_token(self)
                        data = {**dict.fromkeys(TYPED, "1"), "csrf_token": token}
                        if method == "POST" and kind in ("case", "idea", "feedback"):
                            deed = {"case": "say", "idea": "vote"}.get(kind, "answer")
                            address = f"/voice/{kind}/{link}/{deed}"
                        else:
                            address = f"/voice/{kind}/{link}"
                        answer = self.url_open(
                            address,
                            data if method == "POST" else None,
                            allow_redirects=False,
                            method=method,
                        )
                        if answer.status_code != 200:
                            self.assertIn(answer.status_code, LED_AWAY)
                        self.assertNotIn(MARK, self._shown(answer))
                        self.assertNotIn(self.partner.email, answer.text)
        self.assertEqual(self._said(), before)

    def test_links_end_where_the_case_gets_another_customer(self):
        """A case that was taken for the wrong customer's is his no longer."""
        address = f"/voice/case/{self._link('case')}"
        self._login("anonymous")
        self.assertIn(MARK, self._shown(self.url_open(address)))
        other = self.env["res.partner"].create({"name": "Right One"})
        self.env.flush_all()
        _result, error = self._call(
            "agent", "ecrm.case", "write", self.case.ids, {"partner_id": other.id}
        )
        self.assertFalse(error)
        self._login("anonymous")
        answer = self.url_open(address)
        self.assertEqual(answer.status_code, 404)
        self.assertNotIn(MARK, self._shown(answer))
