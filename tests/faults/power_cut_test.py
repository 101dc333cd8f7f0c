#!/usr/bin/python3
"""The power fails at random instants under load: what only the machine's memory held is gone. Nothing acknowledged is
lost, nothing is acknowledged once the disk is gone, and nobody was told what did not last.

INBOXD_CAMPAIGN=long cuts 60 times; INBOXD_SEED repeats a run's choices.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import SLOW, patience  # noqa: E402
from support.campaign import Campaign  # noqa: E402
from support.desk import main  # noqa: E402
from support.small_disk import small_disk  # noqa: E402

BETWEEN_CUTS_SECONDS = (0.5, 2.0)
DISK_MEGABYTES = 256
IO_ERROR = 74
ENDS_WITHIN_SECONDS = 10


class PowerCuts(Campaign):
    rounds = 60 if os.environ.get("INBOXD_CAMPAIGN") == "long" else 8 if SLOW == 1 else 4

    def setUp(self):
        super().setUp()
        self.disk = small_disk(self, self.desk.daemon.folder, DISK_MEGABYTES)
        self.desk.daemon.data = self.disk.place / "data"
        self.desk.daemon.write_config()
        self.dark = []  # spans of time without power
        self.addCleanup(self.desk.daemon.stop)
        self.desk.open()

    def hold_still(self):
        """No fsync is under way at the cut: the kernel may call one a success that it has just cut off, as a plain file
        that is written and synced shows. Those before it have reached the disk."""
        self.desk.daemon.process.send_signal(signal.SIGSTOP)
        tasks = Path(f"/proc/{self.desk.daemon.process.pid}/task")
        while any(stat.read_text().rsplit(")", 1)[1].split()[0] != "T" for stat in tasks.glob("*/stat")):
            time.sleep(0.001)  # sleep: a stopped process tells nobody

    def cut(self):
        never_synced = self.disk.place / f"round-{len(self.dark)}"
        never_synced.write_text("in memory only")
        self.hold_still()
        self.disk.cut_power()
        since = time.monotonic()
        self.desk.daemon.process.send_signal(signal.SIGCONT)
        try:
            code = self.desk.daemon.process.wait(patience(ENDS_WITHIN_SECONDS))
        except subprocess.TimeoutExpired:
            self.fail("it goes on without a disk")
        self.assertEqual(code, IO_ERROR, self.desk.daemon.log_end())
        self.disk.power_on()
        self.assertEqual(never_synced.read_text() if never_synced.exists() else "", "", "this was no power cut")
        self.dark.append((since, time.monotonic()))
        self.desk.daemon.start()

    def test_power_cuts_under_load_lose_nothing_acknowledged(self):
        self.begin()
        for _ in range(self.rounds):
            time.sleep(self.chance.uniform(*BETWEEN_CUTS_SECONDS))  # sleep: the random instant
            self.provider_faults()
            self.cut()
        self.finish()
        tries = [times for customer in self.customers for times in customer.tries]
        self.assertEqual([(began, ended) for began, ended in tries if any(a < began and ended < b for a, b in self.dark)], [],
                         "acknowledged without a disk")


if __name__ == "__main__":
    main()
