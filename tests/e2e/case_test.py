"""One case, two offices, one truth: an application from draft to an approved nomination."""

import pathlib
import sys
import unittest
import uuid

for folder in ("tests/support", "scripts/support"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / folder))

from client import wait_until  # noqa: E402
from installation import PDF, InstallationTest  # noqa: E402


class CaseTest(InstallationTest):

    def setUp(self):
        self.call = self.installation.open_call(f"open-{uuid.uuid4().hex[:8]}")
        self.student = self.installation.student("camille")
        self.home = self.installation.home
        self.host = self.installation.host

    def state(self, name, viewer=None):
        return (viewer or self.home).get(f"/v1/{name}")["state"]

    def test_from_draft_to_approved(self):
        name = self.installation.draft(self.student, self.call)
        seen = self.student.get(f"/v1/{name}")
        self.assertEqual("DRAFT", seen["state"])
        self.assertEqual("student", seen["waitingFor"])
        submit = next(row for row in seen["allowedActions"] if row["action"] == "submit")
        self.assertFalse(submit.get("ready", False))
        self.assertIn("transcript", str(submit["missing"]))

        document = self.student.upload(name, "transcript", "transcript.pdf", PDF)
        self.assertEqual("application/pdf", document["mediaType"])
        self.assertEqual(64, len(document["sha256"]))

        self.assertEqual("SUBMITTED", self.student.post(f"/v1/{name}:submit")["state"])
        self.assertEqual("home_office", self.home.get(f"/v1/{name}")["waitingFor"])
        self.home.post(f"/v1/{name}:check", {"outcome": "ELIGIBLE"})
        self.home.post(f"/v1/{name}:score", {"score": 91.5})
        offered = self.home.post(f"/v1/{name}:offer")
        self.assertEqual("OFFERED", offered["state"])
        self.assertEqual("OFFERED", self.state(name, self.student))
        self.assertEqual("CONFIRMED", self.student.post(f"/v1/{name}:acceptOffer")["state"])

        self.assert_refused(404, None, self.host.get, f"/v1/{name}")
        mobility = self.home.post(f"/v1/{name}:nominate", {"nominee": self.installation.nominee()})
        self.assertEqual("NOMINATED", mobility["state"])
        self.assertEqual("host_office", mobility["waitingFor"])
        self.assertNotEqual(mobility["sendingAcademicYear"], "")

        seen_by_host = self.host.get(f"/v1/{mobility['name']}")
        self.assertEqual("Nominee", seen_by_host["nominee"]["familyName"])
        seen_by_student = self.student.get(f"/v1/{mobility['name']}")
        self.assertNotIn("familyName", seen_by_student.get("nominee") or {})
        approved = self.host.post(f"/v1/{mobility['name']}:approve",
                                  {"proposalId": mobility["proposalId"]})
        self.assertEqual("APPROVED", approved["state"])

        history = self.student.get(f"/v1/{name}:history")["entries"]
        for subject in (name, mobility["name"]):
            revisions = [int(row["revision"]) for row in history if row["subject"] == subject]
            self.assertEqual(list(range(1, len(revisions) + 1)), revisions)
        self.assertEqual("approved", history[-1]["action"])

    def test_both_offices_and_the_student_are_told(self):
        name, mobility = self.installation.nominated(self.student, self.call)
        self.host.post(f"/v1/{mobility['name']}:approve", {"proposalId": mobility["proposalId"]})

        def told(person, subject):
            return [row for row in person.get("/v1/notifications", pageSize=200)["notifications"]
                    if row["subject"] in (name, mobility["name"]) and row["subject"] == subject]

        wait_until(lambda: told(self.student, mobility["name"]), "the student's notification", 20)
        wait_until(lambda: told(self.host, mobility["name"]), "the host's notification", 20)
        wait_until(lambda: told(self.home, name), "the home office's notification", 20)

        mails = self.installation.directory / "mail"

        def accepted():
            return [row for row in self.student.get("/v1/deliveries", pageSize=200)
                    .get("deliveries", []) if row["state"] == "ACCEPTED"]
        wait_until(accepted, "a mail to the student", 30)
        self.assertTrue(any(path.is_file() for path in mails.rglob("new/*")))
        activities = self.home.get("/v1/activities", pageSize=200,
                                   filter=f'subject = "{name}"')["activities"]
        self.assertIn("submitted", [row["action"] for row in activities])

    def test_a_rejected_nomination_is_corrected(self):
        _, mobility = self.installation.nominated(self.student, self.call)
        path = f"/v1/{mobility['name']}"
        refused = self.assert_refused(400, None, self.host.post, path + ":reject",
                                      {"proposalId": mobility["proposalId"]})
        self.assertIn("comment", refused.fields)
        rejected = self.host.post(path + ":reject", {"proposalId": mobility["proposalId"],
                                                     "comment": "The term does not exist."})
        self.assertEqual("NOMINATION_REJECTED", rejected["state"])
        self.assertFalse(self.student.get(path).get("hostComment"))
        corrected = self.home.post(path + ":correct", {"nominee": self.installation.nominee()})
        self.assertEqual("NOMINATED", corrected["state"])
        self.assertNotEqual(mobility["proposalId"], corrected["proposalId"])
        self.assert_refused(409, "STALE_PROPOSAL", self.host.post, path + ":approve",
                            {"proposalId": mobility["proposalId"]})
        self.host.post(path + ":approve", {"proposalId": corrected["proposalId"]})

    def test_a_cancelled_mobility_promotes_the_waiting_list(self):
        installation = self.installation
        installation.make_agreement(f"small-{uuid.uuid4().hex[:8]}", places=1)
        try:
            call = installation.open_call(f"small-{uuid.uuid4().hex[:8]}")
            first = installation.student("first")
            second = installation.student("second")
            _, mobility = installation.nominated(first, call)
            waiting = installation.ranked(second, call, score=70)
            refused = self.assert_refused(400, "GUARD_REFUSED", self.home.post,
                                          f"/v1/{waiting}:offer")
            self.assertIn("G9", refused.guards)
            listed = self.home.post(f"/v1/{waiting}:waitlist")
            self.assertEqual(1, listed["waitlistPosition"])
            self.home.post(f"/v1/{mobility['name']}:cancel", {"reason": "The student fell ill."})
            self.assertEqual("OFFERED", self.state(waiting))
        finally:
            installation.agreement = "agreements/mobility"
            installation.condition = installation.agreement + "/conditions/outgoing"


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
