from odoo.tests import HttpCase, new_test_user, tagged

from .program_common import ProgramCommon


@tagged("post_install", "-at_install")
class TestProgramPortal(ProgramCommon, HttpCase):
    def _page(self, login):
        self.authenticate(login, login)
        return self.url_open("/my").text

    def test_message_shows_to_who_is_touched_and_to_nobody_else(self):
        for login in ("portal_one", "portal_two"):
            user = new_test_user(self.env, login, "base.group_portal")
            user.partner_id.category_id = self.tag
        one, two = self.env["res.users"].search(
            [("login", "in", ("portal_one", "portal_two"))], order="login"
        )
        program = self._running(medium="portal", message="<p>Come and see us</p>")
        members = self._member(program, one.partner_id) | self._member(
            program, two.partner_id
        )
        self.assertEqual(len(members), 2)
        self.assertNotIn("Come and see us", self._page("portal_one"))
        (members - members[0]).sudo()._stop("objected")
        self._touch(program)
        self.assertIn("Come and see us", self._page("portal_one"))
        self.assertNotIn("Come and see us", self._page("portal_two"))
        self._buy(one.partner_id)
        program.action_measure()
        self.assertNotIn("Come and see us", self._page("portal_one"))
