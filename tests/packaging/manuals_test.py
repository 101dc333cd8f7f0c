#!/usr/bin/python3
"""The manuals say what the program says of itself: every command and option, every key of the config."""

import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAN = ROOT / "systemd/man"


def plain(roff):
    """Text without roff's escapes and quotes."""
    return re.sub(r"\\f.", "", roff).replace("\\-", "-").replace("\\(dq", '"').replace("\\|", "").replace("\\e", "\\")


def help_of(*command):
    return subprocess.run([os.environ["INBOXD"], *command, "--help"], capture_output=True, text=True, check=True).stdout


def subcommands(text):
    listed = text.split("Subcommands:")[1] if "Subcommands:" in text else ""
    return re.findall(r"^  ([a-z]+) ", listed, re.MULTILINE)


def keys_of_the_page():
    """(key, type, default, sentence) of the tables in schemas/config/README.md, which a test of config holds to the code."""
    for line in (ROOT / "schemas/config/README.md").read_text().splitlines():
        if re.match(r"\| `\w+\.\w+` \|", line):
            yield tuple(cell.strip().replace("`", "") for cell in line.strip("|").split("|"))


def keys_of_the_manual():
    text = plain((MAN / "inboxd.toml.5").read_text())
    for key, kind, sentence in re.findall(r"^\.TP\n\.B (\w+\.\w+)\n\((.*)\)\n(.*)$", text, re.MULTILINE):
        kind, _, default = kind.partition("; ")
        yield key, kind, default.removeprefix("default "), sentence


class Manuals(unittest.TestCase):
    def test_every_key_stands_in_the_manual_as_on_the_page(self):
        self.assertEqual(list(keys_of_the_manual()), list(keys_of_the_page()))

    def test_every_command_and_option_stands_in_the_manual(self):
        text = plain((MAN / "inboxd.1").read_text())
        commands = {tuple([top]) for top in subcommands(help_of())}
        for (top,) in list(commands):
            if inner := subcommands(help_of(top)):
                commands.remove((top,))
                commands |= {(top, name) for name in inner}
        self.assertGreater(len(commands), 8)
        listed = {tuple(found.split()[:len(found.split())]) for found in
                  re.findall(r"^\.B ([a-z]+(?: [a-z]+)?)(?: [A-Z]+)?$", text.split(".SH COMMANDS")[1].split(".SH OPTIONS")[0],
                             re.MULTILINE)}
        self.assertEqual(listed, commands)
        options = {option for command in commands for option in re.findall(r"--[a-z][a-z-]+", help_of(*command))}
        described = set(re.findall(r"--[a-z][a-z-]+", text.split(".SH OPTIONS")[1].split(".SH SIGNALS")[0]))
        self.assertEqual(described, options | {"--version"})

    def test_man_reads_them_without_a_warning(self):
        if not shutil.which("man"):
            self.skipTest("man is not installed")
        for page in MAN.iterdir():
            done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", str(page)], capture_output=True, text=True,
                                  env={**os.environ, "MANWIDTH": "100"})
            self.assertEqual((done.returncode, done.stderr), (0, ""), page.name)


if __name__ == "__main__":
    unittest.main(verbosity=2)
