#!/usr/bin/python3
"""Prints each event of inboxd's stream as a JSON line and, after every break, goes on where it stopped.
usage: example_client.py HOST PORT TOKEN [CURSOR]"""
import base64, json, os, socket, sys, time

def send(sock, body, opcode=1):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    size = bytes([0x80 | len(body)]) if len(body) < 126 else b"\xfe" + len(body).to_bytes(2, "big")
    mask = os.urandom(4)
    sock.sendall(bytes([0x80 | opcode]) + size + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(body)))

def frames(host, port, sock):  # RFC 6455
    sock.sendall(f"GET /v1/stream HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: inboxd.v1\r\n\r\n".encode())
    stream, text = sock.makefile("rb"), b""
    while stream.readline().strip():
        pass  # the answer's headers
    while head := stream.read(2):
        size = head[1] & 127
        body = stream.read(size if size < 126 else int.from_bytes(stream.read(2 if size == 126 else 8), "big"))
        opcode, last = head[0] & 15, head[0] & 0x80
        if opcode == 8 and b"\x11\x30" <= body[:2] < b"\x11\x94":  # 4400 to 4499
            sys.exit("refused: " + body[2:].decode())  # coming back unchanged would not help
        if opcode == 9:
            send(sock, body, 10)
        text += body if opcode < 2 else b""
        if opcode < 2 and last:
            yield json.loads(text)
            text = b""

def follow(host, port, token, place):
    with socket.create_connection((host, port), timeout=60) as sock:  # the server pings more often than that
        for frame in frames(host, port, sock):
            if frame["type"] == "hello":
                send(sock, {"type": "auth", "id": 1, "token": token})
            elif frame["type"] == "ok" and frame["id"] == 1:
                send(sock, {"type": "subscribe", "id": 2, **place})
            elif frame["type"] == "ping":
                send(sock, {"type": "pong"})
            elif frame["type"] == "error":
                place.clear()  # too old, or a restored backup: the next subscription begins with a snapshot
                return print(frame["error"]["detail"], file=sys.stderr)
            elif frame["type"] == "event":
                assert frame["previous"] == place["since"], "an event is missing"
                print(json.dumps(frame), flush=True)
            place.update({"since": frame["cursor"]} if "cursor" in frame else {})

if __name__ == "__main__":
    place = {"since": sys.argv[4]} if sys.argv[4:] else {}
    while True:
        try:
            follow(sys.argv[1], int(sys.argv[2]), sys.argv[3], place)
        except OSError as broken:
            print(broken, file=sys.stderr)
        time.sleep(1)  # sleep: a server that is away is not to be hammered
