#!/usr/bin/python3
"""Rights taken away from somebody who is connected, under load: from that moment no event, no answer, no link."""

import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import patience  # noqa: E402
from support.desk import DeskCase, main  # noqa: E402

SILENT_WITHIN_SECONDS = 1
WATCHED_SECONDS = 1.5  # after the change
PACE_SECONDS = 0.005


class Customers(threading.Thread):
    """Write to both inboxes without a pause to speak of; remember what was written when."""

    def __init__(self, desk):
        super().__init__(daemon=True)
        self.desk, self.over, self.written = desk, threading.Event(), {}

    def run(self):
        number = 0
        while not self.over.is_set():
            number += 1
            self.written[f"telegram {number}"] = time.monotonic()
            self.desk.telegram_says(9_000 + number % 5, f"telegram {number}")
            self.desk.loopback_says(f"p{number % 5}", f"shop {number}")
            time.sleep(PACE_SECONDS)  # sleep: the load that the test wants


class Poller(threading.Thread):
    """An agent's program on the long poll; remembers what it got when, and how it was refused."""

    def __init__(self, agent):
        super().__init__(daemon=True)
        self.agent, self.over, self.got, self.refused = agent, threading.Event(), [], None

    def run(self):
        cursor = ""
        while not self.over.is_set() and self.refused is None:
            answer = self.agent.call("GET", f"/v1/events?wait=2{cursor}")
            if answer.status != 200:
                self.refused = answer.status
                return
            self.got += [(event, time.monotonic()) for event in answer.json["items"]]
            cursor = "&since=" + answer.json["cursor"]


class RevokedRights(DeskCase):
    def setUp(self):
        super().setUp()
        self.n = self.desk.number()
        self.email = f"eva-{self.n}@example.test"
        _, self.agent = self.daemon.add_user(f"eva-{self.n}", "agent", "shop", "telegram")
        self.customers, self.poller = Customers(self.desk), Poller(self.agent)
        self.live = self.stream(self.agent.token)
        self.customers.start()
        self.poller.start()
        self.addCleanup(self.customers.join)
        self.addCleanup(self.customers.over.set)
        self.addCleanup(self.poller.over.set)
        self.until(lambda: len(self.live.history) > 50 and len(self.poller.got) > 50)

    def change_rights(self, **fields):
        """Gives when it was answered."""
        status, body = self.daemon.ask_admin_socket("POST", "/admin/rights", {"email": self.email, **fields})
        self.assertEqual(status, 200, body)
        return time.monotonic()

    def written_after(self, changed):
        return {text for text, at in list(self.customers.written.items()) if at > changed}

    def check_silence(self, changed, code):
        """Nothing that was written after the change, over neither connection, and the connections end."""
        self.assertEqual(self.live.wait_closed(), code)
        self.assertLess(self.live.closed_at - changed, patience(SILENT_WITHIN_SECONDS))
        time.sleep(WATCHED_SECONDS)  # sleep: what must not come has had the time to
        self.until(lambda: len(self.written_after(changed)) > 10, what="customers to write more")
        self.customers.over.set()
        self.customers.join()
        late = self.written_after(changed)
        events = [e for e in self.live.history] + [e for e, _ in self.poller.got]
        seen = {e["data"].get("text") for e in events if e["event"] == "message.created"}
        self.assertEqual(seen & late, set())
        return late

    def test_an_inbox_taken_away_is_silent_at_once_for_stream_poll_and_rest(self):
        conversation = self.desk.conversation_of("telegram 1")
        upload = self.agent.upload("a.txt", b"ciao")["id"]
        self.agent.reply(conversation, "con allegato", attachments=[upload])
        self.agent.get(f"/v1/attachments/{upload}")
        changed = self.change_rights(inboxes=["shop"])
        self.agent.refused(404, "not_found", "GET", f"/v1/conversations/{conversation}")
        self.agent.refused(404, "not_found", "GET", f"/v1/attachments/{upload}")
        self.agent.refused(404, "not_found", "POST", f"/v1/conversations/{conversation}/messages", {"text": "x"})
        self.check_silence(changed, 4004)
        self.until(lambda: self.poller.refused)
        self.assertEqual(self.poller.refused, 410)
        again = self.stream(self.agent.token)
        self.desk.telegram_says(9_000, f"di nascosto {self.n}")
        self.desk.loopback_says("p0", f"alla luce {self.n}")
        again.event("message.created", text=f"alla luce {self.n}")
        self.assertNotIn(f"di nascosto {self.n}", [e["data"].get("text") for e in again.history])

    def test_a_person_who_is_disabled_is_out_at_once(self):
        upload = self.agent.upload("b.txt", b"ciao")["id"]
        changed = self.change_rights(disable=True)
        for method, path, body in (("GET", "/v1/me", None), ("GET", "/v1/conversations", None),
                                   ("GET", f"/v1/attachments/{upload}", None), ("GET", "/v1/events?wait=0", None),
                                   ("POST", "/v1/conversations", {"inbox": "shop", "to": "p0", "text": "x"})):
            self.agent.refused(401, "unauthenticated", method, path, body)
        self.check_silence(changed, 4401)
        self.until(lambda: self.poller.refused)
        self.assertIn(self.poller.refused, (401, 410))  # the latter to a poll that waited at that moment

    def test_commands_over_a_connection_that_is_being_closed_are_refused(self):
        conversation = self.desk.conversation_of("telegram 1")
        self.change_rights(inboxes=["shop"])
        try:
            answer = self.live.command("message.send", f"k{self.n}", conversation=conversation, text="di nascosto")
        except (OSError, AssertionError):
            answer = None  # closed before it was heard
        self.assertNotEqual(answer and answer["type"], "ok", answer)
        self.assertEqual(self.live.wait_closed(), 4004)
        texts = [m["text"] for m in self.admin.messages(conversation) if m["direction"] == "out"]
        self.assertNotIn("di nascosto", texts)


if __name__ == "__main__":
    main()
