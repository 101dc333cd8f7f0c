#!/usr/bin/python3
"""`inboxd doctor`: with and without a running daemon, what it finds well, and each thing that it has to find."""

import datetime
import json
import os
import ssl
import subprocess
import sys
import threading
import unittest
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.daemon import Daemon, free_port  # noqa: E402
from support.desk import DeskCase, main  # noqa: E402
from support.loopback_double import LoopbackDouble  # noqa: E402

OK, UNAVAILABLE, IO_ERROR, CONFIG = 0, 69, 74, 78


def examine(daemon):
    """(exit code, what -> [(verdict, detail)])"""
    done = daemon.run("doctor", "--json")
    body = json.loads(done.stdout)
    if body["exit"] != done.returncode:
        raise AssertionError(done.stdout)
    findings = {}
    for finding in body["findings"]:
        findings.setdefault(finding["what"], []).append((finding["verdict"], finding["detail"]))
    return done.returncode, findings


class WithADaemon(DeskCase):
    def test_a_desk_that_works_fails_nothing(self):
        code, findings = examine(self.daemon)
        self.assertEqual(code, OK, findings)
        self.assertEqual([f for found in findings.values() for f in found if f[0] == "failed"], [])
        for what in ("config", "credentials", "directory", "disk", "fsync", "daemon", "store", "write-ahead log",
                     f"host {self.desk.telegram.base}", "inbox telegram", "inbox whatsapp", "inbox shop", "clock"):
            self.assertIn(what, findings)
        for what in ("daemon", "store", "inbox telegram", "inbox whatsapp", f"host {self.desk.telegram.base}"):
            self.assertEqual(findings[what][0][0], "ok", findings[what])
        self.assertIn("leads here", findings["public_url"][0][1])
        self.assertIn("move it into a credential", findings["master key"][0][1])

    def test_each_finding_is_one_line(self):
        done = self.daemon.run("doctor")
        self.assertEqual(done.returncode, OK, done.stdout)
        for line in done.stdout.splitlines():
            self.assertRegex(line, r"^(ok|warning|failed) +[^:]+.*: .+")

    def test_what_waits_for_a_person_is_counted(self):
        live = self.stream()
        self.desk.loopback_says("ugo", "forse")
        conversation = live.event("message.created", text="forse")["conversation"]
        self.desk.loopback.faults.append("cut_after")
        message = self.admin.reply(conversation, "chissà")["id"]
        live.delivery(message, "uncertain")
        _, findings = examine(self.daemon)
        self.assertEqual(findings["outbox uncertain"][0][0], "warning")
        self.assertTrue(findings["outbox uncertain"][0][1].startswith("1;"))

    def test_secrets_that_only_the_daemon_can_read_are_no_failure(self):
        inboxes = [dict(inbox) for inbox in self.daemon.inboxes]
        self.addCleanup(self.daemon.write_config)
        self.addCleanup(self.daemon.inboxes.__setitem__, slice(None), inboxes)
        self.daemon.inboxes[0]["secret"] = {"env": "INBOXD_NO_SUCH_SECRET"}
        self.daemon.write_config()
        code, findings = examine(self.daemon)
        self.assertEqual(code, OK, findings)
        self.assertIn("INBOXD_NO_SUCH_SECRET", findings["credentials"][0][1])
        self.assertIn("says the daemon", findings["inbox shop"][0][1])


class OddHandler(BaseHTTPRequestHandler):
    """Answers everything, an hour late."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.send_response_only(200)
        late = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
        self.send_header("Date", format_datetime(late, usegmt=True))
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")


class WithoutADaemon(unittest.TestCase):
    def setUp(self):
        self.double = LoopbackDouble()
        self.double.__enter__()
        self.addCleanup(self.double.__exit__)
        self.daemon = Daemon([{"name": "shop", "connector": "loopback", "secret": self.double.secret,
                               "api_base": self.double.base}])
        self.addCleanup(self.daemon.remove)

    def change(self, **settings):
        self.daemon.inboxes[0].update(settings)
        self.daemon.write_config()

    def odd_server(self, context=None):
        server = ThreadingHTTPServer(("127.0.0.1", 0), OddHandler)
        server.handle_error = lambda *_: None
        server.daemon_threads = True
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server.server_address[1]

    def host(self, findings):
        return next(found for what, found in findings.items() if what.startswith("host "))[0]

    def test_before_the_first_start_it_makes_no_store(self):
        code, findings = examine(self.daemon)
        self.assertEqual(code, OK, findings)
        self.assertEqual(findings["store"][0][0], "warning")
        self.assertFalse(self.daemon.data.exists())

    def test_a_store_without_a_daemon_is_opened(self):
        self.daemon.tell("user", "add", "a@example.test", "--role", "admin")
        code, findings = examine(self.daemon)
        self.assertEqual(code, OK, findings)
        self.assertEqual(findings["store"][0][0], "ok")
        self.assertEqual(findings["daemon"][0][0], "warning")

    def test_a_host_that_nobody_listens_on_or_nobody_knows_is_unavailable(self):
        self.change(api_base=f"http://127.0.0.1:{free_port()}")
        code, findings = examine(self.daemon)
        self.assertEqual(code, UNAVAILABLE, findings)
        self.assertIn("no connection", self.host(findings)[1])
        self.change(api_base="http://nobody.invalid:1")
        code, findings = examine(self.daemon)
        self.assertEqual(code, UNAVAILABLE, findings)
        self.assertIn("does not resolve", self.host(findings)[1])

    def test_a_certificate_that_nobody_vouches_for_is_named(self):
        files = [str(self.daemon.folder / name) for name in ("key.pem", "certificate.pem")]
        made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
                               "-days", "2", "-keyout", files[0], "-out", files[1]], capture_output=True)
        self.assertEqual(made.returncode, 0, made.stderr)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files[1], files[0])
        self.change(api_base=f"https://127.0.0.1:{self.odd_server(context)}")
        code, findings = examine(self.daemon)
        self.assertEqual(code, UNAVAILABLE, findings)
        self.assertIn("TLS fails", self.host(findings)[1])

    def test_a_clock_that_differs_is_a_warning(self):
        self.change(api_base=f"http://127.0.0.1:{self.odd_server()}")
        _, findings = examine(self.daemon)
        self.assertEqual(findings["clock"][0][0], "warning")
        self.assertIn("synchronised", findings["clock"][0][1])

    def test_a_token_that_the_provider_refuses_is_unavailable(self):
        self.change(secret="another-secret")
        code, findings = examine(self.daemon)
        self.assertEqual(code, UNAVAILABLE, findings)
        self.assertEqual(findings["inbox shop"][0][0], "failed")

    def test_another_server_behind_public_url_is_a_warning(self):
        self.daemon.server["public_url"] = f"http://127.0.0.1:{self.odd_server()}"
        self.daemon.write_config()
        self.daemon.start()
        _, findings = examine(self.daemon)
        self.assertEqual(self.daemon.stop(), OK)
        self.assertIn("is not this daemon", findings["public_url"][0][1])

    def test_a_broken_config_or_a_missing_secret_is_78(self):
        self.change(secret={"env": "INBOXD_NO_SUCH_SECRET"})
        code, findings = examine(self.daemon)
        self.assertEqual(code, CONFIG)
        self.assertEqual(findings["credentials"][0][0], "failed")
        self.daemon.config.write_text("[server\n")
        code, findings = examine(self.daemon)
        self.assertEqual((code, list(findings)), (CONFIG, ["config"]))

    def test_a_directory_open_to_others_and_a_damaged_store_are_found(self):
        self.daemon.tell("status")
        os.chmod(self.daemon.data, 0o755)
        (self.daemon.data / "inboxd.db").write_bytes(b"no database " * 1000)
        code, findings = examine(self.daemon)
        self.assertEqual(code, IO_ERROR, findings)
        self.assertIn("chmod 0700", findings["directory"][0][1])
        self.assertEqual(findings["store"][0][0], "failed")


if __name__ == "__main__":
    main()
