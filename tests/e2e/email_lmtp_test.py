#!/usr/bin/python3
"""Mail that real Postfix hands over by LMTP: acknowledged after the commit, kept by Postfix until then, never lost and never
twice, whatever becomes of the daemon meanwhile."""

import contextlib
import http.client
import os
import random
import shutil
import signal
import smtplib
import sqlite3
import sys
import time
import unittest
from email import policy
from email.message import EmailMessage
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import patience  # noqa: E402
from support.daemon import Daemon, free_port  # noqa: E402
from support.desk import main  # noqa: E402
from support.mail_peer import MailPeer, why_not  # noqa: E402

KILLS = 8
KILL_WITHIN_SECONDS = 0.03


def mail(subject, text, to="support@desk.test", sender="alice@example.test", **headers):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Message-ID"] = f"<{time.monotonic_ns()}@alice.example.test>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def mailbox(peer, name="support", **more):
    """The [[inbox]] table of a mailbox that is never read."""
    table = {**peer.inbox(name), "address": f"{name}@desk.test", "username": "support@example.test", "receive": "lmtp", **more}
    return {key: value for key, value in table.items() if key != "imap_url"}


class HandedOver(unittest.TestCase):
    """A daemon with its Postfix; those who derive say where they meet."""

    @classmethod
    def meet(cls, peer, lmtp, *inboxes):
        cls.peer, cls.lmtp = peer, lmtp
        cls.daemon = Daemon([mailbox(peer), *inboxes], server={"lmtp": lmtp})
        _, cls.admin = cls.daemon.add_user("admin", "admin")
        cls.daemon.start()

    @classmethod
    def tearDownClass(cls):
        try:
            if cls.daemon.stop() != 0:
                raise AssertionError(cls.daemon.log_end())
        finally:
            cls.daemon.remove()
            cls.peer.__exit__()

    def deliver(self, message, to="support@desk.test"):
        self.peer.deliver(message.as_bytes(), "alice@example.test", to)

    def stored(self, text):
        """Every message with this text."""
        return [m for c in self.admin.conversations() for m in self.admin.messages(c["id"])
                if m["direction"] == "in" and m["text"].strip() == text]

    def arrived(self, text):
        """The one message with this text; Postfix tries what it put off again every second."""
        flushed = time.monotonic()

        def there():
            nonlocal flushed
            if time.monotonic() - flushed > 1:
                self.peer.flush()
                flushed = time.monotonic()
            return self.stored(text)

        found = self.peer.wait_for(there, text, 40)
        self.assertEqual(len(found), 1)
        return found[0]


@unittest.skipIf(why_not(), why_not())
class EmailLmtp(HandedOver):
    @classmethod
    def setUpClass(cls):
        cls.port = free_port()
        peer = MailPeer(handover=f"inet:127.0.0.1:{cls.port}").__enter__()
        cls.meet(peer, f"127.0.0.1:{cls.port}", peer.inbox("bob", "bob", **{"import": "all"}),
                 mailbox(peer, "resting", enabled=False))

    def test_an_inbox_that_reads_no_mailbox_has_no_history_there(self):
        done = self.daemon.run("import", "imap", "--inbox", "support", timeout=30)
        self.assertEqual(done.returncode, 64, done.stderr)
        self.assertIn("import mbox", done.stderr)

    def client(self):
        return smtplib.LMTP("127.0.0.1", self.port, timeout=patience(20))

    def queue_is_empty(self):
        return "is empty" in self.peer.queue()

    def test_a_mail_is_a_conversation_and_an_answer_to_the_signed_address_alone_lands_in_it(self):
        self.deliver(mail("Broken lamp", "The lamp is broken."))
        first = self.arrived("The lamp is broken.")
        self.assertEqual(first["content"]["placed_by"], "new")
        self.assertEqual(self.admin.get(f"/v1/conversations/{first['conversation']}")["subject"], "Broken lamp")
        raw = self.admin.call("GET", f"/v1/messages/{first['id']}/raw").raw
        self.assertTrue(raw.startswith(b"Return-Path: <alice@example.test>\r\n"), raw[:80])
        self.admin.reply(first["conversation"], "Which lamp is it?")
        received = self.peer.wait_for_mail("alice", lambda m: "Which lamp" in m.get_body(("plain",)).get_content())
        # As a blind copy: no header names our address, nothing refers to ours.
        self.deliver(mail("Hello", "The red one.", to="undisclosed-recipients:;"), received["Reply-To"].addresses[0].addr_spec)
        second = self.arrived("The red one.")
        self.assertEqual(second["conversation"], first["conversation"])
        self.assertEqual(second["content"]["placed_by"], "signature")

    def test_an_unknown_recipient_bounces_to_its_sender(self):
        self.deliver(mail("Ghost", "Is there a ghost?", to="ghost@desk.test"), "ghost@desk.test")
        bounce = self.peer.wait_for_mail("alice", lambda m: m.get_content_type() == "multipart/report" and
                                         "ghost@desk.test" in m.as_string())
        self.assertIn("5.1.1", bounce.as_string())
        self.assertEqual(self.stored("Is there a ghost?"), [])

    def test_a_bounce_comes_back_by_lmtp_and_fails_the_message_that_it_names(self):
        started = self.admin.post("/v1/conversations", {"inbox": "support", "to": "nobody@example.test",
                                                        "text": "Is anybody there?"}, 201)
        sent = self.admin.messages(started["id"])[0]["id"]
        failed = self.peer.wait_for(lambda: self.admin.delivery(sent)["state"] == "failed" and self.admin.delivery(sent),
                                    "the bounce")
        self.assertRegex(failed["reason"]["code"], r"^5\.1\.")

    def test_postfix_keeps_a_mail_while_the_daemon_is_away_and_it_arrives_once(self):
        self.assertEqual(self.daemon.stop(), 0)
        self.deliver(mail("Away", "You were away."))
        self.peer.wait_for(lambda: "(" in self.peer.queue(), "the mail to be put off")
        self.daemon.start()
        self.arrived("You were away.")
        self.peer.wait_for(self.queue_is_empty, "the queue to be empty")
        self.assertEqual(len(self.stored("You were away.")), 1)

    def test_a_store_that_cannot_take_it_gives_451_and_takes_it_once_later(self):
        with contextlib.closing(sqlite3.connect(self.daemon.data / "inboxd.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            self.deliver(mail("Locked", "The store was locked."))
            self.peer.wait_for(lambda: "451 4.3.0" in self.peer.queue(), "451", 40)
            other.execute("ROLLBACK")
        self.arrived("The store was locked.")
        self.peer.wait_for(self.queue_is_empty, "the queue to be empty")
        self.assertEqual(len(self.stored("The store was locked.")), 1)

    def test_a_kill_between_the_mail_and_its_answer_loses_nothing_and_repeats_nothing(self):
        chance = random.Random(int(os.environ.get("INBOXD_SEED", "7")))
        for number in range(KILLS):
            message = mail("Kill", f"Killed {number}.").as_bytes(policy=policy.SMTP)
            with contextlib.suppress(smtplib.SMTPException, OSError), self.client() as client:
                self.begin(client)
                client.send(message + b".\r\n")
                time.sleep(chance.random() * KILL_WITHIN_SECONDS)  # sleep: the kill's instant is drawn
                self.daemon.kill()
                client.sock.settimeout(1)
                client.getreply()
            self.daemon.start()
            with self.client() as client:
                self.assertEqual(client.sendmail("alice@example.test", ["support@desk.test"], message), {})
            self.assertEqual(len(self.stored(f"Killed {number}.")), 1)

    def begin(self, client, recipient="support@desk.test"):
        client.ehlo_or_helo_if_needed()
        client.mail("alice@example.test")
        client.rcpt(recipient)
        self.assertEqual(client.docmd("DATA")[0], 354)

    def test_one_mail_by_imap_and_by_lmtp_is_one_message(self):
        twice = mail("Both ways", "Came both ways.", to="bob@example.test")
        with self.client() as client:
            self.assertEqual(client.sendmail("alice@example.test", ["bob@example.test"], twice.as_bytes()), {})
        self.deliver(twice, "bob@example.test")
        self.deliver(mail("Then", "Came by IMAP then.", to="bob@example.test"), "bob@example.test")
        self.arrived("Came by IMAP then.")
        self.assertEqual(len(self.stored("Came both ways.")), 1)

    def test_the_mail_of_a_disabled_inbox_stays_with_postfix_until_it_is_enabled(self):
        self.deliver(mail("Rest", "Are you resting?", to="resting@desk.test"), "resting@desk.test")
        self.peer.wait_for(lambda: "450 4.2.1" in self.peer.queue(), "450")
        resting = next(inbox for inbox in self.daemon.inboxes if inbox["name"] == "resting")
        resting["enabled"] = True
        self.daemon.write_config()
        self.daemon.process.send_signal(signal.SIGHUP)
        self.arrived("Are you resting?")

    def test_a_large_mail_comes_whole_and_one_beyond_the_limit_bounces(self):
        file = random.Random(5).randbytes(30 << 20)
        large = mail("Large", "See the file.")
        large.add_attachment(file, maintype="application", subtype="octet-stream", filename="large.bin")
        self.deliver(large)
        received = self.arrived("See the file.")
        url = received["attachments"][0]["url"] if "url" in received["attachments"][0] else \
            self.admin.get(f"/v1/attachments/{received['attachments'][0]['id']}")["url"]
        self.assertEqual(self.admin.download(url).raw, file)
        large = mail("Larger", "See the larger file.")
        large.add_attachment(file + file[:9 << 20], maintype="application", subtype="octet-stream", filename="larger.bin")
        self.deliver(large)
        bounce = self.peer.wait_for_mail("alice", lambda m: m.get_content_type() == "multipart/report" and
                                         "Larger" in m.as_string())
        self.assertIn("5.3.4", bounce.as_string())

    def test_what_is_answered_is_counted(self):
        with self.client() as client:
            self.assertEqual(client.sendmail("alice@example.test", ["support@desk.test", "ghost@desk.test"],
                                             mail("Count", "Counted.").as_bytes()).keys(), {"ghost@desk.test"})
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.metrics_port, timeout=patience(10))
        connection.request("GET", "/metrics")
        metrics = connection.getresponse().read().decode()
        connection.close()
        self.assertIn('inboxd_lmtp_recipients_total{inbox="support",outcome="accepted"}', metrics)
        self.assertIn('inboxd_lmtp_recipients_total{inbox="unknown",outcome="refused"}', metrics)


@unittest.skipIf(why_not(), why_not())
class EmailLmtpOverAUnixSocket(HandedOver):
    @classmethod
    def setUpClass(cls):
        peer = MailPeer()
        # The folder's group becomes the socket's, and no other account comes into it.
        folder = peer.root / "handover"
        folder.mkdir()
        shutil.chown(folder, "root", "postfix")
        folder.chmod(0o2710)
        peer.handover = f"unix:{folder}/lmtp.sock"
        peer.configure()
        cls.meet(peer.__enter__(), f"{folder}/lmtp.sock")

    def test_postfix_connects_as_a_member_of_the_sockets_group_also_after_a_kill(self):
        socket = Path(self.lmtp)
        self.assertEqual(socket.stat().st_mode & 0o777, 0o660)
        self.assertEqual(socket.group(), "postfix")
        self.deliver(mail("Socket", "By a socket."))
        self.arrived("By a socket.")
        self.daemon.kill()
        self.assertTrue(socket.exists(), "what a kill leaves")
        self.daemon.start()
        self.deliver(mail("Socket", "By another socket."))
        self.arrived("By another socket.")


if __name__ == "__main__":
    main()
