"""The wall clock of one daemon, which a test sets while it runs: libfaketime in front of the process, steered by a file.
The monotonic clock stays as it is, as with a real clock that is set. Not for instrumented builds, whose runtime comes first."""

import os
from pathlib import Path

FAKETIME = next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)


class WallClock:
    def __init__(self, daemon):
        self.file = daemon.folder / "clock"
        self.set(0)
        daemon.environment.update(LD_PRELOAD=str(FAKETIME), FAKETIME_TIMESTAMP_FILE=str(self.file),
                                  FAKETIME_NO_CACHE="1", FAKETIME_DONT_FAKE_MONOTONIC="1")  # read at every look at the clock

    def set(self, offset_seconds):
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{offset_seconds:+d}\n")
        os.replace(fresh, self.file)
