#!/usr/bin/python3
"""Dashboard, alert rules and the page of metrics name what the daemon really has, and nothing else."""

import json
import re
import shutil
import subprocess
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
DECLARED = set(re.findall(r'"(inboxd_[a-z_]+)"', (ROOT / "daemon/observe/metrics.cpp").read_text()))
METRIC = re.compile(r"\binboxd_[a-z_]+\b")


def family(name):
    base = re.sub(r"_(bucket|sum|count)$", "", name)
    return base if base in DECLARED else name


class Monitoring(unittest.TestCase):
    def named(self, expressions):
        names = {family(name) for text in expressions for name in METRIC.findall(text)}
        self.assertTrue(names)
        return names

    def rules(self):
        groups = yaml.safe_load((ROOT / "systemd/inboxd.rules.yml").read_text())["groups"]
        return [rule for group in groups for rule in group["rules"]]

    def board(self):
        return json.loads((ROOT / "systemd/inboxd.dashboard.json").read_text())

    def test_alerts_ask_for_numbers_that_exist_and_say_what_to_do(self):
        self.assertEqual(self.named(rule["expr"] for rule in self.rules()) - DECLARED, set())
        for rule in self.rules():
            self.assertTrue(rule["annotations"]["summary"] and rule["annotations"]["description"], rule["alert"])
            self.assertIn(rule["labels"]["severity"], ("page", "ticket"))

    def test_the_dashboard_shows_every_number_and_none_that_is_not_there(self):
        expressions = [target["expr"] for panel in self.board()["panels"] for target in panel["targets"]]
        self.assertEqual(self.named(expressions), DECLARED)

    def test_panels_do_not_overlap_and_have_ids_of_their_own(self):
        panels = self.board()["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
        self.assertEqual(len(places), len(panels))

    def test_the_page_explains_every_number(self):
        self.assertEqual(set(re.findall(r"`(inboxd_[a-z_]+)`", (ROOT / "systemd/README.md").read_text())), DECLARED)

    def test_promtool_takes_the_rules(self):
        if not shutil.which("promtool"):
            self.skipTest("promtool is not installed (package prometheus)")
        done = subprocess.run(["promtool", "check", "rules", ROOT / "systemd/inboxd.rules.yml"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
