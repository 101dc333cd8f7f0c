"""Rule `arrows`: who may include whom, and which libraries stay in one place."""

import re
from pathlib import Path

from tree import File, Finding, Tree

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?P<quote>[<"])(?P<path>[^>"]+)[>"]', re.MULTILINE)

ROOMS = {
    "schemas": {"schemas"},
    "storage": {"schemas", "storage"},
    "connectors": {"schemas", "connectors"},
    "daemon": {"schemas", "storage", "connectors", "daemon"},
    "tests": {"schemas", "storage", "connectors", "daemon", "tests"},
}

# Folders of daemon/ from top to bottom: one includes only what stands below it, and itself.
LAYERS = {
    "app": 7,
    "http": 6, "console": 6,
    "ingest": 5, "delivery": 5, "timers": 5, "live": 5, "visitors": 5,
    "channels": 4,
    "command_bus": 3, "transfers": 3,
    "core": 2,
    "config": 1, "observe": 1, "service": 1,
    "clock": 0,
}
# What handlers and streams of a lower layer are written against: values and interfaces, no Beast.
PORTS = {"daemon/http/message.hpp", "daemon/http/live_connection.hpp", "daemon/http/router.hpp"}
# Core decides. It asks connectors/sdk what a channel can do and how a send begins: pure calls; time and configuration reach it as values.
NOT_FOR_CORE = ("daemon/config/", "daemon/observe/", "daemon/clock/clock.hpp", "daemon/clock/system_", "storage/sqlite/")

BEAST_FILES_MAX = 3  # each costs half a minute at -O2
CONFINED = [
    (re.compile(r"^sqlite3"), "storage/sqlite/", "SQLite stays in storage/sqlite"),
    (re.compile(r"^curl/"), "daemon/transfers/", "libcurl stays in daemon/transfers"),
    (re.compile(r"^boost/beast"), "daemon/http/", "Beast stays in daemon/http"),
    (re.compile(r"^toml"), "daemon/config/", "TOML stays in daemon/config"),
]


def check(tree: Tree) -> list[Finding]:
    findings = []
    channels = {Path(path).parts[1] for path in tree.by_path if re.fullmatch(r"connectors/\w+/settings\.schema\.json", path)}
    for file in tree.cpp():
        for match in INCLUDE.finditer(file.text):
            path = match["path"]
            line = file.line_at(match.start("path"))
            why = _quoted(tree, file, path) if match["quote"] == '"' else _bracketed(file, path)
            if why:
                findings.append(file.finding(line, "arrows", why))
        findings += _channel_words(file, channels)
    return findings + _beast(tree)


def _quoted(tree: Tree, file: File, path: str) -> str | None:
    room, target = file.parts[0], path.split("/")[0]
    if target not in ROOMS:
        return f'"{path}" does not start with a room; include project files by their path from the top'
    if path not in tree.by_path:
        return f'there is no "{path}"; mend the path'
    if target == "tests" and file.is_test:
        return None
    if target not in ROOMS.get(room, set()):
        return f"{room} may not include {target}; turn the arrow, or move the code to where both may see it"
    if path.startswith("storage/sqlite/") and room not in ("storage", "tests"):
        return "only storage sees storage/sqlite; use the port in storage/*.hpp and storage/tables/*.hpp"
    if room == "schemas" and file.parts[1] == "types" and not path.startswith("schemas/types/"):
        return "schemas/types includes only itself and the standard library"
    if room == "connectors" and target == "connectors":
        return _between_channels(file, path)
    if room == "daemon" and target == "connectors" and not path.startswith("connectors/sdk/") and not file.is_test:
        return "the daemon knows no channel; use the contract in connectors/sdk"
    if room == "daemon" and not file.is_test:
        return _inside_daemon(file, path)
    return None


def _between_channels(file: File, path: str) -> str | None:
    theirs = path.split("/")[1]
    if file.parts[1] == theirs or theirs == "sdk" or file.is_test:
        return None
    if file.parts[1] == "sdk":
        return "sdk knows no channel; move what it needs into sdk"
    return "a channel includes only itself and connectors/sdk; move what both need into sdk"


def _inside_daemon(file: File, path: str) -> str | None:
    if len(file.parts) < 3:  # main.cpp stands above all
        return None
    ours = file.parts[1]
    if ours not in LAYERS:
        return f"daemon/{ours} has no place in LAYERS of tests/tidy/arrows.py; give it one"
    if ours == "core" and path.startswith(NOT_FOR_CORE):
        return f'core may not include "{path}"; take what it needs as a value or through the storage port'
    if not path.startswith("daemon/") or path in PORTS:
        return None
    theirs = path.split("/")[1]
    if theirs == ours or LAYERS.get(theirs, 99) < LAYERS[ours]:
        return None
    return f"daemon/{ours} may not include daemon/{theirs}, which stands beside or above it; turn the arrow with an interface"


def _bracketed(file: File, path: str) -> str | None:
    for pattern, folder, why in CONFINED:
        if pattern.match(path) and not file.path.startswith((folder, "tests/")):
            return f"<{path}> is not for this file: {why}; go through that folder's interface"
    if file.path.startswith("schemas/types/") and re.search(r"[/.]", path):
        return f"<{path}> is not of the standard library, which is all that schemas/types may use"
    return None


def _beast(tree: Tree) -> list[Finding]:
    """Counts the sources that compile Beast, through headers of ours too."""
    reach: dict[str, bool] = {}

    def compiles_beast(file: File) -> bool:
        if file.path not in reach:
            reach[file.path] = False  # while we look, for a circle of includes
            reach[file.path] = any(path.startswith("boost/beast") or (path in tree.by_path and compiles_beast(tree.by_path[path]))
                                   for path in (match["path"] for match in INCLUDE.finditer(file.text)))
        return reach[file.path]

    sources = [file for file in tree.cpp() if file.suffix == ".cpp" and not file.is_test and compiles_beast(file)]
    return [file.finding(1, "arrows", f"more than {BEAST_FILES_MAX} sources compile Beast, perhaps through a header; put this into one of them")
            for file in sources[BEAST_FILES_MAX:]]


def _channel_words(file: File, channels: set[str]) -> list[Finding]:
    """Code of sdk/ that names a channel; comments may, as examples."""
    if not file.path.startswith("connectors/sdk/") or file.is_test or not channels:
        return []
    words = re.compile(r"(?i)(?<![a-z])(" + "|".join(sorted(channels)) + r")(?![a-z])")
    return [file.finding(file.line_at(match.start()), "arrows", f'sdk names the channel "{match[0]}"; use a word that holds for all')
            for match in words.finditer(file.code)]
