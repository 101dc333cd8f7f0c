#!/usr/bin/python3
"""How fast a mailbox is read for the first time, beside a client that only downloads it from the same Dovecot over the same
TLS; what a mail costs in CPU, and what the process holds of it in memory.

    tests/bench/first_sync.py [--mails 5000] [--kilobytes 8] [--large 50] [--rounds 2]

INBOXD names a release build (build/inboxd without it). Needs root for Postfix and Dovecot. Exit code 1: a mail was not there.
"""

import argparse
import contextlib
import itertools
import json
import os
import random
import re
import shutil
import socket
import ssl
import sys
import time
from email.message import EmailMessage
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
os.environ.setdefault("INBOXD", str(ROOT / "build" / "inboxd"))
sys.path.insert(0, str(ROOT / "tests"))
from support.daemon import Daemon  # noqa: E402
from support.mail_peer import DOMAIN, PASSWORD, MailPeer, why_not  # noqa: E402
from support.rest import Rest  # noqa: E402

WORDS = "the parcel order has not arrived lampada rotta grazie could you please tell me when it will be sent back".split()
PATIENCE_SECONDS = 900


def mails(count, kilobytes, seed=7):
    """Plain and HTML, a third with a file, a third of them answers."""
    chance = random.Random(seed)
    for number in range(count):
        message = EmailMessage()
        message["From"] = f"Customer {number % 997} <c{number % 997}@{DOMAIN}>"
        message["To"], message["Subject"] = f"support@{DOMAIN}", f"Order {number}"
        message["Message-ID"] = f"<{number}@bench.example.test>"
        message["Date"] = "Mon, 02 Nov 2026 10:00:00 +0000"
        if number % 3 == 1:
            message["References"] = message["In-Reply-To"] = f"<{number - 1}@bench.example.test>"
        text = " ".join(chance.choices(WORDS, k=kilobytes * 60))
        message.set_content(text)
        if number % 2:
            message.add_alternative(f"<html><body><p>{text}</p></body></html>", subtype="html")
        if number % 3 == 2:
            message.add_attachment(chance.randbytes(kilobytes << 9), maintype="image", subtype="jpeg", filename="p.jpg")
        yield message.as_bytes()


def large(megabytes):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"alice@{DOMAIN}", f"support@{DOMAIN}", "Large"
    message["Message-ID"] = "<large@bench.example.test>"
    message.set_content("see the file")
    message.add_attachment(random.Random(1).randbytes((megabytes << 20) * 3 // 4), maintype="video", subtype="mp4",
                           filename="film.mp4")
    return message.as_bytes()


def fill(peer, contents):
    """Straight into the Maildir, as a mailbox that has grown for years."""
    folder = peer.root / "mail" / f"support@{DOMAIN}" / "new"
    folder.mkdir(parents=True)
    size = 0
    for number, content in enumerate(contents):
        (folder / f"{1_700_000_000 + number}.M{number}P1.bench").write_bytes(content)
        size += len(content)
    for place in [folder.parent, folder, *folder.iterdir()]:
        shutil.chown(place, "mail", "mail")
    return size


class PlainClient:
    """Logs in, fetches everything in one command, and throws it away."""

    def __init__(self, peer):
        context = ssl.create_default_context(cafile=peer.ca_file)
        raw = socket.create_connection(("127.0.0.1", peer.imaps), timeout=PATIENCE_SECONDS)
        self.socket = context.wrap_socket(raw, server_hostname="127.0.0.1")
        self.rest = b""

    def command(self, tag, line):
        self.socket.sendall(f"{tag} {line}\r\n".encode())
        return self.until(f"\r\n{tag} OK".encode())

    def until(self, mark):
        received, tail = 0, b"\r\n"
        while mark not in tail:
            piece = self.socket.recv(1 << 18)
            if not piece:
                raise AssertionError("Dovecot closed the connection")
            received += len(piece)
            tail = tail[-64:] + piece
        return received


def download(peer):
    client = PlainClient(peer)
    client.until(b"\r\n* OK")
    client.command("a1", f"LOGIN support@{DOMAIN} {PASSWORD}")
    client.command("a2", "EXAMINE INBOX")
    began = time.monotonic()
    received = client.command("a3", "UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])")
    seconds = time.monotonic() - began
    client.socket.close()
    return seconds, received


def of_process(pid):
    """CPU seconds and the most memory held so far, in MiB."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    peak = int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024
    return cpu, peak


def stored_mails(daemon):
    text = Rest(daemon.metrics_port).call("GET", "/metrics").raw.decode()
    return sum(float(value) for value in re.findall(r'^inboxd_messages_total\{[^}]*direction="in"[^}]*\} (\S+)', text, re.M))


def first_sync(peer, count):
    daemon = Daemon([peer.inbox(**{"import": "all"})])
    try:
        _, admin = daemon.add_user("admin", "admin")
        daemon.start()
        began, health, cpu_before = time.monotonic(), [], of_process(daemon.process.pid)[0]
        peak_at_rest = of_process(daemon.process.pid)[1]
        while (stored := stored_mails(daemon)) < count:
            if time.monotonic() - began > PATIENCE_SECONDS:
                raise AssertionError(f"{stored:.0f} of {count} mails after {PATIENCE_SECONDS} s: {daemon.log_end()}")
            detail = admin.get("/v1/inboxes")["items"][0]["health"]
            if not health or health[-1] != detail.get("detail"):
                health.append(detail.get("detail"))
            time.sleep(0.1)  # sleep: as a person looks
        seconds = time.monotonic() - began
        cpu, peak = of_process(daemon.process.pid)
        if daemon.stop() != 0:
            raise AssertionError(daemon.log_end())
        return {"seconds": seconds, "cpu": cpu - cpu_before, "peak": peak, "rest": peak_at_rest, "health": [h for h in health if h]}
    finally:
        daemon.remove()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--mails", type=int, default=5000)
    parser.add_argument("--kilobytes", type=int, default=8, help="text of a mail")
    parser.add_argument("--large", type=int, default=50, help="megabytes of one mail at the end; 0: none")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    if why_not():
        raise SystemExit(why_not())
    with MailPeer() as peer:
        last = [large(options.large)] if options.large else []
        size = fill(peer, itertools.chain(mails(options.mails, options.kilobytes), last))
        count = options.mails + len(last)
        print(f"{count} mails, {size / 1e6:.0f} MB")
        download(peer)  # Dovecot's own index and cache of sizes are made by the first who comes
        for _ in range(options.rounds):
            seconds, received = download(peer)
            print(f"plain client  {count / seconds:8.0f} mails/s  {received / seconds / 1e6:6.1f} MB/s")
            ours = first_sync(peer, count)
            print(f"inboxd        {count / ours['seconds']:8.0f} mails/s  {size / ours['seconds'] / 1e6:6.1f} MB/s  "
                  f"{seconds / ours['seconds'] * 100:.0f} % of the plain client; {ours['cpu'] / count * 1e6:.0f} us of CPU each; "
                  f"memory {ours['rest']:.0f} MiB at rest, at most {ours['peak']:.0f} MiB")
            print("  inbox.health said: " + json.dumps(ours["health"][:6], ensure_ascii=False))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
