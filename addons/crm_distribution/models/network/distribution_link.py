from collections.abc import Mapping
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.work import work_through

from ...channel.network import main_suppliers

# so many links are looked through when one of them changes
AT_ONCE = 2_000
BATCH = 1_000


class DistributionLink(models.Model):
    """Who supplies whom, with which goods and from when to when."""

    _name = "distribution.link"
    _description = "Supply Link"
    _inherit = ["suite.company.mixin", "suite.job.mixin"]
    _jobs = {"crm_distribution.cron_keep_main_suppliers"}
    _company_links = ("supplier_id", "buyer_id")
    _order = "supplier_id, buyer_id, date_from, id"

    supplier_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    buyer_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    category_id = fields.Many2one(
        "product.category", index=True, ondelete="restrict", help="Empty: all goods."
    )
    date_from = fields.Date("From", help="Empty: since ever.")
    date_to = fields.Date("To", help="The last day. Empty: for ever.")
    is_main = fields.Boolean(
        "Main Supplier",
        help="Stands above the buyer in the hierarchy of this time.",
    )
    company_id = fields.Many2one(
        "res.company",
        index=True,
        default=lambda self: self.env.company,
        help="Empty: for all companies.",
    )

    _dates_range = models.Constraint(
        "CHECK (date_from <= date_to)", "A link does not end before it begins."
    )

    @api.depends("supplier_id", "buyer_id", "category_id")
    def _compute_display_name(self):
        for link in self:
            names = f"{link.supplier_id.display_name} → {link.buyer_id.display_name}"
            goods = link.category_id.name
            link.display_name = f"{names} ({goods})" if goods else names

    @api.constrains("supplier_id", "buyer_id")
    def _check_partners(self):
        for partner in self.supplier_id | self.buyer_id:
            if partner != partner.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is a contact of %(company)s: choose the company.",
                        contact=partner.name,
                        company=partner.commercial_partner_id.name,
                    )
                )

    @api.constrains(
        "supplier_id", "buyer_id", "category_id", "date_from", "date_to", "company_id"
    )
    def _check_circle(self):
        """Nobody is supplied by whom he supplies, with the same goods on the same day.

        :raise ValidationError: names those in the circle
        """
        # the link that closes a circle may be written just now, and would not be seen
        if not self:
            return
        self.env["suite.turn"]._take(["distribution.link"])
        self.flush_model()
        rows = self.env.execute_query(self._circle_sql())
        if not rows:
            return
        # sudo: looked at below before it is told
        partners = self.env["res.partner"].sudo().browse(rows[0][0])
        names = [
            partner.name if partner.sudo(False).has_access("read") else "…"
            for partner in partners
        ]
        raise ValidationError(
            self.env._(
                "In a circle nobody is the first supplier: %(circle)s, with the same "
                "goods at the same time.",
                circle=" → ".join(names),
            )
        )

    def _circle_sql(self) -> SQL:
        """Circles that these links close, as ids of partners; at most one row.

        On its way from a link the time and the goods shrink to what all links share.
        Of two categories they share the one that is inside the other.
        """
        return SQL(
            """
            WITH RECURSIVE link AS (
                SELECT link.id, link.supplier_id, link.buyer_id, link.company_id,
                       coalesce(category.parent_path, '') AS goods,
                       coalesce(link.date_from, '-infinity'::date) AS first_day,
                       coalesce(link.date_to, 'infinity'::date) AS last_day
                  FROM distribution_link link
             LEFT JOIN product_category category ON category.id = link.category_id
            ), chain AS (
                SELECT id AS start_id, supplier_id AS head, buyer_id AS tail,
                       ARRAY[supplier_id, buyer_id] AS way,
                       company_id, goods, first_day, last_day
                  FROM link WHERE id = ANY(%(ids)s)
                 UNION
                SELECT chain.start_id, chain.head, link.buyer_id,
                       chain.way || link.buyer_id,
                       coalesce(chain.company_id, link.company_id),
                       CASE WHEN length(link.goods) > length(chain.goods)
                            THEN link.goods ELSE chain.goods END,
                       greatest(chain.first_day, link.first_day),
                       least(chain.last_day, link.last_day)
                  FROM chain
                  JOIN link ON link.supplier_id = chain.tail
                   AND link.first_day <= chain.last_day
                   AND link.last_day >= chain.first_day
                   AND (link.company_id = chain.company_id
                        OR link.company_id IS NULL OR chain.company_id IS NULL)
                   AND (starts_with(link.goods, chain.goods)
                        OR starts_with(chain.goods, link.goods))
                 WHERE chain.tail <> chain.head
                   AND NOT link.buyer_id = ANY(chain.way[2:])
            )
            SELECT way FROM chain WHERE tail = head LIMIT 1
            """,
            ids=self.ids,
        )

    @api.constrains("buyer_id", "is_main", "date_from", "date_to", "company_id")
    def _check_main(self):
        """One main supplier at a time."""
        self.env["suite.turn"]._take(["distribution.link"])
        for link in self.filtered("is_main"):
            overlapping = link._overlapping_domain() & Domain("is_main", "=", True)
            # sudo: other companies' links are looked at before they are told
            if other := self.sudo().search(overlapping, limit=1):
                raise ValidationError(
                    self.env._(
                        "%(buyer)s has %(supplier)s as its main supplier at that time.",
                        buyer=link.buyer_id.name,
                        supplier=other.supplier_id.name,
                    )
                )

    def _overlapping_domain(self, buyer=None) -> Domain:
        """Other links of the buyer in the same time, for its company or for all."""
        self.ensure_one()
        same_time = Domain.TRUE
        if self.date_to:
            same_time &= Domain("date_from", "=", False) | Domain(
                "date_from", "<=", self.date_to
            )
        if self.date_from:
            same_time &= Domain("date_to", "=", False) | Domain(
                "date_to", ">=", self.date_from
            )
        same_company = Domain.TRUE
        if self.company_id:
            same_company = Domain("company_id", "in", [self.company_id.id, False])
        return (
            Domain("id", "!=", self.id)
            & Domain("buyer_id", "=", (buyer or self.buyer_id).id)
            & same_time
            & same_company
        )

    @api.model_create_multi
    def create(self, vals_list):
        links = super().create(vals_list)
        links._keep_main_suppliers()
        return links

    def write(self, vals):
        res = super().write(vals)
        if not vals.keys().isdisjoint(self._tree_fields()):
            self._keep_main_suppliers()
        return res

    def unlink(self):
        res = super().unlink()
        self._keep_main_suppliers()
        return res

    @api.model
    def _merge_partners(self, src_partners, dst_partner) -> None:
        """Nobody supplies himself; of two main suppliers the kept contact's stays."""
        merged = (src_partners | dst_partner).ids
        inside = Domain("supplier_id", "in", merged) & Domain("buyer_id", "in", merged)
        self.search(inside).unlink()
        mains = Domain("is_main", "=", True)
        kept = self.search(mains & Domain("buyer_id", "=", dst_partner.id))
        for link in self.search(mains & Domain("buyer_id", "in", src_partners.ids)):
            if kept.filtered_domain(link._overlapping_domain(dst_partner)):
                link.is_main = False
            else:
                kept |= link

    @api.model
    def _check_merged(self, partner) -> None:
        """
        :raise ValidationError: merged, they would be supplied by whom they supply
        """
        self.invalidate_model()
        self.search(Domain("supplier_id", "=", partner.id))._check_circle()
        self._keep_main_suppliers()

    @api.model
    def _tree_fields(self) -> set[str]:
        return {
            "buyer_id",
            "category_id",
            "company_id",
            "date_from",
            "date_to",
            "is_main",
            "supplier_id",
        }

    @api.model
    def _cron_keep_main_suppliers(self):
        """Links begin and end by date, and many at once are left to this job."""
        for company in self._companies_with_links():
            wanted = self._main_suppliers(company)
            outcome = work_through(
                self._buyers(company),
                partial(self._otherwise_domain, company, wanted),
                lambda buyers, wanted=wanted: self._show_suppliers(buyers, wanted),
                BATCH,
            )
            if outcome.out_of_time:
                return

    @api.model
    def _keep_main_suppliers(self) -> None:
        """Let each contact show its main supplier of today, in every company.

        One link may change the tree anywhere: where there are many, the job does it.
        """
        # sudo: the tree is that of all links, whoever changed one of them
        if self.sudo().search_count([], limit=AT_ONCE + 1) > AT_ONCE:
            # sudo: whoever draws the network may not run jobs
            self.env.ref("crm_distribution.cron_keep_main_suppliers").sudo()._trigger()
            return
        for company in self._companies_with_links():
            wanted = self._main_suppliers(company)
            buyers = self._buyers(company).search(
                self._otherwise_domain(company, wanted)
            )
            self._show_suppliers(buyers, wanted)

    @api.model
    def _companies_with_links(self):
        # sudo: the tree is that of all links, whoever changed one of them
        return self.env["res.company"].sudo().search([])

    @api.model
    def _buyers(self, company):
        # sudo: the main supplier is written by the system alone
        partners = self.env["res.partner"].sudo().with_company(company)
        return partners.with_context(active_test=False)

    @api.model
    def _main_suppliers(self, company) -> dict[int, int]:
        """By today's links, each buyer's supplier in a tree of all."""
        self.flush_model()
        return main_suppliers(self.env.execute_query(self._links_today_sql(company)))

    @api.model
    def _otherwise_domain(self, company, wanted: Mapping[int, int]) -> Domain:
        """Contacts that show another main supplier than these."""
        self.env["res.partner"].flush_model(["distribution_supplier_id"])
        shown = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT id, (distribution_supplier_id ->> %(company)s)::int
                      FROM res_partner
                     WHERE distribution_supplier_id ->> %(company)s IS NOT NULL
                    """,
                    company=str(company.id),
                )
            )
        )
        return Domain(
            "id",
            "in",
            [
                buyer
                for buyer in wanted.keys() | shown.keys()
                if wanted.get(buyer) != shown.get(buyer)
            ],
        )

    @api.model
    def _show_suppliers(self, buyers, wanted: Mapping[int, int]) -> None:
        for supplier, its_buyers in buyers.grouped(
            lambda buyer: wanted.get(buyer.id, False)
        ).items():
            its_buyers.distribution_supplier_id = supplier

    @api.model
    def _links_today_sql(self, company) -> SQL:
        """Supplier and buyer of the links in force, a buyer's best one first.

        Main ones, then those for all goods, then the oldest; the last tie is broken by
        the suppliers' own keys, so that two databases with the same links show one
        tree.
        """
        return SQL(
            """
            SELECT link.supplier_id, link.buyer_id
              FROM distribution_link link
              JOIN res_partner supplier ON supplier.id = link.supplier_id
              JOIN res_partner buyer ON buyer.id = link.buyer_id
             WHERE (link.company_id IS NULL OR link.company_id = ANY(%(companies)s))
               AND %(today)s BETWEEN coalesce(link.date_from, %(today)s)
                                 AND coalesce(link.date_to, %(today)s)
             ORDER BY link.is_main DESC NULLS LAST, link.category_id IS NOT NULL,
                      link.date_from NULLS FIRST,
                      supplier.ref COLLATE "C", supplier.name COLLATE "C",
                      buyer.ref COLLATE "C", buyer.name COLLATE "C", link.id
            """,
            companies=company.parent_ids.ids,
            today=company._today(),
        )
