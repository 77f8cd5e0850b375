"""The supervisor behind scripts/run."""

import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import stack as stack_module
from stack import ROOT, SERVICES, Settings, Stack, StackError


def parse():
    parser = argparse.ArgumentParser(
        prog="scripts/run",
        description="Builds and starts Jointly with its demonstration: a private RabbitMQ node, "
                    "every service and the gateway, on loopback only. Ctrl-C stops all of it.")
    parser.add_argument("--stop", action="store_true", help="stop what scripts/run started")
    parser.add_argument("--status", action="store_true", help="say what is running")
    parser.add_argument("--detach", action="store_true", help="return when ready; stop with --stop")
    parser.add_argument("--fresh", action="store_true", help="wipe the data first")
    parser.add_argument("--no-demo", action="store_true", help="start with an empty store")
    parser.add_argument("--directory", default=str(ROOT / "var"), help="data, keys, logs (var/)")
    parser.add_argument("--database", default="sqlite",
                        help="postgresql://user@host:port/name instead of SQLite files under var/")
    parser.add_argument("--http-port", type=int, default=8080)
    parser.add_argument("--grpc-port", type=int, default=8081)
    parser.add_argument("--broker-port", type=int, default=5680)
    parser.add_argument("--mail-port", type=int, default=2525)
    parser.add_argument("--service-port-base", type=int, default=7100,
                        help="services listen on this port and the following ones")
    return parser.parse_args()


def pid_file(directory):
    return pathlib.Path(directory) / "run" / "supervisor.pid"


def running_pid(directory):
    """The supervisor's process id, when it is alive and really is one."""
    try:
        pid = int(pid_file(directory).read_text())
        command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return pid if b"run.py" in command else None


def stop_orphans(directory):
    """Ends what a supervisor that was itself killed left behind; returns how many. A process id is
    believed only when its command line still is what we started there."""
    directory = pathlib.Path(directory).resolve()
    try:
        processes = json.loads((directory / "run" / "endpoints.json").read_text())["processes"]
    except (OSError, ValueError, KeyError):
        return 0
    ended = 0
    for pid in processes.values():
        try:
            command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(directory) in command and ("jointly-" in command or "mail_sink" in command):
            os.kill(pid, signal.SIGTERM)
            ended += 1
    broker = directory / "broker"
    if broker.is_dir():
        tool = str(ROOT / "scripts/support/private_rabbitmq")
        if subprocess.run([tool, "pid", str(broker)], capture_output=True).returncode == 0:
            subprocess.run([tool, "stop", str(broker)], capture_output=True)
            ended += 1
    return ended


def stop(directory):
    pid = running_pid(directory)
    if pid is None:
        ended = stop_orphans(directory)
        print(f"run: stopped {ended} processes without a supervisor" if ended
              else "run: nothing is running")
        return 0
    print(f"run: stopping (process {pid})")
    os.kill(pid, signal.SIGTERM)
    for _ in range(600):
        if running_pid(directory) is None:
            print("run: stopped")
            return 0
        time.sleep(0.1)
    print("run: it did not stop within 60 s", file=sys.stderr)
    return 1


def settings_of(options):
    base = options.service_port_base
    ports = {name: base + index for index, name in enumerate(SERVICES)}
    ports.update({name + "-metrics": base + 50 + index for index, name in enumerate(SERVICES)})
    preset = os.environ.get("JOINTLY_PRESET", "dev")
    return Settings(
        directory=pathlib.Path(options.directory), binaries=ROOT / "build" / preset / "bin",
        environment="demo", database=options.database, http_port=options.http_port,
        grpc_port=options.grpc_port, broker_port=options.broker_port, mail_port=options.mail_port,
        service_ports=ports)


def load_demo(stack):
    command = ["/usr/bin/python3", str(ROOT / "scripts/demo/load.py"), f"--url={stack.url}",
               f"--administrator-password-file={stack.directory}/keys/administrator.password",
               f"--demo-password-file={stack.directory}/keys/demo.password"]
    result = subprocess.run(command)
    if result.returncode != 0:
        raise StackError("the demonstration could not be loaded (see above)")


def print_welcome(stack, demo):
    print()
    print(f"Jointly is running.  REST {stack.url}   OpenAPI {stack.url}/openapi.json   "
          f"gRPC 127.0.0.1:{stack.settings.grpc_port}")
    print(f"Logs: {stack.directory}/log   Mail: {stack.directory}/mail")
    password = stack.secret("demo.password")
    print(f"Administrator: administrator@jointly.example  password: "
          f"{stack.secret('administrator.password')}")
    if demo:
        print(f"Demonstration accounts, all with the password {password}")
        print("  office@uga.example       international office, Universite Grenoble Alpes")
        print("  office@tsukuba.example   international office, University of Tsukuba")
        print("  camille@uga.example      student in Grenoble")
        print("  budgets@uga.example      budget manager of the Grenoble Unit")
        print("  hanako@tsukuba.example   student in Tsukuba")
        print("  doctoral@uga.example     doctoral office in Grenoble")
        print("Try, in another terminal:")
        print("  scripts/follow            # an application from draft to nominated, with curl")
        print("  scripts/mails             # the e-mails that this caused")
        print("  scripts/jointly call mobility jointly.mobility.v1.Mobility/ListApplications "
              "'{\"page_size\": 3}' --as office@uga.example")
        print("  scripts/jointly call gateway jointly.gateway.v1.Overview/GetPartnershipOverview "
              "'{\"partners\": [\"institutions/uga\", \"institutions/tsukuba\"], "
              "\"sinceYear\": 2018}' --as doctoral@uga.example")
    print("Stop with Ctrl-C or scripts/run --stop.", flush=True)


def supervise(stack):
    """Until a signal: restarts what dies, names it, and slows down when it dies at once again."""
    stopping = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.append(True))
    last_restart = {}
    while not stopping:
        time.sleep(0.2)
        for process in list(stack.processes.values()):
            if process.alive():
                continue
            if time.monotonic() - last_restart.get(process.name, -10) < 2:
                continue
            code = process.child.returncode
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            print(f"run: {process.name} ended ({how}); starting it again", flush=True)
            process.start()
            stack.write_endpoints()
            last_restart[process.name] = time.monotonic()


def serve(options, when_ready):
    stack = Stack(settings_of(options))
    stack.say = lambda text: print(f"run: {text}", flush=True)
    pid = pid_file(stack.directory)
    pid.parent.mkdir(parents=True, exist_ok=True)
    pid.write_text(str(os.getpid()))
    try:
        began = time.monotonic()
        stack.start()
        stack.say(f"ready after {time.monotonic() - began:.1f} s")
        if not options.no_demo:
            load_demo(stack)
        print_welcome(stack, not options.no_demo)
        when_ready()
        supervise(stack)
    except KeyboardInterrupt:
        pass
    finally:
        print("run: stopping", flush=True)
        stack.stop()
        pid.unlink(missing_ok=True)


def detach(options):
    """The supervisor in a session of its own; returns when it is ready or has failed."""
    log = pathlib.Path(options.directory) / "log" / "supervisor.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    reader, writer = os.pipe()
    if os.fork() > 0:
        os.close(writer)
        ready = os.read(reader, 1) == b"+"
        print(log.read_text(), end="")
        return 0 if ready else 1
    os.close(reader)
    os.setsid()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)

    def when_ready():
        os.write(writer, b"+")
        os.close(writer)

    try:
        serve(options, when_ready)
    except StackError as error:
        print(f"error: {error}", flush=True)
        os._exit(1)
    os._exit(0)


def main():
    options = parse()
    if options.stop:
        return stop(options.directory)
    pid = running_pid(options.directory)
    if options.status:
        print(f"run: running as process {pid}" if pid else "run: nothing is running")
        return 0 if pid else 3
    if pid is not None:
        stack_module.fail(f"scripts/run is already running (process {pid}); "
                          "stop it with scripts/run --stop")
    if options.fresh:
        stack_module.wipe(options.directory)
    if options.detach:
        return detach(options)
    try:
        serve(options, lambda: None)
    except StackError as error:
        stack_module.fail(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
