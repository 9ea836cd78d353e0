from odoo import fields, models
from odoo.fields import Domain


class EcrmIdeaVote(models.Model):
    """One person's vote. It stays with the idea that it was given to.

    Where ideas are merged, they are counted together and each person once, so that an
    idea that is taken out again has the votes that it had.
    """

    _name = "ecrm.idea.vote"
    _description = "Vote for an Idea"
    _order = "id"

    idea_id = fields.Many2one(
        "ecrm.idea", required=True, readonly=True, index=True, ondelete="cascade"
    )
    root_id = fields.Many2one(
        related="idea_id.root_id", store=True, index=True, string="Counted For"
    )
    company_id = fields.Many2one(related="idea_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Voter",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    voter = fields.Integer(
        "Person",
        required=True,
        readonly=True,
        groups="base.group_system",
        help="Tells persons apart, also when the contact is gone",
    )

    _voter_uniq = models.UniqueIndex("(idea_id, voter)", "One vote for each person.")

    def _merge_partners(self, sources, target):
        """Whoever voted as several contacts has one vote for each idea."""
        everybody = Domain("voter", "in", (sources | target).ids)
        votes = self.search(everybody, order="id")
        ideas = votes.root_id
        for same in votes.grouped("idea_id").values():
            kept = same.filtered(lambda vote: vote.voter == target.id)[:1] or same[:1]
            (same - kept).unlink()
            if kept.voter != target.id:
                kept.write({"voter": target.id, "partner_id": target.id})
        self.flush_model()
        ideas._count_votes()
