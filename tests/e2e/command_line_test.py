#!/usr/bin/python3
"""The operator's command line, with and without a running daemon: what it prints, and its exit codes (sysexits)."""

import http.server
import json
import os
import socketserver
import subprocess
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import patience  # noqa: E402
from support.daemon import EXECUTABLE, Daemon  # noqa: E402
from support.desk import DeskCase, main  # noqa: E402

USAGE, TRY_AGAIN, NOT_PERMITTED, CONFIG = 64, 75, 77, 78


class WithADaemon(DeskCase):
    def setUp(self):
        super().setUp()
        self.n = self.desk.number()
        self.live = self.stream()

    def says(self, text):
        self.desk.loopback_says(f"elio{self.n}", text)
        return self.live.event("message.created", text=text)["conversation"]

    def outbox(self, *arguments):
        return [line.split("\t") for line in self.daemon.tell("outbox", "list", *arguments).splitlines()]

    def row_of(self, message):
        return next(row for row in self.outbox() if message in row)

    def test_a_user_s_id_stands_alone_and_an_address_that_exists_is_refused(self):
        address = f"eva{self.n}@example.test"
        agent = self.daemon.tell("user", "add", address, "--role", "lead", "--inbox", "shop", "telegram")
        self.assertRegex(agent, r"^ag_[1-9][0-9]*$")
        again = self.daemon.run("user", "add", address, "--role", "admin")
        self.assertEqual((again.returncode, again.stdout), (USAGE, ""))
        self.assertIn(address, again.stderr)
        self.assertEqual(self.daemon.run("user", "add", f"x{self.n}@example.test", "--role", "agent", "--inbox",
                                         "nowhere").returncode, USAGE)

    def test_tokens_are_valid_at_once_and_earlier_ones_stay(self):
        address = f"token{self.n}@example.test"
        self.daemon.tell("user", "add", address, "--role", "manager")
        tokens = [self.daemon.tell("token", "create", address) for _ in range(2)]
        self.assertNotEqual(*tokens)
        for token in tokens:
            self.assertNotIn(" ", token)
            self.follow(self.daemon.stream(token))
        self.assertEqual(self.daemon.run("token", "create", "nobody@example.test").returncode, USAGE)

    def test_status_tells_how_the_daemon_is(self):
        status = json.loads(self.daemon.tell("status"))
        self.assertIn("outbox", status)
        self.assertEqual([i["name"] for i in status["inboxes"]], ["shop", "telegram", "whatsapp", "whatsapp-two"])

    def test_the_outbox_is_listed_and_an_uncertain_reply_sent_again_only_on_purpose(self):
        conversation = self.says(f"lista {self.n}")
        self.desk.loopback.faults.append("cut_after")
        message = self.admin.reply(conversation, f"forse {self.n}")["id"]
        self.live.delivery(message, "uncertain")
        row = self.row_of(message)
        self.assertIn("uncertain", row)
        self.assertNotIn(row[0], [r[0] for r in self.outbox("--state", "failed")])
        refused = self.daemon.run("outbox", "retry", row[0])
        self.assertEqual(refused.returncode, USAGE)
        self.assertIn("accept", refused.stderr)
        self.daemon.tell("outbox", "retry", row[0], "--accept-duplicate")
        self.live.delivery(message, "sent")
        self.assertEqual(self.desk.loopback.texts_to(f"elio{self.n}"), [f"forse {self.n}"] * 2)

    def test_a_queued_reply_can_be_cancelled(self):
        conversation = self.says(f"annulla {self.n}")
        self.desk.loopback.faults.append(503)
        message = self.admin.reply(conversation, f"ripensato {self.n}")["id"]
        self.live.expect(lambda f: f.get("event") == "message.delivery" and f["data"]["message"] == message and
                         f["data"]["delivery"]["attempt"] == 2)
        row = self.row_of(message)
        self.daemon.tell("outbox", "cancel", row[0])
        self.live.delivery(message, "failed")
        self.assertEqual(self.admin.delivery(message)["reason"]["code"], "cancelled")
        self.assertEqual(self.daemon.run("outbox", "cancel", row[0]).returncode, USAGE)
        later = self.admin.reply(conversation, f"resta {self.n}")["id"]
        self.live.delivery(later, "sent")
        self.assertEqual(self.desk.loopback.texts_to(f"elio{self.n}"), [f"resta {self.n}"])

    def test_tail_follows_and_resumes(self):
        cursor = self.admin.get("/v1/events?wait=0")["cursor"]
        process = subprocess.Popen([EXECUTABLE, "tail", "--since", cursor, "--config", str(self.daemon.config)],
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        self.says(f"coda {self.n}")
        seen = []
        while not any(e["event"] == "message.created" for e in seen):
            seen.append(json.loads(process.stdout.readline()))
        self.assertEqual([e["previous"] for e in seen], [cursor] + [e["cursor"] for e in seen][:-1])
        self.assertEqual(seen[-1]["data"]["text"], f"coda {self.n}")
        self.assertEqual(self.daemon.run("tail", "--since", "other:5").returncode, USAGE)

    def test_a_second_daemon_on_the_same_folder_is_told_to_try_again(self):
        second = self.daemon.run("serve")
        self.assertEqual(second.returncode, TRY_AGAIN)
        self.assertTrue(second.stderr.strip())
        self.admin.get("/v1/me")

    def test_only_the_owner_may_talk_to_the_daemon_and_learns_what_to_type(self):
        done = run_as_nobody(self.daemon, "status")
        self.assertEqual(done.returncode, NOT_PERMITTED, done.stderr)
        self.assertIn("sudo -u", done.stderr)


class WithoutADaemon(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon([{"name": "shop", "connector": "loopback", "secret": "s"}])
        self.addCleanup(self.daemon.remove)

    def test_an_empty_folder_is_enough_to_start(self):
        self.assertFalse(self.daemon.data.exists())
        self.daemon.start()
        self.assertEqual(self.daemon.data.stat().st_mode & 0o777, 0o700)
        self.assertEqual(self.daemon.stop(), 0)

    def test_the_operator_s_commands_open_the_store_themselves(self):
        self.assertEqual(self.daemon.tell("user", "add", "a@example.test", "--role", "admin"), "ag_1")
        self.assertTrue(self.daemon.tell("token", "create", "a@example.test"))
        self.assertEqual(self.daemon.tell("outbox", "list"), "")
        self.assertIn("outbox", json.loads(self.daemon.tell("status")))
        cursor = json.loads(self.daemon.tell("status"))["cursor"]
        first = cursor.partition(":")[0] + ":0"
        lines = [json.loads(line) for line in self.daemon.tell("tail", "--since", first).splitlines()]
        self.assertEqual(lines[-1]["cursor"], cursor)
        self.assertEqual(self.daemon.tell("tail", "--since", cursor), "")

    def test_a_stranger_may_not_open_the_store(self):
        self.daemon.tell("status")
        done = run_as_nobody(self.daemon, "status")
        self.assertEqual(done.returncode, NOT_PERMITTED, done.stderr)
        self.assertIn("sudo -u", done.stderr)

    def test_an_import_whose_daemon_was_started_again_is_told_to_try_again(self):
        """A daemon like that knows nothing of the import that it is asked about."""
        self.daemon.data.mkdir()
        answers = [(200, {"state": "reading", "stored": 1, "expected": 9, "note": ""}),
                   (404, {"detail": "no import was begun since the daemon was started"})]

        class Restarted(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"] or 0))
                self.do_GET()

            def do_GET(self):
                status, fields = answers.pop(0)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(fields).encode())

            def log_request(self, *_):
                pass

        with socketserver.UnixStreamServer(str(self.daemon.data / "admin.sock"), Restarted) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            done = self.daemon.run("import", "imap", "--inbox", "support")
            server.shutdown()
        self.assertEqual(done.returncode, TRY_AGAIN, done.stderr)
        self.assertIn("start the import again, it goes on where it was", done.stderr)

    def test_wrong_usage_is_64(self):
        for arguments in ((), ("dance",), ("user", "add"), ("user", "add", "a@b.test", "--role", "king"),
                          ("outbox", "retry"), ("serve", "--fast")):
            self.assertEqual(self.daemon.run(*arguments, config=False).returncode, USAGE, arguments)
        self.assertEqual(self.daemon.run("--help", config=False).returncode, 0)

    def test_check_takes_a_good_config_and_names_the_line_of_every_mistake(self):
        self.assertEqual(self.daemon.run("check").returncode, 0)
        lines = self.daemon.config.read_text().splitlines()
        lines += ["[[inbox]]", 'name = "Bad Name"', 'connector = "pigeon"', "[server2]", "x = 1"]
        self.daemon.config.write_text("\n".join(lines) + "\n")
        done = self.daemon.run("check")
        self.assertEqual(done.returncode, CONFIG)
        name = str(self.daemon.config)
        for number, line in enumerate(lines, 1):
            if line in ('name = "Bad Name"', 'connector = "pigeon"', "[server2]"):
                self.assertIn(f"{name}:{number}: ", done.stderr, done.stderr)
        self.assertEqual(self.daemon.run("serve").returncode, CONFIG)

    def test_a_config_that_is_missing_or_no_toml_is_78(self):
        self.daemon.config.write_text("[server\nlisten = 1\n")
        done = self.daemon.run("check")
        self.assertEqual(done.returncode, CONFIG)
        self.assertIn(f"{self.daemon.config}:", done.stderr)
        self.daemon.config.unlink()
        self.assertEqual(self.daemon.run("status").returncode, CONFIG)

    def test_a_missing_secret_is_named(self):
        self.daemon.inboxes[0]["secret"] = {"env": "INBOXD_NO_SUCH_SECRET"}
        self.daemon.write_config()
        done = self.daemon.run("check")
        self.assertEqual(done.returncode, CONFIG)
        self.assertIn("INBOXD_NO_SUCH_SECRET", done.stderr)


def run_as_nobody(daemon, *arguments):
    """Another user of the machine, who may read the config."""
    if os.geteuid() != 0:
        raise unittest.SkipTest("only root can become another user")
    os.chmod(daemon.folder, 0o755)
    if subprocess.run(["setpriv", "--reuid=65534", "--clear-groups", "test", "-x", EXECUTABLE]).returncode != 0:
        raise unittest.SkipTest("the executable is not reachable for others")
    return daemon.run(*arguments, prefix=("setpriv", "--reuid=65534", "--clear-groups"), timeout=patience(30))


if __name__ == "__main__":
    main()
