"""Measures the product and, in the same run, the raw limits: the same SQL on a bare connection, a
bare gRPC echo, bare rabbitmq-c. Prints a table; judges nothing.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "scripts/support")]

os.environ.setdefault("JOINTLY_TEST_BINARIES", str(ROOT / "build/release/bin"))

import databases  # noqa: E402
from client import wait_until  # noqa: E402
from installation import Installation, binaries  # noqa: E402
from stack import PROCESSES, free_port  # noqa: E402

ROWS = []


def row(what, figure, target="", raw="", ratio=""):
    ROWS.append((what, figure, target, raw, ratio))
    print(f"bench: {what}: {figure}   target {target or '-'}   raw limit {raw or '-'}   "
          f"ratio {ratio or '-'}", flush=True)


def table():
    widths = [max(len(str(line[i])) for line in ROWS + [HEAD]) for i in range(5)]
    for line in [HEAD] + ROWS:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(line, widths)).rstrip())


HEAD = ("measured", "figure", "target", "raw limit", "ratio")


def tool(name, *arguments):
    result = subprocess.run([str(binaries() / name), *map(str, arguments)], check=True,
                            capture_output=True, text=True, timeout=300)
    return json.loads(result.stdout.strip().splitlines()[-1])


def reservations(engine, count, prefix, name):
    """Of one hot line, of 50 lines, by one client; and the recorded SQL on a bare connection."""
    raw = tool("bench_ledger", engine, prefix + "raw", count)["rate"]
    for what, target in (("hot", ">= 8000/s, p99 < 50 ms"), ("spread", "as hot")):
        figures = tool("bench_ledger", engine, prefix + what, count)
        row(f"{name}, 20 clients, {what}, {engine}",
            f"{figures['rate']:.0f}/s, p50 {figures['p50_ms']:.1f} p99 {figures['p99_ms']:.1f} ms",
            target, f"SQL {raw:.0f}/s", f"{figures['rate'] / raw:.2f}")
    figures = tool("bench_ledger", engine, prefix + "single", count // 10)
    row(f"{name}, one client, {engine}", f"p50 {figures['p50_ms']:.2f} ms", "p50 < 2 ms")


def ledger(engine, quick):
    """Reservations: of the ledger alone, and Api::ApproveCommitment with all that it decides."""
    count = 10000 if quick else 40000
    reservations(engine, count, "", "ledger's reservations")
    reservations(engine, count, "approve_", "approved commitments")
    entries = 100000 if quick else 1000000
    result = subprocess.run([str(binaries() / "bench_ledger"), engine, "read", str(entries)],
                            check=True, capture_output=True, text=True, timeout=1800)
    targets = {"available": "< 1 ms"}
    for line in result.stdout.splitlines():
        figures = json.loads(line)
        if "p50_ms" in figures:
            row(f"{figures['what']}, {entries} entries, {engine}",
                f"p50 {figures['p50_ms']:.2f} p99 {figures['p99_ms']:.2f} ms",
                targets.get(figures["what"], "< 100 ms"))


def rules(quick):
    """Rules as data, without a database: one thesis, and many after a closure changed."""
    result = subprocess.run([str(binaries() / "bench_rules"), "2000" if quick else "10000"],
                            check=True, capture_output=True, text=True, timeout=600)
    names = {"load": ("load all rule sets", ""),
             "plan": ("rules of one thesis, both sides", "< 1 ms"),
             "solve": ("feasibility over 24 months", "< 5 ms"),
             "solve on open days": ("feasibility over 24 months, open days", "< 5 ms")}
    for line in result.stdout.splitlines():
        figures = json.loads(line)
        if figures["what"] == "closure":
            row(f"a closure changes for {figures['size']} theses (rules alone)",
                f"{figures['total_ms'] / 1000:.2f} s, {figures['moved']} moved", "< 10 s")
            continue
        what, target = names[figures["what"]]
        row(f"{what} ({figures['size']} results)",
            f"p50 {figures['p50_ms']:.3f} p99 {figures['p99_ms']:.3f} ms", target)


def recompute(engine, quick):
    """A publication of rules that touches many theses, beside a client's commands."""
    count = 2000 if quick else 10000
    result = subprocess.run([str(binaries() / "bench_theses"), engine, str(count)], check=True,
                            capture_output=True, text=True, timeout=900)
    state = ""
    for line in result.stdout.splitlines():
        figures = json.loads(line)
        if "touched" in figures:
            state = f"{figures['told']} told"
            row(f"a publication touches {figures['touched']} theses, {state}, {engine}",
                f"{figures['seconds']:.1f} s", "< 10 s")
        elif "commands" in figures:
            while_what = f"meanwhile ({state})" if "meanwhile" in figures["what"] else "alone"
            row(f"a client's commands {while_what}, {engine}",
                f"p50 {figures['p50_ms']:.1f} p99 {figures['p99_ms']:.1f} ms")


class Load:
    """Request files for bench_http, made and answered in bulk."""

    def __init__(self, installation):
        self.installation = installation
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="jointly-bench."))

    def send(self, requests, bodies=False, connections=32, rate=0):
        path = self.directory / "requests"
        path.write_text("".join("\t".join(line) + "\n" for line in requests))
        arguments = ["--port", self.installation.stack.settings.http_port, "--requests", path,
                     "--connections", connections, "--rate", rate]
        if bodies:
            arguments += ["--bodies", self.directory / "bodies"]
        figures = tool("bench_http", *arguments)
        wrong = {status: count for status, count in figures["status"].items() if status != "200"}
        if wrong:
            raise SystemExit(f"bench: not every request succeeded: {wrong}")
        answers = []
        if bodies:
            answers = [json.loads(line) for line in
                       (self.directory / "bodies").read_text().splitlines()]
        return figures, answers


def prepare(installation, students, calls):
    """`students` x `calls` drafts that are ready to submit: all through the public API."""
    installation.found_partnership(places=10000)
    people = [installation.student(f"bench{i}") for i in range(students)]
    names = [installation.open_call(f"bench-{i}", requiredDocuments=[]) for i in range(calls)]
    load = Load(installation)
    profile = installation.profile()
    requests = []
    for call in names:
        for person in people:
            body = json.dumps({"application": {"call": call, "choices": [
                {"condition": installation.condition, "term": "FIRST"}], "profile": profile}})
            requests.append(("POST", "/v1/applications", person.token, str(uuid.uuid4()), body))
    figures, answers = load.send(requests, bodies=True)
    drafts = [(answer["name"], request[2]) for answer, request in zip(answers, requests)]
    return load, figures, drafts


def submit_requests(drafts):
    return [("POST", f"/v1/{name}:submit", token, str(uuid.uuid4()), "{}")
            for name, token in drafts]


def measure_submit(engine, raw_sql, echo, quick):
    os.environ["JOINTLY_TEST_ENGINE"] = engine
    unlimited = ["--rate-read=0", "--rate-write=0", "--rate-session=0"]
    installation = Installation(extra={"gateway": unlimited}, log_level="warning")
    try:
        began = time.monotonic()
        installation.start()
        students, calls = (40, 50) if quick else (100, 120)
        load, created, drafts = prepare(installation, students, calls)
        row(f"create a draft through REST, {engine}", f"{created['rate']:.0f}/s, "
            f"p99 {created['p99_ms']:.1f} ms")
        idle(installation, engine)
        figures, _ = load.send(submit_requests(drafts))
        target = {"sqlite": ">= 5000/s", "postgresql": ">= 4000/s"}[engine] + ", p99 < 40 ms"
        row(f"submit through REST, 32 connections, {engine}",
            f"{figures['rate']:.0f}/s, p50 {figures['p50_ms']:.1f} p99 {figures['p99_ms']:.1f} ms",
            target, f"SQL {raw_sql:.0f}/s, echo {echo:.0f}/s",
            f"{figures['rate'] / raw_sql:.2f} SQL, {figures['rate'] / echo:.2f} echo")
        latency(installation, load, engine)
        drain(installation, load, engine, drafts)
        print(f"bench: {engine} took {time.monotonic() - began:.0f} s", flush=True)
    finally:
        installation.stop()


def resident_mib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024


def idle(installation, engine):
    """Memory after a restart, and the time from start to ready."""
    memory = []
    ready = 0.0
    for name in PROCESSES:
        process = installation.stack.processes[name]
        process.stop()
        began = time.monotonic()
        process.start()
        wait_until(lambda: not installation.stack.readiness(), f"{name} to be ready", 30, 0.01)
        ready = max(ready, time.monotonic() - began)
    time.sleep(2)
    for name in PROCESSES:
        memory.append((resident_mib(installation.stack.processes[name].child.pid), name))
    row(f"idle memory, largest service, {engine}", f"{max(memory)[0]:.0f} MiB ({max(memory)[1]})",
        "< 64 MiB")
    row(f"start to ready, slowest service, {engine}", f"{ready * 1000:.0f} ms", "< 1 s")


def metrics(installation, service):
    port = installation.stack.settings.service_ports[service + "-metrics"]
    return urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5).read().decode()


def counter(installation, service, name):
    found = re.findall(name + r"\{[^}]*\} ([0-9.e+]+)", metrics(installation, service))
    return sum(float(count) for count in found)


def histogram(installation, service, name):
    """Buckets of a Prometheus histogram, summed over its labels: {upper bound: count}."""
    text = metrics(installation, service)
    buckets = {}
    for bound, count in re.findall(name + r'_bucket\{[^}]*le="([^"]+)"[^}]*\} ([0-9.e+]+)', text):
        buckets[float(bound)] = buckets.get(float(bound), 0) + float(count)
    return buckets


def quantile(before, after, share):
    """Seconds, interpolated within the bucket."""
    counts = sorted((bound, after[bound] - before.get(bound, 0)) for bound in after)
    total = counts[-1][1] if counts else 0
    lower, seen = 0.0, 0.0
    for bound, count in counts:
        if total and count >= share * total:
            inside = (share * total - seen) / max(count - seen, 1)
            return lower + (min(bound, 30) - lower) * inside
        lower, seen = bound, count
    return float("nan")


def latency(installation, load, engine):
    """Commit in mobility to applied in notifications, at 500 commands a second."""
    time.sleep(8)  # The backlog of the submits drains first.
    metric = "jointly_inbox_apply_seconds"
    before = histogram(installation, "notifications", metric)
    student = installation.student("latency")
    name = installation.draft(student, "calls/bench-0")
    requests = [("PATCH", f"/v1/{name}?updateMask=profile.eqfLevel", student.token,
                 str(uuid.uuid4()), json.dumps({"profile": {"eqfLevel": 6 + i % 3}}))
                for i in range(2500)]
    load.send(requests, rate=500, connections=8)
    time.sleep(2)
    after = histogram(installation, "notifications", metric)
    if not after:
        row(f"commit to applied at 500/s, {engine}", "no metric", "p50 < 10 ms, p99 < 60 ms")
        return
    row(f"commit to applied at 500/s, {engine}",
        f"p50 {quantile(before, after, 0.5) * 1000:.1f} ms, "
        f"p99 {quantile(before, after, 0.99) * 1000:.1f} ms", "p50 < 10 ms, p99 < 60 ms")


def drain(installation, load, engine, drafts):
    """The outbox after the broker was away: first to last confirmation."""
    stack = installation.stack
    stack.broker_tool("kill")
    time.sleep(1)
    requests = [("POST", f"/v1/{name}:withdraw", token, str(uuid.uuid4()), "{}")
                for name, token in drafts]
    load.send(requests)
    published = counter(installation, "mobility", "jointly_outbox_published_total")
    stack.broker_tool("start", str(stack.settings.broker_port))
    raw = bare_amqp(stack)
    # The relay's next try to reach the broker may be half a minute away.
    wait_until(lambda: counter(installation, "mobility", "jointly_outbox_published_total")
               >= published + len(drafts), "the outbox to drain", 120, 0.5)
    for name in PROCESSES:
        stack.processes[name].stop()
    times = databases.rows(
        installation, "mobility",
        "SELECT COUNT(*) AS n, MIN(publish_time) AS first, MAX(publish_time) AS last FROM outbox"
        " WHERE event_type = 'jointly.mobility.application.withdrawn.v1'"
        " AND publish_time IS NOT NULL")[0]
    seconds = max((times["last"] - times["first"]) / 1e6, 0.001)
    rate = times["n"] / seconds
    row(f"outbox drain, {engine}", f"{rate:.0f}/s ({times['n']} of {len(drafts)})", ">= 8000/s",
        f"rabbitmq-c {raw:.0f}/s", f"{rate / raw:.2f}")


def bare_amqp(stack):
    parts = urllib.parse.urlsplit(stack.broker_url)
    return tool("bench_amqp", parts.hostname, parts.port, parts.username or "guest",
                parts.password or "guest", 20000)["rate"]


def measure(engine, only, quick, work):
    """One engine: the parts that were asked for."""
    if only in (None, "budgets"):
        ledger(engine, quick)
    if only in (None, "theses"):
        recompute(engine, quick)
    if only in (None, "mobility"):
        count = 10000 if quick else 30000
        echo = tool("bench_echo", count, 32)["rate"]
        place = [work / "raw.db", count] if engine == "sqlite" else [
            os.environ["JOINTLY_TEST_POSTGRES"], count, 8]
        measure_submit(engine, tool("bench_sql", engine, *place)["rate"], echo, quick)


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smaller run")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], help="only one engine")
    parser.add_argument("only", nargs="?", choices=["budgets", "theses", "mobility"],
                        help="only this part")
    options = parser.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="jointly-bench."))
    work.chmod(0o755)
    if options.only in (None, "theses"):
        rules(options.quick)
    postgres = str(ROOT / "scripts/support/private_postgres")
    try:
        for engine in ("sqlite", "postgresql"):
            if options.engine not in (None, engine):
                continue
            if engine == "postgresql":
                started = subprocess.run(
                    [postgres, "start", str(work / "postgres"), str(free_port())], check=True,
                    capture_output=True, text=True)
                os.environ["JOINTLY_TEST_POSTGRES"] = started.stdout.strip().splitlines()[-1]
            measure(engine, options.only, options.quick, work)
    finally:
        subprocess.run([postgres, "stop", str(work / "postgres")], capture_output=True)
    print()
    table()


if __name__ == "__main__":
    main()
