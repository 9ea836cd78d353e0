"""A record of each model, for the attacks to try."""

from odoo import fields


class AttackRecords:
    """Mixed into a test case that has a `partner`."""

    @classmethod
    def _offer_records(cls, company):
        offer = cls.env["loyalty.program"].create(
            {
                "name": "Off",
                "program_type": "coupons",
                "company_id": company.id,
                "advise_offer": True,
            }
        )
        effect = cls.env["crm.offer.effect"]._advise_now(company)
        effect = effect.filtered(lambda effect: effect.offer_id == offer)
        order = cls.env["sale.order"].create({"partner_id": cls.partner.id})
        wizard = cls.env["crm.offer.overrule.wizard"]
        wizard.create({"order_id": order.id, "reason": "x"}).action_overrule()
        return {
            "crm.offer.advice": cls.env["crm.offer.advice"].search(
                [("partner_id", "=", cls.partner.id), ("offer_id", "=", offer.id)]
            ),
            "crm.offer.effect": effect,
            "crm.offer.overrule": order.offer_overrule_ids,
            "crm.offer.overrule.wizard": wizard.create(
                {"order_id": order.id, "reason": "x"}
            ),
            "sale.order": order,
        }

    @classmethod
    def _program_records(cls, segment):
        program = cls.env["crm.customer.program"].create(
            {
                "name": "Keep",
                "segment_id": segment.id,
                "medium": "portal",
                "message": "<p>Hello</p>",
                "control_share": 0,
            }
        )
        program.action_start()
        # salespeople see members from then on
        program._touch_step(100)
        value = cls.env["crm.customer.value"].search(
            [("partner_id", "=", cls.partner.id)]
        )
        act = cls.env["crm.customer.act"].create(
            {
                "partner_id": cls.partner.id,
                "company_id": program.company_id.id,
                "kind": "not_now",
                "reason": "other",
                "done_on": fields.Date.today(),
                "until": fields.Date.today(),
            }
        )
        mailing = cls.env["mailing.mailing"].create(
            {
                "subject": "Hello",
                "mailing_model_id": cls.env["ir.model"]._get_id("res.partner"),
            }
        )
        return {
            "crm.customer.act": act,
            "crm.customer.act.wizard": cls.env["crm.customer.act.wizard"].create(
                {"kind": "call", "value_ids": [(6, 0, value.ids)]}
            ),
            "mail.mail": cls.env["mail.mail"].create({"subject": "Hello"}),
            "mailing.mailing.test": cls.env["mailing.mailing.test"].create(
                {"mass_mailing_id": mailing.id, "email_to": "a@example.com"}
            ),
            "crm.customer.program": program,
            "crm.customer.program.create": cls.env[
                "crm.customer.program.create"
            ].create({"kind": "retention"}),
            "crm.customer.program.member": program.member_ids.filtered(
                lambda member: member.partner_id == cls.partner
            ),
        }

    @classmethod
    def _point_records(cls, company):
        program = cls.env["loyalty.program"].create(
            {
                "name": "Points",
                "program_type": "loyalty",
                "company_id": company.id,
                "keep_ledger": True,
            }
        )
        card = cls.env["loyalty.card"].create(
            {"program_id": program.id, "partner_id": cls.partner.id, "points": 10}
        )
        wizard = cls.env["loyalty.card.update.balance"]
        till = cls.env["pos.config"].create({"name": "Till", "company_id": company.id})
        till.open_ui()
        return {
            "pos.order": cls.env["pos.order"].create(
                {
                    "session_id": till.current_session_id.id,
                    "partner_id": cls.partner.id,
                    **dict.fromkeys(
                        ("amount_total", "amount_paid", "amount_tax", "amount_return"),
                        0,
                    ),
                }
            ),
            "account.move": cls.env["account.move"].create(
                {"move_type": "out_invoice"}
            ),
            "loyalty.card.update.balance": wizard.create(
                {"card_id": card.id, "new_balance": 5_000, "description": "Why not"}
            ),
            "loyalty.program": program,
            "loyalty.ledger.switch": cls.env["loyalty.ledger.switch"]._begin(program),
            "loyalty.ledger.switch.line": cls.env["loyalty.ledger.switch.line"].create(
                {
                    "switch_id": cls.env["loyalty.ledger.switch"]._begin(program).id,
                    "card_id": card.id,
                }
            ),
            "loyalty.point.difference": cls.env["loyalty.point.difference"].create(
                {"card_id": card.id, "what": "available", "held": 1, "posted": 2}
            ),
            "loyalty.point.entry": card.entry_ids,
            "loyalty.point.liability": cls.env["loyalty.point.liability"].create(
                {"program_id": program.id, "company_id": company.id}
            ),
            "loyalty.point.lot": card.lot_ids,
            "loyalty.point.statement": cls.env["loyalty.point.statement"].create(
                {
                    "card_id": card.id,
                    "program_id": program.id,
                    "company_id": company.id,
                    "day": "2026-01-01",
                    "by": "order",
                    "points": 1,
                }
            ),
        }

    @classmethod
    def _tier_records(cls, company):
        program = cls.env["loyalty.tier.program"].create(
            {
                "name": "Club",
                "company_id": company.id,
                "tier_ids": [(0, 0, {"name": "Gold", "threshold": 1})],
            }
        )
        program.action_publish()
        tier = program.tier_ids
        tier._invite(cls.partner, fields.Date.today(), "")
        membership = cls.env["loyalty.tier.membership"].search(
            [("partner_id", "=", cls.partner.id), ("ending", "=", False)]
        )
        benefit = cls.env["loyalty.tier.benefit"].create(
            {"name": "Fast", "tier_id": tier.id, "kind": "service"}
        )
        gesture = cls.env["loyalty.tier.gesture"].create(
            {
                "benefit_id": benefit.id,
                "membership_id": membership.id,
                "partner_id": cls.partner.id,
                "company_id": company.id,
                "date": fields.Date.today(),
            }
        )
        simulation = cls.env["loyalty.tier.simulation"]._run(program)
        customers = cls.env["loyalty.tier.simulation.customer"]
        return {
            "loyalty.tier": tier,
            "loyalty.tier.benefit": benefit,
            "loyalty.tier.gesture": gesture,
            "loyalty.tier.membership": membership,
            "loyalty.tier.program": program,
            "loyalty.tier.simulation": simulation,
            "loyalty.tier.simulation.customer": customers.search(
                [("simulation_id", "=", simulation.id)], limit=1
            ),
            "loyalty.tier.simulation.line": simulation.line_ids[:1],
        }
