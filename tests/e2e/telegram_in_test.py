#!/usr/bin/python3
"""What arrives from Telegram by webhook, through the real daemon, up to the stream and REST."""

import concurrent.futures
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.desk import DeskCase, main  # noqa: E402

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20


class TelegramIn(DeskCase):
    def setUp(self):
        super().setUp()
        self.chat = self.desk.number() + 70_000
        self.telegram = self.desk.telegram
        self.live = self.stream()

    def says(self, text, **fields):
        """A customer's text, and the event that it became."""
        update = self.desk.telegram_says(self.chat, text, **fields)
        return update["message"], self.live.event("message.created", text=text)

    def posted(self, **content):
        update = self.telegram.update(**content)
        self.assertEqual(self.desk.telegram_post(update), 200)
        return update

    def photo(self, file_id, **fields):
        self.telegram.add_file(file_id, JPEG, f"photos/{file_id}.jpg")
        sizes = [{"file_id": file_id, "file_unique_id": "u" + file_id, "width": 9, "height": 9, "file_size": len(JPEG)}]
        update = self.telegram.message_update(self.chat, photo=sizes, **fields)
        self.assertEqual(self.desk.telegram_post(update), 200)
        return update["message"]

    def test_a_text_becomes_a_message_of_an_open_conversation(self):
        message, event = self.says("Ciao, dov'è il pacco?")
        data = event["data"]
        self.assertEqual((data["direction"], data["kind"], data["external_id"], data["author"]["name"]),
                         ("in", "text", f"{self.chat}:{message['message_id']}", "Customer"))
        conversation = self.admin.get(f"/v1/conversations/{event['conversation']}")
        self.assertEqual((conversation["inbox"], conversation["status"], conversation["unread"]),
                         ("telegram", "open", 1))
        self.assertEqual(self.admin.call("GET", f"/v1/messages/{data['id']}/raw").status, 200)

    def test_five_concurrent_retries_of_one_update_are_one_message(self):
        update = self.telegram.message_update(self.chat, "una volta sola")
        with concurrent.futures.ThreadPoolExecutor(5) as threads:
            statuses = list(threads.map(lambda _: self.desk.telegram_post(update), range(5)))
        self.assertEqual(statuses, [200] * 5)
        conversation = self.live.event("message.created", text="una volta sola")["conversation"]
        self.assertEqual(len(self.admin.messages(conversation)), 1)

    def test_a_webhook_with_a_wrong_secret_leaves_nothing(self):
        update = self.telegram.message_update(self.chat, "falso")
        for secret in ("wrong", "", "telegram-hook-secretx", "telegram-hook-secre"):
            self.assertIn(self.desk.telegram_post(update, secret), (401, 403))
        self.says("vero")
        self.assertTrue(self.live.quiet(lambda f: f.get("event") == "message.created" and f["data"]["text"] == "falso"))

    def test_a_photo_is_fetched_and_served_by_a_signed_link(self):
        self.photo("large", caption="Rotto qui")
        created = self.live.event("message.created", kind="image")["data"]
        self.assertEqual(created["text"], "Rotto qui")
        attachment = self.until(lambda: next((a for a in self.admin.message(created["id"])["attachments"]
                                              if a["state"] == "ready"), None), what="the photo to be ready")
        link = self.admin.get(f"/v1/attachments/{attachment['id']}")
        answer = self.admin.download(link["url"])
        self.assertEqual((answer.status, answer.raw, answer.headers["content-type"]), (200, JPEG, "image/jpeg"))
        self.live.expect(lambda f: f.get("event") == "message.updated" and f["data"]["id"] == created["id"])

    def test_a_photo_that_is_gone_is_shown_as_such(self):
        sizes = [{"file_id": "gone", "file_unique_id": "g", "width": 9, "height": 9, "file_size": 9}]
        update = self.telegram.message_update(self.chat, photo=sizes)
        self.assertEqual(self.desk.telegram_post(update), 200)
        created = self.live.event("message.created", kind="image")["data"]
        self.until(lambda: self.admin.message(created["id"])["attachments"][0]["state"] not in ("ready", "pending"),
                   what="the fetch to be given up")

    def test_the_parts_of_an_album_share_a_group(self):
        for name in ("first", "second"):
            self.photo(f"album-{name}", media_group_id=f"album-{self.chat}", caption=name)
        groups = [self.live.event("message.created", text=name)["data"]["group"] for name in ("first", "second")]
        self.assertIsNotNone(groups[0])
        self.assertEqual(groups[0], groups[1])

    def test_an_edit_changes_the_message_in_place(self):
        message, event = self.says("Ciao")
        self.posted(edited_message={**message, "text": "Ciao a tutti", "edit_date": int(time.time()) + 1})
        updated = self.live.expect(lambda f: f.get("event") == "message.updated")["data"]
        self.assertEqual((updated["id"], updated["text"]), (event["data"]["id"], "Ciao a tutti"))
        self.assertIsNotNone(updated["edited_at"])
        self.assertGreater(updated["version"], event["data"]["version"])

    def test_a_reaction_stands_on_its_message_and_can_be_taken_back(self):
        message, event = self.says("Grazie!")
        for new in ([{"type": "emoji", "emoji": "👍"}], []):
            self.posted(message_reaction={"chat": message["chat"], "message_id": message["message_id"],
                                          "user": message["from"], "date": int(time.time()), "old_reaction": [],
                                          "new_reaction": new})
            updated = self.live.expect(lambda f: f.get("event") == "message.updated")["data"]
            self.assertEqual([r["emoji"] for r in updated["reactions"]], [r["emoji"] for r in new])
        self.assertEqual(len(self.admin.messages(event["conversation"])), 1)

    def test_a_pressed_button_is_a_message_and_telegram_is_told(self):
        message, _ = self.says("Scegli")
        update = self.posted(callback_query={
            "id": f"query-{self.chat}", "from": message["from"], "chat_instance": "1", "data": "yes",
            "message": {**message, "reply_markup": {"inline_keyboard": [[{"text": "Sì", "callback_data": "yes"}]]}}})
        answer = self.live.event("message.created", kind="interactive")["data"]
        self.assertEqual((answer["text"], answer["content"]["id"]), ("Sì", "yes"))
        self.until(lambda: any(c["method"] == "answerCallbackQuery" and
                               c["parameters"]["callback_query_id"] == update["callback_query"]["id"]
                               for c in self.telegram.sent), what="answerCallbackQuery")

    def test_blocking_and_unblocking_the_bot_is_told(self):
        message, event = self.says("Eccomi")
        for at, (old, new, action) in enumerate((("member", "kicked", "contact_blocked"),
                                                 ("kicked", "member", "contact_unblocked"))):
            bot = {"id": self.telegram.bot_id, "is_bot": True, "first_name": "Bot"}
            self.posted(my_chat_member={"chat": message["chat"], "from": message["from"], "date": int(time.time()) + at,
                                        "old_chat_member": {"user": bot, "status": old},
                                        "new_chat_member": {"user": bot, "status": new}})
            activity = self.live.event("message.created", kind="activity")
            self.assertEqual(activity["data"]["content"]["action"], action)
            self.assertEqual(activity["conversation"], event["conversation"])

    def test_an_unknown_kind_is_shown_as_unsupported(self):
        update = self.telegram.message_update(self.chat, hologram={"depth": 3})
        self.assertEqual(self.desk.telegram_post(update), 200)
        self.live.event("message.created", kind="unsupported")

    def test_what_is_authentic_but_no_update_goes_to_quarantine(self):
        before = len(self.admin.pages("/v1/inboxes/telegram/quarantine"))
        headers = {"X-Telegram-Bot-Api-Secret-Token": "telegram-hook-secret"}
        for raw in (b"\xff\x00{{", b"[1, 2]", b'{"update_id": 7}'):
            answer = self.admin.call("POST", "/hooks/telegram", raw=raw, headers=headers)
            self.assertEqual((answer.status, answer.raw), (200, b""))
        rows = self.admin.pages("/v1/inboxes/telegram/quarantine")
        self.assertEqual(len(rows), before + 3)
        self.assertIn("[1, 2]", [row["raw"] for row in rows])

    def test_a_webhook_is_not_registered_under_a_plain_http_address(self):
        self.assertNotIn("setWebhook", [method for method, _ in self.telegram.calls])


if __name__ == "__main__":
    main()
