#!/usr/bin/python3
"""SIGHUP: the config is applied whole or not at all, without a break for anybody."""

import contextlib
import signal
import socket
import ssl
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import patience  # noqa: E402
from support.daemon import Daemon  # noqa: E402
from support.desk import Desk, main  # noqa: E402


class Reload(unittest.TestCase):
    def setUp(self):
        self.desk = Desk()
        self.addCleanup(self.desk.close)
        self.desk.open()
        self.live = self.desk.stream()
        self.addCleanup(lambda: self.live.close())

    def reload(self):
        self.desk.daemon.write_config()
        self.desk.daemon.process.send_signal(signal.SIGHUP)

    def names(self):
        return {i["name"]: i["health"]["state"] for i in self.desk.admin.get("/v1/inboxes")["items"]}

    def wait_for_log(self, words):
        end = time.monotonic() + patience(10)
        while words not in self.desk.daemon.log() and time.monotonic() < end:
            time.sleep(0.02)  # sleep: the log announces nothing
        self.assertIn(words, self.desk.daemon.log())

    def test_a_new_inbox_works_at_once_and_open_streams_stay(self):
        shop = self.desk.daemon.inboxes[0]
        self.desk.daemon.inboxes.append({**shop, "name": "second"})
        self.reload()
        self.live.expect(lambda f: f.get("event") == "inbox.health" and f["data"]["name"] == "second")
        event = self.desk.loopback.message("m1", "ada", "ciao seconda")
        answer = self.desk.admin.call("POST", "/hooks/second", {"events": [event]}, self.desk.loopback.headers())
        self.assertEqual(answer.status, 200)
        self.live.event("message.created", text="ciao seconda")
        self.assertEqual(self.live.faults, [])

    def test_a_removed_inbox_is_kept_disabled_and_refuses_replies(self):
        self.desk.loopback_says("ada", "ciao")
        conversation = self.live.event("message.created", text="ciao")["conversation"]
        self.desk.daemon.inboxes.pop(0)
        self.reload()
        self.live.expect(lambda f: f.get("event") == "inbox.health" and f["data"]["name"] == "shop" and
                         f["data"]["health"]["state"] == "disabled")
        self.assertEqual(self.names()["shop"], "disabled")
        self.desk.admin.get(f"/v1/conversations/{conversation}")
        self.desk.admin.refused(503, "channel_unavailable", "POST", f"/v1/conversations/{conversation}/messages",
                                {"text": "x"})
        self.assertIn(self.desk.loopback_post(self.desk.loopback.message("m2", "ada", "x")), (403, 404))

    def test_a_config_with_mistakes_changes_nothing(self):
        self.desk.daemon.inboxes.append({"name": "third", "connector": "pigeon"})
        self.reload()
        self.wait_for_log("inboxd check")
        self.assertNotIn("third", self.names())
        self.desk.loopback_says("ada", "tutto come prima")
        self.live.event("message.created", text="tutto come prima")

    def test_what_needs_a_restart_refuses_the_whole_reload(self):
        self.desk.daemon.server["listen"] = "127.0.0.1:1"
        self.desk.daemon.inboxes.append({**self.desk.daemon.inboxes[0], "name": "fourth"})
        self.reload()
        self.wait_for_log("needs a restart")
        self.assertNotIn("fourth", self.names())

    def test_another_metrics_address_or_directory_needs_a_restart_as_well(self):
        self.desk.daemon.server["metrics"] = "127.0.0.1:1"
        self.reload()
        self.wait_for_log("server.metrics changed, which needs a restart")
        del self.desk.daemon.server["metrics"]
        data, self.desk.daemon.data = self.desk.daemon.data, self.desk.daemon.folder / "elsewhere"
        self.reload()
        self.wait_for_log("storage.directory changed, which needs a restart")
        self.desk.daemon.data = data
        self.assertFalse((self.desk.daemon.folder / "elsewhere").exists())
        self.desk.loopback_says("ada", "al solito posto")
        self.live.event("message.created", text="al solito posto")


class ReloadOfTheServer(unittest.TestCase):
    """The keys of [server] that a reload applies; each is seen from outside."""

    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.remove)
        self.addCleanup(self.daemon.stop)

    def configure(self, **server):
        self.daemon.server.update(server)
        self.daemon.write_config()

    def reload(self, words="config: reloaded", **server):
        self.configure(**server)
        before = self.daemon.log().count(words)
        self.daemon.process.send_signal(signal.SIGHUP)
        end = time.monotonic() + patience(10)
        while self.daemon.log().count(words) == before and time.monotonic() < end:
            time.sleep(0.02)  # sleep: the log announces nothing
        self.assertGreater(self.daemon.log().count(words), before, self.daemon.log_end())

    def certificate(self, name):
        pem, key = self.daemon.folder / f"{name}.pem", self.daemon.folder / f"{name}.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "2", "-subj", f"/CN={name}", "-keyout", key, "-out", pem], check=True, capture_output=True)
        return {"tls_certificate": str(pem), "tls_key": str(key)}

    def served_certificate(self):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", self.daemon.port), timeout=patience(5)) as plain:
            with context.wrap_socket(plain) as encrypted:
                return ssl.DER_cert_to_PEM_cert(encrypted.getpeercert(binary_form=True))

    def test_a_larger_upload_passes_after_the_reload_that_allows_it(self):
        self.configure(upload_bytes_max=2048)
        self.daemon.start()
        _, admin = self.daemon.add_user("admin", "admin")
        self.assertEqual(self.upload(admin, 4000), 413)
        self.reload(upload_bytes_max=8192)
        self.assertEqual(self.upload(admin, 4000), 201)
        self.reload(upload_bytes_max=2048)
        self.assertEqual(self.upload(admin, 4000), 413)

    def upload(self, who, size):
        body = (b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n" + b"x" * size +
                b"\r\n--b--\r\n")
        return who.call("POST", "/v1/attachments", raw=body,
                        headers={"Content-Type": "multipart/form-data; boundary=b"}).status

    def test_fewer_connections_are_let_in_after_the_reload_that_says_so(self):
        self.daemon.start()
        with contextlib.ExitStack() as held:
            for _ in range(12):
                held.enter_context(socket.create_connection(("127.0.0.1", self.daemon.port)))
            self.assertEqual(self.daemon.ready(), 200)
            self.reload(connections_max=10)
            self.assertEqual(self.daemon.ready(), 503)
            self.reload(connections_max=1000)
            self.assertEqual(self.daemon.ready(), 200)

    def test_new_connections_get_the_new_certificate_and_a_broken_one_changes_nothing_at_all(self):
        self.configure(**self.certificate("first"))
        self.daemon.launch()
        end = time.monotonic() + patience(20)
        while "app: serving" not in self.daemon.log() and time.monotonic() < end:
            time.sleep(0.02)  # sleep: a process that starts tells nobody
        first = self.served_certificate()
        second = self.certificate("second")
        self.reload(**second)
        renewed = self.served_certificate()
        self.assertNotEqual(first, renewed)
        Path(self.certificate("third")["tls_certificate"]).write_text("broken")
        self.daemon.inboxes.append({"name": "new", "connector": "loopback", "secret": "s", "api_base": "http://127.0.0.1:1"})
        self.reload("reload refused", tls_certificate=str(self.daemon.folder / "third.pem"))
        self.assertIn("third.pem", self.daemon.log())
        self.assertEqual(self.served_certificate(), renewed)
        self.assertNotIn('"new"', self.daemon.tell("status"))
        self.reload("key values mismatch", tls_certificate=second["tls_certificate"],
                    tls_key=str(self.daemon.folder / "first.key"))
        self.assertEqual(self.served_certificate(), renewed)

    def test_the_log_level_is_the_new_one(self):
        self.configure(log_level="warning")
        self.daemon.start()
        self.reload(log_level="info")
        self.assertEqual(self.daemon.stop(), 0)
        self.assertNotIn("app: serving", self.daemon.log())
        self.assertIn("app: stopping", self.daemon.log())

    def test_a_proxy_that_is_no_network_is_refused_with_its_line(self):
        self.daemon.start()
        self.reload("reload refused", trusted_proxies=["10.0.0.0/99"])
        self.assertIn("neither an IP address nor a network", self.daemon.log())


if __name__ == "__main__":
    main()
