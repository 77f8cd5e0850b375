"""Real processes, real kills: nothing acknowledged is lost, nothing happens twice (M1-M4, M8).

Bounded in count and time; the seed is printed and JOINTLY_TEST_SEED repeats it.
"""

import os
import pathlib
import random
import signal
import sys
import time
import unittest
import uuid

for folder in ("tests/support", "scripts/support"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / folder))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import databases  # noqa: E402
from client import wait_until  # noqa: E402
from installation import Installation  # noqa: E402
from load import Load  # noqa: E402
from stack import PROCESSES  # noqa: E402

SEED = int(os.environ.get("JOINTLY_TEST_SEED", str(random.SystemRandom().randrange(1 << 32))))
CLIENTS = 6


class FaultsTest(unittest.TestCase):

    def setUp(self):
        print(f"seed {SEED} (repeat with JOINTLY_TEST_SEED={SEED})", flush=True)
        self.random = random.Random(SEED)
        self.installation = Installation(heartbeat_seconds=1)
        self.addCleanup(self.installation.stop)
        self.installation.start()
        self.installation.found_partnership()
        self.call = self.installation.open_call("faults")
        self.students = [self.installation.student(f"load{i}") for i in range(CLIENTS)]
        self.stack = self.installation.stack
        self.load = Load(self.installation, self.call, self.students, SEED)

    # --- What is broken ---------------------------------------------------------------------------

    def kill(self, name):
        print(f"kill -9 {name}", flush=True)
        self.stack.processes[name].kill()
        self.stack.restart_dead()

    def broker(self, verb, *arguments):
        print(f"broker: {verb} {' '.join(arguments)}", flush=True)
        self.stack.broker_tool(verb, *arguments)

    def restart_broker(self):
        self.broker("start", str(self.stack.settings.broker_port))

    # --- What must hold afterwards ----------------------------------------------------------------

    def finish(self):
        """Ends the load, waits for quiet, stops everything and checks the promises."""
        self.load.stop()
        self.stack.wait_ready()
        marker = self.installation.student("marker")
        last = self.installation.draft(marker, self.call)
        # The marker is the newest event of mobility; its activity shows that the rest can be there.
        wait_until(lambda: marker.get("/v1/activities", filter=f'subject = "{last}"')
                   .get("activities"), "the newest event to arrive", 90)
        time.sleep(1)
        # What a lost broker had is pulled within a minute (messaging.md M1).
        for attempt in range(6):
            for name in reversed(PROCESSES):
                self.stack.processes[name].stop()
            restless = databases.quiet(self.installation)
            if not restless:
                break
            print(f"not quiet yet: {restless}", flush=True)
            self.stack.restart_dead()
            self.stack.wait_ready()
            time.sleep(10)
        self.assertEqual("", restless)
        self.assertEqual([], self.load.failures)
        databases.check_promises(self, self.installation)
        self.check_acknowledged()
        self.check_effects()
        print(f"{self.load.commands} commands acknowledged; errors seen by clients: "
              f"{self.load.errors}", flush=True)
        self.assertGreater(self.load.commands, 50, "the load was too small to prove anything")

    def check_acknowledged(self):
        """M8: what was answered with success is there; M2: each command had one effect."""
        stored = {row["aggregate_id"]: row["last"] for row in databases.rows(
            self.installation, "mobility",
            "SELECT aggregate_id, MAX(revision) AS last FROM outbox"
            " WHERE aggregate_type = 'mobility.application' GROUP BY aggregate_id")}
        for name, revision in self.load.acknowledged.items():
            self.assertEqual(revision, stored.get(name.removeprefix("applications/")), name)

    def check_effects(self):
        """M2 in the follower: one activity per event, never two."""
        events = databases.number(
            self.installation, "mobility",
            "SELECT COUNT(*) AS n FROM outbox WHERE aggregate_type = 'mobility.application'")
        activities = databases.number(
            self.installation, "notifications",
            "SELECT COUNT(*) AS n FROM activity WHERE subject LIKE 'applications/%'")
        self.assertEqual(events, activities)

    # --- The stories ------------------------------------------------------------------------------

    def test_kills_under_load(self):
        self.load.start()
        victims = ["mobility", "notifications", "gateway", "mobility", "broker", "notifications",
                   "mobility", "gateway"]
        self.random.shuffle(victims)
        for victim in victims:
            time.sleep(self.random.uniform(0.5, 2.0))
            if victim == "broker":
                self.broker("kill")
                time.sleep(self.random.uniform(0, 1))
                self.restart_broker()
            else:
                self.kill(victim)
        time.sleep(2)
        self.finish()

    def test_the_broker_is_stopped_while_idle_then_published_to(self):
        pid = int(self.stack.broker_tool("pid").stdout.strip())
        time.sleep(3)
        os.kill(pid, signal.SIGSTOP)
        print(f"SIGSTOP broker {pid}", flush=True)
        try:
            self.load.start()
            time.sleep(6)
            during = self.load.commands
        finally:
            os.kill(pid, signal.SIGCONT)
        self.assertGreater(during, 50, "commands must work without the broker")
        time.sleep(2)
        self.finish()

    def test_the_queue_is_deleted_under_load(self):
        self.load.start()
        for _ in range(3):
            time.sleep(1.5)
            self.broker("ctl", "delete_queue", "jointly.notifications")
        time.sleep(2)
        self.finish()

    def test_the_brokers_data_is_wiped(self):
        self.load.start()
        time.sleep(2)
        self.broker("kill")
        self.broker("wipe")
        time.sleep(1)
        self.restart_broker()
        time.sleep(2)
        self.finish()


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
