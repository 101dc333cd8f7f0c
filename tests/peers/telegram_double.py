"""A Bot API that refuses what Telegram refuses, for end-to-end tests on loopback.

Used as a module (`with TelegramDouble() as telegram:`) or as a program that prints its port. It keeps chats, messages,
files and updates in memory, checks token, method names, parameters and limits, and fails on demand. It never talks to
anybody but the caller and, for webhooks, the address that setWebhook was given.
"""

import argparse
import http.client
import json
import threading
import time
import urllib.parse
from http.server import ThreadingHTTPServer

from telegram_requests import TelegramHandler
from telegram_rules import Refusal, check_entities, check_file, check_text, parse_int


class TelegramDouble:
    def __init__(self, token="123456:secret", port=0):
        self.token = token
        self.bot_id = int(token.split(":")[0])
        self.lock = threading.Condition()
        self.chats = {}
        self.sent = []  # every accepted call with an effect: {"method", "parameters", "files", "result"}
        self.calls = []  # every call, accepted or not: (method, parameters)
        self.messages = {}  # (chat, message id) -> message
        self.next_message = 1000
        self.next_update = 500_000_001
        self.updates = []
        self.files = {}
        self.webhook = {}
        self.webhook_error = None
        self.failures = []
        self.callbacks = set()
        self.blocked = set()
        self.migrated = {}
        self.pollers = 0
        self.released = threading.Event()
        double = self

        class Handler(TelegramHandler):
            telegram = double

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.released.set()
        with self.lock:
            self.lock.notify_all()
        self.server.shutdown()
        self.server.server_close()

    # What a test prepares.

    def add_chat(self, chat_id, kind="private", **fields):
        self.chats[chat_id] = {"id": chat_id, "type": kind, **fields}
        return self.chats[chat_id]

    def add_file(self, file_id, content, path=None):
        self.files[file_id] = (path or f"documents/{file_id}.bin", content)

    def fail_next(self, kind, count=1, method=None, **details):
        """kind: "429" (retry_after=), "500" and other statuses (description=), "hang", "cut_before" (the request is
        dropped unread), "cut_after" (the call takes effect, its answer is lost), "garbage" (takes effect, 200 and no
        JSON). `method` limits it to one method."""
        with self.lock:
            self.failures.extend({"kind": kind, "method": method, **details} for _ in range(count))

    def message_update(self, chat_id, text=None, **fields):
        """A message of a private chat's customer, as an update; queue it or post it."""
        chat = self.chats.setdefault(chat_id, {"id": chat_id, "type": "private", "first_name": "Customer"})
        message = {"message_id": self.take_message_id(), "date": int(time.time()), "chat": chat,
                   "from": {"id": abs(chat_id), "is_bot": False, "first_name": chat.get("first_name", "Customer")}}
        if text is not None:
            message["text"] = text
        message.update(fields)
        self.messages[(chat_id, message["message_id"])] = message
        return self.update(message=message)

    def update(self, **content):
        with self.lock:
            update = {"update_id": self.next_update, **content}
            self.next_update += 1
        if "callback_query" in content:
            self.callbacks.add(content["callback_query"]["id"])
        return update

    def queue(self, update):
        """For getUpdates."""
        with self.lock:
            self.updates.append(update)
            self.lock.notify_all()
        return update

    def post(self, update, url=None, secret=None, retries=5):
        """Posts to the webhook as Telegram does, again at once and then slower until a 2xx; returns the statuses."""
        url = url or self.webhook.get("url")
        secret = self.webhook.get("secret_token") if secret is None else secret
        statuses = []
        for attempt in range(retries + 1):
            if attempt > 1:
                # sleep: Telegram's own pauses between repetitions are what is imitated
                time.sleep(min(0.05 * 2 ** attempt, 1.0))
            statuses.append(post_json(url, update, secret))
            if statuses[-1] // 100 == 2:
                self.webhook_error = None
                return statuses
            self.webhook_error = (int(time.time()), f"Wrong response from the webhook: {statuses[-1]}")
        return statuses

    def wait_sent(self, count=1, timeout=10):
        """Until so many calls with an effect were accepted; returns them."""
        with self.lock:
            if not self.lock.wait_for(lambda: len(self.sent) >= count, timeout):
                raise TimeoutError(f"{len(self.sent)} of {count} sends arrived: {self.calls[-5:]}")
            return list(self.sent)

    # What the methods share.

    def take_message_id(self):
        with self.lock:
            self.next_message += 1
            return self.next_message

    def chat_of(self, parameters):
        if "chat_id" not in parameters:
            raise Refusal(400, "Bad Request: chat_id is empty")
        chat_id = parse_int(parameters["chat_id"], "chat_id")
        if chat_id in self.migrated:
            raise Refusal(400, "Bad Request: group chat was upgraded to a supergroup chat",
                          migrate_to_chat_id=self.migrated[chat_id])
        if chat_id not in self.chats:
            raise Refusal(400, "Bad Request: chat not found")
        if chat_id in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        return self.chats[chat_id]

    def message_of(self, parameters, missing):
        chat = self.chat_of(parameters)
        message = self.messages.get((chat["id"], parse_int(parameters.get("message_id"), "message_id")))
        if message is None:
            raise Refusal(400, f"Bad Request: {missing}")
        return message

    def store(self, chat, **content):
        message = {"message_id": self.take_message_id(), "date": int(time.time()), "chat": chat,
                   "from": {"id": self.bot_id, "is_bot": True, "first_name": "Bot"}, **content}
        self.messages[(chat["id"], message["message_id"])] = message
        return message

    def check_reply(self, chat, parameters):
        reply = parameters.get("reply_parameters")
        if reply is None:
            return
        reply = json.loads(reply) if isinstance(reply, str) else reply
        known = (chat["id"], reply.get("message_id")) in self.messages
        if not known and not reply.get("allow_sending_without_reply"):
            raise Refusal(400, "Bad Request: message to be replied not found")

    # The methods.

    def getMe(self, parameters, files):
        return {"id": self.bot_id, "is_bot": True, "first_name": "Bot", "username": "double_bot"}

    def setWebhook(self, parameters, files):
        url = parameters.get("url", "")
        if url and urllib.parse.urlparse(url).hostname != "127.0.0.1" and not url.startswith("https://"):
            raise Refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        secret = parameters.get("secret_token", "")
        if len(secret) > 256 or not all(c.isascii() and (c.isalnum() or c in "_-") for c in secret):
            raise Refusal(400, "Bad Request: secret token contains unallowed characters")
        with self.lock:
            self.webhook = dict(parameters) if url else {}
            self.lock.notify_all()
        return True

    def deleteWebhook(self, parameters, files):
        self.webhook = {}
        return True

    def getWebhookInfo(self, parameters, files):
        info = {"url": self.webhook.get("url", ""), "has_custom_certificate": False,
                "pending_update_count": len(self.updates)}
        if self.webhook_error:
            info["last_error_date"], info["last_error_message"] = self.webhook_error
        return info

    def getUpdates(self, parameters, files):
        timeout = min(parse_int(parameters.get("timeout", 0), "timeout"), 50)
        limit = max(1, min(parse_int(parameters.get("limit", 100), "limit"), 100))
        offset = parse_int(parameters.get("offset", 0), "offset")
        with self.lock:
            if self.webhook:
                raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook "
                                   "to delete the webhook first")
            self.pollers += 1
            mine = self.pollers
            self.lock.notify_all()  # ends an older poll
            if offset > 0:
                self.updates = [u for u in self.updates if u["update_id"] >= offset]
            elif offset < 0:
                self.updates = self.updates[offset:]
            self.lock.wait_for(lambda: self.updates or self.pollers != mine or self.released.is_set(), timeout)
            if self.pollers != mine:
                raise Refusal(409, "Conflict: terminated by other getUpdates request; make sure that only one bot "
                                   "instance is running")
            return self.updates[:limit]

    def sendMessage(self, parameters, files):
        chat = self.chat_of(parameters)
        self.check_reply(chat, parameters)
        check_text(parameters.get("text"), 4096, "message text is empty", "message is too long")
        entities = check_entities(parameters["text"], parameters.get("entities"))
        if "parse_mode" in parameters:
            raise Refusal(400, "Bad Request: this double takes entities only")
        return self.store(chat, text=parameters["text"], **({"entities": entities} if entities else {}))

    def send_file(self, kind, parameters, files):
        chat = self.chat_of(parameters)
        self.check_reply(chat, parameters)
        if kind not in files:
            raise Refusal(400, f"Bad Request: there is no {kind} in the request")
        check_file(kind, files[kind])
        caption = parameters.get("caption", "")
        check_text(caption or "x", 1024, "", "message caption is too long")
        check_entities(caption, parameters.get("caption_entities"))
        return self.store(chat, **{kind: {"file_id": f"sent-{self.next_message}"}}, caption=caption)

    def sendMediaGroup(self, parameters, files):
        chat = self.chat_of(parameters)
        self.check_reply(chat, parameters)
        media = json.loads(parameters.get("media", "[]"))
        if not 2 <= len(media) <= 10:
            raise Refusal(400, "Bad Request: wrong number of messages in the album: 2-10 are allowed")
        kinds = {item.get("type") for item in media}
        if not kinds <= {"photo", "video"} and len(kinds) != 1 or not kinds <= {"photo", "video", "audio", "document"}:
            raise Refusal(400, "Bad Request: can't be mixed with other media types")
        for item in media:
            name = item.get("media", "").removeprefix("attach://")
            if name not in files:
                raise Refusal(400, "Bad Request: wrong file identifier/HTTP URL specified")
            check_file(item["type"], files[name])
            check_text(item.get("caption") or "x", 1024, "", "message caption is too long")
            check_entities(item.get("caption", ""), item.get("caption_entities"))
        group = str(self.next_message)
        return [self.store(chat, media_group_id=group, caption=item.get("caption", ""),
                           **{item["type"]: {"file_id": f"sent-{self.next_message}"}}) for item in media]

    def edit(self, field, limit, parameters):
        message = self.message_of(parameters, "message to edit not found")
        if message["from"]["id"] != self.bot_id:
            raise Refusal(400, "Bad Request: message can't be edited")
        if field not in message:
            what = "text" if field == "text" else "caption"
            raise Refusal(400, f"Bad Request: there is no {what} in the message to edit")
        check_text(parameters.get(field) or ("" if field == "text" else "x"), limit, "message text is empty",
                   "MESSAGE_TOO_LONG")
        check_entities(parameters.get(field, ""), parameters.get("entities" if field == "text" else "caption_entities"))
        if message[field] == parameters.get(field, ""):
            raise Refusal(400, "Bad Request: message is not modified: specified new message content and reply markup "
                               "are exactly the same as a current content and reply markup of the message")
        message[field] = parameters.get(field, "")
        return message

    def editMessageText(self, parameters, files):
        return self.edit("text", 4096, parameters)

    def editMessageCaption(self, parameters, files):
        return self.edit("caption", 1024, parameters)

    def deleteMessage(self, parameters, files):
        message = self.message_of(parameters, "message to delete not found")
        if time.time() - message["date"] > 48 * 3600:
            raise Refusal(400, "Bad Request: message can't be deleted for everyone")
        del self.messages[(message["chat"]["id"], message["message_id"])]
        return True

    def setMessageReaction(self, parameters, files):
        message = self.message_of(parameters, "message to react not found")
        reaction = parameters.get("reaction", [])
        if len(reaction) > 1 or any(r.get("type") != "emoji" or r.get("emoji") not in "👍👎❤🔥🎉😁😢🙏👏🤔💯"
                                    for r in reaction):
            raise Refusal(400, "Bad Request: REACTION_INVALID")
        message["reaction"] = reaction
        return True

    def answerCallbackQuery(self, parameters, files):
        if parameters.get("callback_query_id") not in self.callbacks:
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        return True

    def sendChatAction(self, parameters, files):
        self.chat_of(parameters)
        if parameters.get("action") not in {"typing", "upload_photo", "upload_document"}:
            raise Refusal(400, "Bad Request: wrong parameter action in request")
        return True

    def getFile(self, parameters, files):
        if parameters.get("file_id") not in self.files:
            raise Refusal(400, "Bad Request: invalid file_id")
        path, content = self.files[parameters["file_id"]]
        if len(content) > 20 << 20:
            raise Refusal(400, "Bad Request: file is too big")
        return {"file_id": parameters["file_id"], "file_unique_id": "u", "file_size": len(content), "file_path": path}


def post_json(url, body, secret):
    parsed = urllib.parse.urlparse(url)
    make = http.client.HTTPSConnection if parsed.scheme == "https" else http.client.HTTPConnection
    connection = make(parsed.hostname, parsed.port, timeout=10)
    headers = {"Content-Type": "application/json"}
    if secret:
        headers["X-Telegram-Bot-Api-Secret-Token"] = secret
    try:
        connection.request("POST", parsed.path or "/", json.dumps(body).encode(), headers)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def main():
    parser = argparse.ArgumentParser(description="A strict Bot API on loopback.")
    parser.add_argument("--token", default="123456:secret")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--chat", type=int, action="append", default=[], help="a private chat that exists")
    arguments = parser.parse_args()
    with TelegramDouble(arguments.token, arguments.port) as telegram:
        for chat in arguments.chat:
            telegram.add_chat(chat, first_name="Customer")
        print(telegram.port, flush=True)
        telegram.thread.join()


if __name__ == "__main__":
    main()
