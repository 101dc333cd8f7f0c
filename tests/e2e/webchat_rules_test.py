#!/usr/bin/python3
"""Who may chat, as whom, how much, and what they may send: origins, identity, questions, limits, uploads, the long poll."""

import concurrent.futures
import contextlib
import hashlib
import hmac
import sqlite3
import sys
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import patience  # noqa: E402
from support.chat import PAGE, SECRET, ChatSocket, token  # noqa: E402
from support.chat_desk import ChatCase  # noqa: E402
from support.desk import main  # noqa: E402
from support.rest import Rest  # noqa: E402
from support.stream import Refused  # noqa: E402

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


class Origins(ChatCase):
    def test_another_page_gets_no_session_no_socket_and_no_answer_to_its_preflight(self):
        visitor = self.visitor(opened=False)
        visitor.origin = "https://evil.example"
        answer = visitor.ask_session()
        self.assertEqual((answer.status, answer.code), (403, "forbidden"))
        self.assertNotIn("access-control-allow-origin", answer.headers)
        self.assertEqual(visitor.call("OPTIONS", "session").status, 403)
        with self.assertRaises(Refused) as refused:
            ChatSocket(self.daemon.port, origin="https://evil.example")
        self.assertEqual(refused.exception.status, 403)
        for near in (PAGE + ".evil.example", PAGE.replace("https", "http"), "null", PAGE + ":8443"):
            visitor.origin = near
            self.assertEqual(visitor.ask_session().status, 403, near)

    def test_the_allowed_page_reads_the_answer_by_its_exact_origin(self):
        visitor = self.visitor()
        for answer in (visitor.ask_session(), visitor.call("GET", "config"), visitor.call("GET", "events?after=-1")):
            self.assertEqual(answer.headers["access-control-allow-origin"], PAGE)
            self.assertEqual(answer.headers["vary"].lower(), "origin")
            self.assertNotIn("access-control-allow-credentials", answer.headers)
        preflight = visitor.call("OPTIONS", "session")
        self.assertEqual(preflight.status, 204)
        self.assertIn("authorization", preflight.headers["access-control-allow-headers"])

    def test_the_widget_and_its_config_are_served(self):
        visitor = self.visitor(opened=False)
        config = visitor.call("GET", "config").json
        self.assertEqual((config["appearance"]["title"], config["identity_required"]), ("Bottega", False))
        script = Rest(self.daemon.port).call("GET", "/chat/website/widget.js")
        self.assertEqual((script.status, script.headers["content-type"]), (200, "text/javascript; charset=utf-8"))
        for inbox in ("nowhere", "nowhere/x"):
            self.assertEqual(Rest(self.daemon.port).call("GET", f"/chat/{inbox}/widget.js").status, 404)


class Identity(ChatCase):
    def test_where_identity_is_required_nobody_anonymous_gets_in(self):
        visitor = self.visitor("members", opened=False)
        answer = visitor.ask_session()
        self.assertEqual((answer.status, answer.code), (403, "forbidden"))
        outsider = self.visitor("website")
        for call in (("GET", "events"), ("GET", "messages"), ("POST", "messages"), ("POST", "upload")):
            stolen = Rest(self.daemon.port).call(call[0], f"/chat/members/{call[1]}", headers={
                "Origin": PAGE, "Authorization": "Bearer " + outsider.session["session_token"]})
            self.assertEqual((stolen.status, stolen.code), (401, "unauthenticated"), call)
        socket = ChatSocket(self.daemon.port, "members")
        socket.expect("hello")
        socket.send("hello", token=outsider.session["session_token"])
        self.assertEqual(socket.expect("error")["error"]["code"], "unauthenticated")
        self.assertEqual(socket.wait_closed(), 4401)

    def test_a_signed_token_gets_in_and_a_wrong_one_does_not(self):
        visitor = self.visitor("members", user_token=token("u1", "members", name="Anna Rossi", email="anna@example.com"))
        self.assertEqual((visitor.session["identified"], visitor.session["name"]), (True, "Anna Rossi"))
        now = int(time.time())
        good = token("u1", "members")
        wrong = {
            "another secret": token("u1", "members", secret="x" * 24), "another inbox": token("u1", "website"),
            "expired": token("u1", "members", exp=now - 1), "too long": token("u1", "members", lives=7200),
            "from the future": token("u1", "members", iat=now + 600, exp=now + 900),
            "no exp": token("u1", "members", exp=None), "no iat": token("u1", "members", iat=None),
            "no sub": token(None, "members"), "no aud": token("u1", aud=None),
            "none": token("u1", "members", header={"alg": "none"}).rsplit(".", 1)[0] + ".",
            "HS512": token("u1", "members", header={"alg": "HS512"}), "critical": token("u1", "members", header={"alg": "HS256", "crit": ["b64"]}),
            "cut": good[:-2], "changed": good[:-3] + ("A" if good[-3] != "A" else "B") + good[-2:], "nonsense": "a.b.c"}
        for why, given in wrong.items():
            answer = self.visitor("members", opened=False).ask_session(user_token=given)
            self.assertEqual((answer.status, answer.code), (401, "unauthenticated"), why)

    def test_a_keyed_hash_of_the_user_id_gets_in_too(self):
        proof = hmac.new(SECRET.encode(), b"u7", hashlib.sha256).hexdigest()
        self.assertTrue(self.visitor("members", user_id="u7", user_hash=proof).session["identified"])
        answer = self.visitor("members", opened=False).ask_session(user_id="u8", user_hash=proof)
        self.assertEqual(answer.status, 401)

    def test_an_anonymous_visitor_becomes_known_and_keeps_the_talk(self):
        visitor = self.visitor()
        number = str(uuid.uuid4())
        first = visitor.post("chi sono?", number)
        anonymous, socket = visitor.visitor_token, visitor.socket()
        visitor.open(user_token=token("new-1", name="Carla", email="carla@example.com"))
        self.assertEqual((visitor.session["conversation"], visitor.session["same_visitor"]), (first["conversation"], True))
        self.assertEqual(socket.wait_closed(), 4401)
        self.assertNotEqual(visitor.visitor_token, anonymous, "a token that others may have is worth nothing of theirs")
        self.assertEqual(self.visitor(visitor_token=anonymous).session["conversation"], None)
        self.assertEqual(visitor.post("chi sono?", number)["id"], first["id"])
        contact = self.contact_of(first["conversation"])
        self.assertEqual((contact["name"], contact["attributes"]["email"]), ("Carla", "carla@example.com"))
        self.assertEqual([(i["handle"], i["verified"]) for i in contact["identities"]], [("user:new-1", True)])
        elsewhere = self.visitor(user_token=token("new-1"))
        self.assertEqual(elsewhere.session["conversation"], first["conversation"])

    def test_a_known_customer_is_recognised_and_the_anonymous_talk_becomes_theirs(self):
        at_home = self.visitor(user_token=token("known-1", name="Dario"))
        old = at_home.post("da casa")
        browser = self.visitor()
        new = browser.post("dal telefono")
        anonymous = self.contact_of(new["conversation"])["id"]
        browser.open(user_token=token("known-1", name="Dario"))
        contact = self.contact_of(new["conversation"])
        self.assertEqual(contact["id"], self.contact_of(old["conversation"])["id"])
        self.assertNotEqual(contact["id"], anonymous)
        self.assertEqual(browser.session["conversation"], new["conversation"])
        self.assertEqual(browser.post("continuo")["conversation"], new["conversation"])

    def test_nobody_comes_into_another_known_customers_history(self):
        anna = self.visitor(user_token=token("anna"))
        hers = anna.post("mio segreto")
        annas_token = anna.visitor_token
        anna.open(user_token=token("berta"))
        self.assertNotEqual(anna.visitor_token, annas_token)
        self.assertEqual((anna.session["conversation"], anna.session["last_seq"]), (None, 0))
        bertas = anna.post("sono Berta")
        self.assertNotEqual(self.contact_of(bertas["conversation"])["id"], self.contact_of(hers["conversation"])["id"])
        # An anonymous visitor whom an agent joined with somebody known stays with them.
        guest = self.visitor()
        said = guest.post("ospite")
        joined = self.contact_of(hers["conversation"])["id"]
        self.admin.post(f"/v1/contacts/{joined}/merge", {"from": self.contact_of(said["conversation"])["id"]})
        guest.open(user_token=token("berta"))
        self.assertEqual(self.contact_of(said["conversation"])["id"], joined)
        self.assertEqual(guest.session["conversation"], bertas["conversation"])

    def test_signing_out_ends_the_token_its_sessions_and_its_sockets(self):
        visitor = self.visitor()
        said = visitor.post("a dopo")
        socket, token_before = visitor.socket(), visitor.visitor_token
        self.assertEqual(visitor.call("DELETE", "session").status, 204)
        self.assertEqual(socket.wait_closed(), 4401)
        self.assertEqual(visitor.call("GET", "messages").status, 401)
        visitor.open(visitor_token=token_before)
        self.assertNotEqual(visitor.visitor_token, token_before)
        self.assertFalse(visitor.session["same_visitor"])
        self.assertEqual(visitor.session["conversation"], None)
        self.assertEqual(visitor.call("GET", "messages").json["items"], [])
        self.admin.get(f"/v1/conversations/{said['conversation']}")


class Questions(ChatCase):
    GOOD = {"name": "Elena", "email": "elena@example.com", "topic": "Sales", "consent": True}

    def test_answers_are_checked_by_the_server_and_kept_with_the_contact(self):
        visitor = self.visitor("asked")
        self.assertTrue(visitor.session["fields_wanted"])
        for name, value in (("name", ""), ("email", "no address"), ("topic", "Gossip"), ("consent", False), ("name", "x" * 600)):
            answer = visitor.call("POST", "messages", {"client_msg_id": str(uuid.uuid4()), "text": "salve",
                                                       "fields": {**self.GOOD, name: value}})
            self.assertEqual((answer.status, answer.code), (400, "bad_request"), name)
            self.assertIn(name, answer.json["detail"])
        said = visitor.post("salve", fields={**self.GOOD, "other": "ignored"})
        contact = self.contact_of(said["conversation"])
        self.assertEqual((contact["name"], contact["attributes"]),
                         ("Elena", {"name": "Elena", "email": "elena@example.com", "topic": "Sales", "consent": "true"}))
        self.assertFalse(contact["identities"][0]["verified"])
        self.assertEqual(visitor.post("ancora")["seq"], 2)
        self.assertFalse(visitor.open().session["fields_wanted"])


class Limits(ChatCase):
    def test_messages_visitors_and_sockets_are_limited(self):
        visitor = self.visitor("strict")
        for _ in range(5):
            visitor.post("tanto")
        answer = visitor.call("POST", "messages", {"client_msg_id": str(uuid.uuid4()), "text": "troppo"})
        self.assertEqual((answer.status, answer.code), (429, "rate_limited"))
        self.assertGreaterEqual(int(answer.headers["retry-after"]), 1)
        socket = visitor.socket()
        refused = socket.say("troppo")
        self.assertEqual((refused["error"]["code"], refused["error"]["retry_after_ms"] > 0), ("rate_limited", True))
        self.visitor("strict", address=visitor.address)
        self.visitor("strict", address=visitor.address)
        late = self.visitor("strict", opened=False, address=visitor.address).ask_session()
        self.assertEqual((late.status, late.code), (429, "rate_limited"))
        visitor.open()  # who comes back is not new
        self.visitor("strict")  # another address
        visitor.socket()
        third = ChatSocket(self.daemon.port, "strict", address=visitor.address)
        third.expect("hello")
        third.send("hello", token=visitor.session["session_token"])
        self.assertEqual(third.wait_closed(), 4429)

    def test_a_message_too_long_or_misshapen_is_refused_and_nothing_kept(self):
        visitor = self.visitor()
        socket = visitor.socket()
        self.assertEqual(socket.say("è" * 10_001)["error"]["code"], "payload_too_large")
        for body in ({"text": "no id"}, {"client_msg_id": "7", "text": "no uuid"}, {"client_msg_id": str(uuid.uuid4())},
                     {"client_msg_id": str(uuid.uuid4()), "text": 7}, {"client_msg_id": str(uuid.uuid4()), "attachments": ["at_1"]}):
            self.assertEqual(visitor.call("POST", "messages", body).status, 400, body)
        self.assertEqual(socket.say("è" * 10_000)["seq"], 1)
        socket.send_raw(b"{}")
        self.assertEqual(socket.wait_closed(), 4400)
        large = visitor.socket()
        large.send("message", client_msg_id=str(uuid.uuid4()), text="x" * 70_000)
        self.assertEqual(large.wait_closed(), 4413)
        hasty = visitor.socket()
        with contextlib.suppress(OSError):  # closed before the last was written
            for _ in range(120):
                hasty.send("typing", on=True)
        self.assertEqual(hasty.wait_closed(), 4429)

    def test_a_stranger_on_the_socket_is_shut_out(self):
        silent = ChatSocket(self.daemon.port)
        silent.send("read", seq=1)
        self.assertEqual(silent.wait_closed(), 4401)
        forged = ChatSocket(self.daemon.port)
        session = self.visitor().session["session_token"].split(".")
        forged.send("hello", token=".".join([str(int(session[0]) - 1), *session[1:]]))
        self.assertEqual(forged.wait_closed(), 4401)
        with self.assertRaises(Refused):
            ChatSocket(self.daemon.port, protocol="inboxd.v1")


class Uploads(ChatCase):
    def test_a_picture_goes_both_ways(self):
        visitor = self.visitor()
        answer = visitor.upload("../../tavolo.png", PNG, "text/html")
        self.assertEqual((answer.status, answer.json["mime"], answer.json["name"]), (201, "image/png", "tavolo.png"))
        said = visitor.post("eccolo", attachments=[answer.json["id"]])
        message = self.admin.message(said["id"])
        self.assertEqual((message["kind"], message["attachments"][0]["mime"]), ("image", "image/png"))
        url = self.admin.get(f"/v1/attachments/{answer.json['id']}")["url"]
        self.assertEqual(self.admin.download(url).raw, PNG)
        mine = self.admin.upload("fattura.pdf", b"%PDF-1.7 conto", "application/pdf")
        self.admin.reply(said["conversation"], "la fattura", attachments=[mine["id"]])
        shown = visitor.events(after=1)["items"][0]["message"]["attachments"][0]
        self.assertEqual(self.admin.download(shown["url"]).raw, b"%PDF-1.7 conto")
        again = visitor.call("POST", "messages", {"client_msg_id": str(uuid.uuid4()), "attachments": [answer.json["id"]]})
        self.assertEqual(again.status, 400)

    def test_what_a_file_is_counts_and_not_what_it_is_called(self):
        visitor = self.visitor()
        for name, content in (("a.png", b"<html><script>alert(1)</script>"), ("b.png", b"MZ\x90\x00" + bytes(64)),
                              ("c.txt", b" \n<svg onload=x>"), ("d.zip", b"PK\x03\x04" + bytes(30)), ("e.png", b"")):
            answer = visitor.upload(name, content, "image/png")
            self.assertEqual((answer.status, answer.code), (400, "bad_request"), name)
        self.assertEqual(visitor.upload("note.txt", "perché no".encode()).json["mime"], "text/plain")

    def test_the_bytes_of_a_refused_file_are_known_to_housekeeping(self):
        content = b"MZ\x90\x00" + uuid.uuid4().bytes
        self.assertEqual(self.visitor().upload("a.png", content).status, 400)
        name = hashlib.sha256(content).hexdigest()
        self.assertTrue((self.daemon.data / "blobs" / name[:2] / name[2:]).exists())
        with contextlib.closing(sqlite3.connect(f"file:{self.daemon.data / 'inboxd.db'}?mode=ro", uri=True)) as store:
            self.until(lambda: store.execute("SELECT reference_count FROM blobs WHERE hash = ?", (name,)).fetchone() == (0,),
                       what="the blob without references")

    def test_size_number_and_strangers_are_limited(self):
        visitor = self.visitor("strict")
        answer = visitor.upload("grande.png", PNG + bytes(2000))
        self.assertEqual((answer.status, answer.code), (413, "payload_too_large"))
        self.assertEqual(visitor.upload("uno.png", PNG).status, 201)
        # Without a length the bytes are counted as they come, for this inbox's limit and not for the largest of any.
        endless = self.visitor("strict").upload("grande.png", PNG + bytes(200_000), chunked=True)
        self.assertEqual((endless.status, endless.code), (413, "payload_too_large"))
        answer = visitor.upload("due.png", PNG)
        self.assertEqual((answer.status, answer.code), (429, "rate_limited"))
        stranger = self.visitor(opened=False)
        self.assertEqual(stranger.upload("x.png", PNG).status, 401)
        thief, owner = self.visitor(), self.visitor()
        mine = owner.upload("mio.png", PNG).json["id"]
        answer = thief.call("POST", "messages", {"client_msg_id": str(uuid.uuid4()), "attachments": [mine]})
        self.assertEqual((answer.status, answer.code), (400, "bad_request"))


class LongPoll(ChatCase):
    def test_it_answers_when_something_comes_and_resumes_by_sequence(self):
        visitor = self.visitor()
        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            waiting = threads.submit(visitor.events, after=0, wait=20)
            said = visitor.post("prima")
            first = waiting.result()
            self.assertEqual((first["items"][0]["seq"], first["items"][0]["message"]["client_msg_id"]), (1, said["client_msg_id"]))
            waiting = threads.submit(visitor.events, after=1, wait=20, conversation=said["conversation"])
            sent = self.admin.reply(said["conversation"], "poi")
            second = waiting.result()
        self.assertEqual([item["message"]["text"] for item in second["items"]], ["poi"])
        self.assertEqual(visitor.events(after=2, wait=0)["items"], [])
        self.until(lambda: self.admin.delivery(sent["id"])["state"] == "delivered", what="a poll after it to say delivered")
        self.assertEqual(visitor.call("POST", "read", {"seq": 2}).json, {"seq": 2})
        self.assertEqual(self.admin.delivery(sent["id"])["state"], "read")
        self.assertTrue(visitor.events(after=99)["reset"])

    def test_the_end_of_the_daemon_answers_those_who_wait(self):
        visitor = self.visitor()
        visitor.post("resto in ascolto")
        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            waiting = threads.submit(visitor.events, after=1, wait=30)
            self.until(lambda: not waiting.done() and self.polling(), what="the poll to be there")
            self.daemon.restart()
            self.assertEqual(waiting.result(timeout=patience(15))["items"], [])

    def polling(self):
        time.sleep(patience(0.5))  # sleep: a request that waits tells nobody
        return True


if __name__ == "__main__":
    main()
