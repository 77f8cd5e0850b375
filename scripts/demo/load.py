"""Loads the demonstration through the public API, as an administrator, two offices and students
would. It does nothing when the store has it already.
"""

import argparse
import base64
import datetime
import os
import pathlib
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import grenoble_unit  # noqa: E402
import partnership  # noqa: E402
import theses  # noqa: E402
from client import ApiError, Client, patiently  # noqa: E402

# One blank page: the smallest document that really is a PDF.
TRANSCRIPT = base64.b64decode(
    "JVBERi0xLjQKMSAwIG9iajw8L1R5cGUvQ2F0YWxvZy9QYWdlcyAyIDAgUj4+ZW5kb2JqCjIgMCBvYmo8PC9UeXBlL1Bh"
    "Z2VzL0tpZHNbMyAwIFJdL0NvdW50IDE+PmVuZG9iagozIDAgb2JqPDwvVHlwZS9QYWdlL1BhcmVudCAyIDAgUi9NZWRp"
    "YUJveFswIDAgNTk1IDg0Ml0+PmVuZG9iagp0cmFpbGVyPDwvUm9vdCAxIDAgUj4+CiUlRU9GCg==")

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://jointly.example/demo")


def key(*parts):
    """The same step has the same key, so that a load that was interrupted can be run again."""
    return str(uuid.uuid5(NAMESPACE, "/".join(parts)))


def parse():
    parser = argparse.ArgumentParser(prog="scripts/demo/load.py", description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--administrator-email", default="administrator@jointly.example")
    parser.add_argument("--administrator-password-file", required=True)
    parser.add_argument("--demo-password-file", required=True)
    parser.add_argument("--students", type=int, default=len(partnership.JOURNEYS),
                        help="students per university, at most 18")
    return parser.parse_args()


def say(text):
    print(f"demo: {text}", flush=True)


class Demo:
    def __init__(self, url, administrator, password):
        self.client = Client(url)
        self.administrator = administrator
        self.password = password
        self.offices = {}
        self.now = datetime.datetime.now(datetime.timezone.utc)
        # Applications of this autumn and winter are for the receiving year after the next April.
        self.years = {"outgoing": f"{self.now.year + 1}/{self.now.year + 2}",
                      "incoming": f"{self.now.year + 1}/{self.now.year + 2}"}

    def loaded(self):
        try:
            self.administrator.get("/v1/institutions/tsukuba")
            calls = self.administrator.get("/v1/calls").get("calls", [])
            periods = self.administrator.get(f"/v1/{grenoble_unit.NAME}/periods")["periods"]
            self.administrator.get(f"/v1/theses/joint-thesis-{len(theses.ROWS)}")
            return len(calls) >= 4 and all(row["state"] == "CLOSED" for row in periods)
        except ApiError as error:
            if error.status == 404:
                return False
            raise

    def institutions(self):
        for name, institution in partnership.INSTITUTIONS.items():
            self.administrator.post("/v1/institutions",
                                    {"institutionId": name, "institution": institution},
                                    key=key("institution", name))
            schools = theses.SCHOOLS[f"institutions/{name}"]
            for unit, title in {**partnership.UNITS[name], **schools}.items():
                self.administrator.post(f"/v1/institutions/{name}/units",
                                        {"unitId": unit, "unit": {"displayName": title}},
                                        key=key("unit", name, unit))
        say("institutions and units")

    def person(self, email, display, given, family, institution, role, language, zone):
        self.administrator.post("/v1/people", {
            "person": {"displayName": display, "givenName": given, "familyName": family,
                       "email": email, "languageCode": language, "timeZone": zone,
                       "institution": f"institutions/{institution}"},
            "password": self.password,
            "grants": [{"role": role, "scope": f"institutions/{institution}"}],
        }, key=key("person", email))
        return self.client.sign_in(email, self.password)

    def staff(self):
        for email, (display, given, family, institution, role, language, zone) \
                in partnership.PEOPLE.items():
            self.offices[institution] = self.person(email, display, given, family, institution,
                                                    role, language, zone)
        say("international offices")

    def budget(self):
        """The joint laboratory's EUR 250,000.00, from the first day to the last cent."""
        people = {email: self.person(email, *facts)
                  for email, facts in partnership.BUDGET_PEOPLE.items()}
        grenoble_unit.Story(people["budgets@uga.example"], people["director@uga.example"],
                            people["accountant@uga.example"], key).tell()
        say("the Grenoble Unit's budget of EUR 250,000.00, replayed over three years")

    def theses(self):
        """Fourteen jointly supervised theses in progress or defended since 2018."""
        offices = {}
        for email, facts in theses.OFFICES.items():
            offices[f"institutions/{facts[3]}"] = self.person(email, *facts)
        directors = {f"institutions/{side}": [self.scholar(name, side) for name in names]
                     for side, names in theses.DIRECTORS.items()}
        for number, row in enumerate(theses.ROWS):
            home = "uga" if number % 2 == 0 else "tsukuba"
            people = {side: names[number % len(names)] for side, names in directors.items()}
            people["student"] = self.scholar(theses.STUDENTS[number], home, "STUDENT")
            theses.Story(offices, people, row, key).tell()
        say("fourteen jointly supervised theses since 2018, and one to come")

    def scholar(self, name, home, role=None):
        """The name of a person who need not sign in to be part of a thesis."""
        given, family = name
        email = f"{given.lower()}.{family.lower()}@{home}.example"
        grants = [{"role": role, "scope": f"institutions/{home}"}] if role else []
        return self.administrator.post("/v1/people", {
            "person": {"displayName": f"{given} {family}", "givenName": given,
                       "familyName": family, "email": email,
                       "languageCode": "fr" if home == "uga" else "ja",
                       "timeZone": partnership.INSTITUTIONS[home]["timeZone"],
                       "institution": f"institutions/{home}"},
            "password": self.password, "grants": grants}, key=key("person", email))["name"]

    def agreement(self):
        year = self.now.year
        text = partnership.agreement(f"{year}/{year + 1}", f"{year + 4}/{year + 5}")
        name = f"agreements/{partnership.AGREEMENT}"
        uga, tsukuba = self.offices["uga"], self.offices["tsukuba"]
        uga.post("/v1/agreements", {"agreementId": partnership.AGREEMENT, "agreement": text},
                 key=key("agreement"))
        uga.post(f"/v1/{name}:propose", key=key("agreement", "propose"))
        proposed = tsukuba.get(f"/v1/{name}")
        tsukuba.post(f"/v1/{name}:approve", {"contentHash": proposed["contentHash"]},
                     key=key("agreement", "approve"))
        say("agreement proposed by Grenoble and approved by Tsukuba")

    def calls(self):
        for direction, home in (("outgoing", "uga"), ("incoming", "tsukuba")):
            for name, call in partnership.calls(direction, self.now, self.years[direction]).items():
                self._create_call(self.offices[home], name, call)
        say("calls for both directions")

    def _create_call(self, office, name, call):
        # Mobility learns of the agreement by events: a moment after its approval.
        patiently(lambda: office.post("/v1/calls", {"callId": name, "call": call},
                                      key=key("call", name)))
        patiently(lambda: office.post(f"/v1/calls/{name}:publish",
                                      key=key("call", name, "publish")))

    def students(self, count):
        for home, direction in (("uga", "outgoing"), ("tsukuba", "incoming")):
            zone = partnership.INSTITUTIONS[home]["timeZone"]
            language = "fr" if home == "uga" else "ja"
            for (given, family), journey in list(zip(partnership.STUDENTS[home],
                                                     partnership.JOURNEYS))[:count]:
                email = f"{given.lower()}@{home}.example"
                display = f"{given} {family}" if home == "uga" else f"{family.upper()} {given}"
                student = self.person(email, display, given, family, home, "STUDENT", language,
                                      zone)
                Journey(self, student, home, direction, email).take_to(journey)
            say(f"{count} students of {home} with applications in every state")


class Journey:
    """One application, taken as far as its name says."""

    def __init__(self, demo, student, home, direction, email):
        self.demo = demo
        self.student = student
        self.home = home
        self.office = demo.offices[home]
        self.host = demo.offices["tsukuba" if home == "uga" else "uga"]
        self.direction = direction
        self.email = email
        self.name = ""

    def _key(self, step):
        return key(self.email, step)

    def _student(self, verb, body=None):
        return self.student.post(f"/v1/{self.name}:{verb}", body, key=self._key(verb))

    def _office(self, verb, body=None):
        return self.office.post(f"/v1/{self.name}:{verb}", body, key=self._key(verb))

    def take_to(self, journey):
        steps = {
            "draft": [self.draft],
            "submitted": [self.submit],
            "incomplete": [self.incomplete],
            "eligible": [self.check],
            "ineligible": [self.ineligible],
            "ranked": [self.score],
            "offered": [self.offer],
            "waitlisted": [self.score, self.waitlist],
            "rejected": [self.score, self.reject],
            "confirmed": [self.offer, self.accept],
            "declined": [self.offer, self.decline],
            "expired": [self.short_offer],
            "appealed": [self.score, self.reject, self.appeal],
            "rejected_final": [self.score, self.reject, self.appeal, self.refuse_appeal],
            "withdrawn": [self.submit, self.withdraw],
            "nominated": [self.offer, self.accept, self.nominate],
            "approved": [self.offer, self.accept, self.nominate, self.approve],
            "nomination_rejected": [self.offer, self.accept, self.nominate, self.reject_nominee],
        }
        for step in steps[journey]:
            step()

    def draft(self):
        english = {"languageCode": "en", "test": "CEFR", "level": "C1",
                  "testDate": {"year": self.demo.now.year - 1, "month": 6, "day": 1}}
        created = self.student.post("/v1/applications", {"application": {
            "call": f"calls/{self.direction}-open",
            "choices": [{"condition": f"agreements/{partnership.AGREEMENT}/conditions/"
                                      f"{self.direction}", "term": "FIRST"}],
            "profile": {"iscedCode": "0533", "eqfLevel": 7, "grade": 14.5,
                        "gradeScaleMaximum": 20, "completedEcts": 180, "enrolledEcts": 180,
                        "languages": [english], "plannedMonths": 5, "enrolled": True},
            "demo": True}}, key=self._key("create"))
        self.name = created["name"]

    def submit(self):
        self.draft()
        self.student.upload(self.name, "transcript", "transcript.pdf", TRANSCRIPT,
                            key=self._key("upload"))
        self._student("submit")

    def incomplete(self):
        self.submit()
        day = self.demo.now.date() + datetime.timedelta(days=14)
        self._office("check", {"outcome": "INCOMPLETE",
                               "reasons": ["The transcript is not signed."],
                               "completeUntilDate": {"year": day.year, "month": day.month,
                                                     "day": day.day}})

    def ineligible(self):
        self.submit()
        self._office("check", {"outcome": "INELIGIBLE",
                               "reasons": ["The programme ends before the stay begins."]})

    def check(self):
        self.submit()
        self._office("check", {"outcome": "ELIGIBLE"})

    def score(self):
        self.check()
        self._office("score", {"score": 60 + len(self.email) % 30})

    def offer(self):
        self.score()
        self._office("offer")

    def short_offer(self):
        self.score()
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3)
        self._office("offer", {"expireTime": soon.strftime("%Y-%m-%dT%H:%M:%SZ")})

    def waitlist(self):
        self._office("waitlist")

    def reject(self):
        self._office("reject", {"reason": "Other applications scored higher."})

    def accept(self):
        self._student("acceptOffer")

    def decline(self):
        self._student("declineOffer")

    def appeal(self):
        self._student("appeal", {"grounds": "A grade was missing when the jury met."})

    def refuse_appeal(self):
        self._office("decideAppeal", {"granted": False, "reason": "The grade was considered."})

    def withdraw(self):
        self._student("withdraw")

    def nominate(self):
        given = self.email.split("@")[0].capitalize()
        mobility = self._office("nominate", {"nominee": {
            "birthDate": {"year": 2003, "month": 5, "day": 17},
            "nationality": "FR" if self.home == "uga" else "JP", "gender": 9, "email": self.email,
            "europeanStudentIdentifier":
                f"urn:schac:personalUniqueCode:int:esi:{self.home}.example:demo-{given.lower()}",
            "givenName": given, "familyName": "Demonstration"}})
        self.mobility = mobility["name"]
        self.proposal = mobility["proposalId"]

    def approve(self):
        self.host.post(f"/v1/{self.mobility}:approve", {"proposalId": self.proposal},
                       key=self._key("approve"))

    def reject_nominee(self):
        self.host.post(f"/v1/{self.mobility}:reject",
                       {"proposalId": self.proposal,
                        "comment": "The term does not match the course."},
                       key=self._key("reject-nominee"))


def main():
    options = parse()
    administrator = Client(options.url).sign_in(
        options.administrator_email,
        pathlib.Path(options.administrator_password_file).read_text().strip())
    demo = Demo(options.url, administrator,
                pathlib.Path(options.demo_password_file).read_text().strip())
    if demo.loaded():
        say("is loaded already")
        return 0
    began = datetime.datetime.now()
    demo.institutions()
    demo.staff()
    demo.agreement()
    demo.calls()
    demo.students(options.students)
    demo.budget()
    demo.theses()
    say(f"loaded in {(datetime.datetime.now() - began).total_seconds():.0f} s")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ApiError as error:
        print(f"demo: {error}\n{error.problem}", file=sys.stderr)
        os._exit(1)
