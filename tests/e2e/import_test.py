#!/usr/bin/python3
"""An inbox's history out of a file and out of a mail server: in its place, once, in its own times, and nobody hears of it."""

import contextlib
import email.utils
import random
import signal
import statistics
import subprocess
import sys
import time
import unittest
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import SLOW, patience  # noqa: E402
from support.daemon import EXECUTABLE, Daemon  # noqa: E402
from support.desk import main  # noqa: E402
from support.loopback_double import LoopbackDouble  # noqa: E402
from support.mail_peer import MailPeer, why_not  # noqa: E402
from support.rest import Rest  # noqa: E402

USAGE, DATA_ERROR, NO_INPUT, UNAVAILABLE, NOT_PERMITTED = 64, 65, 66, 69, 77
OWN = "support@example.test"
LONG_AGO = datetime(2024, 1, 1, 9, 0, tzinfo=timezone.utc)


def mail(subject, text, number, sender="alice@example.test", to=OWN, references=None, hours=0):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Message-ID"] = f"<{number}@{sender.split('@')[1]}>"
    message["Date"] = email.utils.format_datetime(LONG_AGO + timedelta(hours=hours))
    if references:
        message["In-Reply-To"], message["References"] = references[-1], " ".join(references)
    message.set_content(text)
    return message


def thread(number, hours=None):
    """A question, our answer, thanks."""
    at = number if hours is None else hours
    sender = f"customer{number}@customers.test"
    question = mail(f"Order {number}", f"Where is order {number}?\n\nFrom the shop I hear nothing.", f"{number}.q", sender,
                    hours=at)
    answer = mail(f"Re: Order {number}", f"Order {number} is on its way.", f"{number}.a", OWN, sender,
                  [question["Message-ID"]], at + 0.2)
    thanks = mail(f"Re: Order {number}", f"Thanks for {number}.", f"{number}.t", sender,
                  references=[question["Message-ID"], answer["Message-ID"]], hours=at + 0.4)
    return [question, answer, thanks]


def in_mbox(raw, separator="From MAILER-DAEMON Mon Jan  1 00:00:00 2024"):
    """As mboxrd has it."""
    lines = []
    for line in raw.replace(b"\r\n", b"\n").split(b"\n"):
        lines.append(b">" + line if line.lstrip(b">").startswith(b"From ") else line)
    return separator.encode() + b"\n" + b"\n".join(lines).rstrip(b"\n") + b"\n\n"


def write_mbox(path, mails):
    path.write_bytes(b"".join(in_mbox(one if isinstance(one, bytes) else one.as_bytes()) for one in mails))
    return path


def peak_of(pid):
    """The most memory that a process has held, in KiB."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


class Import(unittest.TestCase):
    """Without a mail server: what comes from a file needs none."""

    def setUp(self):
        self.loopback = LoopbackDouble()
        self.loopback.__enter__()
        self.daemon = Daemon([
            {"name": "support", "connector": "email", "address": OWN, "imap_url": "imap://127.0.0.1:1",
             "smtp_url": "smtp://127.0.0.1:1", "username": OWN, "password": "nobody-listens", "tls_verify": False,
             "automatic_answer": "We have it."},
            {"name": "shop", "connector": "loopback", "secret": self.loopback.secret, "api_base": self.loopback.base}])
        _, self.admin = self.daemon.add_user("admin", "admin")
        self.daemon.start()
        self.customer = Rest(self.daemon.port)
        self.file = self.daemon.folder / "history.mbox"

    def tearDown(self):
        try:
            if self.daemon.stop() not in (0, -9):
                raise AssertionError(self.daemon.log_end())
        finally:
            self.loopback.__exit__()
            self.daemon.remove()

    def run_import(self, file=None, *more, inbox="support"):
        return self.daemon.run("import", "mbox", str(file or self.file), "--inbox", inbox, *more, timeout=120)

    def imported(self, file=None, *more):
        done = self.run_import(file, *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def texts(self):
        """The texts of all conversations, by subject."""
        return {one["subject"]: [m["text"].strip() for m in self.admin.messages(one["id"])]
                for one in self.admin.conversations("?status=closed,open,pending,resolved")}

    def test_a_conversation_has_its_times_is_closed_and_nobody_is_told(self):
        write_mbox(self.file, thread(1))
        self.assertEqual(self.imported(), "imported 3, already there 0, kept as unreadable 0")
        conversation, = self.admin.conversations("?status=closed")
        self.assertEqual(conversation["unread"], 0)
        self.assertEqual(conversation["created_at"], "2024-01-01T10:00:00.000Z")
        self.assertEqual(conversation["last_message_at"], "2024-01-01T10:24:00.000Z")
        messages = self.admin.messages(conversation["id"])
        self.assertEqual([m["direction"] for m in messages], ["in", "out", "in"])
        self.assertEqual(messages[1]["delivery"]["state"], "sent")
        self.assertEqual(messages[1]["author"]["kind"], "agent")
        self.assertEqual(messages[0]["created_at"], "2024-01-01T10:00:00.000Z")
        self.assertIn("From the shop I hear nothing.", messages[0]["text"])
        self.assertEqual([m["content"]["placed_by"] for m in messages], ["new", "reference", "reference"])
        self.assertIn(b"From the shop I hear nothing.", self.admin.call("GET", f"/v1/messages/{messages[0]['id']}/raw").raw)
        self.assertEqual(self.daemon.tell("outbox", "list"), "")

    def test_the_order_of_the_file_does_not_matter(self):
        mails = [one for number in range(20) for one in thread(number)]
        random.Random(7).shuffle(mails)
        write_mbox(self.file, mails)
        self.assertEqual(self.imported(), "imported 60, already there 0, kept as unreadable 0")
        texts = self.texts()
        self.assertEqual(len(texts), 20)
        for number in range(20):
            self.assertEqual([text.split("\n")[0] for text in texts[f"Order {number}"]],
                             [f"Where is order {number}?", f"Order {number} is on its way.", f"Thanks for {number}."])

    def test_the_same_mail_is_there_once_and_a_broken_one_with_a_note(self):
        mails = [one for number in range(10) for one in thread(number)]
        broken = [b"no header at all\nand no sense\n", b"From: x@broken.test\nContent-Type: multipart/mixed\n\nno parts\n",
                  bytes(range(128, 256)) * 3]
        write_mbox(self.file, [*mails, *mails[:7], *broken])
        self.assertEqual(self.imported(), "imported 30, already there 7, kept as unreadable 3")
        self.assertEqual(self.imported(), "imported 0, already there 40, kept as unreadable 0")
        # The same mails as another program wrote them.
        other = self.daemon.folder / "other.mbox"
        other.write_bytes(b"".join(in_mbox(one.as_bytes(), "From - Fri Nov 13 10:00:00 2020") for one in mails)
                          .replace(b"\n", b"\r\n"))
        self.assertEqual(self.imported(other), "imported 0, already there 30, kept as unreadable 0")
        notes = [m["content"]["notes"] for one in self.admin.conversations("?status=closed")
                 for m in self.admin.messages(one["id"]) if m["content"].get("notes")]
        self.assertEqual(len(notes), 3)

    def test_a_run_that_was_killed_is_gone_on_with_and_brings_nothing_twice(self):
        count = 200
        mails = [one for number in range(count) for one in thread(number)]
        write_mbox(self.file, [*mails, *mails[:50]])
        for victim in ("command", "daemon"):
            process = subprocess.Popen([EXECUTABLE, "import", "mbox", str(self.file), "--inbox", "support", "--config",
                                        str(self.daemon.config)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            before = self.stored()
            end = time.monotonic() + patience(60)
            while self.stored() < before + 30 and time.monotonic() < end and process.poll() is None:
                time.sleep(0.01)  # sleep: how far an import is, is asked
            if victim == "command":
                process.kill()
                process.communicate()
                self.assertEqual(process.returncode, -signal.SIGKILL)
            else:
                self.daemon.kill()
                said = process.communicate(timeout=patience(60))[1].decode()
                self.assertEqual(process.returncode, UNAVAILABLE, said)
                self.assertIn("start the import again", said)
                self.daemon.start()
        done = self.run_import()
        self.assertIn("going on behind the first", done.stderr)
        self.assertEqual(done.stdout.strip(), f"imported {3 * count}, already there 50, kept as unreadable 0")
        texts = self.texts()
        self.assertEqual(len(texts), count)
        self.assertTrue(all(len(messages) == 3 for messages in texts.values()))

    def stored(self):
        return len(self.admin.get("/v1/conversations?status=closed&limit=200")["items"])

    def test_conversations_can_be_left_in_another_state(self):
        write_mbox(self.file, thread(1))
        self.assertEqual(self.imported(None, "--status", "resolved"), "imported 3, already there 0, kept as unreadable 0")
        conversation, = self.admin.conversations("?status=resolved")
        self.assertEqual((conversation["unread"], conversation["last_message_at"]), (0, "2024-01-01T10:24:00.000Z"))

    def test_a_pipe_and_a_large_mail_are_read(self):
        large = mail("Large", "See the file.", "large")
        large.add_attachment(random.Random(1).randbytes(20_000_000), maintype="application", subtype="zip", filename="a.zip")
        too_large = mail("Too large", "See the file.", "too-large", hours=1)
        too_large.add_attachment(random.Random(2).randbytes(40_000_000), maintype="application", subtype="zip",
                                 filename="b.zip")
        write_mbox(self.file, [large, too_large])
        with open(self.file, "rb") as file, subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE) as cat:
            command = subprocess.Popen([EXECUTABLE, "import", "mbox", "-", "--inbox", "support", "--config",
                                        str(self.daemon.config)], stdin=cat.stdout, stdout=subprocess.PIPE)
            peak_kib = 0
            while command.poll() is None:
                peak_kib = max(peak_kib, peak_of(command.pid))
                time.sleep(0.01)  # sleep: what a process needs is asked
            said = command.stdout.read()
            command.stdout.close()
        self.assertEqual(said.decode().strip(), "imported 1, already there 0, kept as unreadable 1")
        # Once, however large; nothing of the 40 MB mail but its header.
        print(f"a mail of 27 MB: the command held {peak_kib // 1000} MB at most, the daemon {self.daemon.resident_kib() // 1000} MB")
        if SLOW == 1:  # an instrumented build keeps what was freed
            self.assertLess(peak_kib, 150_000)
        by_subject = {one["subject"]: self.admin.messages(one["id"])[0]
                      for one in self.admin.conversations("?status=closed")}
        self.assertEqual(by_subject["Large"]["attachments"][0]["size"], 20_000_000)
        self.assertIn("too large", " ".join(by_subject["Too large"]["content"]["notes"]))

    def test_what_is_wrong_is_said(self):
        write_mbox(self.file, thread(1))
        cases = [
            (self.run_import(inbox="nowhere"), USAGE, "there is no inbox nowhere; there are: "),
            (self.run_import(inbox="shop"), USAGE, "no history to import; these have: support"),
            (self.run_import(self.daemon.folder / "missing"), NO_INPUT, "No such file"),
            (self.run_import(self.daemon.folder), NO_INPUT, "is a folder"),
            (self.run_import(None, "--status", "snoozed"), USAGE, ""),
        ]
        self.file.write_text("\n\nSubject: one mail\n\nText\n")
        cases.append((self.run_import(), DATA_ERROR, "line 3"))
        for done, code, words in cases:
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(words, done.stderr)
            self.assertEqual(done.stdout, "")
        self.daemon.stop()
        done = self.run_import()
        self.assertEqual(done.returncode, UNAVAILABLE)
        self.assertIn("systemctl start inboxd", done.stderr)
        self.assertIn("systemctl start inboxd", self.daemon.run("import", "imap", "--inbox", "support").stderr)
        self.daemon.start()

    def test_webhooks_are_answered_beside_an_import(self):
        mails = [one for number in range(500) for one in thread(number)]
        write_mbox(self.file, mails)
        quiet = self.webhooks(0)
        began = time.monotonic()
        with subprocess.Popen([EXECUTABLE, "import", "mbox", str(self.file), "--inbox", "support", "--config",
                               str(self.daemon.config)], stdout=subprocess.DEVNULL) as process:
            beside = self.webhooks(1, process)
            process.wait(patience(120))
        self.assertEqual(process.returncode, 0)
        rate = len(mails) / (time.monotonic() - began)
        print(f"webhooks answered in {quiet * 1000:.1f} ms alone, {beside * 1000:.1f} ms beside an import of {rate:.0f} mails/s "
              f"(medians)")
        self.assertLess(beside, patience(0.5))

    def webhooks(self, series, process=None):
        """The median time to the answer, of 40 messages or of as many as come while the process runs."""
        spans = []
        while (len(spans) < 40) if process is None else process.poll() is None or not spans:
            began = time.monotonic()
            said = self.loopback.message(f"{series}.{len(spans)}", f"elio{series}", "hello")
            self.customer.want(200, "POST", "/hooks/shop", self.loopback.body(said), headers=self.loopback.headers())
            spans.append(time.monotonic() - began)
        return statistics.median(spans)


@unittest.skipIf(why_not(), why_not())
class ImportFromServer(unittest.TestCase):
    """From real Dovecot, beside the connections that bring the news."""

    def setUp(self):
        self.peer = MailPeer().__enter__()
        self.daemon = Daemon([self.peer.inbox(sent_folder="Sent", folders=["INBOX"], automatic_answer="We have it.")])
        _, self.admin = self.daemon.add_user("admin", "admin")
        self.fill("Sent", [])

    def tearDown(self):
        try:
            if self.daemon.stop() not in (0, -9):
                raise AssertionError(self.daemon.log_end())
        finally:
            self.daemon.remove()
            self.peer.__exit__()

    def fill(self, folder, mails):
        with self.peer.mailbox("support") as server:
            server.create(folder)
            for one in mails:
                at = email.utils.parsedate_to_datetime(one["Date"])
                server.append(folder, None, at, one.as_bytes().replace(b"\n", b"\r\n"))

    def start(self):
        self.daemon.start()
        self.peer.wait_for(lambda: all(i["health"]["state"] == "healthy" for i in self.admin.get("/v1/inboxes")["items"]),
                           "the inbox to be healthy")
        # What is there when a folder is opened for the first time is history. An import, here of nothing, waits for that.
        self.assertEqual(self.run_import("--since", "2099-01-01").returncode, 0)
        self.live = self.daemon.stream(self.admin.token)
        self.news("hello")

    def news(self, text):
        self.peer.deliver(mail("News", text, f"news.{text}").as_bytes(), "alice@example.test", OWN)
        return self.live.expect(lambda f: f.get("event") == "message.created" and f["data"]["text"].strip() == text,
                                what=text)["data"]

    def run_import(self, *more):
        end = time.monotonic() + patience(30)
        while True:
            done = self.daemon.run("import", "imap", "--inbox", "support", *more, timeout=120)
            if "has not opened the folder" not in done.stderr or time.monotonic() > end:
                return done
            time.sleep(0.2)  # sleep: nobody is told when a second folder is opened

    def test_folders_are_merged_by_time_once_and_the_news_go_on(self):
        threads = [thread(number) for number in range(40)]
        self.fill("INBOX", [t[0] for t in threads] + [t[2] for t in threads])
        self.fill("Sent", [t[1] for t in threads])
        self.fill("Archive", [one for one in thread(99)])
        self.start()
        done = self.run_import()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.strip(), "imported 120, already there 1, kept as unreadable 0")
        closed = self.admin.conversations("?status=closed")
        self.assertEqual(len(closed), 40)
        for one in closed:
            self.assertEqual(one["unread"], 0)
            self.assertEqual([m["direction"] for m in self.admin.messages(one["id"])], ["in", "out", "in"], one["subject"])
        self.assertEqual(self.run_import().stdout.strip(), "imported 0, already there 121, kept as unreadable 0")
        # One folder more, and from a day on; the same mails out of a file are there already.
        self.assertEqual(self.run_import("--folder", "Archive", "--since", "2024-01-01").stdout.strip(),
                         "imported 3, already there 0, kept as unreadable 0")
        file = write_mbox(self.daemon.folder / "same.mbox", [one for t in threads for one in t])
        self.assertEqual(self.daemon.tell("import", "mbox", str(file), "--inbox", "support"),
                         "imported 0, already there 120, kept as unreadable 0")
        self.assertEqual(self.news("still here")["content"]["placed_by"], "new")
        self.assertEqual(self.admin.get("/v1/inboxes")["items"][0]["health"]["state"], "healthy")
        done = self.run_import("--folder", "Nowhere")
        self.assertEqual(done.returncode, USAGE, done.stderr)
        self.assertIn("no folder that can be opened as Nowhere", done.stderr)

    def test_a_customers_answer_to_an_imported_mail_opens_a_conversation_that_goes_on_from_it(self):
        self.fill("INBOX", thread(1)[:1])
        self.start()
        self.assertEqual(self.run_import().returncode, 0)
        old, = self.admin.conversations("?status=closed")
        again = mail("Re: Order 1", "It never came.", "again", "customer1@customers.test", references=["<1.q@customers.test>"])
        self.peer.deliver(again.as_bytes(), "customer1@customers.test", OWN)
        message = self.live.expect(lambda f: f.get("event") == "message.created" and "never came" in f["data"]["text"],
                                   what="the answer")["data"]
        self.assertEqual(self.admin.get(f"/v1/conversations/{message['conversation']}")["continues"], old["id"])

    def test_a_killed_daemon_goes_on_where_it_was(self):
        count = 800
        self.fill("INBOX", [thread(number)[0] for number in range(count)])
        self.start()
        process = subprocess.Popen([EXECUTABLE, "import", "imap", "--inbox", "support", "--config", str(self.daemon.config)],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.peer.wait_for(lambda: len(self.admin.get("/v1/conversations?status=closed&limit=200")["items"]) >= 30,
                           "thirty mails")
        self.daemon.kill()
        process.communicate(timeout=patience(60))
        self.assertEqual(process.returncode, UNAVAILABLE)
        self.daemon.start()
        done = self.run_import()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.strip(), f"imported {count}, already there 1, kept as unreadable 0")
        self.assertEqual(len(self.admin.conversations("?status=closed")), count)

    def test_a_refused_login_is_said(self):
        self.daemon.inboxes[0]["password"] = "wrong"
        self.daemon.write_config()
        self.daemon.start()
        done = self.run_import("--folder", "Archive")
        self.assertEqual(done.returncode, NOT_PERMITTED, done.stderr)
        self.assertIn("check imap_url, username and password", done.stderr)


if __name__ == "__main__":
    main()
