from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.jobs import begin, idle_jobs

from .distribution_route import STANDING
from .route_words import LEAD_STATES

# what intermediaries have, or may get when there is room
HELD = ("offered", "accepted", "waiting")
# where a lead lies
PLACE = {"country_id", "state_id", "zip", "distribution_category_id", "partner_id"}
CLOSING = {"active", "stage_id", "probability"}
INTERNAL = "base.group_user"
# no call from outside can carry it
ASSIGNING = object()


class CrmLead(models.Model):
    """A lead that an active policy covers is offered to an intermediary."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "suite.protected.mixin"]
    _protected_fields = {
        "distribution_state",
        "partner_assigned_id",
        "partner_declined_ids",
        "date_partner_assign",
        "distribution_gap_id",
    }

    # these three as Odoo's Resellers define them, which may be installed as well
    partner_assigned_id = fields.Many2one(
        "res.partner",
        "Assigned Partner",
        tracking=True,
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
        index="btree_not_null",
    )
    partner_declined_ids = fields.Many2many(
        "res.partner",
        "crm_lead_declined_partner",
        "lead_id",
        "partner_id",
        string="Partner not interested",
    )
    date_partner_assign = fields.Date(
        "Partner Assignment Date",
        compute="_compute_date_partner_assign",
        copy=True,
        readonly=False,
        store=True,
        help="Last date this case was forwarded/assigned to a partner",
    )
    # Odoo's Resellers lets intermediaries read their leads
    distribution_category_id = fields.Many2one(
        "product.category",
        "Goods",
        index="btree_not_null",
        ondelete="restrict",
        groups=INTERNAL,
        help="The product category by which policies and agreements are found.",
    )
    distribution_territory_id = fields.Many2one(
        "distribution.territory",
        "Territory",
        compute="_compute_distribution_territory_id",
        search="_search_distribution_territory_id",
        groups=INTERNAL,
        help="The deepest territory that holds the address.",
    )
    distribution_state = fields.Selection(
        LEAD_STATES,
        "Channel",
        default="none",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        groups=INTERNAL,
    )
    route_ids = fields.One2many(
        "distribution.route", "lead_id", "Offers", groups=INTERNAL
    )
    distribution_route_id = fields.Many2one(
        "distribution.route",
        "Current Offer",
        compute="_compute_distribution_route_id",
        groups=INTERNAL,
    )
    distribution_reason = fields.Char(
        "Routing", compute="_compute_distribution_route_id", groups=INTERNAL
    )
    distribution_deadline = fields.Datetime(
        "Answer By", compute="_compute_distribution_route_id", groups=INTERNAL
    )
    distribution_gap_id = fields.Many2one(
        "distribution.gap",
        "Recruits For",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups=INTERNAL,
        help="It looks for an intermediary, and goes to none itself.",
    )

    @api.depends("partner_assigned_id")
    def _compute_date_partner_assign(self):
        for lead in self:
            if not lead.partner_assigned_id:
                lead.date_partner_assign = False
            else:
                lead.date_partner_assign = fields.Date.context_today(lead)

    @api.depends("country_id", "state_id", "zip", "company_id")
    @api.depends_context("company")
    def _compute_distribution_territory_id(self):
        Territory = self.env["distribution.territory"]
        for company, leads in self.grouped(
            lambda lead: lead.company_id or self.env.company
        ).items():
            found = Territory._of_places(
                [(lead.country_id.id, lead.state_id.id, lead.zip) for lead in leads],
                company,
            )
            for lead, territory in zip(leads, found, strict=True):
                lead.distribution_territory_id = territory

    def _search_distribution_territory_id(self, operator, value):
        return self.env["distribution.territory"]._search_placed(self, operator, value)

    @api.depends_context("lang")
    @api.depends("route_ids.is_current", "route_ids.state")
    def _compute_distribution_route_id(self):
        Route = self.env["distribution.route"]
        found = Route.search([("lead_id", "in", self.ids), ("is_current", "=", True)])
        current = {route.lead_id: route for route in found}
        for lead in self:
            route = current.get(lead._origin, Route)
            lead.distribution_route_id = route
            lead.distribution_reason = route.reason
            lead.distribution_deadline = route.deadline

    def _is_protected(self) -> bool:
        """Where our engine has offered it, or would offer it again.

        Without a policy that covers it, it is Odoo's as before.
        """
        if self.distribution_state != "none":
            return True
        return bool(self.route_ids) and bool(self._covered_by_policy())

    def _refuse_recruiting(self, is_sent: bool) -> None:
        """A lead that recruits goes to nobody: only a gap's own button makes it one,
        or whoever is to hand a lead over would keep it by this.
        """
        if is_sent and not self._is_by_system():
            raise self._protected_error(["distribution_gap_id"])

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_recruiting(any(v.get("distribution_gap_id") for v in vals_list))
        leads = super().create(vals_list)
        # sudo: whether there are policies is no secret
        policies = self.env["distribution.policy"].sudo()
        if policies.search_count([("state", "=", "active")], limit=1):
            leads._route()
        if any(vals.get("partner_assigned_id") for vals in vals_list):
            leads._begin_asking()
        return leads

    def write(self, vals):
        self._refuse_recruiting("distribution_gap_id" in vals)
        before = self._places() if PLACE & vals.keys() else {}
        res = super().write(vals)
        if before:
            self._follow_moves(before)
        if CLOSING & vals.keys():
            self._follow_closing()
        if vals.get("partner_assigned_id"):
            self._begin_asking()
        return res

    def _begin_asking(self) -> None:
        """The first lead that an intermediary has is what quotations may contradict."""
        jobs = idle_jobs(self.env, {"crm_distribution.cron_ask_quotations"})
        if jobs:
            # sudo: of any company
            leads = self.sudo().with_context(active_test=False)
            others = [("partner_assigned_id", "!=", False), ("id", "not in", self.ids)]
            if not leads.search_count(others, limit=1):
                begin(jobs)

    def action_write_to_intermediary(self):
        """One of us writes to whoever has the lead."""
        self.ensure_one()
        self.check_access("read")
        if not self.distribution_route_id:
            raise UserError(self.env._("No intermediary has this lead."))
        return self.distribution_route_id._open_writing()

    def action_route(self):
        """Look for an intermediary now, however old the lead is."""
        may = self.env.user.has_group("crm_distribution.group_channel_own")
        if not (may or self.env.su):
            raise AccessError(self.env._("Routing leads is for users of the channel."))
        self.check_access("write")
        before = {lead: lead.distribution_state for lead in self}
        self._route()
        moved = [
            lead for lead, state in before.items() if lead.distribution_state != state
        ]
        if moved:
            return False
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": self._why_not_routed(),
            },
        }

    def _why_not_routed(self) -> str:
        if len(self) == 1 and self.distribution_reason:
            return self.distribution_reason
        return self.env._(
            "No lead has gone anywhere else: no active policy covers them, or they are "
            "with somebody already."
        )

    def _route(self) -> None:
        """Offer each of these to an intermediary, where an active policy covers it."""
        # sudo: whoever brings a lead, a visitor too; where it goes is not his to read
        leads = self.sudo()
        if leads:
            leads.env["distribution.routing"]._route(leads)

    def _covered_by_policy(self):
        """Those that are with the channel, or would be by a policy in force."""
        # sudo: by what leads are routed, whoever asks
        leads = self.sudo()
        ours = leads.filtered(lambda lead: lead.distribution_state != "none")
        found = leads.env["distribution.routing"]._covered(leads - ours)
        return self.browse([*ours.ids, *found])

    @api.model
    def _routable_domain(self) -> Domain:
        """Leads for which somebody may be looked for."""
        return (
            Domain("active", "=", True)
            & Domain("won_status", "=", "pending")
            & Domain("distribution_state", "not in", ("offered", "accepted"))
            & Domain("partner_assigned_id", "=", False)
            & Domain("distribution_gap_id", "=", False)
        )

    @api.model
    def _route_place_sql(self) -> tuple[SQL, SQL]:
        """Latitude and longitude; nothing is looked up anywhere for it."""
        return SQL("customer.partner_latitude"), SQL("customer.partner_longitude")

    def _places(self) -> dict:
        """Goods and territories of leads that are with intermediaries, or wait."""
        # sudo: to see what moved, not to show
        routed = self.sudo().filtered(lambda lead: lead.distribution_state != "none")
        return {
            lead: (lead.distribution_category_id, lead.distribution_territory_id)
            for lead in routed
        }

    def _follow_moves(self, before: dict) -> None:
        """Elsewhere, or for other goods, somebody else may be the one."""
        # sudo: what follows from a move is not for the mover to decide
        now = self.sudo()._places()
        moved = self.browse(
            lead.id for lead, place in now.items() if place != before.get(lead, place)
        ).sudo()
        for lead in moved.filtered(lambda lead: lead.distribution_state == "accepted"):
            lead._moved_after_acceptance(before[lead], now[lead])
        others = moved.filtered(lambda lead: lead.distribution_state != "accepted")
        others.distribution_route_id._withdraw("moved")
        others._route()

    def _moved_after_acceptance(self, before: tuple, now: tuple) -> None:
        """Hook: the intermediary keeps it, though it lies elsewhere now."""
        self.ensure_one()
        self.distribution_route_id._note(
            self.env._(
                "%(partner)s keeps this lead. It was accepted for %(before)s and is "
                "for %(now)s now.",
                partner=self.partner_assigned_id.display_name,
                before=self._place_in_words(*before),
                now=self._place_in_words(*now),
            )
        )

    def _place_in_words(self, category, territory) -> str:
        goods = category.display_name or self.env._("all goods")
        return f"{goods}, {territory.display_name or self.env._('no territory')}"

    def _follow_closing(self) -> None:
        """What is won or lost is offered no more, and makes room for others."""
        # sudo: what follows from closing a lead is not for the closer to decide
        held = self.sudo().filtered(lambda lead: lead.distribution_state in HELD)
        closed = held.filtered(
            lambda lead: not lead.active or lead.won_status != "pending"
        )
        if not closed:
            return
        routes = closed.distribution_route_id
        routes.filtered(lambda route: route.state != "accepted")._withdraw("closed")
        if routes.filtered(lambda route: route.state == "accepted"):
            routes._call_job("crm_distribution.cron_retry_leads")

    def _get_lead_duplicates(self, partner=None, email=None, include_lost=False):
        """While Odoo assigns leads, it merges duplicates: not with what others have."""
        found = super()._get_lead_duplicates(partner, email, include_lost)
        if self._is_being_assigned() and len(found) > 1:
            return found.filtered(lambda lead: lead.distribution_state not in HELD)
        return found

    def convert_opportunity(self, partner, user_ids=False, team_id=False):
        """While Odoo assigns leads: not what was offered since it read its list."""
        leads = self
        if self._is_being_assigned():
            # as it stands now, whatever was read before
            leads = self.with_context(active_test=False).search(
                Domain("id", "in", self.ids)
                & Domain("distribution_state", "not in", HELD)
            )
            leads = leads.with_env(self.env)
        return super(CrmLead, leads).convert_opportunity(partner, user_ids, team_id)

    def _is_being_assigned(self) -> bool:
        """Whether Odoo's own job goes through leads."""
        return self.env.context.get("distribution_assigning") is ASSIGNING

    def _merge_dependences(self, opportunities):
        res = super()._merge_dependences(opportunities)
        self._merge_routes(opportunities)
        return res

    def _merge_routes(self, others) -> None:
        """Answers of all count for the one that stays; one intermediary has it.

        Who has accepted goes before who brought it without an offer, and he before who
        was offered it; of two, the earlier one.
        """
        # sudo: what others were told stands, whoever merges
        head, tail = self.sudo(), others.sudo()
        leads = head | tail
        declined = leads.partner_declined_ids
        brought = leads.filtered(
            lambda lead: (
                lead.distribution_state == "accepted" and not lead.distribution_route_id
            )
        )[:1].partner_assigned_id
        current = leads.distribution_route_id.filtered(
            lambda route: route.state in ("offered", "accepted", *STANDING)
        )
        ranks = ("accepted", "offered", *STANDING)
        first, *rest = current.sorted(
            lambda route: (
                ranks.index(route.state),
                route.answered_on or datetime.min,
                route.id,
            )
        ) or [current]
        if brought and first.state != "accepted":
            first, rest = current.browse(), current
        for route in rest:
            if route.state == "accepted" and route.partner_id != first.partner_id:
                head._two_holders(first, route)
            route._withdraw("merged")
        past = leads.route_ids - first
        past.write({"is_current": False})
        # or they would be one lead's with the one that stays, for a moment
        past.flush_recordset(["is_current"])
        tail.write({"distribution_state": "none", "partner_assigned_id": False})
        leads.route_ids.write({"lead_id": head.id})
        head.invalidate_recordset(["route_ids", "distribution_route_id"])
        values = {"partner_declined_ids": [fields.Command.set(declined.ids)]}
        if first:
            values["distribution_state"] = first.state
        elif brought:
            values["distribution_state"] = "accepted"
        if values.get("distribution_state") == "accepted":
            values["partner_assigned_id"] = (first.partner_id or brought).id
        head.write(values)

    def _two_holders(self, first, second) -> None:
        """Hook: two intermediaries have accepted what turns out to be one lead."""
        self.ensure_one()
        first._note(
            self.env._(
                "Both %(first)s and %(second)s had accepted what was merged here. "
                "%(first)s, who was earlier, keeps it.",
                first=first.partner_id.display_name,
                second=second.partner_id.display_name,
            )
        )
