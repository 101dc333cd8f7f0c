#!/usr/bin/python3
"""Every route, command and event × role × inbox. The lists are the contract's own (OpenAPI, the words of the events, the
daemon's commands), so a new one without a row here fails."""

import re
import sys
import unittest
import uuid
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from support.daemon import Daemon  # noqa: E402
from support.desk import main  # noqa: E402
from support.loopback_double import LoopbackDouble  # noqa: E402
from support.rest import Rest  # noqa: E402

ROLES = ("agent", "lead", "manager", "admin")
INBOXES = ("shop", "depot")
# Who asks: role, inboxes given, inboxes seen.
PEOPLE = {"agent of shop": ("agent", ["shop"], {"shop"}), "agent of nothing": ("agent", [], set()),
          "lead of shop": ("lead", ["shop"], {"shop"}), "lead of nothing": ("lead", [], set()),
          "lead of both": ("lead", list(INBOXES), set(INBOXES)), "manager": ("manager", [], set(INBOXES)),
          "admin": ("admin", [], set(INBOXES))}


def of_inbox(least, body=None, **more):
    """A route on something of one inbox: hidden without the inbox, refused below the role."""
    return {"least": least, "body": body, **more}


def of_desk(least="agent", body=None, **more):
    """A route on nothing of an inbox: only the role counts."""
    return {"least": least, "body": body, "desk": True, **more}


def listing(inboxes_of):
    """A list that everybody may ask for: cut to the inboxes that the caller sees."""
    return {"least": "agent", "desk": True, "inboxes_of": inboxes_of}


ROUTES = {
    ("GET", "/v1/me"): of_desk(),
    ("GET", "/v1/agents"): of_desk(),
    ("GET", "/v1/teams"): of_desk(),
    ("GET", "/v1/inboxes"): listing(lambda item, _: item["name"]),
    ("GET", "/v1/inboxes/{inbox}/quarantine"): of_inbox("lead"),
    ("GET", "/v1/conversations"): listing(lambda item, _: item["inbox"]),
    ("POST", "/v1/conversations"): of_inbox("agent", lambda t: {"inbox": t["inbox"], "to": "new-person", "text": "Hi"}),
    ("GET", "/v1/conversations/{conversation}"): of_inbox("agent"),
    ("PATCH", "/v1/conversations/{conversation}"): of_inbox("agent", lambda t: {"priority": "high"}),
    ("GET", "/v1/conversations/{conversation}/messages"): of_inbox("agent"),
    ("POST", "/v1/conversations/{conversation}/messages"): of_inbox("agent", lambda t: {"text": "x", "note": True}),
    ("POST", "/v1/conversations/{conversation}/read"): of_inbox("agent", lambda t: {}),
    ("GET", "/v1/messages/{message}"): of_inbox("agent"),
    ("PATCH", "/v1/messages/{message}"): of_inbox("agent", lambda t: {"text": "other"}),
    ("DELETE", "/v1/messages/{message}"): of_inbox("agent"),
    ("PUT", "/v1/messages/{message}/reaction"): of_inbox("agent", lambda t: {"emoji": "👍"}),
    ("GET", "/v1/messages/{message}/html"): of_inbox("agent", message="with_html"),
    ("GET", "/v1/messages/{message}/raw"): of_inbox("agent"),
    ("POST", "/v1/messages/{message}/retry"): of_inbox("lead", lambda t: {}, message="uncertain"),
    ("POST", "/v1/messages/{message}/resolve"): of_inbox("lead", lambda t: {"as": "sent"}, message="uncertain"),
    ("POST", "/v1/messages/{message}/move"): of_inbox("agent", lambda t: {}),
    ("GET", "/v1/contacts"): listing(lambda item, _: [i["inbox"] for i in item["identities"]]),
    ("GET", "/v1/contacts/{contact}"): of_inbox("agent"),
    ("PATCH", "/v1/contacts/{contact}"): of_inbox("agent", lambda t: {"tier": "base"}),
    ("GET", "/v1/contacts/{contact}/messages"): of_inbox("agent"),
    ("POST", "/v1/contacts/{contact}/merge"): of_inbox("lead", lambda t: {"from": t["new_contact"]()}),
    ("POST", "/v1/contacts/{contact}/split"): of_inbox("lead", lambda t: {"identities": ["id_99999"]}),
    ("POST", "/v1/attachments"): of_desk(raw=True),
    ("GET", "/v1/attachments/{attachment}"): of_inbox("agent"),
    ("GET", "/v1/events"): of_desk(query="?wait=0"),
}

COMMANDS = {
    "message.send": of_inbox("agent", lambda t: {"conversation": t["conversation"], "text": "x", "note": True}),
    "message.edit": of_inbox("agent", lambda t: {"message": t["message"], "text": "other"}),
    "message.delete": of_inbox("agent", lambda t: {"message": t["message"]}),
    "message.react": of_inbox("agent", lambda t: {"message": t["message"], "emoji": "👍"}),
    "message.retry": of_inbox("lead", lambda t: {"message": t["uncertain"]}),
    "message.resolve": of_inbox("lead", lambda t: {"message": t["uncertain"], "as": "sent"}),
    "message.move": of_inbox("agent", lambda t: {"message": t["message"]}),
    "conversation.start": of_inbox("agent", lambda t: {"inbox": t["inbox"], "to": "new-person", "text": "Hi"}),
    "conversation.update": of_inbox("agent", lambda t: {"conversation": t["conversation"], "priority": "low"}),
    "conversation.read": of_inbox("agent", lambda t: {"conversation": t["conversation"]}),
    "contact.update": of_inbox("agent", lambda t: {"contact": t["contact"], "tier": "base"}),
    "contact.merge": of_inbox("lead", lambda t: {"contact": t["contact"], "from": t["new_contact"]()}),
    "contact.split": of_inbox("lead", lambda t: {"contact": t["contact"], "identities": ["id_99999"]}),
}

DESK_EVENTS = {"agent.created", "agent.updated"}  # everybody who may list people sees them


def routes_of_contract():
    """Routes that ask for an agent's token."""
    api = yaml.safe_load((ROOT / "schemas/http/openapi.yaml").read_text())
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            if method not in ("get", "post", "put", "patch", "delete"):
                continue
            asked = operation.get("security", [{"token": []}])  # none, or a visitor's session: no agent's right
            if any("token" in need for need in asked):
                yield method.upper(), path


def commands_of_daemon():
    source = (ROOT / "daemon/http/api/commands.cpp").read_text()
    return set(re.findall(r'NamedParser\{"([a-z.]+)"', source))


def events_of_contract():
    words = (ROOT / "schemas/events/words.schema.json").read_text()
    return set(re.findall(r'"([a-z.]+)"', re.search(r'"EventType": \{ "enum": \[([^\]]*)\]', words).group(1)))


class Matrix(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.doubles = {}
        for name in INBOXES:
            double = LoopbackDouble(f"{name}-hook-secret")
            double.server.handle_error = lambda *_: None
            double.__enter__()
            cls.doubles[name] = double
        cls.daemon = Daemon([{"name": name, "connector": "loopback", "secret": double.secret, "api_base": double.base}
                             for name, double in cls.doubles.items()])
        cls.addClassCleanup(cls.close)
        _, cls.admin = cls.daemon.add_user("owner", "admin")
        cls.daemon.start()
        cls.people = {who: cls.daemon.add_user(who.replace(" ", "-"), role, *given)[1]
                      for who, (role, given, _) in PEOPLE.items()}
        cls.live = cls.daemon.stream(cls.admin.token)
        cls.targets = {name: cls.make_target(name) for name in INBOXES}

    @classmethod
    def close(cls):
        try:
            assert cls.daemon.stop() == 0, cls.daemon.log_end()
        finally:
            for double in cls.doubles.values():
                double.__exit__()
            cls.daemon.remove()

    @classmethod
    def says(cls, inbox, *events):
        double = cls.doubles[inbox]
        answer = Rest(cls.daemon.port).call("POST", f"/hooks/{inbox}", double.body(*events), double.headers())
        assert answer.status == 200, answer

    @classmethod
    def customer_writes(cls, inbox, person, text, **more):
        cls.says(inbox, cls.doubles[inbox].message(f"m-{uuid.uuid4().hex}", person, text, **more))
        return cls.live.event("message.created", text=text)

    @classmethod
    def make_target(cls, inbox):
        """One of everything that a route may name, in this inbox."""
        first = cls.customer_writes(inbox, f"anna-{inbox}", f"first in {inbox}")
        conversation = first["conversation"]
        contact = cls.admin.get(f"/v1/conversations/{conversation}")["contact"]
        upload = cls.admin.upload("a.txt", b"text", "text/plain")
        note = cls.admin.reply(conversation, "see the file", note=True, attachments=[upload["id"]])
        written = cls.admin.reply(conversation, "bold", html="<b>bold</b>")["id"]
        cls.live.delivery(written, "sent")
        cls.doubles[inbox].faults.append("cut_after")
        uncertain = cls.admin.reply(conversation, "lost")["id"]
        cls.live.delivery(uncertain, "uncertain")
        return {"inbox": inbox, "conversation": conversation, "message": first["data"]["id"], "contact": contact,
                "attachment": note["attachments"][0]["id"], "with_html": written,
                "uncertain": uncertain, "new_contact": lambda: cls.new_contact(inbox)}

    @classmethod
    def new_contact(cls, inbox):
        """For a merge, which leaves only one of two."""
        event = cls.customer_writes(inbox, f"p-{uuid.uuid4().hex}", f"hello {uuid.uuid4().hex}")
        return cls.admin.get(f"/v1/conversations/{event['conversation']}")["contact"]

    def expected(self, who, row, inbox):
        role, _, sees = PEOPLE[who]
        if not row.get("desk") and inbox not in sees:
            return 404
        return 403 if ROLES.index(role) < ROLES.index(row["least"]) else None

    def hold(self, who, what, inbox, wanted, status, code):
        """`wanted`: the status of a refusal; nothing: rights let it through, whatever becomes of it then."""
        with self.subTest(who=who, what=what, inbox=inbox):
            if wanted is None:
                self.assertNotIn(status, (401, 403, 404), code)
            else:
                self.assertEqual(status, wanted, code)

    def ask(self, client, method, path, row, target):
        named = {**target, "message": target[row.get("message", "message")]}
        filled = re.sub(r"\{(\w+)\}", lambda match: named[match.group(1)], path) + row.get("query", "")
        if row.get("raw"):
            boundary = "part"
            raw = (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nx\r\n'
                   f"--{boundary}--\r\n").encode()
            return client.call(method, filled, raw=raw,
                               headers={"Content-Type": f"multipart/form-data; boundary={boundary}"})
        return client.call(method, filled, row["body"](target) if row.get("body") else None)

    def test_every_route_of_the_contract_has_a_row(self):
        missing = set(routes_of_contract()) ^ set(ROUTES)
        self.assertEqual(missing, set())

    def test_every_command_has_a_row(self):
        self.assertEqual(commands_of_daemon() ^ set(COMMANDS), set())

    def test_routes(self):
        for (method, path), row in ROUTES.items():
            for inbox, target in self.targets.items():
                for who, client in self.people.items():
                    answer = self.ask(client, method, path, row, target)
                    self.hold(who, f"{method} {path}", inbox, self.expected(who, row, inbox), answer.status, answer)

    def test_routes_without_a_token_or_with_a_wrong_one(self):
        for (method, path), row in ROUTES.items():
            for token in (None, "ibx_wrong"):
                answer = self.ask(Rest(self.daemon.port, token), method, path, row, self.targets["shop"])
                self.hold("nobody", f"{method} {path}", "shop", 401, answer.status, answer)

    def test_lists_are_cut_to_the_inboxes_that_the_caller_sees(self):
        for (_, path), row in ROUTES.items():
            if "inboxes_of" not in row:
                continue
            for who, client in self.people.items():
                found = set()
                for item in client.pages(path):
                    names = row["inboxes_of"](item, who)
                    found |= {names} if isinstance(names, str) else set(names)
                with self.subTest(who=who, what=path):
                    self.assertEqual(found, PEOPLE[who][2])

    def test_commands(self):
        for who, client in self.people.items():
            stream = self.daemon.stream(client.token)
            for name, row in COMMANDS.items():
                for inbox, target in self.targets.items():
                    answer = stream.command(name, uuid.uuid4().hex, **row["body"](target))
                    error = answer.get("error", {})
                    self.hold(who, name, inbox, self.expected(who, row, inbox), error.get("status", 200), answer)
            stream.close()

    def test_events(self):
        streams = {who: self.daemon.stream(client.token) for who, client in self.people.items()}
        caused = {}
        for inbox in INBOXES:
            start = len(self.live.history)
            self.cause_every_event(inbox)
            for frame in self.live.history[start:]:
                caused.setdefault(frame["event"], {})[frame["cursor"]] = self.inbox_of(frame) or inbox
        self.assertEqual(events_of_contract() - set(caused), set(), "an event that this test does not cause")
        last = self.live.history[-1]["cursor"]
        for who, stream in streams.items():
            stream.expect(lambda f: f.get("event") == "agent.created" and f["cursor"] == last, what="the last event")
            seen = {frame["cursor"] for frame in stream.history}
            for event, cursors in caused.items():
                for cursor, inbox in cursors.items():
                    with self.subTest(who=who, event=event, inbox=inbox):
                        self.assertEqual(cursor in seen, event in DESK_EVENTS or inbox in PEOPLE[who][2])
            stream.close()

    def inbox_of(self, frame):
        """What an event names itself: a delivery's outcome may come long after its cause."""
        if frame.get("conversation"):
            return self.admin.get(f"/v1/conversations/{frame['conversation']}")["inbox"]
        return frame["data"]["name"] if frame["event"] == "inbox.health" else None

    def cause_every_event(self, inbox):
        double = self.doubles[inbox]
        person = f"eva-{inbox}"
        first = self.customer_writes(inbox, person, f"events of {inbox}")
        other = self.customer_writes(inbox, f"zoe-{inbox}", f"more events of {inbox}")
        conversation = first["conversation"]
        contacts = [self.admin.get(f"/v1/conversations/{e['conversation']}")["contact"] for e in (first, other)]
        self.says(inbox, {"type": "edit", "id": first["data"]["external_id"], "at": "2026-11-22T12:00:00Z",
                          "text": f"edited in {inbox}"})
        self.live.event("message.updated", id=first["data"]["id"])
        self.live.delivery(self.admin.reply(conversation, f"answer in {inbox}")["id"], "sent")
        self.admin.patch(f"/v1/contacts/{contacts[0]}", {"tier": "enterprise"})
        self.live.event("contact.updated", id=contacts[0])
        self.admin.post(f"/v1/contacts/{contacts[0]}/merge", {"from": contacts[1]})
        self.live.event("contact.merged", id=contacts[0])
        double.faults.append(401)
        self.admin.reply(conversation, f"refused in {inbox}")
        self.live.expect(lambda f: f.get("event") == "inbox.health" and f["data"]["name"] == inbox, what="inbox.health")
        name = f"new-{inbox}"
        self.daemon.add_user(name, "agent")
        status, _ = self.daemon.ask_admin_socket("POST", "/admin/rights", {"email": f"{name}@example.test",
                                                                          "role": "lead"})
        self.assertEqual(status, 200)
        self.live.event("agent.updated")
        agent, _ = self.daemon.add_user(f"last-{inbox}", "agent")
        self.live.event("agent.created", id=agent)


if __name__ == "__main__":
    main()
