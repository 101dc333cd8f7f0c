#!/usr/bin/python3
"""The store in trouble: a newer schema and a damaged file are refused in words; a full disk stops acknowledgements,
and the daemon recovers by itself."""

import contextlib
import os
import sqlite3
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import patience  # noqa: E402
from support.desk import Desk, main  # noqa: E402
from support.rest import Rest  # noqa: E402
from support.small_disk import small_disk  # noqa: E402

CONFIG, IO_ERROR = 78, 74
DISK_MEGABYTES = 48


class RefusedStore(unittest.TestCase):
    def setUp(self):
        self.desk = Desk()
        self.addCleanup(self.desk.close)
        self.desk.open()
        self.desk.loopback_says("ada", "ciao")
        self.assertEqual(self.desk.daemon.stop(), 0)

    def database(self):
        return next(f for f in self.desk.daemon.data.iterdir() if f.suffix == ".db" and "search" not in f.name)

    def change(self, statement):
        with contextlib.closing(sqlite3.connect(self.database())) as connection, connection:
            connection.execute(statement)

    def test_a_store_of_a_newer_version_is_left_alone_and_named(self):
        self.change("INSERT INTO schema_steps (number, name, applied_at) VALUES (999, 'of the future', 0)")
        for command in ("serve", "status"):
            done = self.desk.daemon.run(command)
            self.assertEqual(done.returncode, CONFIG, done.stderr)
            self.assertIn("999", done.stderr)
            self.assertIn("newer", done.stderr)
        self.change("DELETE FROM schema_steps WHERE number = 999")
        self.desk.daemon.start()
        self.assertEqual(len(self.desk.admin.conversations()), 1)

    def test_a_damaged_store_is_not_opened(self):
        content = self.database().read_bytes()
        self.database().write_bytes(b"not a database, really" * 100 + content[2200:])
        done = self.desk.daemon.run("serve")
        self.assertEqual(done.returncode, IO_ERROR, done.stderr)
        self.assertTrue(done.stderr.strip())
        self.database().write_bytes(content)
        self.desk.daemon.start()

    def test_a_lost_search_index_is_built_anew(self):
        for file in self.desk.daemon.data.glob("search*"):
            file.unlink()
        self.desk.daemon.start()
        end = time.monotonic() + patience(15)
        while not self.desk.admin.conversations("?q=ciao") and time.monotonic() < end:
            time.sleep(0.05)  # sleep: nothing announces the index
        self.assertEqual(len(self.desk.admin.conversations("?q=ciao")), 1)


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.desk = Desk()
        self.addCleanup(self.desk.close)

    def open_on(self, directory):
        self.desk.daemon.data = directory
        self.desk.daemon.write_config()
        self.addCleanup(self.desk.daemon.stop)
        self.desk.open()

    def post(self, number):
        event = self.desk.loopback.message(f"m{number}", "ada", f"testo {number} " + "x" * 3000)
        return Rest(self.desk.port).call("POST", "/hooks/shop", {"events": [event]}, self.desk.loopback.headers())

    def test_a_full_disk_in_memory_stops_acknowledgements_and_the_daemon_recovers_by_itself(self):
        place = self.desk.daemon.folder / "small"
        place.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m,mode=700", "inboxd-test", str(place)],
                                 capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("a small disk takes the right to mount one")
        self.addCleanup(lambda: subprocess.run(["umount", "-l", str(place)], check=True))
        self.open_on(place / "data")
        self.fill_and_empty()

    def test_a_full_disk_of_ext4_does_so_too(self):
        self.open_on(small_disk(self, self.desk.daemon.folder, DISK_MEGABYTES).place / "data")
        self.fill_and_empty()

    def test_a_disk_that_is_full_before_the_first_commit_ends_nothing(self):
        """The room left takes a commit's pages, and not what the engine maps to find them again."""
        disk = small_disk(self, self.desk.daemon.folder, DISK_MEGABYTES)
        self.open_on(disk.place / "data")
        self.assertEqual(self.desk.daemon.stop(), 0)
        self.desk.daemon.start()
        ballast = self.fill(disk.place, leave=10 << 10)
        answers = [self.post(number).status for number in range(8)]
        self.assertEqual(answers[-1], 503, answers)
        os.unlink(ballast)
        end = time.monotonic() + patience(20)
        while (answer := self.post(len(answers))).status != 200 and time.monotonic() < end:
            time.sleep(0.1)  # sleep: the provider's pause
        self.assertEqual(answer.status, 200)

    def fill(self, folder, leave=0):
        """To the last byte: what the file system held back for itself comes free in portions. Without a buffer, whose rest
        would be refused once more when the file is closed."""
        ballast = folder / "ballast"
        with open(ballast, "ab", buffering=0) as file:
            for _ in range(50):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(bytes(1 << 10))
                os.sync()
            file.truncate(file.tell() - leave)
        os.sync()
        return ballast

    def fill_and_empty(self):
        self.assertEqual(self.post(0).status, 200)
        ballast = self.fill(self.desk.daemon.data)
        answers = [self.post(1)]
        while answers[-1].status == 200 and len(answers) < 400:
            answers.append(self.post(len(answers) + 1))
        refused = answers[-1]
        self.assertEqual(refused.status, 503)
        self.assertGreater(int(refused.headers["retry-after"]), 0)
        self.assertEqual(self.desk.daemon.ready(), 503)
        self.assertEqual(len(self.desk.admin.conversations()), 1, "reading goes on")
        os.unlink(ballast)
        end = time.monotonic() + patience(20)
        while (answer := self.post(len(answers))).status != 200 and time.monotonic() < end:
            time.sleep(0.1)  # sleep: the provider's pause
        self.assertEqual(answer.status, 200)
        conversation = self.desk.admin.conversations()[0]["id"]
        numbers = [int(m["text"].split(" ")[1]) for m in self.desk.admin.messages(conversation)]
        self.assertEqual(numbers, list(range(len(answers) + 1)), "everything acknowledged, once each")
        while self.desk.daemon.ready() != 200 and time.monotonic() < end:
            time.sleep(0.1)  # sleep: readiness announces nothing
        self.assertEqual(self.desk.daemon.ready(), 200)


if __name__ == "__main__":
    main()
