#!/usr/bin/python3
"""A provider that hangs, answers nonsense or is gone delays no other inbox, and not the daemon's end."""

import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import patience  # noqa: E402
from support.desk import RETRY_SECONDS, Desk, main  # noqa: E402

HANGING = 12  # more than one inbox may have under way
STOP_SECONDS_MAX = 10


class Isolation(unittest.TestCase):
    def setUp(self):
        self.desk = Desk()
        self.addCleanup(self.desk.close)
        self.desk.open()
        self.live = self.desk.stream()
        self.addCleanup(lambda: self.live.close())

    def conversation(self, says, person, text):
        says(person, text)
        return self.live.event("message.created", text=text)["conversation"]

    def hang_the_shop(self):
        messages = []
        for n in range(HANGING):
            conversation = self.conversation(self.desk.loopback_says, f"p{n}", f"ciao {n}")
            self.desk.loopback.faults.append("hang")
            messages.append(self.desk.admin.reply(conversation, f"appesa {n}")["id"])
        self.live.delivery(messages[0], "sending")
        return messages

    def test_a_hanging_provider_delays_no_other_inbox(self):
        self.hang_the_shop()
        for says, person in ((self.desk.telegram_says, 4711), (self.desk.whatsapp_says, "393330000001")):
            conversation = self.conversation(says, person, f"sono {person}")
            started = time.monotonic()
            self.live.delivery(self.desk.admin.reply(conversation, "subito")["id"], "sent", 5)
            self.assertLess(time.monotonic() - started, patience(5))
        self.conversation(self.desk.loopback_says, "p0", "arrivo comunque")

    def test_the_daemon_ends_in_time_and_says_what_may_have_been_sent(self):
        messages = self.hang_the_shop()
        started = time.monotonic()
        self.assertEqual(self.desk.daemon.stop(), 0)
        self.assertLess(time.monotonic() - started, patience(STOP_SECONDS_MAX))
        taken = sum(call[:2] == ("POST", "/messages") for call in self.desk.loopback.calls)
        self.desk.loopback.faults.clear()
        self.desk.daemon.start()
        live = self.live = self.desk.stream()
        states = {m: self.desk.admin.delivery(m)["state"] for m in messages}
        uncertain = [m for m, state in states.items() if state == "uncertain"]
        self.assertEqual(len(uncertain), taken, states)
        for message in messages:
            if message not in uncertain and self.desk.admin.delivery(message)["state"] != "sent":
                live.delivery(message, "sent", RETRY_SECONDS)
        self.assertEqual(len(self.desk.loopback.sent), HANGING - taken)

    def test_a_provider_that_is_gone_is_tried_again_when_it_is_back(self):
        conversation = self.conversation(self.desk.loopback_says, "p0", "ciao")
        port = self.desk.loopback.server.server_address[1]
        self.desk.loopback.server.shutdown()
        self.desk.loopback.server.server_close()
        message = self.desk.admin.reply(conversation, "riprovo")["id"]
        self.live.expect(lambda f: f.get("event") == "message.delivery" and f["data"]["delivery"]["attempt"] == 2)
        self.desk.loopback.listen(port)
        self.live.delivery(message, "sent", RETRY_SECONDS)
        self.assertEqual(self.desk.loopback.texts_to("p0"), ["riprovo"])


if __name__ == "__main__":
    main()
