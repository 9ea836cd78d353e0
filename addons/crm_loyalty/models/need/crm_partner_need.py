from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

EVIDENCES = [("stated", "Stated"), ("bought", "Bought"), ("inferred", "Inferred")]


class CrmPartnerNeed(models.Model):
    """A customer's need, how strong it is, and how we know.

    What passes through the ORM was said by somebody, and is stated. Bought and inferred
    needs are written by ``crm.need.run`` alone, in statements that leave the stated
    ones alone. A stated strength of zero says that there is no such need.
    """

    _name = "crm.partner.need"
    _description = "Need of a Customer"
    _inherit = [
        "suite.customer.data.mixin",
        "suite.company.mixin",
        "suite.protected.mixin",
        "suite.number.mixin",
    ]
    # what people say of a need is the rest
    _protected_fields = {
        "evidence",
        "order_count",
        "bought_on",
        "revenue",
        "because_id",
    }
    _company_links = {"partner_id"}
    _number_limits = {"strength": (0, 1)}
    _order = "strength desc, id"
    _rec_name = "need_id"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, ondelete="cascade"
    )
    need_id = fields.Many2one(
        "crm.need", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    strength = fields.Float(
        required=True,
        default=1.0,
        aggregator="avg",
        help="From 0, no such need, to 1, certain.",
    )
    evidence = fields.Selection(
        EVIDENCES, required=True, readonly=True, default="stated"
    )
    note = fields.Char("Said", help="In the customer's words, and when or where.")
    date = fields.Date(
        "As of", default=fields.Date.context_today, help="Since when we know."
    )
    order_count = fields.Integer(
        "Orders",
        readonly=True,
        help="Orders for this need of which something was kept.",
    )
    bought_on = fields.Date("Last Bought", readonly=True)
    revenue = fields.Monetary(
        readonly=True, help="Untaxed, for this need, net of refunds."
    )
    because_id = fields.Many2one(
        "crm.need", readonly=True, help="The need that this one was inferred from."
    )
    reason = fields.Char(compute="_compute_reason")

    _partner_need_uniq = models.UniqueIndex(
        "(partner_id, need_id, company_id)", "A customer has each need once."
    )
    _strength_range = models.Constraint(
        "CHECK (strength BETWEEN 0 AND 1)", "The strength lies between 0 and 1."
    )

    @api.depends_context("lang")
    @api.depends("evidence", "note", "order_count", "bought_on", "because_id")
    def _compute_reason(self):
        for need in self:
            if need.evidence == "stated":
                need.reason = need.note or self.env._("The customer said so.")
            elif need.evidence == "bought":
                need.reason = self.env._(
                    "Bought in %(count)s orders, last on %(day)s.",
                    count=need.order_count,
                    day=format_date(self.env, need.bought_on, date_format="medium"),
                )
            else:
                need.reason = self.env._(
                    "%(share)s %% of customers who need %(other)s need it too.",
                    share=round(100 * need.strength),
                    other=need.because_id.name or "?",
                )

    @api.model_create_multi
    def create(self, vals_list):
        """State needs; one known from purchases becomes a stated one."""
        vals_list = [self._prepare_stated_values(values) for values in vals_list]
        derived = self._find_derived(vals_list)
        fresh = super().create(
            [values for values in vals_list if self._key(values) not in derived]
        )
        created = iter(fresh)
        result = self.browse()
        for values in vals_list:
            known = derived.get(self._key(values))
            if known:
                known.write(values)
            result += known or next(created)
        return result

    def write(self, vals):
        if "partner_id" in vals:
            vals = {**vals, "partner_id": self._customer_of(vals["partner_id"]).id}
        res = super().write({"date": fields.Date.context_today(self), **vals})
        # what was written was said by somebody
        stated = super(CrmPartnerNeed, self._as_system())
        stated.write({"evidence": "stated", "because_id": False})
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_derived(self):
        if any(need.evidence != "stated" for need in self):
            raise UserError(
                self.env._(
                    "This need follows from purchases and would come back. State it "
                    "with a strength of 0 if the customer does not have it."
                )
            )

    def _prepare_stated_values(self, values: dict) -> dict:
        company = values.get("company_id") or self.env.company.id
        customer = self._customer_of(values.get("partner_id"))
        values = {**values, "partner_id": customer.id, "company_id": company}
        if values.get("evidence") == "stated":
            # as it will be anyway
            del values["evidence"]
        return values

    def _customer_of(self, partner_id):
        """Whose need it is; nobody states anything of those whom he may not see."""
        partner = self.env["res.partner"].browse(partner_id or ())
        customer = partner.commercial_partner_id or partner
        (partner | customer).check_access("read")
        return customer

    @staticmethod
    def _key(values: dict) -> tuple:
        return values["partner_id"], values.get("need_id"), values["company_id"]

    def _find_derived(self, vals_list: list[dict]) -> dict:
        keys = {self._key(values) for values in vals_list}
        # sudo: one that the user may not see is refused, whether it is there or not
        found = self.sudo().search(
            [("partner_id", "in", [values["partner_id"] for values in vals_list])]
        )
        known = {
            (need.partner_id.id, need.need_id.id, need.company_id.id): need
            for need in found
        }
        asked = self.browse(known[key].id for key in keys & known.keys())
        asked.check_access("write")
        return {
            key: need.sudo(False)
            for key, need in known.items()
            if key in keys and need.evidence != "stated"
        }

    @api.model
    def _merge_customers(self, sources, target) -> None:
        """The needs of customers that are about to become one."""
        (sources | target).check_access("read")
        self._gather(
            SQL(
                "SELECT unnest(%s) AS source, %s AS target",
                [*sources.ids, target.id],
                target.commercial_partner_id.id,
            )
        )

    @api.model
    def _gather(self, moves: SQL) -> None:
        """Give needs to other customers; of two alike a stated, then newest one stays.

        :param moves: query of ``source`` and ``target`` partner ids
        """
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH move AS (%(moves)s)
                DELETE FROM crm_partner_need WHERE id IN (
                    SELECT id FROM (
                        SELECT need.id, row_number() OVER (
                                   PARTITION BY coalesce(move.target, need.partner_id),
                                                need.need_id, need.company_id
                                   ORDER BY need.evidence = 'stated' DESC,
                                            need.date DESC NULLS LAST, need.id DESC
                               ) AS rank
                          FROM crm_partner_need need
                     LEFT JOIN move ON move.source = need.partner_id
                         WHERE need.partner_id IN (SELECT source FROM move
                                                   UNION SELECT target FROM move)
                    ) ranked WHERE rank > 1)
                """,
                moves=moves,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_partner_need need SET partner_id = move.target
                  FROM (%s) move
                 WHERE move.source = need.partner_id AND move.source <> move.target
                """,
                moves,
            )
        )
        self.invalidate_model()
