#!/usr/bin/python3
"""Replies on WhatsApp: the window, templates, media, receipts of any order, and what each class of error does."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import patience  # noqa: E402
from support.desk import RETRY_SECONDS, DeskCase, main  # noqa: E402

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


class WhatsAppOut(DeskCase):
    def setUp(self):
        super().setUp()
        self.person = self.desk.person()
        self.graph = self.desk.whatsapp
        self.live = self.stream()
        self.conversation = self.say()

    def say(self, **more):
        text = f"Ciao {self.desk.number()}"
        self.desk.whatsapp_says(self.person, text, **more)
        return self.live.event("message.created", text=text)["conversation"]

    def reply(self, text="", **more):
        return self.admin.reply(self.conversation, text, **more)["id"]

    def sent_reply(self, text, **more):
        message = self.reply(text, **more)
        self.live.delivery(message, "sent")
        return message

    def index_of(self, text):
        with self.graph.lock:
            return next(i for i, m in enumerate(self.graph.sent) if m["json"].get("text", {}).get("body") == text)

    def status(self, text, state, **more):
        body = self.graph.status_webhook(self.graph.status(self.index_of(text), state, **more))
        self.assertEqual(self.desk.whatsapp_post(body), 200)

    def state(self, message):
        return self.admin.delivery(message)["state"]

    def health(self):
        return next(i for i in self.admin.get("/v1/inboxes")["items"] if i["name"] == "whatsapp")["health"]

    def test_statuses_out_of_order_only_advance(self):
        message = self.sent_reply(f"ordine {self.person}")
        for word in ("read", "delivered", "sent", "read"):
            self.status(f"ordine {self.person}", word)
        self.live.delivery(message, "read")
        self.status(f"ordine {self.person}", "failed", code=131026)
        self.say()
        self.assertEqual(self.state(message), "read", "failed does not follow read")
        self.assertTrue(self.live.quiet(lambda f: f.get("event") == "message.delivery" and
                                        f["data"]["message"] == message and
                                        f["data"]["delivery"]["state"] in ("delivered", "failed")))

    def test_a_status_that_precedes_our_own_answer_is_not_lost(self):
        """Graph reports `delivered` before it answers the request, with and without our callback data."""
        taken = self.graph.messages
        self.addCleanup(setattr, self.graph, "messages", taken)
        statuses = []

        def report_first(*request):
            answer = taken(*request)
            status = self.graph.status(-1, "delivered")
            if "senza" in self.graph.sent[-1]["json"]["text"]["body"]:
                del status["biz_opaque_callback_data"]
            statuses.append(self.desk.whatsapp_post(self.graph.status_webhook(status)))
            return answer

        self.graph.messages = report_first
        for text in ("con", "senza"):
            message = self.reply(f"{text} {self.person}")
            self.live.delivery(message, "delivered")
            self.assertEqual(self.state(message), "delivered")
        self.assertEqual(statuses, [200, 200])
        self.assertEqual(len(self.graph.sent_to(self.person)), 2)
        self.assertEqual(self.daemon.tell("outbox", "list", "--state", "queued,sending"), "")

    def test_callback_data_settles_an_uncertain_reply_without_a_second_send(self):
        text = f"incerta {self.person}"
        self.graph.fail_next(path="/messages", garbage=True)
        message = self.reply(text)
        self.live.delivery(message, "uncertain")
        self.status(text, "sent")
        self.live.delivery(message, "sent")
        self.status(text, "delivered")
        self.live.delivery(message, "delivered")
        self.assertEqual(len(self.graph.sent_to(self.person)), 1)
        self.assertEqual(len(self.admin.delivery(message)["external_ids"]), 1)

    def test_a_late_failure_is_shown_with_its_reason(self):
        text = f"tardi {self.person}"
        message = self.sent_reply(text)
        self.status(text, "failed", code=131026)
        self.live.delivery(message, "failed")
        self.assertEqual(self.admin.delivery(message)["reason"]["code"], "undeliverable")

    def test_after_24_hours_free_text_is_refused_here_and_a_template_passes(self):
        self.person = self.desk.person()
        text = f"ieri {self.person}"
        self.graph.add_template("benvenuto", "it", body_parameters=1)
        at = time.time() - 25 * 3600
        body = self.graph.message_webhook(self.graph.message(self.person, at=at, text={"body": text}))
        self.graph.open_window(self.person, seconds_ago=25 * 3600)
        self.assertEqual(self.desk.whatsapp_post(body), 200)
        self.conversation = self.live.event("message.created", text=text)["conversation"]
        path = f"/v1/conversations/{self.conversation}/messages"
        self.admin.refused(409, "window_closed", "POST", path, {"text": "troppo tardi"})
        components = [{"type": "body", "parameters": [{"type": "text", "text": "Anna"}]}]
        message = self.reply(template={"name": "benvenuto", "language": "it", "components": components})
        self.live.delivery(message, "sent")
        self.assertEqual([m["type"] for m in self.graph.sent_to(self.person)], ["template"])

    def test_a_conversation_starts_with_a_template(self):
        number = self.desk.person()
        self.graph.add_template("saluto", "it")
        started = self.admin.post("/v1/conversations", {"inbox": "whatsapp", "to": "+" + number, "text": "",
                                                        "template": {"name": "saluto", "language": "it"}}, 201)
        message = self.admin.messages(started["id"])[0]["id"]
        self.until(lambda: self.state(message) == "sent", what="the template to be sent")
        self.admin.refused(409, "window_closed", "POST", "/v1/conversations",
                           {"inbox": "whatsapp", "to": "+" + self.desk.person(), "text": "ciao"})

    def test_files_go_out_byte_for_byte(self):
        files = [self.admin.upload("foto.png", PNG, "image/png")["id"],
                 self.admin.upload("fattura.pdf", b"%PDF-1.4 x", "application/pdf")["id"]]
        self.sent_reply("Ecco", attachments=files)
        uploaded = {u["name"]: u["content"] for u in self.graph.uploads.values()}
        self.assertEqual((uploaded["foto.png"], uploaded["fattura.pdf"]), (PNG, b"%PDF-1.4 x"))
        self.assertEqual([m["type"] for m in self.graph.sent_to(self.person)], ["image", "document"])

    def test_an_error_that_may_pass_is_tried_again(self):
        self.graph.fail_next(path="/messages", code=131000, status=500)
        message = self.reply("riprova")
        self.live.delivery(message, "sent", RETRY_SECONDS)
        self.assertEqual(self.admin.delivery(message)["attempt"], 2)
        self.assertEqual(len(self.graph.sent_to(self.person)), 1)

    def test_a_final_error_fails_the_reply_at_once(self):
        self.graph.fail_next(path="/messages", code=131051, status=400)
        message = self.reply("mai")
        self.live.delivery(message, "failed")
        delivery = self.admin.delivery(message)
        self.assertEqual((delivery["attempt"], delivery["reason"]["code"]), (1, "unsupported_type"))
        self.assertEqual(self.graph.sent_to(self.person), [])

    def test_a_dead_token_pauses_the_inbox_until_the_outbox_is_released(self):
        self.graph.fail_next(path="/messages", code=190, status=401)
        message = self.reply("in pausa")
        self.live.expect(lambda f: f.get("event") == "inbox.health" and f["data"]["name"] == "whatsapp" and
                         f["data"]["health"]["state"] != "healthy")
        self.assertEqual(self.health()["code"], "token_expired")
        second = self.reply("anche questa")
        time.sleep(patience(2))  # sleep: what must not happen has no event
        self.assertEqual((self.state(message), self.state(second)), ("queued", "queued"))
        self.assertEqual(self.graph.sent_to(self.person), [])
        self.daemon.tell("outbox", "release")
        self.live.delivery(message, "sent")
        self.live.delivery(second, "sent")
        self.assertEqual([m["text"]["body"] for m in self.graph.sent_to(self.person)], ["in pausa", "anche questa"])
        self.until(lambda: self.health()["state"] == "healthy", what="the inbox to be healthy again")


if __name__ == "__main__":
    main()
