#!/usr/bin/python3
"""A mailbox with OAuth 2.0 whose provider replaces the refresh token at each use, and takes none twice: a real Dovecot
checks the access tokens, the token endpoint is a double."""

import json
import sys
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.daemon import Daemon  # noqa: E402
from support.desk import main  # noqa: E402
from support.mail_peer import MailPeer, why_not  # noqa: E402


class TokenEndpoint:
    """Strict rotation (RFC 9700 4.14): a refresh token is good once."""

    def __init__(self):
        self.lock = threading.Lock()
        self.valid, self.used, self.misused, self.given = "granted-1", [], [], 0
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_POST(self):
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                status, body = endpoint.answer(form)
                raw = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/token"

    def answer(self, form):
        with self.lock:
            token = form["refresh_token"][0]
            if form["grant_type"] != ["refresh_token"] or form["client_id"] != ["client"] or token != self.valid:
                self.misused.append(token)
                return 400, {"error": "invalid_grant"}
            self.used.append(token)
            self.given += 1
            self.valid = f"rotated-{self.given}"
            return 200, {"access_token": MailPeer.access_token(), "token_type": "Bearer", "expires_in": 3600,
                         "refresh_token": self.valid}

    def grant(self, token):
        """A person grants access anew."""
        with self.lock:
            self.valid = token

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@unittest.skipIf(why_not(), why_not())
class EmailGrant(unittest.TestCase):
    def setUp(self):
        self.peer = MailPeer().__enter__()
        self.addCleanup(self.peer.__exit__)
        self.endpoint = TokenEndpoint()
        self.addCleanup(self.endpoint.close)
        self.daemon = Daemon([self.inbox("granted-1")])
        self.addCleanup(self.daemon.remove)
        _, self.admin = self.daemon.add_user("admin", "admin")
        self.daemon.start()
        self.addCleanup(self.daemon.stop)

    def inbox(self, refresh_token):
        inbox = self.peer.inbox(**{"import": "all"})
        del inbox["password"]
        return {**inbox, "oauth2": {"token_url": self.endpoint.url, "client_id": "client", "refresh_token": refresh_token}}

    def health(self):
        return self.admin.get("/v1/inboxes")["items"][0]["health"]

    def wait_for_health(self, state):
        return self.peer.wait_for(lambda: (h := self.health())["state"] == state and h, f"the inbox to be {state}", 30)

    def receive(self, subject):
        self.peer.deliver(f"From: alice@example.test\nTo: support@example.test\nSubject: {subject}\n\nhello\n",
                          "alice@example.test", "support@example.test")
        self.peer.wait_for(lambda: any(c["subject"] == subject for c in self.admin.get("/v1/conversations")["items"]),
                           f"the mail {subject}", 30)

    def test_a_rotated_grant_is_kept_over_a_restart_and_each_token_is_used_once(self):
        self.receive("first")
        started = self.admin.post("/v1/conversations", {"inbox": "support", "to": "alice@example.test", "text": "hi"}, 201)
        message = self.admin.messages(started["id"])[0]["id"]
        self.peer.wait_for(lambda: self.admin.delivery(message)["state"] == "sent", "the reply to be sent", 30)
        before = len(self.endpoint.used)
        self.assertGreaterEqual(before, 2, "one token for reading and checking, one for sending")
        self.daemon.restart()
        self.receive("after a restart")
        self.daemon.kill()
        self.daemon.start()
        self.receive("after a kill")
        self.assertEqual(self.endpoint.misused, [])
        self.assertGreater(len(self.endpoint.used), before)
        self.assertEqual(len(set(self.endpoint.used)), len(self.endpoint.used))
        self.assertEqual(self.health()["state"], "healthy")
        store = b"".join(file.read_bytes() for file in self.daemon.data.glob("inboxd.db*"))
        self.assertNotIn(b"rotated-", store, "sealed")

    def test_a_refused_grant_is_said_and_a_new_one_in_the_config_counts_at_once(self):
        self.receive("first")
        self.endpoint.grant("granted-2")
        self.daemon.restart()
        health = self.wait_for_health("unhealthy")
        self.assertIn("grant access again", health["detail"])
        self.assertIn("oauth2.refresh_token", health["detail"])
        self.daemon.inboxes[:] = [self.inbox("granted-2")]
        self.daemon.write_config()
        self.daemon.restart()
        self.receive("second")
        self.assertIn("granted-2", self.endpoint.used)

    def test_an_import_uses_the_grant_as_it_is_and_keeps_what_it_changed(self):
        self.receive("first")
        done = self.daemon.run("import", "imap", "--inbox", "support", timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.daemon.restart()
        self.receive("after an import")
        self.assertEqual(self.endpoint.misused, [])

    def test_doctor_has_the_daemon_look_with_the_grant_that_it_keeps(self):
        self.receive("first")
        self.wait_for_health("healthy")
        done = self.daemon.run("doctor", "--send", timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("inbox support: healthy, says the daemon", done.stdout)
        for what in ("IMAP login", "folders", "IDLE"):
            self.assertRegex(done.stdout, f"ok +inbox support, {what}: ")
        self.assertRegex(done.stdout, r"ok +inbox support, mail to itself: .*seen in INBOX after")
        self.assertRegex(done.stdout, r"ok +inbox support, mail to a plus address: .*seen in INBOX after")
        self.daemon.restart()
        self.receive("second")
        self.assertEqual(self.endpoint.misused, [])
        self.assertEqual([c["subject"] for c in self.admin.get("/v1/conversations")["items"]], ["second", "first"])

    def test_doctor_spends_no_grant_where_no_daemon_would_keep_what_it_becomes(self):
        self.receive("first")
        self.assertEqual(self.daemon.stop(), 0)
        before = list(self.endpoint.used)
        done = self.daemon.run("doctor", "--send", timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, "warning +inbox support, login: not tried: .*start it")
        self.assertEqual(self.endpoint.used, before)


if __name__ == "__main__":
    main()
