#!/usr/bin/env python3
"""The rules of tidy on tiny trees: each breaks one rule and is told so with its line; a clean tree is not. Run by ctest."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import tidy  # noqa: E402
from exceptions import EXCEPTIONS  # noqa: E402

HEAD = "// What lives here, who calls it.\n"
README = "# x\nWhat lives here: a. Who calls it: b. What it never does: c. To change this, start at d.\n"
CLEAN = {
    "README.md": README, "CMakeLists.txt": "# Builds the daemon.\n",
    "daemon/README.md": README, "daemon/http/README.md": README, "daemon/core/README.md": README,
    "daemon/http/a.cpp": HEAD + '#include "schemas/types/a.hpp"\nint f(int a) {\n  switch (a) {\n    case 1: return 1;\n  }\n  return 0;\n}\n',
    "schemas/README.md": README, "schemas/types/README.md": README,
    "schemas/types/a.hpp": HEAD + "#include <string>\n",
    "connectors/README.md": README, "connectors/sdk/README.md": README, "connectors/sdk/a_test.cpp": HEAD,
    "connectors/pigeon/README.md": README, "connectors/pigeon/settings.schema.json": "{}",
    "connectors/pigeon/testdata/a.json": "{}", "connectors/pigeon/a_test.cpp": HEAD,
}
ENUM = HEAD + ('enum class Size { small, large, huge };\ntemplate <>\nstruct EnumNames<Size> {\n  static constexpr int table{{\n'
               '      {Size::small, "small"},\n      {Size::large, "large"},\n      {Size::huge, "huge"},\n  }};\n};\n')


class TidyTest(unittest.TestCase):
    def found(self, **changed: str | None) -> list[str]:
        """Findings on the clean tree with these files changed; None removes one."""
        return self.found_in(changed)

    def found_in(self, changed: dict[str, str | None]) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            for path, text in {**CLEAN, **changed}.items():
                if text is not None:
                    full = Path(folder, path)
                    full.parent.mkdir(parents=True, exist_ok=True)
                    full.write_text(text)
            return [str(finding) for finding in tidy.findings_of(Path(folder), {})]

    def expect(self, path: str, text: str | None, line: int, rule: str, words: str = "", at: str | None = None) -> None:
        found = self.found_in({path: text})
        start = f"{at or path}:{line}: {rule}: "
        self.assertTrue(any(finding.startswith(start) and words in finding for finding in found), f"{start}{words} not in {found}")

    def accept(self, path: str, text: str) -> None:
        self.assertEqual([], self.found_in({path: text}))

    def test_a_clean_tree_has_nothing_to_mend(self):
        self.assertEqual([], self.found())

    def test_arrows_between_rooms(self):
        target = {"daemon/core/b.hpp": HEAD, "storage/README.md": README, "storage/sqlite/README.md": README, "storage/sqlite/b.hpp": HEAD}
        for path, include in (("schemas/types/b.hpp", "daemon/core/b.hpp"), ("connectors/sdk/b.hpp", "daemon/core/b.hpp"),
                              ("connectors/sdk/b.hpp", "storage/sqlite/b.hpp"), ("daemon/core/c.hpp", "storage/sqlite/b.hpp"),
                              ("daemon/core/c.hpp", "daemon/http/b.hpp"), ("daemon/core/c.hpp", "tests/b.hpp"),
                              ("connectors/sdk/b.hpp", "connectors/pigeon/b.hpp"), ("daemon/core/c.hpp", "connectors/pigeon/b.hpp"), ("daemon/core/c.hpp", "daemon/none.hpp"),
                              ("daemon/core/c.hpp", "b.hpp"), ("daemon/core/c.hpp", "daemon/clock/clock.hpp")):
            with self.subTest(path=path, include=include):
                extra = {"tests/README.md": README, "tests/b.hpp": HEAD, "daemon/http/b.hpp": HEAD, "connectors/pigeon/b.hpp": HEAD,
                         "daemon/clock/README.md": README, "daemon/clock/clock.hpp": HEAD}
                found = self.found_in({**target, **extra, path: HEAD + f'#include "{include}"\n'})
                self.assertEqual(1, len(found), found)
                self.assertTrue(found[0].startswith(f"{path}:2: arrows: "), found)

    def test_schemas_types_use_the_standard_library_only(self):
        self.expect("schemas/types/b.hpp", HEAD + "#include <boost/json.hpp>\n", 2, "arrows", "standard library")

    def test_libraries_stay_in_one_place(self):
        for header in ("sqlite3.h", "curl/curl.h", "boost/beast.hpp", "toml++/toml.h"):
            self.expect("daemon/core/b.cpp", HEAD + f"#include <{header}>\n", 2, "arrows", "stays in")

    def test_beast_stays_in_three_sources(self):
        files = {f"daemon/http/{name}.cpp": HEAD + '#include "daemon/http/wire.hpp"\n' for name in "bcde"}
        found = self.found_in({**files, "daemon/http/wire.hpp": HEAD + "#include <boost/beast/core.hpp>\n"})
        self.assertEqual(1, len(found), found)
        self.assertTrue(found[0].startswith("daemon/http/e.cpp:1: arrows: more than 3 sources"), found)

    def test_sdk_names_no_channel(self):
        self.expect("connectors/sdk/b.hpp", HEAD + "void send_pigeon();\n", 2, "arrows", "pigeon")
        self.accept("connectors/sdk/b.hpp", HEAD + "void send();  // as a pigeon does\n")

    def test_sizes(self):
        self.expect("daemon/core/b.cpp", HEAD + "int x;\n" * 400, 400, "sizes", "401 lines")
        self.expect("daemon/core/b.cpp", HEAD + "struct A {\n  void f() const {\n" + "    g();\n" * 70 + "  }\n};\n", 3, "sizes", "72 lines")
        self.expect("tests/b.py", '"""What lives here."""\ndef f():\n' + "    g()\n" * 71, 2, "sizes", "72 lines")
        self.accept("daemon/core/b.cpp", HEAD + "struct A {\n" + "  void f() {\n    if (a) { g(); }\n  }\n" * 40 + "};\n")

    def test_names_that_say_nothing(self):
        for text in ("class SendManager {};", "struct ConfigData {};", "enum class ErrorInfo { a };", "using StringUtil = int;"):
            self.expect("daemon/core/b.hpp", HEAD + text + "\n", 2, "names")
        self.expect("daemon/core/string_utils.hpp", HEAD, 1, "names")
        self.expect("daemon/common/b.hpp", HEAD, 1, "names")
        self.accept("daemon/core/b.hpp", HEAD + "// class DataManager\nenum class Role { manager };\nstd::error_info e;\nstruct Database {};\n")

    def test_words_that_do_not_belong(self):
        for text in ("see " + "/ho" + "me/me/x", "see ../sha" + "red", "as an " + "AI", "see design" + ".md"):
            self.expect("daemon/core/b.hpp", HEAD + "// " + text + "\n", 2, "words")

    def test_left_overs_banners_and_openings(self):
        self.expect("daemon/core/b.hpp", HEAD + "// TO" + "DO: later\n", 2, "left-overs")
        self.expect("daemon/core/b.hpp", HEAD + "// -----------\n", 2, "comments", "banner")
        self.expect("daemon/core/b.hpp", HEAD + "// Types ======\n", 2, "comments", "banner")
        self.expect("daemon/core/b.hpp", "#pragma once\n", 1, "comments", "open with")
        self.expect("tests/run", "#!/bin/sh\nset -e\n", 1, "comments", "open with")

    def test_a_source_beside_its_header_needs_no_opening_of_its_own(self):
        source = '#include "daemon/core/b.hpp"\n'
        self.assertEqual([], self.found_in({"daemon/core/b.hpp": HEAD, "daemon/core/b.cpp": source}))
        for files in ({"daemon/core/b.hpp": "#pragma once\n", "daemon/core/b.cpp": source},
                      {"daemon/core/b.hpp": HEAD, "daemon/core/c.cpp": source}):
            found = self.found_in(files)
            self.assertTrue(any(".cpp:1: comments: open with" in finding for finding in found), found)

    def test_the_top_holds_rooms_only(self):
        self.expect("tools/x.txt", "x", 1, "folders", "top", at="tools")
        self.expect("README.md", None, 1, "folders", "missing")

    def test_each_part_has_a_readme_with_its_headings(self):
        self.expect("daemon/live/b.cpp", HEAD, 1, "folders", "missing", at="daemon/live/README.md")
        self.expect("daemon/http/README.md", "# x\nWhat lives here.\n", 1, "folders", "who calls it")
        self.expect("daemon/http/README.md", README + "a\n" * 90, 80, "folders", "screen")

    def test_each_channel_has_its_parts(self):
        for path, words in (("README.md", "missing"), ("settings.schema.json", "settings.schema.json"), ("testdata/a.json", "golden"),
                            ("a_test.cpp", "_test.cpp")):
            found = self.found_in({f"connectors/pigeon/{path}": None})
            self.assertTrue(len(found) == 1 and words in found[0], found)

    def test_coroutine_hazards(self):
        bad = ("co_await f({1, 2});", "co_await f(Part{1});", "co_await f([x] { return x; });", "auto v = co_await (a ? f() : g());",
               "auto [a, b] = co_await f();", "co_return {1};", "co_spawn(e, f(), asio::detached);", "auto v = b ? co_await f() : 0;")
        for line in bad:
            with self.subTest(line=line):
                self.expect("daemon/http/b.cpp", HEAD + "void g() {\n  " + line + "\n}\n", 3, "coroutines")
        self.expect("daemon/http/b.hpp", HEAD + "awaitable<void> f(const std::string& a);\n", 2, "coroutines", "by value")
        self.expect("daemon/core/b.cpp", HEAD + "void g() {\n  co_return;\n}\n", 3, "coroutines", "only in daemon/http")

    def test_good_coroutines_are_accepted(self):
        self.accept("daemon/http/b.cpp", HEAD + "awaitable<void> f(std::string a, Router& router) {\n  const Part part{1};\n"
                    "  auto x = a.empty() ? 1 : 2;\n  while (x) {\n    if (co_await g(std::move(part))) {\n      co_return;\n    }\n"
                    "    for (const auto& y : z) { co_await h(y); }\n    try {\n      co_await h(x);\n    } catch (...) {\n    }\n  }\n}\n")

    def test_default_in_a_switch_needs_a_reason(self):
        switch = "int f(int a) {{\n  switch (a) {{\n    case 1: return 1;\n    default: return 2;{}\n  }}\n}}\nA() = default;\n"
        self.expect("daemon/core/b.cpp", HEAD + switch.format(""), 5, "switches")
        self.accept("daemon/core/b.cpp", HEAD + switch.format("  // any status the provider invents"))

    def test_ownership_is_in_types(self):
        self.expect("daemon/core/b.cpp", HEAD + "\nauto p = new Part(1);\n", 3, "ownership")
        self.expect("daemon/core/b.cpp", HEAD + "\nvoid f() {\n  delete part;\n}\n", 4, "ownership")
        self.accept("daemon/core/b.cpp", HEAD + "A(const A&) = delete;\n#include <new>\n// new things\n")

    def test_sleeps_in_tests_need_a_reason(self):
        sleep = "std::this_thread::sleep" + "_for(1ms);"
        self.expect("daemon/core/b_test.cpp", HEAD + sleep + "\n", 2, "sleeps")
        self.accept("daemon/core/b_test.cpp", HEAD + "// sleep: the kernel's timer is what is tested\n" + sleep + "\n")
        found = self.found_in({"tests/README.md": README, "tests/b.py": '"""What lives here."""\nimport time\ntime.sleep(1)\n'})
        self.assertTrue(found and found[0].startswith("tests/b.py:3: sleeps"), found)

    def test_vocabularies_are_the_same_everywhere(self):
        rest = {"schemas/sql/README.md": README, "schemas/http/README.md": README, "schemas/events/README.md": README, "schemas/types/b.hpp": ENUM}
        sql = "-- The schema.\nCREATE TABLE a (\n  size TEXT CHECK (size IN ({}))\n);\n"
        yaml = "components:\n  schemas:\n    Size:\n      type: string\n      enum: [{}]\n"
        good = {**rest, "schemas/sql/schema.sql": sql.format("'huge', 'small', 'large'"), "schemas/http/openapi.yaml": yaml.format("small, large, huge"),
                "schemas/events/a.json": '{"size": {"enum": ["small", "large", "huge"]}}'}
        self.assertEqual([], self.found_in(good))
        for path, text, line in (("schemas/sql/schema.sql", sql.format("'small', 'large', 'vast', 'huge'"), 3),
                                 ("schemas/sql/schema.sql", "-- The schema.\nCREATE TABLE a (\n  size TEXT CHECK (size = 'small' OR\n    size = 'large')\n);\n", 3),
                                 ("schemas/http/openapi.yaml", yaml.format("small, large"), 5),
                                 ("schemas/http/openapi.yaml", "a:\n  size:\n    enum:\n      - small\n      - large\n", 3),
                                 ("schemas/events/a.json", '{"size":\n {"enum": ["small", "large"]}}', 2),
                                 ("schemas/types/b.hpp", ENUM.replace(", huge }", " }"), 4)):
            with self.subTest(path=path, text=text):
                found = self.found_in({**good, path: text})
                self.assertEqual(1, len(found), found)
                self.assertTrue(found[0].startswith(f"{path}:{line}: vocabularies: "), found)
        own = sql.format("'small', 'large'").replace("  size TEXT", "  -- own words: nobody ships huge ones\n  size TEXT")
        self.assertEqual([], self.found_in({**good, "schemas/sql/schema.sql": own}))

    def test_formatting(self):
        found = self.found_in({".clang-format": "BasedOnStyle: Google\n", "daemon/core/b.cpp": HEAD + "int   f( );\n"})
        if tidy.formatting.shutil.which("clang-format"):
            self.assertIn("daemon/core/b.cpp:2: formatting: run: clang-format -i daemon/core/b.cpp", found)

    def test_pages_name_what_is_there(self):
        for text in ("see [a](http/none.md)", "see `daemon/http/none.cpp`", "see `daemon/http/a.cpp` and `tests/none`", "[b](../storage/)"):
            self.expect("daemon/README.md", README + text + "\n", 3, "pages", "there is no")
        self.accept("daemon/README.md", README + "[a](http/a.cpp) [b](../README.md) [c](http/) [d](https://x.org/) [e](#x) `daemon/http/a` "
                    "`daemon/http/a.cpp::f` `daemon/<name>/x` `d/e`\n```\n[f](none) `daemon/none`\n```\n")

    def test_pages_name_commands_that_the_program_has(self):
        source = HEAD + 'void f() {\n  line.add(app, "serve", "run");\n  auto* a = app.add_subcommand("user", "u");\n  line.add(*a, "add", "x")' \
                        '->add_option("--role", r);\n}\n'
        program = {"daemon/app/command_line.cpp": source, "daemon/app/README.md": README}
        for text in ("`inboxd server`", "```\n$ build/inboxd user delete\n```", "`inboxd user add X --rule lead`"):
            found = self.found_in({**program, "README.md": README + text + "\n"})
            self.assertTrue(len(found) == 1 and ": pages: inboxd has no" in found[0], found)
        fine = "`INBOXD=build/inboxd python3 x`, `inboxd serve`, `inboxd user add X --role lead` and inboxd runs; `inboxd.db`\n```\ninboxd: there is no user\n```\n"
        self.assertEqual([], self.found_in({**program, "README.md": README + fine}))

    def test_recorded_bytes_have_no_style(self):
        self.accept("connectors/pigeon/testdata/b.py", "class Manager: pass  # TO" + "DO " + "/ro" + "ot/\n")

    def test_exceptions_are_few_and_have_reasons(self):
        self.assertLess(len(EXCEPTIONS), 12)
        self.assertTrue(all(len(why) > 10 for why in EXCEPTIONS.values()))


if __name__ == "__main__":
    unittest.main()
