"""A real browser: Debian's Chromium by ChromeDriver, spoken to by the W3C WebDriver protocol with the standard library alone. Also
a web server for the page that shows a chat, on an origin of its own."""

import base64
import http.server
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from support import patience
from support.daemon import free_port

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
PRESENT = bool(CHROMIUM and DRIVER)
# Without these it looks for its maker's hosts at every start, and it cannot sandbox itself as root.
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--window-size=1100,800"]
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # W3C WebDriver, section 12.1
SCREENSHOTS = os.environ.get("INBOXD_SCREENSHOTS")  # a folder; empty: none are kept


class Browser:
    """One window with an empty profile."""

    def __init__(self, language="it-IT"):
        self.profile = tempfile.mkdtemp(prefix="inboxd-browser-")
        self.port = free_port()
        self.driver = subprocess.Popen([DRIVER, f"--port={self.port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.session = ""
        try:
            self.wait_for(lambda: self.status(), "chromedriver")
            options = {"binary": CHROMIUM, "args": [*ARGUMENTS, f"--user-data-dir={self.profile}", f"--lang={language}"],
                       "prefs": {"intl.accept_languages": language}}
            made = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}})
            self.session = f"/session/{made['sessionId']}"
        except BaseException:
            self.close()
            raise

    def status(self):
        try:
            return self.call("GET", "/status")["ready"]
        except OSError:
            return False

    def call(self, method, path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method,
                                         data=json.dumps(body if body is not None else {}).encode() if method == "POST" else None,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=patience(60)) as answer:
                return json.loads(answer.read())["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.read()[:500]!r}") from None

    def go(self, url):
        self.call("POST", self.session + "/url", {"url": url})

    def reload(self):
        self.call("POST", self.session + "/refresh")

    def run(self, script, *arguments):
        return self.call("POST", self.session + "/execute/sync", {"script": script, "args": list(arguments)})

    def before_each_page(self, script):
        """Runs it in every new document before the page's own scripts (Chrome DevTools Protocol)."""
        self.call("POST", self.session + "/goog/cdp/execute", {"cmd": "Page.addScriptToEvaluateOnNewDocument", "params": {"source": script}})

    def type(self, element, text):
        self.call("POST", f"{self.session}/element/{element[ELEMENT]}/value", {"text": text})

    def wait_for(self, condition, what, timeout=15):
        end = time.monotonic() + patience(timeout)
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"waited in vain for {what}")
            time.sleep(0.05)  # sleep: a page tells nobody outside what it shows

    def log(self):
        return [line["message"] for line in self.call("POST", self.session + "/se/log", {"type": "browser"})][-10:]

    def picture(self, name):
        if not SCREENSHOTS or not self.session:
            return
        path = Path(SCREENSHOTS) / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.call("GET", self.session + "/screenshot")))

    def close(self):
        try:
            if self.session:
                self.call("DELETE", self.session)
        except (OSError, AssertionError):
            pass
        self.driver.terminate()
        self.driver.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


class PageServer:
    """One HTML page at every path of an origin of its own."""

    def __init__(self):
        server = self
        self.html = ""

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = server.html.encode() if self.path != "/favicon.ico" else b""
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
