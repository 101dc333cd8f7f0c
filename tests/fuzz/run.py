#!/usr/bin/env python3
"""Runs every fuzz target briefly: `run.py inboxd_fuzz SEEDS [SECONDS] [TARGET…]`.

With two fixed seeds and a number of runs; with SECONDS half of them with each. INBOXD_CAMPAIGN=long: minutes each, and the second seed
is drawn and printed. Ends at the first finding, whose input lies beside the seeds and goes to regressions/ with the fix.
"""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUNS = 2500  # of each seed; without a clock in it a gate says the same of the same code
SECONDS_LONG = 180  # each


def main() -> int:
    fuzzer, seeds = sys.argv[1], Path(sys.argv[2])
    names = sys.argv[4:] or sorted(path.name for path in seeds.iterdir() if path.is_dir())
    long = os.environ.get("INBOXD_CAMPAIGN") == "long"
    seconds = int(sys.argv[3]) if len(sys.argv) > 3 else SECONDS_LONG if long else 0
    limits = [f"-max_total_time={max(1, seconds // 2)}"] if seconds else [f"-runs={RUNS}", "-entropic=0"]
    other = random.SystemRandom().randrange(3, 2**31) if long else 2
    print(f"{len(names)} targets, {f'{seconds} s' if seconds else f'{RUNS} runs a seed'} each, seeds 1 and {other}", flush=True)
    for name in names:
        found = seeds.parent / "found" / name
        found.mkdir(parents=True, exist_ok=True)
        regressions = HERE / "regressions" / name
        for seed in (1, other):
            command = [fuzzer, f"--target={name}", f"-seed={seed}", *limits, "-max_len=16384", "-timeout=10",
                       "-rss_limit_mb=1024", "-verbosity=0", "-print_final_stats=1", f"-dict={seeds / 'words.dict'}", f"-artifact_prefix={found.parent}/crash-{name}-",
                       str(found), str(seeds / name)] + ([str(regressions)] if regressions.is_dir() else [])
            began = time.monotonic()
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            said = done.stdout.decode(errors="replace")
            if done.returncode != 0:
                print(said[-6000:])
                print(f"{name}: found something with -seed={seed}; the input is named above, see tests/fuzz/README.md")
                return 1
            runs = [line.split()[-1] for line in said.splitlines() if "number_of_executed_units" in line]
            print(f"{name:22} seed {seed:<10} {runs[0] if runs else '?':>8} runs in {time.monotonic() - began:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
