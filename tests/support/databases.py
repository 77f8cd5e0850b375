"""Reads the databases of a stopped installation: what the fault tests judge by."""

import json
import sqlite3
import subprocess


def rows(installation, service, sql):
    """The rows of a query as dictionaries, from the service's database, whichever the engine."""
    settings = installation.stack.settings
    if settings.database == "sqlite":
        path = installation.directory / "data" / f"{service}.db"
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql)]
        finally:
            connection.close()
    wrapped = (f"SET search_path TO jointly_{service}; "
               f"SELECT COALESCE(json_agg(found), '[]') FROM ({sql}) AS found")
    result = subprocess.run(["psql", "-qAt", settings.database, "-c", wrapped], check=True,
                            capture_output=True, text=True)
    return json.loads(result.stdout.strip().splitlines()[-1])


def number(installation, service, sql):
    return int(next(iter(rows(installation, service, sql)[0].values())) or 0)


# The producers of events and, for each, the services that follow it (common/bus/topology.cc).
FOLLOWERS = {
    "mobility": ["budgets", "theses", "notifications"],
    "budgets": ["mobility", "theses", "notifications"],
    "theses": ["budgets", "notifications"],
    "partnerships": ["mobility", "budgets", "theses", "notifications"],
    "identity": ["partnerships", "mobility", "budgets", "theses", "notifications"],
}
FOLLOWED = {
    "notifications": ["mobility.application", "mobility.call", "mobility.mobility",
                      "partnerships.agreement", "partnerships.institution", "identity.person",
                      "budgets.budget", "budgets.period", "budgets.commitment", "budgets.claim",
                      "budgets.transfer", "budgets.amendment", "budgets.carry_over",
                      "budgets.report", "budgets.delegation", "theses.thesis",
                      "theses.cotutelle"],
    "mobility": ["partnerships.agreement", "partnerships.institution", "identity.person",
                 "budgets.commitment"],
    "budgets": ["mobility.mobility", "identity.person", "partnerships.institution",
                "theses.thesis"],
    "theses": ["mobility.mobility", "identity.person", "partnerships.institution",
               "partnerships.unit", "partnerships.agreement", "budgets.commitment"],
    "partnerships": ["identity.person"],
}


def quiet(installation):
    """Empty when every outbox is published, every inbox empty and every event applied; else what is
    not. Needs a stopped installation on SQLite; PostgreSQL may be running."""
    findings = []
    for service in FOLLOWERS:
        pending = number(installation, service,
                         "SELECT COUNT(*) AS n FROM outbox WHERE publish_time IS NULL")
        if pending:
            findings.append(f"{service}: {pending} events unpublished")
    for service in FOLLOWED:
        waiting = number(installation, service, "SELECT COUNT(*) AS n FROM inbox")
        if waiting:
            findings.append(f"{service}: {waiting} events in the inbox")
    findings += [f"{follower} has not heard of {kind}/{identifier}"
                 for follower, (kind, identifier), last, applied in heads(installation)
                 if (applied or 0) < last]
    return "; ".join(findings)


def heads(installation):
    """For each follower and aggregate: the last revision made, and the last one applied."""
    for producer, followers in FOLLOWERS.items():
        log = rows(installation, producer,
                   "SELECT aggregate_type, aggregate_id, MAX(revision) AS last FROM outbox"
                   " GROUP BY aggregate_type, aggregate_id")
        for follower in followers:
            applied = {(row["aggregate_type"], row["aggregate_id"]): row["last_revision"]
                       for row in rows(installation, follower, "SELECT * FROM applied")}
            for row in log:
                key = (row["aggregate_type"], row["aggregate_id"])
                if row["aggregate_type"] in FOLLOWED[follower]:
                    yield follower, key, row["last"], applied.get(key)


def check_promises(test, installation):
    """M1 to M4 of the message kernel, from the databases alone."""
    for producer, followers in FOLLOWERS.items():
        log = rows(installation, producer,
                   "SELECT aggregate_type, aggregate_id, MAX(revision) AS last, COUNT(*) AS events,"
                   " MIN(revision) AS first FROM outbox GROUP BY aggregate_type, aggregate_id")
        for row in log:
            # M3, M4: revisions without gaps, one event each.
            test.assertEqual((1, row["last"]), (row["first"], row["events"]), (producer, row))
        audit = number(installation, producer,
                       "SELECT COUNT(*) AS n FROM audit WHERE actor <> '' AND revision > 0")
        test.assertEqual(sum(row["events"] for row in log), audit, f"{producer}: events and audit")
    for follower, key, last, applied in heads(installation):
        # M1: nothing is lost. M2: nothing is applied beyond what was committed.
        test.assertEqual(last, applied, (follower, key))
