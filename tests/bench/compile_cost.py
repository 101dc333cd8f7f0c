#!/usr/bin/env python3
"""Runs a compiler and appends a line to $INBOXD_COMPILE_COSTS: seconds, MiB at most, source. Stands before the compiler
in the build that `tests/bench/run --build` makes; never in any other."""

import os
import resource
import subprocess
import sys
import time

started = time.monotonic()
code = subprocess.run(sys.argv[1:], check=False).returncode
took = time.monotonic() - started
source = next((word for word in sys.argv if word.endswith(".cpp")), "")
if source:
    # Kilobytes on Linux: getrusage(2). The largest process below us is the compiler itself.
    size = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    with open(os.environ["INBOXD_COMPILE_COSTS"], "a", encoding="utf-8") as costs:
        costs.write(f"{took:.2f} {size} {os.path.relpath(source, os.path.dirname(os.environ['INBOXD_COMPILE_COSTS']) + '/..')}\n")
sys.exit(code)
