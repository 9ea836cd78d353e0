from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...channel.policy import Question, above_id
from ...channel.routing import (
    Decision,
    Outcome,
    Request,
    Scope,
    Standing,
    documents,
    known_place,
    mark,
    rivals,
    route,
)
from ..policy.res_partner import read_route_key
from .routing_rows import Asked, Lead, depth_sql, read_history, rows_sql

# offers that count as lately, and answers that make the record
LATELY = timedelta(days=30)
RECORD = timedelta(days=365)
# after the moment of arrival, what tells leads apart in every database alike
ARRIVAL = (
    "name",
    "email_from",
    "phone",
    "partner_name",
    "contact_name",
    "street",
    "city",
    "zip",
)


class DistributionRouting(models.AbstractModel):
    """Brings the facts to the engine, and writes what it decides.

    As many queries for a thousand leads as for one; in superuser mode.
    """

    _name = "distribution.routing"
    _description = "Routing of Leads"

    @api.model
    def _route(self, leads) -> None:
        """Route these leads, each where an active policy covers it."""
        found = self._leads(leads)
        if not found:
            return
        asked, paths = self._asked(found)
        covered = [one for one in asked if one.ruling.policy_id]
        self._close([one for one in asked if not one.ruling.policy_id])
        if covered:
            self._write_decisions(covered, self._decide(covered, paths))

    @api.model
    def _covered(self, leads) -> list[int]:
        """Of leads that could be routed, those that a policy decides about."""
        if not (found := self._leads(leads)):
            return []
        asked, _paths = self._asked(found)
        return [one.lead.id for one in asked if one.ruling.policy_id]

    @api.model
    def _leads(self, leads) -> list[Lead]:
        """In the sequence of their arrival, however they were shuffled."""
        Leads = self.env["crm.lead"]
        asked = Leads.with_context(active_test=False)._search(
            leads._routable_domain() & Domain("id", "in", leads.ids)
        )
        Leads.flush_model(
            ["company_id", "country_id", "state_id", "distribution_category_id"]
            + ["partner_id", "partner_declined_ids", *ARRIVAL]
        )
        self.env["distribution.route"].flush_model()
        self.env["res.partner"].flush_model(["partner_latitude", "partner_longitude"])
        latitude, longitude = Leads._route_place_sql()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT lead.id, lead.company_id, lead.country_id, lead.state_id,
                       lead.zip, lead.distribution_category_id,
                       %(latitude)s, %(longitude)s,
                       ARRAY(SELECT partner_id FROM crm_lead_declined_partner
                              WHERE lead_id = lead.id),
                       (SELECT json_agg(past)
                          FROM (SELECT id, is_current, state, partner_id, company_id
                                  FROM distribution_route
                                 WHERE lead_id = lead.id) past)
                  FROM (%(asked)s) lead
                  LEFT JOIN res_partner customer ON customer.id = lead.partner_id
                 ORDER BY lead.create_date, %(arrival)s, lead.id
                """,
                latitude=latitude,
                longitude=longitude,
                arrival=SQL(", ").join(
                    SQL("coalesce(%s, '') COLLATE \"C\"", SQL.identifier("lead", name))
                    for name in ARRIVAL
                ),
                asked=asked.select(SQL("crm_lead.*")),
            )
        )
        return [
            Lead(*lead, known_place(latitude, longitude), read_history(declined, past))
            for *lead, latitude, longitude, declined, past in rows
        ]

    @api.model
    def _asked(self, leads: list[Lead]) -> tuple[list[Asked], tuple[dict, dict]]:
        """With their territories, and the policies that decide.

        :return: besides, where their goods and territories stand in the trees
        """
        companies = {}
        for lead in leads:
            company = lead.company or lead.history.company or self.env.company.id
            companies.setdefault(company, []).append(lead)
        Territory = self.env["distribution.territory"]
        questions = {}
        for company_id, its_leads in companies.items():
            company = self.env["res.company"].browse(company_id)
            day = company._today()
            places = [(lead.country, lead.state, lead.zip) for lead in its_leads]
            for lead, territory in zip(
                its_leads, Territory._of_places(places, company), strict=True
            ):
                questions[lead.id] = Question(
                    company_id, lead.category or False, territory, day
                )
        # the same question is asked once
        different = list(dict.fromkeys(questions.values()))
        Policy = self.env["distribution.policy"]
        paths = categories, territories = Policy._scope_paths(different)
        found = Policy._decide(different, paths)
        rulings = dict(zip(different, found, strict=True))
        asked = [
            Asked(
                lead,
                question,
                rulings[question],
                territory_path=territories[question.territory_id],
                category_path=categories[question.category_id],
            )
            for lead in leads
            for question in [questions[lead.id]]
        ]
        return asked, paths

    @api.model
    def _decide(self, asked: list[Asked], paths: tuple[dict, dict]) -> list[Decision]:
        different = list(dict.fromkeys(one.question for one in asked))
        scopes = dict(
            zip(
                different,
                self.env["distribution.agreement"]._in_scope(different, paths),
                strict=True,
            )
        )
        days = {
            agreement: question.day
            for question, agreements in scopes.items()
            for agreement in agreements
        }
        known, standings, used = self._standings(days)
        companies = {
            company: frozenset(self.env["res.company"].browse(company).parent_ids.ids)
            for company in {question.company_id for question in different}
        }
        found = {
            question: frozenset(known[id_] for id_ in agreements)
            for question, agreements in scopes.items()
        }
        self._take_turns(found.values(), standings)
        return route(
            [
                Request(
                    lead=one.lead.id,
                    scopes=found[one.question],
                    companies=companies[one.question.company_id],
                    place=one.lead.place,
                    declined=one.lead.history.declined,
                    lapses=one.lead.history.lapses,
                )
                for one in asked
            ],
            standings,
            used,
        )

    @api.model
    def _standings(
        self, days: Mapping[int, date]
    ) -> tuple[dict[int, Scope], dict[int, Standing], dict[int, int]]:
        """Agreements, their holders as they stand, and what is open under each.

        :param days: the day on which each agreement is asked for
        """
        if not days:
            return {}, {}, {}
        now = fields.Datetime.now()
        self.env["res.partner"].flush_model()
        self.env["distribution.agreement"].flush_model()
        self.env["distribution.agreement.term"].flush_model()
        self.env["crm.lead"].flush_model(["active", "won_status"])
        rows = self.env.execute_query(
            SQL(
                """
                WITH held AS (
                    SELECT agreement.*, asked.day
                      FROM unnest(%(agreements)s::int[], %(days)s::date[])
                           AS asked (id, day)
                      JOIN distribution_agreement agreement USING (id)
                ), past AS (
                    SELECT route.partner_id, route.agreement_id, route.state,
                           route.offered_on,
                           route.state = 'offered'
                           OR route.state = 'accepted' AND (
                               SELECT lead.active AND lead.won_status = 'pending'
                                 FROM crm_lead lead WHERE lead.id = route.lead_id
                           ) AS is_open
                      FROM distribution_route route
                     WHERE route.partner_id = ANY(ARRAY(SELECT partner_id FROM held))
                       AND (route.state IN ('offered', 'accepted')
                            OR route.offered_on > %(record)s)
                ), by_partner AS (
                    SELECT partner_id,
                           count(*) FILTER (WHERE is_open)::int AS open,
                           count(*) FILTER (
                               WHERE offered_on > %(lately)s AND state <> 'withdrawn'
                           )::int AS recent,
                           count(*) FILTER (
                               WHERE offered_on > %(record)s AND state = 'accepted'
                           )::int AS accepted,
                           count(*) FILTER (
                               WHERE offered_on > %(record)s AND state IN
                                     ('accepted', 'declined', 'returned', 'expired')
                           )::int AS answered
                      FROM past GROUP BY partner_id
                ), by_agreement AS (
                    SELECT agreement_id, count(*)::int AS open
                      FROM past WHERE is_open GROUP BY agreement_id
                )
                SELECT held.id, held.partner_id, coalesce(held.exclusive, false),
                       %(category_depth)s, %(territory_depth)s,
                       coalesce((
                           SELECT term.quota FROM distribution_agreement_term term
                            WHERE term.agreement_id = held.id
                              AND term.date_from <= held.day
                            ORDER BY term.date_from DESC, term.id DESC LIMIT 1
                       ), 0),
                       coalesce(by_agreement.open, 0),
                       partner.active,
                       coalesce(partner.distribution_paused, false)
                       AND held.day <= coalesce(
                           partner.distribution_paused_until, 'infinity'
                       ),
                       partner.company_id, coalesce(partner.distribution_capacity, 0),
                       coalesce(by_partner.open, 0), coalesce(by_partner.recent, 0),
                       coalesce(by_partner.accepted, 0),
                       coalesce(by_partner.answered, 0),
                       partner.partner_latitude, partner.partner_longitude,
                       coalesce(grade.sequence, 'infinity'::float8), %(key)s
                  FROM held
                  JOIN res_partner partner ON partner.id = held.partner_id
                  LEFT JOIN product_category category ON category.id = held.category_id
                  LEFT JOIN distribution_territory territory
                    ON territory.id = held.territory_id
                  LEFT JOIN res_partner_grade grade ON grade.id = partner.grade_id
                  LEFT JOIN by_partner ON by_partner.partner_id = held.partner_id
                  LEFT JOIN by_agreement ON by_agreement.agreement_id = held.id
                """,
                agreements=list(days),
                days=list(days.values()),
                record=now - RECORD,
                lately=now - LATELY,
                key=self.env["res.partner"]._route_key_sql(),
                category_depth=depth_sql(SQL("category.parent_path")),
                territory_depth=depth_sql(SQL("territory.parent_path")),
            )
        )
        scopes, standings, used = {}, {}, {}
        for agreement, partner, *facts in rows:
            exclusive, category, territory, quota, used[agreement], *standing = facts
            scopes[agreement] = Scope(
                agreement, partner, exclusive, category, territory, quota
            )
            *known, latitude, longitude, grade, key = standing
            standings[partner] = Standing(
                mark(*read_route_key(key)),
                *known,
                known_place(latitude, longitude),
                grade,
            )
        return scopes, standings, used

    @api.model
    def _take_turns(
        self, found: Iterable[tuple[Scope, ...]], standings: Mapping[int, Standing]
    ) -> None:
        """Two at one moment would each see room for one more, or fewest with the same.

        Whoever is closer than all others and has room without end gets it in any case.
        """
        partners = {partner for partner, one in standings.items() if one.capacity}
        agreements = set()
        for scopes in found:
            partners |= rivals(scopes)
            agreements |= {scope.agreement for scope in scopes if scope.quota}
        names = {f"channel partner {partner}" for partner in partners}
        names |= {f"channel quota {agreement}" for agreement in agreements}
        self.env["suite.turn"]._take(names)

    @api.model
    def _close(self, asked: list[Asked]) -> None:
        """No policy covers them any more: they wait for nobody."""
        standing = [
            one.lead.history.standing for one in asked if one.lead.history.standing
        ]
        self.env["distribution.route"].browse(standing)._withdraw("uncovered")

    @api.model
    def _write_decisions(self, asked: list[Asked], decisions: list[Decision]) -> None:
        now = fields.Datetime.now()
        kept, new = [], []
        for one, decision in zip(asked, decisions, strict=True):
            # tried again, and nothing has changed
            if decision.outcome.value == one.lead.history.standing_state:
                kept.append(one.lead.history.standing)
            else:
                new.append((one, decision))
        Route = self.env["distribution.route"]
        Route.browse(kept).write({"checked_on": now})
        if not new:
            return
        gaps = self._write_gaps(new, now)
        self._write_routes(new, gaps, now)
        Route.invalidate_model()
        self.env["crm.lead"].browse(
            one.lead.id for one, _d in new
        ).invalidate_recordset(
            ["distribution_state", "team_id", "route_ids", "distribution_route_id"]
        )
        if any(decision.outcome is Outcome.OFFERED for _one, decision in new):
            Route._call_job("crm_distribution.cron_work_offers")

    @api.model
    def _write_gaps(
        self, new: list[tuple[Asked, Decision]], now: datetime
    ) -> dict[tuple, int]:
        """One gap for each place and goods, however many leads found nobody there."""
        keys = {
            self._gap_key(one)
            for one, decision in new
            if decision.outcome is Outcome.GAP
        }
        if not keys:
            return {}
        Gap = self.env["distribution.gap"]
        Gap.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO distribution_gap AS gap (
                    company_id, territory_id, country_id, category_id, state,
                    first_on, last_on, create_uid, create_date, write_uid, write_date
                )
                SELECT asked.*, 'open', %(now)s, %(now)s,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM unnest(%(company)s::int[], %(territory)s::int[],
                              %(country)s::int[], %(category)s::int[]) AS asked
                ON CONFLICT (
                    company_id, COALESCE(territory_id, 0), COALESCE(country_id, 0),
                    COALESCE(category_id, 0)
                ) DO UPDATE SET
                    last_on = excluded.last_on,
                    state = CASE gap.state WHEN 'closed' THEN 'open' ELSE gap.state END
                RETURNING company_id, territory_id, country_id, category_id, id
                """,
                now=now,
                uid=self.env.uid,
                company=[key[0] for key in keys],
                territory=[key[1] for key in keys],
                country=[key[2] for key in keys],
                category=[key[3] for key in keys],
            )
        )
        Gap.invalidate_model()
        return {tuple(key): id_ for *key, id_ in rows}

    @api.model
    def _gap_key(self, one: Asked) -> tuple:
        """The country tells apart what lies in no territory."""
        territory = one.question.territory_id or None
        return (
            one.question.company_id,
            territory,
            None if territory else one.lead.country,
            one.lead.category,
        )

    @api.model
    def _write_routes(
        self, new: list[tuple[Asked, Decision]], gaps: dict[tuple, int], now: datetime
    ) -> None:
        """The attempts with their candidates, and the leads that they are of.

        By one statement: the ORM would write a hundred rows at a time. Of two who route
        one lead at once, the second one fails on the lead, and is tried again.

        Odoo's assignment looks for leads without a team: it shall not take these. They
        get the first team of their company; where they have none, of all companies,
        since the team of a company would give it to them.
        """
        if before := [one.lead.id for one, _d in new if one.lead.history.attempts]:
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE distribution_route SET is_current = false
                     WHERE is_current AND lead_id = ANY(%s)
                    """,
                    before,
                )
            )
        companies = {one.question.company_id for one, _decision in new}
        deadlines = {company: self._deadline(company, now) for company in companies}
        Route = self.env["distribution.route"]
        candidates = documents(decision for _one, decision in new)
        rows = [
            self._prepare_route_values(one, decision, gaps, deadlines, keys, document)
            for (one, decision), keys, document in zip(
                new, Route._new_keys(len(new)), candidates, strict=True
            )
        ]
        self.env["crm.lead"].flush_model(["distribution_state", "team_id"])
        self.env["crm.team"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH new AS MATERIALIZED (
                    SELECT * FROM %(rows)s
                ), first_team AS MATERIALIZED (
                    SELECT company.id AS company_id,
                           (array_agg(team.id ORDER BY team.company_id IS NULL,
                                      %(sequence)s))[1] AS own,
                           (array_agg(team.id ORDER BY team.company_id IS NOT NULL,
                                      %(sequence)s))[1] AS shared
                      FROM res_company company
                      JOIN crm_team team
                        ON team.active
                       AND coalesce(team.company_id, company.id) = company.id
                     GROUP BY company.id
                ), lead AS (
                    UPDATE crm_lead lead
                       SET distribution_state = new.state,
                           team_id = coalesce(
                               lead.team_id,
                               CASE WHEN lead.company_id IS NULL
                                    THEN first_team.shared ELSE first_team.own END),
                           write_uid = %(uid)s, write_date = %(now)s
                      FROM new LEFT JOIN first_team USING (company_id)
                     WHERE lead.id = new.lead_id
                    RETURNING lead.id
                )
                INSERT INTO distribution_route (
                    %(names)s, is_current, offered_on, checked_on
                )
                SELECT %(names)s, true, %(moment)s, %(moment)s
                  FROM new JOIN lead ON lead.id = new.lead_id
                """,
                rows=rows_sql(Route, rows),
                names=SQL(", ").join(map(SQL.identifier, rows[0])),
                sequence=SQL("team.sequence, team.create_date DESC, team.id"),
                uid=self.env.uid,
                now=self.env.cr.now(),
                moment=now,
            )
        )

    @api.model
    def _deadline(self, company_id: int, now: datetime) -> datetime:
        company = self.env["res.company"].browse(company_id)
        return company._distribution_deadline(now, company.distribution_offer_hours)

    @api.model
    def _prepare_route_values(
        self,
        one: Asked,
        decision: Decision,
        gaps: Mapping[tuple, int],
        deadlines: Mapping[int, datetime],
        keys: tuple[str, str],
        candidates: str,
    ) -> dict:
        key = secret = deadline = gap = None
        if decision.outcome is Outcome.OFFERED:
            key, secret = keys
            deadline = deadlines[one.question.company_id]
        elif decision.outcome is Outcome.GAP:
            gap = gaps[self._gap_key(one)]
        return {
            "lead_id": one.lead.id,
            "company_id": one.question.company_id,
            "attempt": one.lead.history.attempts + 1,
            "state": decision.outcome.value,
            "partner_id": decision.partner,
            "decided_by": decision.decided_by and decision.decided_by.value,
            "considered": decision.considered,
            "candidates": candidates,
            "territory_id": one.question.territory_id or None,
            "territory_path": one.territory_path or None,
            "territory_above_id": above_id(one.territory_path),
            "category_id": one.lead.category,
            "category_path": one.category_path or None,
            "category_above_id": above_id(one.category_path),
            "policy_id": one.ruling.policy_id,
            "agreement_id": decision.agreement,
            "gap_id": gap,
            "deadline": deadline,
            "key": key,
            "secret": secret,
        }
