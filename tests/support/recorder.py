"""Keeps what the daemon said, one JSON line each in the file named by INBOXD_RECORD, for tests/api/validate_recorded.py.

Called by the HTTP and WebSocket clients. Of each kind of line it keeps the first KEPT_OF_KIND_MAX and then every
SAMPLED_AFTER_th, so that a load of 20,000 events does not become an hour of validation. It never changes what it keeps.
"""

import atexit
import collections
import json
import os
import re
import threading
from pathlib import Path

KEPT_OF_KIND_MAX = 150
SAMPLED_AFTER = 100


class Recorder:
    def __init__(self, name):
        self.lock = threading.Lock()
        self.counts = collections.Counter()
        self.file = None
        if name:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            self.file = open(name, "w", encoding="utf-8")
            atexit.register(self.file.close)

    def frame(self, direction, body):
        self.keep((direction, body.get("type"), body.get("event"), body.get("name")),
                  {"kind": "frame", "direction": direction, "body": body})

    def response(self, method, path, status, content_type, body):
        line = {"kind": "response", "method": method, "path": path, "status": status, "content_type": content_type}
        if body is not None:
            line["body"] = body
        self.keep((method, pattern_of(path), status), line)

    def request(self, method, path, body):
        """Only those that were taken: tests send wrong ones on purpose."""
        self.keep((method, pattern_of(path)), {"kind": "request", "method": method, "path": path, "body": body})

    def keep(self, kind, line):
        if self.file is None:
            return
        with self.lock:
            self.counts[kind] += 1
            count = self.counts[kind]
            if count > KEPT_OF_KIND_MAX and count % SAMPLED_AFTER:
                return
            self.file.write(json.dumps(line) + "\n")
            self.file.flush()


def pattern_of(path):
    return re.sub(r"/[a-z]{2}_[0-9]+", "/{id}", path.split("?", 1)[0])


RECORDER = Recorder(os.environ.get("INBOXD_RECORD"))
