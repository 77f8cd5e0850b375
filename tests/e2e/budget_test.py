"""The Grenoble Unit's EUR 250,000.00, replayed through REST and checked to the cent, and what may
not happen to a budget.
"""

import base64
import pathlib
import sys
import unittest
import uuid

for folder in ("tests/support", "scripts/support", "scripts/demo"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / folder))

import grenoble_unit as unit  # noqa: E402
from client import wait_until  # noqa: E402
from grenoble_unit import NAME, day, euro, line  # noqa: E402
from installation import InstallationTest  # noqa: E402


class BudgetTest(InstallationTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        person = cls.installation.person
        cls.manager, cls.approver, cls.accountant = cls.installation.budget_office()
        cls.partner = person("manager@tsukuba.example", "tsukuba", "BUDGET_MANAGER")
        cls.stranger = person("manager@elsewhere.example", "elsewhere", "BUDGET_MANAGER")
        # As the demonstration does: the same step has the same key.
        cls.story = unit.Story(cls.manager, cls.approver, cls.accountant,
                               lambda *parts: str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(parts))))

    def lines(self, period):
        rows = self.manager.get(f"/v1/{NAME}/lines", pageSize=200,
                                filter=f'period = "{NAME}/periods/{period}"')["lines"]
        return {row["key"]["category"]: row["balance"] for row in rows}

    def available(self, period, category):
        return self.lines(period)[category]["available"]["value"]

    def statement(self, **query):
        return self.manager.get(f"/v1/{NAME}:statement", **query)

    # One story, told in order: each part begins where the one before ended.
    def test_the_worked_example_to_the_cent(self):
        story = self.story
        story.found()
        budget = self.manager.get(f"/v1/{NAME}")
        self.assertEqual(("ACTIVE", "0.00"), (budget["state"], budget["pool"]["value"]))

        reserved = story.order("equipment-2020", "p1", "3000000", "2020-06-15", "Spectrometer")
        self.assertEqual("24828.27", reserved["reserved"]["value"])
        self.assertEqual("120.83", reserved["conversion"]["rate"])
        self.assertEqual("5171.73", self.available("p1", "EQUIP"))
        self.assertEqual(82.76, self.used("p1", "EQUIP"))
        self.warned("p1", "EQUIP", ["80%"])
        self.race_for_the_last_euro()

        paid = story.invoice("equipment-2020", "3000000", "2020-09-30")
        self.assertEqual(("LIQUIDATED", "24240.47", "587.80"),
                         (paid["state"], paid["liquidated"]["value"], paid["released"]["value"]))
        self.assertEqual("5759.53", self.available("p1", "EQUIP"))
        self.assertEqual(80.80, self.used("p1", "EQUIP"))
        # The race had gone above 90 for a moment; 80 was crossed upwards once.
        self.warned("p1", "EQUIP", ["80%", "90%"], after="liquidated")
        elapsed = {row["timeElapsedPercent"] for row in self.forecast(2020, 12, 31)["rows"]}
        self.assertEqual({"75.3"}, elapsed)  # 275 of 365 days.
        story.costs("p1", until="2021-03-10")
        self.february_cannot_be_spent()
        moved = story.transfer()
        self.assertEqual("POSTED", moved["state"])
        self.assertIn("41000.00", moved["rationale"])
        story.costs("p1", since="2021-03-10")
        closed = story.close("p1", "2021-03-31")
        self.assertEqual("CLOSED", closed["period"]["state"])
        self.assertEqual(64, len(closed["period"]["digest"]))
        self.assertEqual("77990.47", closed["period"]["totals"]["spent"]["value"])
        self.assertEqual("12009.53", closed["period"]["totals"]["carried"]["value"])
        for balance in self.lines("p1").values():
            self.assertEqual("0.00", balance["available"]["value"])
        self.nothing_more_in_a_closed_period()

        story.second_year()
        self.assertEqual("97009.53", self.total("p2", "authorised"))
        self.assertEqual("9254.26", self.total("p2", "reserved"))
        story.close("p2", "2022-03-31")
        self.assertEqual("102979.53", self.total("p3", "authorised"))
        carried = self.manager.get(f"/v1/{NAME}/commitments/equipment-2022")
        self.assertEqual(("CARRIED", "9254.26", f"{NAME}/periods/p3"),
                         (carried["state"], carried["remaining"]["value"],
                          carried["line"]["period"]))
        story.third_year()
        self.assertEqual("8866.56", self.manager.get(
            f"/v1/{NAME}/commitments/equipment-2022")["liquidated"]["value"])
        self.assertEqual("100816.56", self.total("p3", "spent"))
        self.assertEqual("2162.97", self.total("p3", "available"))
        story.give_back()
        story.close("p3", "2023-03-31")
        self.the_report_says_it_all()

    def row(self, period, category):
        rows = self.manager.get(f"/v1/{NAME}/lines", pageSize=200,
                                filter=f'period = "{NAME}/periods/{period}"')["lines"]
        return next(row for row in rows if row["key"]["category"] == category)

    def used(self, period, category):
        """Per cent of what is authorised, to two decimals; the line itself says whole ones."""
        row = self.row(period, category)
        cents = {field: round(100 * float(row["balance"][field]["value"]))
                 for field in ("authorised", "reserved", "spent")}
        exact = 100 * (cents["reserved"] + cents["spent"]) / cents["authorised"]
        self.assertEqual(int(exact), row["usedPercent"])
        return round(exact, 2)

    def warned(self, period, category, expected, after="reserved"):
        """The approver's warnings of a line, once what raised the last of them was heard."""
        identifier = self.row(period, category)["name"].rsplit("/", 1)[1]
        order = f"{NAME}/commitments/equipment-2020"
        wait_until(lambda: after in [row["action"] for row in self.approver.get(
            "/v1/activities", pageSize=200, filter=f'subject = "{order}"').get("activities", [])],
            f"{after} to be heard", 30)

        def titles():
            rows = self.approver.get("/v1/notifications", pageSize=200).get("notifications", [])
            return sorted(row["title"].split()[0] for row in rows if row["kind"] == "alert_used"
                          and f" {identifier} " in row["title"] and row["subject"] == NAME)
        wait_until(lambda: len(titles()) >= len(expected), f"warnings {expected}", 30)
        self.assertEqual(expected, titles())

    def forecast(self, year, month, date):
        return self.manager.get(f"/v1/{NAME}:forecast", **{
            "asOfDate.year": year, "asOfDate.month": month, "asOfDate.day": date})

    def february_cannot_be_spent(self):
        """1,250.00 of 10,000.00 for travel, and the borders closed: 7,000 and more are left."""
        forecast = self.forecast(2021, 2, 1)
        travel = self.row("p1", "TRAVEL")["name"]
        row = next(row for row in forecast["rows"] if row["line"] == travel)
        self.assertEqual(("1250.00", "8513.84"),
                         (row["balance"]["spent"]["value"], row["unspendable"]["value"]))
        self.assertGreater(float(row["unspendable"]["value"]), 7000)
        warnings = {warning["kind"]: (warning["thresholdPercent"], warning["amount"]["value"])
                    for warning in forecast["warnings"] if warning["line"] == travel}
        self.assertEqual({"underspend": (80, "8513.84"), "unspendable": (80, "8513.84")}, warnings)

    def total(self, period, field):
        periods = self.manager.get(f"/v1/{NAME}/periods")["periods"]
        found = next(row for row in periods if row["name"].endswith("/" + period))
        return found["totals"][field]["value"]

    def race_for_the_last_euro(self):
        """Two approvals of 5,000.00 on 5,171.73: exactly one wins; and the other says why not."""
        for identifier in ("race-a", "race-b"):
            self.manager.post(f"/v1/{NAME}/commitments", {
                "commitmentId": identifier,
                "commitment": {"line": line("p1", "EQUIP"), "displayName": "A race",
                               "supplierReference": identifier, "amount": euro("5000.00"),
                               "effectiveDate": day("2020-07-01")}})
        self.assert_refused(400, "SELF_APPROVAL", self.manager.post,
                            f"/v1/{NAME}/commitments/race-a:approve")
        self.approver.post(f"/v1/{NAME}/commitments/race-a:approve")
        self.assert_refused(400, "AMOUNT_NOT_AVAILABLE", self.approver.post,
                            f"/v1/{NAME}/commitments/race-b:approve")
        self.assert_refused(400, "MORE_THAN_REMAINS", self.accountant.post,
                            f"/v1/{NAME}/commitments/race-a:liquidate",
                            {"amount": euro("5000.01"), "effectiveDate": day("2020-07-02")})
        refused = self.approver.post(f"/v1/{NAME}/commitments/race-b:refuse",
                                     {"reason": "nothing is left"})
        self.assertEqual("REFUSED", refused["state"])
        self.manager.post(f"/v1/{NAME}/commitments/race-a:release",
                          {"effectiveDate": day("2020-07-02"), "reason": "not needed"})
        self.assertEqual("5171.73", self.available("p1", "EQUIP"))

    def nothing_more_in_a_closed_period(self):
        self.assert_refused(400, "PERIOD_NOT_OPEN", self.manager.post, f"/v1/{NAME}:recognise",
                            {"line": line("p1", "TRAVEL"), "amount": euro("1.00"),
                             "effectiveDate": day("2021-03-30"), "reference": "late"})

    def the_report_says_it_all(self):
        statement = self.statement()
        life = statement["lifeToDate"]
        self.assertEqual("247837.03", life["actual"]["value"])
        self.assertEqual("2162.97", life["returned"]["value"])
        self.assertEqual("250000.00", statement["contract"]["value"])
        sequence = statement["asOfSequence"]
        again = self.statement(asOfSequence=sequence)
        self.assertEqual(statement["contentHash"], again["contentHash"])
        for calendar in ("budget", "japanese_fiscal_year", "exercice"):
            rows = self.statement(calendar=calendar)
            self.assertEqual("247837.03", rows["lifeToDate"]["actual"]["value"], calendar)
        report = base64.b64decode(self.manager.get(
            f"/v1/{NAME}:export", format="csv", asOfSequence=sequence)["content"]).decode()
        for figure in ("250000.00", "247837.03", "2162.97"):
            self.assertIn(figure, report)
        for file_format in ("json", "csv", "xlsx", "beancount", "hledger", "jsonl"):
            first = self.manager.get(f"/v1/{NAME}:export", format=file_format,
                                     asOfSequence=sequence)
            second = self.manager.get(f"/v1/{NAME}:export", format=file_format,
                                      asOfSequence=sequence)
            self.assertEqual(first["sha256"], second["sha256"], file_format)
            self.assertTrue(first["content"], file_format)

    def test_who_sees_it(self):
        name = self.draft("seen")
        self.assertEqual(name, self.partner.get(f"/v1/{name}")["name"])
        self.assert_refused(404, "BUDGET_NOT_FOUND", self.stranger.get, f"/v1/{name}")
        self.assert_refused(403, None, self.installation.home.get, f"/v1/{name}")

    def draft(self, identifier):
        budget = unit.budget()
        name = f"budgets/{identifier}"
        created = self.manager.post("/v1/budgets", {
            "budgetId": identifier, "budget": budget,
            "periods": [{"name": f"{name}/periods/p1", "startDate": day("2020-04-01"),
                         "endDate": day("2023-03-31")}]})
        return created["name"]


if __name__ == "__main__":
    unittest.main()
