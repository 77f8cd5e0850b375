"""The demonstration's jointly supervised theses: fourteen in progress or defended since 2018, as
the partnership's page says, and one whose agreement is being signed. Every person, title and date
is fictional; the rules that they pass are the real ones.
"""

import datetime

from client import patiently

UGA, TSUKUBA = "institutions/uga", "institutions/tsukuba"
SIDES = (UGA, TSUKUBA)

SCHOOLS = {
    UGA: {"llsh": "Doctoral school LLSH (languages, arts, humanities)",
          "edcsv": "Doctoral school EDCSV (chemistry and life sciences)",
          "iphig": "Doctoral school of physics and engineering"},
    TSUKUBA: {"science-technology": "Graduate School of Science and Technology",
              "life-earth": "Degree Programs in Life and Earth Sciences"},
}

OFFICES = {
    "doctoral@uga.example": ("Doctoral Office UGA", "Doctoral", "UGA", "uga", "DOCTORAL_OFFICE",
                             "fr", "Europe/Paris"),
    "doctoral@tsukuba.example": ("Doctoral Office Tsukuba", "Doctoral", "Tsukuba", "tsukuba",
                                 "DOCTORAL_OFFICE", "ja", "Asia/Tokyo"),
}

# Given and family names of fictional directors, by side.
DIRECTORS = {
    "uga": [("Claire", "Chamechaude"), ("Bruno", "Moucherotte"), ("Sylvie", "Grandveymont")],
    "tsukuba": [("Kenji", "Nyotai"), ("Naoko", "Nantai"), ("Shigeru", "Hokyosan")],
}

# One row a thesis: number, title, theme, school, first September (of a thesis in progress: how many
# academic years ago), single defence, how far it is, and the day of its defence where it was held.
ROWS = [
    (1, "Slope stability under cyclic earthquakes", "risk-and-resilience", "iphig", 2018, True,
     "closed", "2022-01-28"),
    (2, "Spin transport in germanium nanowires", "chemistry-and-physics", "iphig", 2018, True,
     "closed", "2022-01-31"),
    (3, "Timber joints of temples and alpine barns", "art-and-architecture", "llsh", 2019, True,
     "closed", "2022-10-04"),
    (4, "Catalysts for hydrogen from ammonia", "energy", "edcsv", 2019, True, "diplomas",
     "2023-02-06"),
    (5, "Mobility data and the ageing city", "smart-cities", "llsh", 2020, True, "deposited",
     "2023-09-29"),
    (6, "Flood memory in mountain towns", "risk-and-resilience", "llsh", 3, True, "authorised", ""),
    (7, "Perovskites under indoor light", "energy", "edcsv", 3, True, "planned", ""),
    (8, "Superconducting resonators at 10 mK", "chemistry-and-physics", "iphig", 3, False, "active",
     ""),
    (9, "Snowpack sensors for city roofs", "smart-cities", "iphig", 2, True, "active", ""),
    (10, "Translating haiku in the Alps", "art-and-architecture", "llsh", 2, True, "suspended", ""),
    (11, "Membranes for carbon capture", "energy", "edcsv", 2, True, "active", ""),
    (12, "Rockfall barriers learnt from bamboo", "risk-and-resilience", "iphig", 1, True, "active",
     ""),
    (13, "Light-driven molecular machines", "chemistry-and-physics", "edcsv", 1, False, "active",
     ""),
    (14, "Quiet streets: acoustics of shared space", "smart-cities", "llsh", 0, True, "active", ""),
    (15, "Glaciers and the law of shared waters", "risk-and-resilience", "llsh", 0, True, "signing",
     ""),
]

# The days on which Tsukuba hears presentations, each year: (first, last) as month and day.
PRESENTATIONS = [((1, 23), (2, 10)), ((5, 25), (6, 7)), ((9, 26), (10, 6))]

STUDENTS = [("Maya", "Colporteur"), ("Ryo", "Tsuchiura"), ("Lucie", "Ecrins"),
            ("Kana", "Kasumigaura"), ("Simon", "Galibier"), ("Mei", "Ushiku"),
            ("Elise", "Lautaret"), ("Takumi", "Ishioka"), ("Remi", "Izoard"),
            ("Nanami", "Yatabe"), ("Aline", "Croixhaute"), ("Jun", "Sakuragawa"),
            ("Theo", "Allevard"), ("Hikari", "Yokodai"), ("Nora", "Vanoise")]


def day(text):
    year, month, date = (int(part) for part in text.split("-"))
    return {"year": year, "month": month, "day": date}


def shift(text, **delta):
    return (datetime.date.fromisoformat(text) + datetime.timedelta(**delta)).isoformat()


def presentation_after(today, days):
    """The first weekday of a presentation window that is at least so many days away."""
    date = today + datetime.timedelta(days=days)
    while True:
        monthday = (date.month, date.day)
        if date.weekday() < 5 and any(first <= monthday <= last for first, last in PRESENTATIONS):
            return date.isoformat()
        date += datetime.timedelta(days=1)


def jury():
    """Six members who pass arrete 25-05-2016 art. 17 and 18. Fictional."""
    rows = [("reviewer-1", "Prof. Fictional One", "University of Elsewhere", "professor",
             ["reviewer"], True),
            ("reviewer-2", "Prof. Fictional Two", "Institute of Nowhere", "professor",
             ["reviewer"], True),
            ("president", "Prof. Fictional Three", "University of Farther", "professor",
             ["examiner", "president"], True),
            ("examiner", "Dr Fictional Four", "Institute of Nearby", "associate", ["examiner"],
             False),
            ("director-uga", "Prof. Fictional Five", "Université Grenoble Alpes", "professor",
             ["director"], False),
            ("director-tsukuba", "Prof. Fictional Six", "University of Tsukuba", "professor",
             ["director"], False)]
    return [{"id": identifier, "displayName": name, "institutionName": institution, "rank": rank,
             "hdr": rank == "professor", "external": external, "roles": roles, "countryCode": "CH"}
            for identifier, name, institution, rank, roles, external in rows]


class Story:
    """One thesis, taken as far as its row says, by the two doctoral offices. History is entered
    with its own days. `key` names a step, so that it is done once.
    """

    def __init__(self, offices, people, row, key, today=None):
        self.offices = offices  # By institution.
        self.people = people    # "student", UGA's and Tsukuba's directors.
        self.today = today or datetime.date.today()
        (number, self.title, self.theme, self.school, year, self.single, self.goal,
         self.defence) = row
        # Theses begin in September; until October the ones of this year are not enrolled yet.
        current = self.today.year - (self.today.month < 11)
        self.year = year if year > 2000 else current - year
        # Far enough for what is not done yet, so near that what is done could be done.
        if self.goal == "planned":
            self.defence = presentation_after(self.today, 110)
        if self.goal == "authorised":
            self.defence = presentation_after(self.today, 20)
        self.id = f"joint-thesis-{number}"
        self.name = f"theses/{self.id}"
        self.cotutelle = f"cotutelles/{self.id}"
        self._key = key

    def tell(self):
        self.propose()
        self.agree()
        if self.goal == "signing":
            return
        self.enrol_first()
        self.move("activate", f"{self.year}-10-20")
        self.years()
        if self.goal == "suspended":
            self.suspend()
        if self.defence:
            self.plan()
        if self.goal in ("authorised", "deposited", "diplomas", "closed"):
            self.authorise()
        if self.goal in ("deposited", "diplomas", "closed"):
            self.defend()
        if self.goal in ("diplomas", "closed"):
            self.award()
        if self.goal == "closed":
            self.close()

    def _post(self, path, body, step, side=UGA):
        return self.offices[side].post(f"/v1/{path}", body, key=self._key(self.id, path, step))

    def move(self, action, date, side=UGA, **more):
        return self._post(f"{self.name}:move",
                          {"action": action, "effectiveDate": day(date), "institution": side,
                           **more}, action + side, side)

    # --- From the proposal to the first enrolments ---------------------------------------------

    def propose(self):
        units = {UGA: self.school,
                 TSUKUBA: "life-earth" if self.school == "edcsv" else "science-technology"}
        sides = [{"institution": side, "school": f"{side}/units/{units[side]}",
                  "programme": f"Doctorate, {units[side]}", "director": self.people[side],
                  "inCharge": side == UGA} for side in SIDES]
        # Theses learns of people and schools by events: a moment after they were made.
        patiently(lambda: self._post("theses", {"thesisId": self.id, "thesis": {
            "title": self.title, "student": self.people["student"], "sides": sides,
            "awardMode": "two_diplomas", "singleDefence": self.single, "languageCode": "en",
            "defenceLanguageCode": "en", "themes": [self.theme], "fullTime": True, "demo": True}},
            "create"))
        for side in SIDES:
            self.move("favour", f"{self.year}-05-15", side)
        self.move("open_agreement", f"{self.year}-06-01")

    def text(self):
        return {"title": self.title, "awardMode": "two_diplomas",
                "startDate": day(f"{self.year}-09-01"), "endDate": day(f"{self.year + 5}-08-31"),
                "directorA": self.people[UGA], "directorB": self.people[TSUKUBA],
                "defenceInstitution": UGA, "languageCode": "en", "defenceLanguageCode": "en",
                "summaryLanguageCode": "fr", "residenceMinimumPercent": 30, "fees": "alternate",
                "intellectualProperty": "Shared by both universities.",
                "signatories": ["student", "director_a", "director_b", "school_a", "president_a",
                                "president_b"],
                "survivalClauses": ["running_thesis"], "originals": 6}

    def agree(self):
        self._post("cotutelles", {"cotutelleId": self.id, "cotutelle": {
            "thesis": self.name, "text": self.text(), "demo": True}}, "create")
        self._agreement("negotiate", f"{self.year}-06-02")
        frozen = self._agreement("freeze", f"{self.year}-06-15")
        for side in SIDES:
            self._post(f"{self.cotutelle}:approve",
                       {"institution": side, "contentHash": frozen["contentHash"]},
                       "approve" + side, side)
        self._agreement("start_signing", f"{self.year}-07-01")
        if self.goal == "signing":
            self._sign(frozen, 1, f"{self.year}-07-04")
            return
        for step in range(1, 7):
            self._sign(frozen, step, f"{self.year}-07-{3 + step:02d}")
        self._agreement("put_in_force", f"{self.year}-09-01")

    def _agreement(self, action, date):
        return self._post(f"{self.cotutelle}:move",
                          {"action": action, "effectiveDate": day(date)}, action)

    def _sign(self, frozen, step, date):
        self._post(f"{self.cotutelle}:sign",
                   {"step": step, "signedDate": day(date), "originalReceived": True,
                    "contentHash": frozen["contentHash"]}, f"sign-{step}")

    def record(self, side, academic_year, step, date):
        self._post(f"{self.name}:recordYear",
                   {"institution": side, "academicYear": academic_year, "step": step,
                    "date": day(date)}, f"{side}{academic_year}{step}", side)

    def enrol_first(self):
        year = f"{self.year}/{self.year + 1}"
        self.record(UGA, year, "enrolled", f"{self.year}-09-20")
        self.record(TSUKUBA, year, "enrolled", f"{self.year}-10-02")
        self.record(UGA, year, "proof_received", f"{self.year}-10-10")
        self.record(TSUKUBA, year, "proof_received", f"{self.year}-10-12")

    # --- The years ------------------------------------------------------------------------------

    def last(self):
        """The last day that the yearly cycles are told for."""
        today = self.today.isoformat()
        if self.goal == "suspended":
            return self.ago(60)
        return min(self.defence, today) if self.defence else today

    def ago(self, days):
        return (self.today - datetime.timedelta(days=days)).isoformat()

    def before_defence(self, days, ago):
        """So many days before the defence, and at least so many ago."""
        return min(shift(self.defence, days=-days), self.ago(ago))

    def years(self):
        for start in range(self.year + 1, self.year + 5):
            year = f"{start}/{start + 1}"
            if f"{start}-04-10" <= self.last():
                self.record(TSUKUBA, year, "enrolled", f"{start}-04-05")
                self.record(TSUKUBA, year, "proof_received", f"{start}-04-09")
            if f"{start}-10-10" <= self.last():
                for step, date in (("csi_held", "06-12"), ("csi_report", "06-20"),
                                   ("director_opinion", "06-25"), ("school_proposal", "07-05"),
                                   ("enrolled", "09-18"), ("proof_received", "10-05")):
                    self.record(UGA, year, step, f"{start}-{date}")

    def suspend(self):
        first = self.ago(60)
        self._post(f"{self.name}:suspend", {"suspension": {
            "basis": "cesure", "firstDate": day(first), "lastDate": day(shift(first, days=300))}},
            "suspend")

    # --- The defence ----------------------------------------------------------------------------

    def plan(self):
        planned = self.before_defence(110, 0 if self.goal == "planned" else 30)
        self.milestone("progress_presentation_2", shift(planned, days=-100))
        self._post(f"{self.name}:planDefence", {"defence": self.defence_on(self.defence, planned)},
                   "plan")

    def defence_on(self, date, declared):
        return {"defenceDate": day(date), "defenceClock": "14:00", "timeZone": "Europe/Paris",
                "place": "Grenoble", "jury": jury(), "declaredDate": day(declared)}

    def milestone(self, kind, date, value=0):
        self._post(f"{self.name}:recordMilestone", {
            "institution": TSUKUBA, "milestone": {"kind": kind, "date": day(date),
                                                  "value": value}}, kind, TSUKUBA)

    def step(self, step, date, side=UGA, **more):
        self._post(f"{self.name}:recordDefenceStep", {"step": step, "date": day(date), **more},
                   step, side)

    def authorise(self):
        self.milestone("preexamination", self.before_defence(65, 10))
        self.step("manuscript", self.before_defence(60, 8))
        self.milestone("thesis_submitted", self.before_defence(25, 6))
        self.step("deposit", self.before_defence(35, 5), certified=True)
        for member in ("reviewer-1", "reviewer-2"):
            self._post(f"{self.name}:recordReport",
                       {"member": member, "opinion": "favourable",
                        "date": day(self.before_defence(20, 3))}, member)
        self.move("authorise", self.before_defence(12, 0))

    def defend(self):
        self._post(f"{self.name}:recordDefence", {
            "date": day(self.defence), "outcome": "passed",
            "present": [member["id"] for member in jury()]}, "defend")
        self.milestone("presentation", self.defence)
        self.step("final_deposit", shift(self.defence, days=60))

    def award(self):
        conferred = shift(self.defence, days=57)
        self.step("conferral", conferred, TSUKUBA)
        for side in SIDES:
            self._post(f"{self.name}:issueDiploma",
                       {"institution": side, "date": day(shift(self.defence, days=90))},
                       "diploma" + side, side)

    def close(self):
        self.step("abstract_published", shift(self.defence, days=120), TSUKUBA)
        self.step("full_text_published", shift(self.defence, days=200), TSUKUBA)
        self.offices[UGA].patch(f"/v1/{self.name}?updateMask=thesesFrNumber",
                                {"thesesFrNumber": f"DEMO{self.id[-2:]}"},
                                key=self._key(self.id, "number"))
        self.move("close", shift(self.defence, days=210))
