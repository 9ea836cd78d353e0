from odoo.http import request, route

from odoo.addons.crm_suite.tools.pages import leave_no_trace, whole_or_nothing
from odoo.addons.crm_suite.tools.uploads import texts_only
from odoo.addons.portal.controllers.portal import CustomerPortal

from .acting import acting_intermediary
from .missing import missing_page


class TargetPortal(CustomerPortal):
    """An intermediary sees its targets, and agrees on its joint plans."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if not counters:
            partner = acting_intermediary(required=False)
            plans = request.env["distribution.joint.plan"]
            values["channel_targets"] = bool(partner)
            values["channel_plans_waiting"] = (
                plans._portal_waiting(partner) if partner else 0
            )
        return values

    @route("/my/channel/targets", type="http", auth="user", website=True, readonly=True)
    def portal_my_targets(self, **kw):
        return self._targets_page()

    @route(
        "/my/channel/plan/<int:number>/answer",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @texts_only
    def portal_plan_answer(self, number, proposal="", answer="", text="", **kw):
        plans = request.env["distribution.joint.plan"]
        plan = plans._portal_one(acting_intermediary(), number)
        if not plan:
            return missing_page("crm_distribution.portal_no_plan")
        contact = request.env.user.partner_id
        if error := self._answer_plan(plan, contact, proposal, answer, text):
            return self._targets_page(error, text)
        return request.redirect("/my/channel/targets")

    @route(
        "/channel/plan/<string:link>",
        type="http",
        auth="public",
        website=True,
        readonly=True,
        sitemap=False,
    )
    def channel_plan(self, link, **kw):
        """The page that the mail leads to: it shows, and decides nothing."""
        plan, _contact = request.env["distribution.joint.plan"]._by_link(link)
        if not plan:
            return leave_no_trace(missing_page("crm_distribution.channel_no_plan"))
        return self._linked_plan_page(plan, link)

    @route(
        "/channel/plan/<string:link>/answer",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        sitemap=False,
    )
    @texts_only
    def channel_plan_answer(self, link, proposal="", answer="", text="", **kw):
        plan, contact = request.env["distribution.joint.plan"]._by_link(link)
        if not plan:
            return leave_no_trace(missing_page("crm_distribution.channel_no_plan"))
        error = self._answer_plan(plan, contact, proposal, answer, text)
        return self._linked_plan_page(plan, link, error, text)

    def _answer_plan(self, plan, contact, proposal, answer, text) -> str:
        """
        :return: why it could not be
        """
        with whole_or_nothing(request.env) as attempt:
            plan._portal_answer(contact, proposal, answer, text)
        return attempt.refusal

    def _linked_plan_page(self, plan, link, error=None, text=""):
        values = {
            # what is attained of it is shown to a login alone
            "plan": plan._portal_values() if plan.state == "proposed" else None,
            "agreed": plan.state == "agreed",
            "answer_url": f"/channel/plan/{link}/answer",
            "error": error,
            "text": text,
        }
        page = request.render("crm_distribution.channel_plan", values)
        return leave_no_trace(page)

    def _targets_page(self, error=None, text=""):
        partner = acting_intermediary()
        plans = request.env["distribution.joint.plan"]
        values = self._prepare_portal_layout_values() | {
            "page_name": "channel_targets",
            "plans": plans._portal_plans(partner),
            "targets": plans._portal_targets(partner),
            "error": error,
            "text": text,
        }
        return request.render("crm_distribution.portal_my_targets", values)
