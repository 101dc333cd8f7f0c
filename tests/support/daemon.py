"""The real process: a config in a folder of its own, free ports, start, stop, kill -9, its command line, its log. Used
by every end-to-end test. INBOXD names the executable; INBOXD_KEEP keeps the folders."""

import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from support import patience
from support.rest import Rest
from support.said import Said
from support.stream import Stream

EXECUTABLE = os.environ.get("INBOXD", "")
PORTS = (20_000, 32_000)  # below the ephemeral range: a client that dials a dead daemon there could meet itself


GIVEN = set()  # ports of this process, which may not be bound yet


def free_port():
    while True:
        port = random.SystemRandom().randrange(*PORTS)
        if port in GIVEN:
            continue
        with socket.socket() as sock:
            try:
                sock.bind(("127.0.0.1", port))
                GIVEN.add(port)
                return port
            except OSError:
                continue


def toml(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(content)}" for key, content in value.items()) + " }"
    return json.dumps(value)


def table(head, values):
    return head + "\n" + "".join(f"{key} = {toml(value)}\n" for key, value in values.items()) + "\n"


class Daemon:
    def __init__(self, inboxes=(), server=None, conversations=None, storage=None):
        if not EXECUTABLE:
            raise SystemExit("set INBOXD to the executable")
        self.folder = Path(tempfile.mkdtemp(prefix="inboxd-test-"))
        self.data = self.folder / "data"
        self.config = self.folder / "inboxd.toml"
        self.port, self.metrics_port = free_port(), free_port()
        self.process = None
        self.said = Said()
        self.storage = dict(storage or {})
        # As a service manager starts it: variables, open descriptors, and what runs in front.
        self.environment, self.descriptors, self.prefix = {}, (), []
        self.inboxes, self.server, self.conversations = list(inboxes), dict(server or {}), dict(conversations or {})
        self.write_config()

    def write_config(self):
        server = {"listen": f"127.0.0.1:{self.port}", "metrics": f"127.0.0.1:{self.metrics_port}",
                  "public_url": f"http://127.0.0.1:{self.port}", **self.server}
        text = table("[server]", server) + table("[storage]", {"directory": str(self.data), **self.storage})
        self.said.table("storage", self.storage)
        for inbox in self.inboxes:
            self.said.table(inbox.get("connector", "inbox"), inbox)
        if self.conversations:
            text += table("[conversations]", self.conversations)
        self.config.write_text(text + "".join(table("[[inbox]]", inbox) for inbox in self.inboxes))

    # The process.

    def launch(self):
        """Without waiting until it answers."""
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([*self.prefix, EXECUTABLE, "serve", "--config", str(self.config)],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=self.descriptors,
                                            env={**os.environ, **self.environment})

    def start(self):
        self.launch()
        end = time.monotonic() + patience(20)
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError(f"serve exited {self.process.returncode}: {self.log_end()}")
            if self.ready() == 200:
                return self
            time.sleep(0.01)  # sleep: a process that starts tells nobody
        raise AssertionError(f"not ready: {self.log_end()}")

    def ready(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience(2))
            connection.request("GET", "/readyz")
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def stop(self):
        """SIGTERM; a clean end is part of every test."""
        if self.process is None or self.process.poll() is not None:
            return self.process.returncode if self.process else 0
        self.said.metrics(self.metrics_port)
        self.process.terminate()
        try:
            return self.process.wait(patience(15))
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)
            self.process.wait(patience(15))
            raise AssertionError(f"SIGTERM did not end it: {self.log_end()}") from None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def restart(self):
        code = self.stop()
        if code != 0:
            raise AssertionError(f"exit {code}: {self.log_end()}")
        return self.start()

    def log(self):
        return (self.folder / "log").read_text(errors="replace")

    def log_end(self):
        return self.log()[-3000:]

    def resident_kib(self):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        return 0

    def remove(self):
        self.said.finish(self.folder, self.data)
        if not os.environ.get("INBOXD_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)

    # Its operator and its clients.

    def run(self, *arguments, config=True, prefix=(), timeout=30):
        """One command of the command line; gives the finished process."""
        tail = ["--config", str(self.config)] if config else []
        done = subprocess.run([*prefix, EXECUTABLE, *arguments, *tail], capture_output=True, text=True,
                              timeout=patience(timeout), stdin=subprocess.DEVNULL)
        if arguments[:2] == ("token", "create"):
            self.said.secret("token of an agent", done.stdout.strip())  # which is what it prints
        else:
            self.said.add("commands", done.stdout)
        self.said.add("commands", done.stderr)
        return done

    def tell(self, *arguments):
        """A command that has to succeed; gives what it printed."""
        done = self.run(*arguments)
        if done.returncode != 0:
            raise AssertionError(f"inboxd {' '.join(arguments)}: exit {done.returncode}: {done.stderr or done.stdout}")
        return done.stdout.strip()

    def ask_admin_socket(self, method, path, body=None):
        """HTTP over the operator's socket, as the command line does."""
        connection = http.client.HTTPConnection("localhost", timeout=patience(10))
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self.data / "admin.sock"))
        connection.request(method, path, json.dumps(body or {}), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        status, raw = answer.status, answer.read()
        connection.close()
        return status, json.loads(raw)

    def add_user(self, name, role, *inboxes):
        """A person with a token: gives its id and a client."""
        email = f"{name}@example.test"
        agent = self.tell("user", "add", email, "--role", role, *(["--inbox", *inboxes] if inboxes else []))
        return agent, Rest(self.port, self.tell("token", "create", email))

    def stream(self, token, since=None, **fields):
        """Authenticated and live."""
        stream = Stream(self.port)
        stream.login(token)
        stream.subscribe(**({"since": since} if since else {}), **fields)
        return stream
