"""What may come otherwise in the Grenoble Unit's three years: each variant of the worked example on
a budget of its own, through REST; and every bad input with its own reason and nothing recorded.
"""

import base64
import datetime
import pathlib
import sys
import threading
import unittest
import uuid

for folder in ("tests/support", "scripts/support", "scripts/demo"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / folder))

import grenoble_unit as unit  # noqa: E402
from client import ApiError  # noqa: E402
from grenoble_unit import day, euro, yen  # noqa: E402
from installation import InstallationTest  # noqa: E402

CURRENCIES = ("BGN CYP CZK DKK EEK GBP HUF LTL LVL MTL PLN ROL RON SEK SIT SKK CHF ISK NOK HRK RUB "
              "TRL TRY AUD BRL CAD CNY HKD IDR ILS INR KRW MXN MYR NZD PHP SGD THB ZAR").split()


class BudgetVariantsTest(InstallationTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        person = cls.installation.person
        cls.manager, cls.approver, cls.accountant = cls.installation.budget_office()
        cls.auditor = person("auditor@uga.example", "uga", "AUDITOR")
        cls.partner = person("manager@tsukuba.example", "tsukuba", "BUDGET_MANAGER")

    def story(self, identifier, **terms):
        story = unit.Story(self.manager, self.approver, self.accountant,
                           lambda *parts: str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(parts))),
                           identifier)
        story.found(**terms)
        return story

    def three_years(self, identifier):
        """Up to the evening before the last close."""
        story = self.story(identifier)
        story.first_year()
        story.close("p1", "2021-03-31")
        story.second_year()
        story.close("p2", "2022-03-31")
        story.third_year()
        return story

    def amendment(self, story, **fields):
        """Made by the manager and signed by both partners."""
        made = self.manager.post(f"/v1/{story.name}/amendments", {
            "amendment": {"reason": "Borders were closed.", **fields}})
        for person in (self.partner, self.approver):
            person.post(f"/v1/{made['name']}:move",
                        {"action": "sign", "contentHash": made["contentHash"]})
        return made["name"]

    def put_in_force(self, name):
        return self.approver.post(f"/v1/{name}:move", {"action": "put_in_force"})

    def available(self, story, period, category):
        rows = self.manager.get(f"/v1/{story.name}/lines", pageSize=200,
                                filter=f'period = "{story.name}/periods/{period}"')["lines"]
        return next(row["balance"]["available"]["value"] for row in rows
                    if row["key"]["category"] == category)

    def totals(self, story, period):
        periods = self.manager.get(f"/v1/{story.name}/periods")["periods"]
        return next(row["totals"] for row in periods if row["name"].endswith("/" + period))

    def exercices(self, story, date):
        """Year: (AE consumed, CP consumed, restes a payer), as of a day."""
        year, month, number = date.split("-")
        rows = self.manager.get(f"/v1/{story.name}:statement", **{
            "calendar": "exercice", "asOfDate.year": int(year), "asOfDate.month": int(month),
            "asOfDate.day": int(number)})["exercices"]
        return {row["year"]: tuple(row[field]["value"] for field in
                                   ("commitments", "payments", "outstanding")) for row in rows
                if row["commitments"]["value"] != "0.00" or row["payments"]["value"] != "0.00"}

    def journals(self, story):
        """How many there are; one budget of these tests has fewer than 200."""
        found = self.manager.get(f"/v1/{story.name}/journals", pageSize=200)
        self.assertFalse(found.get("nextPageToken"))
        return len(found["journals"])

    def proven(self, story):
        found = self.auditor.get(f"/v1/{story.name}:verify")
        self.assertEqual([], found.get("findings", []))

    # --- The variants ----------------------------------------------------------------------------

    def test_an_extension_signed_in_time_keeps_the_rest(self):
        story = self.three_years("extended")
        late = self.amendment(story, type="NO_COST_EXTENSION", signedDate=day("2023-04-01"),
                              newEndDate=day("2023-09-30"))
        self.assert_refused(400, "GUARD_REFUSED", self.put_in_force, late)
        in_time = self.amendment(story, type="NO_COST_EXTENSION", signedDate=day("2023-02-20"),
                                 newEndDate=day("2023-09-30"))
        self.assertEqual("2", self.put_in_force(in_time)["authorisedVersion"])
        story.close("p3", "2023-03-31")
        self.assertEqual(("2162.97", "0.00"), tuple(
            self.totals(story, "p3")[field]["value"] for field in ("carried", "returned")))
        story.move_period("p4", "open", "2023-04-01")
        self.assertEqual("1370.00", self.available(story, "p4", "TRAVEL"))
        self.proven(story)

    def test_a_costed_extension_adds_to_the_pool(self):
        story = self.story("costed")
        costed = self.amendment(story, type="COSTED_EXTENSION", signedDate=day("2022-12-01"),
                                newEndDate=day("2024-03-31"), change=euro("50000.00"))
        self.put_in_force(costed)
        budget = self.manager.get(f"/v1/{story.name}")
        self.assertEqual(("300000.00", "50000.00"),
                         (budget["contractAmount"]["value"], budget["pool"]["value"]))
        self.proven(story)

    def test_a_carry_over_for_a_reason_is_decided_before_the_close_that_posts_it(self):
        story = self.story("reasoned", carryOver="kakenhi-subsidy")
        path = f"/v1/{story.name}/carryOvers"
        proposal = {"fromPeriod": f"{story.name}/periods/p1",
                    "toPeriod": f"{story.name}/periods/p2", "reason": "Borders are closed."}

        def propose(*rows):
            lines = [{"line": story.line("p1", category), "change": euro(amount)}
                     for category, amount in rows]
            return self.manager.post(path, {"carryOver": {**proposal, "lines": lines}})

        first = propose(("TRAVEL", "9000.00"), ("PERS", "30000.00"))
        error = self.assert_refused(400, "CARRY_OVER_EXISTS", propose, ("CONS", "1.00"))
        self.assertIn(first["name"], str(error.problem))
        self.assert_refused(400, "SELF_APPROVAL", self.manager.post, f"/v1/{first['name']}:move",
                            {"action": "approve"})
        story.move_period("p1", "soft_close", "2021-03-31", self.manager)
        self.assert_refused(400, "GUARD_REFUSED", story.move_period, "p1", "close", "2021-03-31")
        self.approver.post(f"/v1/{first['name']}:move", {"action": "refuse"})
        second = propose(("TRAVEL", "9000.00"))
        self.approver.post(f"/v1/{second['name']}:move", {"action": "approve"})
        closed = story.move_period("p1", "close", "2021-03-31")
        self.assertEqual("kakenhi-subsidy/1 (on_reason): 9000.00 EUR carried",
                         closed["carryOverRationale"])
        rows = self.manager.get(path, filter=f'from_period = "{proposal["fromPeriod"]}"')
        self.assertEqual(
            [("RETURNED", None, "31000.00"), ("POSTED", "9000.00", "1000.00")],
            [(row["state"], (row.get("carried") or {}).get("value"), row["returned"]["value"])
             for row in rows["carryOvers"]])
        self.assertEqual("24000.00", self.available(story, "p2", "TRAVEL"))
        self.assertEqual(("9000.00", "81000.00"), tuple(
            self.totals(story, "p1")[field]["value"] for field in ("carried", "returned")))
        self.proven(story)

    def test_the_french_year_end_and_the_close_in_either_order(self):
        for identifier, close_first in (("close-first", True), ("year-end-first", False)):
            with self.subTest(identifier):
                story = self.story(identifier)
                story.first_year()
                if close_first:
                    story.close("p1", "2021-03-31")
                else:
                    story.move_period("p1", "soft_close", "2021-03-31", self.manager)
                story.move_period("p2", "open", "2021-04-01")
                # What does not live on money that the close carries.
                story.costs("p2", until="2022-01-01", categories=("PERS", "EQUIP", "OVH"))
                expected = {2020: ("71790.47", "47550.00", "24240.47"),
                            2021: ("58800.00", "58800.00", "24240.47")}
                self.assertEqual(expected, self.exercices(story, "2021-12-31"))
                if not close_first:
                    story.move_period("p1", "close", "2021-03-31")
                totals = self.totals(story, "p1")
                self.assertEqual(("77990.47", "12009.53"),
                                 (totals["spent"]["value"], totals["carried"]["value"]))
                self.assertEqual(expected, self.exercices(story, "2021-12-31"))
                self.proven(story)

    def test_an_order_crosses_the_french_years_only(self):
        story = self.story("winter")
        name = self.order(story, "winter-order", "CONS", euro("1000.00"), "2020-12-10")
        self.approver.post(f"/v1/{name}:approve")
        self.assertEqual({2020: ("1000.00", "0.00", "1000.00")},
                         self.exercices(story, "2020-12-31"))
        self.accountant.post(f"/v1/{name}:liquidate", {
            "amount": euro("1000.00"), "final": True, "effectiveDate": day("2021-01-20")})
        self.accountant.post(f"/v1/{story.name}:pay", {
            "partner": unit.UGA, "organisation": unit.UGA, "document": name,
            "amount": euro("1000.00"), "effectiveDate": day("2021-01-20"), "reference": "winter"})
        # As of the French year's end it was open still, whenever that is asked.
        self.assertEqual({2020: ("1000.00", "0.00", "1000.00")},
                         self.exercices(story, "2020-12-31"))
        self.assertEqual({2020: ("1000.00", "0.00", "1000.00"), 2021: ("0.00", "1000.00", "0.00")},
                         self.exercices(story, "2021-03-31"))
        japanese = self.manager.get(f"/v1/{story.name}:statement",
                                    calendar="japanese_fiscal_year")["byPeriod"]
        self.assertEqual({"FY2020": "1000.00"}, {
            row["period"]: row["actual"]["value"] for row in japanese
            if row["actual"]["value"] != "0.00"})
        self.proven(story)

    def test_a_credit_note_after_the_close_corrects_the_next_period(self):
        story = self.story("credited")
        cost = self.manager.post(f"/v1/{story.name}:recognise", {
            "line": story.line("p1", "SERV"), "amount": euro("100.00"),
            "effectiveDate": day("2021-03-21"), "reference": "invoice 7"})["journal"]
        story.close("p1", "2021-03-31")
        story.move_period("p2", "open", "2021-04-01")
        note = {"reason": "Credit note 7", "effectiveDate": day("2021-05-01")}
        corrected = self.accountant.post(f"/v1/{cost['name']}:reverse", note)["journal"]
        self.assertEqual("correct", corrected["movement"])
        # 4,000.00 of each year, less 100.00, and 100.00 back.
        self.assertEqual("8000.00", self.available(story, "p2", "SERV"))
        self.assert_refused(400, "ALREADY_REVERSED", self.accountant.post,
                            f"/v1/{cost['name']}:reverse", note)
        self.proven(story)

    def test_a_wrong_invoice_is_taken_back_and_entered_right(self):
        story = self.story("undone")
        name = self.order(story, "undone-order", "CONS", euro("1000.00"), "2020-06-15")
        self.approver.post(f"/v1/{name}:approve")

        def enter(amount, date):
            self.accountant.post(f"/v1/{name}:liquidate", {
                "amount": euro(amount), "final": True, "effectiveDate": day(date)})
            return f"{story.name}/journals/{self.journals(story)}"

        def pay(amount, date):
            return self.accountant.post(f"/v1/{story.name}:pay", {
                "document": name, "amount": euro(amount),
                "effectiveDate": day(date)})["journal"]["name"]

        def reverse(journal, date, **fields):
            return self.accountant.post(f"/v1/{journal}:reverse", {
                "reason": "It was wrong.", "effectiveDate": day(date), **fields})["journal"]

        wrong = enter("900.00", "2020-07-20")
        payment = pay("900.00", "2020-07-25")
        self.assert_refused(400, "STILL_PAID", reverse, wrong, "2020-07-26")
        rehearsed = reverse(payment, "2020-07-26", validateOnly=True)
        self.assertEqual("reverse", rehearsed["movement"])
        self.assertEqual("reverse", reverse(payment, "2020-07-26")["movement"])
        self.assertEqual("reverse", reverse(wrong, "2020-07-26")["movement"])
        order = self.manager.get(f"/v1/{name}")
        self.assertEqual(("APPROVED", "1000.00", "0.00"), (
            order["state"], order["remaining"]["value"], order["liquidated"]["value"]))
        right = enter("950.00", "2020-07-26")
        pay("950.00", "2020-07-27")
        self.assertEqual({2020: ("950.00", "950.00", "0.00")},
                         self.exercices(story, "2020-12-31"))
        story.close("p1", "2021-03-31")
        story.move_period("p2", "open", "2021-04-01")
        # A year later the supplier credits a part of it.
        self.assert_refused(400, "CREDIT_EXCEEDS_COST", reverse, right, "2021-05-01",
                            amount=euro("950.01"))
        self.assertEqual("correct", reverse(right, "2021-05-01", amount=euro("50.00"))["movement"])
        order = self.manager.get(f"/v1/{name}")
        self.assertEqual(("LIQUIDATED", "950.00", "50.00"), (
            order["state"], order["paid"]["value"], order["credited"]["value"]))
        self.proven(story)

    def test_every_request_twice_is_carried_out_once(self):
        story = self.story("twice")
        story.first_year()
        before = self.journals(story)
        story.found()
        story.first_year()
        self.assertEqual(before, self.journals(story))
        self.proven(story)

    def test_of_two_approvals_at_the_same_instant_one_wins(self):
        story = self.story("race")
        story.order("equipment-2020", "p1", "3000000", "2020-06-15", "Spectrometer")
        self.assertEqual("5171.73", self.available(story, "p1", "EQUIP"))
        names = [self.order(story, f"race-{letter}", "EQUIP", euro("5000.00"), "2020-07-01")
                 for letter in "ab"]
        together = threading.Barrier(len(names))
        outcomes = []

        def approve(name):
            together.wait()
            try:
                outcomes.append(self.approver.post(f"/v1/{name}:approve")["state"])
            except ApiError as error:
                outcomes.append(error.reason)
        threads = [threading.Thread(target=approve, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(["AMOUNT_NOT_AVAILABLE", "APPROVED"], sorted(outcomes))
        self.assertEqual("171.73", self.available(story, "p1", "EQUIP"))
        self.proven(story)

    def order(self, story, identifier, category, amount, date):
        return self.manager.post(f"/v1/{story.name}/commitments", {
            "commitmentId": identifier,
            "commitment": {"line": story.line("p1", category), "displayName": "An order",
                           "supplierReference": identifier, "amount": amount,
                           "effectiveDate": day(date)}})["name"]

    def test_the_whole_history_of_the_european_central_bank(self):
        """As long as the file is: every working day since 1999, 41 currencies, about 2 MB."""
        names = ["USD", "JPY", *CURRENCIES]
        known = {row.split(",")[0]: row.split(",")[1:3] for row in unit.RATES.splitlines()[1:]}
        rows = []
        day_of_file = datetime.date(1999, 1, 4)
        while len(rows) < 6983:
            if day_of_file.weekday() < 5:
                text = day_of_file.isoformat()
                usd_jpy = known.get(text, ["1.0750", "130.25"])
                rows.append(",".join([text, *usd_jpy, *["12.3456"] * 38, "N/A"]) + ",")
            day_of_file += datetime.timedelta(days=1)
        # As it is published: the newest day first, a comma behind the last column.
        content = "\n".join(["Date," + ",".join(names) + ",", *reversed(rows)]) + "\n"
        imported = self.accountant.post("/v1/rates:import", {
            "format": "history_csv", "content": base64.b64encode(content.encode()).decode()})
        self.assertEqual(6983, imported["days"])
        found = self.accountant.get("/v1/rates", **{
            "currencyCode": "JPY", "startDate.year": 1999, "startDate.month": 1,
            "startDate.day": 4, "endDate.year": 1999, "endDate.month": 1, "endDate.day": 8})
        self.assertEqual(5, len(found["days"]))

    # --- Bad input -------------------------------------------------------------------------------

    def test_every_bad_amount_has_its_own_reason_on_every_posting(self):
        story = self.story("bad-amounts")
        name = self.order(story, "bad-order", "CONS", euro("1000.00"), "2020-12-10")
        self.approver.post(f"/v1/{name}:approve")
        bad = [("NaN", "EUR", "INVALID_AMOUNT"), ("1e3", "EUR", "INVALID_AMOUNT"),
               ("12,50", "EUR", "INVALID_AMOUNT"), ("", "EUR", "INVALID_AMOUNT"),
               ("-5.00", "EUR", "INVALID_AMOUNT"), ("0.00", "EUR", "INVALID_AMOUNT"),
               ("10.001", "EUR", "AMOUNT_TOO_PRECISE"), ("10.5", "JPY", "AMOUNT_TOO_PRECISE"),
               ("92233720368547758.08", "EUR", "AMOUNT_OUT_OF_RANGE"),
               ("10.00", "XYZ", "UNKNOWN_CURRENCY")]
        dated = {"effectiveDate": day("2020-12-11"), "reference": "bad"}
        postings = [
            ("recognise", self.manager, f"{story.name}:recognise",
             lambda amount: {"line": story.line("p1", "CONS"), "amount": amount, **dated}),
            ("liquidate", self.accountant, f"{name}:liquidate",
             lambda amount: {"amount": amount, "effectiveDate": day("2020-12-11")}),
            ("receive", self.accountant, f"{story.name}:receive",
             lambda amount: {"organisation": unit.UGA, "amount": amount, **dated}),
            ("commit", self.manager, f"{story.name}/commitments",
             lambda amount: {"commitmentId": "bad", "commitment": {
                 "line": story.line("p1", "CONS"), "displayName": "Bad", "amount": amount,
                 "effectiveDate": day("2020-12-11")}}),
            ("transfer", self.manager, f"{story.name}/transfers",
             lambda amount: {"transfer": {
                 "from": story.line("p1", "TRAVEL"), "to": story.line("p1", "CONS"),
                 "amount": amount, "effectiveDate": day("2020-12-11"), "reason": "bad"}})]
        before = self.journals(story), self.manager.get(f"/v1/{story.name}:statement")
        for what, person, path, body in postings:
            for value, currency, reason in bad:
                with self.subTest(what, value=value, currency=currency):
                    amount = {"value": value, "currencyCode": currency}
                    error = self.assert_refused(400, None, person.post, f"/v1/{path}", body(amount))
                    # A yen may also be refused for being none of the budget's euros.
                    reasons = {error.reason, *error.problem.get("facts", {}).values()}
                    self.assertIn(reason, reasons, error)
                    self.assertTrue(any("amount" in field for field in error.fields), error)
        self.assertEqual(before,
                         (self.journals(story), self.manager.get(f"/v1/{story.name}:statement")))

    def test_every_refusal_says_what_where_and_why(self):
        story = self.story("refusals")
        name = self.order(story, "an-order", "CONS", euro("1000.00"), "2020-12-10")
        cost = {"line": story.line("p1", "CONS"), "amount": euro("1.00"),
                "effectiveDate": day("2020-12-11"), "reference": "r"}
        key = str(uuid.uuid4())
        self.manager.post(f"/v1/{story.name}:recognise", cost, key=key)
        before = self.journals(story)

        def recognise(**changes):
            return lambda: self.manager.post(f"/v1/{story.name}:recognise", {**cost, **changes})
        rows = [
            ("outside of the budget", recognise(effectiveDate=day("2019-12-11")),
             "DATE_OUTSIDE_BUDGET", "2020-04-01"),
            ("a period that is not open", recognise(line=story.line("p2", "CONS"),
                                                    effectiveDate=day("2021-04-02")),
             "PERIOD_NOT_OPEN", "p2"),
            ("more than is available", recognise(amount=euro("7999.01")),
             "AMOUNT_NOT_AVAILABLE", "7999.00"),
            ("self-approval", lambda: self.manager.post(f"/v1/{name}:approve"),
             "SELF_APPROVAL", self.manager.name),
            ("no category of the budget", recognise(line=story.line("p1", "NONE")),
             None, "NONE"),
            ("another payload under the same key", lambda: self.manager.post(
                f"/v1/{story.name}:recognise", {**cost, "amount": euro("2.00")}, key=key),
             "REQUEST_ID_REUSED", "amount"),
            ("a currency without a rate", recognise(amount=yen("100")), "RATE_MISSING", "JPY")]
        for what, act, reason, fact in rows:
            with self.subTest(what):
                with self.assertRaises(ApiError) as caught:
                    act()
                if reason:
                    self.assertEqual(reason, caught.exception.reason, caught.exception)
                self.assertIn(fact, str(caught.exception.problem))
        self.assertEqual(before, self.journals(story))
        # There is no way to change or remove an entry.
        for method in ("PATCH", "PUT", "DELETE"):
            answer = self.manager.raw(method, f"/v1/{story.name}/journals/1",
                                      headers={"Authorization": "Bearer " + self.manager.token,
                                               "Idempotency-Key": str(uuid.uuid4())})
            self.assertIn(answer.status, (404, 405), method)


if __name__ == "__main__":
    unittest.main()
