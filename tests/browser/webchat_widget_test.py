#!/usr/bin/python3
"""The widget in a real browser, on a page of another origin than the daemon's, as a customer uses it."""

import sys
import tempfile
import time
import unittest
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.chat import SECRET, Visitor, token  # noqa: E402
from support.browser import PRESENT, Browser, PageServer  # noqa: E402
from support.daemon import Daemon  # noqa: E402
from support.desk import DeskCase, main  # noqa: E402

PAGE = """<!doctype html><html lang="it"><head><meta charset="utf-8"><title>Bottega</title>
<style>div, button, textarea {{ color: red; font-size: 40px }}</style></head>
<body><h1>Bottega</h1><script>{before}</script><script src="http://127.0.0.1:{port}/chat/{inbox}/widget.js" defer></script></body></html>"""
ROOT = "var root = document.querySelector('[data-inboxd]').shadowRoot;"
NASTY = "<img src=x onerror=\"document.title='owned'\"> <b>ciao</b>"


class WidgetDesk:
    def __init__(self):
        self.page = PageServer()
        common = {"connector": "webchat", "allowed_origins": [self.page.origin], "title": "Bottega", "greeting": "Ciao! Come possiamo aiutare?",
                  "color": "#0a7d4f"}
        self.daemon = Daemon([{"name": "website", **common},
                              {"name": "members", **common, "identity_secret": SECRET, "require_identity": True},
                              {"name": "known", **common, "identity_secret": SECRET},
                              {"name": "asked", **common, "fields": ["name!: Come ti chiami?", "email: E-mail", "consent!: Accetto"]}])

    def open(self):
        self.admin_id, self.admin = self.daemon.add_user("ada", "admin")
        self.daemon.start()
        return self

    def close(self):
        self.page.close()
        try:
            code = self.daemon.stop()
            assert code == 0, code
        finally:
            self.daemon.remove()


@unittest.skipUnless(PRESENT, "SKIPPED: chromium and chromium-driver are not installed")
class Widget(DeskCase):
    @classmethod
    def setUpClass(cls):
        cls.desk = WidgetDesk()
        cls.addClassCleanup(cls.desk.close)
        cls.desk.open()
        cls.admin, cls.daemon = cls.desk.admin, cls.desk.daemon

    def setUp(self):
        super().setUp()
        self.browser = Browser()
        self.addCleanup(self.browser.close)

    def visit(self, inbox="website", before=""):
        self.desk.page.html = PAGE.format(port=self.daemon.port, inbox=inbox, before=before)
        self.browser.go(self.desk.page.origin + "/shop")
        self.await_widget()

    def await_widget(self):
        self.browser.wait_for(lambda: self.browser.run("return !!window.inboxd"), "the widget")

    def root(self, expression, *arguments):
        return self.browser.run(f"{ROOT} return {expression};", *arguments)

    def open(self):
        self.root("root.querySelector('.bubble').click()")
        self.browser.wait_for(lambda: self.root("!root.querySelector('.panel').hidden"), "the panel")

    def say(self, text):
        self.browser.type(self.root("root.querySelector('textarea')"), text + "\ue007")  # Enter, as WebDriver writes it

    def shown(self, text):
        try:
            return self.browser.wait_for(lambda: text in self.texts(), f"{text!r} to be shown")
        except AssertionError as missing:
            raise AssertionError(f"{missing}; the widget says {self.root('root.textContent')[-300:]!r}, keeps "
                                 f"{self.browser.run('return Object.values(localStorage)')}, logs {self.browser.log()}") from None

    def texts(self):
        return self.root("Array.from(root.querySelectorAll('.m:not(.waiting)')).map(m => m.textContent)")

    def settled(self):
        self.browser.wait_for(lambda: not self.root("root.querySelector('.waiting')"), "the acknowledgement")

    def conversation(self, text):
        return self.until(lambda: next((c["id"] for c in self.admin.conversations()
                                        if any(m["text"] == text for m in self.admin.messages(c["id"]))), None), what=f"{text!r} at the desk")

    def test_a_customer_writes_and_gets_an_answer_after_a_reload_too(self):
        self.visit()
        self.open()
        self.shown("Ciao! Come possiamo aiutare?")
        self.say("Avete limoni?")
        self.shown("Avete limoni?")
        self.settled()
        conversation = self.conversation("Avete limoni?")
        live = self.stream()
        live.send("typing", conversation=conversation, on=True)
        self.browser.wait_for(lambda: "ada sta scrivendo" in self.root("root.querySelector('.hint').textContent"), "typing")
        sent = self.admin.reply(conversation, "Certo, " + NASTY)
        self.shown("Certo, " + NASTY)
        self.assertEqual(self.browser.run("return document.title"), "Bottega")
        self.assertIsNone(self.root("root.querySelector('.m img')"))
        self.until(lambda: self.admin.delivery(sent["id"])["state"] == "read", what="the open panel to read it")
        self.assertEqual(self.root("getComputedStyle(root.querySelector('textarea')).fontSize"), "15px", "the page's style reached in")
        self.browser.picture("talk")
        self.browser.reload()
        self.await_widget()
        self.shown("Certo, " + NASTY)
        self.assertEqual([t for t in self.texts() if t == "Avete limoni?"], ["Avete limoni?"])
        self.say("Grazie")
        self.settled()
        self.assertEqual(self.conversation("Grazie"), conversation)

    def test_a_closed_panel_counts_what_is_unread(self):
        self.visit()
        self.open()
        self.say("Sono qui")
        self.settled()
        conversation = self.conversation("Sono qui")
        self.root("root.querySelector('.head button').click()")
        self.admin.reply(conversation, "uno")
        sent = self.admin.reply(conversation, "due")
        self.browser.wait_for(lambda: self.root("!root.querySelector('.badge').hidden && root.querySelector('.badge').textContent === '2'"), "a badge of 2")
        self.assertNotEqual(self.admin.delivery(sent["id"])["state"], "read")
        self.browser.picture("unread")
        self.open()
        self.until(lambda: self.admin.delivery(sent["id"])["state"] == "read", what="the opened panel to read it")
        self.assertTrue(self.root("root.querySelector('.badge').hidden"))

    def test_what_is_written_while_the_daemon_is_away_arrives_once(self):
        self.visit()
        self.open()
        self.say("prima")
        self.settled()
        conversation = self.conversation("prima")
        self.daemon.kill()
        self.say("mentre siete via")
        self.browser.wait_for(lambda: self.root("!!root.querySelector('.waiting')"), "the waiting message")
        self.browser.picture("waiting")
        self.browser.reload()  # the page, and so the script, starts anew when the daemon is back
        self.daemon.start()
        self.browser.reload()
        self.await_widget()
        self.shown("mentre siete via")
        self.settled()
        texts = [m["text"] for m in self.admin.messages(conversation)]
        self.assertEqual(texts.count("mentre siete via"), 1)
        self.daemon.restart()
        self.say("dopo il riavvio")
        self.shown("dopo il riavvio")
        self.settled()
        self.assertEqual([m["text"] for m in self.admin.messages(conversation)].count("dopo il riavvio"), 1)

    def test_without_websockets_it_polls(self):
        self.visit(before="window.WebSocket = undefined;")
        self.open()
        self.say("senza socket")
        self.shown("senza socket")
        self.settled()
        conversation = self.conversation("senza socket")
        sent = self.admin.reply(conversation, "arriva lo stesso")
        self.shown("arriva lo stesso")
        self.until(lambda: self.admin.delivery(sent["id"])["state"] == "read", what="it to be read")

    def test_questions_come_before_the_first_message(self):
        self.visit("asked")
        self.open()
        self.browser.wait_for(lambda: self.root("!root.querySelector('form.ask').hidden"), "the questions")
        self.browser.picture("questions")
        self.browser.type(self.root("root.querySelector('input[name=name]')"), "Elena")
        self.root("root.querySelector('input[name=consent]').click()")
        self.root("root.querySelector('form.ask button').click()")
        self.say("Eccomi")
        self.shown("Eccomi")
        self.settled()
        conversation = self.admin.get(f"/v1/conversations/{self.conversation('Eccomi')}")
        self.assertEqual(self.admin.get(f"/v1/contacts/{conversation['contact']}")["name"], "Elena")

    def test_a_file_is_sent_and_shown(self):
        self.visit()
        self.open()
        self.say("guardi")
        self.settled()
        with tempfile.NamedTemporaryFile(suffix=".txt") as file:
            file.write("una nota".encode())
            file.flush()
            self.browser.type(self.root("root.querySelector('input[type=file]')"), file.name)
            self.browser.wait_for(lambda: self.root("!!root.querySelector('.m:not(.waiting) a')"), "the file's link")
        self.settled()
        messages = self.admin.messages(self.conversation("guardi"))
        self.assertEqual((messages[-1]["kind"], messages[-1]["attachments"][0]["mime"]), ("file", "text/plain"))

    def test_signing_out_shows_an_empty_chat_to_the_next(self):
        self.visit()
        self.open()
        self.say("riservato")
        self.settled()
        token = self.browser.run("return JSON.parse(Object.values(localStorage)[0]).visitorToken")
        self.browser.run("return window.inboxd.logout()")
        self.browser.wait_for(lambda: "riservato" not in self.texts(), "an empty chat")
        self.browser.wait_for(lambda: self.browser.run("return JSON.parse(Object.values(localStorage)[0]).visitorToken || ''") not in ("", token),
                              "another visitor's token")

    def kept(self, name):
        return self.browser.run("return JSON.parse(Object.values(localStorage)[0])[arguments[0]]", name)

    def test_a_talk_outlives_the_proof_it_began_with(self):
        anna, expires = f"anna-{uuid.uuid4().hex}", time.time() + 8.5
        self.visit("members", before=f"window.inboxdChat = {{ userToken: '{token(anna, 'members', lives=8)}' }}; window.asked = 0;"
                                     "document.addEventListener('inboxd:proof-expired', () => window.asked++);")
        self.open()
        self.say("prima che scada")
        self.settled()
        time.sleep(max(0, expires - time.time()))  # sleep: the proof expires by the clock of the wall
        self.daemon.restart()
        self.say("dopo il riavvio, scaduta")
        self.shown("dopo il riavvio, scaduta")
        self.settled()
        self.assertGreaterEqual(self.browser.run("return window.asked"), 1)
        self.assertEqual(self.conversation("dopo il riavvio, scaduta"), self.conversation("prima che scada"))
        # Signing out reaches the server, with the proof as expired as it is and the session of before another restart.
        ended = self.kept("visitorToken")
        self.daemon.kill()
        self.browser.run("window.inboxd.logout()")
        self.browser.wait_for(lambda: self.kept("ending") == [ended], "the sign-out to wait")
        self.daemon.start()
        self.browser.wait_for(lambda: self.kept("ending") == [], "the sign-out to be told")
        answer = Visitor(self.daemon.port, "members", self.desk.page.origin).ask_session(visitor_token=ended)
        self.assertEqual((answer.status, answer.code), (403, "forbidden"))

    def test_an_expired_proof_opens_nobody_elses_talk_and_a_fresh_one_its_own(self):
        carla, berta = (f"{name}-{uuid.uuid4().hex}" for name in ("carla", "berta"))
        self.visit("members", before=f"window.inboxdChat = {{ userToken: '{token(carla, 'members')}' }};")
        self.open()
        self.say("segreto di Carla")
        self.shown("segreto di Carla")
        self.settled()
        self.visit("members", before=f"window.inboxdChat = {{ userToken: '{token(berta, 'members', exp=1)}' }};")
        self.browser.wait_for(lambda: "non è disponibile" in self.root("root.querySelector('.hint').textContent"), "the refusal")
        self.assertNotIn("segreto di Carla", self.texts())
        self.browser.run("window.inboxd.identify({ userToken: arguments[0] })", token(berta, "members"))
        self.say("sono Berta")
        self.shown("sono Berta")
        self.settled()
        self.assertNotIn("segreto di Carla", self.texts())
        self.assertNotEqual(self.conversation("sono Berta"), self.conversation("segreto di Carla"))

    def test_who_signs_in_while_a_session_is_being_opened_is_who_writes(self):
        self.visit("known", before="""
            var real = window.fetch, held = [], hold = true;
            window.fetch = function (url, more) {
              if (!hold || !/session$/.test(url)) return real(url, more);
              return new Promise(function (resolve) { held.push(function () { resolve(real(url, more)); }); });
            };""")
        self.open()
        self.browser.wait_for(lambda: self.browser.run("return held.length") == 1, "the anonymous session to be under way")
        dora = f"dora-{uuid.uuid4().hex}"
        self.browser.run("hold = false; window.inboxd.identify({ userToken: arguments[0] })", token(dora, "known"))
        self.browser.wait_for(lambda: self.kept("subject") == dora, "the session of the one who signed in")
        mine = self.kept("visitorToken")
        self.browser.run("held[0]()")
        self.say("sono Dora")
        self.shown("sono Dora")
        self.settled()
        self.assertEqual(self.kept("visitorToken"), mine)
        conversation = self.admin.get(f"/v1/conversations/{self.conversation('sono Dora')}")
        contact = self.admin.get(f"/v1/contacts/{conversation['contact']}")
        self.assertEqual([i["handle"] for i in contact["identities"]], [f"user:{dora}"])


if __name__ == "__main__":
    main()
