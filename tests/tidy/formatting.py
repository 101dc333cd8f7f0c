"""Rule `formatting`: every C++ file is as clang-format writes it. Without clang-format the rule is left out, with a notice."""

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tree import Finding, Tree

VIOLATION = re.compile(r"^(?P<path>.+?):(?P<line>\d+):\d+: error: code should be clang-formatted", re.MULTILINE)
FILES_AT_ONCE = 16


def check(tree: Tree) -> list[Finding]:
    program = shutil.which("clang-format")
    if program is None:
        print("tidy: clang-format is not installed, so the formatting of C++ is not checked", file=sys.stderr)
        return []
    if ".clang-format" not in tree.by_path:
        return []
    paths = [file.path for file in tree.cpp()]
    batches = [paths[start:start + FILES_AT_ONCE] for start in range(0, len(paths), FILES_AT_ONCE)]

    def run(batch: list[str]) -> str:
        return subprocess.run([program, "--dry-run", "-Werror", *batch], cwd=tree.root, capture_output=True, text=True, check=False).stderr

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        output = "".join(pool.map(run, batches))
    first: dict[str, int] = {}
    for match in VIOLATION.finditer(output):
        first.setdefault(match["path"], int(match["line"]))
    return [Finding(path, line, "formatting", f"run: clang-format -i {path}") for path, line in first.items()]
