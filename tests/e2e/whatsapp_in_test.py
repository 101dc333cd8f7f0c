#!/usr/bin/python3
"""What arrives from WhatsApp: handshake, signatures, batches over several numbers, media, statuses of any order."""

import concurrent.futures
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.desk import SECOND_NUMBER, DeskCase, main  # noqa: E402
from support.rest import Rest  # noqa: E402

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20
WEBHOOK_MAX = 8 << 20


class WhatsAppIn(DeskCase):
    def setUp(self):
        super().setUp()
        self.person = self.desk.person()
        self.graph = self.desk.whatsapp
        self.live = self.stream()

    def says(self, text, **more):
        self.desk.whatsapp_says(self.person, text, **more)
        return self.live.event("message.created", text=text)

    def handshake(self, query, inbox="whatsapp"):
        answer = Rest(self.desk.port).call("GET", f"/hooks/{inbox}?{query}")
        return answer.status, answer.raw, answer.headers.get("content-type", "")

    def test_the_handshake_gives_the_challenge_back_verbatim(self):
        status, body, kind = self.handshake("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=verify-me")
        self.assertEqual((status, body), (200, b"1158201444"))
        self.assertTrue(kind.startswith("text/plain"))

    def test_a_wrong_handshake_is_refused(self):
        for query in ("hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong", "hub.challenge=1", "",
                      "hub.mode=subscribe&hub.challenge=%3Cscript%3E&hub.verify_token=verify-me",
                      "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=verify-me"):
            self.assertEqual(self.handshake(query)[0], 403, query)
        self.assertEqual(self.handshake("hub.mode=subscribe", inbox="nobody")[0], 404)

    def test_forged_signatures_leave_nothing(self):
        body = self.graph.text_webhook(self.person, "falso")
        raw = json.dumps(body).encode()
        good = self.graph.signature(raw)
        for forged in ("", "sha256=", good[:-1], good[:-1] + ("0" if good[-1] != "0" else "1"), good.upper(),
                       good.replace("sha256=", "sha1="), good + "00", self.graph.signature(raw + b" ")):
            self.assertIn(self.desk.whatsapp_post(body, signature=forged), (401, 403), forged)
        self.says("vero")
        self.assertTrue(self.live.quiet(lambda f: f.get("event") == "message.created" and f["data"]["text"] == "falso"))

    def test_five_concurrent_retries_of_one_callback_are_one_message(self):
        body = self.graph.text_webhook(self.person, "una volta sola, sì")
        with concurrent.futures.ThreadPoolExecutor(5) as threads:
            statuses = list(threads.map(lambda _: self.desk.whatsapp_post(body), range(5)))
        self.assertEqual(statuses, [200] * 5)
        conversation = self.live.event("message.created", text="una volta sola, sì")["conversation"]
        self.assertEqual(len(self.admin.messages(conversation)), 1)

    def test_a_batch_over_two_numbers_reaches_both_inboxes_and_the_unknown_one_quarantine(self):
        quarantined = len(self.admin.pages("/v1/inboxes/whatsapp/quarantine"))
        person = self.person
        body = self.graph.batch_webhook(
            self.graph.text_webhook(person, f"primo {person}"),
            self.graph.text_webhook(person, f"secondo {person}", number=SECOND_NUMBER),
            self.graph.text_webhook(person, f"ignoto {person}", number="5555555555555"))
        self.assertEqual([self.desk.whatsapp_post(body) for _ in range(2)], [200, 200])
        inboxes = []
        for word in ("primo", "secondo"):
            event = self.live.event("message.created", text=f"{word} {person}")
            inboxes.append(self.admin.get(f"/v1/conversations/{event['conversation']}")["inbox"])
        self.assertEqual(inboxes, ["whatsapp", "whatsapp-two"])
        rows = self.admin.pages("/v1/inboxes/whatsapp/quarantine")
        self.assertEqual(len(rows), quarantined + 1, "the repetition is not kept twice")
        self.assertIn("unknown_account", [row["reason"] for row in rows])
        # The request also brought the second number's message: whoever does not see that inbox sees no bytes of it.
        _, lead = self.daemon.add_user(f"lead-{person}", "lead", "whatsapp")
        for who, sees in ((self.admin, True), (lead, False)):
            row = next(row for row in who.pages("/v1/inboxes/whatsapp/quarantine") if row["id"] == rows[0]["id"])
            self.assertEqual((row["raw"] is not None and f"secondo {person}" in row["raw"], row["raw"] is None),
                             (sees, not sees))
            self.assertGreater(row["size"], 0)

    def test_what_is_authentic_but_not_understood_goes_to_quarantine(self):
        before = len(self.admin.pages("/v1/inboxes/whatsapp/quarantine"))
        for body in (b"\xff\x00{{", b"[]", {"object": "page", "entry": []}):
            self.assertEqual(self.desk.whatsapp_post(body), 200)
        rows = self.admin.pages("/v1/inboxes/whatsapp/quarantine")
        self.assertEqual(len(rows), before + 3)

    def test_a_webhook_that_is_too_large_is_refused_with_413(self):
        raw = b"{" + b" " * (WEBHOOK_MAX + 1) + b"}"
        self.assertEqual(self.desk.whatsapp_post(raw), 413)
        self.says("dopo il 413")

    def test_media_is_fetched_and_served_by_a_signed_link(self):
        self.assertEqual(self.desk.whatsapp_post(self.graph.media_webhook(self.person, JPEG, caption="Ecco")), 200)
        created = self.live.event("message.created", kind="image", text="Ecco")["data"]
        attachment = self.until(lambda: next((a for a in self.admin.message(created["id"])["attachments"]
                                              if a["state"] == "ready"), None), what="the picture to be ready")
        answer = self.admin.download(self.admin.get(f"/v1/attachments/{attachment['id']}")["url"])
        self.assertEqual((answer.status, answer.raw), (200, JPEG))

    def test_the_reply_window_counts_from_the_customer_s_time(self):
        at = int(time.time()) - 3600
        body = self.graph.message_webhook(self.graph.message(self.person, at=at, text={"body": "un'ora fa"}))
        self.assertEqual(self.desk.whatsapp_post(body), 200)
        conversation = self.live.event("message.created", text="un'ora fa")["conversation"]
        ends_at = self.admin.get(f"/v1/conversations/{conversation}")["reply_window_ends_at"]
        expected = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(at + 24 * 3600))
        self.assertEqual(ends_at, expected)

    def test_a_person_known_by_a_user_id_alone_is_one_contact_and_can_be_answered(self):
        user = f"IT.{self.desk.number()}208655302741918"
        value = {"contacts": [{"profile": {"name": "Bruno"}, "user_id": user}],
                 "messages": [{"from_user_id": user, "id": f"wamid.{user}.{n}", "timestamp": str(int(time.time())),
                               "type": "text", "text": {"body": f"{user} {n}"}} for n in range(2)]}
        self.graph.open_window(user)
        self.assertEqual(self.desk.whatsapp_post(self.graph.envelope(self.graph.change(value))), 200)
        events = [self.live.event("message.created", text=f"{user} {n}") for n in range(2)]
        self.assertEqual(events[0]["conversation"], events[1]["conversation"])
        message = self.admin.reply(events[0]["conversation"], "Salve Bruno")["id"]
        self.live.delivery(message, "sent")
        self.assertEqual(self.graph.sent_to(user)[0]["text"]["body"], "Salve Bruno")


if __name__ == "__main__":
    main()
