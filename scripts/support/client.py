"""A small client of Jointly's REST API for scripts and tests. Only the standard library.

    client = Client("http://127.0.0.1:8080")
    office = client.sign_in("office@uga.example", password)
    call = office.post("/v1/calls", {"call": {...}})
"""

import http.client
import json
import threading
import time
import urllib.parse
import uuid


class ApiError(Exception):
    """A problem answer: its HTTP status and the parsed problem document."""

    def __init__(self, status, problem, method, path):
        self.status = status
        self.problem = problem if isinstance(problem, dict) else {"detail": str(problem)}
        detail = self.problem.get("detail", "")
        super().__init__(f"{method} {path}: {status} {self.problem.get('reason', '')} {detail}")

    @property
    def reason(self):
        return self.problem.get("reason", "")

    @property
    def guards(self):
        return [row.get("guard") for row in self.problem.get("preconditions", [])]

    @property
    def fields(self):
        return [row.get("field") for row in self.problem.get("violations", [])]


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body) if self.body else {}


class Client:
    """One base address and, after sign_in, one person. Safe to use from several threads."""

    def __init__(self, url, token="", refresh_token="", name=""):
        parts = urllib.parse.urlsplit(url)
        self.url = url
        self.host, self.port = parts.hostname, parts.port
        self.token = token
        self.refresh_token = refresh_token
        self.name = name  # people/{id}
        self.credentials = None
        self.expires = 0.0
        self._local = threading.local()
        self._lock = threading.Lock()

    def _connection(self, fresh=False):
        if fresh or getattr(self._local, "connection", None) is None:
            self._local.connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        return self._local.connection

    def raw(self, method, path, body=None, headers=None):
        """One request as it is. A connection that the server closed is opened again once."""
        for fresh in (False, True):
            connection = self._connection(fresh)
            try:
                connection.request(method, path, body=body, headers=headers or {})
                response = connection.getresponse()
                return Answer(response.status, dict(response.getheaders()), response.read())
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError,
                    http.client.CannotSendRequest, http.client.ResponseNotReady):
                self._local.connection = None
                if fresh:
                    raise
            except OSError:
                self._local.connection = None
                raise
        raise AssertionError("unreachable")

    def request(self, method, path, body=None, key=None, etag=None, headers=None, raw_body=None):
        """A JSON call. Raises ApiError for anything but 2xx; waits when told to slow down."""
        self._renew()
        sent = {"Accept": "application/json", **(headers or {})}
        if self.token:
            sent["Authorization"] = "Bearer " + self.token
        if etag:
            sent["If-Match"] = etag
        if method != "GET":
            sent["Idempotency-Key"] = key or str(uuid.uuid4())
        content = raw_body
        if raw_body is None and (body is not None or method in ("POST", "PATCH")):
            content = json.dumps(body or {}).encode()
            sent["Content-Type"] = "application/json"
        while True:
            answer = self.raw(method, path, content, sent)
            if answer.status != 429:
                break
            time.sleep(float(answer.headers.get("Retry-After", "1")))
        if answer.status // 100 == 2:
            return answer.json()
        try:
            problem = answer.json()
        except ValueError:
            problem = {"detail": answer.body.decode(errors="replace")}
        raise ApiError(answer.status, problem, method, path)

    def get(self, path, **query):
        if query:
            path += "?" + urllib.parse.urlencode(query)
        return self.request("GET", path)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def patch(self, path, body, **options):
        return self.request("PATCH", path, body, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)

    def pages(self, path, field, **query):
        """All items of a list, page by page."""
        token = ""
        while True:
            if token:
                query["pageToken"] = token
            page = self.get(path, **query)
            yield from page.get(field, [])
            token = page.get("nextPageToken", "")
            if not token:
                return

    def upload(self, application, kind, file_name, content, media_type="application/pdf",
               **options):
        query = urllib.parse.urlencode({"kind": kind, "fileName": file_name})
        return self.request("POST", f"/v1/{application}/documents?{query}", raw_body=content,
                            headers={"Content-Type": media_type}, **options)

    def sign_in(self, email, password):
        """A client of its own for a person; it renews its token before that expires."""
        session = self.post("/v1/sessions:signIn", {"email": email, "password": password})
        person = Client(self.url, session["accessToken"], session["refreshToken"],
                        session.get("person", ""))
        person.credentials = (email, password)
        person.expires = time.monotonic() + 240
        return person

    def _renew(self):
        if self.credentials is None or time.monotonic() < self.expires:
            return
        with self._lock:
            if time.monotonic() < self.expires:
                return
            self.expires = time.monotonic() + 240
            again = Client(self.url).sign_in(*self.credentials)
            self.token, self.refresh_token = again.token, again.refresh_token


def wait_until(holds, what, patience_seconds=30, interval_seconds=0.05):
    """Polls until `holds()` is truthy and returns its value."""
    deadline = time.monotonic() + patience_seconds
    while True:
        value = holds()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience_seconds} s in vain for {what}")
        time.sleep(interval_seconds)


def patiently(act, patience_seconds=30):
    """Repeats `act` while it is refused only because another service's event is on its way."""
    def attempt():
        try:
            return [act()]
        except ApiError as error:
            on_its_way = (error.problem.get("retryAfterSeconds") is not None
                          or error.guards == ["AGREEMENT_IN_EFFECT"])
            if error.status == 400 and on_its_way:
                return None
            raise
    return wait_until(attempt, "another service's event to arrive", patience_seconds)[0]
