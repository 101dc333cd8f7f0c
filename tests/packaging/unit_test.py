#!/usr/bin/python3
"""The units as systemd itself reads them: no mistake, hardened, and each odd line explained."""

import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

SYSTEMD = Path(__file__).resolve().parents[2] / "systemd"
EXPOSURE_MAX = 1.5  # of systemd-analyze's ten
PLAIN = {"Description", "Documentation", "ExecStart", "WantedBy", "Group"}  # what they do is what they say


def assignments(unit):
    """(section, key, value, whether a comment stands above it or above a line right before it)"""
    section, explained, found = "", False, []
    for line in (SYSTEMD / unit).read_text().splitlines():
        if line.startswith("#"):
            explained = True
        elif not line:
            explained = False
        elif line.startswith("["):
            section, explained = line.strip("[]"), False
        else:
            key, _, value = line.partition("=")
            found.append((section, key, value, explained))
    return found


class Units(unittest.TestCase):
    def setUp(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not installed")

    def analyze(self, *arguments):
        done = subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def test_exposure_is_within_the_limit(self):
        _, said = self.analyze("security", "--offline=true", "--no-pager", str(SYSTEMD / "inboxd.service"))
        exposure = float(re.search(r"Overall exposure level for inboxd.service: ([\d.]+)", said)[1])
        self.assertLessEqual(exposure, EXPOSURE_MAX, said)

    def test_systemd_finds_no_mistake_in_the_units(self):
        with tempfile.TemporaryDirectory() as folder:
            # The program is not installed where tests run; everything else is as it is shipped.
            service = (SYSTEMD / "inboxd.service").read_text().replace("/usr/bin/inboxd", "/bin/true")
            service = service.replace("Documentation=man:inboxd(1) man:inboxd.toml(5)\n", "")
            (Path(folder) / "inboxd.service").write_text(service)
            socket = (SYSTEMD / "inboxd.socket").read_text().replace("Documentation=man:inboxd(1)\n", "")
            (Path(folder) / "inboxd.socket").write_text(socket)
            code, said = self.analyze("verify", "--recursive-errors=no", f"{folder}/inboxd.service", f"{folder}/inboxd.socket")
        ours = [line for line in said.splitlines() if "inboxd" in line]
        self.assertEqual((code, ours), (0, []), said)


class Sentences(unittest.TestCase):
    def test_each_line_that_is_not_plain_has_a_sentence_above_it(self):
        for unit in ("inboxd.service", "inboxd.socket"):
            bare = [f"{unit}: {key}=" for _, key, _, explained in assignments(unit) if not explained and key not in PLAIN]
            self.assertEqual(bare, [])

    def test_what_the_daemon_promises_is_what_the_unit_waits_for(self):
        service = {key: value for _, key, value, _ in assignments("inboxd.service")}
        self.assertEqual(service["Type"], "notify")
        self.assertGreaterEqual(int(service["TimeoutStopSec"]), 12, "the drain takes up to 10 s")
        self.assertIn("78", service["RestartPreventExitStatus"].split())
        self.assertEqual(service["StateDirectory"], "inboxd")
        socket = {key: value for _, key, value, _ in assignments("inboxd.socket")}
        example = (SYSTEMD.parent / "schemas/config/inboxd.example.toml").read_text()
        self.assertIn(f'listen = "{socket["ListenStream"]}"', example)
        self.assertEqual(socket["FileDescriptorName"], "api")


if __name__ == "__main__":
    unittest.main(verbosity=2)
