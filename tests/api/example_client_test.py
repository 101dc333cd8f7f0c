#!/usr/bin/python3
"""The example client resumes after a break without losing or repeating an event, and stops when it is refused."""
import base64
import hashlib
import json
import pathlib
import socket
import subprocess
import sys

CLIENT = pathlib.Path(__file__).parent / "example_client.py"


class Peer:
    """One accepted connection, spoken to as the server would."""

    def __init__(self, listener):
        self.sock = listener.accept()[0]
        self.sock.settimeout(10)
        self.stream = self.sock.makefile("rb")
        headers = {}
        while line := self.stream.readline().decode().strip():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        digest = hashlib.sha1((headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        self.sock.sendall(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           f"Sec-WebSocket-Accept: {base64.b64encode(digest).decode()}\r\n\r\n").encode())

    def raw(self, opcode, body):
        size = bytes([len(body)]) if len(body) < 126 else b"\x7e" + len(body).to_bytes(2, "big")
        self.sock.sendall(bytes([opcode]) + size + body)

    def send(self, **frame):
        text = json.dumps(frame).encode()
        self.raw(0x01, text[:5])  # in two fragments, as servers may
        self.raw(0x80, text[5:])

    def receive(self):
        head = self.stream.read(2)
        assert head[1] & 0x80, "clients mask their frames"
        size = head[1] & 127
        size = int.from_bytes(self.stream.read(2), "big") if size == 126 else size
        mask, body = self.stream.read(4), self.stream.read(size)
        return bytes(byte ^ mask[i % 4] for i, byte in enumerate(body))

    def subscribed(self):
        self.send(type="hello", protocol=1)
        auth = json.loads(self.receive())
        assert auth["type"] == "auth" and auth["token"] == "secret", auth
        self.send(type="ok", id=1, data={})
        subscribe = json.loads(self.receive())
        self.send(type="ok", id=2, data={"subscription": "s1"})
        return subscribe.get("since")

    def event(self, previous, cursor):
        self.send(type="event", previous=previous, cursor=cursor, event="message.created", data={"text": "x" * 300})


def main():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        port = str(listener.getsockname()[1])
        client = subprocess.Popen([sys.executable, str(CLIENT), "127.0.0.1", port, "secret"], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True)
        try:
            first = Peer(listener)
            assert first.subscribed() is None
            first.send(type="snapshot", cursor="e:1", conversations=[])
            first.send(type="live", cursor="e:1")
            first.event("e:1", "e:4")
            first.raw(0x89, b"are you there")
            assert first.receive() == b"are you there"
            first.send(type="ping")
            assert json.loads(first.receive()) == {"type": "pong"}
            first.send(type="mark", cursor="e:6")
            first.raw(0x88, (4000).to_bytes(2, "big"))
            first.stream.close()
            first.sock.close()
            second = Peer(listener)
            assert second.subscribed() == "e:6"
            second.event("e:6", "e:7")
            second.send(type="error", id=2, error={"code": "epoch_changed", "detail": "restored"})
            third = Peer(listener)
            assert third.subscribed() is None
            third.raw(0x88, (4401).to_bytes(2, "big") + b"unauthenticated")
            out, error = client.communicate(timeout=10)
        finally:
            client.kill()
    assert [json.loads(line)["cursor"] for line in out.splitlines()] == ["e:4", "e:7"], out
    assert client.returncode == 1 and "unauthenticated" in error, error
    print("the example client resumes, starts anew and stops")


if __name__ == "__main__":
    main()
