#!/usr/bin/python3
"""The store in somebody else's hands: a writer's lock stops acknowledgements until it is gone, and a directory that is
taken is refused in words."""

import contextlib
import fcntl
import sqlite3
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import patience  # noqa: E402
from support.desk import Desk, main  # noqa: E402
from support.rest import Rest  # noqa: E402

TRY_AGAIN = 75
REFUSED_WITHIN_SECONDS = 15


class LockedStore(unittest.TestCase):
    def setUp(self):
        self.desk = Desk()
        self.addCleanup(self.desk.close)
        self.desk.open()
        self.number = 0

    def post(self):
        """The next message of the customer, or the same again when it was refused before."""
        event = self.desk.loopback.message(f"m{self.number}", "ada", f"testo {self.number}")
        answer = Rest(self.desk.port).call("POST", "/hooks/shop", {"events": [event]}, self.desk.loopback.headers())
        self.number += answer.status == 200
        return answer

    def test_a_write_lock_of_another_process_stops_acknowledgements_and_nothing_else(self):
        self.assertEqual(self.post().status, 200)
        conversation = self.desk.admin.conversations()[0]["id"]
        with contextlib.closing(sqlite3.connect(self.desk.daemon.data / "inboxd.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            started = time.monotonic()
            refused = self.post()
            self.assertEqual(refused.status, 503)
            self.assertLess(time.monotonic() - started, patience(REFUSED_WITHIN_SECONDS))
            self.assertGreater(int(refused.headers["retry-after"]), 0)
            self.assertEqual(self.desk.daemon.ready(), 503)
            self.desk.admin.refused(503, "storage_unavailable", "POST", f"/v1/conversations/{conversation}/messages",
                                    {"text": "non ora"})
            started = time.monotonic()
            self.assertEqual(len(self.desk.admin.messages(conversation)), self.number, "reading goes on")
            self.desk.stream().close()
            self.assertLess(time.monotonic() - started, patience(5), "reading waits for no writer")
            other.execute("ROLLBACK")
        end = time.monotonic() + patience(10)
        while (answer := self.post()).status != 200 and time.monotonic() < end:
            time.sleep(0.05)  # sleep: the provider's pause
        self.assertEqual(answer.status, 200)
        while self.desk.daemon.ready() != 200 and time.monotonic() < end:
            time.sleep(0.05)  # sleep: readiness announces nothing
        self.assertEqual(self.desk.daemon.ready(), 200)
        texts = [m["text"] for m in self.desk.admin.messages(conversation) if m["direction"] == "in"]
        self.assertEqual(texts, [f"testo {n}" for n in range(self.number)])

    def test_a_lock_held_for_a_moment_is_waited_for(self):
        with contextlib.closing(sqlite3.connect(self.desk.daemon.data / "inboxd.db", isolation_level=None,
                                                check_same_thread=False)) as other:
            other.execute("BEGIN IMMEDIATE")
            release = threading.Timer(0.5, other.execute, ("ROLLBACK",))
            release.start()
            self.assertEqual(self.post().status, 200)
            release.join()

    def test_a_reader_in_the_file_stops_nothing(self):
        with contextlib.closing(sqlite3.connect(self.desk.daemon.data / "inboxd.db", isolation_level=None)) as other:
            other.execute("BEGIN")
            other.execute("SELECT count(*) FROM messages").fetchone()
            for _ in range(20):
                self.assertEqual(self.post().status, 200)

    def test_a_directory_that_is_taken_is_refused_in_words(self):
        self.assertEqual(self.desk.daemon.stop(), 0)
        with open(self.desk.daemon.data / "lock") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            for command in (("serve",), ("user", "add", "eva@example.test", "--role", "agent"), ("outbox", "list")):
                done = self.desk.daemon.run(*command)
                self.assertEqual(done.returncode, TRY_AGAIN, (command, done.stderr))
                self.assertIn(str(self.desk.daemon.data), done.stderr)
                self.assertIn("in use", done.stderr)
        self.desk.daemon.start()


if __name__ == "__main__":
    main()
