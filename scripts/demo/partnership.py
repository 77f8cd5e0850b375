"""The demonstration's data: the partnership of the University of Tsukuba and Universite Grenoble
Alpes. Institutions, dates and places are real (the universities' public pages); every person is
fictional. Change it and run scripts/run --fresh to see your own partnership.
"""

INSTITUTIONS = {
    "tsukuba": {
        "displayName": "University of Tsukuba",
        "localizedNames": {"ja": "筑波大学", "fr": "Université de Tsukuba"},
        "regionCode": "JP", "timeZone": "Asia/Tokyo", "schacDomain": "tsukuba.ac.jp",
        "ror": "02956yf07", "academicYearStartMonth": 4,
        "website": "https://www.tsukuba.ac.jp/", "demo": True,
    },
    "uga": {
        "displayName": "Université Grenoble Alpes",
        "localizedNames": {"fr": "Université Grenoble Alpes", "ja": "グルノーブル・アルプ大学"},
        "regionCode": "FR", "timeZone": "Europe/Paris", "schacDomain": "univ-grenoble-alpes.fr",
        "ror": "02rx3b187", "erasmusCode": "F GRENOBL55", "academicYearStartMonth": 9,
        "website": "https://www.univ-grenoble-alpes.fr/", "demo": True,
    },
}

UNITS = {
    "uga": {"phitem": "Phitem (physics, engineering, earth and environment, mechanics)",
            "polytech": "Polytech Grenoble", "risk": "Graduate school Risk@UGA"},
    "tsukuba": {"pure-and-applied-sciences": "Graduate School of Pure and Applied Sciences",
                "systems-and-information": "Graduate School of Systems and Information Engineering",
                "r2ec": "Resilience Research and Education Promotion Consortium"},
}

PEOPLE = {
    # email: (display name, given, family, institution, role, language, zone)
    "office@uga.example": ("International Office UGA", "Office", "UGA", "uga",
                           "INTERNATIONAL_OFFICE", "fr", "Europe/Paris"),
    "office@tsukuba.example": ("International Office Tsukuba", "Office", "Tsukuba", "tsukuba",
                               "INTERNATIONAL_OFFICE", "ja", "Asia/Tokyo"),
}

# Three persons, because who asks for money, who approves it and who pays it must differ.
BUDGET_PEOPLE = {
    "budgets@uga.example": ("Budget Office UGA", "Budgets", "UGA", "uga", "BUDGET_MANAGER", "fr",
                            "Europe/Paris"),
    "director@uga.example": ("Director of the Unit", "Director", "UGA", "uga", "BUDGET_MANAGER",
                             "fr", "Europe/Paris"),
    "accountant@uga.example": ("Accountant UGA", "Accountant", "UGA", "uga", "ACCOUNTANT", "fr",
                               "Europe/Paris"),
    "budgets@tsukuba.example": ("Budget Office Tsukuba", "Budgets", "Tsukuba", "tsukuba",
                                "BUDGET_MANAGER", "ja", "Asia/Tokyo"),
}

AGREEMENT = "uga-tsukuba-mobility"


def agreement(first_year, last_year):
    def condition(identifier, sending, receiving, places, languages):
        return {
            "id": identifier, "sendingInstitution": f"institutions/{sending}",
            "receivingInstitution": f"institutions/{receiving}",
            "firstAcademicYear": first_year, "lastAcademicYear": last_year,
            "placesPerYear": places, "measure": "PERSONS", "eqfLevels": [6, 7, 8],
            "iscedCodes": [], "iscedMatch": "ANY", "languages": languages, "maximumMonths": 12,
        }
    return {
        "displayName": "Student mobility (since 1997)",
        "partners": ["institutions/uga", "institutions/tsukuba"],
        "startDate": {"year": int(first_year[:4]) - 1, "month": 4, "day": 1},
        "endDate": {"year": int(last_year[5:]) + 1, "month": 3, "day": 31},
        "conditions": [
            condition("outgoing", "uga", "tsukuba", 8,
                      [{"languageCode": "en", "cefrLevel": "B2", "alternativeGroup": 1},
                       {"languageCode": "ja", "cefrLevel": "B1", "alternativeGroup": 1}]),
            condition("incoming", "tsukuba", "uga", 8,
                      [{"languageCode": "fr", "cefrLevel": "B1", "alternativeGroup": 1},
                       {"languageCode": "en", "cefrLevel": "B2", "alternativeGroup": 1}]),
        ],
        "demo": True,
    }


# Fictional students: given name, family name. The first of each is the demonstration account.
STUDENTS = {
    "uga": [("Camille", "Montclair"), ("Louis", "Valbonne"), ("Manon", "Rivoire"),
            ("Hugo", "Chartreux"), ("Ines", "Belledonne"), ("Jules", "Vercors"),
            ("Lea", "Drac"), ("Noe", "Isere"), ("Zoe", "Bastille"), ("Adam", "Oisans"),
            ("Alice", "Trieves"), ("Paul", "Matheysin"), ("Nina", "Gresivaudan"),
            ("Tom", "Taillefer"), ("Rose", "Sassenage"), ("Leo", "Meylan"),
            ("Eva", "Vizille"), ("Axel", "Domene")],
    "tsukuba": [("Hanako", "Namikawa"), ("Taro", "Gongendo"), ("Yui", "Amakubo"),
                ("Sota", "Kasuga"), ("Aoi", "Hirasuna"), ("Ren", "Tennodai"),
                ("Mei", "Ichinoya"), ("Haruto", "Oikoshi"), ("Sakura", "Nakanuki"),
                ("Riku", "Sengenyama"), ("Mio", "Doho"), ("Daiki", "Matsushiro"),
                ("Hina", "Takezono"), ("Yuto", "Ninomiya"), ("Koharu", "Azumaori"),
                ("Kaito", "Karimaike"), ("Emi", "Hojoyama"), ("Sora", "Onogawa")],
}

# How far each student's application is taken; the position in the list above decides.
JOURNEYS = ["draft", "submitted", "incomplete", "eligible", "ineligible", "ranked", "offered",
            "waitlisted", "rejected", "confirmed", "declined", "expired", "appealed",
            "rejected_final", "withdrawn", "nominated", "approved", "nomination_rejected"]


def calls(direction, now, receiving_year):
    """The calls of one direction: after the universities' own dates, and one that is open today."""
    home = "uga" if direction == "outgoing" else "tsukuba"
    zone = INSTITUTIONS[home]["timeZone"]
    # The next call of the pattern: after 13 November that is next autumn's.
    year = now.year + (1 if direction == "outgoing" and (now.month, now.day) > (11, 13) else 0)

    def civil(y, month, day, clock, time_zone=zone):
        return {"date": {"year": y, "month": month, "day": day}, "clock": clock,
                "timeZone": time_zone}

    def relative(days, clock):
        import datetime
        day = now.date() + datetime.timedelta(days=days)
        return civil(day.year, day.month, day.day, clock)

    common = {"homeInstitution": f"institutions/{home}", "agreement": f"agreements/{AGREEMENT}",
              "academicYear": receiving_year, "minimumChoices": 1, "maximumChoices": 3,
              "requiredDocuments": ["transcript"], "offerValidityHours": 168,
              "appealWorkingDays": 10, "demo": True}
    if direction == "outgoing":
        # UGA: 15 October to 14 November, 12:00 in Grenoble; results at the end of January.
        dated = {**common, "displayName": f"UGA to Tsukuba, {receiving_year}: autumn call",
                 "openTime": civil(year, 10, 15, "09:00"),
                 "closeTime": civil(year, 11, 14, "12:00"),
                 "decisionTime": civil(year + 1, 1, 31, "12:00")}
    else:
        # Nominations reach UGA by 30 April for the first semester: Tsukuba collects before.
        dated = {**common, "displayName": f"Tsukuba to UGA, {receiving_year}: spring call",
                 "openTime": civil(year + 1, 2, 1, "09:00"),
                 "closeTime": civil(year + 1, 3, 15, "17:00"),
                 "decisionTime": civil(year + 1, 4, 10, "12:00")}
    rolling = {**common, "displayName": f"Remaining places, {receiving_year}: open now",
               "openTime": relative(-7, "00:00"), "closeTime": relative(30, "12:00"),
               "decisionTime": relative(-1, "00:00")}
    return {f"{direction}-{receiving_year[:4]}": dated, f"{direction}-open": rolling}
