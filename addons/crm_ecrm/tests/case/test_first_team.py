from odoo.exceptions import UserError
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestFirstTeam(TransactionCase):
    """A new company: what customers write is not lost before anybody set up a team."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "New Shop"})
        cls.manager = new_test_user(
            cls.env,
            "new_shop_manager",
            "crm_ecrm.group_voice_manager",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.teams = cls.env["ecrm.team"]
        cls.cases = cls.env["ecrm.case"].with_company(cls.company)

    def _complain(self, **values):
        return self.cases._receive(
            {
                "name": "Broken",
                "description": "It is broken.",
                "email_from": "first@customer.example",
                **values,
            },
            by=self.env["res.partner"],
            medium="form",
        )

    def _ours(self):
        return self.teams.search([("company_id", "=", self.company.id)])

    def test_installing_and_looking_make_no_team(self):
        self.assertFalse(self._ours())
        self.cases.default_get(["team_id"])
        self.assertFalse(self._ours())

    def test_the_first_message_makes_a_team_that_promises_nothing(self):
        case = self._complain()
        team = self._ours()
        self.assertEqual(case.team_id, team)
        self.assertEqual(
            (case.company_id, team.leader_id), (self.company, self.manager)
        )
        self.assertFalse(team.promise_ids)
        self.assertFalse(case.promised_on)
        mail = self.env["mail.mail"].search([("email_to", "ilike", "first@customer")])
        self.assertIn("We have received your message.", mail.body_html)
        self.assertEqual(case.activity_ids.user_id, self.manager)
        self.assertIn("Set up", case.activity_ids.summary)

    def test_the_second_message_comes_to_the_same_team(self):
        cases = self._complain() | self._complain(name="Still broken")
        self.assertEqual(len(self._ours()), 1)
        self.assertEqual(len(cases.activity_ids), 1)

    def test_a_company_that_archived_its_teams_wants_no_messages(self):
        self._complain().team_id.active = False
        with self.assertRaises(UserError):
            self._complain()
        self.assertFalse(self._ours())

    def test_each_company_has_its_own(self):
        mine = self._complain()
        other = self.env["res.company"].create({"name": "Another New Shop"})
        theirs = self.cases.with_company(other)._receive(
            {"name": "x", "email_from": "a@b.example"},
            by=self.env["res.partner"],
            medium="form",
        )
        self.assertNotEqual(mine.team_id, theirs.team_id)
        self.assertEqual(theirs.company_id, other)

    def test_the_first_page_says_where_to_begin(self):
        tile = self.env.ref("crm_ecrm.tile_teams")
        tile = tile.with_user(self.manager).with_company(self.company)
        self.assertEqual(tile.count, 0)
        self.assertIn("Begin here", tile.sentence)
        self.assertEqual(tile.action_open()["res_model"], "ecrm.team")
        self.assertEqual(tile.action_open()["view_mode"], "form")
        self._complain()
        tile.invalidate_recordset()
        self.assertEqual(tile.count, 1)
