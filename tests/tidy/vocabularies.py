"""Rule `vocabularies`: an enum's words are the same in C++, in SQL CHECKs, in OpenAPI and in the events' JSON Schemas.

A list of words in SQL or in a schema must be one of C++'s tables, or differ from all of them by half or more; one that is close
to a table is that table gone stale. A comment `own words: why` on the line before (SQL, YAML, a `$comment` in JSON) keeps a list apart."""

import json
import re
from collections.abc import Iterator

from tree import File, Finding, Tree

TABLE = re.compile(r"struct\s+EnumNames<(\w+)>\s*\{.*?table\{\{(.*?)\}\};", re.DOTALL)
PAIR = re.compile(r'\{\s*(\w+)::(\w+)\s*,\s*"([^"]*)"\s*\}')
ENUM = re.compile(r"\benum class\s+(\w+)(?:\s*:\s*[\w:]+)?\s*\{([^}]*)\}")
SQL_CHECK = re.compile(r"\b(\w+)\s+IN\s*\(\s*'[^)]*'\s*\)|\b(\w+)\s*=\s*'[^']*'(?:\s+OR\s+\2\s*=\s*'[^']*')+", re.IGNORECASE)
NEAR = 0.5
OWN = re.compile(r"own words: \w")


def check(tree: Tree) -> list[Finding]:
    tables, findings = read_tables(tree)
    if not tables:
        return findings
    for file in tree.files:
        if file.path == "schemas/sql/schema.sql" or (file.suffix == ".sql" and "schemas/sql/schema.sql" not in tree.by_path
                                                     and file.path.startswith("schemas/sql/")):
            lists = sql_lists(file)
        elif file.path.startswith("schemas/http/") and file.suffix in (".yaml", ".yml"):
            lists = yaml_lists(file)
        elif file.path.startswith("schemas/") and file.suffix == ".json":
            lists = json_lists(file)
        else:
            continue
        for line, name, words in lists:
            if any(OWN.search(near) for near in file.lines[max(0, line - 2):line]):
                continue
            if mend := compare(name, words, tables):
                findings.append(file.finding(line, "vocabularies", mend))
    return findings


def read_tables(tree: Tree) -> tuple[dict[str, frozenset[str]], list[Finding]]:
    tables, findings = {}, []
    for file in tree.cpp():
        if not file.path.startswith("schemas/types/"):
            continue
        without_comments = re.sub(r"//[^\n]*", "", file.text)
        values = {match[1]: {word.split("=")[0].strip() for word in match[2].split(",") if word.strip()}
                  for match in ENUM.finditer(without_comments)}
        for match in TABLE.finditer(file.text):
            pairs = PAIR.findall(match[2])
            tables[match[1]] = frozenset(word for _, _, word in pairs)
            line = file.line_at(match.start())
            named = [value for _, value, _ in pairs]
            if match[1] in values and (set(named) != values[match[1]] or len(named) != len(set(named))):
                missing = ", ".join(sorted(values[match[1]] ^ set(named))) or "a value twice"
                findings.append(file.finding(line, "vocabularies", f"enum {match[1]} and its names differ: {missing}"))
            if len(tables[match[1]]) != len(pairs):
                findings.append(file.finding(line, "vocabularies", f"two values of {match[1]} have one name; names are distinct"))
    return tables, findings


def compare(name: str, words: frozenset[str], tables: dict[str, frozenset[str]]) -> str | None:
    if name in tables and words != tables[name]:
        return f"{name} differs from C++'s by {', '.join(sorted(words ^ tables[name]))}; make them equal"
    if words in tables.values():
        return None
    nearest = max(tables, key=lambda candidate: likeness(words, tables[candidate]))
    if likeness(words, tables[nearest]) > NEAR:
        return (f"the words of {name or 'this enum'} are nearly those of {nearest}: they differ by "
                f"{', '.join(sorted(words ^ tables[nearest]))}; make them equal, or write \"own words: why\" on the line before")
    return None


def likeness(left: frozenset[str], right: frozenset[str]) -> float:
    return len(left & right) / max(1, len(left | right))


def sql_lists(file: File) -> Iterator[tuple[int, str, frozenset[str]]]:
    text = re.sub(r"--[^\n]*", lambda match: " " * len(match[0]), file.text)
    for match in SQL_CHECK.finditer(text):
        yield file.line_at(match.start()), match[1] or match[2], frozenset(re.findall(r"'([^']*)'", match[0]))


def yaml_lists(file: File) -> Iterator[tuple[int, str, frozenset[str]]]:
    """`enum: [a, b]` over one or several lines and `enum:` with a block of `- a`; the name is the nearest key of less indent."""
    for match in re.finditer(r"(?m)^(?P<indent>[ ]*)(?P<key>.*?)\benum:[ ]*(?:\[(?P<flow>[^\]]*)\]|(?P<block>(?:\n[ ]*-[^\n]*)+))", file.text):
        listed = match["flow"].split(",") if match["flow"] is not None else re.findall(r"-\s*([^\n]*)", match["block"])
        words = {re.sub(r"\s#.*", "", word).strip().strip("\"'") for word in listed}
        same_line = re.match(r"(\w+):\s*\{", match["key"].strip())
        name = same_line[1] if same_line else ""
        if not name:
            for line in reversed(file.text[:match.start()].splitlines()):
                found = re.match(r"([ ]*)(\w+):\s*(?:#.*)?$", line)
                if found and len(found[1]) < len(match["indent"]):
                    name = found[2]
                    break
        yield file.line_at(match.start()), name, frozenset(words - {"", "null"})


def json_lists(file: File) -> Iterator[tuple[int, str, frozenset[str]]]:
    try:
        document = json.loads(file.text)
    except ValueError:
        return
    position = 0
    for name, words in _json_enums("", document):
        found = file.text.find('"enum"', position)
        position = found + 1 if found >= 0 else position
        yield file.line_at(max(found, 0)), name, words


def _json_enums(name: str, node: object) -> Iterator[tuple[str, frozenset[str]]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "enum" and isinstance(value, list):
                yield name, frozenset(word for word in value if isinstance(word, str))
            else:
                yield from _json_enums(name if key in ("items", "anyOf", "oneOf") else key, value)
    elif isinstance(node, list):
        for value in node:
            yield from _json_enums(name, value)
