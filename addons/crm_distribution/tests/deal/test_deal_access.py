from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .deal_common import DealCommon

METHODS = [
    "action_approve",
    "action_reject",
    "action_release",
    "action_extend",
    "action_create_customer",
    "action_create_opportunity",
    "action_won",
    "action_lost",
    "action_open_conflicts",
]


@tagged("post_install", "-at_install")
class TestDealAccess(DealCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deal = cls._protected(cls.y)
        cls._agreement(cls.x, cls.north)
        order = cls._order(cls._customer("Other"))
        order.action_ask_channel()
        cls.conflict = cls.conflicts.search([("order_id", "=", order.id)])
        cls.portal = new_test_user(cls.env, "deal_portal", "base.group_portal")
        cls.portal.partner_id.parent_id = cls.x

    def test_the_portal_reads_searches_sorts_and_groups_nothing(self):
        for user in (self.portal, self.seller):
            for records in (self.deal, self.conflict):
                model = records.with_user(user)
                for name, call in {
                    "read": lambda m: m.read(["display_name"]),
                    "search": lambda m: m.search([]),
                    "count": lambda m: m.search_count([("partner_id", "!=", False)]),
                    "group": lambda m: m._read_group([], ["partner_id"], ["__count"]),
                    "sort": lambda m: m.search([], order="partner_id"),
                    "names": lambda m: m.name_search("Kaveh"),
                    "write": lambda m: m.write({"user_id": False}),
                    "create": lambda m: m.create({}),
                    "unlink": lambda m: m.unlink(),
                    "export": lambda m: m.export_data(["partner_id"]),
                    "copy": lambda m: m.copy(),
                }.items():
                    with (
                        self.subTest(user=user.login, model=model._name, call=name),
                        # no right to export at all is a plainer refusal
                        self.assertRaises(
                            UserError if name == "export" else AccessError
                        ),
                    ):
                        call(model)

    def test_public_methods_ask_again(self):
        for user in (self.portal, self.seller):
            for name in METHODS:
                deal = self.deal.with_user(user)
                with self.subTest(user=user.login, call=name):
                    try:
                        answer = getattr(deal, name)()
                    except AccessError:
                        continue
                    # it only opens a form, whose button asks
                    wizard = self.env["distribution.decision"].with_user(user)
                    self.assertEqual(answer["res_model"], wizard._name)
                    with self.assertRaises(AccessError):
                        wizard.create({"decision": "reject", "reason": "x"})

    def test_a_channel_user_decides_on_deals_not_on_conflicts(self):
        with self.assertRaises(AccessError):
            self.conflict.with_user(self.user)._close("other", "x")
        self.deal.with_user(self.user)._release("The customer says so")
        self.assertEqual(self.deal.status, "released")

    def test_other_companies_are_not_there(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "deal_stranger",
            "crm_distribution.group_channel_manager",
            company_id=company.id,
            company_ids=[company.id],
        )
        for records in (self.deal, self.conflict):
            model = records.with_user(stranger)
            with self.subTest(model._name):
                self.assertFalse(model.search([("id", "=", records.id)]))
                with self.assertRaises(AccessError):
                    records.with_user(stranger).read(["display_name"])

    def test_decided_deals_are_kept(self):
        with self.assertRaisesRegex(Exception, "stays"):
            self.deal.with_user(self.manager).unlink()

    def test_the_company_stays(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        with self.assertRaises(AccessError):
            self.deal.with_user(self.manager).company_id = company
