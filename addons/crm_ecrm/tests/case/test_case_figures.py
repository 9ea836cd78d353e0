from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import Form, tagged

from .case_common import CaseCommon, utc


@tagged("post_install", "-at_install")
class TestCaseFigures(CaseCommon):
    def _solved(self, at, **values):
        with freeze_time(at):
            case = self._receive(**values)
            case._say("Done", user=self.agent, then="solved")
        return case

    def test_solved_at_first_contact(self):
        """V49: reopened ones and those who come again about the same do not count."""
        theme, other = self.env["ecrm.case.category"].create(
            [{"name": "Delivery"}, {"name": "Other"}]
        )
        people = self.env["res.partner"].create(
            [{"name": f"P{n}", "email": f"p{n}@x.example"} for n in range(8)]
        )
        at = utc("2027-01-11 10:00")
        cases = self.env["ecrm.case"]
        for number, person in enumerate(people):
            cases |= self._solved(
                at, by=person, category_id=theme.id, name=f"Case {number}"
            )
        with freeze_time(at + timedelta(days=2)):
            cases[0]._customer_reopens("No", by=people[0], medium="portal")
        for person, medium in ((people[1], "mail"), (people[2], "form")):
            again = {"by": person, "category_id": theme.id, "name": "Again"}
            self._solved(at + timedelta(days=6), medium=medium, **again)
        # another theme, or later than a week
        self._solved(at, by=people[3], category_id=other.id, name="Other theme")
        self._solved(at + timedelta(days=8), by=people[4], category_id=theme.id)
        rows = self.env["ecrm.resolution"].search([("case_id", "in", cases.ids)])
        first = rows.filtered(lambda row: row.number == 1)
        self.assertEqual(len(first), 8)
        self.assertEqual(sum(row.at_first for row in first), 500)
        ((mean,),) = self.env["ecrm.resolution"]._read_group(
            [("case_id", "in", cases.ids)], [], ["at_first:avg"]
        )
        self.assertEqual(mean, 62.5, "an episode that goes on counts nowhere")

    def test_confirmed_by_whom_is_shown_apart(self):
        at = utc("2027-01-11 10:00")
        told, silent = self._solved(at), self._solved(at, name="Another")
        told._customer_confirms(by=self.customer)
        silent._close("silence")
        rows = self.env["ecrm.resolution"].search(
            [("case_id", "in", (told | silent).ids)], order="id"
        )
        self.assertRecordValues(
            rows,
            [
                {"by_customer": 100, "by_silence": 0, "confirmed": "customer"},
                {"by_customer": 0, "by_silence": 100, "confirmed": "silence"},
            ],
        )

    def test_cost_of_a_case(self):
        self.team.hour_cost = 60
        case = self._receive()
        case.with_user(self.agent).write({"minutes_spent": 90, "compensation": 10})
        self.assertEqual(case.cost, 100)
        self.team.hour_cost = 600
        self.assertEqual(case.cost, 100, "as it was then")

    def test_complaint_rate_of_a_product(self):
        """A row for each cause that was given, and no sale is counted twice."""
        fault, transport = self.env["ecrm.case.cause"].create(
            [{"name": "Fault"}, {"name": "Transport"}]
        )
        product = self.env["product.product"].create({"name": "Kettle"})
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "order_line": [
                        (0, 0, {"product_id": product.id, "price_unit": 10})
                    ],
                }
                for _number in range(4)
            ]
        )
        orders[:3].write({"state": "sale", "date_order": utc("2027-01-05 10:00")})
        # a month in which nobody complains counts as well
        orders[3:].write({"state": "sale", "date_order": utc("2027-02-05 10:00")})
        said = {"product_id": product.id}
        with freeze_time(utc("2027-01-11 10:00")):
            one, other, without = (
                self._receive(**said, name=str(number)) for number in range(3)
            )
            self._receive(**said, kind="question")
            self._receive(**said, sender="failed", name="forged")
            self._receive(name="Of no product", cause_id=transport.id)
        one.cause_id, other.cause_id = fault, fault
        one.compensation = 7
        self.env.flush_all()
        rates = self.env["ecrm.complaint.rate"]
        mine = [("product_id", "=", product.id)]
        rows = rates.search([*mine, ("complaints", ">", 0)], order="complaints desc")
        january = fields.Date.to_date("2027-01-01")
        self.assertRecordValues(
            rows,
            [
                {"cause_id": fault.id, "complaints": 2, "sold": 3, "cost": 7},
                {"cause_id": False, "complaints": 1, "sold": 3, "cost": 0},
            ],
        )
        self.assertEqual([round(row.rate, 2) for row in rows], [66.67, 33.33])
        self.assertEqual(rows.mapped("month"), [january, january])
        for row, cases in zip(rows, (one | other, without), strict=True):
            found = self.env["ecrm.case"].search(row.action_open_cases()["domain"])
            self.assertEqual(found, cases)
        everything = rates.search(mine)
        self.assertEqual(len(everything), len(set(everything.ids)))

        def groups(by, domain=()):
            found = rates._read_group(
                [*mine, *domain], [by], ["complaints:sum", "sold:sum", "rate:avg"]
            )
            return {key: (told, sold, rate) for key, told, sold, rate in found}

        self.assertEqual(groups("product_id"), {product: (3, 4, 75)})
        self.assertEqual(
            groups("month:month"),
            {january: (3, 3, 100), fields.Date.to_date("2027-02-01"): (0, 1, 0)},
        )
        by_cause = groups("cause_id")
        self.assertEqual(by_cause[fault], (2, 4, 50))
        self.assertEqual(by_cause[fault.browse()], (1, 4, 25))
        self.assertNotIn(transport, by_cause, "nobody complained of it here")
        self.assertEqual(
            groups("cause_id", [("cause_id", "=", fault.id)]), {fault: (2, 4, 50)}
        )
        of_none = rates.search(
            [("product_id", "=", False), ("cause_id", "=", transport.id)]
        ).filtered(lambda row: row.month == january)
        self.env.invalidate_all()
        self.assertRecordValues(of_none, [{"complaints": 1, "sold": 0}])

    def _sold(self, product, day, count):
        line = {"product_id": product.id, "price_unit": 1}
        order = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "order_line": [(0, 0, line)] * count}
        )
        order.write({"state": "sale", "date_order": utc(f"{day} 10:00")})

    def test_complaint_rate_is_that_of_each_group(self):
        """What was sold is not multiplied by causes, and no group lacks any of it."""
        fault, late = self.env["ecrm.case.cause"].create(
            [{"name": "Fault"}, {"name": "Late"}]
        )
        kettle, pan, lid = self.env["product.product"].create(
            [{"name": "Kettle"}, {"name": "Pan"}, {"name": "Lid"}]
        )
        january, february = map(fields.Date.to_date, ("2027-01-01", "2027-02-01"))
        for product, day, lines in (
            *((kettle, "2027-01-05", 10), (kettle, "2027-02-05", 30)),
            *((pan, "2027-01-05", 40), (lid, "2027-02-05", 20)),
        ):
            self._sold(product, day, lines)
        for product, day, cause, count in (
            *((kettle, "2027-01-11", fault, 2), (kettle, "2027-01-11", late, 1)),
            *((kettle, "2027-02-11", late, 3), (pan, "2027-01-11", fault, 1)),
            (pan, "2027-02-11", fault.browse(), 2),
        ):
            with freeze_time(utc(f"{day} 10:00")):
                for _number in range(count):
                    self._receive(product_id=product.id, cause_id=cause.id)
        self.env.flush_all()
        rates = self.env["ecrm.complaint.rate"]
        mine = [("product_id", "in", (kettle | pan | lid).ids)]
        measures = ["complaints:sum", "sold:sum", "rate:avg"]
        none = fault.browse()
        expected = {
            (): {(): (9, 100, 9)},
            ("product_id",): {
                (kettle,): (6, 40, 15),
                (pan,): (3, 40, 7.5),
                (lid,): (0, 20, 0),
            },
            ("month:month",): {(january,): (4, 50, 8), (february,): (5, 50, 10)},
            ("cause_id",): {
                (fault,): (3, 100, 3),
                (late,): (4, 100, 4),
                (none,): (2, 100, 2),
            },
            ("product_id", "cause_id"): {
                (kettle, fault): (2, 40, 5),
                (kettle, late): (4, 40, 10),
                (kettle, none): (0, 40, 0),
                (pan, fault): (1, 40, 2.5),
                (pan, none): (2, 40, 5),
                (lid, none): (0, 20, 0),
            },
            ("cause_id", "month:month"): {
                (fault, january): (3, 50, 6),
                (late, january): (1, 50, 2),
                (none, january): (0, 50, 0),
                (late, february): (3, 50, 6),
                (none, february): (2, 50, 4),
            },
        }

        def named(groups, by):
            return {one[: len(by)]: one[len(by) :] for one in groups}

        for by, figures in expected.items():
            with self.subTest(by=by):
                self.assertEqual(
                    named(rates._read_group(mine, by, measures), by), figures
                )
        with self.subTest("as the pivot asks"):
            sets = rates._read_grouping_sets(mine, [*expected], measures)
            found = {
                by: named(groups, by) for by, groups in zip(expected, sets, strict=True)
            }
            self.assertEqual(found, expected)
        for label, filtered in (
            ("of one cause", [("cause_id", "=", late.id)]),
            ("unless of others", ["!", ("cause_id", "in", [fault.id, False])]),
        ):
            with self.subTest(label):
                self.assertEqual(
                    named(
                        rates._read_group(mine + filtered, ["month:month"], measures),
                        ["month:month"],
                    ),
                    {(january,): (1, 50, 2), (february,): (3, 50, 6)},
                )
        with self.subTest("only what was complained of"):
            found = rates._read_group(
                [*mine, ("complaints", ">", 0)], ["product_id"], measures
            )
            self.assertEqual(
                named(found, ["product_id"]),
                {(kettle,): (6, 40, 15), (pan,): (3, 40, 7.5)},
            )
        for by, worst in (
            (["product_id"], [kettle, pan, lid]),
            (["cause_id"], [late, fault, none]),
        ):
            with self.subTest("worst first", by=by):
                found = [
                    group
                    for group, *_ in rates._read_group(
                        mine, by, ["rate:avg"], order="rate:avg desc", limit=2
                    )
                ]
                self.assertEqual(found, worst[:2])
                found = rates._read_group(
                    mine, by, ["rate:avg"], order="rate:avg desc", limit=2, offset=2
                )
                self.assertEqual([group for group, _rate in found], worst[2:])
        self._try_choosing_groups(rates, mine, (fault, late, none), (kettle, pan))
        with self.subTest("as many rows as facts"):
            # a product and month that was sold, and one with a cause that was given
            self.assertEqual(rates.search_count(mine), 4 + 4 + 1)
            self.env["ecrm.case.cause"].create([{"name": str(n)} for n in range(5)])
            self._sold(lid, "2027-02-06", 5)
            self.env.flush_all()
            self.assertEqual(rates.search_count(mine), 4 + 4 + 1)
        with self.subTest("opened"):
            row = rates.search([("product_id", "=", kettle.id)], limit=1)
            self.assertEqual((row.cause_id, row.month), (late, february))
            self.env.invalidate_all()
            found = self.env["ecrm.case"].search(row.action_open_cases()["domain"])
            self.assertEqual(len(found), row.complaints)

    def _try_choosing_groups(self, rates, mine, causes, products):
        """Groups of causes by what was sold, as Odoo would choose others."""
        fault, late, none = causes
        kettle, pan = products
        # complained of, and never sold: how often is not known
        toy = self.env["product.product"].create({"name": "Toy"})
        with freeze_time(utc("2027-02-11 10:00")):
            self._receive(product_id=toy.id, cause_id=fault.id)
        self.env.flush_all()
        rate, sold, told = ("rate:avg", "sold:sum", "complaints:sum")
        by_cause, by_both = ["cause_id"], ["product_id", "cause_id"]
        never = [("product_id", "=", toy.id)]
        for filtered, by, having, expected in (
            (mine, by_cause, [(rate, ">", 2.5)], [(fault,), (late,)]),
            (mine, by_cause, [(sold, "<", 100)], []),
            (mine, by_cause, [(rate, ">", 2), (told, "<", 4)], [(fault,)]),
            (mine, by_cause, ["|", (rate, "<", 3), (told, ">", 3)], [(late,), (none,)]),
            (mine, by_cause, ["!", (rate, ">", 2.5)], [(none,)]),
            (mine, by_cause, [(rate, "in", [3, 4])], [(fault,), (late,)]),
            (mine, by_both, [(rate, ">=", 5), (sold, "=", 40)], None),
            (never, by_cause, [(rate, ">=", 0)], []),
            (never, by_cause, ["!", (rate, ">=", 0)], []),
            (never, by_cause, ["|", (rate, ">", 0), (told, ">", 0)], [(fault,)]),
        ):
            if expected is None:
                expected = [(kettle, fault), (kettle, late), (pan, none)]
            with self.subTest("chosen", by=by, having=having):
                found = rates._read_group(filtered, by, [rate], having)
                self.assertCountEqual([one[: len(by)] for one in found], expected)
        with self.subTest("the worst of those that are chosen"):
            found = rates.formatted_read_group(
                mine,
                by_cause,
                [rate],
                having=[(sold, ">", 0)],
                order="rate:avg desc",
                limit=1,
                offset=1,
            )
            self.assertEqual([one["rate:avg"] for one in found], [3])

    def test_complaint_rate_has_no_more_rows_than_it_needs(self):
        """Causes that nobody gave multiply nothing; after two years nothing counts."""
        unused, fault = self.env["ecrm.case.cause"].create(
            [{"name": "Unused"}, {"name": "Fault"}]
        )
        product = self.env["product.product"].create({"name": "Kettle"})
        for day in ("2027-01-11 10:00", "2027-02-11 10:00"):
            with freeze_time(utc(day)):
                self._receive(name=day, product_id=product.id, cause_id=fault.id)
        self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [(0, 0, {"product_id": product.id})],
            }
        ).write({"state": "sale", "date_order": utc("2027-02-11 10:00")})
        self.env.flush_all()
        rates = self.env["ecrm.complaint.rate"]
        mine = [("product_id", "=", product.id)]
        for today, months in (("2029-01-31", 2), ("2029-02-02", 1), ("2029-03-02", 0)):
            with self.subTest(today), freeze_time(f"{today} 10:00"):
                self.env.invalidate_all()
                rows = rates.search(mine)
                self.assertEqual(sum(rows.mapped("complaints")), months)
                self.assertEqual(len({*rows.mapped("month")}), months)
                self.assertNotIn(unused, rows.cause_id)

    def test_customers_cases_are_counted_for_the_company(self):
        self._receive()
        self._receive(by=self.colleague, name="Other")
        partner = self.firm.with_user(self.agent)
        self.assertEqual(partner.ecrm_case_count, 2)
        found = self.env["ecrm.case"].search(partner.action_open_ecrm_cases()["domain"])
        self.assertEqual(len(found), 2)

    def test_cases_of_merged_contacts_are_one_customers(self):
        double = self.env["res.partner"].create(
            {"name": "Ada again", "email": "ada@steel.example"}
        )
        kept, moved = self._receive(), self._receive(by=double, name="Other")
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((self.customer | double).ids, self.customer)
        self.env.invalidate_all()
        self.assertFalse(double.exists())
        self.assertEqual((kept | moved).partner_id, self.customer)
        self.assertEqual((kept | moved).commercial_partner_id, self.firm)
        self.assertEqual(moved.clock_state, "running")

    def test_an_episode_opens_its_case(self):
        case = self._receive()
        self.env.flush_all()
        row = self.env["ecrm.resolution"].search([("case_id", "=", case.id)])
        action = row.with_user(self.leader).action_open_case()
        self.assertEqual((action["res_model"], action["res_id"]), (case._name, case.id))

    def test_an_answer_begins_with_a_template(self):
        reply = self.env["ecrm.reply"].create(
            {"name": "New one", "text": "It is sent."}
        )
        case = self._receive()
        answer = self.env["ecrm.case.answer"].with_user(self.agent)
        answer = Form(answer.with_context(default_case_id=case.id))
        answer.reply_id = reply
        self.assertEqual(answer.text, "It is sent.")
        answer.text += " With a tool."
        answer.save().action_send()
        said = case._portal_public().sorted("id")[-1]
        self.assertIn("It is sent. With a tool.", said.body)

    def test_a_contact_that_is_deleted_leaves_the_sums(self):
        """The person goes, and what was counted stays what it was."""
        product = self.env["product.product"].create({"name": "Kettle"})
        person = self.env["res.partner"].create(
            {"name": "Gone", "email": "gone@elsewhere.example"}
        )
        case = self._receive(by=person, product_id=product.id)
        touchpoint = self.env["ecrm.touchpoint"].create({"name": "x", "metric": "nps"})
        asked = self.env["ecrm.feedback"].create(
            {
                "name": "x",
                "touchpoint_id": touchpoint.id,
                "metric": "nps",
                "partner_id": person.id,
            }
        )
        asked._accept({"score": 9, "medium": "link", "nonce": "n"})
        idea = self.env["ecrm.idea"].create({"name": "y", "partner_id": person.id})
        counted = self._counted(product, touchpoint, idea)
        self.assertEqual(counted, (1, (1, 100), 1))
        person.unlink()
        self.assertEqual(self._counted(product, touchpoint, idea), counted)
        for one in (case, asked, idea):
            self.assertFalse(one.partner_id, one._name)

    def _counted(self, product, touchpoint, idea):
        self.env.flush_all()
        self.env.invalidate_all()
        rate = self.env["ecrm.complaint.rate"].search([("product_id", "=", product.id)])
        ((answers, points),) = self.env["ecrm.feedback"]._read_group(
            [("touchpoint_id", "=", touchpoint.id), ("state", "=", "answered")],
            [],
            ["__count", "points:avg"],
        )
        return sum(rate.mapped("complaints")), (answers, points), idea.vote_count
