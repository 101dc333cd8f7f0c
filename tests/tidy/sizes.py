"""Rule `sizes`: no file over 400 lines, no function over 70. Function ends are found by braces, which is near enough."""

import ast
import re

from tree import File, Finding, Tree

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
NO_FUNCTION = re.compile(r"\b(if|for|while|switch|catch|do|else|try|namespace|class|struct|union|enum|concept|requires)\b")


def check(tree: Tree) -> list[Finding]:
    findings = []
    for file in tree.sources():
        if len(file.lines) > FILE_LINES_MAX:
            findings.append(file.finding(FILE_LINES_MAX, "sizes",
                                         f"{len(file.lines)} lines; split it by subject, {FILE_LINES_MAX} is the limit"))
        lengths = cpp_functions(file) if file.is_cpp else python_functions(file) if file.suffix == ".py" else []
        for line, length in lengths:
            if length > FUNCTION_LINES_MAX:
                findings.append(file.finding(line, "sizes",
                                             f"a function of {length} lines; split it, {FUNCTION_LINES_MAX} is the limit"))
    return findings


def cpp_functions(file: File) -> list[tuple[int, int]]:
    """(first line, number of lines) of each outermost function body."""
    code = re.sub(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", lambda found: re.sub(r"[^\n]", " ", found[0]), file.code, flags=re.MULTILINE)
    found, depth, head_start, function = [], 0, 0, None
    for match in re.finditer(r"[{};]", code):
        position, sign = match.start(), match[0]
        if sign == "{":
            head = code[head_start:position]
            if function is None and "(" in head and not NO_FUNCTION.search(head.split("(")[0]):
                first = head_start + len(head) - len(head.lstrip())
                function = (depth, file.line_at(first))
            depth += 1
        elif sign == "}":
            depth -= 1
            if function is not None and depth == function[0]:
                found.append((function[1], file.line_at(position) - function[1] + 1))
                function = None
        head_start = position + 1
    return found


def python_functions(file: File) -> list[tuple[int, int]]:
    try:
        parsed = ast.parse(file.text)
    except SyntaxError:
        return []
    return [(node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1) for node in ast.walk(parsed)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
