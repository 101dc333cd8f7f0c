#!/usr/bin/python3
"""The WhatsApp double refuses what Graph refuses and misbehaves as asked: a lenient double would prove nothing."""
import hashlib, http.client, http.server, json, os, sys, threading, unittest
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from whatsapp_double import WhatsAppDouble

ANNA = "39333111222"


class WhatsAppDoubleTest(unittest.TestCase):
    def setUp(self):
        self.graph = WhatsAppDouble()
        self.graph.__enter__()
        self.addCleanup(self.graph.__exit__)

    def call(self, method, path, body=None, token="EAAx", kind="application/json", timeout=5):
        connection = http.client.HTTPConnection(self.graph.url.removeprefix("http://"), timeout=timeout)
        self.addCleanup(connection.close)
        headers = {"Authorization": f"Bearer {token}"} | ({"Content-Type": kind} if body is not None else {})
        connection.request(method, path, body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode(), headers)
        answer = connection.getresponse()
        raw = answer.read()
        connection.close()
        try: return answer.status, json.loads(raw), dict(answer.getheaders())
        except ValueError: return answer.status, raw, dict(answer.getheaders())

    def send(self, **message):
        return self.call("POST", "/v23.0/1122334455667/messages", {"messaging_product": "whatsapp", **message})

    def text(self, body="Ciao", **more): return self.send(**{"to": ANNA, "type": "text", "text": {"body": body}, **more})

    def refused(self, code, answer):
        self.assertGreaterEqual(answer[0], 400)
        self.assertEqual(answer[1]["error"]["code"], code)

    def upload(self, content=b"png", mime="image/png", declared=None):
        part = lambda name, value, extra="": (f'--B\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n').encode() + value + b"\r\n"
        body = part("messaging_product", b"\r\nwhatsapp") + part("type", b"\r\n" + (declared or mime).encode())
        body += part("file", f"Content-Type: {mime}\r\n\r\n".encode() + content, '; filename="a.png"') + b"--B--\r\n"
        return self.call("POST", "/v23.0/1122334455667/media", body, kind="multipart/form-data; boundary=B")

    def test_a_text_within_the_window_is_taken_and_recorded(self):
        self.graph.open_window(ANNA)
        status, answer, _ = self.text(biz_opaque_callback_data="c-1", context={"message_id": "wamid.q"})
        self.assertEqual(status, 200)
        self.assertEqual(answer["messages"][0]["id"], self.graph.sent[0]["id"])
        self.assertEqual(self.graph.sent_to(ANNA)[0]["text"]["body"], "Ciao")
        self.assertEqual(self.graph.status(0, "sent")["biz_opaque_callback_data"], "c-1")

    def test_path_token_and_number_are_checked(self):
        message = {"messaging_product": "whatsapp", "to": ANNA, "type": "text", "text": {"body": "x"}}
        self.refused(190, self.call("POST", "/v23.0/1122334455667/messages", message, token="other"))
        self.refused(2500, self.call("POST", "/v1.0/1122334455667/messages", message))
        self.refused(100, self.call("POST", "/v23.0/999/messages", message))
        self.assertEqual(self.graph.sent, [])

    def test_exactly_one_recipient_of_the_right_form(self):
        self.graph.open_window(ANNA)
        self.graph.open_window("IT.777")
        self.refused(131008, self.text(recipient="IT.777"))
        self.refused(131008, self.send(type="text", text={"body": "x"}))
        self.refused(131009, self.text(to="anna"))
        self.assertEqual(self.send(recipient="IT.777", type="text", text={"body": "x"})[0], 200)

    def test_the_window_closes_after_24_hours_except_for_templates(self):
        self.refused(131047, self.text())
        self.graph.open_window(ANNA, seconds_ago=24 * 3600 + 1)
        self.refused(131047, self.text())
        self.graph.add_template("order_update", body_parameters=1)
        form = {"name": "order_update", "language": {"code": "it"}}
        self.refused(132000, self.send(to=ANNA, type="template", template=form))
        form["components"] = [{"type": "body", "parameters": [{"type": "text", "text": "Anna"}]}]
        self.assertEqual(self.send(to=ANNA, type="template", template=form)[0], 200)
        self.refused(132001, self.send(to=ANNA, type="template", template={"name": "x", "language": {"code": "it"}}))

    def test_limits_and_types(self):
        self.graph.open_window(ANNA)
        self.refused(131009, self.text("a" * 4097))
        self.refused(131008, self.text(""))
        self.refused(131051, self.send(to=ANNA, type="hologram"))
        self.refused(131009, self.send(to=ANNA, type="image", image={"id": "404"}))
        self.refused(131009, self.text(context={}))

    def test_media_goes_up_and_is_sent_by_its_id(self):
        self.graph.open_window(ANNA)
        status, answer, _ = self.upload()
        self.assertEqual(status, 200)
        self.assertEqual(self.send(to=ANNA, type="image", image={"id": answer["id"], "caption": "c"})[0], 200)
        self.refused(131053, self.send(to=ANNA, type="audio", audio={"id": answer["id"]}))
        self.refused(100, self.upload(mime="image/gif"))
        self.refused(100, self.upload(declared="image/jpeg"))
        self.refused(131053, self.upload(b"x" * ((5 << 20) + 1)))

    def test_media_comes_down_by_a_link_that_expires(self):
        content = b"jpeg bytes"
        body = self.graph.media_webhook(ANNA, content)
        media_id = body["entry"][0]["changes"][0]["value"]["messages"][0]["image"]["id"]
        answer = self.call("GET", f"/v23.0/{media_id}")[1]
        self.assertEqual(answer["sha256"], hashlib.sha256(content).hexdigest())
        path = answer["url"].removeprefix(self.graph.url)
        self.assertEqual(self.call("GET", path)[1], content)
        self.assertEqual(self.call("GET", path, token="other")[0], 401)
        self.graph.expire_links()
        self.assertEqual(self.call("GET", path)[0], 404)

    def test_receipts_are_kept_apart_from_messages(self):
        self.assertEqual(self.send(status="read", message_id="wamid.1", typing_indicator={"type": "text"})[0], 200)
        self.refused(131009, self.send(status="read"))
        self.assertEqual((len(self.graph.receipts), self.graph.sent), (1, []))

    def test_faults_come_once_and_in_order(self):
        self.graph.open_window(ANNA)
        self.graph.fail_next(code=130429, status=429, retry_after=2)
        self.graph.fail_next(status=503)
        status, answer, headers = self.text()
        self.assertEqual((status, answer["error"]["code"], headers["Retry-After"]), (429, 130429, "2"))
        self.assertEqual(self.text()[0], 503)
        self.assertEqual(self.graph.sent, [])
        self.assertEqual(self.text()[0], 200)

    def test_cuts_before_and_after_the_message_was_taken(self):
        self.graph.open_window(ANNA)
        self.graph.fail_next(cut="before")
        with self.assertRaises((OSError, http.client.HTTPException)): self.text()
        self.assertEqual(len(self.graph.sent), 0)
        self.graph.fail_next(cut="after")
        with self.assertRaises((OSError, http.client.HTTPException)): self.text()
        self.assertEqual(len(self.graph.sent), 1)
        self.graph.fail_next(garbage=True, path="/messages")
        self.assertIsInstance(self.text()[1], bytes)
        self.assertEqual(len(self.graph.sent), 2)
        self.graph.fail_next(hang=True)
        with self.assertRaises(OSError): self.call("GET", "/v23.0/1122334455667", timeout=0.3)

    def test_webhooks_are_signed_over_the_bytes_that_leave(self):
        got = []

        class Hook(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_): pass

            def do_POST(self):
                got.append((self.headers.get("X-Hub-Signature-256"), self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

        server = http.server.HTTPServer(("127.0.0.1", 0), Hook)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        hook = f"http://127.0.0.1:{server.server_address[1]}/hooks/whatsapp"
        one = self.graph.text_webhook(ANNA, "perché", number="1122334455667")
        two = self.graph.text_webhook("39333444555", "ciao", number="7766554433221")
        self.assertEqual(self.graph.post(hook, self.graph.batch_webhook(one, two), times=2), 200)
        self.assertEqual(self.graph.post(hook, one, signature=""), 200)
        self.assertEqual(got[0], got[1])
        self.assertEqual(got[0][0], self.graph.signature(got[0][1]))
        self.assertIn(b"perch\\u00e9", got[0][1])
        self.assertIsNone(got[2][0])
        numbers = [e["changes"][0]["value"]["metadata"]["phone_number_id"] for e in json.loads(got[0][1])["entry"]]
        self.assertEqual(numbers, ["1122334455667", "7766554433221"])


if __name__ == "__main__": unittest.main()
