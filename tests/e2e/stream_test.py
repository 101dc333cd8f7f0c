#!/usr/bin/python3
"""The stream's contract: handshake, snapshot, resume, filters, marks, refusals, close codes, long poll."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.desk import DeskCase, main  # noqa: E402
from support.stream import Refused, Stream  # noqa: E402

SNAPSHOT_MAX = 1000
FRAME_MAX = 65_536


class StreamContract(DeskCase):
    def setUp(self):
        super().setUp()
        self.n = self.desk.number()

    def connect(self, **options):
        return self.follow(Stream(self.desk.port, **options))

    def login(self, **options):
        stream = self.connect(**options)
        stream.login(self.admin.token)
        return stream

    def says(self, text, who=None):
        self.desk.loopback_says(who or f"dora{self.n}", text)

    # Coming in.

    def test_hello_and_auth_say_what_a_client_must_know(self):
        stream = self.connect()
        hello = stream.expect("hello")
        self.assertEqual((hello["protocol"], hello["max_frame"]), (1, FRAME_MAX))
        data = stream.taken("auth", token=self.admin.token)
        self.assertEqual((data["agent"], data["role"]), (self.desk.admin_id, "admin"))
        self.assertTrue(data["head"].startswith(data["epoch"] + ":"))

    def test_a_client_without_the_subprotocol_is_refused(self):
        for protocol in (None, "chat", "inboxd.v2"):
            with self.assertRaises(Refused):
                self.connect(protocol=protocol)

    def test_a_page_of_another_origin_is_refused(self):
        for origin in ("https://evil.example", "http://127.0.0.1", "null"):
            with self.assertRaises(Refused) as refused:
                self.connect(origin=origin)
            self.assertEqual(refused.exception.status, 403, origin)
        self.connect(origin=f"http://127.0.0.1:{self.desk.port}").expect("hello")

    def test_a_wrong_token_closes_with_4401(self):
        stream = self.connect()
        answer = stream.ask("auth", token="nonsense")
        self.assertEqual(answer["error"]["code"], "unauthenticated")
        self.assertEqual(stream.wait_closed(), 4401)

    def test_whoever_does_not_authenticate_in_time_is_closed_with_4401(self):
        stream = self.connect()
        limit = stream.expect("hello")["auth_ms"] / 1000
        started = time.monotonic()
        self.assertEqual(stream.wait_closed(limit * 3), 4401)
        self.assertGreaterEqual(time.monotonic() - started, limit * 0.9)

    def test_nothing_is_answered_before_auth(self):
        for frame in ("subscribe", "command", "typing"):
            stream = self.connect()
            stream.expect("hello")
            stream.send(frame, **({"id": 1} if frame != "typing" else {"conversation": "cv_1", "on": True}),
                        **({"key": "k", "name": "message.send", "args": {}} if frame == "command" else {}))
            self.assertEqual(stream.wait_closed(), 4401)

    def test_a_bad_frame_closes_with_4400(self):
        for raw, opcode in ((b"{", 1), (b"[]", 1), (b'{"no":"type"}', 1), (b'{"type":7}', 1), (b"\x00\x01", 2)):
            stream = self.login()
            stream.send_raw(raw, opcode)
            self.assertEqual(stream.wait_closed(), 4400, raw)

    def test_a_frame_that_is_too_big_closes_with_4413(self):
        stream = self.login()
        stream.send_raw(b'{"type":"pong","x":"' + b"x" * FRAME_MAX + b'"}')
        self.assertEqual(stream.wait_closed(), 4413)

    def test_an_unknown_frame_type_is_an_error_and_no_end(self):
        stream = self.login()
        stream.send_raw(b'{"type":"wave","id":99}')
        self.assertEqual(stream.expect(lambda f: f.get("id") == 99)["error"]["code"], "bad_request")
        stream.subscribe()

    # Snapshot and events.

    def test_a_snapshot_joins_the_events_without_a_seam(self):
        self.says(f"prima {self.n}")
        stream = self.login()
        stream.taken("subscribe")
        part = stream.expect("snapshot")
        parts = [part]
        while not part["last"]:
            part = stream.expect("snapshot")
            parts.append(part)
        self.assertEqual([p["part"] for p in parts], list(range(1, len(parts) + 1)))
        subjects = [c["id"] for p in parts for c in p["conversations"]]
        self.assertEqual(len(subjects), len(set(subjects)))
        self.assertIn("shop", [i["name"] for p in parts for i in p.get("inboxes", [])])
        self.assertIn(self.desk.admin_id, [a["id"] for p in parts for a in p.get("agents", [])])
        stream.expect("live")
        self.says(f"dopo {self.n}")
        event = stream.event("message.created", text=f"dopo {self.n}")
        self.assertIn(event["conversation"], subjects)

    def test_live_comes_once_per_subscription(self):
        stream = self.login()
        for since in ({}, {"since": stream.taken("subscribe") and self.admin.get("/v1/events?wait=0")["cursor"]}):
            stream.subscribe(**since)
        for n in range(3):
            self.says(f"viva {self.n} {n}")
        for _ in range(3):  # three subscriptions, each its own copy
            stream.event("message.created", text=f"viva {self.n} 2")
        self.assertEqual(sum(f["type"] == "live" for f in stream.waiting), 1, "the first subscription's, not asked for")

    def test_a_resumed_subscription_gets_everything_once_over_a_restart(self):
        stream = self.stream()
        self.says(f"uno {self.n}")
        cursor = stream.event("message.created", text=f"uno {self.n}")["cursor"]
        for n in range(5):
            self.says(f"mentre {self.n} {n}")
        self.daemon.restart()
        self.assertEqual(stream.wait_closed(), 4000)
        bye = stream.expect("bye")
        self.assertEqual(bye["code"], 4000)
        self.assertGreater(bye["retry_in_ms"], 0)
        again = self.stream(since=cursor)
        self.says(f"poi {self.n}")
        again.event("message.created", text=f"poi {self.n}")
        texts = [e["data"]["text"] for e in again.history if e["event"] == "message.created"]
        self.assertEqual(texts, [f"mentre {self.n} {n}" for n in range(5)] + [f"poi {self.n}"])

    def test_a_cursor_of_another_store_is_epoch_changed(self):
        stream = self.login()
        head = self.admin.get("/v1/events?wait=0")["cursor"]
        epoch, _, sequence = head.partition(":")
        for cursor in ("other:1", f"{epoch}:{int(sequence) + 100000}"):
            self.assertEqual(stream.ask("subscribe", since=cursor)["error"]["code"], "epoch_changed")
        for cursor in ("nonsense", "", f"{epoch}:", f"{epoch}:-1"):
            self.assertEqual(stream.ask("subscribe", since=cursor)["error"]["code"], "bad_request", cursor)
        stream.subscribe(since=head)

    def test_filters_by_event_and_inbox_leave_no_gap_in_the_chain(self):
        stream = self.login()
        created = stream.subscribe(events=["message.created"])
        shop = stream.subscribe(events=["message.*", "conversation.*"], inboxes=["shop"])
        self.says(f"filtro {self.n}")
        self.desk.telegram_says(90_000 + self.n, f"filtro tg {self.n}")
        self.says(f"fine {self.n}")
        for name in (created, shop):
            stream.expect(lambda f, name=name: f.get("subscription") == name and f["type"] == "event" and
                          f["data"].get("text") == f"fine {self.n}")
        texts = {name: [e["data"].get("text") for e in stream.history if e["subscription"] == name and
                        e["event"] == "message.created"] for name in (created, shop)}
        self.assertEqual(texts[created], [f"filtro {self.n}", f"filtro tg {self.n}", f"fine {self.n}"])
        self.assertEqual(texts[shop], [f"filtro {self.n}", f"fine {self.n}"])
        self.assertEqual({e["event"] for e in stream.history if e["subscription"] == created}, {"message.created"})
        for wrong in ("", "message", "*.created.x" + "x" * 64):
            self.assertEqual(stream.ask("subscribe", events=[wrong])["error"]["code"], "bad_request", wrong)
        self.assertEqual(stream.ask("subscribe", inboxes=["nobody"])["error"]["code"], "not_found")

    def test_unsubscribe_ends_one_subscription_only(self):
        stream = self.login()
        first, second = stream.subscribe(), stream.subscribe()
        stream.taken("unsubscribe", subscription=first)
        self.says(f"uno solo {self.n}")
        event = stream.event("message.created", text=f"uno solo {self.n}")
        self.assertEqual(event["subscription"], second)
        self.assertEqual(stream.ask("unsubscribe", subscription=first)["error"]["code"], "not_found")

    def test_a_quiet_subscription_is_pinged_and_moved_on_by_a_mark(self):
        stream = self.follow(Stream(self.desk.port, pongs=False))
        heartbeat = stream.expect("hello")["heartbeat_ms"] / 1000
        stream.taken("auth", token=self.admin.token)
        name = stream.subscribe(events=["contact.merged"])
        self.says(f"invisibile {self.n}")
        stream.expect("ping", heartbeat * 1.5)
        mark = stream.expect(lambda f: f["type"] == "mark" and f["subscription"] == name, 5, "a mark")
        self.assertEqual(mark["cursor"], self.admin.get("/v1/events?wait=0")["cursor"])

    def test_a_client_s_ping_is_answered(self):
        stream = self.login()
        stream.send_raw(b'{"type":"ping"}')
        stream.expect("pong")

    # Commands.

    def test_commands_do_what_rest_does_and_are_idempotent(self):
        stream = self.stream()
        self.says(f"comando {self.n}")
        seen = stream.event("message.created", text=f"comando {self.n}")
        arguments = {"conversation": seen["conversation"], "text": "dal flusso", "if_seen": seen["cursor"]}
        first = stream.command("message.send", f"k{self.n}", **arguments)
        again = stream.command("message.send", f"k{self.n}", **arguments)
        self.assertEqual(first["data"]["message"], again["data"]["message"])
        self.assertEqual(first["data"]["delivery"], "queued")
        self.assertIn(":", first["data"]["cursor"])
        other = stream.command("message.send", f"k{self.n}", conversation=seen["conversation"], text="altro")
        self.assertEqual(other["error"]["code"], "idempotency_mismatch")
        stream.delivery(first["data"]["message"], "sent")
        self.assertEqual(self.desk.loopback.texts_to(f"dora{self.n}"), ["dal flusso"])
        done = stream.command("conversation.update", f"u{self.n}", conversation=seen["conversation"], status="resolved")
        self.assertEqual(done["type"], "ok")
        stream.event("conversation.updated", id=seen["conversation"], status="resolved")
        self.assertEqual(stream.command("message.explode", f"x{self.n}")["error"]["code"], "bad_request")

    def test_a_command_without_a_key_is_refused(self):
        stream = self.login()
        stream.send_raw(b'{"type":"command","id":5,"name":"conversation.read","args":{"conversation":"cv_1"}}')
        self.assertEqual(stream.expect(lambda f: f.get("id") == 5)["error"]["code"], "bad_request")


class LargeSnapshot(DeskCase):
    """A desk of its own, with more open conversations than one snapshot holds."""

    def test_a_snapshot_of_many_conversations_comes_in_parts_and_says_that_there_are_more(self):
        for start in range(0, SNAPSHOT_MAX + 100, 100):
            events = [self.desk.loopback.message(f"m{n}", f"p{n}", f"testo {n} " + "x" * 400)
                      for n in range(start, start + 100)]
            self.assertEqual(self.desk.loopback_post(*events), 200)
        stream = self.follow(Stream(self.desk.port))
        stream.login(self.admin.token)
        stream.taken("subscribe")
        parts = [stream.expect("snapshot")]
        while not parts[-1]["last"]:
            parts.append(stream.expect("snapshot"))
        stream.expect("live")
        conversations = [c for part in parts for c in part["conversations"]]
        self.assertGreater(len(parts), 1)
        self.assertEqual([p["part"] for p in parts], list(range(1, len(parts) + 1)))
        self.assertEqual(len({c["id"] for c in conversations}), SNAPSHOT_MAX)
        self.assertTrue(parts[-1]["more"])
        times = [c["last_message_at"] for c in conversations]
        self.assertEqual(times, sorted(times, reverse=True), "newest first")
        self.assertEqual(len({p["cursor"] for p in parts}), 1)


if __name__ == "__main__":
    main()
