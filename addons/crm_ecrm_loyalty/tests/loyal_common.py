from lxml import html

from odoo.fields import Command
from odoo.http import Request
from odoo.tests import HttpCase, new_test_user

from odoo.addons.crm_loyalty.tests.need.need_common import NeedCommon
from odoo.addons.crm_loyalty.tests.program.program_common import ProgramCommon

PAGE = "/my/voice/figures"


class LoyalCommon(NeedCommon, ProgramCommon, HttpCase):
    """Emma and Noah act for one customer, Nasrin for another. Whoever buys beans often
    needs cups too, and the harbour buys beans.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.env["res.partner"]
        cls.harbour, cls.sepehr = partners.create(
            [
                {"name": "Harbour Hotels", "is_company": True},
                {"name": "Sepehr Stores", "is_company": True},
            ]
        )
        cls.emma, cls.noah, cls.nasrin = (
            cls._person(name, company)
            for name, company in (
                ("emma", cls.harbour),
                ("noah", cls.harbour),
                ("nasrin", cls.sepehr),
            )
        )
        needs = cls.coffee | cls.drinking
        needs.portal_published = True
        cls.drinking.portal_text = "Cups that last"
        cls.milk = cls.env["crm.need"].create({"name": "Milk"})
        crowd = cls._customers(24)
        cls.env["crm.partner.need"].create(
            [
                {"partner_id": customer.id, "need_id": need.id, "strength": 0.9}
                for number, customer in enumerate(crowd)
                for need in (needs if number % 2 else cls.milk)
            ]
        )
        for company in (cls.harbour, cls.sepehr):
            cls._buy(company, cls.beans, 30)
            cls._buy(company, cls.beans, 60)
        cls.runs_of_needs._refresh_now(cls.company)
        cls.env.invalidate_all()

    # two parents have one of their own
    @classmethod
    def _buy(cls, partner, product, day=30, quantity=1):
        return cls._order(
            partner, day, [{"product_id": product.id, "product_uom_qty": quantity}]
        )

    @classmethod
    def _person(cls, name, company):
        user = new_test_user(cls.env, name, "base.group_portal", password=name * 2)
        user.partner_id.write(
            {
                "name": name.title(),
                "parent_id": company.id,
                "email": f"{name}@customers.example",
            }
        )
        return user

    def _tell(self, *companies):
        """A campaign with a message in the portal; a company has a login of its own."""
        for company in companies:
            new_test_user(
                self.env,
                f"office{company.id}",
                "base.group_portal",
                partner_id=company.id,
            )
            company.category_id = [Command.link(self.tag.id)]
        return self._running(
            medium="portal", message="<p>Come and see us</p>", subject="A day for you"
        )

    def _page(self, user, query=""):
        self.env.flush_all()
        self.authenticate(user.login, user.login * 2)
        answer = self.url_open(PAGE + query)
        self.assertEqual(answer.status_code, 200)
        (shown,) = html.fromstring(answer.content).xpath("//*[@id='wrap']")
        return html.tostring(shown, encoding="unicode")

    def _decline(self, user, need, follow=True, **values):
        self.env.flush_all()
        self.authenticate(user.login, user.login * 2)
        values = {"csrf_token": Request.csrf_token(self), **values}
        number = need if isinstance(need, int) else need.id
        answer = self.url_open(
            f"{PAGE}/need/{number}/decline", data=values, allow_redirects=follow
        )
        self.env.invalidate_all()
        return answer
