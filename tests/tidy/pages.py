"""Rule `pages`: what the READMEs name is there: links, paths of the project in backquotes, commands of the program."""

import posixpath
import re

from tree import File, Finding, Tree

LINK = re.compile(r"\[[^\]\n]*\]\((?P<target>[^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```[^\n]*$", re.MULTILINE | re.DOTALL)
QUOTED = re.compile(r"`(?P<text>[^`\n]+)`")
PATH = re.compile(r"(?:connectors|daemon|schemas|storage|systemd|tests)/[\w./-]+")
COMMAND_LINE = "daemon/app/command_line.cpp"
COMMAND = re.compile(r"(?<![\w/.=-])(?:[\w./-]*/)?inboxd[ ](?P<words>[a-z]+(?:[ ][a-z]+)?)(?P<rest>[^`\n|#]*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
SUBCOMMAND = re.compile(r'\badd(?:_subcommand)?\((?:[*\w.]+,\s*)?"([a-z]+)"')
GIVEN_OPTION = re.compile(r'"(--[a-z-]+)"')


def check(tree: Tree) -> list[Finding]:
    findings = []
    for file in tree.files:
        if file.suffix == ".md" and not file.is_recorded:
            findings += _links(tree, file) + _paths(tree, file) + _commands(tree, file)
    return findings


def _exists(tree: Tree, path: str) -> bool:
    path = posixpath.normpath(path)
    return path in tree.by_path or path in tree.folders or path == "."


def _links(tree: Tree, file: File) -> list[Finding]:
    findings = []
    for match in LINK.finditer(FENCE.sub(lambda fence: re.sub(r"[^\n]", " ", fence[0]), file.text)):
        target = match["target"].split("#")[0]
        if target and not re.match(r"[a-z]+:", target) and not _exists(tree, posixpath.join(posixpath.dirname(file.path), target)):
            findings.append(file.finding(file.line_at(match.start()), "pages", f'there is no "{match["target"]}"; mend the link'))
    return findings


def _paths(tree: Tree, file: File) -> list[Finding]:
    """A path may leave out .hpp and .cpp, and name a function of its file: `daemon/delivery/engine.cpp::look_over`."""
    findings = []
    for match in QUOTED.finditer(FENCE.sub(lambda fence: re.sub(r"[^\n]", " ", fence[0]), file.text)):
        path = match["text"].split("::")[0]
        if PATH.fullmatch(path) and not any(_exists(tree, path + ending) for ending in ("", ".hpp", ".cpp")):
            findings.append(file.finding(file.line_at(match.start()), "pages", f'there is no "{path}"; name what is there'))
    return findings


def _commands(tree: Tree, file: File) -> list[Finding]:
    """Read from the source of the command line, so that no built program is needed."""
    source = tree.by_path.get(COMMAND_LINE)
    if source is None:
        return []
    known = set(SUBCOMMAND.findall(source.text))
    options = set(GIVEN_OPTION.findall(source.text)) | {"--help", "--version"}
    findings = []
    for start, text in _code(file):
        for match in COMMAND.finditer(text):
            line = file.line_at(start + match.start())
            first, *second = match["words"].split()
            groups = {"user", "token", "outbox"}
            for word in [first] + (second if first in groups else []):
                if word not in known:
                    findings.append(file.finding(line, "pages", f'inboxd has no command "{word}"; `inboxd --help` lists them'))
            for option in OPTION.findall(match["rest"]):
                if option not in options:
                    findings.append(file.finding(line, "pages", f'inboxd has no option "{option}"; `inboxd COMMAND --help` lists them'))
    return findings


def _code(file: File) -> list[tuple[int, str]]:
    """Fenced blocks and backquoted texts, with where they begin: elsewhere `inboxd` is a word of a sentence."""
    fences = [(match.start(), match[0]) for match in FENCE.finditer(file.text)]
    outside = FENCE.sub(lambda fence: re.sub(r"[^\n]", " ", fence[0]), file.text)
    return fences + [(match.start("text"), match["text"]) for match in QUOTED.finditer(outside)]
