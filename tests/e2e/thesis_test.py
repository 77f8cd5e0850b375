"""A jointly supervised thesis from its proposal to two diplomas, through REST, as its student, its
two directors and both doctoral offices; with what each of them may not do.
"""

import pathlib
import sys
import unittest

for folder in ("tests/support", "scripts/support", "scripts/demo"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / folder))

import theses  # noqa: E402
from client import wait_until  # noqa: E402
from installation import InstallationTest  # noqa: E402
from theses import TSUKUBA, UGA, day  # noqa: E402

# The defence is first planned for October, which counts for the year before, then for February.
ROW = (90, "Ruins that remember water", "art-and-architecture", "llsh", 2022, True, "test",
       "2026-02-02")
FIRST_PLAN = "2025-10-01"
NAME = "theses/joint-thesis-90"


class ThesisTest(InstallationTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.offices = cls.installation.doctoral_offices(theses.SCHOOLS)
        cls.student = cls.installation.student("candidate")
        cls.director = cls.installation.student("director")
        cls.supervisor = cls.installation.student("supervisor", "tsukuba")
        cls.stranger = cls.installation.student("stranger")
        people = {"student": cls.name_of(cls.student), UGA: cls.name_of(cls.director),
                  TSUKUBA: cls.name_of(cls.supervisor)}
        cls.story = theses.Story(cls.offices, people, ROW, lambda *step: None)

    @staticmethod
    def name_of(person):
        return person.get("/v1/people/self")["name"]

    def thesis(self, person=None):
        return (person or self.offices[UGA]).get(f"/v1/{NAME}")

    def obligation(self, identifier):
        plan = self.director.get(f"/v1/{NAME}:plan", languageCode="fr")
        found = [row for row in plan["obligations"] if row["id"] == identifier]
        return found[0] if found else None

    def move(self, person, action, date, **more):
        return person.post(f"/v1/{NAME}:move", {"action": action, "effectiveDate": day(date),
                                                **more})

    def test_from_the_proposal_to_two_diplomas(self):
        self.propose()
        self.sign_the_agreement()
        self.two_yearly_cycles()
        self.suspend_and_amend()
        self.plan_and_slip()
        self.authorise_and_defend()
        self.award()

    def propose(self):
        self.story.propose()
        self.assertEqual("AGREEMENT_PENDING", self.thesis(self.student)["state"])
        self.assertEqual(NAME, self.thesis(self.supervisor)["name"])
        self.assert_refused(404, "THESIS_NOT_FOUND", self.thesis, self.stranger)
        self.assert_refused(403, "", self.move, self.student, "activate", "2022-09-01")
        error = self.assert_refused(400, "GUARD_REFUSED", self.move, self.offices[UGA], "activate",
                                    "2022-10-20")
        self.assertIn("AGREEMENT_IN_FORCE", error.guards)
        self.assertIn("ENROLLED", error.guards)

    def sign_the_agreement(self):
        story = self.story
        story.agree()
        agreement = self.student.get(f"/v1/{story.cotutelle}")
        self.assertEqual("IN_FORCE", agreement["state"])
        self.assertEqual(2, len(agreement["approvals"]))
        self.assertTrue(all(row["originalReceived"] for row in agreement["signatures"]))
        self.assert_refused(400, "AGREEMENTS_OVERLAP", self.offices[TSUKUBA].post,
                            "/v1/cotutelles", {"cotutelleId": "overlapping", "cotutelle": {
                                "thesis": NAME, "text": story.text()}})

    def two_yearly_cycles(self):
        story = self.story
        story.enrol_first()
        self.move(self.offices[UGA], "activate", "2022-10-20", institution=UGA)
        error = self.assert_refused(400, "GUARD_REFUSED", story.record, UGA, "2023/2024",
                                    "enrolled", "2023-09-18")
        self.assertIn("YEAR_STEP_MISSING", error.guards)
        self.assertIn("csi_report", str(error.problem))
        for start in (2023, 2024):
            year = f"{start}/{start + 1}"
            story.record(TSUKUBA, year, "enrolled", f"{start}-04-05")
            story.record(TSUKUBA, year, "proof_received", f"{start}-04-09")
            for step, date in (("csi_held", "06-12"), ("csi_report", "06-20"),
                               ("director_opinion", "06-25"), ("school_proposal", "07-05"),
                               ("enrolled", "09-18"), ("proof_received", "10-05")):
                story.record(UGA, year, step, f"{start}-{date}")
        side = self.thesis()["sides"][0]
        self.assertEqual([1, 2, 3], [year["number"] for year in side["years"]][:3])
        self.assertTrue(side["years"][2]["complete"])

    def suspend_and_amend(self):
        before = self.obligation("fr.duration")["deadline"]["dueDate"]
        office = self.offices[UGA]
        suspension = {"basis": "cesure", "firstDate": day("2024-10-01"),
                      "lastDate": day("2025-03-31")}
        office.post(f"/v1/{NAME}:suspend", {"suspension": suspension})
        after = self.obligation("fr.duration")["deadline"]["dueDate"]
        self.assertGreater((after["year"], after["month"]), (before["year"], before["month"]),
                           "a cesure is not counted in the thesis's duration")
        self.move(office, "resume", "2025-03-31", institution=UGA)
        self.assert_refused(400, "GUARD_REFUSED", office.post, f"/v1/{NAME}:suspend", {
            "suspension": {**suspension, "firstDate": day("2025-05-01"),
                           "lastDate": day("2025-06-01")}})
        self.amend("Ruins and landscapes that remember water")

    def amend(self, title):
        office, partner = self.offices[UGA], self.offices[TSUKUBA]
        amendment = office.post(f"/v1/{self.story.cotutelle}/amendments", {"amendment": {
            "changes": {"title": title}, "paths": ["title"],
            "effectiveDate": day("2025-04-15")}})["name"]
        frozen = office.post(f"/v1/{amendment}:move", {"action": "freeze"})
        self.assert_refused(409, "STALE_CONTENT", partner.post, f"/v1/{amendment}:approve", {
            "institution": TSUKUBA, "contentHash": "0" * 64})
        for side, person in ((UGA, office), (TSUKUBA, partner)):
            person.post(f"/v1/{amendment}:approve", {"institution": side,
                                                     "contentHash": frozen["contentHash"]})
        signing = office.post(f"/v1/{amendment}:move", {"action": "start_signing"})
        for rung in signing["signatures"]:
            office.post(f"/v1/{amendment}:sign", {
                "step": rung["step"], "signedDate": day("2025-04-10"), "originalReceived": True,
                "contentHash": frozen["contentHash"]})
        office.post(f"/v1/{amendment}:move", {"action": "put_in_force"})
        self.assertEqual(title, self.thesis()["title"], "applied with the agreement, in one step")

    def plan_and_slip(self):
        story, director = self.story, self.director
        story.milestone("progress_presentation_2", "2025-02-01")
        plan = {"defence": story.defence_on(FIRST_PLAN, "2025-06-01")}
        short = {**plan, "defence": {**plan["defence"], "jury": theses.jury()[:3]}}
        error = self.assert_refused(400, "GUARD_REFUSED", director.post,
                                    f"/v1/{NAME}:planDefence", short)
        self.assertIn("FR-18.size", error.guards)
        what_if = director.post(f"/v1/{NAME}:planDefence", {**plan, "validateOnly": True})
        self.assertTrue(what_if["differences"])
        self.assertEqual("ACTIVE", self.thesis()["state"], "a what-if changes nothing")
        director.post(f"/v1/{NAME}:planDefence", plan)
        waived = self.obligation("fr.csi/2025")["deadline"]
        self.assertEqual("WAIVED", waived["state"],
                         "no CSI for a defence until the end of December")
        director.post(f"/v1/{NAME}:planDefence",
                      {"defence": story.defence_on(story.defence, "2025-08-25")})
        revived = self.obligation("fr.csi/2025")["deadline"]
        # Told as history, its day has passed; told in time, it would be armed.
        self.assertEqual(("MISSED", waived["id"]), (revived["state"], revived["id"]))
        self.assertGreater(int(revived["generation"]), int(waived["generation"]))
        for start, month in ((2025, "04"),):
            story.record(TSUKUBA, f"{start}/{start + 1}", "enrolled", f"{start}-{month}-05")
            story.record(TSUKUBA, f"{start}/{start + 1}", "proof_received", f"{start}-{month}-09")
        for step, date in (("csi_held", "2025-09-01"), ("csi_report", "2025-09-05"),
                           ("director_opinion", "2025-09-08"), ("school_proposal", "2025-09-10"),
                           ("enrolled", "2025-09-18"), ("proof_received", "2025-10-05")):
            story.record(UGA, "2025/2026", step, date)
        self.assertEqual("MET", self.obligation("fr.csi/2025")["deadline"]["state"])
        self.assertIn("2026", self.obligation("fr.deposit")["rationale"])

    def authorise_and_defend(self):
        story, office = self.story, self.offices[UGA]
        error = self.assert_refused(400, "GUARD_REFUSED", self.move, office, "authorise",
                                    "2026-01-20", institution=UGA)
        self.assertIn("FR-17.reports", error.guards)
        self.assertIn("FR-24", error.guards)
        self.assertIn("PREEXAMINATION", error.guards)
        story.authorise()
        self.assertEqual("AUTHORISED", self.thesis()["state"])
        story.defend()
        thesis = self.thesis(self.supervisor)
        self.assertEqual("passed", thesis["defence"]["outcome"])

    def award(self):
        self.story.award()
        thesis = self.thesis()
        self.assertEqual("DIPLOMAS_ISSUED", thesis["state"])
        self.assertTrue(all("diplomaDate" in side for side in thesis["sides"]))
        conferral = self.obligation("jp.full_text_published")["deadline"]
        self.assertEqual((2027, "ARMED"), (conferral["dueDate"]["year"], conferral["state"]))
        self.story.close()
        self.assertEqual("CLOSED", self.thesis()["state"])
        history = [row["action"] for row in self.offices[UGA].get(f"/v1/{NAME}:history",
                                                                  pageSize=200)["entries"]]
        self.assertEqual(("proposed", "closed"), (history[0], history[-1]))
        # Everybody whom a deadline concerns is told by notifications, which follows the events.
        wait_until(lambda: [row for row in self.director.get("/v1/deadlines").get("deadlines", [])
                            if row["subject"] == NAME], "the director's deadlines")


if __name__ == "__main__":
    unittest.main()
