#!/usr/bin/python3
"""Greps everything that the suites' daemons wrote for every secret that the tests gave them: logs, metrics, the output of
commands, REST answers, frames and problems, and the files of the store.

usage: redaction.py FOLDER   the folder of INBOXD_RECORD; exit 1 names each file and kind of secret, never the secret
       redaction.py --self-test
"""

import json
import sys
import tempfile
import urllib.parse
from pathlib import Path

SECRET_CHARACTERS_MIN = 8  # shorter ones of tests stand in ordinary words


def spellings(secret):
    """As it stands, in a URL, in JSON, and as bytes in hexadecimal."""
    return {secret, urllib.parse.quote(secret, safe=""), json.dumps(secret)[1:-1], secret.encode().hex()}


def texts_of(file):
    """What the daemon said in it: of recorded frames and calls only its own side."""
    if file.suffix != ".jsonl":
        yield file.read_text(errors="replace")
        return
    for line in file.read_text().splitlines():
        entry = json.loads(line)
        if entry["kind"] == "request" or entry.get("direction") == "client":
            continue
        yield json.dumps(entry.get("body"), ensure_ascii=False)


def check(folder):
    """(findings, files read, secrets looked for)"""
    secrets = {}
    for file in sorted((folder / "said").glob("*.secrets")):
        secrets.update(json.loads(file.read_text()))
    wanted = {spelling: kind for secret, kind in secrets.items() if len(secret) >= SECRET_CHARACTERS_MIN
              for spelling in spellings(secret)}
    findings, files = set(), 0
    for file in sorted([*folder.glob("*.jsonl"), *(folder / "said").iterdir()] if (folder / "said").is_dir() else []):
        if file.suffix == ".secrets":
            continue
        files += 1
        for text in texts_of(file):
            if file.suffix == ".store":
                findings |= {(str(file), line) for line in text.splitlines()}
            findings |= {(str(file), kind) for spelling, kind in wanted.items() if spelling in text}
    return sorted(findings), files, len(secrets)


def self_test():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "said").mkdir()
        (folder / "said" / "a-1.secrets").write_text(json.dumps({"pass/word?1": "email.password", "s": "short"}))
        (folder / "said" / "a-1.log").write_text("nothing to see, secrets and all\n")
        record = folder / "a.jsonl"
        record.write_text(json.dumps({"kind": "frame", "direction": "client", "body": {"token": "pass/word?1"}}) + "\n")
        assert check(folder) == ([], 2, 2), check(folder)
        for file, text in (("said/a-2.log", "GET /bot pass/word?1"), ("said/a-1.metrics", 'x{url="pass%2Fword%3F1"} 1'),
                           ("a.jsonl", json.dumps({"kind": "response", "body": {"detail": "pass/word?1"}})),
                           ("said/a-1.store", "email.password stands in inboxd.db")):
            before = (folder / file).read_text() if (folder / file).exists() else ""
            (folder / file).write_text(text + "\n")
            assert [finding[0] for finding in check(folder)[0]] == [str(folder / file)], file
            (folder / file).write_text(before)
    print("finds secrets in logs, metrics, answers and the store, and only there")


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    findings, files, secrets = check(Path(sys.argv[1]))
    for file, kind in findings:
        print(f"{file}: holds a secret: {kind}")
    print(f"{files} files, {secrets} secrets, {len(findings)} findings")
    if findings or not files or not secrets:
        sys.exit("nothing was recorded" if not files else 1 if findings else "no secret was used")


if __name__ == "__main__":
    main()
