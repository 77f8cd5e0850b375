"""Real processes for the e2e and fault tiers: an installation in a temporary folder, with people,
an agreement and an open call, on SQLite or PostgreSQL.
"""

import base64
import datetime
import os
import pathlib
import shutil
import sys
import tempfile
import unittest
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts/support"))

from client import ApiError, Client, patiently  # noqa: E402
from stack import Settings, Stack  # noqa: E402

PASSWORD = "correct horse battery"
PDF = base64.b64decode(
    "JVBERi0xLjQKMSAwIG9iajw8L1R5cGUvQ2F0YWxvZy9QYWdlcyAyIDAgUj4+ZW5kb2JqCjIgMCBvYmo8PC9UeXBlL1Bh"
    "Z2VzL0tpZHNbMyAwIFJdL0NvdW50IDE+PmVuZG9iagozIDAgb2JqPDwvVHlwZS9QYWdlL1BhcmVudCAyIDAgUi9NZWRp"
    "YUJveFswIDAgNTk1IDg0Ml0+PmVuZG9iagp0cmFpbGVyPDwvUm9vdCAxIDAgUj4+CiUlRU9GCg==")


def engine():
    """sqlite or postgresql, from JOINTLY_TEST_ENGINE."""
    return os.environ.get("JOINTLY_TEST_ENGINE", "sqlite")


def binaries():
    return pathlib.Path(os.environ.get("JOINTLY_TEST_BINARIES", ROOT / "build/dev/bin"))


def database_url(name):
    """The URL for a stack: every stack has a PostgreSQL database of its own."""
    if engine() == "sqlite":
        return "sqlite"
    server = os.environ.get("JOINTLY_TEST_POSTGRES")
    if not server:
        raise unittest.SkipTest("JOINTLY_TEST_POSTGRES is not set: scripts/test sets it")
    import subprocess
    subprocess.run(["psql", "-q", server, "-c", f"CREATE DATABASE {name}"], check=True,
                   capture_output=True)
    return server.rsplit("/", 1)[0] + "/" + name


class Installation:
    """A running stack and its people: administrator, two offices; students are made on demand."""

    def __init__(self, **settings):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="jointly-e2e."))
        self.directory.chmod(0o755)
        self.log_copy = os.environ.get("JOINTLY_TEST_LOGS")
        name = "jointly_" + uuid.uuid4().hex[:12]
        self.stack = Stack(Settings(directory=self.directory, binaries=binaries(),
                                    environment="test", database=database_url(name), **settings))
        self.client = None

    def start(self):
        self.stack.start()
        self.client = Client(self.stack.url)
        self.administrator = self.client.sign_in("administrator@jointly.example",
                                                 self.stack.secret("administrator.password"))

    def stop(self):
        try:
            self.stack.stop()
        finally:
            if self.log_copy:
                shutil.copytree(self.directory / "log", pathlib.Path(self.log_copy) /
                                self.directory.name, dirs_exist_ok=True)
            shutil.rmtree(self.directory, ignore_errors=True)

    # --- The partnership ------------------------------------------------------------------------

    def found_partnership(self, places=10):
        for name, zone, region, month in (("uga", "Europe/Paris", "FR", 9),
                                          ("tsukuba", "Asia/Tokyo", "JP", 4),
                                          ("elsewhere", "UTC", "SE", 8)):
            self.administrator.post("/v1/institutions", {"institutionId": name, "institution": {
                "displayName": name.title(), "regionCode": region, "timeZone": zone,
                "academicYearStartMonth": month}})
        self.home = self.person("office@uga.example", "uga", "INTERNATIONAL_OFFICE", "fr")
        self.host = self.person("office@tsukuba.example", "tsukuba", "INTERNATIONAL_OFFICE", "ja")
        self.other = self.person("office@elsewhere.example", "elsewhere", "INTERNATIONAL_OFFICE")
        self.make_agreement("mobility", places)

    def person(self, email, institution, role, language="en"):
        self.administrator.post("/v1/people", {
            "person": {"displayName": email.split("@")[0].title(), "email": email,
                       "languageCode": language, "timeZone": "Europe/Paris",
                       "institution": f"institutions/{institution}"},
            "password": PASSWORD,
            "grants": [{"role": role, "scope": f"institutions/{institution}"}]})
        return self.client.sign_in(email, PASSWORD)

    def budget_office(self):
        """Grenoble's two budget managers and its accountant: who asks, who approves, who pays."""
        return (self.person("manager@uga.example", "uga", "BUDGET_MANAGER"),
                self.person("approver@uga.example", "uga", "BUDGET_MANAGER"),
                self.person("accountant@uga.example", "uga", "ACCOUNTANT"))

    def doctoral_offices(self, schools):
        """The doctoral schools of each institution and their offices, by institution."""
        offices = {}
        for institution, units in schools.items():
            for unit, title in units.items():
                self.administrator.post(f"/v1/{institution}/units", {
                    "unitId": unit, "unit": {"displayName": title}})
            name = institution.split("/")[1]
            offices[institution] = self.person(f"doctoral@{name}.example", name, "DOCTORAL_OFFICE")
        return offices

    def student(self, label, institution="uga", language="fr"):
        return self.person(f"{label}-{uuid.uuid4().hex[:6]}@{institution}.example", institution,
                           "STUDENT", language)

    def make_agreement(self, identifier, places):
        year = datetime.date.today().year
        self.year = f"{year + 1}/{year + 2}"
        condition = {"id": "outgoing", "sendingInstitution": "institutions/uga",
                     "receivingInstitution": "institutions/tsukuba", "firstAcademicYear":
                     f"{year}/{year + 1}", "lastAcademicYear": f"{year + 4}/{year + 5}",
                     "placesPerYear": places, "measure": "PERSONS", "term": "FIRST",
                     "eqfLevels": [6, 7, 8], "iscedMatch": "ANY",
                     "languages": [{"languageCode": "en", "cefrLevel": "B2"}]}
        self.home.post("/v1/agreements", {"agreementId": identifier, "agreement": {
            "displayName": "Student mobility", "partners": ["institutions/uga",
                                                            "institutions/tsukuba"],
            "startDate": {"year": year - 1, "month": 4, "day": 1},
            "endDate": {"year": year + 6, "month": 3, "day": 31}, "conditions": [condition]}})
        proposed = self.home.post(f"/v1/agreements/{identifier}:propose")
        self.host.post(f"/v1/agreements/{identifier}:approve",
                       {"contentHash": proposed["contentHash"]})
        self.agreement = f"agreements/{identifier}"
        self.condition = f"{self.agreement}/conditions/outgoing"

    def open_call(self, identifier, publish=True, **changes):
        def civil(days):
            day = datetime.date.today() + datetime.timedelta(days=days)
            return {"date": {"year": day.year, "month": day.month, "day": day.day},
                    "clock": "12:00", "timeZone": "Europe/Paris"}
        call = {"displayName": "An open call", "homeInstitution": "institutions/uga",
                "agreement": self.agreement, "academicYear": self.year, "openTime": civil(-7),
                "closeTime": civil(30), "decisionTime": civil(-2), "minimumChoices": 1,
                "maximumChoices": 3, "requiredDocuments": ["transcript"], **changes}

        patiently(lambda: self.home.post("/v1/calls", {"callId": identifier, "call": call}))
        if publish:
            patiently(lambda: self.home.post(f"/v1/calls/{identifier}:publish"))
        return f"calls/{identifier}"

    # --- Steps of a case --------------------------------------------------------------------------

    def profile(self):
        return {"iscedCode": "0533", "eqfLevel": 7, "grade": 15, "gradeScaleMaximum": 20,
                "completedEcts": 180, "enrolledEcts": 180, "plannedMonths": 5, "enrolled": True,
                "languages": [{"languageCode": "en", "test": "CEFR", "level": "C1"}]}

    def draft(self, student, call):
        return student.post("/v1/applications", {"application": {
            "call": call, "choices": [{"condition": self.condition, "term": "FIRST"}],
            "profile": self.profile()}})["name"]

    def submitted(self, student, call):
        name = self.draft(student, call)
        student.upload(name, "transcript", "transcript.pdf", PDF)
        student.post(f"/v1/{name}:submit")
        return name

    def ranked(self, student, call, score=80):
        name = self.submitted(student, call)
        self.home.post(f"/v1/{name}:check", {"outcome": "ELIGIBLE"})
        self.home.post(f"/v1/{name}:score", {"score": score})
        return name

    def offered(self, student, call):
        name = self.ranked(student, call)
        self.home.post(f"/v1/{name}:offer")
        return name

    def nominee(self):
        return {"birthDate": {"year": 2003, "month": 4, "day": 2}, "nationality": "FR", "gender": 9,
                "email": "nominee@uga.example", "givenName": "Fictional", "familyName": "Nominee",
                "europeanStudentIdentifier":
                    "urn:schac:personalUniqueCode:int:esi:uga.example:1234567"}

    def nominated(self, student, call):
        name = self.offered(student, call)
        student.post(f"/v1/{name}:acceptOffer")
        return name, self.home.post(f"/v1/{name}:nominate", {"nominee": self.nominee()})


class InstallationTest(unittest.TestCase):
    """Tests that share one installation: the stack starts once per class."""

    places = 10
    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.installation = Installation(**cls.settings)
        # Not in tearDownClass: that does not run when a subclass fails in its own set-up.
        cls.addClassCleanup(cls.installation.stop)
        try:
            cls.installation.start()
            cls.installation.found_partnership(cls.places)
        except BaseException:
            for process in cls.installation.stack.processes.values():
                print(f"--- {process.name}\n{process.last_lines()}")
            raise

    def assert_refused(self, status, reason, act, *arguments, **options):
        """`act` is refused with this status and reason; returns the error to look further."""
        with self.assertRaises(ApiError) as caught:
            act(*arguments, **options)
        self.assertEqual(status, caught.exception.status, caught.exception)
        if reason:
            self.assertEqual(reason, caught.exception.reason, caught.exception)
        return caught.exception
