#!/usr/bin/python3
"""kill -9 at random instants under load: nothing acknowledged is lost, nothing is stored or sent twice, every accepted
reply is in one true state, and a subscriber that resumes gets every event in order.

INBOXD_CAMPAIGN=long kills 1,000 times instead of 200, an instrumented build a fifth of that; INBOXD_SEED repeats a run's choices.
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import SLOW  # noqa: E402
from support.campaign import Campaign  # noqa: E402
from support.desk import main  # noqa: E402

LONG = os.environ.get("INBOXD_CAMPAIGN") == "long"
BETWEEN_KILLS_SECONDS = (0.02, 0.45)


class KillNine(Campaign):
    # A start takes an instrumented build seconds.
    rounds = (1_000 if LONG else 200) if SLOW == 1 else (200 if LONG else 40)

    def test_kills_under_load_lose_and_double_nothing(self):
        self.desk.open()
        self.begin()
        for _ in range(self.rounds):
            time.sleep(self.chance.uniform(*BETWEEN_KILLS_SECONDS))  # sleep: the random instant
            self.provider_faults()
            self.desk.daemon.kill()
            if self.chance.random() < 0.25:
                self.desk.daemon.launch()
                time.sleep(self.chance.uniform(0, 0.08))  # sleep: somewhere in its start
                self.desk.daemon.kill()
            self.desk.daemon.start()
        self.finish()


if __name__ == "__main__":
    main()
