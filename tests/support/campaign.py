"""A busy desk for tests that break the daemon again and again: customers of each channel who post until they are
acknowledged, agents who reply until they are accepted, a subscriber who comes back with its cursor; and what must hold
once it is over. What breaks the daemon, and how often, is the test's own."""

import collections
import http.client
import os
import random
import threading
import time
import unittest
import uuid

from support import patience
from support.chat import PAGE, Visitor
from support.desk import RETRY_SECONDS, TELEGRAM_SECRET, Desk
from support.rest import Rest
from support.stream import Refused, Stream

BROKEN = (OSError, http.client.HTTPException, AssertionError, Refused, ValueError)
PEOPLE = 12
LIMIT_OUT_OF_REACH = 10_000
PACE_SECONDS = 0.03  # of each customer; the load of a busy desk, and the daemon keeps up
REPLY_PACE_SECONDS = 0.05
SAME_CONVERSATION_SECONDS = 2.5  # of each answerer: Telegram takes one message a second, faster ones would pile up


class Customer(threading.Thread):
    """Posts one message after the other as a provider does: the same again until it is acknowledged."""

    def __init__(self, campaign, name, post):
        super().__init__(daemon=True)
        self.campaign, self.label, self.post = campaign, name, post
        self.acknowledged, self.tries = [], []  # texts; when the try began and ended that was acknowledged

    def run(self):
        number = 0
        while not self.campaign.over.is_set():
            number += 1
            text, tried_at = f"{self.label} {number}", time.monotonic()
            while not self.tried(text, number):
                if self.campaign.gone.is_set():
                    return
                time.sleep(0.005)  # sleep: a provider's pause between tries
                tried_at = time.monotonic()
            self.acknowledged.append(text)
            self.tries.append((tried_at, time.monotonic()))
            time.sleep(PACE_SECONDS)  # sleep: the load that the test wants

    def tried(self, text, number):
        try:
            return self.post(self.label, text, number) == 200
        except BROKEN:
            return False


class Answerer(threading.Thread):
    """An agent who replies to whatever conversation is there, with a key that outlives a lost answer."""

    def __init__(self, campaign, seed):
        super().__init__(daemon=True)
        self.campaign, self.chance, self.seed = campaign, random.Random(seed), seed
        self.accepted = {}  # message id -> text
        self.free_at = {}  # conversation -> when it may be answered again

    def run(self):
        number = 0
        while not self.campaign.over.is_set():
            conversation = self.campaign.some_conversation(self.chance)
            if conversation is None or time.monotonic() < self.free_at.get(conversation, 0):
                time.sleep(0.01)  # sleep: nobody waits for an answer yet
                continue
            self.free_at[conversation] = time.monotonic() + SAME_CONVERSATION_SECONDS
            number += 1
            text = f"risposta {self.seed} {number}"
            while not self.campaign.gone.is_set():
                answer = self.tried(conversation, text)
                if answer is not None:
                    self.accepted[answer] = text
                    break
                time.sleep(0.005)  # sleep: a client's pause between tries
            time.sleep(REPLY_PACE_SECONDS)  # sleep: the load that the test wants

    def tried(self, conversation, text):
        try:
            return self.campaign.desk.admin.reply(conversation, text, key=text)["id"]
        except BROKEN:
            return None


class Subscriber(threading.Thread):
    """Comes back with its cursor after every break; checks the order and keeps what it was told."""

    def __init__(self, campaign, since):
        super().__init__(daemon=True)
        self.campaign, self.cursor = campaign, since
        self.events, self.faults, self.resumes = [], [], 0

    def run(self):
        while not self.campaign.done.is_set():
            try:
                stream = Stream(self.campaign.desk.port)
                try:
                    self.follow(stream)
                finally:
                    stream.close()
            except BROKEN as broken:
                if isinstance(broken, AssertionError) and "error" in str(broken):
                    self.faults.append(str(broken))
                time.sleep(0.01)  # sleep: a client's pause between tries

    def follow(self, stream):
        stream.expect("hello", 2)
        stream.taken("auth", token=self.campaign.desk.admin.token)
        answer = stream.ask("subscribe", since=self.cursor)
        if answer["type"] != "ok":
            raise AssertionError(f"error {answer} for {self.cursor}")
        self.resumes += 1
        while not self.campaign.done.is_set():
            try:
                frame = stream.expect(lambda f: "cursor" in f, 0.2)
            except AssertionError:
                if stream.closed:
                    self.faults += stream.faults
                    return
                continue
            if frame["type"] == "event":
                self.events.append(frame)
            self.cursor = frame["cursor"]
        self.faults += stream.faults


class Campaign(unittest.TestCase):
    rounds = 0  # how often the daemon breaks

    def setUp(self):
        self.seed = int(os.environ.get("INBOXD_SEED", random.SystemRandom().randrange(1 << 30)))
        print(f"INBOXD_SEED={self.seed}, {self.rounds} rounds", flush=True)
        self.chance = random.Random(self.seed)
        self.over, self.gone, self.done = threading.Event(), threading.Event(), threading.Event()
        self.desk = Desk()
        self.desk.daemon.inboxes.append({"name": "website", "connector": "webchat", "allowed_origins": [PAGE],
                                         "messages_per_minute_max": LIMIT_OUT_OF_REACH,
                                         "visitors_per_hour_max": LIMIT_OUT_OF_REACH})
        self.desk.daemon.write_config()
        self.visitors = {}
        self.addCleanup(self.desk.close)
        self.addCleanup(self.done.set)
        self.addCleanup(self.gone.set)
        self.known, self.known_at = [], 0.0

    def some_conversation(self, chance):
        if time.monotonic() - self.known_at > 1:
            try:
                self.known = [c["id"] for c in self.desk.admin.get("/v1/conversations?limit=50")["items"]]
                self.known_at = time.monotonic()
            except BROKEN:
                pass
        return chance.choice(self.known) if self.known else None

    # The providers, as they post, and visitors of the web chat.

    def loopback(self, person, text, number):
        event = self.desk.loopback.message(f"{person}-{number}", person, text)
        return Rest(self.desk.port).call("POST", "/hooks/shop", {"events": [event]}, self.desk.loopback.headers()).status

    def telegram(self, person, text, number):
        chat = 500 + int(person.rsplit("-", 1)[1])
        message = {"message_id": number, "date": int(time.time()), "text": text,
                   "chat": {"id": chat, "type": "private", "first_name": person},
                   "from": {"id": chat, "is_bot": False, "first_name": person}}
        with self.desk.telegram.lock:
            self.desk.telegram.chats[chat] = message["chat"]
        return Rest(self.desk.port).call("POST", "/hooks/telegram", {"update_id": chat * 1_000_000 + number, "message": message},
                                         {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET}).status

    def whatsapp(self, person, text, number):
        phone = "3933300000" + person.rsplit("-", 1)[1]
        return self.desk.whatsapp_post(self.desk.whatsapp.text_webhook(phone, text, message_id=f"wamid.{person}.{number}"))

    def website(self, person, text, number):
        visitor = self.visitors.setdefault(person, Visitor(self.desk.port))
        if visitor.session is None:
            visitor.open()
        message = {"client_msg_id": str(uuid.uuid5(uuid.NAMESPACE_URL, text)), "text": text}
        status = visitor.call("POST", "messages", message).status
        if status == 401:  # a session ends with the process that gave it; the visitor's own token does not
            visitor.session = None
        return 200 if status == 201 else status

    def begin(self):
        posts = (self.loopback, self.telegram, self.whatsapp, self.website)
        self.customers = [Customer(self, f"{posts[n % len(posts)].__name__}-{n}", posts[n % len(posts)]) for n in range(PEOPLE)]
        self.answerers = [Answerer(self, n) for n in range(2)]
        self.subscriber = Subscriber(self, self.desk.admin.get("/v1/events?wait=0")["cursor"])
        self.threads = self.customers + self.answerers + [self.subscriber]
        for thread in self.threads:
            thread.start()

    def provider_faults(self):
        """Some answers are lost and some sends refused, so that kills meet every state of a reply."""
        # One at a time: a reply that met a heap of them would rest for minutes.
        if self.chance.random() < 0.3 and not self.desk.loopback.faults:
            self.desk.loopback.faults.append(self.chance.choice(["cut_after", 503]))
        if self.chance.random() < 0.3 and not self.desk.telegram.failures:
            self.desk.telegram.fail_next(self.chance.choice(["cut_after", "500"]), method="sendMessage")
        if self.chance.random() < 0.3 and not self.desk.whatsapp.faults:
            self.desk.whatsapp.fail_next(path="/messages", **self.chance.choice([{"cut": "after"}, {"status": 500}]))

    def finish(self):
        """The load ends, everything comes to rest, and all that was promised is looked at."""
        self.over.set()
        for thread in self.customers + self.answerers:
            thread.join(patience(60))
            self.assertFalse(thread.is_alive(), "a client is still trying")
        self.settle()
        self.check_received()
        self.check_replies()
        self.check_subscriber()

    def settle(self):
        """Every reply comes to rest: nothing is queued or under way."""
        end = time.monotonic() + patience(RETRY_SECONDS * 3)
        while time.monotonic() < end:
            rows = self.desk.daemon.tell("outbox", "list", "--state", "queued,sending")
            if not rows:
                return
            time.sleep(0.1)  # sleep: polls an operator's command
        self.fail(f"still on their way:\n{rows[:2000]}")

    def check_received(self):
        self.stored = [m for c in self.desk.admin.conversations() for m in self.desk.admin.messages(c["id"], 200)]
        counts = collections.Counter(m["text"] for m in self.stored if m["direction"] == "in")
        acknowledged = [text for customer in self.customers for text in customer.acknowledged]
        print(f"{len(acknowledged)} acknowledged, {len(counts)} stored", flush=True)
        self.assertGreater(min(len(customer.acknowledged) for customer in self.customers), self.rounds)
        self.assertEqual([t for t in acknowledged if counts[t] == 0], [], "acknowledged and lost")
        self.assertEqual([t for t, n in counts.items() if n > 1], [], "stored twice")
        for customer in self.customers:
            got = [m["text"] for m in self.stored if m["direction"] == "in" and m["text"].startswith(customer.label + " ")]
            self.assertEqual(got, sorted(got, key=lambda t: int(t.rsplit(" ", 1)[1])), "out of order")

    def provider_texts(self):
        """What the providers took, by text: the truth to compare with."""
        texts = [body["text"] for body in self.desk.loopback.sent]
        texts += [c["parameters"]["text"] for c in self.desk.telegram.sent if c["method"] == "sendMessage"]
        texts += [m["json"]["text"]["body"] for m in self.desk.whatsapp.sent if "text" in m["json"]]
        for visitor in self.visitors.values():
            texts += [m["text"] for m in self.shown_to(visitor) if m["author"]["kind"] == "agent"]
        return collections.Counter(texts)

    def shown_to(self, visitor):
        """Every message of a visitor's chat, numbered without a gap."""
        visitor.open()
        shown, last = [], 0
        while items := [i for i in visitor.events(after=last)["items"] if i["type"] == "message"]:
            self.assertEqual([i["seq"] for i in items], list(range(last + 1, last + 1 + len(items))))
            last = items[-1]["seq"]
            shown += [i["message"] for i in items]
        return shown

    def check_replies(self):
        delivered = self.provider_texts()
        out = {m["id"]: m for m in self.stored if m["direction"] == "out"}
        accepted = {message: text for a in self.answerers for message, text in a.accepted.items()}
        states = collections.Counter(m["delivery"]["state"] for m in out.values())
        print(f"{len(accepted)} replies accepted: {dict(states)}", flush=True)
        self.assertEqual([m for m in accepted if m not in out], [], "accepted and lost")
        texts = collections.Counter(m["text"] for m in out.values())
        self.assertEqual([t for t, n in texts.items() if n > 1], [], "one command carried out twice")
        self.assertEqual([t for t, n in delivered.items() if n > 1], [], "sent twice by itself")
        self.assertGreater(states["sent"], self.rounds)
        for message in out.values():
            state = message["delivery"]["state"]
            self.assertIn(state, ("sent", "uncertain"), message)
            if state == "sent":
                self.assertEqual(delivered[message["text"]], 1, f"sent, but the provider has nothing: {message}")

    def check_subscriber(self):
        head = self.desk.admin.get("/v1/events?wait=0")["cursor"]
        end = time.monotonic() + patience(30)
        while self.subscriber.cursor != head and time.monotonic() < end:
            time.sleep(0.05)  # sleep: the other thread catches up
        self.done.set()
        self.subscriber.join(patience(10))
        self.assertEqual(self.subscriber.faults, [])
        sequences = [int(e["cursor"].rsplit(":", 1)[1]) for e in self.subscriber.events]
        self.assertEqual(sequences, sorted(set(sequences)), "out of order or repeated")
        created = collections.Counter(e["data"]["id"] for e in self.subscriber.events if e["event"] == "message.created")
        self.assertEqual([m["id"] for m in self.stored if created[m["id"]] != 1], [], "not told exactly once")
        print(f"{len(sequences)} events over {self.subscriber.resumes} connections", flush=True)
