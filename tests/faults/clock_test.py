#!/usr/bin/python3
"""The wall clock set an hour and a year to and fro while the daemon runs: nothing is lost, nobody is thrown out, retries
go on, what waits for a time falls due once, and nothing spins."""

import datetime
import os
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import SLOW, patience  # noqa: E402
from support.desk import RETRY_SECONDS, Desk, main  # noqa: E402
from support.wall_clock import FAKETIME, WallClock  # noqa: E402

HOUR, DAY, YEAR = 3600, 86_400, 365 * 86_400
SNOOZED = 20
CPU_SHARE_MAX = 0.25
QUIET_SECONDS = 1


@unittest.skipUnless(FAKETIME, "the Debian package libfaketime sets the clock")
@unittest.skipUnless(SLOW == 1, "an instrumented build's runtime comes before libfaketime")
class Clock(unittest.TestCase):
    def setUp(self):
        self.desk = Desk()
        self.addCleanup(self.desk.close)
        self.clock = WallClock(self.desk.daemon)
        self.desk.open()
        self.live = self.desk.stream()
        self.addCleanup(lambda: self.live.close())
        self.number = 0

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.desk.daemon.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def check_idle(self):
        before = self.cpu_seconds()
        time.sleep(QUIET_SECONDS)  # sleep: to see whether it spins
        self.assertLess((self.cpu_seconds() - before) / QUIET_SECONDS, CPU_SHARE_MAX, "it spins")

    def check_clock(self, offset):
        """By what the daemon itself writes: the clock really is set."""
        text = f"che ore sono {self.number} {offset}"
        self.desk.loopback_says("orologio", text)
        received = self.live.event("message.created", text=text)["data"]["received_at"]
        moved = datetime.datetime.fromisoformat(received.replace("Z", "+00:00")).timestamp() - time.time()
        self.assertAlmostEqual(moved, offset, delta=patience(30))

    def check_work(self):
        """A message in and a reply out on each channel, over the connection that was there before."""
        self.number += 1
        for says, person in ((self.desk.loopback_says, "ada"), (self.desk.telegram_says, 4711),
                             (self.desk.whatsapp_says, "393330000001")):
            text = f"{person} {self.number}"
            says(person, text)
            conversation = self.live.event("message.created", text=text)["conversation"]
            if person != "393330000001":  # whose window for replies goes by the clock
                message = self.desk.admin.reply(conversation, "risposta a " + text)["id"]
                self.live.delivery(message, "sent", RETRY_SECONDS)

    def snooze_some(self):
        until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
        snoozed = []
        for n in range(SNOOZED):
            self.desk.loopback_says(f"p{n}", f"dopo {n}")
            snoozed.append(self.live.event("message.created", text=f"dopo {n}")["conversation"])
            self.desk.admin.patch(f"/v1/conversations/{snoozed[-1]}", {"status": "snoozed", "snoozed_until": until.isoformat()})
        return snoozed

    def woken(self):
        """How often each conversation was opened again."""
        events = [e for e in self.live.history if e["event"] == "conversation.updated"
                  and e["data"].get("changes", e["data"]).get("status") in ("open", ["snoozed", "open"])]
        return [e["conversation"] for e in events]

    def test_a_clock_that_jumps_loses_nothing_and_wakes_nobody_twice(self):
        snoozed = self.snooze_some()
        self.check_work()
        for offset in (HOUR, -HOUR, 0):
            self.clock.set(offset)
            self.check_clock(offset)
            self.check_work()
            self.check_idle()
            statuses = {self.desk.admin.get(f"/v1/conversations/{c}")["status"] for c in snoozed}
            self.assertEqual(statuses, {"snoozed"}, offset)
        for offset in (-YEAR, YEAR, 0, YEAR):
            self.clock.set(offset)
            self.check_clock(offset)
            self.check_work()
            self.check_idle()
        opened = [c for c in self.woken() if c in snoozed]
        self.assertEqual(sorted(opened), sorted(snoozed), "each once, when its day came")
        for person in ("ada", 4711, "393330000001"):
            conversation = self.desk.conversation_of(f"{person} 1")
            texts = [m["text"] for m in self.desk.admin.messages(conversation) if m["direction"] == "in"]
            self.assertEqual(texts, [f"{person} {n + 1}" for n in range(self.number)])
        self.assertEqual(self.live.faults, [])
        self.assertFalse(self.live.closed)

    def test_retries_go_on_when_the_clock_is_set_back(self):
        for offset in (-HOUR, -YEAR):
            self.clock.set(0)
            self.number += 1
            self.desk.loopback_says(f"r{self.number}", f"ciao {self.number}")
            conversation = self.live.event("message.created", text=f"ciao {self.number}")["conversation"]
            self.desk.loopback.faults += [503, 503]  # the third try comes four seconds after the second
            message = self.desk.admin.reply(conversation, "riprovo")["id"]
            self.live.expect(lambda f, m=message: f.get("event") == "message.delivery" and f["data"]["message"] == m
                             and f["data"]["delivery"]["attempt"] == 3)
            self.clock.set(offset)
            self.check_clock(offset)
            self.live.delivery(message, "sent", RETRY_SECONDS)
            self.assertEqual(self.desk.loopback.texts_to(f"r{self.number}"), ["riprovo"])

    def test_a_start_with_a_clock_that_was_set_back_sends_what_waits(self):
        self.desk.loopback_says("ada", "ciao")
        conversation = self.live.event("message.created", text="ciao")["conversation"]
        self.desk.loopback.faults += [503, 503]
        message = self.desk.admin.reply(conversation, "riprovo")["id"]
        self.live.expect(lambda f: f.get("event") == "message.delivery" and f["data"]["delivery"]["attempt"] == 3)
        self.assertEqual(self.desk.daemon.stop(), 0)
        self.clock.set(-YEAR)
        self.desk.daemon.start()
        end = time.monotonic() + patience(RETRY_SECONDS)
        while (state := self.desk.admin.delivery(message)["state"]) != "sent" and time.monotonic() < end:
            time.sleep(0.05)  # sleep: for the state without a stream
        self.assertEqual(state, "sent")


if __name__ == "__main__":
    main()
