from odoo.tests import HttpCase, tagged

from ..voice_common import VoiceCommon


@tagged("post_install", "-at_install")
class TestIdeaTours(VoiceCommon, HttpCase):
    """A customer votes, a leader answers, in a browser."""

    def test_a_customer_finds_the_idea_while_typing_and_votes(self):
        idea = self._idea("Choose the hour of a delivery")
        self.emma.password = "emma"
        self.start_tour("/my", "crm_ecrm_customer_votes", login="emma")
        self.assertEqual(idea.vote_ids.partner_id, self.emma.partner_id)
        self.assertEqual(idea.comment_ids.text, "Two hours are fine")

    def test_a_leader_answers_and_the_voter_reads_it(self):
        # nothing of a demo stands in the way
        self.ideas.search([]).unlink()
        idea = self._idea("Choose the hour of a delivery", self.emma.partner_id)
        self.start_tour(
            "/odoo/customer-ideas", "crm_ecrm_leader_answers", login="voice_leader"
        )
        self.assertEqual(idea.status, "shipped")
        self.assertEqual(idea.news_ids.partner_id, self.emma.partner_id)
