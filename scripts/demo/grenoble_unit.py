"""The demonstration's budget: the joint laboratory's EUR 250,000.00 of April 2020 to March 2023,
from its first day to the last cent, through the public API. The total and the dates are public; the
split over categories is invented and adds up; the exchange rates are the ECB's. Every person is
fictional.
"""

import base64

BUDGET = "grenoble-unit"
NAME = f"budgets/{BUDGET}"
PARTNERS = ["institutions/uga", "institutions/tsukuba"]
UGA, TSUKUBA = PARTNERS

PERIODS = {"p1": ("2020-04-01", "2021-03-31"), "p2": ("2021-04-01", "2022-03-31"),
           "p3": ("2022-04-01", "2023-03-31")}

# id: (display name, KAKENHI's category, French envelope)
CATEGORIES = {
    "PERS": ("Personnel", "personnel", "personnel"),
    "EQUIP": ("Equipment", "goods", "investissement"),
    "TRAVEL": ("Travel", "travel", "fonctionnement"),
    "CONS": ("Consumables", "goods", "fonctionnement"),
    "SERV": ("Services", "other", "fonctionnement"),
    "OVH": ("Overheads", "indirect", "fonctionnement"),
}

LINES = {"p1": {"PERS": "30000.00", "EQUIP": "30000.00", "TRAVEL": "10000.00", "CONS": "8000.00",
                "SERV": "4000.00", "OVH": "8000.00"},
         "p2": {"PERS": "35000.00", "EQUIP": "15000.00", "TRAVEL": "15000.00", "CONS": "8000.00",
                "SERV": "4000.00", "OVH": "8000.00"},
         "p3": {"PERS": "35000.00", "EQUIP": "5000.00", "TRAVEL": "15000.00", "CONS": "8000.00",
                "SERV": "4000.00", "OVH": "8000.00"}}

# As the ECB publishes its history: newest first, a trailing comma, N/A where there is none.
RATES = """Date,USD,JPY,TRL,
2022-05-20,1.0577,135.34,N/A,
2022-03-15,1.0991,129.67,N/A,
2020-09-30,1.1708,123.76,N/A,
2020-06-15,1.1253,120.83,N/A,
"""

# Costs without a commitment: (date, period, category, amount). The dates are ours.
COSTS = {
    "p1": [("2020-09-15", "PERS", "28400.00"), ("2020-07-10", "TRAVEL", "1250.00"),
           ("2020-10-05", "CONS", "7000.00"), ("2021-03-20", "CONS", "6200.00"),
           ("2020-11-20", "SERV", "2900.00"), ("2020-12-10", "OVH", "8000.00")],
    "p2": [("2021-09-15", "PERS", "34100.00"), ("2021-10-12", "EQUIP", "10500.00"),
           ("2022-02-10", "TRAVEL", "3480.00"), ("2021-10-05", "CONS", "8650.00"),
           ("2021-11-20", "SERV", "4300.00"), ("2021-12-10", "OVH", "8000.00")],
    "p3": [("2022-09-15", "PERS", "37200.00"), ("2022-10-12", "EQUIP", "6000.00"),
           ("2022-11-10", "TRAVEL", "27900.00"), ("2022-10-05", "CONS", "8100.00"),
           ("2022-11-20", "SERV", "4750.00"), ("2022-12-10", "OVH", "8000.00")],
}

UNSPENT = {"PERS": "300.00", "EQUIP": "392.97", "TRAVEL": "1370.00", "CONS": "50.00",
           "SERV": "50.00"}


def day(text):
    year, month, date = text.split("-")
    return {"year": int(year), "month": int(month), "day": int(date)}


def euro(value):
    return {"value": value, "currencyCode": "EUR"}


def yen(value):
    return {"value": value, "currencyCode": "JPY"}


def line(period, category, partner=UGA, name=NAME):
    return {"period": f"{name}/periods/{period}", "category": category, "partner": partner,
            "kind": "CASH"}


def budget(**terms):
    """`terms` are the funder's, where they are others than the example's."""
    return {
        "displayName": "Grenoble Unit, University of Tsukuba",
        "institution": UGA, "partners": PARTNERS, "currencyCode": "EUR",
        "contractAmount": euro("250000.00"),
        "sources": [{"organisation": UGA, "promised": euro("250000.00"), "kind": "CASH"}],
        "startDate": day("2020-04-01"), "endDate": day("2023-03-31"),
        "agreementReference": "Grenoble Unit extension of 2019",
        "fundingReference": "grenoble-unit-grants", "timeZone": "Europe/Paris",
        "terms": {"ruleSet": "kakenhi", "ruleVariant": "subsidy", "ratePolicy": "day",
                  "carryOver": "automatic", **terms},
        "categories": [{"id": identifier, "displayName": title, "funderCategory": funder,
                        "envelope": envelope}
                       for identifier, (title, funder, envelope) in CATEGORIES.items()],
        "demo": True,
    }


class Story:
    """The budget's life, step by step. `manager` asks, `approver` approves, `accountant` pays:
    three persons, because the ledger refuses anything else. `key` names a step, so that it is done
    once; `identifier` is the budget's.
    """

    def __init__(self, manager, approver, accountant, key, identifier=BUDGET):
        self.manager = manager
        self.approver = approver
        self.accountant = accountant
        self.key = key
        self.identifier = identifier
        self.name = f"budgets/{identifier}"
        # Commitments have ids that are unique among all budgets.
        self.prefix = "" if identifier == BUDGET else identifier + "-"

    def line(self, period, category):
        return line(period, category, name=self.name)

    def tell(self):
        """All of it."""
        self.found()
        self.first_year()
        self.close("p1", "2021-03-31")
        self.second_year()
        self.close("p2", "2022-03-31")
        self.third_year()
        self.give_back()
        self.close("p3", "2023-03-31")

    def _post(self, person, path, body=None, step=""):
        return person.post(path, body or {}, key=self.key(self.identifier, path, step))

    def found(self, **terms):
        self._post(self.accountant, "/v1/rates:import", {
            "format": "history_csv", "content": base64.b64encode(RATES.encode()).decode()})
        periods = [{"name": f"{self.name}/periods/{period}", "startDate": day(start),
                    "endDate": day(end)} for period, (start, end) in PERIODS.items()]
        self._post(self.manager, "/v1/budgets",
                   {"budgetId": self.identifier, "budget": budget(**terms), "periods": periods})
        self._move(self.manager, "submit")
        self._move(self.approver, "approve")
        self._move(self.manager, "activate", "2020-04-01")
        self.move_period("p1", "open", "2020-04-01")
        self._post(self.accountant, f"/v1/{self.name}:receive",
                   {"organisation": UGA, "amount": euro("250000.00"),
                    "effectiveDate": day("2020-04-01"), "reference": "grant agreement"})
        self._post(self.manager, f"/v1/{self.name}:allocate", {
            "effectiveDate": day("2020-04-01"),
            "allocations": [{"line": self.line(period, category), "amount": euro(amount)}
                            for period, row in LINES.items() for category, amount in row.items()]})

    def first_year(self):
        self.order("equipment-2020", "p1", "3000000", "2020-06-15", "Spectrometer, Tsukuba")
        self.invoice("equipment-2020", "3000000", "2020-09-30")
        self.costs("p1", until="2021-03-10")
        self.transfer()
        self.costs("p1", since="2021-03-10")

    def second_year(self):
        self.move_period("p2", "open", "2021-04-01")
        self.costs("p2")
        self.order("equipment-2022", "p2", "1200000", "2022-03-15", "Detector, Tsukuba")

    def third_year(self):
        self.move_period("p3", "open", "2022-04-01")
        self.invoice("equipment-2022", "1200000", "2022-05-20")
        self.costs("p3")

    def order(self, identifier, period, yen_value, date, title):
        self._post(self.manager, f"/v1/{self.name}/commitments", {
            "commitmentId": self.prefix + identifier,
            "commitment": {"line": self.line(period, "EQUIP"), "displayName": title,
                           "supplierReference": f"PO {identifier}", "amount": yen(yen_value),
                           "effectiveDate": day(date), "demo": True}}, identifier)
        return self._post(self.approver,
                          f"/v1/{self.name}/commitments/{self.prefix}{identifier}:approve")

    def invoice(self, identifier, yen_value, date):
        return self._post(self.accountant,
                          f"/v1/{self.name}/commitments/{self.prefix}{identifier}:liquidate",
                          {"amount": yen(yen_value), "final": True, "effectiveDate": day(date),
                           "invoiceReference": f"invoice {identifier}"})

    def costs(self, period, since="", until="9999", categories=CATEGORIES):
        for date, category, amount in COSTS[period]:
            if not since <= date < until or category not in categories:
                continue
            step = f"{period}-{category}-{date}"
            self._post(self.manager, f"/v1/{self.name}:recognise",
                       {"line": self.line(period, category), "amount": euro(amount),
                        "effectiveDate": day(date), "reference": step}, step)
            self._post(self.accountant, f"/v1/{self.name}:pay",
                       {"partner": UGA, "organisation": UGA, "amount": euro(amount),
                        "effectiveDate": day(date), "reference": step}, step)

    def transfer(self):
        created = self._post(self.manager, f"/v1/{self.name}/transfers", {"transfer": {
            "from": self.line("p1", "TRAVEL"), "to": self.line("p1", "CONS"),
            "amount": euro("6000.00"), "effectiveDate": day("2021-03-10"),
            "reason": "Borders are closed."}})
        return self._post(self.approver, f"/v1/{created['name']}:move", {"action": "approve"})

    def close(self, period, date):
        self.move_period(period, "soft_close", date, self.manager)
        return self.move_period(period, "close", date)

    def give_back(self):
        for category, amount in UNSPENT.items():
            self._post(self.accountant, f"/v1/{self.name}:return",
                       {"line": self.line("p3", category), "amount": euro(amount),
                        "organisation": UGA, "effectiveDate": day("2023-03-31")}, category)

    def _move(self, person, action, date=""):
        body = {"action": action}
        if date:
            body["effectiveDate"] = day(date)
        return self._post(person, f"/v1/{self.name}:move", body, action)

    def move_period(self, period, action, date, person=None):
        return self._post(person or self.accountant, f"/v1/{self.name}/periods/{period}:move",
                          {"action": action, "effectiveDate": day(date)}, f"{period}-{action}")
