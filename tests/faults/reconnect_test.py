#!/usr/bin/python3
"""After a restart everybody comes back at the same moment: each gets every event since its cursor, in order, in time."""

import collections
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import SLOW, patience  # noqa: E402
from support.crowd import Crowd, make_room  # noqa: E402
from support.desk import Desk, main  # noqa: E402

CLIENTS = 2_000 if SLOW == 1 else 500
AGENTS = 20
MISSED_MESSAGES = (20, 20)  # before the restart, which only a half has seen · after it
CAUGHT_UP_SECONDS = 10
DESCRIPTORS = 8_192


class Reconnect(unittest.TestCase):
    def setUp(self):
        self.desk = Desk()
        self.addCleanup(self.desk.close)
        self.clients = make_room(CLIENTS)
        if self.clients < CLIENTS:
            self.skipTest(f"this process may open {self.clients} connections, not {CLIENTS}")
        self.desk.daemon.prefix = ["prlimit", f"--nofile={DESCRIPTORS}"]
        self.desk.open()
        self.tokens = [self.desk.daemon.add_user(f"agent-{n}", "agent", "shop", "telegram")[1].token for n in range(AGENTS)]

    def head(self):
        return self.desk.admin.get("/v1/events?wait=0")["cursor"]

    def post(self, first, count):
        for n in range(first, first + count):
            self.desk.loopback_says(f"p{n % 7}", f"ciao {n}")
            self.desk.whatsapp_says("393330000001", f"non per loro {n}")

    def visible_since(self, cursor):
        """The reference: what the long poll gives the same people. It waits, as followers hear of a commit a little later."""
        found = []
        while True:
            page = type(self.desk.admin)(self.desk.port, self.tokens[0]).get(f"/v1/events?since={cursor}&wait=1")
            if not page["items"]:
                return found
            found += [event["cursor"] for event in page["items"]]
            cursor = page["cursor"]

    def test_everybody_comes_back_at_once_and_is_caught_up_in_time(self):
        early = self.head()
        self.post(0, MISSED_MESSAGES[0])
        late = self.head()
        members = [(self.tokens[n % AGENTS], (early, late)[n % 2]) for n in range(self.clients)]
        self.desk.loopback_says("ultimo", "prima del riavvio")
        first = Crowd(self.desk.port, members, self.last_visible(late))
        self.check(first, first.gather(CAUGHT_UP_SECONDS * 2))
        self.desk.daemon.restart()
        self.post(1_000, MISSED_MESSAGES[1])
        self.desk.loopback_says("ultimo", "dopo il riavvio")
        again = Crowd(self.desk.port, members, self.last_visible(late))
        took = again.gather(CAUGHT_UP_SECONDS * 2)
        self.check(again, took)
        self.assertLess(took, patience(CAUGHT_UP_SECONDS))
        expected = {}
        for cursor in (early, late):
            visible = self.visible_since(cursor)
            expected[cursor] = visible[:visible.index(again.target) + 1]
        wrong = [m for m in again.members if m.cursors != expected[m.since]]
        self.assertEqual(len(wrong), 0, "not every event, in order")
        self.assertEqual(self.desk.daemon.ready(), 200)

    def last_visible(self, since):
        return self.visible_since(since)[-1]

    def check(self, crowd, took):
        faults = collections.Counter(fault for m in crowd.members for fault in m.faults)
        self.assertEqual(faults.most_common(3), [])
        self.assertEqual(collections.Counter(crowd.broken).most_common(3), [])
        self.assertIsNotNone(took, f"{len(crowd.left)} of {len(crowd.members)} are not caught up")
        events = sum(len(m.cursors) for m in crowd.members)
        print(f"{len(crowd.members)} clients caught up with {events} events after {took:.1f} s", flush=True)


if __name__ == "__main__":
    main()
