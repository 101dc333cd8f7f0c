"""Keeps what the daemon wrote beside its answers (log, metrics, its commands' output) and the secrets that the test gave
it, in the folder of INBOXD_RECORD, for tests/api/redaction.py. It never changes what it keeps."""

import http.client
import itertools
import json
import os
from pathlib import Path

# Of [[inbox]] and [storage] tables.
SECRET_KEYS = {"token", "secret_token", "access_token", "app_secret", "verify_token", "secret", "identity_secret",
               "password", "client_secret", "refresh_token", "master_key", "previous_master_key"}
STORE_CHUNK_BYTES = 1 << 20
NUMBERS = itertools.count(1)


class Said:
    """Of one daemon's folder."""

    def __init__(self):
        record = os.environ.get("INBOXD_RECORD")
        self.folder = Path(record).parent / "said" if record else None
        self.name = f"{Path(record).stem}-{next(NUMBERS)}" if record else ""
        self.secrets = {}  # value -> kind

    def secret(self, kind, value):
        if isinstance(value, str) and value:
            self.secrets[value] = kind

    def table(self, name, values):
        for key, value in values.items():
            if key in SECRET_KEYS:
                self.secret(f"{name}.{key}", value)

    def add(self, what, text):
        if self.folder and text:
            self.folder.mkdir(parents=True, exist_ok=True)
            with open(self.folder / f"{self.name}.{what}", "a", encoding="utf-8", errors="replace") as file:
                file.write(text)

    def metrics(self, port):
        if not self.folder:
            return
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/metrics")
            self.add("metrics", connection.getresponse().read().decode())
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()

    def finish(self, folder, store):
        """At the daemon's end, before its folder goes."""
        if not self.folder:
            return
        key = store / "master.key"
        if key.is_file():
            self.secret("storage.master_key", key.read_text().strip())
        log = folder / "log"
        if log.is_file():
            self.add("log", log.read_text(errors="replace"))
        for file in store.glob("*.db*") if store.is_dir() else ():
            for kind in found_in(file, self.secrets):
                self.add("store", f"{kind} stands in {file.name}\n")
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{self.name}.secrets").write_text(json.dumps(self.secrets))


def found_in(file, secrets):
    """Kinds of the secrets that stand in a file of any size."""
    long_enough = {value.encode(): kind for value, kind in secrets.items() if len(value) >= 8}
    overlap = max(map(len, long_enough), default=0)
    kinds, rest = set(), b""
    try:
        with open(file, "rb") as opened:
            while chunk := opened.read(STORE_CHUNK_BYTES):
                text = rest + chunk
                kinds |= {kind for value, kind in long_enough.items() if value in text}
                rest = text[-overlap:]
    except OSError:
        pass
    return kinds
