from unittest.mock import patch

from odoo.tests import new_test_user, tagged

from .lead_common import LeadCommon


@tagged("post_install", "-at_install")
class TestOdooAssignment(LeadCommon):
    """Odoo's own job, which gives leads to teams and then to their members."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # leads without these goods are nobody's but Odoo's
        cls.policy.action_end()
        cls._make_policy(name="Pumps", category_id=cls.goods.id)
        cls.ava = cls._make_partner("Ava", cls.in_tehran, distribution_capacity=2)
        # Odoo draws the team of each lead by chance
        cls.env["crm.team"].search([]).assignment_optout = True
        cls.team = cls.env["crm.team"].create(
            {"name": "Team", "company_id": cls.company.id, "sequence": 0}
        )
        cls.member = new_test_user(cls.env, "member", "sales_team.group_sale_salesman")
        cls.env["crm.team.member"].create(
            {
                "user_id": cls.member.id,
                "crm_team_id": cls.team.id,
                "assignment_max": 300,
            }
        )

    def _lead(self, name, covered=True, **values):
        goods = self.goods.id if covered else False
        return self._make_lead(
            name, team_id=False, distribution_category_id=goods, **values
        )

    def _run_odoos_job(self):
        with self.enter_registry_test_mode():
            self.env["crm.team"]._cron_assign_leads(force_quota=True)
        self.env.invalidate_all()

    def test_the_whole_job_takes_what_is_free_and_nothing_else(self):
        accepted, offered, waiting = (
            self._lead(name) for name in ("Accepted", "Offered", "Waiting")
        )
        accepted.distribution_route_id._accept(self.ava)
        deal = self._lead("Registered deal", covered=False)
        deal._give_to(self.ava)
        nobodys = self._lead("Nobody's", state=self.gilan)
        free = self._lead("Free", covered=False) | self._lead("Free too", covered=False)
        ours = accepted | offered | waiting | deal
        states = ["accepted", "offered", "waiting", "accepted"]
        self.assertEqual(ours.mapped("distribution_state"), states)
        before = [
            (route, route.state, route.partner_id, route.is_current, route.deadline)
            for route in ours.route_ids
        ]

        self._run_odoos_job()

        self.assertFalse(ours.user_id)
        self.assertEqual(ours.mapped("distribution_state"), states)
        self.assertEqual((accepted | deal).partner_assigned_id, self.ava)
        self.assertEqual(
            [
                (route, route.state, route.partner_id, route.is_current, route.deadline)
                for route in ours.route_ids
            ],
            before,
        )
        # each of the free ones has gone through both phases
        self.assertEqual(ours.team_id | free.team_id, self.team)
        self.assertEqual([lead.user_id for lead in free], [self.member] * 2)
        self.assertEqual([*free.mapped("type")], ["opportunity"] * 2)
        # and the offer is answered as if nothing had happened
        offered.distribution_route_id._accept(self.ava)
        self.assertEqual(offered.partner_assigned_id, self.ava)
        self.assertFalse(offered.user_id)
        self.assertEqual(nobodys.distribution_state, "gap")

    def test_what_nobody_could_take_goes_to_a_salesperson(self):
        """C025: it goes to the salesperson, and the gap stays recorded."""
        lead = self._lead("Nobody's", state=self.gilan)
        self.assertEqual(lead.distribution_state, "gap")
        lead.team_id = self.team
        self._run_odoos_job()
        self.assertEqual(lead.user_id, self.member)
        self.assertEqual(lead.distribution_state, "gap")
        self.assertEqual(lead.distribution_route_id.gap_id.lead_count, 1)

    def test_duplicates_of_what_is_with_the_channel_stay_apart(self):
        mail = "buyer@example.com"
        offered = self._lead("Offered", email_from=mail)
        self.assertTrue(offered.team_id)
        same = self._lead("Same customer", covered=False, email_from=mail)
        self._run_odoos_job()
        self.assertFalse(offered.user_id)
        self.assertEqual((offered | same).exists(), offered | same)
        self.assertEqual(same.user_id, self.member)
        # by hand they are still seen as duplicates
        self.assertIn(offered, same._get_lead_duplicates(email=mail))

    def test_free_duplicates_are_merged_as_ever(self):
        mail = "buyer@example.com"
        one, other = (
            self._lead(name, covered=False, email_from=mail)
            for name in ("One", "Same customer")
        )
        self._run_odoos_job()
        self.assertEqual(len((one | other).exists()), 1)

    def test_an_offer_made_while_the_job_runs_stays(self):
        """Odoo looks for duplicates first, and merges them after it has committed."""
        mail = "buyer@example.com"
        one, other = (
            self._lead(name, covered=False, email_from=mail)
            for name in ("One", "Same customer")
        )
        other.distribution_category_id = self.goods
        other._route()
        offer = other.distribution_route_id
        self.assertEqual(offer.state, "offered")
        self.team._allocate_leads_deduplicate(one, duplicates_cache={one: one | other})
        merged = offer.lead_id
        self.assertEqual(merged, (one | other) & merged)
        self.assertEqual((offer.state, offer.is_current), ("offered", True))
        self.assertEqual(merged.distribution_state, "offered")
        with self.enter_registry_test_mode():
            self.team._assign_and_convert_leads(force_quota=True)
        self.assertFalse(merged.user_id)
        offer._accept(self.ava)
        self.assertEqual(merged.partner_assigned_id, self.ava)

    def test_an_offer_made_after_the_list_was_read_gets_no_salesperson(self):
        """The second phase reads all ids first, and comes to each lead later."""
        free = self._lead("Free", covered=False)
        late = self._lead("Offered meanwhile", covered=False)
        (free | late).team_id = self.team
        domain = type(self.team)._get_lead_to_assign_domain

        def domain_and_offer(team):
            # as if the list had been read before the offer
            found = domain(team)
            ids = self.env["crm.lead"].search(found).ids
            self.assertLessEqual({*(free | late).ids}, {*ids})
            late.distribution_category_id = self.goods
            late._route()
            self.assertEqual(late.distribution_state, "offered")
            return [("id", "in", ids)]

        with patch.object(
            type(self.team), "_get_lead_to_assign_domain", domain_and_offer
        ):
            self.team._assign_and_convert_leads(force_quota=True)
        self.assertFalse(late.user_id)
        self.assertEqual(late.type, "lead")
        self.assertEqual(free.user_id, self.member)
        late.distribution_route_id._accept(self.ava)
        self.assertEqual(late.partner_assigned_id, self.ava)
        self.assertFalse(late.user_id)

    def test_a_salesperson_is_given_by_hand_as_ever(self):
        """Nobody but Odoo's job is kept from it, and no call can pretend to be it."""
        late = self._lead("Offered")
        late.with_context(distribution_assigning=True).convert_opportunity(
            False, user_ids=self.member.ids
        )
        self.assertEqual(late.user_id, self.member)
