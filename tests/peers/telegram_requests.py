"""The HTTP side of telegram_double.py: paths, bodies, error answers and the failures that a test asked for."""

import json
import urllib.parse
from http.server import BaseHTTPRequestHandler

from telegram_rules import Refusal, parse_form

BODY_BYTES_MAX = 60 << 20
UPLOADS = {"sendPhoto": "photo", "sendVideo": "video", "sendAnimation": "animation", "sendAudio": "audio",
           "sendVoice": "voice", "sendDocument": "document"}
PLAIN = {"getMe", "setWebhook", "deleteWebhook", "getWebhookInfo", "getUpdates", "sendMessage", "sendMediaGroup",
         "editMessageText", "editMessageCaption", "deleteMessage", "setMessageReaction", "answerCallbackQuery",
         "sendChatAction", "getFile"}
EFFECTS = set(UPLOADS) | {"sendMessage", "sendMediaGroup", "editMessageText", "editMessageCaption", "deleteMessage",
                          "setMessageReaction", "answerCallbackQuery"}


class TelegramHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    telegram = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.handle_call()

    def do_POST(self):
        self.handle_call()

    def handle_call(self):
        path = urllib.parse.unquote(urllib.parse.urlparse(self.path).path)
        if path.startswith(f"/file/bot{self.telegram.token}/"):
            return self.download(path.split("/", 3)[3])
        prefix = f"/bot{self.telegram.token}/"
        if not path.startswith(prefix):
            self.read_body()
            return self.refuse(Refusal(401, "Unauthorized") if path.startswith("/bot") else Refusal(404, "Not Found"))
        self.run(path[len(prefix):])

    def run(self, method):
        failure = self.take_failure(method)
        kind = failure.get("kind")
        if kind == "cut_before":
            return self.cut()
        body = self.read_body()
        if kind == "hang":
            self.telegram.released.wait(failure.get("seconds", 3600))
            return self.cut()
        if kind is not None and kind.isdigit():
            return self.refuse(made_refusal(failure))
        try:
            result = self.call(method, body)
        except Refusal as refusal:
            return self.refuse(refusal)
        if kind == "cut_after":
            return self.cut()
        if kind == "garbage":
            return self.answer(200, b"<html>not JSON", "text/html")
        self.answer_json(200, {"ok": True, "result": result})

    def call(self, method, body):
        if method not in PLAIN and method not in UPLOADS:
            raise Refusal(404, "Not Found: method not found")
        parameters, files = self.parameters(body)
        with self.telegram.lock:
            self.telegram.calls.append((method, parameters))
        if method in UPLOADS:
            result = self.telegram.send_file(UPLOADS[method], parameters, files)
        else:
            result = getattr(self.telegram, method)(parameters, files)
        if method in EFFECTS:
            with self.telegram.lock:
                self.telegram.sent.append({"method": method, "parameters": parameters, "files": files,
                                           "result": json.loads(json.dumps(result))})
                self.telegram.lock.notify_all()
        return result

    def parameters(self, body):
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("multipart/form-data"):
            return parse_form(kind, body)
        if kind.startswith("application/json"):
            try:
                parameters = json.loads(body or b"{}")
            except ValueError:
                raise Refusal(400, "Bad Request: can't parse JSON object") from None
            if not isinstance(parameters, dict):
                raise Refusal(400, "Bad Request: object expected as request")
            return parameters, {}
        query = body.decode() if body else urllib.parse.urlparse(self.path).query
        return dict(urllib.parse.parse_qsl(query)), {}

    def read_body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = b""
            while size := int(self.rfile.readline().strip() or b"0", 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        size = int(self.headers.get("Content-Length", 0))
        if size > BODY_BYTES_MAX:
            self.close_connection = True
            raise ConnectionError("body too large")
        return self.rfile.read(size)

    def take_failure(self, method):
        with self.telegram.lock:
            for i, failure in enumerate(self.telegram.failures):
                if failure["method"] in (None, method):
                    return self.telegram.failures.pop(i)
        return {}

    def download(self, path):
        failure = self.take_failure("file")
        if failure.get("kind", "").isdigit():
            return self.refuse(made_refusal(failure))
        for known, content in self.telegram.files.values():
            if known == path:
                if failure.get("kind") == "cut_after":
                    return self.cut()
                return self.answer(200, content, "application/octet-stream")
        self.refuse(Refusal(404, "Not Found"))

    def refuse(self, refusal):
        body = {"ok": False, "error_code": refusal.code, "description": refusal.description}
        if refusal.parameters:
            body["parameters"] = refusal.parameters
        headers = {"Retry-After": str(refusal.parameters["retry_after"])} if "retry_after" in refusal.parameters else {}
        self.answer_json(refusal.code, body, headers)

    def answer_json(self, status, body, headers=None):
        self.answer(status, json.dumps(body).encode(), "application/json", headers)

    def answer(self, status, body, kind, headers=None):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def cut(self):
        self.close_connection = True
        self.connection.close()


def made_refusal(failure):
    code = int(failure["kind"])
    if code == 429:
        seconds = failure.get("retry_after", 1)
        return Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
    return Refusal(code, failure.get("description", "Internal Server Error"))
