"""Thousands of subscribers in one thread: each dials, says who it is, resumes from its cursor, and checks that every event
follows the one before it. Far lighter than support/stream.py, which tests want everywhere else."""

import asyncio
import base64
import json
import re
import resource
import socket

from support import patience

# In this order at the front of an event's frame; what follows is not looked at.
EVENT = re.compile(rb'"type":"event".{0,200}?"previous":"([^"]+)".{0,60}?"cursor":"([^"]+)"', re.DOTALL)
DESCRIPTORS_BESIDE = 200
HEAD_BYTES = 400


def make_room(connections):
    """The right to that many connections; gives how many it is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + DESCRIPTORS_BESIDE
    if soft < wanted:
        soft = min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(0, min(connections, soft - DESCRIPTORS_BESIDE))


class Member(asyncio.Protocol):
    def __init__(self, crowd, token, since):
        self.crowd, self.token, self.since, self.chain = crowd, token, since, since
        self.cursors, self.faults = [], []
        self.buffer, self.upgraded, self.ended = b"", False, False

    def connection_made(self, transport):
        self.transport = transport
        key = base64.b64encode(b"one of the crowd").decode()
        transport.write((f"GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1:{self.crowd.port}\r\nUpgrade: websocket\r\n"
                         f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
                         "Sec-WebSocket-Protocol: inboxd.v1\r\n\r\n").encode())

    def connection_lost(self, error):
        if not self.ended:
            self.crowd.broken.append(str(error))

    def data_received(self, data):
        self.buffer += data
        if not self.upgraded:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head.split(b"\r\n", 1)[0]:
                self.faults.append(head.decode())
            self.upgraded, self.buffer = True, rest
        self.buffer = self.buffer[self.frames(self.buffer):]

    def frames(self, buffer):
        """Takes the whole frames at the front; gives where they end."""
        at = 0
        while len(buffer) >= at + 2:
            size, start = buffer[at + 1] & 127, at + 2
            if size > 125:
                wide = 2 if size == 126 else 8
                size, start = int.from_bytes(buffer[start:start + wide], "big"), start + wide
            if len(buffer) < start + size:
                break
            if buffer[at] & 15 == 1:
                self.frame(buffer, start, start + size)
            at = start + size
        return at

    def frame(self, buffer, start, end):
        event = EVENT.search(buffer, start, min(end, start + HEAD_BYTES))
        if event:
            previous, cursor = event[1].decode(), event[2].decode()
            if previous != self.chain:
                self.faults.append(f"{previous} follows {self.chain}")
            self.cursors.append(cursor)
            return self.reached(cursor)
        frame = json.loads(buffer[start:end])
        kind = frame["type"]
        if kind == "hello":
            self.send("auth", id=1, token=self.token)
        elif kind == "ok" and frame["id"] == 1:
            self.send("subscribe", id=2, since=self.since)
        elif kind in ("event", "error"):
            self.faults.append(str(frame)[:300])
        elif kind == "ping":
            self.send("pong")
        elif "cursor" in frame:
            self.reached(frame["cursor"])

    def reached(self, cursor):
        self.chain = cursor
        if cursor == self.crowd.target:
            self.crowd.caught_up(self)

    def send(self, type, **fields):
        payload = json.dumps({"type": type, **fields}).encode()
        # RFC 6455, 5.3 wants a mask; one of zeros leaves the payload as it is.
        head = bytes([0x81, 0x80 | len(payload)]) if len(payload) < 126 else b"\x81\xfe" + len(payload).to_bytes(2, "big")
        self.transport.write(head + bytes(4) + payload)


class Crowd:
    """`members` are (token, cursor) each; all dial at once and are through when they have the event `target`."""

    def __init__(self, port, members, target):
        self.port, self.target, self.broken = port, target, []
        self.members = [Member(self, token, since) for token, since in members]
        self.left = set(self.members)

    def caught_up(self, member):
        self.left.discard(member)
        if not self.left:
            self.through.set()

    def gather(self, seconds):
        """Gives how long it took until the last had caught up; None when not all have."""
        return asyncio.run(self.run(patience(seconds)))

    async def run(self, seconds):
        loop = asyncio.get_running_loop()
        self.through = asyncio.Event()
        started = loop.time()
        dials = [asyncio.ensure_future(self.dial(loop, member)) for member in self.members]
        try:
            await asyncio.wait_for(self.through.wait(), seconds)
            return loop.time() - started
        except asyncio.TimeoutError:
            return None
        finally:
            for dial, member in zip(dials, self.members):
                dial.cancel()
                member.ended = True
                if hasattr(member, "transport"):
                    member.transport.abort()

    async def dial(self, loop, member):
        sock = socket.socket()
        sock.setblocking(False)
        await loop.sock_connect(sock, ("127.0.0.1", self.port))
        await loop.create_connection(lambda: member, sock=sock)
