"""A visitor of a web chat, by the public contract alone: sessions, the socket, the long poll, uploads; every answer and
frame recorded."""

import base64
import hashlib
import hmac
import json
import time
import uuid

from support.recorder import RECORDER
from support.rest import Rest
from support.stream import Stream

PAGE = "https://www.example.com"
SECRET = "identity-secret-for-tests"


def base64url(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def token(subject, inbox="website", secret=SECRET, header=None, lives=600, **claims):
    """A JSON Web Token under HS256, as the company's own server makes it."""
    now = int(time.time())
    claims = {"sub": subject, "aud": inbox, "iat": now, "exp": now + lives, **claims}
    signed = ".".join(base64url(json.dumps(part).encode())
                      for part in (header or {"alg": "HS256", "typ": "JWT"}, {k: v for k, v in claims.items() if v is not None}))
    return signed + "." + base64url(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest())


class ChatSocket(Stream):
    """The visitor's WebSocket."""

    def __init__(self, port, inbox="website", origin=PAGE, protocol="inboxd.chat.v1", address=None, **more):
        self.path, self.address = f"/chat/{inbox}/socket", address
        super().__init__(port, protocol, origin, **more)

    def target(self):
        return self.path

    def more_headers(self):
        return [f"X-Forwarded-For: {self.address}"] if self.address else []

    def record_frame(self, direction, frame):
        RECORDER.frame("visitor_" + direction, frame)

    def say_hello(self, session, last_seq=None, conversation=None):
        """Gives the frame that says where the visitor stands."""
        self.expect("hello")
        fields = {"last_seq": last_seq} if last_seq is not None else {}
        fields.update({"conversation": conversation} if conversation else {})
        self.tell("hello", token=session["session_token"], **fields)
        return self.expect("chat")

    def tell(self, type, **fields):
        self.record_frame("client", {"type": type, **fields})
        self.send(type, **fields)

    def say(self, text, client_msg_id=None, **fields):
        """Gives the ack."""
        number = client_msg_id or str(uuid.uuid4())
        self.tell("message", client_msg_id=number, text=text, **fields)
        return self.expect(lambda f: f["type"] in ("ack", "error") and f.get("client_msg_id") == number, what="an ack")

    def message(self, text, timeout=15):
        return self.expect(lambda f: f["type"] == "message" and f["message"]["text"] == text, timeout, f"message {text!r}")


class Visitor:
    """One browser: keeps its visitor token as the widget does."""

    def __init__(self, port, inbox="website", origin=PAGE, address=None):
        self.port, self.inbox, self.origin, self.address = port, inbox, origin, address
        self.visitor_token, self.session, self.sockets = None, None, []

    def call(self, method, path, body=None, raw=None, headers=None, session=True, **more):
        sent = {"Origin": self.origin} if self.origin else {}
        if self.address:
            sent["X-Forwarded-For"] = self.address
        if session and self.session:
            sent["Authorization"] = "Bearer " + self.session["session_token"]
        sent.update(headers or {})
        return Rest(self.port).call(method, f"/chat/{self.inbox}/{path}", body, sent, raw, **more)

    def ask_session(self, **fields):
        if self.visitor_token:
            fields.setdefault("visitor_token", self.visitor_token)
        return self.call("POST", "session", fields, session=False)

    def open(self, **fields):
        answer = self.ask_session(**fields)
        if answer.status != 200:
            raise AssertionError(f"session: {answer!r}")
        self.session = answer.json
        self.visitor_token = self.session["visitor_token"]
        return self

    def socket(self, last_seq=None, conversation=None, **more):
        socket = ChatSocket(self.port, self.inbox, self.origin, address=self.address, **more)
        self.sockets.append(socket)
        socket.where = socket.say_hello(self.session, last_seq, conversation)
        return socket

    def post(self, text, client_msg_id=None, status=201, **fields):
        answer = self.call("POST", "messages", {"client_msg_id": client_msg_id or str(uuid.uuid4()), "text": text, **fields})
        if answer.status != status:
            raise AssertionError(f"message: {answer!r}")
        return answer.json

    def events(self, after=None, wait=0, conversation=None, status=200):
        query = f"?wait={wait}" + (f"&after={after}" if after is not None else "")
        answer = self.call("GET", "events" + query + (f"&conversation={conversation}" if conversation else ""), timeout=wait + 20)
        if answer.status != status:
            raise AssertionError(f"events: {answer!r}")
        return answer.json

    def upload(self, name, content, mime="application/octet-stream", chunked=False, **more):
        boundary = "inboxd-test-part"
        head = (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
                f"Content-Type: {mime}\r\n\r\n")
        raw = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        return self.call("POST", "upload", raw=iter([raw]) if chunked else raw, headers={"Content-Type": f"multipart/form-data; boundary={boundary}"}, **more)

    def close(self):
        for socket in self.sockets:
            socket.close()
