#!/usr/bin/python3
"""What validate_recorded.py must take and must refuse; that every $ref leads somewhere; that quoted files are equal."""
import copy
import io
import json
import pathlib
import sys

import jsonschema

import validate_recorded
from validate_recorded import SCHEMAS, Validator

TIME = "2026-11-22T12:00:00.007Z"
MESSAGE = {
    "id": "ms_551", "conversation": "cv_9", "direction": "in", "kind": "text", "note": False,
    "author": {"kind": "contact", "id": "ct_5", "name": "Anna"}, "text": "Ciao", "text_truncated": False,
    "has_html": False, "content": None, "group": None,
    "attachments": [{"id": "at_1", "name": "a.png", "mime": "image/png", "size": 1234, "state": "ready"}],
    "reactions": [], "reply_to": None, "external_id": "wamid.1", "delivery": None, "created_at": TIME,
    "received_at": TIME, "edited_at": None, "deleted_at": None, "version": 1}
CONVERSATION = {
    "id": "cv_9", "number": 1042, "inbox": "support", "contact": "ct_5", "status": "open", "priority": "normal",
    "category": None, "subject": "", "assignee": "ag_2", "team": None, "tags": [], "language": "it", "continues": None,
    "snoozed_until": None, "created_at": TIME, "updated_at": TIME, "last_message_at": TIME, "unread": 2,
    "reply_window_ends_at": None, "version": 17}
EVENT = {"type": "event", "subscription": "s1", "previous": "7k2:1", "cursor": "7k2:2", "event": "message.created",
         "at": TIME, "conversation": "cv_9", "actor": {"kind": "contact", "id": "ct_5"}, "data": MESSAGE}
PROBLEM = {"type": "about:blank", "title": "Not Found", "status": 404, "code": "not_found", "detail": "there is no cv_1"}

VISITOR_MESSAGE = {"type": "message", "conversation": "cv_9", "seq": 2, "message": {
    "id": "ms_7", "author": {"kind": "agent", "name": "Ada"}, "kind": "text", "text": "Salve", "attachments": [], "client_msg_id": None,
    "created_at": TIME, "edited_at": None, "deleted_at": None}}


def frame(body, direction="server"):
    return {"kind": "frame", "direction": direction, "body": body}


def response(method, path, status, body=None):
    line = {"kind": "response", "method": method, "path": path, "status": status}
    return line if body is None else {**line, "body": body}


def changed(value, **changes):
    return {**copy.deepcopy(value), **changes}


def without(value, key):
    return {name: content for name, content in value.items() if name != key}


TAKEN = [
    frame({"type": "hello", "protocol": 1, "server": "inboxd 0.1.0", "heartbeat_ms": 25000, "auth_ms": 5000, "max_frame": 65536}),
    frame({"type": "auth", "id": 1, "token": "t"}, "client"),
    frame({"type": "ok", "id": 1, "data": {"agent": "ag_2", "role": "agent", "epoch": "7k2", "head": "7k2:2", "oldest": "7k2:1"}}),
    frame({"type": "subscribe", "id": 2, "since": "7k2:1", "events": ["conversation.*", "message.created", "*"], "inboxes": ["support"]}, "client"),
    frame({"type": "ok", "id": 2, "data": {"subscription": "s1"}}),
    frame({"type": "ok", "id": 2, "data": {}}),
    frame({"type": "snapshot", "subscription": "s1", "part": 1, "last": True, "cursor": "7k2:2", "conversations": [CONVERSATION],
           "more": False, "agents": [], "inboxes": []}),
    frame(EVENT),
    frame(VISITOR_MESSAGE, "visitor_server"),
    frame({"type": "hello", "token": "1.2.3.x", "last_seq": 0}, "visitor_client"),
    frame(changed(EVENT, data={"id": "ms_551", "erased": True})),
    frame(changed(EVENT, event="conversation.updated", data=CONVERSATION, changes={"status": ["open", "resolved"]})),
    frame(changed(EVENT, event="contact.updated", conversation=None, data={"id": "ct_5", "name": "Anna", "version": 2})),
    frame(changed(EVENT, event="message.delivery", data={"message": "ms_1", "delivery": {
        "state": "failed", "attempt": 1, "external_ids": [], "reason": {"code": "cancelled", "detail": "By Bo."}}})),
    frame(changed(EVENT, data=changed(MESSAGE, kind="location", content={"type": "location", "latitude": 45.5, "longitude": 9}))),
    frame(changed(EVENT, data=changed(MESSAGE, content={"forwarded": True}))),
    frame({"type": "live", "subscription": "s1", "cursor": "7k2:2"}),
    frame({"type": "mark", "subscription": "s1", "cursor": "7k2:9"}),
    frame({"type": "command", "id": 12, "key": "k", "name": "message.send", "args": {"conversation": "cv_9", "text": "Ciao"}}, "client"),
    frame({"type": "ok", "id": 12, "data": {"message": "ms_551", "delivery": "queued", "cursor": "7k2:3"}}),
    frame({"type": "error", "id": 13, "error": {"code": "conversation_moved", "status": 409, "detail": "…", "retry": "after_fix"}}),
    frame({"type": "ephemeral", "event": "typing", "conversation": "cv_9", "actor": {"kind": "contact", "id": "ct_5"}, "ttl_ms": 6000}),
    frame({"type": "typing", "conversation": "cv_9", "on": True}, "client"),
    frame({"type": "presence", "state": "away"}, "client"),
    frame({"type": "ping"}), frame({"type": "pong"}, "client"),
    frame({"type": "bye", "code": 4000, "retry_in_ms": 3140}),
    response("GET", "/v1/conversations?status=open", 200, {"items": [CONVERSATION], "next": None, "cursor": "7k2:2"}),
    response("GET", "/v1/conversations/cv_9", 200, changed(CONVERSATION, cursor="7k2:2")),
    response("GET", "/v1/conversations/cv_1", 404, PROBLEM),
    response("POST", "/v1/conversations/cv_9/messages", 202, MESSAGE),
    response("GET", "/v1/events?since=7k2:1", 200, {"items": [without(without(without(EVENT, "type"), "subscription"), "previous")], "cursor": "7k2:2"}),
    response("GET", "/nowhere", 404, PROBLEM),
    response("POST", "/hooks/telegram", 200),
    response("GET", "/v1/messages/ms_1/html", 200),
    {"kind": "request", "method": "POST", "path": "/v1/conversations/cv_9/messages", "body": {"text": "Ciao", "if_seen": "7k2:1"}},
]

REFUSED = [
    frame(changed(VISITOR_MESSAGE, seq=0), "visitor_server"),
    frame(changed(VISITOR_MESSAGE, message=changed(VISITOR_MESSAGE["message"], note=False)), "visitor_server"),
    frame({"type": "message", "client_msg_id": "7", "text": "no UUID"}, "visitor_client"),
    frame({"type": "wave"}), frame(7), frame({"type": "auth", "id": 1, "token": "t"}),
    frame(changed(EVENT, data=without(MESSAGE, "text"))),
    frame(changed(EVENT, data=changed(MESSAGE, surprise=1))),
    frame(changed(EVENT, data=changed(MESSAGE, text=None))),
    frame(changed(EVENT, data=changed(MESSAGE, created_at="2026-11-22T12:00:00Z"))),
    frame(changed(EVENT, data=changed(MESSAGE, id=551))),
    frame(changed(EVENT, data=changed(MESSAGE, content={}, kind="smoke"))),
    frame(changed(EVENT, data=changed(MESSAGE, content={"type": "hologram"}))),
    frame(changed(EVENT, event="message.exploded")),
    frame(changed(EVENT, event="conversation.updated")),
    frame(changed(EVENT, surprise=1)),
    frame(without(EVENT, "previous")),
    frame({"type": "ok", "id": 1, "data": {"agent": "ag_2", "role": "agent"}}),
    frame({"type": "ok", "id": 1, "data": {"message": {"id": "ms_1"}}}),
    frame({"type": "error", "id": 13, "error": {"code": "oops", "status": 409, "detail": "…", "retry": "never"}}),
    frame({"type": "command", "id": 12, "name": "message.send", "args": {}}, "client"),
    response("GET", "/v1/conversations", 200, {"items": [], "next": None}),
    response("GET", "/v1/conversations/cv_9", 200),
    response("GET", "/v1/conversations/cv_9", 299, CONVERSATION),
    response("GET", "/v1/conversations/cv_9", 404, {"error": "gone"}),
    response("GET", "/v1/nowhere", 200, {}),
    {"kind": "request", "method": "POST", "path": "/v1/messages/ms_1/resolve", "body": {"as": "perhaps"}},
    {"kind": "gossip"},
]


def references(schema):
    if isinstance(schema, list):
        for element in schema:
            yield from references(element)
    elif isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for element in schema.values():
            yield from references(element)


def check_schemas(validator):
    problems = []
    for uri, schema in validator.store.items():
        if uri.endswith(".json"):
            jsonschema.Draft202012Validator.check_schema(schema)
        resolver = jsonschema.RefResolver(uri, schema, store=validator.store)
        for reference in references(schema):
            try:
                resolver.resolve(reference)
            except jsonschema.RefResolutionError as error:
                problems.append(f"{uri}: {reference}: {error}")
    return problems


def check_quoted_client():
    """schemas/README.md quotes the example client word for word."""
    client = (pathlib.Path(__file__).parent / "example_client.py").read_text()
    readme = (SCHEMAS / "README.md").read_text()
    quoted = readme.split("```python\n", 1)[-1].split("```", 1)[0]
    return [] if quoted == client else ["schemas/README.md does not quote tests/api/example_client.py as it is"]


def run():
    validator = Validator()
    problems = check_schemas(validator) + check_quoted_client()
    problems += [f"refuses {json.dumps(line)[:200]}: {why}" for line in TAKEN for why in validator.line(line)[:1]]
    problems += [f"takes {json.dumps(line)[:200]}" for line in REFUSED if not validator.line(line)]
    out = io.StringIO()
    lines = [(str(number), json.dumps(line)) for number, line in enumerate(TAKEN)] + [("x", "not JSON")]
    if validate_recorded.validate(lines, out) != 1 or f"{len(TAKEN) + 1} recorded, 1 failures" not in out.getvalue():
        problems.append("the summary does not count what it was given:\n" + out.getvalue())
    for problem in problems:
        print(problem)
    print(f"{len(TAKEN)} taken, {len(REFUSED)} refused, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(run())
