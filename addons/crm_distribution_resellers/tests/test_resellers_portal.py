import json

from odoo.tests import HttpCase, tagged

from .resellers_common import ResellersCommon

# Odoo's own, which its Resellers shows to those who have the lead
SHOWN = {"partner_assigned_id", "date_partner_assign"}
OURS = ("crm_distribution", "crm_loyalty", "crm_suite")


@tagged("post_install", "-at_install")
class TestResellersPortal(ResellersCommon, HttpCase):
    def _call(self, user, method, *args, model="crm.lead"):
        self.env.flush_all()
        self.authenticate(user.login, user.login * 3)
        params = {"model": model, "method": method, "args": args, "kwargs": {}}
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps({"jsonrpc": "2.0", "params": params}),
            headers={"Content-Type": "application/json"},
        ).json()
        self.env.invalidate_all()
        return answer

    def _page(self, user, url):
        self.env.flush_all()
        self.authenticate(user.login, user.login * 3)
        return self.url_open(url)

    def _talk(self, lead, user, text):
        """As the page of Odoo's Resellers posts it."""
        lead.with_user(user).sudo().message_post(
            body=text,
            author_id=user.partner_id.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )

    def test_who_has_a_lead_opens_odoos_pages_of_it(self):
        lead = self._taken_by(self.ava, partner_name="Kaveh Steel")
        for kind, url in (
            ("lead", "/my/leads"),
            ("lead", f"/my/lead/{lead.id}"),
            ("opportunity", "/my/opportunities"),
            ("opportunity", f"/my/opportunity/{lead.id}"),
        ):
            with self.subTest(url=url):
                lead.type = kind
                page = self._page(self.anahita, url)
                self.assertEqual(page.status_code, 200)
                self.assertIn(lead.name, page.text)
                page = self._page(self.borna, url)
                self.assertNotIn(lead.name, page.text)

    def test_an_offer_is_not_read_before_it_is_accepted(self):
        lead = self._offered_to(self.ava)
        self.assertIn("error", self._call(self.anahita, "read", lead.ids, ["name"]))
        self.assertNotIn(lead.name, self._page(self.anahita, "/my/leads").text)

    def test_who_else_was_asked_is_not_read(self):
        lead = self._taken_by(self.ava)
        self.assertIn("result", self._call(self.anahita, "read", lead.ids, ["name"]))
        for field in (
            "partner_declined_ids",
            "route_ids",
            "distribution_route_id",
            "distribution_reason",
            "distribution_state",
            "distribution_gap_id",
            "registration_ids",
            "distribution_match_keys",
        ):
            with self.subTest(field=field):
                self.assertIn(
                    "error", self._call(self.anahita, "read", lead.ids, [field])
                )
                some = "accepted" if field == "distribution_state" else False
                domain = [(field, "!=", some)]
                self.assertIn("error", self._call(self.anahita, "search", domain))

    def test_no_field_of_the_suite_is_for_those_who_read_leads_in_the_portal(self):
        leads = self._taken_by(self.ava).with_user(self.anahita)
        ours = {
            name
            for name, field in leads._fields.items()
            if any(module.startswith(OURS) for module in field._modules)
        }
        self.assertGreater(len(ours), len(SHOWN))
        readable = {
            name
            for name in ours
            if leads._has_field_access(leads._fields[name], "read")
        }
        self.assertEqual(readable - SHOWN, set())

    def test_the_next_one_reads_nothing_of_the_one_before(self):
        """Neither thread nor followers tell of an intermediary that had the lead."""
        lead = self._taken_by(self.ava)
        self._talk(lead, self.anahita, "Called them for Ava")
        lead.message_subscribe((self.ava | self.anahita.partner_id).ids)
        said = [("model", "=", "crm.lead"), ("res_id", "=", lead.id)]
        seen = self._call(
            self.anahita, "search_read", said, ["body"], model="mail.message"
        )
        self.assertIn("Called them", str(seen["result"]))

        lead.with_user(self.anahita).partner_desinterested()
        lead.distribution_route_id._accept(self.bita)

        seen = self._call(
            self.borna, "search_read", said, ["body"], model="mail.message"
        )
        self.assertNotIn("Ava", str(seen["result"]))
        page = self._page(self.borna, f"/my/lead/{lead.id}").text
        self.assertIn(lead.name, page)
        self.assertNotIn("Ava", page)
        # who gave it back is told no more
        self.assertFalse(
            lead.message_partner_ids & (self.ava | self.anahita.partner_id)
        )
        self._talk(lead, self.borna, "Ours now")
        seen = self._call(
            self.borna, "search_read", said, ["body"], model="mail.message"
        )
        self.assertIn("Ours now", str(seen["result"]))
        seen = self._call(
            self.anahita, "search_read", said, ["body"], model="mail.message"
        )
        self.assertNotIn("Ours now", str(seen.get("result")))

    def test_merged_leads_tell_nothing_of_the_other_holder(self):
        one, other = self._taken_by(self.ava), self._taken_by(self.bita)
        for lead, user in ((one, self.anahita), (other, self.borna)):
            self._talk(lead, user, f"Said by {user.name}")
            lead.message_subscribe(user.partner_id.ids)
        merged = (one | other)._merge_opportunity(max_length=0)
        holder = merged.partner_assigned_id
        self.assertEqual(holder, self.ava)
        self.assertIn(self.anahita.partner_id, merged.message_partner_ids)
        self.assertNotIn(self.borna.partner_id, merged.message_partner_ids)
        said = [("model", "=", "crm.lead"), ("res_id", "=", merged.id)]
        seen = self._call(
            self.anahita, "search_read", said, ["body"], model="mail.message"
        )
        self.assertNotIn("borna", str(seen["result"]))

    def test_a_visitors_form_is_routed_and_names_nobody(self):
        """C032: the public form has no error and no partner's name, and is routed."""
        anywhere = self._make_partner("Everywhere")
        self.authenticate(None, None)
        self.env.flush_all()
        answer = self.url_open(
            "/website/form/crm.lead",
            data={
                "name": "By the form",
                "contact_name": "Visitor",
                "email_from": "visitor@example.com",
                "description": "Pumps, please",
            },
        )
        self.assertEqual(answer.status_code, 200)
        self.assertNotIn("Everywhere", answer.text)
        lead = self.env["crm.lead"].browse(answer.json()["id"])
        self.assertEqual(lead.email_from, "visitor@example.com")
        self.assertEqual(lead.distribution_state, "offered")
        self.assertEqual(lead.distribution_route_id.partner_id, anywhere)
        self.assertTrue(lead.distribution_reason)

    def test_a_stranger_learns_nothing_by_trying_to_win(self):
        """Whether a lead is with the channel is not to be told from the refusal."""
        won = self.env["crm.stage"].search([("is_won", "=", True)], limit=1)
        taken, free = self._taken_by(self.ava), self._uncovered_leads()[0]
        refusals = [
            self._call(self.borna, "update_stage_from_portal", lead.ids, won.id)[
                "error"
            ]["data"]["message"]
            for lead in (taken, free)
        ]
        self.assertEqual(*refusals)
