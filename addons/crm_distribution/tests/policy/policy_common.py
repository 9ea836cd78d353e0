from contextlib import contextmanager
from datetime import date

from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon

from ...channel.policy import Question

DAY = date(2027, 3, 1)


class PolicyCommon(BaseCommon):
    """Goods and places in trees, three companies to agree with, and who may do it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.partner_id.tz = "UTC"
        Category = cls.env["product.category"]
        cls.drinks, cls.bread = Category.create([{"name": "Drinks"}, {"name": "Bread"}])
        cls.juice = Category.create({"name": "Juice", "parent_id": cls.drinks.id})
        Territory = cls.env["distribution.territory"]
        cls.country = Territory.create({"name": "Country"})
        cls.north, cls.south = Territory.create(
            [
                {"name": "North", "parent_id": cls.country.id},
                {"name": "South", "parent_id": cls.country.id},
            ]
        )
        cls.city = Territory.create({"name": "City", "parent_id": cls.north.id})
        cls.a, cls.b, cls.c = cls.env["res.partner"].create(
            [
                {"name": name, "is_company": True}
                for name in ("Aras Trade", "Borna Trade", "Ceram Trade")
            ]
        )
        cls.policies = cls.env["distribution.policy"]
        cls.agreements = cls.env["distribution.agreement"]
        cls.manager = new_test_user(
            cls.env, "channel_boss", "crm_distribution.group_channel_manager"
        )
        cls.user = new_test_user(
            cls.env, "channel_user", "crm_distribution.group_channel_user"
        )

    @classmethod
    def _policy(cls, name="P", **values):
        policy = cls.policies.create({"name": name, "date_from": DAY, **values})
        policy.action_activate()
        return policy

    @classmethod
    def _draft(cls, partner, category=None, territory=None, **values):
        return cls.agreements.create(
            {
                "partner_id": partner.id,
                "category_id": category and category.id,
                "territory_id": territory and territory.id,
                "date_from": DAY,
                **values,
            }
        )

    @classmethod
    def _agreement(cls, partner, category=None, territory=None, **values):
        agreement = cls._draft(partner, category, territory, **values)
        agreement.action_activate()
        return agreement

    @classmethod
    def _alone(cls, partner, category=None, territory=None, **values):
        return cls._agreement(partner, category, territory, exclusive=True, **values)

    def _commit(self):
        """What happens when a transaction ends."""
        self.env.cr.flush()

    def _question(self, category=None, territory=None, day=DAY):
        return Question(
            self.company.id,
            category.id if category else False,
            territory.id if territory else False,
            day,
        )

    def _decide(self, *args):
        (decision,) = self.policies._decide([self._question(*args)])
        return decision

    def _in_scope(self, *args):
        (ids,) = self.agreements._in_scope([self._question(*args)])
        return self.agreements.browse(ids).partner_id

    @contextmanager
    def assertRefused(self, *named):
        """The transaction cannot end so, and the text names these records or words."""
        with self.assertRaises(ValidationError) as refused:
            yield
        for one in named:
            words = one if isinstance(one, str) else one.display_name
            self.assertIn(words, refused.exception.args[0])

    def _messages(self, record):
        return record.message_ids.search(
            Domain("model", "=", record._name) & Domain("res_id", "in", record.ids)
        )
