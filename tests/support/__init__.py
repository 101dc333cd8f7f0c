"""What the end-to-end tests share: a real daemon, clients that know no more than the public contract, doubles of the
providers. Imported by tests/e2e and tests/faults; never talks to anything but loopback."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "peers"))  # the doubles import each other by name

# Instrumented builds are slower: every patience is multiplied by it.
SLOW = float(os.environ.get("INBOXD_SLOW", "1"))


def patience(seconds):
    return seconds * SLOW
