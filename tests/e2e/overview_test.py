"""The partnership's page: each figure from the records of five services, and what it says when one
of them is away.
"""

import pathlib
import sys
import time
import unittest

for folder in ("tests/support", "scripts/support", "scripts/demo"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / folder))

import grenoble_unit  # noqa: E402
import theses  # noqa: E402
from client import wait_until  # noqa: E402
from installation import InstallationTest  # noqa: E402

QUERY = "/v1/partnershipOverview?partners=institutions/uga&partners=institutions/tsukuba"


class OverviewTest(InstallationTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        person = cls.installation.person
        grenoble_unit.Story(person("manager@uga.example", "uga", "BUDGET_MANAGER"),
                            person("approver@uga.example", "uga", "BUDGET_MANAGER"),
                            person("accountant@uga.example", "uga", "ACCOUNTANT"),
                            lambda *step: None).tell()
        offices = cls.installation.doctoral_offices(theses.SCHOOLS)
        directors = {theses.UGA: cls.name_of("director"), theses.TSUKUBA: cls.name_of("supervisor")}
        for row in theses.ROWS:
            people = {**directors, "student": cls.name_of("candidate")}
            theses.Story(offices, people, row, lambda *step: None).tell()
        cls.offices = offices

    @classmethod
    def name_of(cls, label):
        return cls.installation.student(label).get("/v1/people/self")["name"]

    def overview(self, person=None, since=2018):
        return (person or self.installation.administrator).get(f"{QUERY}&sinceYear={since}")

    def test_each_figure_has_its_records(self):
        overview = self.overview()
        self.assertEqual([], overview["unreachable"])
        self.assertEqual(14, overview["theses"]["total"], "14 theses since 2018")
        self.assertEqual((9, 5), (overview["theses"]["inProgress"], overview["theses"]["defended"]))
        for figure in ("inProgress", "defended"):
            records = overview["theses"][figure + "Records"]
            listed = self.installation.administrator.pages(records["path"], "theses",
                                                           filter=records["filter"])
            self.assertEqual(overview["theses"][figure], len(list(listed)), records)
        unit = overview["budgets"][0]
        self.assertEqual("250000.00", unit["contractAmount"])
        self.assertEqual(["FY2020", "FY2021", "FY2022"], unit["japaneseFiscalYears"])
        self.assertEqual(("247837.03", "2162.97", "0.00"),
                         (unit["spent"], unit["returned"], unit["left"]))
        self.assertEqual(3, len(unit["periods"]))
        self.assertEqual(1, overview["agreements"]["inEffect"])

    def test_a_caller_sees_what_is_theirs(self):
        stranger = self.installation.student("stranger")
        overview = self.overview(stranger)
        self.assertEqual(["budgets"], overview["withheld"])
        self.assertEqual(0, overview["theses"]["total"])
        office = self.overview(self.offices[theses.UGA])
        self.assertEqual(14, office["theses"]["total"])
        wait_until(lambda: self.overview(self.offices[theses.UGA])["deadlines"]["open"],
                   "the office's deadlines")

    def test_a_service_that_is_away_is_named_and_the_others_answer(self):
        budgets = self.installation.stack.processes["budgets"]
        budgets.kill()
        try:
            begin = time.monotonic()
            overview = self.overview()
            self.assertLess(time.monotonic() - begin, 10)
            self.assertEqual(["budgets"], overview["unreachable"])
            self.assertEqual([], overview.get("budgets", []))
            self.assertEqual(14, overview["theses"]["total"])
        finally:
            budgets.start()
        wait_until(lambda: not self.overview()["unreachable"], "budgets to be back")


if __name__ == "__main__":
    unittest.main()
