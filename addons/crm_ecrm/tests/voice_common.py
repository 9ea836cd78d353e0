from odoo.http import Request
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon


class VoiceCommon(BaseCommon):
    """Two customers with people who have logins, and our own people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.partner_id.tz = "UTC"
        partners = cls.env["res.partner"]
        cls.harbour, cls.sepehr = partners.create(
            [
                {"name": "Harbour Hotels", "is_company": True},
                {"name": "Sepehr Stores", "is_company": True},
            ]
        )
        cls.emma = cls._person("emma", cls.harbour)
        cls.noah = cls._person("noah", cls.harbour)
        cls.nasrin = cls._person("nasrin", cls.sepehr)
        cls.agent = new_test_user(cls.env, "voice_agent", "crm_ecrm.group_voice_agent")
        cls.leader = new_test_user(
            cls.env, "voice_leader", "crm_ecrm.group_voice_leader"
        )
        cls.manager = new_test_user(
            cls.env, "voice_manager", "crm_ecrm.group_voice_manager"
        )
        cls.employee = new_test_user(cls.env, "voice_nobody", "base.group_user")
        cls.ideas = cls.env["ecrm.idea"]
        cls.consents = cls.env["ecrm.consent"]

    @classmethod
    def _person(cls, name, company):
        """A customer's person with a login; the password is the login twice."""
        user = new_test_user(
            cls.env, name, "base.group_portal", password=name * 2, tz="UTC"
        )
        user.partner_id.write(
            {
                "name": name.title(),
                "parent_id": company.id,
                "email": f"{name}@customers.example",
                "phone": "+44 20 7946 0000",
            }
        )
        return user

    @classmethod
    def _voters(cls, count):
        return cls.env["res.partner"].create(
            [
                {"name": f"Voter {n}", "email": f"voter{n}@customers.example"}
                for n in range(1, count + 1)
            ]
        )

    @classmethod
    def _idea(cls, name="Choose the hour of a delivery", voters=(), **values):
        idea = cls.ideas.create({"name": name, **values})
        idea.action_publish()
        for voter in voters:
            idea.sudo()._vote(voter, True)
        return idea

    def _login(self, user):
        self.authenticate(user.login, user.login * 2)

    def _post(self, url, follow=True, **values):
        token = Request.csrf_token(self)
        answer = self.url_open(
            url, data={"csrf_token": token, **values}, allow_redirects=follow
        )
        self.env.invalidate_all()
        return answer
