"""A daemon with its providers' doubles, as most end-to-end tests want it, and the test case that owns one: prints the
daemon's log when a test fails, and fails when it does not end cleanly."""

import sys
import time
import unittest

from support import patience
from support.daemon import Daemon
from support.loopback_double import LoopbackDouble
from support.rest import Numbers, Rest
from telegram_double import TelegramDouble
from whatsapp_double import WhatsAppDouble

TELEGRAM_SECRET = "telegram-hook-secret"
SECOND_NUMBER = "9988776655443"
RETRY_SECONDS = 25  # longer than the first pauses between tries of a reply


class Desk:
    """The inboxes shop (loopback), telegram, whatsapp and whatsapp-two, an admin, and what customers do."""

    def __init__(self, **telegram_settings):
        self.loopback, self.telegram = LoopbackDouble(), TelegramDouble()
        self.whatsapp = WhatsAppDouble(("1122334455667", SECOND_NUMBER))
        self.whatsapp.number = "1122334455667"
        self.number = Numbers()
        whatsapp = {"connector": "whatsapp", "access_token": self.whatsapp.token, "app_secret": "app-secret",
                    "verify_token": "verify-me", "graph_base": self.whatsapp.url}
        telegram = {"name": "telegram", "connector": "telegram", "token": self.telegram.token,
                    "secret_token": TELEGRAM_SECRET, "api_base": self.telegram.base, **telegram_settings}
        self.daemon = Daemon([
            {"name": "shop", "connector": "loopback", "secret": self.loopback.secret, "api_base": self.loopback.base},
            telegram, {"name": "whatsapp", "phone_number_id": "1122334455667", **whatsapp},
            {"name": "whatsapp-two", "phone_number_id": SECOND_NUMBER, **whatsapp}])

    def open(self, start=True):
        for double in (self.loopback, self.telegram, self.whatsapp):
            double.server.handle_error = lambda *_: None  # a peer that was killed is no finding
            double.__enter__()
        self.admin_id, self.admin = self.daemon.add_user("admin", "admin")
        if start:
            self.daemon.start()
        return self

    def close(self):
        try:
            code = self.daemon.stop()
            if code not in (0, -9):
                print(self.daemon.log_end(), file=sys.stderr)
                raise AssertionError(f"the daemon ended with {code}")
        finally:
            for double in (self.loopback, self.telegram, self.whatsapp):
                double.__exit__()
            self.daemon.remove()

    @property
    def port(self):
        return self.daemon.port

    def stream(self, **fields):
        return self.daemon.stream(self.admin.token, **fields)

    def hook(self, inbox):
        return f"http://127.0.0.1:{self.port}/hooks/{inbox}"

    # What customers do; each gives the HTTP status of the webhook.

    def telegram_post(self, update, secret=TELEGRAM_SECRET):
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        return Rest(self.port).call("POST", "/hooks/telegram", update, headers).status

    def telegram_says(self, chat, text, **fields):
        """A customer's text: gives the update."""
        update = self.telegram.message_update(chat, text, **fields)
        status = self.telegram_post(update)
        assert status == 200, status
        return update

    def whatsapp_post(self, body, inbox="whatsapp", **more):
        return self.whatsapp.post(self.hook(inbox), body, **more)

    def whatsapp_says(self, person, text, **more):
        body = self.whatsapp.text_webhook(person, text, **more)
        status = self.whatsapp_post(body)
        assert status == 200, status
        return body

    def loopback_post(self, *events, **more):
        return Rest(self.port).call("POST", "/hooks/shop", self.loopback.body(*events, **more),
                                    self.loopback.headers()).status

    def loopback_says(self, person, text, message_id=None, **more):
        event = self.loopback.message(message_id or f"m{self.number()}", person, text, **more)
        status = self.loopback_post(event)
        assert status == 200, status
        return event

    def conversation_of(self, text):
        """The conversation of the customer's message with this text."""
        for conversation in self.admin.conversations():
            if any(m["text"] == text for m in self.admin.messages(conversation["id"])):
                return conversation["id"]
        raise AssertionError(f"nobody wrote {text!r}")

    def person(self):
        """A new WhatsApp number or Telegram chat."""
        return f"39333{self.number():07d}"


class DeskCase(unittest.TestCase):
    """One desk per class; people differ from test to test. `streams` are closed, and their chains checked, at the end."""

    telegram_settings = {}

    @classmethod
    def setUpClass(cls):
        cls.desk = Desk(**cls.telegram_settings)
        cls.addClassCleanup(cls.desk.close)
        cls.desk.open()
        cls.admin, cls.daemon = cls.desk.admin, cls.desk.daemon

    def setUp(self):
        self.streams = []

    def tearDown(self):
        for stream in self.streams:
            stream.close()
            self.assertEqual(stream.faults, [], "the chain of `previous` is broken")

    def run(self, result=None):
        before = len(result.failures) + len(result.errors) if result else 0
        super().run(result)
        if result and len(result.failures) + len(result.errors) > before:
            print(f"--- the daemon's log at {self.id()}\n{self.desk.daemon.log_end()}", file=sys.stderr)

    def stream(self, token=None, **fields):
        self.streams.append(self.daemon.stream(token or self.admin.token, **fields))
        return self.streams[-1]

    def follow(self, stream):
        self.streams.append(stream)
        return stream

    def until(self, condition, timeout=15, what="it to become true"):
        """For what no event announces; gives the condition's value."""
        end = time.monotonic() + patience(timeout)
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > end:
                self.fail(f"waited in vain for {what}")
            time.sleep(0.02)  # sleep: for what no event announces


def main():
    unittest.main(verbosity=2)
