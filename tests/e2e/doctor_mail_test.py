#!/usr/bin/python3
"""`inboxd doctor` on mailboxes of a real Postfix and Dovecot: what it finds well, what it has to find, and that the mail
which it lets an inbox send to itself arrives, changes nothing else, and becomes nothing."""

import json
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.daemon import Daemon, free_port  # noqa: E402
from support.desk import main  # noqa: E402
from support.mail_peer import MailPeer, why_not  # noqa: E402

OK, UNAVAILABLE = 0, 69
NO_IDLE = "protocol imap {\n  imap_capability = IMAP4rev1 LITERAL+ ID UIDPLUS\n}"
MAIL = "inbox support, mail to itself"
PLUS = "inbox support, mail to a plus address"


def examine(daemon, *options):
    """(exit code, what -> [(verdict, detail)])"""
    done = daemon.run("doctor", "--json", *options, timeout=180)
    body = json.loads(done.stdout)
    findings = {}
    for finding in body["findings"]:
        findings.setdefault(finding["what"], []).append((finding["verdict"], finding["detail"]))
    return done.returncode, findings


def host(findings, scheme="imaps"):
    return next(found for what, found in findings.items() if what.startswith(f"host {scheme}://"))[0]


class Mailbox(unittest.TestCase):
    """A peer and a daemon that does not run; its store is made."""

    peer_options = {}

    @classmethod
    def setUpClass(cls):
        cls.peer = MailPeer(**cls.peer_options).__enter__()
        cls.daemon = Daemon([cls.peer.inbox()])
        cls.daemon.start()  # which makes the store, and the key that the mail is signed with
        if cls.daemon.stop() != 0:
            raise AssertionError(cls.daemon.log_end())

    @classmethod
    def tearDownClass(cls):
        try:
            cls.daemon.stop()
        finally:
            cls.daemon.remove()
            cls.peer.__exit__()

    def inbox(self, **settings):
        self.daemon.inboxes[:] = [self.peer.inbox(**settings)]
        self.daemon.write_config()

    def setUp(self):
        self.inbox()

    def failed(self, findings, what):
        found = findings[what][0]
        self.assertEqual(found[0], "failed", findings)
        return found[1]


@unittest.skipIf(why_not(), why_not())
class AWorkingMailbox(Mailbox):
    def test_all_is_well_and_without_being_asked_nothing_is_sent(self):
        code, findings = examine(self.daemon)
        self.assertEqual(code, OK, findings)
        self.assertIn("certificate good for", host(findings)[1])
        for what in ("inbox support", "inbox support, IMAP login", "inbox support, folders", "inbox support, IDLE", MAIL):
            self.assertEqual(findings[what][0][0], "ok", findings)
        self.assertIn("told at once", findings["inbox support, IDLE"][0][1])
        self.assertIn("doctor --send", findings[MAIL][0][1])
        self.assertNotIn(PLUS, findings)

    def test_a_mail_to_itself_arrives_plainly_and_at_a_plus_address(self):
        code, findings = examine(self.daemon, "--send")
        self.assertEqual(code, OK, findings)
        for what in (MAIL, PLUS):
            self.assertRegex(findings[what][0][1], r"seen in INBOX after \d+\.\d s")
        self.inbox(plus_addresses=False)
        code, findings = examine(self.daemon, "--send")
        self.assertEqual(code, OK, findings)
        self.assertNotIn(PLUS, findings)

    def test_the_running_daemon_takes_no_notice_of_it_and_the_mailbox_stays_as_it_was(self):
        self.inbox(automatic_answer="We have it.", **{"import": "all"})
        _, admin = self.daemon.add_user("reader", "admin")
        self.peer.deliver("From: alice@example.test\nTo: support@example.test\nSubject: before\n\nbefore\n",
                          "alice@example.test", "support@example.test")
        self.peer.wait_for_mail("support", lambda m: m["Subject"] == "before")
        flags = self.flags("before")
        self.daemon.start()
        self.addCleanup(self.daemon.stop)
        code, findings = examine(self.daemon, "--send")
        self.assertEqual(code, OK, findings)
        self.assertEqual(findings["daemon"][0][0], "ok")
        # A mail that came after it, so that the daemon has passed it.
        self.peer.deliver("From: alice@example.test\nTo: support@example.test\nSubject: after\n\nafter\n",
                          "alice@example.test", "support@example.test")
        subjects = self.peer.wait_for(lambda: self.seen(admin, "after"), "the mail after it to be here")
        self.assertEqual(sorted(subjects), ["after", "before"])
        self.assertEqual(self.flags("before"), flags)
        own = [m for m in self.peer.mails("support") if "<self-" in m["Message-ID"]]
        self.assertGreaterEqual(len(own), 2, "they stay")
        self.assertEqual([m["Subject"] for m in self.peer.mails("support") if m["Subject"].startswith("Re: inboxd")], [])

    def test_the_running_daemon_looks_where_the_password_cannot_be_read_here(self):
        self.daemon.start()
        self.addCleanup(self.daemon.stop)
        self.inbox(password={"env": "INBOXD_NO_SUCH_SECRET"})
        code, findings = examine(self.daemon, "--send")
        self.assertEqual(code, OK, findings)
        self.assertEqual(findings["credentials"][0][0], "warning")
        for what in ("inbox support, IMAP login", "inbox support, folders", "inbox support, IDLE", MAIL, PLUS):
            self.assertEqual(findings[what][0][0], "ok", findings)
        self.assertIn("seen in INBOX", findings[MAIL][0][1])

    def seen(self, admin, awaited):
        subjects = [c["subject"] for c in admin.get("/v1/conversations")["items"]]
        return subjects if awaited in subjects else None

    def flags(self, subject):
        with self.peer.mailbox("support") as server:
            number = server.search(None, "SUBJECT", subject)[1][0].split()[0]
            return re.findall(rb"FLAGS \((.*?)\)", server.fetch(number, "(FLAGS)")[1][0])[0].replace(b"\\Recent", b"")

    def test_a_wrong_password_is_told_of_both_servers(self):
        self.inbox(password="mistaken")
        code, findings = examine(self.daemon, "--send")
        self.assertEqual(code, UNAVAILABLE, findings)
        self.assertIn("login_refused", self.failed(findings, "inbox support"))
        self.assertIn("set the right username and password", self.failed(findings, "inbox support, IMAP login"))
        self.assertNotIn("mistaken", json.dumps(findings))
        self.assertEqual(findings[MAIL][0][0], "warning")

    def test_a_wrong_port_and_a_name_that_nobody_knows_are_told_apart(self):
        self.inbox(imap_url=f"imaps://127.0.0.1:{free_port()}")
        code, findings = examine(self.daemon)
        self.assertEqual(code, UNAVAILABLE, findings)
        self.assertIn("no connection", host(findings)[1])
        self.assertIn("not tried, there is no connection", self.failed(findings, "inbox support, IMAP login"))
        self.inbox(imap_url="imaps://imap.nobody.invalid:993")
        _, findings = examine(self.daemon)
        self.assertIn("does not resolve", host(findings)[1])

    def test_folders_that_are_missing_are_told_with_the_likeliest_that_are_there(self):
        with self.peer.mailbox("support") as server:
            for folder in ("Archive", "Sent"):
                server.create(folder)
        self.inbox(folders=["INBOX", "Archiv"], sent_folder="Sent Mail")
        code, findings = examine(self.daemon)
        self.assertEqual(code, UNAVAILABLE, findings)
        complaints = [detail for _, detail in findings["inbox support, folders"]]
        self.assertEqual(len(complaints), 2)
        self.assertIn("there is no folder Archiv ", complaints[0])
        self.assertIn("set folders to one of these: Archive, ", complaints[0])
        self.assertIn("set sent_folder to one of these: Sent, ", complaints[1])
        self.inbox(folders=["INBOX", "Archive"], sent_folder="Sent")
        code, findings = examine(self.daemon)
        self.assertEqual((code, findings["inbox support, folders"][0][0]), (OK, "ok"), findings)

    def test_before_the_first_start_nothing_is_sent_that_the_daemon_would_not_know_again(self):
        fresh = Daemon([self.peer.inbox()])
        self.addCleanup(fresh.remove)
        code, findings = examine(fresh, "--send")
        self.assertEqual(code, OK, findings)
        self.assertEqual(findings[MAIL][0][0], "warning")
        self.assertIn("master key", findings[MAIL][0][1])


@unittest.skipIf(why_not(), why_not())
class Certificates(Mailbox):
    def certify(self, *identity):
        self.peer.stop_dovecot()
        self.peer.certify(*identity)
        self.peer.start_dovecot()
        self.peer.wait_for(self.peer.answers, "Dovecot to answer again")

    def told(self):
        code, findings = examine(self.daemon)
        self.assertEqual(code, UNAVAILABLE, findings)
        self.assertEqual(host(findings)[0], "failed")
        self.failed(findings, "inbox support, IMAP login")
        return host(findings)[1]

    def test_each_fault_of_a_certificate_is_told_with_who_mends_it(self):
        inbox = self.peer.inbox()
        del inbox["tls_ca_file"]
        self.daemon.inboxes[:] = [inbox]
        self.daemon.write_config()
        self.assertIn("nobody whom this machine trusts vouches", self.told())
        self.inbox()
        self.certify("DNS:elsewhere.example.test")
        self.assertIn("is for another name", self.told())
        self.certify("IP:127.0.0.1", "20240201000000Z")
        self.assertIn("has ended", self.told())


@unittest.skipIf(why_not(), why_not())
class WithoutIdle(Mailbox):
    peer_options = {"dovecot": NO_IDLE}

    def test_polling_instead_is_a_remark(self):
        code, findings = examine(self.daemon, "--send")
        self.assertEqual(code, OK, findings)
        self.assertEqual(findings["inbox support, IDLE"][0][0], "ok")
        self.assertIn("polled every 2 minutes instead", findings["inbox support, IDLE"][0][1])
        self.assertEqual(findings[MAIL][0][0], "ok")


@unittest.skipIf(why_not(), why_not())
class WithoutPlusAddresses(Mailbox):
    peer_options = {"delimiter": ""}

    def test_the_setting_that_fits_is_named(self):
        code, findings = examine(self.daemon, "--send")
        self.assertEqual(code, UNAVAILABLE, findings)
        self.assertEqual(findings[MAIL][0][0], "ok", findings)
        self.assertIn("set plus_addresses = false", self.failed(findings, PLUS))
        self.inbox(plus_addresses=False)
        code, findings = examine(self.daemon, "--send")
        self.assertEqual(code, OK, findings)


if __name__ == "__main__":
    main()
