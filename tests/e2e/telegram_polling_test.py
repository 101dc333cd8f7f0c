#!/usr/bin/python3
"""Telegram by long polling: nothing lost and nothing twice over restarts and kill -9."""

import random
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import patience  # noqa: E402
from support.desk import Desk, main  # noqa: E402

TEXTS = [f"messaggio {number}" for number in range(60)]


class TelegramPolling(unittest.TestCase):
    def setUp(self):
        self.desk = Desk(mode="polling")
        self.addCleanup(self.desk.close)
        self.desk.open()

    def wait_for(self, count):
        end = time.monotonic() + patience(30)
        while time.monotonic() < end:
            found = [m["text"] for c in self.desk.admin.conversations() for m in self.desk.admin.messages(c["id"])]
            if len(found) >= count:
                return found
            time.sleep(0.05)  # sleep: reads the lists until they are complete
        self.fail(f"{len(found)} of {count} messages arrived: {self.desk.daemon.log_end()}")

    def queue(self, text):
        self.desk.telegram.queue(self.desk.telegram.message_update(77, text))

    def test_messages_arrive_once_each_and_in_order_over_a_restart(self):
        for text in TEXTS[:3]:
            self.queue(text)
        self.assertEqual(self.wait_for(3), TEXTS[:3])
        self.assertEqual(self.desk.daemon.stop(), 0)
        for text in TEXTS[3:6]:
            self.queue(text)
        self.desk.daemon.start()
        self.assertEqual(self.wait_for(6), TEXTS[:6])
        offsets = [int(p.get("offset", 0)) for m, p in self.desk.telegram.calls if m == "getUpdates"]
        self.assertEqual(offsets, sorted(offsets), "the offset never goes back")

    def test_kill_9_at_any_instant_loses_nothing_and_repeats_nothing(self):
        seed = random.randrange(1 << 30)
        print("seed", seed)
        chance = random.Random(seed)
        for at, text in enumerate(TEXTS):
            self.queue(text)
            if at % 6 == 5:
                time.sleep(chance.random() * 0.05)  # sleep: the random instant
                self.desk.daemon.kill()
                self.desk.daemon.start()
        self.assertEqual(self.wait_for(len(TEXTS)), TEXTS)

    def test_a_webhook_left_at_telegram_is_named_in_the_inbox_health(self):
        self.desk.daemon.stop()
        self.desk.telegram.webhook = {"url": "https://elsewhere.example/hook"}
        self.desk.daemon.start()
        end = time.monotonic() + patience(15)
        while "webhook" not in self.health()["detail"] and time.monotonic() < end:
            time.sleep(0.05)  # sleep: reads the health until it says so
        self.assertIn("deleteWebhook", self.health()["detail"])
        self.assertNotEqual(self.health()["state"], "healthy")

    def health(self):
        return next(i for i in self.desk.admin.get("/v1/inboxes")["items"] if i["name"] == "telegram")["health"]


if __name__ == "__main__":
    main()
