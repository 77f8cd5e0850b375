#!/usr/bin/python3
"""A local mail server that keeps every message: for the demo and for tests.

It listens on loopback only, offers STARTTLS with a certificate that it makes at its first start,
and delivers into a Maildir (new/, one file per message). Each message is one line on standard
output. The failure modes answer as a troubled server would.

  mail_sink.py --port 2525 --directory var/mail --certificate-directory var/mail/certificate
"""

import argparse
import datetime
import email
import email.header
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

TEXTS = {421: "4.3.2 closing", 450: "4.2.1 mailbox busy", 451: "4.3.0 try again later",
         452: "4.2.2 mailbox full", 550: "5.1.1 no such mailbox", 552: "5.2.2 mailbox full",
         554: "5.7.1 refused by policy"}


def make_certificate(directory: pathlib.Path) -> None:
    """certificate.pem and key.pem for localhost, made anew when missing or about to expire."""
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    directory.mkdir(parents=True, exist_ok=True)
    if certificate.exists() and key.exists():
        valid = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-checkend",
                                "86400"], capture_output=True)
        if valid.returncode == 0:
            return
    fresh_key, fresh = directory / f".key.{os.getpid()}", directory / f".cert.{os.getpid()}"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "825", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", fresh_key, "-out", fresh],
        check=True, capture_output=True)
    os.chmod(fresh_key, 0o600)
    os.replace(fresh_key, key)
    os.replace(fresh, certificate)


def decoded(value) -> str:
    return str(email.header.make_header(email.header.decode_header(value or "")))


class Sink:
    """Keeps messages, or fails the first `times` of them in the way that was asked for."""

    def __init__(self, options):
        self.options = options
        self.lock = threading.Lock()
        self.kept = 0
        self.failures_left = options.times
        self.directory = pathlib.Path(options.directory)
        for part in ("new", "cur", "tmp"):
            (self.directory / part).mkdir(parents=True, exist_ok=True)

    def fails_now(self) -> bool:
        with self.lock:
            if self.failures_left == 0:
                return False
            if self.failures_left > 0:
                self.failures_left -= 1
            return True

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope,
                          address: str, rcpt_options) -> str:
        if self.options.reply and self.options.stage == "rcpt" and self.fails_now():
            return self.failure(address)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.options.drop_after_data and self.fails_now():
            self.keep(envelope)  # The message is here, and the client will never know.
            server.transport.abort()
            return "421 4.3.0 gone"
        if self.options.reply and self.options.stage == "data" and self.fails_now():
            return self.failure(envelope.rcpt_tos[0])
        self.keep(envelope)
        return "250 2.0.0 kept"

    def failure(self, address: str) -> str:
        code = self.options.reply
        print(f"refused reply={code} to={address}", flush=True)
        return f"{code} {TEXTS.get(code, 'refused')} {address}"

    def keep(self, envelope: Envelope) -> None:
        with self.lock:
            self.kept += 1
            stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%S.%fZ")
            name = f"{stamp}.{os.getpid()}.{self.kept:06d}.eml"
        path = self.directory / "tmp" / name
        path.write_bytes(envelope.original_content or envelope.content)
        path.rename(self.directory / "new" / name)
        message = email.message_from_bytes(envelope.content)
        print(f"mail to={','.join(envelope.rcpt_tos)} id={message.get('Message-ID', '')} "
              f"subject={decoded(message.get('Subject'))!r} file=new/{name}", flush=True)


class SinkController(Controller):
    def __init__(self, sink: Sink, options, context: ssl.SSLContext):
        super().__init__(sink, hostname="127.0.0.1", port=options.port, ready_timeout=10)
        self.options = options
        self.context = context

    def factory(self) -> SMTP:
        return SMTP(self.handler, hostname="localhost", ident="Jointly mail sink",
                    tls_context=self.context, require_starttls=self.options.require_starttls,
                    enable_SMTPUTF8=True)


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--port", type=int, default=2525, help="0 picks a free one")
    parser.add_argument("--directory", default="var/mail")
    parser.add_argument("--certificate-directory", default="var/mail/certificate")
    parser.add_argument("--require-starttls", action="store_true", help="refuse mail in the clear")
    parser.add_argument("--reply", type=int, help="fail with this code, for example 451 or 550")
    parser.add_argument("--stage", choices=["rcpt", "data"], default="rcpt", help="when to fail")
    parser.add_argument("--drop-after-data", action="store_true",
                        help="keep the message, then cut the connection without an answer")
    parser.add_argument("--exit-with-parent", action="store_true",
                        help="end when the process that started it is gone (tests)")
    parser.add_argument("--times", type=int, default=-1, help="how often to fail; -1: always")
    return parser.parse_args(arguments)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main() -> int:
    options = parse(sys.argv[1:])
    directory = pathlib.Path(options.certificate_directory)
    make_certificate(directory)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(directory / "certificate.pem", directory / "key.pem")
    options.port = options.port or free_port()
    controller = SinkController(Sink(options), options, context)
    try:
        controller.start()
    except OSError as error:
        print(f"mail sink: port {options.port}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"listening port={options.port} directory={options.directory}", flush=True)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    parent = os.getppid()
    while not stop.is_set():
        stop.wait(1)
        if options.exit_with_parent and os.getppid() != parent:
            break
    controller.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
