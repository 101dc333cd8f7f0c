#!/usr/bin/python3
"""The master key: made at the first start, moved into a credential, changed, missing; what it seals; and that a daemon
leaves no core."""

import contextlib
import sqlite3
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.daemon import Daemon  # noqa: E402
from support.desk import main  # noqa: E402
from telegram_double import TelegramDouble  # noqa: E402

CONFIG = 78
FIRST, SECOND = "first-master-key-of-forty-characters-abcd", "second-master-key-of-forty-characters-abc"


class MasterKey(unittest.TestCase):
    def setUp(self):
        self.telegram = TelegramDouble()
        self.telegram.__enter__()
        self.addCleanup(self.telegram.__exit__)
        self.telegram.server.handle_error = lambda *_: None
        self.daemon = Daemon([{"name": "telegram", "connector": "telegram", "token": self.telegram.token,
                               "mode": "polling", "api_base": self.telegram.base}])
        self.addCleanup(self.daemon.remove)
        self.addCleanup(lambda: self.daemon.process and self.daemon.stop())
        self.key_file = self.daemon.data / "master.key"

    def configure(self, **storage):
        self.daemon.storage = storage
        self.daemon.write_config()

    def receive(self, text):
        """By a poll, whose cursor is a secret of the connector."""
        _, admin = self.daemon.add_user("admin", "admin")
        stream = self.daemon.stream(admin.token)
        self.telegram.queue(self.telegram.message_update(77, text))
        stream.event("message.created", text=text)
        stream.close()

    def states(self):
        with contextlib.closing(sqlite3.connect(self.daemon.data / "inboxd.db")) as connection:
            return connection.execute("SELECT connector_state_key, connector_state FROM inboxes").fetchall()

    def refused(self):
        done = self.daemon.run("serve")
        self.assertEqual(done.returncode, CONFIG, done.stderr)
        return done.stderr

    def test_the_first_start_makes_a_key_and_says_what_to_do_with_it(self):
        self.daemon.start()
        self.assertEqual(self.key_file.stat().st_mode & 0o777, 0o600)
        self.assertIn("move it into a credential", self.daemon.log())
        self.receive("ciao")
        self.assertEqual(self.daemon.stop(), 0)
        key, state = self.states()[0]
        self.assertRegex(key, "^[0-9a-f]{16}$")
        self.assertIn(key, self.daemon.log())
        self.assertNotIn(str(self.telegram.next_update - 1).encode(), state)
        self.assertNotIn(self.key_file.read_text().strip(), self.daemon.log())

    def test_a_key_moved_into_a_credential_goes_on_opening_everything(self):
        self.daemon.start()
        self.receive("prima")
        self.assertEqual(self.daemon.stop(), 0)
        elsewhere = self.daemon.folder / "credential"
        self.key_file.rename(elsewhere)
        self.configure(master_key={"file": str(elsewhere)})
        self.daemon.start()
        self.assertFalse(self.key_file.exists())
        asked = len(self.telegram.calls)
        with self.telegram.lock:
            self.telegram.lock.wait_for(lambda: len(self.telegram.calls) > asked, 10)
        offsets = [int(parameters["offset"]) for method, parameters in self.telegram.calls[asked:]
                   if method == "getUpdates" and "offset" in parameters]
        self.assertTrue(all(offset == self.telegram.next_update for offset in offsets), offsets)

    def test_a_wrong_key_is_refused_by_name_and_the_previous_one_lets_it_change(self):
        self.configure(master_key=FIRST)
        self.daemon.start()
        self.receive("prima")
        self.assertEqual(self.daemon.stop(), 0)
        first = self.states()[0][0]
        self.configure(master_key=SECOND)
        self.assertIn(first, self.refused())
        self.assertEqual(self.states()[0][0], first)
        self.configure()
        self.assertIn(first, self.refused())
        self.assertFalse(self.key_file.exists(), "no key is made where another one is missing")
        self.configure(master_key=SECOND, previous_master_key=FIRST)
        self.daemon.start()
        self.assertEqual(self.daemon.stop(), 0)
        self.assertNotEqual(self.states()[0][0], first)
        self.configure(master_key=SECOND)
        self.daemon.start()

    def test_operators_need_no_key(self):
        self.configure(master_key=FIRST)
        self.daemon.start()
        self.receive("ciao")
        self.assertEqual(self.daemon.stop(), 0)
        self.configure(master_key={"env": "INBOXD_NO_SUCH_SECRET"})
        self.daemon.tell("status")
        self.daemon.tell("backup", str(self.daemon.folder / "backup.tar"))

    def test_a_daemon_leaves_no_core(self):
        self.daemon.start()
        limits = Path(f"/proc/{self.daemon.process.pid}/limits").read_text()
        self.assertRegex(limits, r"Max core file size +0 +0 ")


if __name__ == "__main__":
    main()
