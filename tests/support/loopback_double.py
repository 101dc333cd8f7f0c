"""The far side of the loopback channel: takes requests as its README describes, remembers them, fails on demand, and
makes the bodies of its webhooks. Threads of one HTTP server on loopback; nothing on disk."""

import datetime
import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat().replace("+00:00", "Z")


class LoopbackDouble:
    def __init__(self, secret="loopback-secret"):
        self.secret = secret
        self.lock = threading.Condition()
        self.sent = []  # bodies of accepted POST /messages, with "id"
        self.calls = []  # (method, path, body)
        self.faults = []  # "cut_after", "hang" or a status, for the next POST /messages each
        self.released = threading.Event()
        self.ids = itertools.count(1)
        double = self

        class Handler(LoopbackHandler):
            peer = double

        self.handler = Handler
        self.bind(0)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"

    def bind(self, port):
        self.server = ThreadingHTTPServer(("127.0.0.1", port), self.handler)
        self.server.daemon_threads = True

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def listen(self, port):
        """Again, after a test has closed the server."""
        self.bind(port)
        self.__enter__()

    def __exit__(self, *_):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def message(self, message_id, person, text, **more):
        return {"type": "message", "id": message_id, "at": now(), "from": {"id": person, "name": person.title()},
                "text": text, **more}

    def body(self, *events, **more):
        return {"events": list(events), **more}

    def headers(self):
        return {"X-Loopback-Secret": self.secret, "Content-Type": "application/json"}

    def texts_to(self, person):
        with self.lock:
            return [body["text"] for body in self.sent if body["to"] == person]


class LoopbackHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    peer = None

    def log_message(self, *_):
        pass

    def handle_call(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("X-Loopback-Secret") != self.peer.secret:
            return self.answer(401, {"error": {"code": "unauthenticated", "detail": "wrong secret"}})
        try:
            body = json.loads(raw) if raw and self.path != "/files" else None
        except ValueError:
            return self.answer(400, {"error": {"code": "bad_request", "detail": "not JSON"}})
        with self.peer.lock:
            self.peer.calls.append((self.command, self.path, body))
            self.peer.lock.notify_all()
        if (self.command, self.path) == ("POST", "/messages"):
            return self.take_message(body)
        if self.path in ("/files", "/account"):
            return self.answer(200, {"id": f"f{next(self.peer.ids)}", "account": "double"})
        self.answer(200, {})

    def take_message(self, body):
        with self.peer.lock:
            fault = self.peer.faults.pop(0) if self.peer.faults else None
            if not isinstance(fault, int) and fault != "hang":
                body["id"] = f"x{next(self.peer.ids)}"
                self.peer.sent.append(body)
                self.peer.lock.notify_all()
        if isinstance(fault, int):
            return self.answer(fault, {"error": {"code": "asked", "detail": "as the test asked"}})
        if fault == "hang":
            self.peer.released.wait(120)
        if fault in ("hang", "cut_after"):
            self.close_connection = True
            return self.connection.close()
        self.answer(200, {"id": body["id"]})

    def answer(self, status, body):
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    do_GET = do_POST = do_PUT = do_DELETE = handle_call
