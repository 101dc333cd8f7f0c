#!/usr/bin/python3
"""File descriptors used up by connections that say nothing: whoever is connected goes on, nothing acknowledged is lost,
the daemon does not spin, and it takes connections again once there are descriptors."""

import http.client
import json
import os
import socket
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import SLOW, patience  # noqa: E402
from support.desk import RETRY_SECONDS, Desk, main  # noqa: E402

DESCRIPTORS_MAX = 96
IDLE = 110  # connections, more than there are descriptors; those beyond wait in the kernel's queue
WATCHED_SECONDS = 3
CPU_SHARE_MAX = 0.35
LOG_LINES_MAX = 2  # of the same complaint in that time
IDLE_CLOSED_SECONDS = 10  # of a connection that never asks


class KeptConnection:
    """A provider's connection that stays open from one webhook to the next."""

    def __init__(self, desk):
        self.desk = desk
        self.connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=patience(20))

    def post(self, number):
        body = self.desk.loopback.body(self.desk.loopback.message(f"m{number}", "ada", f"testo {number}"))
        self.connection.request("POST", "/hooks/shop", json.dumps(body), self.desk.loopback.headers())
        answer = self.connection.getresponse()
        answer.read()
        return answer.status


class Descriptors(unittest.TestCase):
    def setUp(self):
        self.desk = Desk()
        self.addCleanup(self.desk.close)
        self.desk.daemon.prefix = ["prlimit", f"--nofile={DESCRIPTORS_MAX}:{DESCRIPTORS_MAX}"]
        self.desk.open()
        self.idle = []
        self.addCleanup(lambda: [sock.close() for sock in self.idle])

    def complaints(self):
        return self.desk.daemon.log().count("Too many open files")

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.desk.daemon.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def use_up(self):
        """Until the daemon has no descriptor left."""
        for _ in range(IDLE):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", self.desk.port))
            self.idle.append(sock)
        end = time.monotonic() + patience(5)
        while not self.complaints():
            self.assertLess(time.monotonic(), end, "there are still some")
            time.sleep(0.01)  # sleep: the log announces nothing

    def release(self):
        for sock in self.idle:
            sock.close()
        self.idle.clear()

    def test_those_who_are_connected_go_on_and_the_others_come_through_later(self):
        live, kept = self.desk.stream(), KeptConnection(self.desk)
        self.addCleanup(live.close)
        self.addCleanup(kept.connection.close)
        self.assertEqual(kept.post(0), 200)
        conversation = live.event("message.created", text="testo 0")["conversation"]
        self.use_up()
        cpu, started = self.cpu_seconds(), time.monotonic()
        numbers = iter(range(1, 10_000))
        last = 0
        reply = live.command("message.send", "k1", conversation=conversation, text="senza descrittori")
        self.assertEqual(reply["type"], "ok", reply)
        while time.monotonic() < started + WATCHED_SECONDS:
            last = next(numbers)
            self.assertEqual(kept.post(last), 200)
            live.event("message.created", text=f"testo {last}")
            time.sleep(0.1)  # sleep: the load that the test wants
        share = (self.cpu_seconds() - cpu) / (time.monotonic() - started)
        print(f"{last} messages, {share:.0%} of a core", flush=True)
        if SLOW == 1:
            self.assertLess(share, CPU_SHARE_MAX, "it spins")
            # Where patience is longer, the idle connections' time would be over while this one waits.
            self.assertEqual(self.desk.daemon.ready(), 0, "there were some to be had")
        self.assertLessEqual(self.complaints(), LOG_LINES_MAX)
        self.release()
        started = time.monotonic()
        self.assertEqual(self.desk.loopback_post(self.desk.loopback.message("mx", "ada", "di nuovo")), 200)
        self.assertLess(time.monotonic() - started, patience(5))
        live.event("message.created", text="di nuovo")
        live.delivery(reply["data"]["message"], "sent", RETRY_SECONDS)
        texts = [m["text"] for m in self.desk.admin.messages(conversation) if m["direction"] == "in"]
        self.assertEqual(texts, [f"testo {n}" for n in range(last + 1)] + ["di nuovo"])
        self.assertEqual(self.desk.loopback.texts_to("ada"), ["senza descrittori"])
        self.assertEqual(live.faults, [])

    def test_connections_that_never_ask_are_closed_so_that_it_passes_by_itself(self):
        self.use_up()
        end = time.monotonic() + patience(IDLE_CLOSED_SECONDS * 5)
        while self.desk.daemon.ready() != 200:
            self.assertLess(time.monotonic(), end, "nobody comes through")
        self.desk.loopback_says("ada", "ciao")


if __name__ == "__main__":
    main()
