#!/usr/bin/env python3
"""Style as a test: checks every tracked file by the rules of the modules beside this one. Run by ctest as `tidy`, or by hand:
tests/tidy/tidy.py [FOLDER]. Prints `file:line: rule: how to mend` and fails on any; never changes a file."""

import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import arrows  # noqa: E402
import folders  # noqa: E402
import formatting  # noqa: E402
import hazards  # noqa: E402
import pages  # noqa: E402
import sizes  # noqa: E402
import vocabularies  # noqa: E402
import words  # noqa: E402
from exceptions import EXCEPTIONS  # noqa: E402
from tree import Finding, Tree  # noqa: E402

RULES = (arrows, folders, formatting, hazards, pages, sizes, vocabularies, words)


def findings_of(root: Path, exceptions: dict[tuple[str, str], str] = EXCEPTIONS) -> list[Finding]:
    tree = Tree(root)
    found = {finding for rule in RULES for finding in rule.check(tree)}
    return sorted((finding for finding in found if (finding.rule, finding.path) not in exceptions),
                  key=lambda finding: (finding.path, finding.line, finding.rule))


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent.parent).resolve()
    found = findings_of(root)
    for finding in found:
        print(finding)
    print(f"tidy: {len(Tree(root).files)} files, {len(found)} to mend")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
