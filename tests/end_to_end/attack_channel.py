"""Who may do what with the channel's models, and a record of each."""

import base64
from datetime import timedelta

from odoo import fields
from odoo.fields import Command

BOSS = {"channel user": "r", "manager": "rwcd"}
SEEN = {"channel user": "r", "manager": "r"}
# accountants pay; nobody writes what was earned
PAID = {"channel user": "r", "manager": "r", "accountant": "r"}
# of all companies: whoever is in the company's own list, and a manager elsewhere
SHARED = dict.fromkeys(("employee", "salesperson", "channel user", "accountant"), "r")
RIGHTS = {
    "distribution.accrual": PAID,
    "distribution.admission": {"channel user": "rwc", "manager": "rwcd"},
    "distribution.admission.line": {"channel user": "rw", "manager": "rw"},
    "distribution.agreement": BOSS,
    "distribution.agreement.term": BOSS,
    "distribution.assortment": SEEN,
    "distribution.assortment.buyer": SEEN,
    "distribution.assortment.pair": SEEN,
    "distribution.attainment": SEEN,
    "distribution.balance": PAID,
    "distribution.conflict": {"channel user": "r", "manager": "rw"},
    "distribution.contact.efficiency": SEEN,
    "distribution.coverage": SEEN,
    "distribution.criterion": BOSS,
    "distribution.economics": SEEN,
    "distribution.gap": {"channel user": "rw", "manager": "rw"},
    "distribution.handling": BOSS,
    "distribution.joint.plan": BOSS,
    "distribution.joint.plan.line": BOSS,
    # of a lead that is nobody's
    "distribution.message": {"salesperson": "r", "channel user": "r", "manager": "r"},
    "distribution.level": {**SHARED, "manager": "rwcd", "stranger": "rwcd"},
    "distribution.link": BOSS,
    "distribution.network.import": {"manager": "rwcd"},
    "distribution.network.import.part": {},
    "distribution.network.import.problem": {"manager": "r"},
    "distribution.outlet": BOSS,
    "distribution.outlet.turnover": BOSS,
    "distribution.policy": BOSS,
    "distribution.price": SEEN,
    "distribution.price.plan": BOSS,
    "distribution.price.plan.factor": BOSS,
    "distribution.price.plan.level": BOSS,
    "distribution.price.plan.product": BOSS,
    "distribution.registration": {"channel user": "rwc", "manager": "rwcd"},
    "distribution.response": SEEN,
    # of nobody's leads
    "distribution.route": {
        "salesperson": "r",
        "channel user": "rw",
        "manager": "rw",
    },
    "distribution.route.candidate": {
        "salesperson": "r",
        "channel user": "r",
        "manager": "r",
    },
    "distribution.provision": {"accountant": "rwcd"},
    "distribution.scorecard": SEEN,
    "distribution.settlement": PAID,
    "distribution.settlement.line": PAID,
    "distribution.claim": {
        "channel user": "rwc",
        "manager": "rwcd",
        "accountant": "r",
    },
    "distribution.claim.correction": PAID,
    "distribution.claim.debt": PAID,
    "distribution.claim.line": PAID,
    "distribution.reporter": BOSS,
    "distribution.reporter.word": BOSS,
    "distribution.sellout": {"channel user": "rwc", "manager": "rwc"},
    "distribution.sellout.change": SEEN,
    "distribution.sellout.line": SEEN,
    "distribution.sellout.month": SEEN,
    "distribution.sellout.part": {},
    "distribution.sellout.problem": SEEN,
    "distribution.special.price": BOSS,
    "distribution.stock": SEEN,
    "distribution.stock.bucket": SEEN,
    "distribution.share": {"channel user": "rwcd", "manager": "rwcd"},
    "distribution.target": BOSS,
    "distribution.term": {**BOSS, "accountant": "r"},
    "distribution.term.tier": {**BOSS, "accountant": "r"},
    "distribution.territory": {**SHARED, "manager": "rwcd"},
    "distribution.territory.area": {**SHARED, "manager": "rwcd"},
    "distribution.waterfall": SEEN,
    "distribution.waterfall.step": SEEN,
}
# who works with own intermediaries alone sees none of these of others
OF_AN_INTERMEDIARY = {
    "distribution.accrual",
    "distribution.balance",
    "distribution.settlement",
    "distribution.settlement.line",
    "distribution.term",
    "distribution.term.tier",
    "distribution.admission",
    "distribution.admission.line",
    "distribution.agreement",
    "distribution.agreement.term",
    "distribution.assortment",
    "distribution.assortment.buyer",
    "distribution.assortment.pair",
    "distribution.attainment",
    "distribution.conflict",
    "distribution.contact.efficiency",
    "distribution.economics",
    "distribution.joint.plan",
    "distribution.joint.plan.line",
    "distribution.link",
    "distribution.message",
    "distribution.registration",
    "distribution.response",
    "distribution.route",
    "distribution.route.candidate",
    "distribution.claim",
    "distribution.claim.correction",
    "distribution.claim.debt",
    "distribution.claim.line",
    "distribution.reporter",
    "distribution.reporter.word",
    "distribution.sellout",
    "distribution.sellout.change",
    "distribution.sellout.line",
    "distribution.sellout.month",
    "distribution.sellout.problem",
    "distribution.special.price",
    "distribution.stock",
    "distribution.stock.bucket",
    "distribution.scorecard",
    "distribution.share",
    "distribution.target",
    "distribution.waterfall",
    "distribution.waterfall.step",
}
WIZARDS = {
    "distribution.agreement.start": {"manager"},
    "distribution.decision": {"channel user", "manager"},
    "distribution.dispute": {"accountant"},
    "distribution.message.write": {"salesperson", "channel user", "manager"},
    "distribution.policy.propose": {"manager"},
    "distribution.policy.what.if": {"manager"},
    "distribution.policy.what.if.goal": {"manager"},
    "distribution.policy.what.if.line": {"manager"},
    "distribution.settlement.run": {"accountant"},
}
CHANNEL = {"channel user", "manager"}
SELLERS = {"salesperson", "channel user", "manager"}
MONEY = CHANNEL | {"accountant"}
METHODS = {
    # by Odoo's own rights on invoices
    ("account.move", "button_cancel"): SELLERS | {"accountant"},
    ("crm.lead", "action_route"): CHANNEL,
    ("crm.lead", "convert_opportunity"): SELLERS,
    # of Odoo's Resellers
    ("crm.lead", "action_assign_partner"): CHANNEL,
    ("crm.lead", "assign_partner"): CHANNEL,
    ("crm.lead", "search_geo_partner"): SELLERS,
    ("crm.lead", "partner_interested"): SELLERS | {"intermediary"},
    ("crm.lead", "partner_desinterested"): {"intermediary"},
    ("crm.lead", "update_lead_portal"): SELLERS,
    ("crm.lead", "update_stage_from_portal"): SELLERS,
    ("crm.lead", "action_write_to_intermediary"): SELLERS,
    ("distribution.accrual", "action_open_source"): MONEY,
    ("distribution.admission", "action_admit"): {"manager"},
    ("distribution.admission", "action_refuse"): {"manager"},
    ("distribution.admission", "action_reopen"): {"manager"},
    ("distribution.agreement", "action_activate"): {"manager"},
    ("distribution.agreement", "action_end"): {"manager"},
    ("distribution.agreement", "action_renew"): {"manager"},
    ("distribution.agreement", "action_suspend"): {"manager"},
    # each one's own wizard
    ("distribution.agreement.start", "action_back"): set(),
    ("distribution.agreement.start", "action_finish"): set(),
    ("distribution.agreement.start", "action_keep_draft"): set(),
    ("distribution.agreement.start", "action_next"): set(),
    ("distribution.assortment", "action_open_records"): CHANNEL,
    ("distribution.assortment.buyer", "action_open_assortment"): CHANNEL,
    ("distribution.assortment.buyer", "action_open_contacts"): CHANNEL,
    ("distribution.assortment.buyer", "action_open_ranges"): CHANNEL,
    ("distribution.assortment.pair", "action_open_first"): CHANNEL,
    ("distribution.assortment.pair", "action_open_together"): CHANNEL,
    ("distribution.assortment.pair", "action_open_without"): CHANNEL,
    ("distribution.attainment", "action_view_lines"): CHANNEL,
    ("distribution.balance", "action_open_accruals"): MONEY,
    ("distribution.conflict", "action_decide"): CHANNEL,
    ("distribution.conflict", "action_open_source"): CHANNEL,
    ("distribution.conflict", "action_override"): {"manager"},
    ("distribution.contact.efficiency", "action_view_links"): CHANNEL,
    ("distribution.contact.efficiency", "action_view_orders"): CHANNEL,
    ("distribution.coverage", "action_view_handlers"): CHANNEL,
    ("distribution.coverage", "action_view_missing"): CHANNEL,
    ("distribution.coverage", "action_view_outlets"): CHANNEL,
    ("distribution.decision", "action_confirm"): set(),
    # each one's own wizard
    ("distribution.dispute", "action_confirm"): set(),
    ("distribution.economics", "action_open_contacts"): CHANNEL,
    ("distribution.economics", "action_open_orders"): CHANNEL,
    ("distribution.gap", "action_close"): CHANNEL,
    ("distribution.gap", "action_open_leads"): CHANNEL,
    ("distribution.gap", "action_recruit"): CHANNEL,
    ("distribution.joint.plan", "action_new_version"): {"manager"},
    ("distribution.joint.plan", "action_open_targets"): CHANNEL,
    ("distribution.joint.plan", "action_propose"): {"manager"},
    ("distribution.joint.plan", "action_take_back"): {"manager"},
    ("distribution.network.import", "action_check"): {"manager"},
    ("distribution.network.import", "action_import"): {"manager"},
    ("distribution.network.import", "action_open"): {"manager"},
    ("distribution.network.import", "action_stop"): {"manager"},
    ("distribution.message", "action_done"): SELLERS,
    ("distribution.message", "action_open_subject"): SELLERS,
    ("distribution.message.write", "action_send"): set(),
    ("distribution.policy", "action_activate"): {"manager"},
    ("distribution.policy", "action_end"): {"manager"},
    ("distribution.policy", "action_open_admissions"): CHANNEL,
    ("distribution.policy", "action_open_agreements"): CHANNEL,
    ("distribution.policy", "action_what_if"): {"manager"},
    ("distribution.policy.propose", "action_create"): set(),
    ("distribution.policy.what.if", "action_apply"): set(),
    ("distribution.policy.what.if.line", "action_open_leads"): set(),
    ("distribution.price.plan", "action_add_alternative"): {"manager"},
    ("distribution.price.plan", "action_compare"): CHANNEL,
    ("distribution.price.plan", "action_open_pricelists"): CHANNEL,
    ("distribution.price.plan", "action_publish"): {"manager"},
    ("distribution.price.plan", "action_withdraw"): {"manager"},
    ("distribution.registration", "action_approve"): CHANNEL,
    ("distribution.registration", "action_create_customer"): CHANNEL,
    ("distribution.registration", "action_create_opportunity"): CHANNEL,
    ("distribution.registration", "action_extend"): CHANNEL,
    ("distribution.registration", "action_lost"): CHANNEL,
    ("distribution.registration", "action_open_conflicts"): CHANNEL,
    ("distribution.registration", "action_reject"): CHANNEL,
    ("distribution.registration", "action_release"): CHANNEL,
    ("distribution.registration", "action_won"): CHANNEL,
    ("distribution.registration", "action_write_message"): CHANNEL,
    ("distribution.response", "action_open_route"): CHANNEL,
    ("distribution.route", "action_withdraw"): CHANNEL,
    ("distribution.provision", "action_book"): {"accountant"},
    ("distribution.scorecard", "action_open_brokered"): CHANNEL,
    ("distribution.scorecard", "action_open_conflicts"): CHANNEL,
    ("distribution.scorecard", "action_open_deals"): CHANNEL,
    ("distribution.scorecard", "action_open_invoices"): CHANNEL,
    ("distribution.scorecard", "action_open_leads"): CHANNEL,
    ("distribution.scorecard", "action_open_margin"): CHANNEL,
    ("distribution.scorecard", "action_open_offers"): CHANNEL,
    ("distribution.scorecard", "action_open_reports"): CHANNEL,
    ("distribution.scorecard", "action_open_sellout"): CHANNEL,
    ("distribution.scorecard", "action_open_targets"): CHANNEL,
    ("distribution.settlement", "action_cancel"): {"accountant"},
    ("distribution.settlement", "action_draft_bill"): {"accountant"},
    ("distribution.settlement", "action_open_bills"): {"accountant"},
    ("distribution.settlement", "action_print"): MONEY,
    ("distribution.settlement.line", "action_bill"): {"accountant"},
    ("distribution.settlement.line", "action_decide"): {"accountant"},
    ("distribution.settlement.line", "action_dispute"): {"accountant"},
    ("distribution.settlement.run", "action_run"): set(),
    ("distribution.claim", "action_approve"): {"manager"},
    ("distribution.claim", "action_calculate"): CHANNEL,
    ("distribution.claim", "action_draft_credit"): {"accountant"},
    ("distribution.claim", "action_open_credits"): {"accountant"},
    ("distribution.claim", "action_refuse"): {"manager"},
    ("distribution.claim.correction", "action_open_bills"): {"accountant"},
    ("distribution.claim.correction", "action_take_back"): {"manager"},
    ("distribution.claim.debt", "action_bill"): {"accountant"},
    ("distribution.claim.debt", "action_open_entries"): MONEY,
    ("distribution.claim.debt", "action_write_off"): {"manager"},
    # what the mail gateway alone calls
    ("distribution.reporter", "message_new"): set(),
    ("distribution.sellout", "action_accept"): CHANNEL,
    ("distribution.sellout", "action_check"): CHANNEL,
    ("distribution.sellout", "action_download_issues"): CHANNEL,
    ("distribution.sellout", "action_leave_out"): CHANNEL,
    ("distribution.sellout", "action_open_changes"): CHANNEL,
    ("distribution.sellout", "action_open_lines"): CHANNEL,
    ("distribution.sellout", "action_open_words"): CHANNEL,
    ("distribution.sellout", "action_withdraw"): CHANNEL,
    ("distribution.stock", "action_open_buckets"): CHANNEL,
    ("distribution.stock", "action_open_lines"): CHANNEL,
    ("distribution.stock", "action_refresh"): CHANNEL,
    ("distribution.target", "action_open_attainment"): CHANNEL,
    ("distribution.term", "action_activate"): {"manager"},
    ("distribution.term", "action_end"): {"manager"},
    ("distribution.term", "action_new_version"): {"manager"},
    ("distribution.term", "action_open_accruals"): MONEY,
    ("distribution.route", "action_write_message"): SELLERS,
    ("distribution.territory", "action_view_outlets"): SELLERS | set(SHARED),
    ("distribution.territory", "action_view_partners"): SELLERS | set(SHARED),
    ("distribution.waterfall", "action_open_credits"): CHANNEL,
    ("distribution.waterfall", "action_open_order"): CHANNEL,
    ("distribution.waterfall.step", "action_open_order"): CHANNEL,
    # by Odoo's own rights on orders
    ("sale.order", "action_ask_channel"): SELLERS,
    ("sale.order", "action_confirm"): SELLERS,
    ("sale.order", "action_open_channel_conflicts"): SELLERS,
    ("res.partner", "action_open_distribution_leads"): SELLERS,
    ("res.partner", "action_open_distribution_routes"): SELLERS,
    ("res.partner", "action_open_distribution_scorecard"): CHANNEL,
}
ARGUMENTS = {
    ("distribution.reporter", "message_new"): ({},),
    ("crm.lead", "convert_opportunity"): (False,),
    ("crm.lead", "update_lead_portal"): ({"probability": 100},),
    ("crm.lead", "update_stage_from_portal"): (1,),
}
ROUTES = {
    "DealPortal.portal_deal_file",
    "DealPortal.portal_deal_news",
    "DealPortal.portal_my_deal",
    "DealPortal.portal_my_deals",
    "DealPortal.portal_new_deal",
    "AgreementPortal.portal_agreement_document",
    "AgreementPortal.portal_my_agreement",
    "MoneyPortal.portal_my_money",
    "MoneyPortal.portal_my_statement",
    "MoneyPortal.portal_my_statements",
    "MoneyPortal.portal_statement_pdf",
    "PortalChannelLead.channel_offer",
    "PortalChannelLead.channel_offer_answer",
    "PortalChannelLead.portal_channel_lead",
    "PortalChannelLead.portal_channel_lead_answer",
    "PricePortal.portal_my_prices",
    "PortalChannelLead.portal_channel_lead_message",
    "PortalChannelLead.portal_channel_lead_return",
    "PortalChannelLead.portal_channel_lead_revenue",
    "PortalChannelLead.portal_channel_leads",
    "SelloutPortal.portal_channel_stock",
    "SelloutPortal.portal_sellout",
    "SelloutPortal.portal_sellout_do",
    "SelloutPortal.portal_sellout_file",
    "SelloutPortal.portal_sellout_mend",
    "SelloutPortal.portal_sellout_report",
    "SelloutPortal.portal_sellout_upload",
    "SelloutPortal.sellout_issues",
    "TargetPortal.channel_plan",
    "TargetPortal.channel_plan_answer",
    "TargetPortal.portal_my_targets",
    "TargetPortal.portal_plan_answer",
}


class AttackChannelRecords:
    """Mixed into a test case whose `intermediary` has a login of its own."""

    @classmethod
    def _channel_records(cls, company):
        env = cls.env
        country = env["res.country"].create({"name": "Attacked", "code": "QX"})
        goods = env["product.category"].create({"name": "Attacked"})
        territory = env["distribution.territory"].create(
            {
                "name": "Attacked",
                "company_id": company.id,
                "area_ids": [Command.create({"country_id": country.id})],
            }
        )
        scope = {
            "company_id": company.id,
            "category_id": goods.id,
            "territory_id": territory.id,
            "date_from": "2020-01-01",
        }
        policy = env["distribution.policy"].create(
            {"name": "Attacked", "kind": "selective", **scope}
        )
        policy.action_activate()
        records = {
            "distribution.policy": policy,
            "distribution.territory": territory,
            "distribution.territory.area": territory.area_ids,
            "distribution.level": env.ref("crm_distribution.level_agent"),
            **cls._agreement_records(policy, scope),
            **cls._network_records(company, country, goods),
            **cls._lead_records(company, country, goods),
            **cls._deal_records(company, country, goods),
            **cls._target_records(company, goods),
            **cls._term_records(company, goods),
            **cls._sellout_records(company, goods),
            **cls._price_records(company, goods),
        }
        env.flush_all()
        for model in (
            "assortment",
            "assortment.buyer",
            "assortment.pair",
            "attainment",
            "balance",
            "claim.debt",
            "coverage",
            "contact.efficiency",
            "economics",
            "response",
            "scorecard",
            "waterfall",
            "waterfall.step",
        ):
            name = f"distribution.{model}"
            records[name] = env[name].search([("company_id", "=", company.id)], limit=1)
        return records

    @classmethod
    def _agreement_records(cls, policy, scope):
        env = cls.env
        agreement = env["distribution.agreement"].create(
            {"partner_id": cls.intermediary.id, "exclusive": False, **scope}
        )
        agreement.action_activate()
        criterion = env["distribution.criterion"].create({"name": "Turnover"})
        asking = policy.copy({"criterion_ids": [Command.set(criterion.ids)]})
        admission = env["distribution.admission"].create(
            {"partner_id": cls.intermediary.id, "policy_id": asking.id}
        )
        what_if = env["distribution.policy.what.if"].create({"policy_id": policy.id})
        return {
            "distribution.agreement": agreement,
            "distribution.agreement.term": cls._past_term(agreement),
            "distribution.criterion": criterion,
            "distribution.admission": admission,
            "distribution.admission.line": admission.line_ids,
            "distribution.agreement.start": env["distribution.agreement.start"].create(
                {"partner_id": cls.intermediary.id}
            ),
            "distribution.policy.propose": env["distribution.policy.propose"].create(
                {"goods_kind": "shopping"}
            ),
            "distribution.policy.what.if": what_if,
            "distribution.policy.what.if.goal": what_if.goal_ids.create(
                {"what_if_id": what_if.id}
            ),
            "distribution.policy.what.if.line": what_if.line_ids.create(
                {"what_if_id": what_if.id, "agreement_id": agreement.id}
            ),
        }

    @classmethod
    def _past_term(cls, agreement):
        """Of a day that is over: rights are asked before what is frozen is said."""
        term = cls.env["distribution.agreement.term"].create(
            {"agreement_id": agreement.id, "name": "As agreed"}
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE distribution_agreement_term SET date_from = '2020-01-01'"
            " WHERE id = %s",
            [term.id],
        )
        term.invalidate_recordset()
        return term

    @classmethod
    def _network_records(cls, company, country, goods):
        env = cls.env
        outlet = env["distribution.outlet"].create(
            {
                "name": "Attacked",
                "company_id": company.id,
                "country_id": country.id,
                "turnover_ids": [
                    Command.create({"category_id": goods.id, "turnover": 10})
                ],
            }
        )
        shop = env["res.partner"].create({"name": "Shop", "is_company": True})
        links = env["distribution.link"].create(
            [
                {
                    "supplier_id": supplier.id,
                    "buyer_id": buyer.id,
                    "company_id": company.id,
                }
                for supplier, buyer in (
                    (company.partner_id, cls.intermediary),
                    (cls.intermediary, shop),
                )
            ]
        )
        source = env["distribution.network.import"].create(
            {"file": b"bmFtZQo=", "company_id": company.id}
        )
        return {
            "distribution.outlet": outlet,
            "distribution.outlet.turnover": outlet.turnover_ids,
            "distribution.handling": env["distribution.handling"].create(
                {
                    "outlet_id": outlet.id,
                    "category_id": goods.id,
                    "date": fields.Date.today(),
                }
            ),
            "distribution.link": links[0],
            "distribution.network.import": source,
            "distribution.network.import.part": env[
                "distribution.network.import.part"
            ].create({"import_id": source.id, "content": "{}"}),
            "distribution.network.import.problem": source.problem_ids.create(
                {"import_id": source.id, "reason": "x"}
            ),
        }

    @classmethod
    def _lead_records(cls, company, country, goods):
        lead, lost = cls.env["crm.lead"].create(
            [
                {
                    "name": "Attacked",
                    "type": "lead",
                    "company_id": company.id,
                    "user_id": False,
                    "country_id": place.id,
                    "distribution_category_id": goods.id,
                }
                for place in (country, cls.env.ref("base.aq"))
            ]
        )
        gap = cls.env["distribution.gap"].create(
            {"company_id": company.id, "country_id": lost.country_id.id}
        )
        route = lead.route_ids
        message = route._keep_message(cls.intermediary, "Attacked", waits=True)
        return {
            "crm.lead": lead,
            "distribution.message": message,
            "distribution.message.write": cls.env["distribution.message.write"].create(
                {"route_id": route.id, "text": "x"}
            ),
            "distribution.route": route,
            "distribution.route.candidate": lead.route_ids.candidate_ids,
            "distribution.gap": gap,
        }

    @classmethod
    def _deal_records(cls, company, country, goods):
        env = cls.env
        registration = env["distribution.registration"]._submit(
            cls.intermediary,
            company,
            {
                "customer_name": "Attacked Steel",
                "customer_email": "buy@attacked.example",
                "customer_country_id": country.id,
                "category_id": goods.id,
                "amount_expected": 1000,
            },
            (),
        )
        conflict = env["distribution.conflict"].create(
            {
                "company_id": company.id,
                "kind": "registration",
                "direction": "horizontal",
                "subject": "attacked",
                "key": "attacked",
                "registration_id": registration.id,
            }
        )
        return {
            "distribution.registration": registration,
            "distribution.conflict": conflict,
            "distribution.decision": env["distribution.decision"].create(
                {
                    "decision": "reject",
                    "registration_ids": [Command.set(registration.ids)],
                    "reason": "x",
                }
            ),
        }

    @classmethod
    def _target_records(cls, company, goods):
        env = cls.env
        order = env["sale.order"].create(
            {
                "partner_id": cls.intermediary.id,
                "company_id": company.id,
                "distribution_share_ids": [
                    Command.create({"partner_id": cls.intermediary.id, "percent": 50})
                ],
            }
        )
        plan = env["distribution.joint.plan"].create(
            {
                "partner_id": cls.intermediary.id,
                "company_id": company.id,
                "line_ids": [Command.create({"category_id": goods.id, "target": 100})],
            }
        )
        cls._bought_together(company, goods)
        return {
            "distribution.joint.plan": plan,
            "distribution.joint.plan.line": plan.line_ids,
            "distribution.share": order.distribution_share_ids,
            "distribution.target": env["distribution.target"].create(
                {
                    "partner_id": cls.intermediary.id,
                    "company_id": company.id,
                    "category_id": goods.id,
                    "date_from": "2027-01-01",
                    "date_to": "2027-12-31",
                    "target": 100,
                }
            ),
        }

    @classmethod
    def _bought_together(cls, company, goods):
        """Two products in as many orders as a pair needs to be told."""
        products = cls.env["product.product"].create(
            [
                {"name": name, "type": "consu", "categ_id": goods.id}
                for name in ("Attacked", "Beside It")
            ]
        )
        orders = cls.env["sale.order"].create(
            [
                {
                    "partner_id": cls.intermediary.id,
                    "company_id": company.id,
                    "order_line": [
                        Command.create({"product_id": product.id})
                        for product in products
                    ],
                }
                for _number in range(5)
            ]
        )
        orders.action_confirm()

    @classmethod
    def _price_records(cls, company, goods):
        """A plan, and a sale to the intermediary."""
        env = cls.env
        product = env["product.product"].create(
            {
                "name": "Attacked",
                "type": "service",
                "categ_id": goods.id,
                "list_price": 100,
                "standard_price": 60,
            }
        )
        level = env.ref("crm_distribution.level_wholesaler")
        plan = env["distribution.price.plan"].create(
            {
                "name": "Attacked",
                "company_id": company.id,
                "currency_id": company.currency_id.id,
                "level_ids": [Command.create({"level_id": level.id, "percent": 10})],
                "product_ids": [Command.create({"product_id": product.id})],
                "factor_ids": [Command.create({"name": "x", "source": "x"})],
            }
        )
        order = env["sale.order"].create(
            {
                "partner_id": cls.intermediary.id,
                "company_id": company.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        order.action_confirm()
        return {
            "distribution.price": plan.price_ids,
            "distribution.price.plan": plan,
            "distribution.price.plan.factor": plan.factor_ids,
            "distribution.price.plan.level": plan.level_ids,
            "distribution.price.plan.product": plan.product_ids,
        }

    @classmethod
    def _term_records(cls, company, goods):
        env = cls.env
        term = env["distribution.term"].create(
            {
                "name": "Attacked",
                "kind": "rebate",
                "base": "ordered",
                "partner_id": cls.intermediary.id,
                "company_id": company.id,
                "date_from": "2020-01-01",
                "tier_ids": [Command.create({"turnover_from": 0, "rate": 10})],
            }
        )
        term.action_activate()
        order = env["sale.order"].create(
            {
                "partner_id": cls.intermediary.id,
                "company_id": company.id,
                "order_line": [
                    Command.create({"product_id": cls._product().id, "price_unit": 10})
                ],
            }
        )
        order.action_confirm()
        through = fields.Date.today() + timedelta(days=1)
        statement = env["distribution.settlement"].sudo()._run(company, through)
        line = statement.line_ids[:1]
        return {
            "distribution.accrual": line.accrual_id,
            "distribution.dispute": env["distribution.dispute"].create(
                {"line_id": line.id, "reason": "x"}
            ),
            "distribution.provision": env["distribution.provision"].create(
                {"company_id": company.id}
            ),
            "distribution.settlement": statement,
            "distribution.settlement.line": line,
            "distribution.settlement.run": env["distribution.settlement.run"].create(
                {"company_id": company.id}
            ),
            "distribution.term": term,
            "distribution.term.tier": term.tier_ids,
        }

    @classmethod
    def _sellout_records(cls, company, goods):
        env = cls.env
        product = env["product.product"].create(
            {"name": "Attacked", "default_code": "ATTACKED", "categ_id": goods.id}
        )
        owner = {"partner_id": cls.intermediary.id, "company_id": company.id}
        reporter = env["distribution.reporter"].create(
            {
                **owner,
                "kind": "original",
                "word_ids": [
                    Command.create({"word": "attacked", "product_id": product.id})
                ],
            }
        )
        accepted, corrected, faulty = (
            cls._reported(f"{code},{count},2026-01-05", {**owner, "kind": kind})
            for code, count, kind in (
                ("ATTACKED", 2, "original"),
                ("ATTACKED", 1, "replaces"),
                ("NOBODYS", 1, "original"),
            )
        )
        # what was corrected has its changes
        assert accepted.state == "superseded" and corrected.state == "accepted"
        contract = env["distribution.special.price"].create(
            {
                **owner,
                "name": "Attacked",
                "product_id": product.id,
                "customer": "K",
                "price": 1,
                "quantity": 1,
                "date_from": "2026-01-01",
                "date_to": "2026-12-31",
            }
        )
        claim = env["distribution.claim"].create(
            {
                **owner,
                "product_id": product.id,
                "day": "2026-02-01",
                "price_before": 2,
                "price_after": 1,
            }
        )
        stock = env["distribution.stock"].search(
            [("partner_id", "=", cls.intermediary.id)]
        )
        found = {
            model: env[model].search(
                [("partner_id", "=", cls.intermediary.id)], limit=1
            )
            for model in ("distribution.sellout.change", "distribution.sellout.month")
        }
        return found | {
            "distribution.reporter": reporter,
            "distribution.reporter.word": reporter.word_ids,
            "distribution.sellout": corrected,
            "distribution.sellout.line": corrected.line_ids,
            "distribution.sellout.part": env["distribution.sellout.part"].create(
                {"report_id": corrected.id, "content": "[]"}
            ),
            "distribution.sellout.problem": faulty.problem_ids,
            "distribution.special.price": contract,
            "distribution.claim": claim,
            "distribution.claim.correction": cls._correction(claim),
            "distribution.claim.line": claim.line_ids.create({"claim_id": claim.id}),
            "distribution.stock": stock,
            "distribution.stock.bucket": env["distribution.stock.bucket"].create(
                {"stock_id": stock.id, "quantity": 1}
            ),
        }

    @classmethod
    def _correction(cls, claim):
        """What a claim paid too much, half of it written off."""
        entries = cls.env["distribution.claim.correction"]
        whose = (claim.company_id, claim.partner_id)
        owed = entries._prepare_entry(*whose, "gone", 2)
        entries.create({**owed, "claim_id": claim.id})
        return entries.create(entries._prepare_entry(*whose, "written_off", -1))

    @classmethod
    def _reported(cls, row, values):
        text = f"product,quantity,date\n{row}\n"
        report = cls.env["distribution.sellout"].create(
            {**values, "file": base64.b64encode(text.encode())}
        )
        report.action_check()
        if report.state == "validated":
            report.action_accept()
        return report
