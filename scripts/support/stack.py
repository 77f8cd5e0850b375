"""Starts, watches and stops the processes of one Jointly installation on loopback.

Used by scripts/run and by the tests that need real processes. Only the standard library.
"""

import dataclasses
import json
import os
import pathlib
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVICES = ["identity", "partnerships", "mobility", "budgets", "theses", "notifications"]
PROCESSES = SERVICES + ["gateway"]


class StackError(Exception):
    """What went wrong, in a sentence for the person at the terminal."""


# Below the range from which the system gives ports to connections: one of that range can be taken
# by any connection between the choice and the moment in which its process listens.
FREE_PORTS = range(12000, 32000)
_given = set()  # Chosen, and maybe not listened on yet.


def free_port():
    for port in random.sample(FREE_PORTS, 200):
        if port not in _given and not port_in_use(port):
            _given.add(port)
            return port
    raise StackError(f"no free port among 200 of {FREE_PORTS.start} to {FREE_PORTS.stop - 1}")


def port_in_use(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


@dataclasses.dataclass
class Settings:
    """One installation. Ports of 0 are chosen freely."""

    directory: pathlib.Path
    binaries: pathlib.Path
    environment: str = "demo"  # production, demo or test
    database: str = "sqlite"  # "sqlite" or a postgresql:// URL
    broker: str = ""  # an amqp:// URL; empty starts a private node
    http_port: int = 0
    grpc_port: int = 0
    service_ports: dict = dataclasses.field(default_factory=dict)
    broker_port: int = 0
    mail_port: int = 0
    heartbeat_seconds: int = 10
    clock_offset_seconds: int = 0
    log_level: str = "info"
    failpoints: dict = dataclasses.field(default_factory=dict)  # process -> JOINTLY_FAIL
    extra: dict = dataclasses.field(default_factory=dict)  # process -> more flags


class Process:
    """One child: its command, where it logs, and how often it was started."""

    def __init__(self, name, command, log, env):
        self.name = name
        self.command = command
        self.log = log
        self.env = env
        self.child = None
        self.starts = 0

    def start(self):
        self.starts += 1
        with open(self.log, "ab") as log:
            # A session of its own: Ctrl-C in the terminal reaches the supervisor only, which then
            # stops everything in order.
            self.child = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **self.env}, start_new_session=True)

    def alive(self):
        return self.child is not None and self.child.poll() is None

    def stop(self, patience_seconds=10):
        if not self.alive():
            return
        self.child.send_signal(signal.SIGCONT)
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()

    def kill(self):
        if self.alive():
            self.child.kill()
            self.child.wait()

    def last_lines(self, count=15):
        try:
            with open(self.log, errors="replace") as log:
                return "".join(log.readlines()[-count:])
        except OSError:
            return ""


class Stack:
    def __init__(self, settings):
        self.settings = settings
        self.directory = pathlib.Path(settings.directory).resolve()
        self.processes = {}
        self.broker_directory = self.directory / "broker"
        self.broker_url = settings.broker
        self.started_broker = False
        self.say = lambda text: None
        self._choose_ports()

    # --- Layout -------------------------------------------------------------------------------

    def _choose_ports(self):
        settings = self.settings
        settings.http_port = settings.http_port or free_port()
        settings.grpc_port = settings.grpc_port or free_port()
        settings.broker_port = settings.broker_port or free_port()
        settings.mail_port = settings.mail_port or free_port()
        for name in SERVICES:
            settings.service_ports.setdefault(name, free_port())
            settings.service_ports.setdefault(name + "-metrics", free_port())

    @property
    def url(self):
        return f"http://127.0.0.1:{self.settings.http_port}"

    def folder(self, name):
        path = self.directory / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def prepare(self):
        """Makes folders and keys; what exists is kept."""
        for name in ("data", "log", "run", "mail", "blobs"):
            self.folder(name)
        keys = self.folder("keys")
        keys.chmod(0o700)
        public = self.folder("keys/public")
        for name in PROCESSES:
            private_file = keys / f"{name}.pem"
            if not private_file.exists():
                self._openssl("genpkey", "-algorithm", "EC", "-pkeyopt",
                              "ec_paramgen_curve:P-256", "-out", str(private_file))
                private_file.chmod(0o600)
            public_file = public / f"{name}.pub.pem"
            if not public_file.exists():
                self._openssl("pkey", "-in", str(private_file), "-pubout", "-out",
                              str(public_file))
        self._secret("master.key", secrets.token_hex(32))
        self._secret("administrator.password", secrets.token_urlsafe(18))
        self._secret("demo.password", secrets.token_urlsafe(12))

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def _secret(self, name, value):
        path = self.folder("keys") / name
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(value + "\n")

    def secret(self, name):
        return (self.folder("keys") / name).read_text().strip()

    # --- Commands -----------------------------------------------------------------------------

    def _database_flags(self, name):
        if self.settings.database == "sqlite":
            return [f"--database=sqlite://{self.directory}/data/{name}.db"]
        return [f"--database={self.settings.database}", f"--database-schema=jointly_{name}"]

    def _peers(self):
        ports = self.settings.service_ports
        return ",".join(f"{name}=127.0.0.1:{ports[name]}" for name in SERVICES)

    def _common_flags(self, name):
        settings = self.settings
        keys = self.folder("keys")
        return [
            f"--deployment={settings.environment}", f"--environment={settings.environment}",
            f"--broker={self.broker_url}", f"--heartbeat-seconds={settings.heartbeat_seconds}",
            f"--peers={self._peers()}", f"--log-level={settings.log_level}",
            f"--service-key-file={keys}/{name}.pem",
            f"--service-keys-directory={keys}/public",
            f"--clock-offset-seconds={settings.clock_offset_seconds}",
        ]

    def command(self, name):
        settings = self.settings
        keys = self.folder("keys")
        command = [str(settings.binaries / f"jointly-{name}"), *self._common_flags(name)]
        if name == "gateway":
            command += [f"--listen-address=127.0.0.1:{settings.http_port}",
                        f"--grpc-listen-address=127.0.0.1:{settings.grpc_port}"]
        else:
            ports = settings.service_ports
            command += [f"--listen-address=127.0.0.1:{ports[name]}",
                        f"--metrics-address=127.0.0.1:{ports[name + '-metrics']}",
                        f"--master-key-file={keys}/master.key",
                        f"--blob-directory={self.folder('blobs/' + name)}",
                        *self._database_flags(name)]
        if name == "identity":
            command += ["--bootstrap-administrator-email=administrator@jointly.example",
                        f"--bootstrap-administrator-password-file={keys}/administrator.password"]
        if name == "notifications":
            command += [f"--smtp-url=smtp://127.0.0.1:{settings.mail_port}",
                        f"--smtp-ca-file={self.directory}/mail/certificate/certificate.pem",
                        "--smtp-from=jointly@jointly.example", f"--public-url={self.url}/v1"]
        return command + settings.extra.get(name, [])

    # --- Life ---------------------------------------------------------------------------------

    def check_ports(self):
        """Names every port that somebody else holds, before anything is started."""
        settings = self.settings
        wanted = {"REST gateway (--http-port)": settings.http_port,
                  "gRPC gateway (--grpc-port)": settings.grpc_port,
                  "mail sink (--mail-port)": settings.mail_port}
        if not settings.broker:
            wanted["RabbitMQ (--broker-port)"] = settings.broker_port
        for name, port in settings.service_ports.items():
            wanted[f"{name} (--service-port-base)"] = port
        taken = [f"port {port} for the {use} is in use" for use, port in wanted.items()
                 if port_in_use(port)]
        if taken:
            raise StackError("; ".join(taken) + ". Stop what listens there, or choose other ports.")

    def start_broker(self):
        if self.settings.broker:
            return
        self.say(f"starting RabbitMQ on port {self.settings.broker_port} (about 10 s)")
        result = self._broker_tool("start", str(self.settings.broker_port))
        self.broker_url = result.stdout.strip().splitlines()[-1].rstrip("/")
        self.started_broker = True

    def _broker_tool(self, verb, *arguments):
        result = subprocess.run(
            [str(ROOT / "scripts/support/private_rabbitmq"), verb, str(self.broker_directory),
             *arguments], capture_output=True, text=True)
        if result.returncode != 0:
            raise StackError(f"RabbitMQ: {verb} failed: {result.stdout}{result.stderr}")
        return result

    def broker_tool(self, verb, *arguments):
        return self._broker_tool(verb, *arguments)

    def start_mail(self):
        command = ["/usr/bin/python3", str(ROOT / "scripts/support/mail_sink.py"),
                   f"--port={self.settings.mail_port}", f"--directory={self.directory}/mail",
                   f"--certificate-directory={self.directory}/mail/certificate"]
        self._add("mail", command)
        self._wait(lambda: port_in_use(self.settings.mail_port), "mail", 15)

    def _add(self, name, command):
        environment = {}
        if name in self.settings.failpoints:
            environment["JOINTLY_FAIL"] = self.settings.failpoints[name]
        process = Process(name, command, self.folder("log") / f"{name}.log", environment)
        self.processes[name] = process
        process.start()
        self.write_endpoints()

    def start_service(self, name):
        self._add(name, self.command(name))

    def start(self):
        self.prepare()
        self.check_ports()
        self.start_broker()
        self.start_mail()
        for name in PROCESSES:
            self.say(f"starting {name}")
            self.start_service(name)
        self.wait_ready()

    def wait_ready(self, patience_seconds=60):
        deadline = time.monotonic() + patience_seconds
        answer = "no answer"
        while time.monotonic() < deadline:
            for process in self.processes.values():
                if not process.alive():
                    raise StackError(f"{process.name} ended while starting; its last lines "
                                     f"({process.log}):\n{process.last_lines()}")
            answer = self.readiness()
            if answer == "":
                return
            time.sleep(0.05)
        raise StackError(f"not ready after {patience_seconds} s: {answer}")

    def readiness(self):
        """Empty when the gateway says that everything is ready, else what it said."""
        try:
            with urllib.request.urlopen(self.url + "/readyz", timeout=2) as answer:
                return "" if answer.status == 200 else answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.read().decode(errors="replace")
        except OSError as error:
            return str(error)

    def _wait(self, holds, name, patience_seconds):
        deadline = time.monotonic() + patience_seconds
        while not holds():
            process = self.processes[name]
            if not process.alive():
                raise StackError(f"{name} ended while starting:\n{process.last_lines()}")
            if time.monotonic() > deadline:
                raise StackError(f"{name} did not start within {patience_seconds} s")
            time.sleep(0.02)

    def restart_dead(self):
        """Restarts what died; returns the names. Called by the supervisor's loop."""
        dead = [p for p in self.processes.values() if not p.alive()]
        for process in dead:
            process.start()
        if dead:
            self.write_endpoints()
        return [process.name for process in dead]

    def stop(self):
        for name in ["gateway", *SERVICES, "mail"]:
            if name in self.processes:
                self.processes[name].stop()
        if self.started_broker:
            try:
                self._broker_tool("stop")
            finally:
                self.started_broker = False

    def write_endpoints(self):
        """var/run/endpoints.json: where things are, for scripts/jointly and for people."""
        settings = self.settings
        endpoints = {
            "gateway": self.url, "grpc": f"127.0.0.1:{settings.grpc_port}",
            "broker": self.broker_url, "mail": f"{self.directory}/mail",
            "services": {name: f"127.0.0.1:{settings.service_ports[name]}" for name in SERVICES},
            "processes": {name: process.child.pid for name, process in self.processes.items()
                          if process.alive()},
        }
        path = self.folder("run") / "endpoints.json"
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(endpoints, indent=2) + "\n")
        partial.replace(path)


def wipe(directory):
    shutil.rmtree(directory, ignore_errors=True)


def fail(text):
    print(f"error: {text}", file=sys.stderr)
    sys.exit(1)
