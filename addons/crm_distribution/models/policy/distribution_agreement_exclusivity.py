from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.crm_suite.tools.dates import written_day

from ...channel.policy import Claim, Excess, Rulebook, find_excess
from .distribution_agreement import HELD
from .policy_words import promise_in_words

SCOPE = (
    "partner_id",
    "company_id",
    "category_id",
    "territory_id",
    "date_from",
    "date_to",
    "exclusive",
    "state",
)
WAITING = "crm_distribution.exclusivity"


class DistributionAgreement(models.Model):
    """Never more partners hold a scope alone than the deciding policy has room for.

    Looked at when all of a transaction is written, so that two adjoining agreements can
    be moved together; and in turns, so that two transactions see each other.
    """

    _inherit = "distribution.agreement"

    overlap_warning = fields.Char(compute="_compute_overlap_warning")

    @api.depends(*SCOPE)
    def _compute_overlap_warning(self):
        """What would be refused, and where alone and beside others meet."""
        for agreement in self:
            known = agreement._is_told() and agreement.date_from
            open_ = agreement.state != "ended"
            agreement.overlap_warning = (
                agreement._overlap_in_words() if known and open_ else False
            )

    def _overlap_in_words(self) -> str:
        company, ours = self.company_id, self._claim()
        # sudo: others' promises count as well
        held = self.sudo()._held(company)
        if self.exclusive:
            book = self.env["distribution.policy"]._rulebook([company.id])
            others = held._claims().values()
            if excess := find_excess(ours, others, book, company.id):
                return self._excess_in_words(excess)
        met = held.filtered(
            lambda one: (
                one.exclusive != self.exclusive
                and one.partner_id.id != ours.holder
                and one._claim().meets(ours)
            )
        )
        if not met:
            return ""
        return self.env._(
            "Meets %s: one of both is exclusive, the other is not.",
            ", ".join(f"“{other.display_name}”" for other in met),
        )

    @api.model_create_multi
    def create(self, vals_list):
        agreements = super().create(vals_list)
        agreements._guard_exclusivity()
        return agreements

    def write(self, vals):
        if vals.keys().isdisjoint(SCOPE):
            return super().write(vals)
        before = self._claims()
        res = super().write(vals)
        # what only gives up a part of its scope takes nothing from anybody
        grown = [
            id_
            for id_, claim in self._claims().items()
            if id_ not in before or not claim.within(before[id_])
        ]
        self.browse(grown)._guard_exclusivity()
        return res

    @api.model
    def _scope_fields(self) -> set[str]:
        """What a promise is made of: a change of any may let it meet another."""
        return set(SCOPE)

    @api.model
    def _of_tree(self, field_name: str, records: models.BaseModel):
        """Agreements whose scope is one of these or below."""
        roots = tuple(records.mapped("parent_path"))
        # sudo: to keep promises, not to show them
        held = self.sudo().search(
            [("state", "in", HELD), ("exclusive", "=", True), (field_name, "!=", False)]
        )
        return held.filtered(lambda one: one[field_name].parent_path.startswith(roots))

    def _claims(self) -> dict[int, Claim]:
        """What these hold exclusively, by id."""
        # sudo: others' promises count as well
        held = self.sudo().filtered(lambda one: one.exclusive and one.state in HELD)
        return {agreement.id: agreement._claim() for agreement in held}

    def _guard_exclusivity(self) -> None:
        """Have these looked at when the transaction has written everything."""
        held = self._claims()
        if not held:
            return
        precommit = self.env.cr.precommit
        if WAITING not in precommit.data:
            precommit.data[WAITING] = set()
            precommit.add(self.browse()._check_waiting)
        precommit.data[WAITING].update(held)

    def _check_waiting(self) -> None:
        waiting = self.env.cr.precommit.data.pop(WAITING, set())
        self.browse(sorted(waiting)).exists()._check_exclusivity()

    def _check_exclusivity(self) -> None:
        """Never more partners than the deciding policy has room for.

        One turn a company: an agreement on all goods meets those of every category,
        also of one that somebody makes at the same moment.
        """
        claims = self._claims()
        # sudo: others' promises count as well
        agreements = self.sudo().browse(claims)
        companies = agreements.company_id
        self.env["suite.turn"]._take(
            f"distribution agreement {company.id}" for company in companies
        )
        book = self.env["distribution.policy"]._rulebook(companies.ids)
        for company, ours in agreements.grouped("company_id").items():
            # sudo: as above
            others = self.sudo()._held(company)._claims().values()
            for agreement in ours:
                agreement._check_policy(book)
                excess = find_excess(claims[agreement.id], others, book, company.id)
                if excess:
                    raise ValidationError(agreement._excess_in_words(excess))

    def _check_policy(self, book: Rulebook) -> None:
        claim = self._claim()
        day = self._question().day
        ranked = book.ranked(self.company_id.id, claim.category, claim.territory, day)
        if ranked and ranked[0].kind != "exclusive":
            raise ValidationError(
                self.env._(
                    "%(agreement)s cannot be exclusive: there the distribution is "
                    "%(promise)s.",
                    agreement=self.display_name,
                    promise=promise_in_words(self.env, ranked[0]),
                )
            )

    def _excess_in_words(self, excess: Excess) -> str:
        # sudo: who stands in the way is told
        others = self.sudo().browse(claim.id for claim in excess.others)
        return self.env._(
            "“%(agreement)s” cannot be exclusive: on %(day)s there is room for "
            "%(room)s, and it is held by %(others)s.",
            agreement=self.display_name,
            day=written_day(self.env, excess.day),
            room=excess.room,
            others=", ".join(f"“{other.display_name}”" for other in others),
        )
