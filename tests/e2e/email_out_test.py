#!/usr/bin/python3
"""Mails that go out, through a real Postfix into real mailboxes: what a customer gets, what a server refuses, what bounces."""

import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.daemon import Daemon  # noqa: E402
from support.mail_peer import MailPeer, why_not  # noqa: E402


@unittest.skipIf(why_not(), why_not())
class EmailOut(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.peer = MailPeer().__enter__()
        cls.daemon = Daemon([cls.peer.inbox(sender_name="Supporto Età", signature="Il team")])
        cls.admin_id, cls.admin = cls.daemon.add_user("admin", "admin")
        cls.daemon.start()

    @classmethod
    def tearDownClass(cls):
        try:
            if cls.daemon.stop() != 0:
                raise AssertionError(cls.daemon.log_end())
        finally:
            cls.daemon.remove()
            cls.peer.__exit__()

    def start_conversation(self, to, text, **more):
        return self.admin.post("/v1/conversations", {"inbox": "support", "to": to, "text": text, **more}, 201)

    def state(self, started):
        return self.admin.delivery(self.admin.messages(started["id"])[0]["id"])["state"]

    def wait_for_state(self, started, wanted):
        self.peer.wait_for(lambda: self.state(started) == wanted, f"the message to be {wanted}", 30)

    def test_a_conversation_begun_by_an_agent_arrives_as_one_clean_mail(self):
        started = self.start_conversation("Alice <alice@example.test>", "Buongiorno perché no")
        mail = self.peer.wait_for_mail("alice", lambda m: "perché no" in m.get_body(("plain",)).get_content())
        self.assertEqual(mail["From"].addresses[0].addr_spec, "support@example.test")
        self.assertEqual(mail["From"].addresses[0].display_name, "Supporto Età")
        self.assertEqual(mail["To"].addresses[0].addr_spec, "alice@example.test")
        self.assertRegex(mail["Message-ID"], r"^<[a-z0-9._-]+\.[0-9a-f]{16}@example\.test>$")
        self.assertRegex(mail["Return-Path"], r"^<support\+b[^@]+\.[0-9a-f]{16}@example\.test>$")
        self.assertIn("-- \nIl team", mail.get_body(("plain",)).get_content().replace("\r\n", "\n"))
        self.assertIn("perché no", mail.get_body(("html",)).get_content())
        self.assertNotIn("Auto-Submitted", mail)
        self.wait_for_state(started, "sent")

    def test_a_mail_to_nobody_comes_back_to_the_address_that_names_it(self):
        started = self.start_conversation("nobody@example.test", "Qualcuno c'è?")
        self.wait_for_state(started, "sent")  # Postfix took it; that nobody is there is found out behind it
        report = self.peer.wait_for_mail("support", lambda m: m.get_content_type() == "multipart/report")
        returned = next(part for part in report.walk() if part.get_content_type() in
                        ("text/rfc822-headers", "message/rfc822"))
        self.assertRegex(report["To"].addresses[0].addr_spec, r"^support\+b[^@]+\.[0-9a-f]{16}@example\.test$")
        self.assertRegex(returned.as_string(), r"(?i)message-id: <[^>]+\.[0-9a-f]{16}@example\.test>")
        envelope_id = re.search(r"Original-Envelope-Id: (\S+)", report.as_string())
        self.assertTrue(report["To"].addresses[0].addr_spec.startswith("support+" + envelope_id.group(1)))

    def test_what_is_no_address_is_refused_at_once(self):
        answer = self.admin.call("POST", "/v1/conversations", {"inbox": "support", "to": "alice", "text": "x"})
        self.assertEqual(answer.status, 400)

    def test_a_wrong_password_rests_the_inbox_and_says_so(self):
        daemon = Daemon([self.peer.inbox(password="not-the-password-of-it")])
        try:
            _, admin = daemon.add_user("admin", "admin")
            daemon.start()
            admin.post("/v1/conversations", {"inbox": "support", "to": "alice@example.test", "text": "x"}, 201)
            self.peer.wait_for(lambda: admin.get("/v1/inboxes")["items"][0]["health"]["state"] != "healthy",
                               "the inbox to say so", 30)
            self.assertEqual(daemon.stop(), 0)
        finally:
            daemon.remove()


@unittest.skipIf(why_not(), why_not())
class NoLoginThatFits(unittest.TestCase):
    def test_a_server_with_other_logins_rests_the_inbox_and_its_health_says_which(self):
        with MailPeer(dovecot="auth_mechanisms = cram-md5\n") as peer:
            daemon = Daemon([peer.inbox()])
            try:
                _, admin = daemon.add_user("admin", "admin")
                daemon.start()
                started = admin.post("/v1/conversations", {"inbox": "support", "to": "alice@example.test", "text": "x"}, 201)

                def health():
                    found = admin.get("/v1/inboxes")["items"][0]["health"]
                    return found if found["code"] == "no_login_method" else None
                said = peer.wait_for(health, "the inbox to say so", 30)
                self.assertEqual(said["state"], "unhealthy")
                self.assertIn("it offers CRAM-MD5. Set oauth2 instead", said["detail"])
                message = admin.messages(started["id"])[0]["id"]
                peer.wait_for(lambda: admin.delivery(message)["state"] == "queued", "the message to wait for a person")
                done = daemon.run("doctor", timeout=60)
                self.assertIn("no_login_method", done.stdout)
            finally:
                code = daemon.stop()
                daemon.remove()
            self.assertEqual(code, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
