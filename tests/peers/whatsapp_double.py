"""A strict double of Meta's Graph API for one or more WhatsApp numbers: it refuses what Graph refuses, with Graph's
error bodies, misbehaves on demand, records what was sent, and posts signed webhooks. Used by the end-to-end tests;
standard library only; listens on loopback on a port that the system chooses. It never keeps anything on disk.

    with WhatsAppDouble() as graph:
        graph.open_window("39333111222"); graph.fail_next(code=130429, status=429, retry_after=2)
        ... the daemon sends to graph.url ...
        graph.sent; graph.post(hook, graph.text_webhook("39333111222", "Ciao")); graph.post(hook, graph.status_webhook(...))
"""
import base64, hashlib, hmac, http.server, json, re, socket, socketserver, struct, threading, time, urllib.error, urllib.request
from email.parser import BytesParser

WINDOW_SECONDS = 24 * 3600
URL_SECONDS = 5 * 60
BODY_MAX = 101 << 20
IMAGE_MAX, AUDIO_MAX, VIDEO_MAX, DOCUMENT_MAX, STICKER_MAX = 5 << 20, 16 << 20, 16 << 20, 100 << 20, 500 << 10
OFFICE = "application/vnd.openxmlformats-officedocument."
TYPES = {"image/jpeg": "image", "image/png": "image", "image/webp": "sticker", "audio/aac": "audio", "audio/amr": "audio",
         "audio/mpeg": "audio", "audio/mp4": "audio", "audio/ogg": "audio", "audio/opus": "audio", "video/mp4": "video",
         "video/3gpp": "video", "text/plain": "document", "application/pdf": "document", "application/msword": "document",
         "application/vnd.ms-excel": "document", "application/vnd.ms-powerpoint": "document",
         OFFICE + "wordprocessingml.document": "document", OFFICE + "spreadsheetml.sheet": "document",
         OFFICE + "presentationml.presentation": "document"}
SIZES = {"image": IMAGE_MAX, "audio": AUDIO_MAX, "video": VIDEO_MAX, "document": DOCUMENT_MAX, "sticker": STICKER_MAX}
TITLES = {100: "Invalid parameter", 190: "Error validating access token", 130429: "Rate limit hit",
          131008: "Required parameter is missing", 131009: "Parameter value is not valid", 131026: "Message undeliverable",
          131047: "Re-engagement message", 131051: "Unsupported message type", 131053: "Media upload error",
          131056: "(Business Account, Consumer Account) pair rate limit hit",
          132000: "Number of parameters does not match the expected number of params",
          132001: "Template name does not exist in the translation"}


class Refusal(Exception):
    def __init__(self, code, details, status=400, subcode=None, retry_after=None):
        super().__init__(details)
        self.code, self.details, self.status, self.subcode, self.retry_after = code, details, status, subcode, retry_after

    def body(self):
        kind = "OAuthException"
        error = {"message": f"(#{self.code}) {TITLES.get(self.code, 'Error')}", "type": kind, "code": self.code,
                 "error_data": {"messaging_product": "whatsapp", "details": self.details}, "fbtrace_id": "A1b2C3d4E5f"}
        if self.subcode: error["error_subcode"] = self.subcode
        return {"error": error}


def need(condition, code, details, **more):
    if not condition: raise Refusal(code, details, **more)


class WhatsAppDouble:
    def __init__(self, numbers=("1122334455667",), token="EAAx", version="v23.0", app_secret="app-secret", verify_token="verify-me",
                 business_account="102290129340398"):
        self.numbers, self.token, self.version, self.app_secret = set(numbers), token, version, app_secret
        self.verify_token, self.business_account = verify_token, business_account
        self.number = next(iter(numbers))
        self.lock = threading.RLock()
        self.sent, self.receipts, self.uploads, self.requests = [], [], {}, []
        self.media, self.templates, self.windows, self.links = {}, {}, {}, {}
        self.faults, self.released = [], threading.Event()
        self.clock = time.time
        self._ids = 0
        double = self

        class Handler(_Handler):
            graph = double

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
        self.server.allow_reuse_address, self.server.daemon_threads = True, True
        self.server.server_bind()
        self.server.server_activate()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.released.set()  # a hanging request ends with us
        self.server.shutdown()
        self.server.server_close()

    # What the test arranges

    def open_window(self, person, seconds_ago=0):
        """The customer wrote: free-form messages pass for 24 hours from then."""
        with self.lock: self.windows[person] = self.clock() - seconds_ago

    def add_template(self, name, language="it", body_parameters=0):
        with self.lock: self.templates[(name, language)] = body_parameters

    def add_media(self, content, mime="image/jpeg"):
        """A customer's file: gives its media id."""
        with self.lock:
            media_id = self._next("9")
            self.media[media_id] = {"content": content, "mime": mime}
            return media_id

    def expire_links(self):
        with self.lock: self.links.clear()

    def fail_next(self, times=1, path="", **fault):
        """`code` (with `status`, `retry_after`): that refusal · `status` alone: a bare answer · `hang=True` ·
        `cut="before"`: closed before the request is read · `cut="after"`: taken, then closed without an answer ·
        `garbage=True`: taken, answered 200 with nonsense. `path`: only requests that contain it."""
        with self.lock: self.faults.extend([{"path": path, **fault}] * times)

    def sent_to(self, person):
        with self.lock: return [m["json"] for m in self.sent if person in (m["json"].get("to"), m["json"].get("recipient"))]

    # What a webhook says

    def _next(self, prefix):
        with self.lock:
            self._ids += 1
            return f"{prefix}{self._ids:06d}"

    def change(self, value, field="messages", number=None):
        number = number or self.number
        return {"field": field, "value": {"messaging_product": "whatsapp", "metadata": {
            "display_phone_number": "390612345678", "phone_number_id": number}, **value}}

    def envelope(self, *changes):
        return {"object": "whatsapp_business_account", "entry": [{"id": self.business_account, "changes": list(changes)}]}

    def message(self, person, type="text", message_id=None, at=None, **content):
        return {"from": person, "id": message_id or self._next("wamid.in"), "timestamp": str(int(at or self.clock())),
                "type": type, **content}

    def message_webhook(self, *messages, name="Anna Rossi", number=None):
        people = {m["from"]: {"profile": {"name": name}, "wa_id": m["from"]} for m in messages}
        for person in people: self.open_window(person)
        return self.envelope(self.change({"contacts": list(people.values()), "messages": list(messages)}, number=number))

    def text_webhook(self, person, text, message_id=None, number=None, name="Anna Rossi"):
        return self.message_webhook(self.message(person, message_id=message_id, text={"body": text}), name=name, number=number)

    def media_webhook(self, person, content, type="image", mime="image/jpeg", **more):
        media = {"id": self.add_media(content, mime), "mime_type": mime,
                 "sha256": base64.b64encode(hashlib.sha256(content).digest()).decode(), **more}
        return self.message_webhook(self.message(person, type, **{type: media}))

    def batch_webhook(self, *bodies):
        """Several callbacks as one: Meta batches entries, changes and numbers."""
        return {"object": "whatsapp_business_account", "entry": [entry for body in bodies for entry in body["entry"]]}

    def status(self, index, state, code=None, at=None):
        """Of the index-th message that was sent (negative from the end), with the callback data that it carried."""
        record = self.sent[index]
        out = {"id": record["id"], "status": state, "timestamp": str(int(at or self.clock())),
               "recipient_id": record["json"].get("to") or record["json"].get("recipient")}
        if "biz_opaque_callback_data" in record["json"]: out["biz_opaque_callback_data"] = record["json"]["biz_opaque_callback_data"]
        if code: out["errors"] = [{"code": code, "title": TITLES.get(code, "Error"), "message": TITLES.get(code, "Error"),
                                   "error_data": {"details": TITLES.get(code, "Error")}}]
        return out

    def status_webhook(self, *statuses, number=None): return self.envelope(self.change({"statuses": list(statuses)}, number=number))

    def signature(self, raw): return "sha256=" + hmac.new(self.app_secret.encode(), raw, hashlib.sha256).hexdigest()

    def post(self, hook, body, signature=None, times=1, timeout=20):
        """Posts to the daemon's hook as Meta does: non-ASCII escaped, signed over those bytes. `signature=""` sends
        none. Gives the last HTTP status."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
        given = self.signature(raw) if signature is None else signature
        if given: headers["X-Hub-Signature-256"] = given
        for _ in range(times):
            try:
                with urllib.request.urlopen(urllib.request.Request(hook, raw, headers), timeout=timeout) as answer: status = answer.status
            except urllib.error.HTTPError as error:
                status = error.code
        return status

    # What Graph does

    def take_fault(self, path):
        with self.lock:
            for at, fault in enumerate(self.faults):
                if fault["path"] in path: return self.faults.pop(at)
        return {}

    def handle(self, method, path, query, headers, body):
        """The answer's JSON, or (bytes, mime) of a download; raises Refusal."""
        with self.lock:
            if path.startswith("/media/"): return self.download(path, headers)
            need(headers.get("authorization") == f"Bearer {self.token}", 190, "The access token is invalid.", status=401)
            found = re.fullmatch(rf"/{re.escape(self.version)}/([A-Za-z0-9_]+)(?:/([a-z_]+))?", path)
            need(found, 2500, f"Unknown path components: {path}", status=400)
            node, edge = found.groups()
            if method == "GET": return self.read(node, edge)
            need(method == "POST" and node in self.numbers, 100, "Object does not exist", subcode=33)
            if edge == "media": return self.upload(headers, body)
            need(edge == "messages", 2500, f"Unknown path components: /{edge}")
            return self.messages(node, headers, body)

    def read(self, node, edge):
        if node in self.numbers and edge is None:
            return {"id": node, "display_phone_number": "+39 06 1234 5678", "verified_name": "Negozio", "quality_rating": "GREEN"}
        if node == self.business_account and edge == "message_templates":
            return {"data": [{"name": name, "language": language, "status": "APPROVED"} for name, language in self.templates]}
        need(edge is None and node in self.media, 100, "Object does not exist", subcode=33)
        media, key = self.media[node], self._next("k")
        self.links[key] = (node, self.clock() + URL_SECONDS)
        return {"messaging_product": "whatsapp", "id": node, "url": f"{self.url}/media/{key}", "mime_type": media["mime"],
                "sha256": hashlib.sha256(media["content"]).hexdigest(), "file_size": len(media["content"])}

    def download(self, path, headers):
        need(headers.get("authorization") == f"Bearer {self.token}", 190, "The access token is invalid.", status=401)
        node, until = self.links.get(path.removeprefix("/media/"), (None, 0))
        need(node in self.media and self.clock() < until, 100, "The link has expired.", status=404)
        return self.media[node]["content"], self.media[node]["mime"]

    def upload(self, headers, body):
        kind = headers.get("content-type", "")
        need(kind.startswith("multipart/form-data"), 100, "The request must be multipart/form-data.")
        form = BytesParser().parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
        parts = {p.get_param("name", header="content-disposition"): p for p in form.get_payload()}
        text = lambda name: parts[name].get_payload(decode=True).decode().strip() if name in parts else ""
        need(text("messaging_product") == "whatsapp", 100, "(#100) The parameter messaging_product is required.")
        need("file" in parts, 100, "(#100) The parameter file is required.")
        mime = parts["file"].get_content_type()
        need(mime in TYPES and text("type") in ("", mime), 100, "Param file must be a file with one of the following types: "
             + ", ".join(TYPES) + f". Received file of type '{mime}'.")
        content = parts["file"].get_payload(decode=True)
        need(0 < len(content) <= SIZES[TYPES[mime]], 131053, "The file is empty or too large for its type.")
        media_id = self._next("7")
        self.uploads[media_id] = {"content": content, "mime": mime, "name": parts["file"].get_filename()}
        return {"id": media_id}

    def messages(self, number, headers, body):
        need(headers.get("content-type", "").startswith("application/json"), 100, "The request must be application/json.")
        try: request = json.loads(body)
        except ValueError: raise Refusal(100, "The request is not JSON.")
        need(isinstance(request, dict) and request.get("messaging_product") == "whatsapp", 100, "messaging_product must be whatsapp.")
        if "status" in request: return self.receipt(request)
        person = self.recipient(request)
        kind = request.get("type")
        check = {"text": self.check_text, "reaction": self.check_reaction, "template": self.check_template}.get(kind)
        if check is None and kind in SIZES: check = lambda r: self.check_media(r, kind)
        need(check, 131051, f"Message type {kind!r} is not supported.")
        check(request)
        context = request.get("context", {"message_id": "x"})
        need(isinstance(context, dict) and context.get("message_id"), 131009, "context.message_id must be a message id.")
        need(len(request.get("biz_opaque_callback_data", "")) <= 512, 131009, "biz_opaque_callback_data is too long.")
        opened = self.windows.get(person, 0)
        need(kind == "template" or self.clock() - opened < WINDOW_SECONDS, 131047,
             "Message failed to send because more than 24 hours have passed since the customer last replied to this number.")
        record = {"id": self._next("wamid.out"), "number": number, "json": request, "at": self.clock()}
        self.sent.append(record)
        contact = {"input": person, "wa_id": person} if "to" in request else {"input": person, "user_id": person}
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": record["id"], "message_status": "accepted"}]}

    def receipt(self, request):
        need(request["status"] == "read" and request.get("message_id"), 131009, "status must be read, with a message_id.")
        typing = request.get("typing_indicator")
        need(typing is None or typing == {"type": "text"}, 131009, "typing_indicator.type must be text.")
        self.receipts.append(request)
        return {"success": True}

    def recipient(self, request):
        kind = request.get("recipient_type", "individual")
        need(kind in ("individual", "group"), 131009, "recipient_type must be individual or group.")
        need(("to" in request) != ("recipient" in request), 131008, "Exactly one of to and recipient is needed.")
        person = request.get("to") or request.get("recipient")
        need(isinstance(person, str), 131009, "The recipient must be a string.")
        if kind == "individual" and "to" in request: need(re.fullmatch(r"\+?[0-9]{5,15}", person), 131009, "to must be a phone number.")
        if "recipient" in request: need(re.fullmatch(r"[A-Z]{2}\.[A-Za-z0-9.]{1,128}", person), 131009, "recipient must be a user id.")
        return person.removeprefix("+")

    def check_text(self, request):
        text = request.get("text")
        need(isinstance(text, dict) and isinstance(text.get("body"), str) and text["body"], 131008, "text.body is required.")
        need(len(text["body"]) <= 4096, 131009, "text.body must be at most 4096 characters.")
        need(isinstance(text.get("preview_url", False), bool), 131009, "text.preview_url must be a boolean.")

    def check_media(self, request, kind):
        media = request.get(kind)
        need(isinstance(media, dict) and ("id" in media) != ("link" in media), 131008, f"{kind} needs exactly one of id and link.")
        need(set(media) <= {"id", "link", "caption", "filename"}, 131009, f"{kind} has an unknown field.")
        if "id" in media:
            known = self.uploads.get(media["id"])
            need(known, 131009, f"Media id {media['id']} does not exist.")
            need(TYPES[known["mime"]] == kind or kind == "document", 131053, f"{known['mime']} cannot be sent as {kind}.")
        need("caption" not in media or kind in ("image", "video", "document"), 131009, f"{kind} takes no caption.")
        need(len(media.get("caption", "")) <= 1024, 131009, "caption must be at most 1024 characters.")
        need("filename" not in media or kind == "document", 131009, "Only a document has a filename.")

    def check_reaction(self, request):
        reaction = request.get("reaction")
        need(isinstance(reaction, dict) and reaction.get("message_id") and isinstance(reaction.get("emoji"), str), 131008,
             "reaction needs message_id and emoji.")

    def check_template(self, request):
        form = request.get("template")
        need(isinstance(form, dict) and isinstance(form.get("name"), str), 131008, "template.name is required.")
        key = (form["name"], form.get("language", {}).get("code"))
        need(key in self.templates, 132001, f"template name {key[0]} does not exist in {key[1]}", status=404)
        given = 0
        for component in form.get("components", []):
            kind = str(component.get("type", "")).lower()
            need(kind in ("header", "body", "button", "carousel", "limited_time_offer", "order_status"), 131009, f"Unknown component {kind}.")
            if kind == "button": need("index" in component and component.get("sub_type"), 131008, "A button needs index and sub_type.")
            if kind == "body": given = len(component.get("parameters", []))
        need(given == self.templates[key], 132000, f"body: number of localizable_params ({given}) does not match the expected number "
             f"of params ({self.templates[key]})")


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    graph = None

    def log_message(self, *_): pass

    def cut(self):
        """A reset, not an orderly end: what a network does."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def answer(self, status, content, mime="application/json; charset=UTF-8", retry_after=None):
        self.send_response(status)
        self.send_header("Content-Type", mime)
        self.send_header("Content-Length", str(len(content)))
        if retry_after is not None: self.send_header("Retry-After", str(retry_after))
        self.end_headers()
        self.wfile.write(content)

    def serve(self):
        path, _, query = self.path.partition("?")
        fault = self.graph.take_fault(self.path)
        if fault.get("cut") == "before": return self.cut()
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_MAX: return self.answer(413, b"")
        body = self.rfile.read(length)
        headers = {key.lower(): value for key, value in self.headers.items()}
        with self.graph.lock: self.graph.requests.append((self.command, self.path))
        if fault.get("hang"):
            self.graph.released.wait(60)
            return self.cut()
        try:
            if "code" in fault:
                raise Refusal(fault["code"], "as the test asked", fault.get("status", 400), retry_after=fault.get("retry_after"))
            if "status" in fault: return self.answer(fault["status"], b"<html>broken</html>", "text/html", fault.get("retry_after"))
            out = self.graph.handle(self.command, path, query, headers, body)
        except Refusal as refusal:
            return self.answer(refusal.status, json.dumps(refusal.body()).encode(), retry_after=refusal.retry_after)
        if fault.get("cut") == "after": return self.cut()
        if fault.get("garbage"): return self.answer(200, b"\xff\x00<html>{{{")
        content, mime = out if isinstance(out, tuple) else (json.dumps(out).encode(), "application/json; charset=UTF-8")
        self.answer(200, content, mime)

    do_GET = do_POST = do_PUT = do_DELETE = serve
