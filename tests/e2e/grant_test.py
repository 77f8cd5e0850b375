"""A stay that a budget pays: mobility asks, budgets reserves or refuses, mobility says which; over
events between the real processes.
"""

import datetime
import pathlib
import sys
import unittest
import uuid

for folder in ("tests/support", "scripts/support", "scripts/demo"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / folder))

import grenoble_unit as unit  # noqa: E402
from client import wait_until  # noqa: E402
from grenoble_unit import UGA, euro  # noqa: E402
from installation import InstallationTest  # noqa: E402


def date(days):
    day = datetime.date.today() + datetime.timedelta(days=days)
    return {"year": day.year, "month": day.month, "day": day.day}


class GrantTest(InstallationTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager, cls.approver, cls.accountant = cls.installation.budget_office()
        cls.found_budget()
        cls.call = cls.installation.open_call("paid", fundingReference="stays")

    @classmethod
    def found_budget(cls):
        """EUR 4,000.00 for stays: one of 150 days at EUR 20.00 fits, a second one does not."""
        name = "budgets/stays"
        approver = cls.approver.get("/v1/people/self")["name"]
        budget = {**unit.budget(), "contractAmount": euro("4000.00"), "startDate": date(-30),
                  "endDate": date(900), "fundingReference": "stays",
                  "sources": [{"organisation": UGA, "promised": euro("4000.00"), "kind": "CASH"}],
                  "grants": [{"id": "stay", "category": "TRAVEL", "partner": UGA,
                              "ratePerDay": euro("20.00"), "dayConvention": "calendar_days",
                              "standingApprover": approver}]}
        cls.manager.post("/v1/budgets", {
            "budgetId": "stays", "budget": budget,
            "periods": [{"name": f"{name}/periods/p1", "startDate": date(-30),
                         "endDate": date(900)}]})
        for who, action in ((cls.manager, "submit"), (cls.approver, "approve"),
                            (cls.manager, "activate")):
            who.post(f"/v1/{name}:move", {"action": action, "effectiveDate": date(-30)})
        cls.accountant.post(f"/v1/{name}/periods/p1:move",
                            {"action": "open", "effectiveDate": date(-30)})
        cls.manager.post(f"/v1/{name}:allocate", {
            "effectiveDate": date(-30),
            "allocations": [{"line": {"period": f"{name}/periods/p1", "category": "TRAVEL",
                                      "partner": UGA, "kind": "CASH"},
                             "amount": euro("4000.00")}]})

    def approved(self):
        student = self.installation.student(f"paid-{uuid.uuid4().hex[:6]}")
        name = self.installation.offered(student, self.call)
        student.post(f"/v1/{name}:acceptOffer")
        mobility = self.installation.home.post(f"/v1/{name}:nominate", {
            "nominee": self.installation.nominee(), "plannedStartDate": date(100),
            "plannedEndDate": date(249)})
        return self.installation.host.post(f"/v1/{mobility['name']}:approve",
                                           {"proposalId": mobility["proposalId"]})["name"]

    def funding(self, name, state):
        def answered():
            funding = self.installation.home.get(f"/v1/{name}")["funding"]
            return funding if funding["state"] == state else None
        return wait_until(answered, f"{name} to be {state}", 20)

    def test_reserved_refused_and_released(self):
        first = self.approved()
        funded = self.funding(first, "FUNDED")
        self.assertEqual(("3000.00", "EUR"), (funded["amount"], funded["currencyCode"]))
        commitment = self.manager.get(f"/v1/{funded['commitment']}")
        self.assertEqual(("APPROVED", "3000.00", first),
                         (commitment["state"], commitment["reserved"]["value"],
                          commitment["mobility"]))
        second = self.approved()
        unfunded = self.funding(second, "UNFUNDED")
        facts = {fact["name"]: fact["value"] for fact in unfunded["facts"]}
        self.assertEqual(("AMOUNT_NOT_AVAILABLE", "1000.00 EUR", "3000.00 EUR", "p1"),
                         (unfunded["reason"], facts["available"], facts["requested"],
                          facts["period"]))
        self.assertIn("1000.00 EUR available, 3000.00 EUR is asked for", unfunded["message"])
        seen = self.installation.host.get(f"/v1/{second}")["funding"]
        self.assertEqual(("AMOUNT_NOT_AVAILABLE", "", []),
                         (seen["reason"], seen["message"], seen["facts"]))
        self.assert_refused(400, "GUARD_REFUSED", self.installation.home.post,
                            f"/v1/{first}:requestFunding", {})
        self.installation.home.post(f"/v1/{first}:cancel", {"reason": "the student fell ill"})
        self.funding(first, "RELEASED")
        lines = self.manager.get("/v1/budgets/stays/lines")["lines"]
        self.assertEqual("4000.00", lines[0]["balance"]["available"]["value"])
        self.asked_again(second)

    def asked_again(self, name):
        """What the cancelled stay held is there now: the office asks once more, and twice by
        mistake."""
        request = str(uuid.uuid4())
        for _ in range(2):
            asked = self.installation.home.post(f"/v1/{name}:requestFunding", {}, key=request)
            self.assertEqual(("REQUESTED", 2), (asked["funding"]["state"],
                                                asked["funding"]["requestNumber"]))
        funded = self.funding(name, "FUNDED")
        self.assertEqual("3000.00", funded["amount"])
        self.assertEqual(("", "", []), (funded["reason"], funded["message"], funded["facts"]))
        lines = self.manager.get("/v1/budgets/stays/lines")["lines"]
        self.assertEqual("1000.00", lines[0]["balance"]["available"]["value"])
        history = self.installation.home.get(f"/v1/{name}:history")["entries"]
        self.assertEqual(["nominated", "approved", "unfunded", "funding_requested", "funded"],
                         [entry["action"] for entry in history if entry["subject"] == name])

    def test_days_are_asked_for(self):
        student = self.installation.student("undated")
        name = self.installation.offered(student, self.call)
        student.post(f"/v1/{name}:acceptOffer")
        self.assert_refused(400, "MISSING_INPUT", self.installation.home.post,
                            f"/v1/{name}:nominate", {"nominee": self.installation.nominee()})


if __name__ == "__main__":
    unittest.main()
