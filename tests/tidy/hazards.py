"""Rules `coroutines`, `switches`, `ownership`, `sleeps`: constructs that compile and go wrong later."""

import re

from tree import File, Finding, Tree

COROUTINE = re.compile(r"\bco_(?:await|return|yield|spawn)\b")
# g++ 12 destroys such temporaries twice or too early.
HAZARDS = [
    (re.compile(r"\[[^\]\n]+\]\s*(?:\([^)]*\)\s*)?(?:mutable\s*)?\{|\[[^\]\n]+\]\s*\("), "a capturing lambda beside co_await; name it first, then move it in"),
    (re.compile(r"\?"), "?: beside co_await; use if"),
    (re.compile(r"\{"), "a braced temporary beside co_await; name it first, then move it in"),
]
BINDING = re.compile(r"\bauto\s*&{0,2}\s*\[[^\]]*\]\s*=\s*co_await\b")
BRACED_RETURN = re.compile(r"\bco_return\s*(?:\w+(?:::\w+)*\s*)?\{")
DETACHED = re.compile(r"\basio::detached\b")
REFERENCE = re.compile(r"\bawaitable<[^;{}()]*>\s+[\w:]+\s*\((?P<parameters>[^;{}]*?)\)\s*(?:const\s*)?(?:override\s*)?[;{]")
# A brace that opens a block or a body, not a temporary.
BLOCK = re.compile(r"(?:\)|\belse|\bdo|\btry|\bconst|\bnoexcept|\boverride|^|[;{}])\s*$")
SLEEP = re.compile(r"\b(?:sleep_for|sleep_until|usleep|nanosleep|time\.sleep|asyncio\.sleep|waitForTimeout)\b|^\s*sleep\s+[\d$]",
                   re.MULTILINE)
OWNER = re.compile(r"(?<!operator )\b(?:new\s+[A-Za-z_(]|delete\b(?:\[\])?\s+[A-Za-z_*(])")


def check(tree: Tree) -> list[Finding]:
    findings = []
    for file in tree.sources():
        if file.is_cpp:
            findings += _coroutines(file) + _switches(file) + _ownership(file)
        if file.is_test:
            findings += _sleeps(file)
    return findings


def _coroutines(file: File) -> list[Finding]:
    findings = []

    def add(position: int, mend: str) -> None:
        findings.append(file.finding(file.line_at(position), "coroutines", mend))

    first = COROUTINE.search(file.code)
    if first and not file.path.startswith(("daemon/http/", "tests/")):
        add(first.start(), "coroutines live only in daemon/http; use callbacks here")
    for position, statement in _statements(file.code):
        if "co_await" not in statement or BINDING.search(statement):
            continue
        for pattern, mend in HAZARDS:
            if pattern.search(statement):
                add(position, mend)
                break
    for pattern, mend in ((BINDING, "no structured binding from co_await; name the result, then take it apart"),
                          (BRACED_RETURN, "no braces after co_return; name the value first"),
                          (DETACHED, "no bare detached: use spawn(name, awaitable), which reports exceptions")):
        for match in pattern.finditer(file.code):
            add(match.start(), mend)
    for match in REFERENCE.finditer(file.code):
        if re.search(r"\bconst\b[^,]*&|&&", match["parameters"]):
            add(match.start(), "a coroutine takes its parameters by value: the caller's may be gone after the first co_await")
    return findings


def _statements(code: str) -> list[tuple[int, str]]:
    """Full expressions, roughly: from one `;` or block brace to the next. Positions are of their first sign."""
    found, start, depth = [], 0, 0
    for match in re.finditer(r"[;{}()]", code):
        sign, end = match[0], match.end()
        if sign in "()":
            depth = max(0, depth + (1 if sign == "(" else -1))
            continue
        if sign == "{" and not (depth == 0 and BLOCK.search(code[max(start, match.start() - 80):match.start()])):
            continue  # a temporary, or a lambda's body within a call
        if sign == "}" and depth > 0:
            continue
        if sign == ";" and depth > 0 and re.match(r"\s*for\b", code[start:match.start()]) is None and code.count("{", start, end) == 0:
            depth = 0
        text = code[start:match.start()]
        if text.strip():
            found.append((start + len(text) - len(text.lstrip()), text))
        start = end
    return found


def _switches(file: File) -> list[Finding]:
    findings = []
    for match in re.finditer(r"\bdefault\s*:", file.code):
        line = file.line_at(match.start())
        if not {line - 1, line, line + 1} & file.comment_lines:
            findings.append(file.finding(line, "switches", "name every value, so that a new one does not compile; where that "
                                                           "cannot be (numbers from outside), say why in a comment"))
    return findings


def _ownership(file: File) -> list[Finding]:
    findings = []
    for match in OWNER.finditer(file.code):
        line = file.line_at(match.start())
        if not {line - 1, line} & file.comment_lines:
            findings.append(file.finding(line, "ownership", "no raw new or delete; use std::make_unique, or a value; where that cannot "
                                                            "be (a C library's), say why in a comment"))
    return findings


def _sleeps(file: File) -> list[Finding]:
    findings = []
    for match in SLEEP.finditer(file.code if file.is_cpp else file.text):
        line = file.line_at(match.start() + len(match[0]) - len(match[0].lstrip()))
        near = " ".join(file.lines[max(0, line - 2):line])
        if not re.search(r"(?://|#)\s*sleep: \w", near):
            findings.append(file.finding(line, "sleeps", 'await the event instead; where none can be, say why: "// sleep: …"'))
    return findings
