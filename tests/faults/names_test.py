#!/usr/bin/python3
"""Names that do not resolve: replies of that inbox stay queued and say why, other inboxes notice nothing, and they go out
when the provider can be found again."""

import re
import signal
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import patience  # noqa: E402
from support.desk import RETRY_SECONDS, Desk, main  # noqa: E402

NOWHERE = "http://nowhere.invalid"  # RFC 6761, 6.4: never resolves
REPLIES = 12  # more than one inbox may have under way
RECOVERS_SECONDS = 60  # the pause between tries has grown meanwhile


class Names(unittest.TestCase):
    def setUp(self):
        self.desk = Desk()
        self.addCleanup(self.desk.close)
        self.whole = self.desk.daemon.config.read_text()
        self.desk.daemon.config.write_text(self.whole.replace(f'"{self.desk.loopback.base}"', f'"{NOWHERE}"'))
        self.desk.open()
        self.live = self.desk.stream()
        self.addCleanup(lambda: self.live.close())

    def conversation(self, says, person, text):
        says(person, text)
        return self.live.event("message.created", text=text)["conversation"]

    def test_replies_wait_and_say_why_and_other_inboxes_notice_nothing(self):
        waiting = {}
        for n in range(REPLIES):
            conversation = self.conversation(self.desk.loopback_says, f"p{n}", f"ciao {n}")
            waiting[self.desk.admin.reply(conversation, f"aspetta {n}")["id"]] = f"p{n}"
        told = self.live.expect(lambda f: f.get("event") == "message.delivery" and f["data"]["message"] in waiting
                                and f["data"]["delivery"]["state"] == "queued" and f["data"]["delivery"]["attempt"] > 1,
                                RETRY_SECONDS)
        reason = told["data"]["delivery"]["reason"]
        self.assertTrue(reason["code"])
        self.assertRegex(reason["detail"], re.compile("resolve|name|host|found", re.IGNORECASE))
        for says, person in ((self.desk.telegram_says, 4711), (self.desk.whatsapp_says, "393330000001")):
            conversation = self.conversation(says, person, f"sono {person}")
            started = time.monotonic()
            self.live.delivery(self.desk.admin.reply(conversation, "subito")["id"], "sent", 5)
            self.assertLess(time.monotonic() - started, patience(5))
        self.conversation(self.desk.loopback_says, "p0", "arrivo comunque")
        self.assertEqual({self.desk.admin.delivery(m)["state"] for m in waiting} - {"queued", "sending"}, set())
        self.recover(waiting)

    def recover(self, waiting):
        self.desk.daemon.config.write_text(self.whole)
        self.desk.daemon.process.send_signal(signal.SIGHUP)
        for message in waiting:
            self.live.delivery(message, "sent", RECOVERS_SECONDS)
        for message, person in waiting.items():
            self.assertEqual(self.desk.loopback.texts_to(person), ["aspetta " + person[1:]])


if __name__ == "__main__":
    main()
