#!/usr/bin/python3
"""Backup and restore by the operator's command line: what is in a backup, how it refuses, and that yesterday's backup
brings back conversations and attachments but sends nothing by itself."""

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import patience  # noqa: E402
from support.daemon import EXECUTABLE, Daemon  # noqa: E402
from support.desk import DeskCase, main  # noqa: E402

USAGE, IO_ERROR, TRY_AGAIN, NOT_PERMITTED, CONFIG = 64, 74, 75, 77, 78


def listing(folder):
    """Every file with its bytes, but for what a refused command may touch: the lock."""
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(folder.rglob("*")) if file.is_file() and file.name != "lock"}


def repack(source, target, change):
    """The tar again, each file as `change(name, bytes)` gives it."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            content = change(member.name, old.extractfile(member).read())
            if content is not None:
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))


class Backup(DeskCase):
    def setUp(self):
        super().setUp()
        self.n = self.desk.number()
        self.live = self.stream()
        self.file = self.daemon.folder / f"backup-{self.n}.tar"

    def says(self, text):
        self.desk.loopback_says(f"elio{self.n}", text)
        return self.live.event("message.created", text=text)["conversation"]

    def test_a_backup_of_a_running_daemon_is_whole_and_verified(self):
        conversation = self.says(f"prima {self.n}")
        attachment = self.admin.upload("a.bin", os.urandom(200_000))
        self.admin.reply(conversation, "ecco", attachments=[attachment["id"]])
        done = self.daemon.run("backup", str(self.file))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("verified", done.stdout)
        self.assertIn("master key", done.stdout)
        self.assertIn("writing 100 %", done.stderr)
        with tarfile.open(self.file) as tar:
            names = tar.getnames()
            manifest = json.loads(tar.extractfile("manifest.json").read())
            self.assertEqual(names, ["manifest.json"] + [file["path"] for file in manifest["files"]])
            for file in manifest["files"]:
                content = tar.extractfile(file["path"]).read()
                self.assertEqual((len(content), hashlib.sha256(content).hexdigest()), (file["size"], file["sha256"]))
        self.assertEqual(manifest["format"], "inboxd-backup")
        self.assertEqual(f"{manifest['epoch']}:", self.admin.get("/v1/events?wait=0")["cursor"].partition(":")[0] + ":")
        self.assertTrue(any(name.startswith("blobs/") for name in names))
        self.assertFalse([name for name in names if "search" in name or "master" in name])
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(list(self.daemon.data.glob("copy-*")), [])

    def test_an_existing_or_unwritable_file_is_refused_and_nothing_is_left(self):
        self.file.write_text("mine")
        self.assertEqual(self.daemon.run("backup", str(self.file)).returncode, USAGE)
        self.assertEqual(self.file.read_text(), "mine")
        nowhere = self.daemon.folder / "nowhere" / "backup.tar"
        done = self.daemon.run("backup", str(nowhere))
        self.assertEqual(done.returncode, IO_ERROR, done.stderr)
        self.assertIn(str(nowhere), done.stderr)
        self.assertEqual(list(self.daemon.folder.glob("*.partial")), [])
        self.assertEqual(list(self.daemon.data.glob("copy-*")), [])

    def test_a_full_disk_leaves_no_half_file(self):
        disk = self.daemon.folder / f"disk-{self.n}"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "inboxd-test", str(disk)],
                          capture_output=True).returncode != 0:
            self.skipTest("a small disk takes the right to mount one")
        self.addCleanup(lambda: subprocess.run(["umount", "-l", str(disk)], check=True))
        done = self.daemon.run("backup", str(disk / "backup.tar"))
        self.assertEqual(done.returncode, IO_ERROR, done.stderr)
        self.assertIn("o space left", done.stderr)
        self.assertEqual(list(disk.iterdir()), [])

    def test_a_damaged_attachment_is_named_and_makes_no_backup_unless_it_may_be_left_out(self):
        content = os.urandom(1000)
        conversation = self.says(f"rotto {self.n}")
        self.admin.reply(conversation, "ecco", attachments=[self.admin.upload("b.bin", content)["id"]])
        name = hashlib.sha256(content).hexdigest()
        blob = self.daemon.data / "blobs" / name[:2] / name[2:]
        blob.write_bytes(b"x" + content[1:])
        self.addCleanup(blob.write_bytes, content)
        done = self.daemon.run("backup", str(self.file))
        self.assertEqual(done.returncode, IO_ERROR)
        self.assertIn(name[2:], done.stderr)
        self.assertIn("--leave-out-damaged", done.stderr)
        self.assertFalse(self.file.exists())
        done = self.daemon.run("backup", "--leave-out-damaged", str(self.file))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(name[2:], done.stderr)
        self.assertIn("damaged attachments left out: 1", done.stdout)

    def test_a_backup_ended_by_its_operator_or_killed_leaves_the_daemon_as_it_was(self):
        for ending in (signal.SIGINT, signal.SIGKILL):
            process = subprocess.Popen([EXECUTABLE, "backup", str(self.file), "--config", str(self.daemon.config)],
                                       stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            self.until(lambda: list(self.daemon.data.glob("copy-*")) or process.poll() is not None)
            process.send_signal(ending)
            process.wait(patience(30))
            self.file.unlink(missing_ok=True)
        self.until(self.backed_up, what="the dead command's copy to end")
        self.until(lambda: not list(self.daemon.data.glob("copy-*")), what="the dead command's copy to be removed")

    def backed_up(self):
        done = self.daemon.run("backup", str(self.file))
        if done.returncode != 0:
            self.assertIn("another backup is being made", done.stderr)
        return done.returncode == 0

    def test_messages_are_acknowledged_while_a_backup_is_made(self):
        self.says(f"prima {self.n}")
        over = threading.Event()
        done = []

        def keep_backing_up():
            while not over.is_set():
                done.append(self.daemon.run("backup", str(self.daemon.folder / f"loop-{self.n}-{len(done)}.tar")))

        thread = threading.Thread(target=keep_backing_up)
        thread.start()
        for number in range(100):
            self.says(f"durante {self.n} {number}")
        over.set()
        thread.join()
        self.assertEqual({run.returncode for run in done}, {0}, done[-1].stderr)

    def test_a_restore_is_refused_while_the_daemon_runs(self):
        self.daemon.tell("backup", str(self.file))
        done = self.daemon.run("restore", str(self.file))
        self.assertEqual(done.returncode, TRY_AGAIN, done.stderr)


class Restore(DeskCase):
    def setUp(self):
        super().setUp()
        self.n = self.desk.number()
        self.file = self.daemon.folder / f"yesterday-{self.n}.tar"
        if self.daemon.ready() != 200:
            self.daemon.start()
        self.live = self.stream()

    def says(self, text):
        self.desk.loopback_says(f"ada{self.n}", text)
        return self.live.event("message.created", text=text)["conversation"]

    def queued_reply(self, conversation, text):
        """Stays queued: the provider asks for patience."""
        self.desk.loopback.faults += [503] * 20
        message = self.admin.reply(conversation, text)["id"]
        self.live.expect(lambda f: f.get("event") == "message.delivery" and f["data"]["message"] == message and
                         f["data"]["delivery"]["attempt"] == 2)
        return message

    def test_yesterday_s_backup_brings_everything_back_and_sends_nothing_by_itself(self):
        person = f"ada{self.n}"
        conversation = self.says(f"ciao {self.n}")
        content = os.urandom(50_000)
        first = self.admin.reply(conversation, "ecco", attachments=[self.admin.upload("c.bin", content)["id"]])["id"]
        self.live.delivery(first, "sent")
        waiting = self.queued_reply(conversation, f"non ancora {self.n}")
        cursor = self.admin.get("/v1/events?wait=0")["cursor"]
        self.daemon.tell("backup", str(self.file))

        self.desk.loopback.faults.clear()
        self.live.delivery(waiting, "sent", timeout=60)
        self.live.delivery(self.admin.reply(conversation, f"dopo {self.n}")["id"], "sent")
        later = self.says(f"perso {self.n}")
        self.assertEqual(later, conversation)
        self.streams = []
        self.live.close()
        self.assertEqual(self.daemon.stop(), 0)
        sent_before = self.desk.loopback.texts_to(person)

        asides = set(self.daemon.data.glob("before-restore-*"))
        done = self.daemon.run("restore", str(self.file))
        self.assertEqual(done.returncode, 0, done.stderr)
        (aside,) = set(self.daemon.data.glob("before-restore-*")) - asides
        self.assertIn(str(aside), done.stdout)
        self.assertTrue((aside / "inboxd.db").exists())
        self.assertIn("1 replies are held", done.stdout)
        self.assertFalse((self.daemon.data / "search.db").exists())

        self.daemon.start()
        self.live = self.stream()
        texts = [m["text"] for m in self.admin.messages(conversation)]
        self.assertEqual(texts, [f"ciao {self.n}", "ecco", f"non ancora {self.n}"])
        shown = next(m for m in self.admin.messages(conversation) if m["attachments"])
        link = self.admin.get(f"/v1/attachments/{shown['attachments'][0]['id']}")["url"]
        self.assertEqual(self.admin.download(link).raw, content)
        self.assertTrue(self.until(lambda: self.admin.conversations(f"?q={self.n}"), what="the search index"))
        answer = self.live.ask("subscribe", since=cursor)
        self.assertEqual(answer["error"]["code"], "epoch_changed", answer)
        self.assertEqual(self.admin.delivery(waiting)["reason"]["code"], "held")
        self.assertIn("held", self.daemon.tell("outbox", "list"))
        # A reply written after the restore reaches its customer: what goes out by itself would have gone before it.
        self.desk.loopback_says(f"eva{self.n}", f"nuova {self.n}")
        other = self.live.event("message.created", text=f"nuova {self.n}")["conversation"]
        fresh = self.admin.reply(other, f"risposta {self.n}")["id"]
        self.live.delivery(fresh, "sent")
        self.assertEqual(self.desk.loopback.texts_to(person), sent_before)
        self.assertEqual(json.loads(self.daemon.tell("outbox", "release")), {"released": 1})
        self.live.delivery(waiting, "sent")
        self.assertEqual(self.desk.loopback.texts_to(person), sent_before + [f"non ancora {self.n}"])

    def test_a_backup_that_is_not_whole_changes_nothing(self):
        self.says(f"resta {self.n}")
        self.daemon.tell("backup", str(self.file))
        self.assertEqual(self.daemon.stop(), 0)
        before = listing(self.daemon.data)
        whole = self.file.read_bytes()
        broken = self.daemon.folder / f"broken-{self.n}.tar"

        def refuse(code=IO_ERROR):
            done = self.daemon.run("restore", str(broken))
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn("nothing was changed", done.stderr)
            self.assertEqual(listing(self.daemon.data), before)

        for content in (b"", b"no tar at all" * 100, whole[:len(whole) // 2]):
            broken.write_bytes(content)
            refuse()
        at = whole.index(b"SQLite format 3") + 9000
        broken.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
        refuse()
        repack(self.file, broken, lambda name, content: None if name == "inboxd.db" else content)
        refuse()
        repack(self.file, broken, lambda name, content: content.replace(b'"schema_step":', b'"schema_step":999')
               if name == "manifest.json" else content)
        refuse(CONFIG)
        broken.unlink()
        refuse(USAGE)
        self.daemon.start()

    def test_a_restore_killed_at_any_instant_leaves_one_whole_store(self):
        self.says(f"uno {self.n}")
        self.daemon.tell("backup", str(self.file))
        self.says(f"due {self.n}")
        self.live.close()
        self.streams = []
        self.assertEqual(self.daemon.stop(), 0)
        for delay in (0.005, 0.02, 0.04, 0.06, 0.08, 0.1, 0.15):
            process = subprocess.Popen([EXECUTABLE, "restore", str(self.file), "--config", str(self.daemon.config)],
                                       stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            try:
                process.wait(patience(delay))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            self.daemon.start()
            texts = [m["text"] for c in self.admin.conversations() for m in self.admin.messages(c["id"])]
            self.assertIn(f"uno {self.n}", texts)
            self.assertEqual(self.daemon.stop(), 0)
            self.assertEqual(list(self.daemon.data.glob("restore-*")), [])


class WithoutADaemon(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon([{"name": "shop", "connector": "loopback", "secret": "loopback-secret"}])
        self.addCleanup(self.daemon.remove)
        self.file = self.daemon.folder / "backup.tar"

    def test_backup_opens_the_store_itself_and_restore_fills_an_empty_folder(self):
        self.daemon.tell("user", "add", "a@example.test", "--role", "admin")
        self.daemon.tell("backup", str(self.file))
        epoch = json.loads(self.daemon.tell("status"))["cursor"].partition(":")[0]
        self.daemon.data.rename(self.daemon.folder / "old")
        self.daemon.tell("restore", str(self.file))
        self.assertEqual(list(self.daemon.data.glob("before-restore-*")), [])
        self.assertNotEqual(json.loads(self.daemon.tell("status"))["cursor"].partition(":")[0], epoch)
        again = self.daemon.run("user", "add", "a@example.test", "--role", "admin")
        self.assertEqual(again.returncode, USAGE, "the person is there")

    def test_only_the_owner_may_restore(self):
        if os.geteuid() != 0:
            self.skipTest("only root can become another user")
        self.daemon.tell("backup", str(self.file))
        os.chmod(self.daemon.folder, 0o755)
        os.chmod(self.file, 0o644)
        done = self.daemon.run("restore", str(self.file), prefix=("setpriv", "--reuid=65534", "--clear-groups"))
        if done.returncode == 127:
            self.skipTest("the executable is not reachable for others")
        self.assertEqual(done.returncode, NOT_PERMITTED, done.stderr)
        self.assertIn("sudo -u", done.stderr)


if __name__ == "__main__":
    main()
