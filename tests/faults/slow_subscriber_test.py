#!/usr/bin/python3
"""A subscriber that never reads costs the daemon next to nothing and nobody else anything; when it reads at last, it
gets every event in order."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import SLOW  # noqa: E402
from support.desk import DeskCase, main  # noqa: E402
from support.stream import Stream  # noqa: E402

EVENTS = 20_000
PER_REQUEST = 100
WARM_UP_MESSAGES = 3_000  # fills the ring of recent events and the caches of the store
GROWTH_KIB_MAX = 16 << 10  # 20,000 events of one kilobyte would be more
SLOW_CLOSE_SECONDS = 60
TEXT = "riempie la coda di chi non legge " * 24


class SlowSubscriber(DeskCase):
    def post(self, first, last):
        for start in range(first, last, PER_REQUEST):
            events = [self.desk.loopback.message(f"m{n}", f"p{n % 50}", f"{n} {TEXT}")
                      for n in range(start, start + PER_REQUEST)]
            self.assertEqual(self.desk.loopback_post(*events), 200)

    def test_a_subscriber_that_never_reads_harms_nobody(self):
        stalled = self.follow(Stream(self.desk.port, receive_buffer=4096))
        stalled.login(self.admin.token)
        stalled.subscribe()
        stalled.reads.clear()
        reader = self.stream()
        self.post(0, WARM_UP_MESSAGES)
        reader.expect(lambda f: self.number(f) == WARM_UP_MESSAGES - 1, 60, "the warm-up's last")
        before, started, last = self.daemon.resident_kib(), time.monotonic(), WARM_UP_MESSAGES + EVENTS // 2
        self.post(WARM_UP_MESSAGES, last)
        reader.expect(lambda f: self.number(f) == last - 1, 60, "the last message")
        growth = self.daemon.resident_kib() - before
        print(f"{time.monotonic() - started:.1f} s, {len(reader.history)} events, {growth} KiB more", flush=True)
        self.assertGreaterEqual(len(reader.history), EVENTS)
        if SLOW == 1:
            self.assertLess(growth, GROWTH_KIB_MAX)  # instrumented builds keep what was freed
        texts = [self.number(e) for e in reader.history if e["event"] == "message.created"]
        self.assertEqual(texts, list(range(last)), "the one who reads got everything in order")
        self.catch_up(stalled, last, time.monotonic() - started)

    def catch_up(self, stalled, last, waited):
        """From the log, since the ring is long past; in time, or the connection ends with 4001."""
        stalled.reads.set()
        if waited > SLOW_CLOSE_SECONDS:
            return self.assertGreater(SLOW, 1, "this machine is too slow for the test")
        stalled.expect(lambda f: self.number(f) == last - 1, 60, "the last message")
        texts = [self.number(e) for e in stalled.history if e["event"] == "message.created"]
        self.assertEqual(texts, list(range(last)))

    def number(self, frame):
        text = frame["data"].get("text", "") if frame.get("event") == "message.created" else ""
        return int(text.split(" ", 1)[0]) if text.endswith(TEXT) else -1


if __name__ == "__main__":
    main()
