"""A client of inboxd's REST interface and of its webhooks: one connection per call, every answer recorded. It knows the
public contract and nothing of the code."""

import http.client
import itertools
import json
import urllib.parse
import uuid

from support import patience
from support.recorder import RECORDER


class Answer:
    def __init__(self, status, headers, raw):
        self.status, self.headers, self.raw = status, headers, raw
        try:
            self.json = json.loads(raw)
        except ValueError:
            self.json = None

    @property
    def code(self):
        return (self.json or {}).get("code")

    def __repr__(self):
        return f"{self.status} {self.raw[:300]!r}"


class Rest:
    def __init__(self, port, token=None):
        self.port, self.token = port, token

    def call(self, method, path, body=None, headers=None, raw=None, timeout=20, key=None):
        sent = dict(headers or {})
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if key:
            sent["Idempotency-Key"] = key
        content = raw
        if body is not None:
            content = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience(timeout))
        try:
            try:
                connection.request(method, path, content, sent)
            except (BrokenPipeError, ConnectionResetError):
                if connection.sock is None:
                    raise
                # Refused before the whole body was read: the answer is there already.
            response = connection.getresponse()
            answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()
        self.record(method, path, body, answer)
        return answer

    def record(self, method, path, body, answer):
        kind = answer.headers.get("content-type", "")
        RECORDER.response(method, path, answer.status, kind, answer.json if "json" in kind else None)
        if body is not None and answer.status < 400:
            RECORDER.request(method, path, body)

    def want(self, status, method, path, body=None, **more):
        answer = self.call(method, path, body, **more)
        if answer.status != status:
            raise AssertionError(f"{method} {path}: expected {status}, got {answer!r}")
        return answer.json

    def get(self, path, status=200):
        return self.want(status, "GET", path)

    def post(self, path, body=None, status=200, **more):
        return self.want(status, "POST", path, body if body is not None else {}, **more)

    def patch(self, path, body, status=200):
        return self.want(status, "PATCH", path, body)

    def refused(self, status, code, method, path, body=None, **more):
        answer = self.call(method, path, body, **more)
        if (answer.status, answer.code) != (status, code) or "problem+json" not in answer.headers["content-type"]:
            raise AssertionError(f"{method} {path}: expected {status} {code}, got {answer!r}")
        return answer.json

    def pages(self, path, limit=100):
        """Every item of a list, page after page; fails when a page repeats."""
        found, seen, after = [], set(), None
        joint = "&" if "?" in path else "?"
        while True:
            more = f"&after={urllib.parse.quote(after, safe='')}" if after else ""
            page = self.get(f"{path}{joint}limit={limit}{more}")
            found += page["items"]
            after = page["next"]
            if after is None:
                return found
            if after in seen:
                raise AssertionError(f"{path}: the page {after} repeats")
            seen.add(after)

    # The desk, in an agent's words.

    def reply(self, conversation, text="", status=202, key=None, **more):
        path = f"/v1/conversations/{conversation}/messages"
        return self.want(status, "POST", path, {"text": text, **more}, key=key or uuid.uuid4().hex)

    def messages(self, conversation, limit=100):
        return self.pages(f"/v1/conversations/{conversation}/messages", limit)

    def conversations(self, query=""):
        return self.pages("/v1/conversations" + query)

    def message(self, message):
        return self.get(f"/v1/messages/{message}")

    def delivery(self, message):
        return self.message(message)["delivery"]

    def upload(self, name, content, mime="application/octet-stream", status=201):
        boundary = "inboxd-test-part"
        head = (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
                f"Content-Type: {mime}\r\n\r\n")
        raw = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        return self.want(status, "POST", "/v1/attachments", raw=raw,
                         headers={"Content-Type": f"multipart/form-data; boundary={boundary}"})

    def download(self, url):
        """The bytes behind a signed link, asked for without a token as a browser does."""
        parts = urllib.parse.urlsplit(url)
        return Rest(self.port).call("GET", parts.path)


class Numbers:
    """New people and messages for each test of one daemon."""

    def __init__(self, first=1000):
        self.counter = itertools.count(first)

    def __call__(self):
        return next(self.counter)
