#!/usr/bin/python3
"""Replies on Telegram: what the Bot API gets, and what becomes of a reply when it fails."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import patience  # noqa: E402
from support.desk import RETRY_SECONDS, DeskCase, main  # noqa: E402

FIRST_PAUSE_SECONDS = 2  # of a reply that failed; until then nothing behind it may go
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


class TelegramOut(DeskCase):
    def setUp(self):
        super().setUp()
        self.telegram = self.desk.telegram
        self.live = self.stream()
        self.chat = self.desk.number() + 70_000
        self.desk.telegram_says(self.chat, f"Ciao da {self.chat}")
        self.conversation = self.live.event("message.created", text=f"Ciao da {self.chat}")["conversation"]

    def sent(self, method=None):
        """What Telegram took for this test's chat."""
        with self.telegram.lock:
            return [c for c in self.telegram.sent if str(c["parameters"].get("chat_id")) == str(self.chat)
                    and method in (None, c["method"])]

    def reply(self, text="", **more):
        return self.admin.reply(self.conversation, text, **more)["id"]

    def sent_reply(self, text, **more):
        message = self.reply(text, **more)
        self.live.delivery(message, "sent")
        return message

    def uncertain_reply(self, text):
        self.telegram.fail_next("cut_after", method="sendMessage")
        message = self.reply(text)
        self.live.delivery(message, "uncertain")
        self.assertEqual(len(self.sent("sendMessage")), 1)
        return message

    def test_a_reply_with_html_arrives_as_entities(self):
        message = self.sent_reply("Salve Anna", html="<b>Salve</b> <i>Anna</i>")
        parameters = self.sent("sendMessage")[0]["parameters"]
        self.assertEqual(parameters["text"], "Salve Anna")
        self.assertEqual([(e["type"], e["offset"], e["length"]) for e in parameters["entities"]],
                         [("bold", 0, 5), ("italic", 6, 4)])
        delivery = self.admin.delivery(message)
        result = self.sent("sendMessage")[0]["result"]
        self.assertEqual(delivery["external_ids"], [f"{self.chat}:{result['message_id']}"])

    def test_attachments_go_out_byte_for_byte(self):
        files = [self.admin.upload("foto.png", PNG, "image/png")["id"],
                 self.admin.upload("fattura.pdf", b"%PDF-1.4 fattura", "application/pdf")["id"]]
        self.sent_reply("Ecco", attachments=files)
        got = {f["name"]: f["content"] for c in self.sent() for f in c["files"].values()}
        self.assertEqual(got, {"foto.png": PNG, "fattura.pdf": b"%PDF-1.4 fattura"})

    def test_replies_of_one_conversation_go_out_in_order(self):
        for number in range(4):
            self.reply(f"parte {number}")
        self.until(lambda: len(self.sent("sendMessage")) == 4, 30, "four messages")
        self.assertEqual([c["parameters"]["text"] for c in self.sent("sendMessage")], [f"parte {n}" for n in range(4)])

    def test_a_reply_that_is_tried_again_holds_back_the_later_ones_of_its_conversation_only(self):
        self.telegram.fail_next("500", method="sendMessage")
        began = time.monotonic()
        first = self.reply("prima")
        second = self.reply("seconda")
        other = self.desk.number() + 70_000
        self.desk.telegram_says(other, f"Ciao da {other}")
        elsewhere = self.live.event("message.created", text=f"Ciao da {other}")["conversation"]
        self.live.delivery(self.admin.reply(elsewhere, "altrove")["id"], "sent")
        state = self.admin.delivery(second)["state"]
        if time.monotonic() - began < FIRST_PAUSE_SECONDS:
            self.assertEqual(state, "queued")
        for message in (first, second):
            self.live.delivery(message, "sent", RETRY_SECONDS)
        self.assertEqual([c["parameters"]["text"] for c in self.sent("sendMessage")], ["prima", "seconda"])

    def test_an_edit_reaches_the_customer_and_then_shows(self):
        message = self.sent_reply("Prezo 10")
        self.admin.want(202, "PATCH", f"/v1/messages/{message}", {"text": "Prezzo 10"})
        updated = self.live.event("message.updated", id=message)["data"]
        self.assertEqual(updated["text"], "Prezzo 10")
        self.assertEqual(self.sent("editMessageText")[0]["parameters"]["text"], "Prezzo 10")

    def test_a_deletion_reaches_the_customer_and_then_shows(self):
        message = self.sent_reply("Sbagliato")
        self.admin.want(202, "DELETE", f"/v1/messages/{message}")
        self.assertIsNotNone(self.live.event("message.updated", id=message)["data"]["deleted_at"])
        self.assertEqual(len(self.sent("deleteMessage")), 1)

    def test_a_reaction_reaches_the_customer(self):
        theirs = self.admin.messages(self.conversation)[0]["id"]
        self.admin.want(202, "PUT", f"/v1/messages/{theirs}/reaction", {"emoji": "👍"})
        updated = self.live.event("message.updated", id=theirs)["data"]
        self.assertEqual([(r["emoji"], r["author"]["kind"]) for r in updated["reactions"]], [("👍", "system")],
                         "the channel shows one reaction, the desk's")
        self.assertEqual(len(self.sent("setMessageReaction")), 1)

    def test_retry_after_is_respected(self):
        self.telegram.fail_next("429", method="sendMessage", retry_after=3)
        started = time.monotonic()
        message = self.reply("con calma")
        waiting = self.live.expect(lambda f: f.get("event") == "message.delivery" and
                                   f["data"]["message"] == message and f["data"]["delivery"]["attempt"] == 2)
        self.assertEqual(waiting["data"]["delivery"]["reason"]["code"], "rate_limited")
        self.live.delivery(message, "sent", RETRY_SECONDS)
        self.assertGreaterEqual(time.monotonic() - started, 3.0)
        self.assertEqual(len(self.sent("sendMessage")), 1)

    def test_a_failing_provider_is_tried_again(self):
        self.telegram.fail_next("500", method="sendMessage")
        message = self.reply("prima o poi")
        self.live.delivery(message, "sent", RETRY_SECONDS)
        self.assertEqual(self.admin.delivery(message)["attempt"], 2)
        self.assertEqual(len(self.sent("sendMessage")), 1)

    def test_a_cut_before_the_answer_is_never_sent_again_by_itself(self):
        message = self.uncertain_reply("forse")
        later = self.sent_reply("di sicuro")
        time.sleep(patience(3))  # sleep: what must not happen has no event; longer than the first pause before a retry
        self.assertEqual([c["parameters"]["text"] for c in self.sent("sendMessage")], ["forse", "di sicuro"])
        self.assertEqual(self.admin.delivery(message)["state"], "uncertain")
        self.assertEqual(self.admin.delivery(later)["state"], "sent")

    def test_a_retry_of_an_uncertain_reply_must_accept_a_duplicate(self):
        message = self.uncertain_reply("due volte")
        self.admin.refused(409, "conflict", "POST", f"/v1/messages/{message}/retry", {})
        self.admin.post(f"/v1/messages/{message}/retry", {"accept_duplicate": True}, 202)
        self.live.delivery(message, "sent")
        self.assertEqual(len(self.sent("sendMessage")), 2)
        self.admin.refused(409, "conflict", "POST", f"/v1/messages/{message}/retry", {"accept_duplicate": True})

    def test_a_person_settles_an_uncertain_reply(self):
        for word, state in (("sent", "sent"), ("failed", "failed")):
            self.telegram.fail_next("garbage", method="sendMessage")
            message = self.reply(f"visto {word}")
            self.live.delivery(message, "uncertain")
            self.admin.post(f"/v1/messages/{message}/resolve", {"as": word})
            self.live.delivery(message, state)
            self.admin.refused(409, "conflict", "POST", f"/v1/messages/{message}/resolve", {"as": word})
        self.assertEqual(len(self.sent("sendMessage")), 2)

    def test_a_customer_who_blocked_the_bot_makes_the_reply_fail(self):
        self.telegram.blocked.add(self.chat)
        message = self.reply("ci sei?")
        self.live.delivery(message, "failed")
        reason = self.admin.delivery(message)["reason"]
        self.assertTrue(reason["code"] and reason["detail"])
        self.telegram.blocked.discard(self.chat)
        self.admin.post(f"/v1/messages/{message}/retry", {}, 202)
        self.live.delivery(message, "sent")


if __name__ == "__main__":
    main()
