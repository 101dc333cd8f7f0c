#!/usr/bin/python3
"""A visitor and an agent talk through the real daemon: messages, resume, exactly once, typing, marks."""

import concurrent.futures
import sys
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.chat_desk import ChatCase  # noqa: E402
from support.desk import main  # noqa: E402


class WebchatTalk(ChatCase):
    def talk(self):
        """A visitor who has written, on a socket, with the agents' stream open."""
        live = self.stream()
        visitor = self.visitor()
        socket = visitor.socket()
        text = f"Ciao {uuid.uuid4()}"
        ack = socket.say(text)
        event = live.event("message.created", text=text)
        return visitor, socket, live, ack, event

    def test_a_message_reaches_the_agents_and_the_answer_the_visitor(self):
        visitor, socket, live, ack, event = self.talk()
        self.assertEqual((ack["type"], ack["seq"], ack["id"], ack["conversation"]),
                         ("ack", 1, event["data"]["id"], event["conversation"]))
        self.assertEqual(event["data"]["direction"], "in")
        socket.expect(lambda f: f["type"] == "message" and f["seq"] == 1)
        sent = self.admin.reply(ack["conversation"], "Salve, dica pure")
        live.delivery(sent["id"], "sent")
        answer = socket.message("Salve, dica pure")
        self.assertEqual((answer["seq"], answer["message"]["author"]), (2, {"kind": "agent", "name": "ada"}))
        self.assertEqual(self.admin.delivery(sent["id"])["state"], "sent")

    def test_marks_go_both_ways(self):
        visitor, socket, live, ack, _ = self.talk()
        sent = self.admin.reply(ack["conversation"], "uno")
        answer = socket.message("uno")
        socket.expect(lambda f: f["type"] == "read" and f["seq"] == 1)
        socket.tell("received", seq=answer["seq"])
        live.delivery(sent["id"], "delivered")
        visitor.open()
        self.assertEqual(visitor.session["unread"], 1)
        socket.tell("read", seq=answer["seq"])
        live.delivery(sent["id"], "read")
        visitor.open()
        self.assertEqual((visitor.session["unread"], visitor.session["read_seq"], visitor.session["agent_read_seq"]), (0, 2, 1))
        socket.say("letto?")
        self.admin.post(f"/v1/conversations/{ack['conversation']}/read")
        socket.expect(lambda f: f["type"] == "read" and f["seq"] == 3)

    def test_typing_goes_both_ways_and_is_never_stored(self):
        visitor, socket, live, ack, _ = self.talk()
        live.send("typing", conversation=ack["conversation"], on=True)
        typing = socket.expect("typing")
        self.assertEqual((typing["name"], typing["on"], typing["ttl_ms"]), ("ada", True, 6000))
        other = self.stream()
        socket.tell("typing", on=True)
        socket.tell("typing", on=True)
        seen = other.expect(lambda f: f["type"] == "ephemeral" and f["event"] == "typing" and f["actor"]["kind"] == "contact")
        self.assertEqual(seen["conversation"], ack["conversation"])
        socket.say("fine")
        other.event("message.created", text="fine")
        self.assertTrue(other.quiet(lambda f: f["type"] == "ephemeral" and f["actor"]["kind"] == "contact"))
        self.assertEqual(len(self.admin.messages(ack["conversation"])), 2)

    def test_five_sends_at_once_of_one_message_are_one(self):
        visitor, _, _, ack, _ = self.talk()
        number = str(uuid.uuid4())
        with concurrent.futures.ThreadPoolExecutor(5) as threads:
            answers = list(threads.map(lambda _: visitor.post("una volta sola", number), range(5)))
        self.assertEqual({(a["id"], a["seq"]) for a in answers}, {(answers[0]["id"], 2)})
        again = visitor.socket().say("una volta sola", number.upper().lower())
        self.assertEqual((again["id"], again["seq"]), (answers[0]["id"], 2))
        self.assertEqual(len(self.admin.messages(ack["conversation"])), 2)

    def test_a_lost_connection_resumes_without_loss_or_double(self):
        visitor, socket, _, ack, _ = self.talk()
        socket.expect(lambda f: f["type"] == "message" and f["seq"] == 1)
        socket.close()
        for number in range(5):
            self.admin.reply(ack["conversation"], f"mentre eri via {number}")
        again = visitor.socket(last_seq=1, conversation=ack["conversation"])
        self.assertEqual((again.where["reset"], again.where["last_seq"]), (False, 6))
        seqs = [again.expect("message")["seq"] for _ in range(5)]
        self.assertEqual(seqs, [2, 3, 4, 5, 6])
        fresh = visitor.socket()
        self.assertEqual([fresh.expect("message")["seq"] for _ in range(6)], [1, 2, 3, 4, 5, 6])

    def test_a_reload_keeps_the_conversation_and_a_restart_loses_nothing(self):
        visitor, socket, _, ack, _ = self.talk()
        self.daemon.restart()
        self.assertEqual(socket.wait_closed(), 1012)
        bye = socket.expect("bye")
        self.assertEqual(bye["code"], 1012)
        self.assertGreater(bye["retry_in_ms"], 0)
        self.assertEqual(visitor.call("GET", "events").status, 401)
        visitor.open()
        self.assertEqual((visitor.session["conversation"], visitor.session["last_seq"]), (ack["conversation"], 1))
        again = visitor.socket(last_seq=1, conversation=ack["conversation"])
        self.assertEqual(again.say("di nuovo qui")["seq"], 2)
        self.streams.clear()

    def test_notes_and_activity_stay_inside(self):
        visitor, socket, live, ack, _ = self.talk()
        self.admin.reply(ack["conversation"], "solo tra noi", note=True)
        self.admin.patch(f"/v1/conversations/{ack['conversation']}", {"status": "pending"})
        self.admin.reply(ack["conversation"], "per lei")
        self.assertEqual(socket.message("per lei")["seq"], 2)
        items = visitor.call("GET", "messages").json["items"]
        self.assertEqual([item["message"]["text"] for item in items][1:], ["per lei"])
        self.assertNotIn("example.test", str(items))

    def test_an_edit_and_a_deletion_reach_the_visitor(self):
        visitor, socket, _, ack, _ = self.talk()
        sent = self.admin.reply(ack["conversation"], "alle tre")
        socket.message("alle tre")
        self.admin.patch(f"/v1/messages/{sent['id']}", {"text": "alle quattro"}, status=202)
        changed = socket.message("alle quattro")
        self.assertEqual((changed["message"]["id"], changed["seq"]), (sent["id"], 3))
        self.admin.want(202, "DELETE", f"/v1/messages/{sent['id']}")
        gone = socket.expect(lambda f: f["type"] == "message" and f["message"]["deleted_at"])
        self.assertEqual((gone["seq"], gone["message"]["text"]), (4, ""))

    def test_a_closed_conversation_gives_way_to_a_new_one(self):
        visitor, socket, _, ack, _ = self.talk()
        self.admin.patch(f"/v1/conversations/{ack['conversation']}", {"status": "closed"})
        second = socket.say("un'altra cosa")
        self.assertNotEqual(second["conversation"], ack["conversation"])
        self.assertEqual(second["seq"], 1)
        where = socket.expect(lambda f: f["type"] == "chat" and f["conversation"] == second["conversation"])
        self.assertTrue(where["reset"])

    def test_another_visitor_sees_nothing_of_it(self):
        _, _, _, ack, event = self.talk()
        other = self.visitor()
        self.assertEqual(other.session["conversation"], None)
        where = other.socket(last_seq=0, conversation=ack["conversation"]).where
        self.assertEqual((where["conversation"], where["reset"]), (None, True))
        self.assertEqual(other.call("GET", "messages").json["items"], [])
        self.assertEqual(other.events(after=0, conversation=ack["conversation"])["items"], [])


if __name__ == "__main__":
    main()
