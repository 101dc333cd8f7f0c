#!/usr/bin/python3
"""REST for agents and programs: lists, filters, search, versions, idempotency, attachments, notes, states."""

import concurrent.futures
import sys
import time
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.desk import DeskCase, main  # noqa: E402
from support.rest import Rest  # noqa: E402


class RestApi(DeskCase):
    def setUp(self):
        super().setUp()
        self.who = f"anna{self.desk.number()}"
        self.live = self.stream()

    def says(self, text, who=None, **more):
        self.desk.loopback_says(who or self.who, text, **more)
        return self.live.event("message.created", text=text)["conversation"]

    def change(self, conversation, **fields):
        return self.admin.patch(f"/v1/conversations/{conversation}", fields)

    # Who, and what there is.

    def test_me_says_who_the_token_is(self):
        me = self.admin.get("/v1/me")
        self.assertEqual((me["id"], me["role"]), (self.desk.admin_id, "admin"))

    def test_agents_teams_and_inboxes_are_listed(self):
        self.assertIn(self.desk.admin_id, [a["id"] for a in self.admin.get("/v1/agents")["items"]])
        self.assertEqual(self.admin.get("/v1/teams")["items"], [])
        inboxes = {i["name"]: i for i in self.admin.get("/v1/inboxes")["items"]}
        self.assertEqual(set(inboxes), {"shop", "telegram", "whatsapp", "whatsapp-two"})
        self.assertEqual(inboxes["shop"]["health"]["state"], "healthy")
        self.assertIn("capabilities", inboxes["whatsapp"])

    def test_without_a_token_nothing_answers(self):
        for token in (None, "", "nonsense", self.admin.token + "x"):
            for method, path in (("GET", "/v1/me"), ("GET", "/v1/conversations"), ("GET", "/v1/events"),
                                 ("POST", "/v1/conversations"), ("PATCH", "/v1/conversations/cv_1")):
                Rest(self.desk.port, token).refused(401, "unauthenticated", method, path)

    def test_unknown_things_are_404_problems(self):
        for path in ("/v1/conversations/cv_999999", "/v1/conversations/nonsense", "/v1/messages/ms_999999",
                     "/v1/contacts/ct_999999", "/v1/attachments/at_999999", "/v1/nowhere",
                     "/v1/inboxes/nobody/quarantine"):
            self.admin.refused(404, "not_found", "GET", path)
        for thing, like in (("conversation", "cv_9"), ("message", "ms_9"), ("contact", "ct_9"), ("attachment", "at_9")):
            refused = self.admin.refused(404, "not_found", "GET", f"/v1/{thing}s/nonsense")
            self.assertIn(f'there is no {thing} nonsense, whose ids are like "{like}"', refused["detail"])

    def test_bad_requests_name_what_is_wrong(self):
        conversation = self.says(f"male {self.who}")
        path = f"/v1/conversations/{conversation}"
        for method, where, body, word in (
                ("PATCH", path, {"status": "asleep"}, "status"), ("PATCH", path, {"assignee": "ag_999"}, "assignee"),
                ("PATCH", path, {"tags": "vip"}, "tags"), ("PATCH", path, {"snoozed_until": "tomorrow"}, "snoozed_until"),
                ("POST", path + "/messages", {}, "text"), ("POST", path + "/messages", {"text": 7}, "text"),
                ("POST", path + "/messages", {"text": "x", "attachments": ["at_999"]}, "attachments"),
                ("POST", path + "/messages", {"text": "x", "reply_to": "ms_999"}, "reply_to"),
                ("GET", "/v1/conversations?limit=0", None, "limit"), ("GET", "/v1/conversations?after=x", None, "after"),
                ("GET", "/v1/conversations?sort=mood", None, "last_message_at, oldest, created_at or number"),
                ("GET", "/v1/conversations?status=asleep", None, "open, pending, snoozed, resolved or closed"),
                ("GET", "/v1/conversations?assignee=me", None, "\"none\""),
                ("GET", path + "/messages?order=up", None, "asc or desc"),
                ("GET", f"/v1/contacts/{self.admin.get(path)['contact']}/messages?order=up", None, "asc or desc")):
            self.assertIn(word, self.admin.refused(400, "bad_request", method, where, body)["detail"])
        answer = self.admin.call("POST", path + "/messages", raw=b"{", headers={"Content-Type": "application/json"})
        self.assertEqual((answer.status, answer.code), (400, "bad_request"))

    # Lists.

    def test_pages_join_without_gap_or_repetition(self):
        conversations = [self.says(f"pagina {self.who} {n}", f"{self.who}-{n}") for n in range(7)]
        everything = [c["id"] for c in self.admin.pages("/v1/conversations?inbox=shop", 100)]
        for limit in (1, 3):
            self.assertEqual([c["id"] for c in self.admin.pages("/v1/conversations?inbox=shop", limit)], everything)
        self.assertEqual(everything[:7], conversations[::-1], "newest message first")
        for sort in ("oldest", "created_at", "number"):
            paged = [c["id"] for c in self.admin.pages(f"/v1/conversations?inbox=shop&sort={sort}", 2)]
            self.assertEqual(sorted(paged), sorted(everything), sort)

    def test_messages_are_paged_in_both_orders(self):
        for n in range(5):
            conversation = self.says(f"riga {self.who} {n}")
        texts = [f"riga {self.who} {n}" for n in range(5)]
        path = f"/v1/conversations/{conversation}/messages"
        self.assertEqual([m["text"] for m in self.admin.pages(path, 2)], texts)
        self.assertEqual([m["text"] for m in self.admin.pages(path + "?order=desc", 2)], texts[::-1])
        self.assertIn("cursor", self.admin.get(path))

    def test_filters_narrow_the_list(self):
        one, two = self.says(f"uno {self.who}"), self.says(f"due {self.who}", self.who + "-b")
        self.change(one, tags=["vip", "reso"], assignee=self.desk.admin_id, priority="urgent")
        self.change(two, status="pending")

        def found(query):
            return {c["id"] for c in self.admin.pages("/v1/conversations?" + query)} & {one, two}

        self.assertEqual(found("tag=vip"), {one})
        self.assertEqual(found(f"assignee={self.desk.admin_id}"), {one})
        self.assertEqual(found("assignee=none"), {two})
        self.assertEqual(found("status=pending"), {two})
        self.assertEqual(found("status=pending,open"), {one, two})
        self.assertEqual(found("inbox=telegram"), set())
        self.assertEqual(found("inbox=shop&status=open"), {one})
        self.admin.refused(404, "not_found", "GET", "/v1/conversations?inbox=nobody")

    def test_search_finds_words_of_messages(self):
        conversation = self.says(f"Il corriere ha smarrito lo scaffale {self.who}")
        self.says("tutt'altro", self.who + "-b")
        for words in (f"scaffale {self.who}", f"SCAFFALE {self.who}", f"smarrito {self.who}"):
            query = "?q=" + urllib.parse.quote(words)
            self.until(lambda: [c["id"] for c in self.admin.conversations(query)] == [conversation],
                       what=f"{words} to be found")
        self.admin.patch(f"/v1/conversations/{conversation}", {"subject": f"Reclamo lampada {self.who}"})
        self.until(lambda: [c["id"] for c in self.admin.conversations(f"?q=lampada+{self.who}")] == [conversation],
                   what="the subject to be found")
        self.assertEqual(self.admin.conversations("?q=inesistente"), [])
        for words in ('"', "a AND", "*", "(", "NEAR("):
            self.assertEqual(self.admin.call("GET", "/v1/conversations?q=" + urllib.parse.quote(words)).status, 200)

    # Writes.

    def test_a_stale_version_is_a_conflict(self):
        conversation = self.says(f"versione {self.who}")
        version = self.admin.get(f"/v1/conversations/{conversation}")["version"]
        changed = self.change(conversation, priority="high", if_version=version)
        self.assertGreater(changed["version"], version)
        self.admin.refused(409, "conflict", "PATCH", f"/v1/conversations/{conversation}",
                           {"priority": "low", "if_version": version})
        self.assertEqual(self.admin.get(f"/v1/conversations/{conversation}")["priority"], "high")

    def test_the_same_key_gives_the_same_answer_and_does_it_once(self):
        conversation = self.says(f"chiave {self.who}")
        first = self.admin.reply(conversation, "una sola", key=f"k-{self.who}")
        again = self.admin.reply(conversation, "una sola", key=f"k-{self.who}")
        self.assertEqual(first["id"], again["id"])
        self.admin.refused(422, "idempotency_mismatch", "POST", f"/v1/conversations/{conversation}/messages",
                           {"text": "un'altra"}, key=f"k-{self.who}")
        self.live.delivery(first["id"], "sent")
        self.assertEqual(self.desk.loopback.texts_to(self.who), ["una sola"])
        self.daemon.restart()
        self.assertEqual(self.admin.reply(conversation, "una sola", key=f"k-{self.who}")["id"], first["id"])

    def test_the_same_key_at_the_same_moment_is_one_message(self):
        conversation = self.says(f"insieme {self.who}")
        with concurrent.futures.ThreadPoolExecutor(8) as threads:
            replies = list(threads.map(lambda _: self.admin.reply(conversation, "una", key=f"k3-{self.who}"), range(8)))
        self.assertEqual(len({reply["id"] for reply in replies}), 1)
        self.live.delivery(replies[0]["id"], "sent")
        self.assertEqual(self.desk.loopback.texts_to(self.who), ["una"])

    def test_of_two_changes_of_one_version_one_wins(self):
        conversation = self.says(f"gara {self.who}")
        version = self.admin.get(f"/v1/conversations/{conversation}")["version"]
        with concurrent.futures.ThreadPoolExecutor(6) as threads:
            answers = list(threads.map(lambda n: self.admin.call(
                "PATCH", f"/v1/conversations/{conversation}", {"tags": [f"t{n}"], "if_version": version}), range(6)))
        self.assertEqual(sorted(answer.status for answer in answers), [200] + [409] * 5)
        winner = next(answer.json for answer in answers if answer.status == 200)
        self.assertEqual(self.admin.get(f"/v1/conversations/{conversation}")["tags"], winner["tags"])

    def test_only_successes_are_remembered_by_a_key(self):
        key = f"k2-{self.who}"
        self.admin.refused(404, "not_found", "POST", "/v1/conversations/cv_999999/messages", {"text": "x"}, key=key)
        conversation = self.says(f"dopo {self.who}")
        self.admin.reply(conversation, "x", key=key)

    def test_a_reply_to_a_moved_conversation_is_refused(self):
        conversation = self.says(f"prima {self.who}")
        seen = self.admin.get(f"/v1/conversations/{conversation}")["cursor"]
        self.admin.reply(conversation, "nota", note=True)
        self.admin.reply(conversation, "le mie non contano", if_seen=seen)
        self.says(f"poi {self.who}")
        self.admin.refused(409, "conversation_moved", "POST", f"/v1/conversations/{conversation}/messages",
                           {"text": "tardi", "if_seen": seen})

    def test_a_note_stays_inside(self):
        conversation = self.says(f"nota {self.who}")
        note = self.admin.reply(conversation, "cliente difficile", note=True)
        self.assertEqual((note["note"], note["direction"], note["delivery"]), (True, "internal", None))
        reply = self.admin.reply(conversation, "Salve")
        self.live.delivery(reply["id"], "sent")
        self.assertEqual(self.desk.loopback.texts_to(self.who), ["Salve"])

    def test_a_message_s_html_is_shown_sanitised_and_alone(self):
        conversation = self.says(f"buongiorno {self.who}")
        html = ('<p onclick="x()">Hi <b>you</b></p><script>x()</script><img src="https://tracker.example/a.png" alt="Logo">'
                '<img src="cid:nobody"><a href="javascript:x()">l</a>')
        message = self.admin.reply(conversation, "Hi you", html=html)["id"]
        answer = self.admin.call("GET", f"/v1/messages/{message}/html")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.raw.decode(), '<p>Hi <b>you</b></p><span class="remote-image" title="https://tracker.example/a.png">[Logo]</span><a>l</a>')
        policy = answer.headers["content-security-policy"]
        self.assertTrue(policy.startswith("sandbox; default-src 'none'; img-src 'self' data:"), policy)
        self.assertNotIn("script-src", policy)
        self.assertEqual((answer.headers["x-content-type-options"], answer.headers["referrer-policy"]), ("nosniff", "no-referrer"))

    def test_reading_resets_unread_and_a_reply_does_too(self):
        for n in range(2):
            conversation = self.says(f"leggi {self.who} {n}")
        self.assertEqual(self.admin.get(f"/v1/conversations/{conversation}")["unread"], 2)
        self.admin.post(f"/v1/conversations/{conversation}/read")
        self.assertEqual(self.admin.get(f"/v1/conversations/{conversation}")["unread"], 0)
        self.says(f"leggi {self.who} ancora")
        self.admin.reply(conversation, "eccomi")
        self.assertEqual(self.admin.get(f"/v1/conversations/{conversation}")["unread"], 0)

    def test_a_customer_s_message_reopens_what_is_resolved(self):
        conversation = self.says(f"risolto {self.who}")
        self.assertEqual(self.change(conversation, status="resolved")["status"], "resolved")
        self.assertEqual(self.says(f"non ancora {self.who}"), conversation)
        self.assertEqual(self.admin.get(f"/v1/conversations/{conversation}")["status"], "open")

    def test_closed_is_final_and_a_new_conversation_continues_it(self):
        conversation = self.says(f"chiuso {self.who}")
        self.change(conversation, status="closed")
        self.admin.refused(409, "conflict", "PATCH", f"/v1/conversations/{conversation}", {"status": "open"})
        self.admin.refused(409, "conflict", "POST", f"/v1/conversations/{conversation}/messages", {"text": "x"})
        new = self.says(f"di nuovo {self.who}")
        self.assertNotEqual(new, conversation)
        self.assertEqual(self.admin.get(f"/v1/conversations/{new}")["continues"], conversation)

    def test_a_snooze_ends_by_itself_and_by_a_message(self):
        conversation = self.says(f"dopo {self.who}")
        until = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + 5))
        self.assertEqual(self.change(conversation, snoozed_until=until)["status"], "snoozed")
        self.live.event("conversation.updated", id=conversation, status="snoozed")
        woken = self.live.event("conversation.updated", 20, id=conversation, status="open")["data"]
        self.assertIsNone(woken["snoozed_until"])
        self.change(conversation, status="snoozed", snoozed_until="2099-01-01T00:00:00Z")
        self.says(f"sveglia {self.who}")
        self.assertEqual(self.admin.get(f"/v1/conversations/{conversation}")["status"], "open")

    # Files.

    def test_a_tampered_link_is_404_and_an_upload_is_its_uploader_s(self):
        content = bytes(range(256)) * 300
        upload = self.admin.upload("dati.bin", content)
        answer = self.admin.download(upload["url"])
        self.assertEqual((answer.status, answer.raw), (200, content))
        self.assertTrue(answer.headers["content-disposition"].startswith("attachment"))
        path = urllib.parse.urlsplit(upload["url"]).path
        identity, expires, signature = path.removeprefix("/media/").split(".")
        for forged in (f"{identity}.{expires}.{signature[:-1]}", f"{identity}.{int(expires) + 1}.{signature}",
                       f"{int(identity) + 1}.{expires}.{signature}", f"{identity}.{signature}", "x", "a" * 500):
            self.assertEqual(self.admin.call("GET", "/media/" + forged).status, 404, forged)
        _, other = self.daemon.add_user(f"other-{self.who}", "manager")
        other.refused(404, "not_found", "GET", f"/v1/attachments/{upload['id']}")
        conversation = self.says(f"allegato {self.who}")
        other.refused(400, "bad_request", "POST", f"/v1/conversations/{conversation}/messages",
                      {"text": "x", "attachments": [upload["id"]]})

    def test_an_upload_without_a_file_is_refused(self):
        self.admin.refused(400, "bad_request", "POST", "/v1/attachments", {})

    # Events by long poll.

    def test_long_poll_gives_what_comes_and_waits_for_it(self):
        start = self.admin.get("/v1/events?wait=0")
        self.assertEqual(start["items"], [])
        conversation = self.says(f"sondaggio {self.who}")
        since, seen = start["cursor"], []
        while not any(e["event"] == "message.created" for e in seen):
            page = self.admin.get(f"/v1/events?since={since}&wait=10&limit=1")
            seen, since = seen + page["items"], page["cursor"]
        self.assertIn(conversation, [e["conversation"] for e in seen])
        self.admin.refused(410, "epoch_changed", "GET", "/v1/events?since=other:1")
        self.admin.refused(400, "bad_request", "GET", "/v1/events?since=nonsense")


if __name__ == "__main__":
    main()
