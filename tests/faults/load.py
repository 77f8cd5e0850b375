"""A bounded load of real commands that remembers what was acknowledged: create a draft, change it a
few times, withdraw it. What fails is tried again under the same Idempotency-Key until it succeeds.
"""

import http.client
import random
import threading
import time
import uuid

from client import ApiError, Client
from installation import PASSWORD


# Between two commands of one client: a steady load, not a flood that only measures the machine.
PAUSE_SECONDS = 0.02


class Load:
    def __init__(self, installation, call, students, seed):
        self.installation = installation
        self.call = call
        self.random = random.Random(seed)
        self.acknowledged = {}  # application name -> highest acknowledged revision
        self.commands = 0
        self.errors = {}
        self.failures = []
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._run, args=(student, self.random.random()),
                                         daemon=True) for student in students]

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(90)
            if thread.is_alive():
                self.failures.append("a client did not get an answer within 90 s")

    def _persist(self, act):
        """Repeats one command, always under the same key, until it is answered for good."""
        key = str(uuid.uuid4())
        deadline = time.monotonic() + 80
        while True:
            try:
                return act(key)
            except ApiError as error:
                if error.status not in (401, 408, 409, 429, 499, 500, 502, 503, 504) or \
                        error.reason in ("REQUEST_ID_REUSED",):
                    raise
                self._count(f"{error.status} {error.reason}")
                if error.status == 500:
                    self.failures.append(f"500: {error}")
            except (OSError, http.client.HTTPException) as error:
                self._count(type(error).__name__)
            if time.monotonic() > deadline:
                raise TimeoutError("no answer within 80 s")
            time.sleep(0.05)

    def _count(self, what):
        with self.lock:
            self.errors[what] = self.errors.get(what, 0) + 1

    def _acknowledge(self, application):
        with self.lock:
            self.commands += 1
            name, revision = application["name"], int(application["revision"])
            if revision < self.acknowledged.get(name, 0):
                self.failures.append(f"{name} went back to revision {revision}")
            self.acknowledged[name] = max(revision, self.acknowledged.get(name, 0))
        time.sleep(PAUSE_SECONDS)

    def _run(self, student, seed):
        mine = random.Random(seed)
        try:
            while not self.stopping.is_set():
                self._one_application(student, mine)
        except Exception as error:  # pylint: disable=broad-except
            self.failures.append(f"{type(error).__name__}: {error}")

    def _one_application(self, student, mine):
        created = self._persist(lambda key: student.post("/v1/applications", {"application": {
            "call": self.call, "choices": [{"condition": self.installation.condition,
                                            "term": "FIRST"}]}}, key=key))
        self._acknowledge(created)
        path = "/v1/" + created["name"]
        for _ in range(mine.randrange(4)):
            level = mine.choice([6, 7, 8])
            self._acknowledge(self._persist(
                lambda key: student.patch(path, {"profile": {"eqfLevel": level}}, key=key)))
        self._acknowledge(self._persist(lambda key: student.post(path + ":withdraw", key=key)))


def sign_in_patiently(installation, email):
    return Client(installation.stack.url).sign_in(email, PASSWORD)
