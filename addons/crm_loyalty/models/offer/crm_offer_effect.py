from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.batches import work_through

BATCH_SIZE = 20_000


class CrmOfferEffect(models.Model):
    """What is known of one offer in one company: past arms, and how far the night's
    advice has come.

    Written by the nightly job alone. Each batch is a transaction under a lock on its
    record, which also notes up to which customer advice was written: killed in the
    middle it goes on there, and a batch done twice changes nothing.
    """

    _name = "crm.offer.effect"
    _description = "Evidence on an Offer"
    _order = "offer_id, company_id"
    _rec_name = "offer_id"

    offer_id = fields.Many2one(
        "loyalty.program", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    fitted_on = fields.Date(readonly=True)
    advised_on = fields.Date(
        "Advice As Of", readonly=True, help="Day on which all customers had advice."
    )
    last_partner = fields.Integer(
        readonly=True, help="Id up to which the night's advice is written."
    )
    treated_count = fields.Integer(
        "Had It", readonly=True, help="Members of past programs who were to get it."
    )
    control_count = fields.Integer(
        "Held Back", readonly=True, help="Members of the same programs who were not."
    )
    effect = fields.Json(readonly=True, help="What the arms say, by kind of customer.")
    usual_interval = fields.Float(
        readonly=True, help="Days between purchases that half the customers stay below."
    )
    based_on = fields.Selection(
        [("arms", "Past programs"), ("rules", "Rules")],
        compute="_compute_based_on",
        help="Past programs tell once there are enough customers with the offer and "
        "enough held back.",
    )
    give_count = fields.Integer("Give", readonly=True)
    wait_count = fields.Integer("Wait", readonly=True)
    withhold_count = fields.Integer("Withhold", readonly=True)
    unclear_count = fields.Integer("Not Enough Evidence", readonly=True)

    _offer_company_uniq = models.UniqueIndex(
        "(offer_id, company_id)", "An offer has one record of evidence per company."
    )

    @api.depends("effect")
    def _compute_based_on(self):
        for record in self:
            record.based_on = "arms" if record.effect else "rules"

    def action_open_advice(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty.crm_offer_advice_action"
        )
        action["domain"] = [("effect_id", "=", self.id)]
        return action

    @api.model
    def _cron_advise(self, batch_size=BATCH_SIZE):
        self._follow_offers()
        work_through(
            lambda: self.search(self._due_domain()),
            lambda effect: effect._work(batch_size),
        )

    @api.model
    def _due_domain(self) -> Domain:
        today = fields.Date.today()
        return Domain("advised_on", "=", False) | Domain("advised_on", "<", today)

    @api.model
    def _follow_offers(self) -> None:
        """A record for each open offer and company with customers; none for others."""
        offers = self.env["loyalty.program"].search(
            self.env["loyalty.program"]._advised_domain()
        )
        values = self.env["crm.customer.value"]
        customers_of = [company for [company] in values._read_group([], ["company_id"])]
        wanted = {
            (offer.id, company.id)
            for offer in offers
            for company in customers_of
            if offer.company_id in (company, company.browse())
        }
        known = {(record.offer_id.id, record.company_id.id): record
                 for record in self.search([])}  # fmt: skip
        gone = [record.id for key, record in known.items() if key not in wanted]
        self.browse(gone).unlink()
        self.create(
            [
                {"offer_id": offer, "company_id": company}
                for offer, company in sorted(wanted - set(known))
            ]
        )

    @api.model
    def _advise_now(self, company, batch_size=BATCH_SIZE):
        """All of it in the caller's transaction; for scripts, never for a user."""
        self._follow_offers()
        effects = self.search([("company_id", "=", company.id)])
        for effect in effects:
            effect.write({"advised_on": False, "fitted_on": False, "last_partner": 0})
            while not effect.advised_on:
                effect._work(batch_size)
        return effects

    def _work(self, batch_size: int) -> None:
        """One step: fit, or advise the next customers, or finish the day."""
        self.ensure_one()
        today = fields.Date.today()
        if self.fitted_on != today:
            self.write({**self._fit(), "fitted_on": today, "last_partner": 0})
        elif upto := self._advise_batch(batch_size):
            self.last_partner = upto
        else:
            self._forget_vanished()
            self.write({**self._count_advice(), "advised_on": today})
