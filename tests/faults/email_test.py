#!/usr/bin/python3
"""Mail arrives while the daemon is killed and its mail server goes away: every mail once, every answer in its conversation.
And a mailbox whose identities change: nothing twice, nothing lost."""

import os
import random
import sys
import threading
import unittest
from email.message import EmailMessage
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.daemon import Daemon  # noqa: E402
from support.desk import main  # noqa: E402
from support.mail_peer import MailPeer, why_not  # noqa: E402

THREADS = 400 if os.environ.get("INBOXD_CAMPAIGN") == "long" else 50
MAILS_A_THREAD = 5


def mails_of(thread):
    """A customer who writes, and answers their own mail."""
    first = f"<{thread}-0@customer.example.test>"
    for number in range(MAILS_A_THREAD):
        message = EmailMessage()
        message["From"], message["To"] = f"c{thread}@example.test", "support@example.test"
        message["Subject"] = f"Thread {thread}"
        message["Message-ID"] = f"<{thread}-{number}@customer.example.test>"
        if number > 0:
            message["In-Reply-To"] = f"<{thread}-{number - 1}@customer.example.test>"
            message["References"] = first
        message.set_content(f"mail {thread}-{number}")
        yield message


@unittest.skipIf(why_not(), why_not())
class MailUnderFire(unittest.TestCase):
    def setUp(self):
        self.peer = MailPeer().__enter__()
        self.addCleanup(self.peer.__exit__)
        self.daemon = Daemon([self.peer.inbox(**{"import": "all"})])
        self.addCleanup(self.daemon.remove)
        _, self.admin = self.daemon.add_user("admin", "admin")
        self.daemon.start()

    def deliver(self, mails):
        for message in mails:
            self.peer.deliver(message.as_bytes(), message["From"], message["To"])

    def begin(self, threads):
        """What begins each thread, all of it stored: mail servers hand on in any order, and an answer that overtakes what
        it answers begins a conversation of its own."""
        self.deliver(next(mails_of(thread)) for thread in threads)
        self.expect({f"mail {thread}-0" for thread in threads})

    def answer(self, threads):
        self.deliver(mail for thread in threads for mail in list(mails_of(thread))[1:])

    def expect(self, texts):
        self.peer.wait_for(lambda: {text for _, text in self.stored()} >= texts, f"{len(texts)} mails", 120)

    def stored(self):
        return [(conversation["id"], message["text"].strip()) for conversation in self.admin.conversations()
                for message in self.admin.messages(conversation["id"])]

    def expect_all(self, threads):
        self.expect({f"mail {thread}-{number}" for thread in threads for number in range(MAILS_A_THREAD)})
        texts = [text for _, text in self.stored()]
        self.assertEqual(len(texts), len(set(texts)), "a mail twice")
        by_thread = {}
        for conversation, text in self.stored():
            by_thread.setdefault(text.split()[1].split("-")[0], set()).add(conversation)
        self.assertEqual([thread for thread, found in by_thread.items() if len(found) > 1], [], "a thread torn apart")

    def test_every_mail_is_there_once_through_kills_and_a_mail_server_that_goes_away(self):
        threads = range(THREADS)
        self.begin(threads)
        sender = threading.Thread(target=self.answer, args=(threads,))
        sender.start()
        rounds = 0
        while sender.is_alive() or rounds < 6:
            rounds += 1
            sender.join(random.uniform(0.1, 0.8))
            self.daemon.kill()
            if rounds % 3 == 0:
                self.peer.stop_dovecot()
                self.daemon.start()
                self.peer.start_dovecot()
                self.peer.flush()
            else:
                self.daemon.start()
        sender.join()
        self.peer.flush()
        self.daemon.restart()  # a connection is tried again at once, not after a pause that has grown
        self.expect_all(threads)
        self.assertEqual(self.daemon.stop(), 0)

    def test_other_identities_of_the_same_mails_bring_nothing_twice_and_lose_nothing(self):
        self.begin(range(6))
        self.answer(range(4))
        self.expect_all(range(4))
        self.assertEqual(self.daemon.stop(), 0)
        self.peer.stop_dovecot()
        self.peer.reset_uidvalidity("support")
        self.peer.start_dovecot()
        self.answer(range(4, 6))
        self.daemon.start()
        self.expect_all(range(6))
        self.assertEqual(self.daemon.stop(), 0)


if __name__ == "__main__":
    main()
