#!/usr/bin/python3
"""Mail arrives while the daemon is killed and its mail server goes away: every mail once, every answer in its conversation.
And a mailbox whose identities change: nothing twice, nothing lost."""

import os
import random
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor, wait
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

    def deliver_all(self, threads):
        """In any order, as mail servers hand on: answers overtake what they answer."""
        mails = [mail for thread in threads for mail in mails_of(thread)]
        random.shuffle(mails)
        self.deliver(mails)

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
        with ThreadPoolExecutor(max_workers=1) as sender:
            delivered = sender.submit(self.deliver_all, threads)
            self.fire(delivered)
        delivered.result()  # a mail that Postfix never took is none that was lost
        self.peer.flush()
        self.daemon.restart()  # a connection is tried again at once, not after a pause that has grown
        self.expect_all(threads)
        self.assertEqual(self.daemon.stop(), 0)

    def fire(self, delivered):
        rounds = 0
        while not delivered.done() or rounds < 6:
            rounds += 1
            wait([delivered], timeout=random.uniform(0.1, 0.8))
            self.daemon.kill()
            if rounds % 3 == 0:
                self.peer.stop_dovecot()
                self.daemon.start()
                self.peer.start_dovecot()
                self.peer.flush()
            else:
                self.daemon.start()

    def test_other_identities_of_the_same_mails_bring_nothing_twice_and_lose_nothing(self):
        self.deliver_all(range(4))
        self.expect_all(range(4))
        self.assertEqual(self.daemon.stop(), 0)
        self.peer.stop_dovecot()
        self.peer.reset_uidvalidity("support")
        self.peer.start_dovecot()
        self.deliver_all(range(4, 6))
        self.daemon.start()
        self.expect_all(range(6))
        self.assertEqual(self.daemon.stop(), 0)


if __name__ == "__main__":
    main()
