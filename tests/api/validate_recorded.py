#!/usr/bin/python3
"""Validates what the suites recorded against schemas/: every frame of the stream, every request and response of REST.

usage: validate_recorded.py FILE.jsonl|FOLDER…  prints counts and failures; exit 1 when something does not fit
       validate_recorded.py --self-test      tries the validator itself, and that the schemas hold together

Each line is {"kind": "frame"|"response"|"request", "direction": "server"|"client", "method", "path", "status",
"content_type", "body"}; a body that is not JSON is left out. What the daemon emits must be described: an undocumented
field is a failure here, although clients ignore unknown fields.
"""
import collections
import json
import pathlib
import re
import sys
import warnings

import yaml

warnings.simplefilter("ignore", DeprecationWarning)  # newer jsonschema prefers another resolver, Debian 12 has this one
import jsonschema  # noqa: E402

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas"
FAILURES_SHOWN_MAX = 50
BODY_SHOWN_MAX = 400


def close_objects(schema):
    """Refuses undeclared members of every object that declares some and does not say otherwise."""
    if isinstance(schema, list):
        for element in schema:
            close_objects(element)
    elif isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for element in schema.values():
            close_objects(element)


class Validator:
    def __init__(self):
        self.store = {}
        for path in sorted((SCHEMAS / "events").glob("*.schema.json")):
            self.store[path.as_uri()] = json.loads(path.read_text())
        api_path = SCHEMAS / "http" / "openapi.yaml"
        self.api = yaml.safe_load(api_path.read_text())
        self.api_uri = api_path.as_uri()
        self.store[self.api_uri] = self.api
        for schema in self.store.values():
            close_objects(schema)
        self.routes = [(re.compile("^" + re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)) + "$"), path)
                       for path in self.api["paths"]]
        self.resolver = jsonschema.RefResolver(self.api_uri, self.api, store=self.store)
        self.cache = {}

    def check(self, uri, body):
        """The reasons why `body` is not what `uri` describes."""
        if uri not in self.cache:
            self.cache[uri] = jsonschema.Draft202012Validator({"$ref": uri}, resolver=self.resolver)
        return [reason(error) for error in self.cache[uri].iter_errors(body)]

    def event_uri(self, name):
        return (SCHEMAS / "events" / name).as_uri()

    def frame(self, direction, body):
        name = f"{direction}_frame.schema.json"
        kind = body.get("type") if isinstance(body, dict) else None
        described = {ref["$ref"].rsplit("/", 1)[1] for ref in self.store[self.event_uri(name)]["oneOf"]}
        if kind not in described:
            return [f"no {direction} frame has the type {kind!r}"]
        if kind == "event" and direction == "server":
            return self.event(body) + [f"lacks {key}" for key in ("type", "subscription", "previous") if key not in body]
        return self.check(self.event_uri(name) + "#/$defs/" + kind, body)

    def event(self, body):
        known = self.store[self.event_uri("words.schema.json")]["$defs"]["EventType"]["enum"]
        if body.get("event") not in known:
            return [f"no event is called {body.get('event')!r}"]
        return self.check(self.event_uri("event.schema.json") + "#/$defs/" + body["event"], body)

    def operation(self, method, path):
        path = path.split("?", 1)[0]
        for pattern, template in self.routes:
            if pattern.match(path):
                operation = self.api["paths"][template].get(method.lower())
                return template, operation
        return None, None

    def response(self, line):
        status = int(line["status"])
        template, operation = self.operation(line["method"], line["path"])
        problem_uri = self.event_uri("error.schema.json") + "#/$defs/Problem"
        if operation is None:
            # Unknown routes and methods are refused in the same form as everything else.
            if status < 400:
                return [f"{line['method']} {line['path']} is not described"]
            return self.check(problem_uri, line["body"]) if "body" in line else []
        found = operation["responses"].get(str(status))
        if found is None and status >= 400:
            found = operation["responses"].get("default")
        if found is None:
            return [f"{line['method']} {template} does not describe status {status}"]
        if "$ref" in found:
            found = self.api["components"]["responses"][found["$ref"].rsplit("/", 1)[1]]
        for mime, content in found.get("content", {}).items():
            if "json" in mime:
                if "body" not in line:
                    return [f"{line['method']} {template} {status} has no JSON body"]
                return self.check(self.uri_of(content["schema"]), line["body"])
        return []

    def request(self, line):
        template, operation = self.operation(line["method"], line["path"])
        if operation is None or "requestBody" not in operation or "body" not in line:
            return []
        content = operation["requestBody"]["content"].get("application/json")
        return self.check(self.uri_of(content["schema"]), line["body"]) if content else []

    def uri_of(self, schema):
        reference = schema["$ref"]
        if reference.startswith("#"):
            return self.api_uri + reference
        file, _, fragment = reference.partition("#")
        return (SCHEMAS / "http" / file).resolve().as_uri() + ("#" + fragment if fragment else "")

    def line(self, line):
        if line["kind"] == "frame":
            return self.frame(line.get("direction", "server"), line["body"])
        if line["kind"] == "response":
            return self.response(line)
        if line["kind"] == "request":
            return self.request(line)
        return [f"unknown kind {line['kind']!r}"]


def reason(error):
    """The deepest cause, with its place: `anyOf` alone says little."""
    while error.context:
        error = min(error.context, key=lambda inner: (-len(inner.absolute_path), inner.validator == "type"))
    place = "/".join(str(step) for step in error.absolute_path)
    return f"{place or 'body'}: {error.message[:BODY_SHOWN_MAX]}"


def label(line):
    if line["kind"] == "frame":
        body = line.get("body")
        kind = body.get("type") if isinstance(body, dict) else "?"
        event = " " + str(body.get("event")) if kind == "event" else ""
        return f"frame {line.get('direction', 'server')} {kind}{event}"
    path = re.sub(r"/(?:[a-z]{2}_[0-9]+)", "/{id}", str(line.get("path", "")).split("?", 1)[0])
    path = re.sub(r"^/media/.*", "/media/{token}", path)
    return f"{line['kind']} {line.get('method')} {path} {line.get('status', '')}".rstrip()


def validate(lines, out=sys.stdout):
    validator = Validator()
    counts = collections.Counter()
    failures = []
    for number, text in lines:
        try:
            line = json.loads(text)
            name = label(line)
            reasons = validator.line(line)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            name, reasons, line = "unreadable line", [repr(error)], {}
        counts[name] += 1
        failures += [(number, name, why, line) for why in reasons]
    for name, count in sorted(counts.items()):
        print(f"{count:7}  {name}", file=out)
    for number, name, why, line in failures[:FAILURES_SHOWN_MAX]:
        print(f"{number}: {name}: {why}\n    {json.dumps(line.get('body'))[:BODY_SHOWN_MAX]}", file=out)
    print(f"{sum(counts.values())} recorded, {len(failures)} failures", file=out)
    return len(failures)


def self_test():
    import validate_recorded_test
    return validate_recorded_test.run()


def files_of(arguments):
    """Files as they are, folders as every *.jsonl in them; a folder with none recorded nothing, which is a mistake."""
    for name in map(pathlib.Path, arguments):
        found = sorted(name.glob("*.jsonl")) if name.is_dir() else [name]
        if not found:
            sys.exit(f"{name}: nothing was recorded")
        yield from found


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if not arguments:
        print(__doc__)
        return 64
    lines = []
    for name in files_of(arguments):
        with open(name, encoding="utf-8") as file:
            lines += [(f"{name}:{number}", text) for number, text in enumerate(file, 1) if text.strip()]
    return 1 if validate(lines) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
