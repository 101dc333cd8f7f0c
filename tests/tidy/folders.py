"""Rule `folders`: what stands at the top, and what each room's folders and each channel's folder must hold."""

import re
from pathlib import Path

from tree import Finding, Tree

TOP = {"CMakeLists.txt", "daemon", "connectors", "storage", "schemas", "tests", "systemd", "README.md",
       # What tools want at the top.
       "CMakePresets.json", "LICENSE"}
ROOMS = ("connectors", "daemon", "schemas", "storage", "systemd", "tests")
PARTS_OF = ("connectors", "daemon", "schemas", "storage")
README_LINES_MAX = 80  # one screen, and a table

# A part's README answers four questions, in words of its own around these.
HEADINGS = [
    (re.compile(r"(?i)lives here"), "what lives here"),
    (re.compile(r"(?i)\bwho (?:calls|uses|reads|includes)|\b(?:called|used|included|read) by"), "who calls it"),
    (re.compile(r"(?i)\bnever\b"), "what it never does"),
    (re.compile(r"(?i)to change this"), "to change this, start at …"),
]


def check(tree: Tree) -> list[Finding]:
    findings = []
    for name in sorted({file.parts[0] for file in tree.files}):
        if name not in TOP and not name.startswith("."):
            findings.append(Finding(name, 1, "folders", "does not belong at the top; move it into a room"))
    if "README.md" not in tree.by_path:
        findings.append(Finding("README.md", 1, "folders", "is missing; say what this is and how to start the demo"))
    for room in ROOMS:
        if room in tree.folders and f"{room}/README.md" not in tree.by_path:
            findings.append(Finding(f"{room}/README.md", 1, "folders", "is missing; say what this room is, and what each folder in it"))
    for room in PARTS_OF:
        for part in tree.children(room):
            findings += _part(tree, room, part)
    return findings


def _part(tree: Tree, room: str, part: str) -> list[Finding]:
    folder = f"{room}/{part}"
    readme = tree.by_path.get(f"{folder}/README.md")
    findings = []
    if readme is None:
        findings.append(Finding(f"{folder}/README.md", 1, "folders", "is missing; in one screen: what lives here, who calls it, what it "
                                                                    'never does, "to change this, start at …"'))
    else:
        for pattern, heading in HEADINGS:
            if not pattern.search(readme.text):
                findings.append(readme.finding(1, "folders", f'does not say "{heading}"; add it'))
        if len(readme.lines) > README_LINES_MAX and room != "connectors":
            findings.append(readme.finding(README_LINES_MAX, "folders", f"longer than a screen ({README_LINES_MAX} lines); shorten it"))
    if room == "connectors":
        findings += _channel(tree, folder, part)
    return findings


def _channel(tree: Tree, folder: str, part: str) -> list[Finding]:
    inside = [file for file in tree.files if file.path.startswith(folder + "/")]
    wanted = [("a *_test.cpp", any(file.name.endswith("_test.cpp") for file in inside))]
    if part != "sdk":
        wanted += [("settings.schema.json", f"{folder}/settings.schema.json" in tree.by_path),
                   ("golden pairs in testdata/", any(Path(file.path).is_relative_to(f"{folder}/testdata") for file in inside))]
    return [Finding(folder, 1, "folders", f"this channel lacks {what}; add it") for what, there in wanted if not there]
