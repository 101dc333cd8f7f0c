"""The double refuses what Telegram refuses, and fails as it is told: python3 tests/peers/telegram_double_test.py"""

import http.client
import json
import os
import sys
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from telegram_double import TelegramDouble  # noqa: E402

PNG = b"\x89PNG\r\n\x1a\n\r\n--x\r"


class TelegramDoubleTest(unittest.TestCase):
    def setUp(self):
        self.telegram = TelegramDouble()
        self.telegram.__enter__()
        self.telegram.add_chat(77, first_name="Anna")

    def tearDown(self):
        self.telegram.__exit__()

    def request(self, method, body, kind="application/json", token="123456:secret", timeout=5):
        connection = http.client.HTTPConnection("127.0.0.1", self.telegram.port, timeout=timeout)
        try:
            connection.request("POST", f"/bot{token}/{method}", body, {"Content-Type": kind})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def call(self, method, **parameters):
        status, _, body = self.request(method, json.dumps(parameters))
        answer = json.loads(body)
        self.assertEqual(answer["ok"], status == 200)
        return answer["result"] if answer["ok"] else (answer["error_code"], answer["description"])

    def form(self, method, fields, files):
        parts = [f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items()]
        for name, content in files.items():
            parts.append(f'--b\r\nContent-Disposition: form-data; name="{name}"; filename="f.png"\r\n'
                         "Content-Type: image/png\r\n\r\n".encode() + content + b"\r\n")
        status, _, body = self.request(method, b"".join(parts) + b"--b--\r\n", "multipart/form-data; boundary=b")
        return status, json.loads(body)

    def test_text_is_recorded_with_its_entities(self):
        sent = self.call("sendMessage", chat_id=77, text="😀 b", entities=[{"type": "bold", "offset": 3, "length": 1}])
        self.assertEqual(sent["text"], "😀 b")
        self.assertEqual(self.telegram.wait_sent()[0]["method"], "sendMessage")

    def test_what_telegram_refuses_is_refused(self):
        self.assertEqual(self.call("sendMessage", chat_id=5, text="x"), (400, "Bad Request: chat not found"))
        self.assertEqual(self.call("sendMessage", chat_id=77, text=" ")[0], 400)
        self.assertEqual(self.call("sendMessage", chat_id=77, text="x" * 4097)[1], "Bad Request: message is too long")
        outside = [{"type": "bold", "offset": 0, "length": 9}]
        self.assertEqual(self.call("sendMessage", chat_id=77, text="x", entities=outside)[0], 400)
        split = [{"type": "bold", "offset": 0, "length": 1}]
        self.assertEqual(self.call("sendMessage", chat_id=77, text="😀", entities=split)[0], 400)
        self.assertEqual(self.call("sendMessage", chat_id=77, text="x", reply_parameters={"message_id": 1})[0], 400)
        self.assertEqual(self.call("noSuchMethod")[0], 404)
        self.assertEqual(self.request("getMe", "{}", token="123456:wrong")[0], 401)
        self.assertEqual(self.request("sendMessage", "{", "application/json")[0], 400)
        self.telegram.blocked.add(77)
        self.assertEqual(self.call("sendMessage", chat_id=77, text="x"),
                         (403, "Forbidden: bot was blocked by the user"))
        self.assertEqual(self.telegram.sent, [])

    def test_files_arrive_byte_for_byte(self):
        status, answer = self.form("sendPhoto", {"chat_id": 77, "caption": "c"}, {"photo": PNG})
        self.assertEqual((status, answer["ok"]), (200, True))
        self.assertEqual(self.telegram.sent[0]["files"]["photo"]["content"], PNG)
        self.assertEqual(self.form("sendPhoto", {"chat_id": 77}, {"photo": b"GIF8"})[1]["description"],
                         "Bad Request: IMAGE_PROCESS_FAILED")
        media = json.dumps([{"type": "photo", "media": "attach://f0"}, {"type": "photo", "media": "attach://f1"}])
        answer = self.form("sendMediaGroup", {"chat_id": 77, "media": media}, {"f0": PNG, "f1": PNG})[1]
        self.assertEqual(len(answer["result"]), 2)
        mixed = json.dumps([{"type": "photo", "media": "attach://f0"}, {"type": "document", "media": "attach://f1"}])
        self.assertEqual(self.form("sendMediaGroup", {"chat_id": 77, "media": mixed}, {"f0": PNG, "f1": PNG})[0], 400)

    def test_messages_change_and_go(self):
        message = self.call("sendMessage", chat_id=77, text="a")
        target = {"chat_id": 77, "message_id": message["message_id"]}
        self.assertEqual(self.call("editMessageText", **target, text="b")["text"], "b")
        self.assertIn("message is not modified", self.call("editMessageText", **target, text="b")[1])
        self.assertIn("no caption", self.call("editMessageCaption", **target, caption="b")[1])
        self.assertIs(self.call("setMessageReaction", **target, reaction=[{"type": "emoji", "emoji": "❤"}]), True)
        self.assertIn("REACTION_INVALID",
                      self.call("setMessageReaction", **target, reaction=[{"type": "emoji", "emoji": "🥔"}])[1])
        self.assertIs(self.call("deleteMessage", **target), True)
        self.assertIn("message to delete not found", self.call("deleteMessage", **target)[1])

    def test_updates_are_confirmed_by_a_later_offset_only(self):
        first = self.telegram.queue(self.telegram.message_update(77, "one"))["update_id"]
        self.telegram.queue(self.telegram.message_update(77, "two"))
        self.assertEqual(len(self.call("getUpdates")), 2)
        self.assertEqual(len(self.call("getUpdates")), 2)
        self.assertEqual([u["message"]["text"] for u in self.call("getUpdates", offset=first + 1)], ["two"])
        self.assertEqual(self.call("getUpdates", offset=first + 2), [])

    def test_a_long_poll_waits_for_news_and_yields_to_a_younger_one(self):
        answers = []
        poll = threading.Thread(target=lambda: answers.append(self.call("getUpdates", timeout=5)))
        poll.start()
        with self.telegram.lock:
            self.telegram.lock.wait_for(lambda: self.telegram.pollers == 1, 5)
        self.assertEqual(self.call("getUpdates"), [])
        poll.join(5)
        self.assertEqual(answers[0][0], 409)
        self.call("setWebhook", url="https://x.test/hook", secret_token="s")
        self.assertIn("webhook is active", self.call("getUpdates")[1])
        self.assertEqual(self.call("getWebhookInfo")["url"], "https://x.test/hook")

    def test_it_fails_as_told(self):
        self.telegram.fail_next("429", retry_after=7)
        status, headers, body = self.request("sendMessage", json.dumps({"chat_id": 77, "text": "x"}))
        self.assertEqual((status, headers["Retry-After"]), (429, "7"))
        self.assertEqual(json.loads(body)["parameters"], {"retry_after": 7})
        self.telegram.fail_next("502", method="sendMessage")
        self.assertEqual(self.call("getMe")["id"], 123456)
        self.assertEqual(self.call("sendMessage", chat_id=77, text="x")[0], 502)
        self.assertEqual(self.telegram.sent, [])
        for kind, effects in (("cut_before", 0), ("cut_after", 1)):
            self.telegram.fail_next(kind)
            with self.assertRaises((http.client.HTTPException, ConnectionError)):
                self.request("sendMessage", json.dumps({"chat_id": 77, "text": "x"}))
            self.assertEqual(len(self.telegram.sent), effects)
        self.telegram.fail_next("garbage")
        self.assertEqual(self.request("sendMessage", json.dumps({"chat_id": 77, "text": "x"}))[2], b"<html>not JSON")
        self.telegram.fail_next("hang")
        with self.assertRaises(TimeoutError):
            self.request("getMe", "{}", timeout=0.2)

    def test_files_are_served_by_path(self):
        self.telegram.add_file("F1", b"bytes", "documents/a.bin")
        self.assertEqual(self.call("getFile", file_id="F1")["file_path"], "documents/a.bin")
        connection = http.client.HTTPConnection("127.0.0.1", self.telegram.port, timeout=5)
        connection.request("GET", "/file/bot123456:secret/documents/a.bin")
        self.assertEqual(connection.getresponse().read(), b"bytes")
        connection.close()
        self.assertEqual(self.call("getFile", file_id="F2")[0], 400)

    def test_a_migrated_group_tells_its_new_number(self):
        self.telegram.migrated[-5] = -100123
        _, _, body = self.request("sendMessage", json.dumps({"chat_id": -5, "text": "x"}))
        self.assertEqual(json.loads(body)["parameters"], {"migrate_to_chat_id": -100123})

    def test_webhooks_carry_the_secret_and_are_tried_again(self):
        seen = []

        class Hook(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                seen.append((self.headers["X-Telegram-Bot-Api-Secret-Token"], json.loads(body)["update_id"]))
                self.send_response(200 if len(seen) > 2 else 503)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        hook = HTTPServer(("127.0.0.1", 0), Hook)
        threading.Thread(target=hook.serve_forever, daemon=True).start()
        self.call("setWebhook", url=f"http://127.0.0.1:{hook.server_address[1]}/hooks/t", secret_token="s3cret")
        update = self.telegram.message_update(77, "hi")
        self.assertEqual(self.telegram.post(update), [503, 503, 200])
        self.assertEqual(set(seen), {("s3cret", update["update_id"])})
        hook.shutdown()
        hook.server_close()


if __name__ == "__main__":
    unittest.main()
