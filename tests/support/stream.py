"""A WebSocket client (RFC 6455) of inboxd's stream. A thread reads; a test waits for frames and gives them back in the
order of arrival. It checks the chain of `previous` on every subscription and records both directions."""

import base64
import hashlib
import itertools
import json
import os
import socket
import threading
import time

from support import patience
from support.recorder import RECORDER

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Refused(Exception):
    """The handshake was answered with another status than 101."""

    def __init__(self, status, head):
        super().__init__(head)
        self.status = status


def masked(payload):
    mask = os.urandom(4)
    wide = int.from_bytes((mask * (len(payload) // 4 + 1))[:len(payload)], "big")
    return mask + (int.from_bytes(payload, "big") ^ wide).to_bytes(len(payload), "big")


def encoded(payload, opcode):
    size = len(payload)
    if size < 126:
        head = bytes([0x80 | opcode, 0x80 | size])
    elif size < 65536:
        head = bytes([0x80 | opcode, 0xFE]) + size.to_bytes(2, "big")
    else:
        head = bytes([0x80 | opcode, 0xFF]) + size.to_bytes(8, "big")
    return head + masked(payload)


class Stream:
    def __init__(self, port, protocol="inboxd.v1", origin=None, pongs=True, receive_buffer=None):
        self.sock = socket.socket()
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.settimeout(patience(20))
        self.pongs = pongs
        self.changed = threading.Condition()
        self.waiting, self.history = [], []  # frames nobody asked for yet · all events
        self.close_code, self.closed, self.closed_at = None, False, None
        self.chain, self.asked_since, self.faults = {}, {}, []
        self.ids = itertools.count(1)
        try:
            self.sock.connect(("127.0.0.1", port))
            self.shake_hands(port, protocol, origin)
        except BaseException:
            self.sock.close()
            raise
        self.sock.settimeout(None)
        self.reads = threading.Event()  # cleared by a test that plays a client which stalls
        self.reads.set()
        threading.Thread(target=self.read, daemon=True).start()

    def shake_hands(self, port, protocol, origin):
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {self.target()} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
        lines += [f"Sec-WebSocket-Protocol: {protocol}"] if protocol else []
        lines += [f"Origin: {origin}"] if origin else []
        lines += self.more_headers()
        self.sock.sendall("\r\n".join(lines + ["", ""]).encode())
        self.source = self.sock.makefile("rb")
        status_line = self.source.readline().decode()
        headers = {}
        while line := self.source.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        if " 101 " not in status_line:
            raise Refused(int((status_line.split() + ["0", "0"])[1]), status_line)
        accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
        if headers.get("sec-websocket-accept") != accept or headers.get("sec-websocket-protocol") != protocol:
            raise Refused(101, f"a browser would refuse {headers}")

    # Other sockets of inboxd's are read by the same rules.

    def target(self):
        return "/v1/stream"

    def more_headers(self):
        return []

    def record_frame(self, direction, frame):
        RECORDER.frame(direction, frame)

    # What arrives.

    def read(self):
        try:
            text = b""
            while self.reads.wait() and (head := self.source.read(2)):
                size = head[1] & 127
                if size > 125:
                    size = int.from_bytes(self.source.read(2 if size == 126 else 8), "big")
                body, opcode = self.source.read(size), head[0] & 15
                if opcode == CLOSE:
                    self.closed_at = time.monotonic()
                    self.close_code = int.from_bytes(body[:2], "big") if len(body) >= 2 else 1005
                    self.send_raw(body, CLOSE)
                    break
                if opcode == PING and self.pongs:
                    self.send_raw(body, PONG)
                if opcode <= TEXT:
                    text += body
                    if head[0] & 0x80:
                        self.arrived(json.loads(text))
                        text = b""
        except (OSError, ValueError):
            pass
        with self.changed:
            self.closed = True
            self.changed.notify_all()

    def arrived(self, frame):
        self.record_frame("server", frame)
        if frame["type"] == "ping" and self.pongs:
            return self.send("pong")
        with self.changed:
            self.follow(frame)
            if frame["type"] == "event":
                self.history.append(frame)
            self.waiting.append(frame)
            self.changed.notify_all()

    def follow(self, frame):
        """Every subscription is one chain, from its `since` or its snapshot on."""
        if frame["type"] == "ok" and frame["id"] in self.asked_since:
            self.chain[frame["data"]["subscription"]] = self.asked_since[frame["id"]]
        subscription = frame.get("subscription")
        if subscription is None or "cursor" not in frame:
            return
        if frame["type"] == "event" and frame["previous"] != self.chain.get(subscription):
            self.faults.append(f"{frame['previous']} follows {self.chain.get(subscription)}")
        self.chain[subscription] = frame["cursor"]

    def expect(self, wanted, timeout=15, what="a frame"):
        """The first frame that fits and was not given yet: a type, or a predicate."""
        fits = (lambda frame: frame["type"] == wanted) if isinstance(wanted, str) else wanted
        end = time.monotonic() + patience(timeout)
        with self.changed:
            looked_at = 0
            while True:
                for at in range(looked_at, len(self.waiting)):
                    if fits(self.waiting[at]):
                        return self.waiting.pop(at)
                looked_at = len(self.waiting)
                if self.closed or not self.changed.wait(max(0.0, end - time.monotonic())):
                    tail = [(f.get("event") or f["type"], f.get("error")) for f in self.waiting[-5:]]
                    raise AssertionError(f"no {wanted if isinstance(wanted, str) else what} came "
                                         f"(closed: {self.close_code if self.closed else 'no'}); waiting: {tail}")

    def event(self, name, timeout=15, **fields):
        """The next event of that name whose data has these values."""
        return self.expect(lambda f: f.get("type") == "event" and f["event"] == name
                           and all(f["data"].get(k) == v for k, v in fields.items()), timeout, f"{name} {fields}")

    def delivery(self, message, state, timeout=15):
        return self.expect(lambda f: f.get("event") == "message.delivery" and f["data"]["message"] == message
                           and f["data"]["delivery"]["state"] == state, timeout, f"{message} {state}")

    def quiet(self, unwanted):
        """Nothing of that kind waits; use it after something that comes later has arrived."""
        with self.changed:
            return not any(unwanted(frame) for frame in self.waiting)

    def wait_closed(self, timeout=15):
        with self.changed:
            if not self.changed.wait_for(lambda: self.closed, patience(timeout)):
                raise AssertionError("the connection is still open")
        return self.close_code

    # What is sent.

    def send_raw(self, payload, opcode=TEXT):
        self.sock.sendall(encoded(payload, opcode))

    def send(self, type, **fields):
        self.send_raw(json.dumps({"type": type, **fields}).encode())

    def ask(self, type, timeout=15, **fields):
        """Sends with a new id and gives the ok or error frame that answers it."""
        number = next(self.ids)
        if type == "subscribe" and "since" in fields:
            self.asked_since[number] = fields["since"]
        self.send(type, id=number, **fields)
        answer = self.expect(lambda frame: frame.get("id") == number, timeout, f"answer to {type}")
        if answer["type"] == "ok":  # tests send wrong ones on purpose
            RECORDER.frame("client", {"type": type, "id": number, **fields})
        return answer

    def taken(self, type, **fields):
        answer = self.ask(type, **fields)
        if answer["type"] != "ok":
            raise AssertionError(f"{type}: {answer}")
        return answer["data"]

    def command(self, name, key, **arguments):
        return self.ask("command", key=key, name=name, args=arguments)

    def login(self, token):
        self.expect("hello")
        return self.taken("auth", token=token)

    def subscribe(self, **fields):
        """Up to `live`; gives the subscription's name."""
        name = self.taken("subscribe", **fields)["subscription"]
        self.live = self.expect(lambda f: f["type"] == "live" and f["subscription"] == name, 30, "live")
        return name

    def close(self):
        self.reads.set()
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()
