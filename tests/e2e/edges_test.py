"""Bad input at the edge: a clear refusal that names what, where, why; never a 500, no effect."""

import json
import pathlib
import subprocess
import sys
import unittest
import uuid

for folder in ("tests/support", "scripts/support"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / folder))

from client import ApiError, Client, wait_until  # noqa: E402
from installation import PDF, InstallationTest  # noqa: E402


class EdgesTest(InstallationTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call = cls.installation.open_call("edges")
        cls.student = cls.installation.student("edge")
        cls.name = cls.installation.draft(cls.student, cls.call)

    def headers(self, **more):
        return {"Authorization": "Bearer " + self.student.token,
                "Content-Type": "application/json", **more}

    def raw(self, body, path="/v1/applications", **more):
        return self.student.raw("POST", path, body, self.headers(**more))

    def test_malformed_documents_are_400(self):
        deep = '{"a":' * 100 + "1" + "}" * 100
        rows = [b"", b"{", b"[]", b'{"application": {"call": "calls/edges"}', b"{'a': 1}",
                b'{"application": {}, "application": {}}', b'{"unknown": 1}', deep.encode(),
                b'{"application": "text"}', b"\xff\xfe", b'{"application": {"call": 7}}',
                b'{"application": {"call": "x",}}', b'{"application": NaN}']
        for body in rows:
            answer = self.raw(body)
            self.assertEqual(400, answer.status, (body[:60], answer.body[:200]))
            self.assertIn("problem+json", answer.headers["Content-Type"])

    def test_sizes(self):
        answer = self.raw(b'{"application": {"call": "' + b"x" * (2 << 20) + b'"}}')
        self.assertEqual(413, answer.status)
        large = self.headers(**{"X-Large": "x" * 20000})
        answer = self.student.raw("GET", "/v1/calls", None, large)
        self.assertEqual(431, answer.status)

    def test_every_violation_is_listed(self):
        refused = self.assert_refused(400, None, self.installation.home.post, "/v1/calls",
                                      {"call": {"homeInstitution": "uga", "minimumChoices": 5,
                                                "maximumChoices": 2}})
        for path in ("call.display_name", "call.agreement", "call.academic_year", "call.open_time",
                     "call.close_time"):
            self.assertIn(path, refused.fields)

    def test_no_token_wrong_token_wrong_role(self):
        stranger = Client(self.installation.stack.url)
        self.assert_refused(401, None, stranger.get, f"/v1/{self.name}")
        forged = Client(self.installation.stack.url, token=self.student.token[:-4] + "AAAA")
        self.assert_refused(401, None, forged.get, f"/v1/{self.name}")
        self.assert_refused(403, None, self.student.post, "/v1/calls", {"call": {}})

    def test_somebody_elses_application_is_not_found_on_every_route(self):
        other_student = self.installation.student("other")
        document = self.student.upload(self.name, "transcript", "t.pdf", PDF)
        missing = f"applications/{uuid.uuid4()}"
        verbs = {
            other_student: ["submit", "resubmit", "acceptOffer", "declineOffer", "withdraw",
                            ("appeal", {"grounds": "x"})],
            self.installation.other: [("check", {"outcome": "ELIGIBLE"}), ("score", {"score": 1}),
                                      "offer", "waitlist", ("reject", {"reason": "x"}),
                                      ("decideAppeal", {"granted": True, "reason": "x"}),
                                      ("nominate", {"nominee": self.installation.nominee()})],
        }
        for person, actions in verbs.items():
            for action in actions:
                verb, body = action if isinstance(action, tuple) else (action, {})
                for target in (self.name, missing):
                    with self.subTest(verb=verb, target=target):
                        self.assert_refused(404, None, person.post, f"/v1/{target}:{verb}", body)
        for person in (other_student, self.installation.other, self.installation.host):
            self.assert_refused(404, None, person.get, f"/v1/{self.name}")
            self.assert_refused(404, None, person.get, f"/v1/{self.name}:history")
            self.assert_refused(404, None, person.get, f"/v1/{document['name']}:download")
            listed = person.get("/v1/applications", pageSize=200).get("applications", [])
            self.assertNotIn(self.name, [row["name"] for row in listed])
        self.assert_refused(404, None, other_student.upload, self.name, "transcript", "t.pdf", PDF)
        self.assert_refused(404, None, other_student.delete, f"/v1/{document['name']}")
        self.assert_refused(404, None, other_student.patch, f"/v1/{self.name}",
                            {"profile": {"eqfLevel": 6}})

    def test_illegal_moves_name_what_is_open(self):
        student = self.installation.student("illegal")
        name = self.installation.draft(student, self.call)
        refused = self.assert_refused(400, "ILLEGAL_MOVE", student.post, f"/v1/{name}:acceptOffer")
        self.assertIn("submit", json.dumps(refused.problem))
        refused = self.assert_refused(400, "GUARD_REFUSED", student.post, f"/v1/{name}:submit")
        self.assertIn("G1", refused.guards)

    def test_a_stale_etag_changes_nothing(self):
        student = self.installation.student("stale")
        name = self.installation.draft(student, self.call)
        first = student.get(f"/v1/{name}")["etag"]
        student.patch(f"/v1/{name}", {"profile": {"eqfLevel": 6}})
        self.assert_refused(409, "STALE_ETAG", student.patch, f"/v1/{name}",
                            {"profile": {"eqfLevel": 8}}, etag=first)
        self.assertEqual(6, student.get(f"/v1/{name}")["profile"]["eqfLevel"])

    def test_the_same_key_twice_has_one_effect_and_the_first_reply(self):
        student = self.installation.student("twice")
        key = str(uuid.uuid4())
        body = {"application": {"call": self.call, "choices": [
            {"condition": self.installation.condition, "term": "FIRST"}]}}
        first = student.post("/v1/applications", body, key=key)
        again = student.post("/v1/applications", body, key=key)
        self.assertEqual(first, again)
        body["application"]["choices"] = []
        refused = self.assert_refused(409, "REQUEST_ID_REUSED", student.post, "/v1/applications",
                                      body, key=key)
        self.assertIn("application", json.dumps(refused.problem))
        self.assert_refused(400, None, student.post, "/v1/applications", body, key="not-a-uuid")
        self.assertEqual(1, len(student.get("/v1/applications")["applications"]))

    def test_uploads_are_what_they_say(self):
        student = self.installation.student("upload")
        name = self.installation.draft(student, self.call)
        self.assert_refused(400, None, student.upload, name, "transcript", "t.pdf",
                            b"#!/bin/sh\necho no\n")
        self.assert_refused(413, None, student.upload, name, "transcript", "t.pdf",
                            PDF + b"0" * (11 << 20))
        self.assert_refused(400, None, student.upload, name, "transcript", "../../etc/passwd.pdf",
                            PDF)
        document = student.upload(name, "transcript", "relevé de notes.pdf", PDF)
        answer = student.raw("GET", f"/v1/{document['name']}:download", None,
                             {"Authorization": "Bearer " + student.token})
        self.assertEqual(PDF, answer.body)
        self.assertTrue(answer.headers["Content-Disposition"].startswith("attachment"))
        self.assertNotIn("/", answer.headers["Content-Disposition"].split("filename", 1)[1]
                         .split(";")[0])

    def test_unknown_paths_and_methods(self):
        self.assert_refused(404, None, self.student.get, "/v1/nothing")
        answer = self.student.raw("PUT", "/v1/applications", b"{}", self.headers())
        self.assertEqual(405, answer.status)

    def test_a_signed_out_session_is_refused_everywhere(self):
        student = self.installation.student("leaver")
        student.get("/v1/applications")
        student.post("/v1/sessions:signOut", {"refreshToken": student.refresh_token})

        def refused():
            try:
                student.get("/v1/applications")
                return False
            except ApiError as error:
                return error.status == 401
        wait_until(refused, "every service to refuse the ended session", 15)

    def test_openapi_names_every_route(self):
        document = Client(self.installation.stack.url).get("/openapi.json")
        self.assertTrue(document["openapi"].startswith("3."))
        self.assertIn("/v1/applications", document["paths"])
        text = json.dumps(document)
        for reference in set(part.split('"')[0] for part in text.split('"$ref": "')[1:]):
            target = document
            for step in reference.removeprefix("#/").split("/"):
                target = target[step]

    def test_grpc_by_reflection(self):
        operator = str(self.installation.stack.settings.binaries / "jointly-operator")
        address = f"127.0.0.1:{self.installation.stack.settings.grpc_port}"
        result = subprocess.run(
            [operator, "call", address, "jointly.mobility.v1.Mobility/GetApplication",
             json.dumps({"name": self.name}), "--token", self.student.token],
            capture_output=True, text=True, timeout=30)
        self.assertEqual(0, result.returncode, result.stdout + result.stderr)
        self.assertEqual(self.name, json.loads(result.stdout)["name"])


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
