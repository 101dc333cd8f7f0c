"""The files that the rules look at, and views of C++ without comments or texts. Used by every rule; decides nothing."""

import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

CPP = (".cpp", ".hpp")
SKIPPED_FOLDERS = {".git", "node_modules", "__pycache__", ".cache"}
TOKEN = re.compile(
    r'(?P<comment>//[^\n]*|/\*.*?\*/)'
    r'|(?P<raw>\bR"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)")'
    r'|(?P<text>"(?:\\.|[^"\\\n])*")'
    r"|(?P<number>\b\d[\w.']*)"
    r"|(?P<character>'(?:\\.|[^'\\\n])+')",
    re.DOTALL,
)


def blank(text: str) -> str:
    """Spaces in place of everything but newlines, so that positions stay."""
    return re.sub(r"[^\n]", " ", text)


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    rule: str
    mend: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.mend}"


class File:
    def __init__(self, root: Path, path: str):
        self.path = path
        self.full = root / path
        self.suffix = Path(path).suffix
        self.name = Path(path).name
        self.parts = Path(path).parts

    @cached_property
    def text(self) -> str:
        return self.full.read_bytes().decode("utf-8", "replace")

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def is_cpp(self) -> bool:
        return self.suffix in CPP

    @cached_property
    def is_test(self) -> bool:
        return self.parts[0] == "tests" or Path(self.path).stem.endswith("_test")

    @cached_property
    def is_recorded(self) -> bool:
        """Bytes as a provider or a peer sent them: no style holds for them."""
        return "testdata" in self.parts or "fixtures" in self.parts

    @cached_property
    def is_script(self) -> bool:
        return self.suffix == "" and self.text.startswith("#!")

    @cached_property
    def is_source(self) -> bool:
        known = {".cpp", ".hpp", ".py", ".sql", ".cmake", ".ts", ".js", ".css", ".sh", ".bash"}
        return not self.is_recorded and (self.suffix in known or self.is_script or self.name == "CMakeLists.txt")

    @cached_property
    def code(self) -> str:
        """C++ without comments and without what stands inside quotes; includes keep their paths in `text` only."""

        def mask(match: re.Match) -> str:
            if match["comment"] is not None:
                return blank(match[0])
            if match["number"] is not None:
                return match[0]
            return '"' + blank(match[0][1:-1]) + '"'

        return TOKEN.sub(mask, self.text)

    @cached_property
    def comment_lines(self) -> set[int]:
        """Numbers of the lines that hold a C++ comment."""
        found = set()
        for match in TOKEN.finditer(self.text):
            if match["comment"] is not None:
                first = self.line_at(match.start())
                found.update(range(first, first + match[0].count("\n") + 1))
        return found

    def line_at(self, position: int) -> int:
        return self.text.count("\n", 0, position) + 1

    def finding(self, line: int, rule: str, mend: str) -> Finding:
        return Finding(self.path, line, rule, mend)


class Tree:
    def __init__(self, root: Path):
        self.root = root
        self.files = [File(root, path) for path in sorted(self._paths()) if (root / path).is_file()]
        self.by_path = {file.path: file for file in self.files}
        self.folders = {str(Path(*file.parts[:depth])) for file in self.files for depth in range(1, len(file.parts))}

    def _paths(self) -> list[str]:
        if (self.root / ".git").exists():
            listed = subprocess.run(
                ["git", "-c", "safe.directory=*", "-C", str(self.root), "ls-files", "-z", "--cached"],
                capture_output=True, check=False)
            if listed.returncode == 0:
                return [path for path in listed.stdout.decode().split("\0") if path]
        # An unpacked archive: everything but what a build leaves.
        found = []
        for path in self.root.rglob("*"):
            parts = path.relative_to(self.root).parts
            if path.is_file() and not SKIPPED_FOLDERS & set(parts) and not parts[0].startswith("build"):
                found.append("/".join(parts))
        return found

    def sources(self) -> list[File]:
        return [file for file in self.files if file.is_source]

    def cpp(self) -> list[File]:
        return [file for file in self.files if file.is_cpp and not file.is_recorded]

    def children(self, folder: str) -> list[str]:
        """Names of the folders directly below."""
        depth = len(Path(folder).parts)
        return sorted({Path(f).parts[depth] for f in self.folders
                       if f.startswith(folder + "/") and len(Path(f).parts) > depth})
