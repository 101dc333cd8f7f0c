#!/usr/bin/python3
"""/metrics: every number that the daemon declares moves when what it counts happens."""

import contextlib
import http.client
import re
import smtplib
import sqlite3
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import patience  # noqa: E402
from support.daemon import free_port  # noqa: E402
from support.desk import DeskCase, main  # noqa: E402
from support.stream import TEXT, Stream  # noqa: E402

SOURCE = Path(__file__).resolve().parents[2] / "daemon/observe/metrics.cpp"
# Takes a mistake of ours to move: daemon/live/subscription_test.cpp makes one.
ONLY_BY_A_BUG = {"inboxd_stream_events_unreadable_total"}
DECLARED = set(re.findall(r'"(inboxd_[a-z_]+)"', SOURCE.read_text())) - ONLY_BY_A_BUG
LARGE_TEXTS, LARGE_TEXT = 700, "x" * 15_000  # more than the sockets' buffers and what a stream may have unsent


class Metrics(DeskCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lmtp_port = free_port()
        cls.daemon.server["lmtp"] = f"127.0.0.1:{cls.lmtp_port}"
        cls.daemon.write_config()
        cls.daemon.restart()

    def setUp(self):
        super().setUp()
        self.seen = {}

    def samples(self):
        """{name with labels: number}, as Prometheus would read them; the highest of each is kept in `seen`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.metrics_port, timeout=patience(10))
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.getheader("content-type").startswith("text/plain; version=0.0.4"))
        text = answer.read().decode()
        connection.close()
        now = {name: float(number) for name, number in
               (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))}
        for name, number in now.items():
            self.seen[name] = max(self.seen.get(name, 0), number)
        return now

    def unmoved(self):
        """Declared families of which no sample was ever above zero."""
        self.samples()
        names = {name.split("{")[0] for name, number in self.seen.items() if number > 0}
        return DECLARED - names - {re.sub(r"_(bucket|sum|count)$", "", name) for name in names}

    def until_moved(self, name, timeout=30):
        self.until(lambda: name not in self.unmoved(), timeout=timeout, what=name)

    def test_every_declared_number_moves(self):
        self.assertGreater(len(DECLARED), 20)
        live = self.stream()
        self.desk.loopback_says("ada", "ciao")
        conversation = live.event("message.created", text="ciao")["conversation"]
        self.desk.loopback.faults.append("cut_after")  # uncertain
        self.reply(conversation, "eccomi")
        live.expect(lambda f: f.get("event") == "message.delivery" and f["data"]["delivery"]["state"] == "uncertain")
        self.until_moved("inboxd_outbox")
        self.reply(conversation, "ancora")
        live.expect(lambda f: f.get("event") == "message.delivery" and f["data"]["delivery"]["state"] == "sent")
        self.mail_for_nobody()
        self.refused_stream()
        self.until_moved("inboxd_stream_closed_total")
        self.commands_wait()
        self.a_stream_falls_behind()
        self.assertEqual(self.unmoved(), {"inboxd_outbox_held", "inboxd_outbox_oldest_queued_seconds"})
        self.a_reply_is_held(conversation)
        self.until_moved("inboxd_outbox_held")
        self.assertEqual(self.unmoved(), set())

    def reply(self, conversation, text):
        self.assertEqual(self.admin.call("POST", f"/v1/conversations/{conversation}/messages", {"text": text}).status, 202)

    def mail_for_nobody(self):
        with smtplib.LMTP("127.0.0.1", self.lmtp_port, timeout=patience(10)) as handover:
            self.assertRaises(smtplib.SMTPRecipientsRefused, handover.sendmail, "a@x.test", ["nobody@x.test"], "Subject: x\r\n\r\nx")

    def refused_stream(self):
        stream = self.daemon.stream(self.admin.token)
        stream.send_raw(b"no json", TEXT)
        self.until(lambda: stream.close_code, what="the close frame")
        stream.close()
        self.assertEqual(stream.close_code, 4400)

    def commands_wait(self):
        """Behind one that waits for the file, which another program holds."""
        with contextlib.closing(sqlite3.connect(self.daemon.data / "inboxd.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            customers = [threading.Thread(target=self.desk.loopback_post, args=(self.desk.loopback.message(f"w{n}", "ada", "x"),))
                         for n in range(6)]
            for customer in customers:
                customer.start()
            self.until_moved("inboxd_command_queue")
            other.execute("ROLLBACK")
            for customer in customers:
                customer.join()

    def a_stream_falls_behind(self):
        slow = Stream(self.daemon.port, receive_buffer=4096)
        self.addCleanup(slow.close)
        slow.login(self.admin.token)
        slow.subscribe()
        slow.reads.clear()
        for first in range(0, LARGE_TEXTS, 50):
            events = [self.desk.loopback.message(f"l{first + n}", "carla", LARGE_TEXT) for n in range(50)]
            self.assertEqual(self.desk.loopback_post(*events), 200)
        self.until_moved("inboxd_stream_lag_events")
        slow.reads.set()

    def a_reply_is_held(self, conversation):
        self.desk.loopback.faults += [503] * 5
        self.reply(conversation, "trattenuta")
        self.until_moved("inboxd_outbox_oldest_queued_seconds")
        self.assertEqual(self.daemon.stop(), 0)
        with contextlib.closing(sqlite3.connect(self.daemon.data / "inboxd.db")) as store, store:
            store.execute("UPDATE outbox SET held = 1 WHERE state = 'queued'")
        self.desk.loopback.faults.clear()
        self.daemon.start()

    def test_requests_are_counted_by_route_and_status_and_strangers_paths_by_none(self):
        self.admin.get("/v1/me")
        self.admin.call("GET", "/wp-login.php")
        self.admin.call("BREW", "/v1/me")
        samples = self.samples()
        self.assertGreaterEqual(samples['inboxd_http_requests_total{method="GET",route="/v1/me",status="200"}'], 1)
        self.assertGreaterEqual(samples['inboxd_http_requests_total{method="",route="",status="404"}'], 1)
        self.assertGreaterEqual(samples['inboxd_http_requests_total{method="",route="",status="405"}'], 1)
        self.assertFalse([name for name in samples if "wp-login" in name or "BREW" in name])

    def test_an_inbox_tells_when_it_last_heard_of_its_provider(self):
        self.desk.loopback_says("bruno", "ci siete?")
        heard = self.samples()['inboxd_ingest_last_success_timestamp_seconds{inbox="shop"}']
        self.assertAlmostEqual(heard, time.time(), delta=patience(10))


if __name__ == "__main__":
    main()
