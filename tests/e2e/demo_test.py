#!/usr/bin/python3
"""`inboxd demo` as a newcomer meets it: reads what it prints, pastes its lines into a shell, and waits for what it promises."""
import json
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import patience  # noqa: E402
from support.chat import Visitor  # noqa: E402

INBOXD = os.environ.get("INBOXD", str(Path(__file__).resolve().parents[2] / "build-dev" / "inboxd"))
PATIENCE_SECONDS = patience(30)


class Demo:
    """The process, in a folder for temporary files of its own, and the lines of its stdout as they come."""

    def __init__(self, folder: str, listen: str = "127.0.0.1:0") -> None:
        self.process = subprocess.Popen([INBOXD, "demo", "--listen", listen], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, env={**os.environ, "TMPDIR": folder})
        self.seen: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))

    def await_line(self, pattern: str) -> re.Match[str]:
        """The first line that fits, among those seen before too."""
        for line in self.seen:
            if found := re.search(pattern, line):
                return found
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                line = self._lines.get(timeout=max(0.01, until - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no line fits {pattern!r} among:\n" + "\n".join(self.seen)) from None
            self.seen.append(line)
            if found := re.search(pattern, line):
                return found

    def line_after(self, pattern: str) -> str:
        """The line to paste, below the one that says what it does."""
        self.await_line(pattern)
        self.await_line(r"^← a customer")
        return next(self.seen[i + 1] for i, line in enumerate(self.seen) if re.search(pattern, line))

    def stop(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stdout.close()
        self.process.stderr.close()


class DemoTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def start(self, listen: str = "127.0.0.1:0") -> Demo:
        demo = Demo(self.folder, listen)
        self.addCleanup(demo.close)
        return demo

    def paste(self, line: str) -> str:
        done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=PATIENCE_SECONDS)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def left_over(self) -> list[str]:
        return sorted(path.name for path in Path(self.folder).iterdir())

    def ask(self, demo: Demo, method: str, path: str, body: dict | None = None) -> dict:
        origin, token = (demo.await_line(rf"^ +{word} +(\S+)$")[1] for word in ("Address", "Token"))
        request = urllib.request.Request(origin + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                         headers={"Authorization": "Bearer " + token, "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return json.loads(answer.read() or "{}")

    def messages(self, demo: Demo, conversation: str) -> list[dict]:
        return self.ask(demo, "GET", f"/v1/conversations/{conversation}/messages")["items"]

    def test_the_printed_lines_answer_a_customer_who_says_thanks(self) -> None:
        demo = self.start()
        answer = demo.line_after(r"^2\. Answer Giulia")
        demo.await_line(r"^← Giulia Ferri \(support\): Ciao")
        message = json.loads(self.paste(answer))
        self.assertEqual(message["delivery"]["state"], "queued")
        received = demo.await_line(r'^→ Giulia Ferri \(support\) received: "(.*)"$')
        self.assertEqual(received[1], message["text"])
        demo.await_line(r"^← Giulia Ferri \(support\) has read it$")
        demo.await_line(r"^← Giulia Ferri \(support\): .*Grazie")
        told = self.ask(demo, "GET", "/v1/messages/" + message["id"])
        self.assertEqual(told["delivery"]["state"], "read")
        self.assertEqual(demo.stop(signal.SIGTERM), 0, demo.process.stderr.read())
        self.assertEqual(self.left_over(), [])
        self.assertEqual(demo.process.stderr.read(), "")

    def test_several_customers_write_within_seconds_and_the_list_shows_them(self) -> None:
        demo = self.start()
        listing = demo.line_after(r"^1\. List")
        for name in ("Tom Baker", "Marta Conti", "Priya Shah"):
            demo.await_line(rf"^← {name} .*: ")
        conversations = json.loads(self.paste(listing))["items"]
        self.assertEqual({conversation["inbox"] for conversation in conversations}, {"support", "shop", "chat"})
        self.assertGreaterEqual(len(conversations), 4)
        marta = next(item["id"] for item in conversations if item["inbox"] == "shop"
                     and self.messages(demo, item["id"])[0]["kind"] == "image")
        demo.await_line(r"^← Marta Conti \(shop\) reacts: 😢$")
        photo = self.messages(demo, marta)[0]
        self.assertEqual([reaction["emoji"] for reaction in photo["reactions"]], ["😢"])
        self.assertEqual(photo["attachments"][0]["state"], "ready")
        with_config = demo.await_line(r"^Other commands work too: (.* status .*)$")[1]
        self.assertIn("stream_clients", self.paste(with_config))

    def test_a_customer_sees_edits_reactions_and_deletions_and_strangers_can_be_written_to(self) -> None:
        demo = self.start()
        demo.await_line(r"^← Giulia Ferri \(support\): Ciao")
        started = self.ask(demo, "POST", "/v1/conversations", {"inbox": "chat", "to": "zoe", "text": "Hello Zoe"})
        demo.await_line(r'^→ zoe \(chat\) received: "Hello Zoe"$')
        demo.await_line(r"^← zoe \(chat\): Hello!")
        messages = self.messages(demo, started["id"])
        ours, theirs = messages[0]["id"], messages[1]["id"]
        self.ask(demo, "PATCH", "/v1/messages/" + ours, {"text": "Hello, dear Zoe"})
        demo.await_line(r'^→ zoe \(chat\) sees the message changed to: "Hello, dear Zoe"$')
        self.ask(demo, "PUT", f"/v1/messages/{theirs}/reaction", {"emoji": "👍"})
        demo.await_line(r"^→ zoe \(chat\) sees your reaction: 👍$")
        self.ask(demo, "DELETE", "/v1/messages/" + ours)
        demo.await_line(r"^→ zoe \(chat\) sees the message gone$")

    def test_a_newcomer_chats_on_the_demos_own_page(self) -> None:
        demo = self.start()
        page = demo.await_line(r"^ +Chat +(http\S+/demo/website)$")[1]
        with urllib.request.urlopen(page, timeout=PATIENCE_SECONDS) as answer:
            self.assertIn('src="/chat/website/widget.js"', answer.read().decode())
        visitor = Visitor(urllib.parse.urlsplit(page).port, origin=page.removesuffix("/demo/website")).open()
        said = visitor.post("Is the lemon tree hardy?")
        self.ask(demo, "POST", f"/v1/conversations/{said['conversation']}/messages", {"text": "Down to -3 degrees."})
        self.assertEqual(visitor.events(after=1, wait=10)["items"][0]["message"]["text"], "Down to -3 degrees.")

    def test_ctrl_c_at_any_time_ends_it_and_leaves_nothing(self) -> None:
        for moment in (r"inboxd demo", r"^← Tom Baker"):
            demo = self.start()
            demo.await_line(moment)
            self.assertEqual(demo.stop(signal.SIGINT), 0)
            self.assertEqual(self.left_over(), [])

    def test_a_closed_terminal_ends_it(self) -> None:
        demo = self.start()
        demo.await_line(r"^← Giulia")
        self.assertEqual(demo.stop(signal.SIGHUP), 0)
        self.assertEqual(self.left_over(), [])

    def test_it_ends_when_nobody_reads_its_output(self) -> None:
        done = subprocess.run(["sh", "-c", f"'{INBOXD}' demo --listen 127.0.0.1:0 | head -n 3"], capture_output=True, text=True,
                              timeout=PATIENCE_SECONDS, env={**os.environ, "TMPDIR": self.folder})
        self.assertIn("inboxd demo", done.stdout)
        self.assertEqual(self.left_over(), [])

    def test_a_taken_address_is_refused_with_what_to_type(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            demo = self.start(f"127.0.0.1:{taken.getsockname()[1]}")
            self.assertEqual(demo.process.wait(PATIENCE_SECONDS), 69)
            self.assertRegex(demo.process.stderr.read(), r"in use.*--listen")
        self.assertEqual(self.left_over(), [])

    def test_an_address_that_is_none_is_a_mistake_of_the_command_line(self) -> None:
        demo = self.start("here")
        self.assertEqual(demo.process.wait(PATIENCE_SECONDS), 64)
        self.assertIn("--listen here", demo.process.stderr.read())


if __name__ == "__main__":
    unittest.main()
