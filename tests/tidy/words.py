"""Rules `names`, `words`, `left-overs`, `comments`: what things are called, and what no file says."""

import re
from pathlib import Path

from tree import File, Finding, Tree

BANNED_PARTS = {"manager", "managers", "helper", "helpers", "util", "utils", "utility", "impl", "info", "data"}
BANNED_FOLDERS = BANNED_PARTS | {"common", "base", "misc"}
TYPE = re.compile(r"\b(?:class|struct|union|concept|enum(?:\s+class)?)\s+(?:\[\[\w+\]\]\s*)?(\w+)|\busing\s+(\w+)\s*=")
PYTHON_TYPE = re.compile(r"^\s*class\s+(\w+)()", re.MULTILINE)

BANNED_WORDS = [
    (r"/(?:work|root|home)/", "a path of one machine; use a path of the project or of the installed system"),
    (r"\.\./shared\b", "a path outside the project"),
    (r"/tmp/(?:wt|build)\b", "a path of one machine; ask for a temporary folder"),
    (r"(?i)\bas an a[i]\b|\bsub[a]gents?\b|\bcl[a]ude\b|\bchat[g]pt\b|\bthe sessio[n] that\b", "the project speaks of itself alone"),
    (r"\b(?:design|protocol|channels|style|requirements)\.md\b", "no such file here; cite the RFC, the provider's page or the term"),
]
LEFT_OVER = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
BANNER = re.compile(r"^\s*(?://|#|--|/?\*)\s*[-=*/#~_+]{4,}|(?://|#)[^\"']*\S\s+[-=*#~_]{4,}\s*$")


def check(tree: Tree) -> list[Finding]:
    findings = []
    for folder in sorted(tree.folders):
        if folder.split("/")[0] in ("tests", "daemon", "schemas", "storage", "connectors"):
            banned = BANNED_FOLDERS & set(Path(folder).name.lower().split("_"))
            for word in sorted(banned):
                first = next(file for file in tree.files if file.path.startswith(folder + "/"))
                findings.append(first.finding(1, "names", f'folder name with "{word}" says nothing; name its subject'))
    for file in tree.files:
        if file.is_recorded:
            continue
        findings += _words(file)
        if file.is_source:
            findings += _names(file) + _left_overs(file) + _opening(tree, file)
    return findings


def _parts(name: str) -> set[str]:
    return {part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)}


def _names(file: File) -> list[Finding]:
    findings = []
    for word in sorted(_parts(Path(file.path).stem) & BANNED_PARTS):
        findings.append(file.finding(1, "names", f'file name with "{word}" says nothing; name its subject'))
    pattern, text = (TYPE, file.code) if file.is_cpp else (PYTHON_TYPE, file.text)
    if file.is_cpp or file.suffix == ".py":
        for match in pattern.finditer(text):
            name = match[1] or match[2]
            for word in sorted(_parts(name) & BANNED_PARTS):
                findings.append(file.finding(file.line_at(match.start()), "names",
                                             f'"{name}": "{word}" says nothing; name what it is or does'))
    return findings


def _words(file: File) -> list[Finding]:
    if "\0" in file.text:
        return []
    return [file.finding(file.line_at(match.start()), "words", f'"{match[0]}": {mend}')
            for pattern, mend in BANNED_WORDS for match in re.finditer(pattern, file.text)]


def _left_overs(file: File) -> list[Finding]:
    findings = []
    for number, line in enumerate(file.lines, 1):
        if LEFT_OVER.search(line) and file.name != "words.py":
            findings.append(file.finding(number, "left-overs", "finish it, or write an issue and drop this line"))
        if BANNER.search(line) and not line.startswith("#!"):
            findings.append(file.finding(number, "comments", "a banner; let a sentence, a function or a file of its own divide"))
    return findings


def _opening(tree: Tree, file: File) -> list[Finding]:
    header = tree.by_path.get(re.sub(r"\.cpp$", ".hpp", file.path))
    if _opens_with_a_sentence(file) or (file.suffix == ".cpp" and header is not None and _opens_with_a_sentence(header)):
        return []
    return [file.finding(1, "comments", "open with one to four lines: what lives here, who calls it, what it never does; "
                                        "a .cpp needs none where its .hpp has them")]


def _opens_with_a_sentence(file: File) -> bool:
    lines = file.lines[1:] if file.text.startswith("#!") else file.lines
    marks = {".cpp": ("//",), ".hpp": ("//",), ".sql": ("--",), ".py": ('"""', "#"), ".ts": ("//", "/*"), ".js": ("//", "/*"),
             ".css": ("/*",)}.get(file.suffix, ("#",))
    return bool(lines) and lines[0].startswith(marks) and len(lines[0]) > 10
