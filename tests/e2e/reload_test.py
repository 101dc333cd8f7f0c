#!/usr/bin/python3
"""SIGHUP: the config is applied whole or not at all, without a break for anybody."""

import signal
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import patience  # noqa: E402
from support.desk import Desk, main  # noqa: E402


class Reload(unittest.TestCase):
    def setUp(self):
        self.desk = Desk()
        self.addCleanup(self.desk.close)
        self.desk.open()
        self.live = self.desk.stream()
        self.addCleanup(lambda: self.live.close())

    def reload(self):
        self.desk.daemon.write_config()
        self.desk.daemon.process.send_signal(signal.SIGHUP)

    def names(self):
        return {i["name"]: i["health"]["state"] for i in self.desk.admin.get("/v1/inboxes")["items"]}

    def wait_for_log(self, words):
        end = time.monotonic() + patience(10)
        while words not in self.desk.daemon.log() and time.monotonic() < end:
            time.sleep(0.02)  # sleep: the log announces nothing
        self.assertIn(words, self.desk.daemon.log())

    def test_a_new_inbox_works_at_once_and_open_streams_stay(self):
        shop = self.desk.daemon.inboxes[0]
        self.desk.daemon.inboxes.append({**shop, "name": "second"})
        self.reload()
        self.live.expect(lambda f: f.get("event") == "inbox.health" and f["data"]["name"] == "second")
        event = self.desk.loopback.message("m1", "ada", "ciao seconda")
        answer = self.desk.admin.call("POST", "/hooks/second", {"events": [event]}, self.desk.loopback.headers())
        self.assertEqual(answer.status, 200)
        self.live.event("message.created", text="ciao seconda")
        self.assertEqual(self.live.faults, [])

    def test_a_removed_inbox_is_kept_disabled_and_refuses_replies(self):
        self.desk.loopback_says("ada", "ciao")
        conversation = self.live.event("message.created", text="ciao")["conversation"]
        self.desk.daemon.inboxes.pop(0)
        self.reload()
        self.live.expect(lambda f: f.get("event") == "inbox.health" and f["data"]["name"] == "shop")
        self.assertEqual(self.names()["shop"], "disabled")
        self.desk.admin.get(f"/v1/conversations/{conversation}")
        self.desk.admin.refused(503, "channel_unavailable", "POST", f"/v1/conversations/{conversation}/messages",
                                {"text": "x"})
        self.assertIn(self.desk.loopback_post(self.desk.loopback.message("m2", "ada", "x")), (403, 404))

    def test_a_config_with_mistakes_changes_nothing(self):
        self.desk.daemon.inboxes.append({"name": "third", "connector": "pigeon"})
        self.reload()
        self.wait_for_log("inboxd check")
        self.assertNotIn("third", self.names())
        self.desk.loopback_says("ada", "tutto come prima")
        self.live.event("message.created", text="tutto come prima")

    def test_what_needs_a_restart_refuses_the_whole_reload(self):
        self.desk.daemon.server["listen"] = "127.0.0.1:1"
        self.desk.daemon.inboxes.append({**self.desk.daemon.inboxes[0], "name": "fourth"})
        self.reload()
        self.wait_for_log("needs a restart")
        self.assertNotIn("fourth", self.names())


if __name__ == "__main__":
    main()
