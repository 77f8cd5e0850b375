"""A thesis that a budget pays: theses asks when it becomes active, budgets reserves or refuses,
theses says which; over events between the real processes.
"""

import datetime
import pathlib
import sys
import unittest

for folder in ("tests/support", "scripts/support", "scripts/demo"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / folder))

import grenoble_unit as unit  # noqa: E402
import theses  # noqa: E402
from client import wait_until  # noqa: E402
from grenoble_unit import UGA, euro  # noqa: E402
from installation import InstallationTest  # noqa: E402
from theses import TSUKUBA, day  # noqa: E402

BUDGET = "budgets/doctoral"


def date(days):
    return day((datetime.date.today() + datetime.timedelta(days=days)).isoformat())


class ThesisGrantTest(InstallationTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager, cls.approver, cls.accountant = cls.installation.budget_office()
        cls.offices = cls.installation.doctoral_offices(theses.SCHOOLS)
        cls.directors = {UGA: cls.name_of(cls.installation.student("director")),
                         TSUKUBA: cls.name_of(cls.installation.student("director", "tsukuba"))}
        cls.found_budget()

    @staticmethod
    def name_of(person):
        return person.get("/v1/people/self")["name"]

    @classmethod
    def found_budget(cls):
        """EUR 4,000.00: one thesis at EUR 3,000.00 fits, a second one does not."""
        scheme = {"id": "thesis", "category": "TRAVEL", "partner": UGA,
                  "amountPerThesis": euro("3000.00"), "standingApprover": cls.name_of(cls.approver)}
        budget = {**unit.budget(), "contractAmount": euro("4000.00"), "startDate": date(-30),
                  "endDate": date(900), "fundingReference": "doctoral-mobility",
                  "sources": [{"organisation": UGA, "promised": euro("4000.00"), "kind": "CASH"}],
                  "grants": [scheme]}
        cls.manager.post("/v1/budgets", {
            "budgetId": "doctoral", "budget": budget,
            "periods": [{"name": f"{BUDGET}/periods/p1", "startDate": date(-30),
                         "endDate": date(900)}]})
        for who, action in ((cls.manager, "submit"), (cls.approver, "approve"),
                            (cls.manager, "activate")):
            who.post(f"/v1/{BUDGET}:move", {"action": action, "effectiveDate": date(-30)})
        cls.accountant.post(f"/v1/{BUDGET}/periods/p1:move",
                            {"action": "open", "effectiveDate": date(-30)})
        cls.manager.post(f"/v1/{BUDGET}:allocate", {
            "effectiveDate": date(-30),
            "allocations": [{"line": {"period": f"{BUDGET}/periods/p1", "category": "TRAVEL",
                                      "partner": UGA, "kind": "CASH"},
                             "amount": euro("4000.00")}]})

    def active(self, number, reference):
        """A thesis that names what is to pay it, up to the day on which it is active."""
        student = self.installation.student(f"candidate-{number}")
        row = (number, "Paid ruins that remember", "art-and-architecture", "llsh", 2022, True,
               "test", "")
        story = theses.Story(self.offices, {"student": self.name_of(student), **self.directors},
                             row, lambda *step: None)
        story.propose()
        self.offices[UGA].patch(f"/v1/{story.name}", {"fundingReference": reference})
        self.assertEqual("", self.thesis(story).get("fundingState", ""), "it is not active yet")
        story.agree()
        story.enrol_first()
        story.move("activate", "2022-10-20")
        return story

    def thesis(self, story):
        return self.offices[TSUKUBA].get(f"/v1/{story.name}")

    def answered(self, story, state):
        def found():
            thesis = self.thesis(story)
            return thesis if thesis["fundingState"] == state else None
        return wait_until(found, f"{story.name} to be {state}", 20)

    def available(self):
        line = self.manager.get(f"/v1/{BUDGET}/lines")["lines"][0]
        return line["balance"]["available"]["value"]

    def test_reserved_refused_and_released(self):
        first = self.active(80, "doctoral-mobility")
        thesis = self.answered(first, "reserved")
        commitment = self.manager.get(f"/v1/{thesis['fundingCommitment']}")
        self.assertEqual(
            ("APPROVED", "3000.00", first.name, "services/theses", self.name_of(self.approver)),
            (commitment["state"], commitment["reserved"]["value"], commitment["thesis"],
             commitment["requester"], commitment["approver"]))
        self.assertEqual("1000.00", self.available())
        second = self.active(81, BUDGET)
        self.assertEqual("AMOUNT_NOT_AVAILABLE", self.answered(second, "refused")["fundingNote"])
        third = self.active(82, "nobody-pays")
        self.assertEqual("BUDGET_NOT_FOUND", self.answered(third, "refused")["fundingNote"])
        first.move("abandon", "2023-01-10", reason="the student found work")
        self.answered(first, "released")
        self.assertEqual("4000.00", self.available())
        history = [row["action"] for row in self.offices[UGA].get(
            f"/v1/{first.name}:history", pageSize=200)["entries"]]
        self.assertEqual(2, history.count("funding"), "one answer, and its end")


if __name__ == "__main__":
    unittest.main()
