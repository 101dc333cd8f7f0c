#!/usr/bin/python3
"""The daemon under a service manager: what it is told, sockets that outlive a restart, credentials, the journal."""

import contextlib
import http.client
import os
import queue
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import patience  # noqa: E402
from support.daemon import Daemon  # noqa: E402
from support.desk import Desk, main  # noqa: E402
from support.rest import Rest  # noqa: E402
from support.supervisor import NotifySocket, listening_socket, pass_sockets  # noqa: E402

WATCHDOG_USEC = 1_500_000
CONFIG = 78


class Notifications(unittest.TestCase):
    def setUp(self):
        self.notify = NotifySocket()
        self.addCleanup(self.notify.close)
        self.desk = Desk()
        self.addCleanup(self.desk.close)
        self.desk.daemon.environment["NOTIFY_SOCKET"] = self.notify.path

    def open(self, **environment):
        self.desk.daemon.environment.update(environment)
        self.desk.open(start=False)
        self.desk.daemon.launch()
        self.notify.expect(lambda m: m.get("READY") == "1")

    def database(self):
        return self.desk.daemon.data / "inboxd.db"

    def test_ready_is_said_once_everything_listens(self):
        self.open()
        self.assertEqual(self.desk.daemon.ready(), 200)
        with contextlib.closing(socket.create_connection(("127.0.0.1", self.desk.daemon.metrics_port))):
            pass
        self.assertNotIn("WATCHDOG", {key for m in self.notify.heard for key in m})

    def test_the_status_has_live_numbers(self):
        self.open()
        self.notify.expect(lambda m: m.get("STATUS") == "messages in 0, out 0; streams 0; outbox queued 0, uncertain 0")
        self.desk.loopback_says("ada", "ciao")
        live = self.desk.stream()
        self.addCleanup(live.close)
        self.notify.expect(lambda m: m.get("STATUS", "").startswith("messages in 1, out 0; streams 1"), timeout=30)

    def test_a_reload_is_announced_and_ended_whatever_comes_of_it(self):
        self.open()
        for mistake in (False, True):
            if mistake:
                self.desk.daemon.inboxes.append({"name": "third", "connector": "pigeon"})
                self.desk.daemon.write_config()
            before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
            self.desk.daemon.process.send_signal(signal.SIGHUP)
            begun = self.notify.expect(lambda m: m.get("RELOADING") == "1")
            self.assertGreaterEqual(int(begun["MONOTONIC_USEC"]), before)
            self.notify.expect(lambda m: m.get("READY") == "1")

    def test_stopping_is_said_as_the_drain_begins(self):
        self.open()
        self.desk.daemon.process.terminate()
        self.notify.expect(lambda m: m.get("STOPPING") == "1")
        self.assertEqual(self.desk.daemon.process.wait(patience(15)), 0)

    def test_the_watchdog_is_fed_while_loop_and_writer_turn(self):
        self.open(WATCHDOG_USEC=str(WATCHDOG_USEC))
        for _ in range(4):
            self.notify.expect(lambda m: m.get("WATCHDOG") == "1", timeout=WATCHDOG_USEC / 1e6)

    def test_a_writer_that_hangs_feeds_no_watchdog_although_the_loop_turns(self):
        self.open(WATCHDOG_USEC=str(WATCHDOG_USEC))
        self.notify.expect(lambda m: m.get("WATCHDOG") == "1")
        with contextlib.closing(sqlite3.connect(self.database(), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")  # the writer waits for it, for seconds
            end = time.monotonic() + patience(15)
            with self.assertRaises(queue.Empty):
                while time.monotonic() < end:  # a beat or two may be under way
                    self.notify.expect(lambda m: m.get("WATCHDOG") == "1", timeout=1.3 * WATCHDOG_USEC / 1e6)
            self.desk.admin.get("/v1/me")  # the loop answers all the while
            other.execute("ROLLBACK")
        self.notify.expect(lambda m: m.get("WATCHDOG") == "1")


class SocketActivation(unittest.TestCase):
    def setUp(self):
        self.desk = Desk()
        self.addCleanup(self.desk.close)
        daemon = self.desk.daemon
        self.api, self.metrics = listening_socket(daemon.port), listening_socket(daemon.metrics_port)
        self.addCleanup(self.api.close)
        self.addCleanup(self.metrics.close)
        pass_sockets(daemon, api=self.api, metrics=self.metrics)

    def test_a_restart_refuses_no_connection_and_loses_no_webhook(self):
        self.desk.open()
        stop, answered, failures = threading.Event(), [], []

        def customers(number):
            said = 0
            while not stop.is_set():
                said += 1
                event = self.desk.loopback.message(f"m{number}-{said}", f"person{number}", f"{number}-{said}")
                try:
                    status = self.desk.loopback_post(event)
                    (answered if status == 200 else failures).append(f"{number}-{said}")
                except (OSError, http.client.HTTPException) as cut_off:
                    failures.append(repr(cut_off))

        threads = [threading.Thread(target=customers, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(5):
            before = len(answered)
            self.desk.daemon.restart()
            end = time.monotonic() + patience(15)
            while len(answered) <= before and time.monotonic() < end:
                time.sleep(0.01)  # sleep: the customers announce nothing
        stop.set()
        for thread in threads:
            thread.join()
        texts = [m["text"] for c in self.desk.admin.conversations() for m in self.desk.admin.messages(c["id"])]
        self.assertEqual(failures, [])
        self.assertEqual(sorted(texts), sorted(answered))

    def test_a_connection_made_while_no_daemon_runs_is_answered_by_the_next(self):
        self.desk.open()
        self.assertEqual(self.desk.daemon.stop(), 0)
        with contextlib.closing(socket.create_connection(("127.0.0.1", self.desk.port))) as early:
            early.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            self.desk.daemon.start()
            self.assertIn(b" 200 ", early.recv(4096))

    def test_metrics_are_served_on_the_socket_of_that_name(self):
        self.desk.open()
        connection = http.client.HTTPConnection("127.0.0.1", self.desk.daemon.metrics_port, timeout=patience(5))
        connection.request("GET", "/metrics")
        self.assertEqual(connection.getresponse().status, 200)
        connection.close()

    def test_a_socket_of_another_name_is_refused_in_words(self):
        self.desk.daemon.environment["LISTEN_FDNAMES"] = "api:telnet"
        self.desk.open(start=False)
        self.desk.daemon.launch()
        self.assertEqual(self.desk.daemon.process.wait(patience(15)), CONFIG)
        self.assertIn("telnet", self.desk.daemon.log())
        self.desk.daemon.process = None

    def test_another_port_in_the_config_is_pointed_out(self):
        self.desk.open()
        self.assertEqual(self.desk.daemon.stop(), 0)
        self.desk.daemon.server["listen"] = "127.0.0.1:1"
        self.desk.daemon.write_config()
        self.desk.daemon.start()
        self.assertIn("server.listen", self.desk.daemon.log())


class Credentials(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon([{"name": "shop", "connector": "loopback", "secret": {"credential": "shop-secret"},
                               "api_base": "http://127.0.0.1:1"}])
        self.addCleanup(self.daemon.remove)
        self.folder = self.daemon.folder / "credentials"
        self.folder.mkdir()

    def check(self, **environment):
        return subprocess.run([os.environ["INBOXD"], "check", "--config", str(self.daemon.config)], capture_output=True,
                              text=True, env={**os.environ, **environment}, timeout=patience(10))

    def test_a_credential_is_read_from_the_directory_that_the_service_manager_names(self):
        (self.folder / "shop-secret").write_text("quite secret\n")
        self.assertEqual(self.check(CREDENTIALS_DIRECTORY=str(self.folder)).returncode, 0)
        self.daemon.environment["CREDENTIALS_DIRECTORY"] = str(self.folder)
        self.daemon.start()
        self.assertEqual(self.daemon.stop(), 0)
        self.assertNotIn("quite secret", self.daemon.log())

    def test_a_missing_one_is_named_with_the_way_to_mend_it(self):
        without = self.check()
        self.assertEqual(without.returncode, CONFIG)
        self.assertIn("LoadCredential=shop-secret", without.stderr)
        absent = self.check(CREDENTIALS_DIRECTORY=str(self.folder))
        self.assertEqual(absent.returncode, CONFIG)
        self.assertIn(str(self.folder / "shop-secret"), absent.stderr)

    def test_a_path_is_no_credential(self):
        self.daemon.inboxes[0]["secret"] = {"credential": "../inboxd.toml"}
        self.daemon.write_config()
        done = self.check(CREDENTIALS_DIRECTORY=str(self.folder))
        self.assertEqual(done.returncode, CONFIG)
        self.assertIn("named without", done.stderr)


class Journal(unittest.TestCase):
    """The journal is a socket in /run, which is the test's own for the daemon where mounting is allowed."""

    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.remove)
        log = self.daemon.folder / "log"
        log.touch()
        self.daemon.environment["JOURNAL_STREAM"] = f"{log.stat().st_dev}:{log.stat().st_ino}"
        self.run_folder = self.daemon.folder / "run"
        (self.run_folder / "systemd/journal").mkdir(parents=True)
        self.daemon.prefix = ["unshare", "-m", "sh", "-c", f'mount --bind {self.run_folder} /run && exec "$@"', "sh"]
        if subprocess.run([*self.daemon.prefix, "true"], capture_output=True).returncode != 0:
            self.skipTest("a journal of one's own takes the right to mount")

    def entry(self, journal, wanted):
        while True:
            fields = dict(line.split("=", 1) for line in journal.recv(65536).decode().splitlines())
            if wanted in fields["MESSAGE"]:
                return fields

    def test_a_line_has_fields_in_the_journal_and_nothing_on_stderr(self):
        self.daemon.inboxes = [{"name": "shop", "connector": "loopback", "secret": "long-enough-secret",
                                "api_base": "http://127.0.0.1:1"}]
        self.daemon.write_config()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
            journal.settimeout(patience(15))
            journal.bind(str(self.run_folder / "systemd/journal/socket"))
            self.daemon.start()
            serving = self.entry(journal, "app: serving")
            Rest(self.daemon.port).call("POST", "/hooks/shop", {"events": []}, {"X-Loopback-Secret": "wrong"})
            refused = self.entry(journal, "webhook refused")
            self.assertEqual(self.daemon.stop(), 0)
        self.assertEqual(serving["PRIORITY"], "6")
        self.assertEqual(serving["SYSLOG_IDENTIFIER"], "inboxd")
        self.assertEqual((refused["PRIORITY"], refused["INBOX"]), ("4", "shop"))
        self.assertEqual(refused["INBOXD_COMPONENT"], "ingest")
        self.assertNotIn("CODE_FILE", refused)
        self.assertEqual(self.daemon.log(), "")

    def test_without_a_journal_the_lines_are_text_on_stderr(self):
        self.daemon.start()
        self.assertEqual(self.daemon.stop(), 0)
        self.assertIn("info app: serving", self.daemon.log())


if __name__ == "__main__":
    main()
