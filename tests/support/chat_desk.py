"""A daemon with web chats only, an admin, and visitors; the test case that owns one."""

import itertools

from support.chat import PAGE, SECRET, Visitor
from support.daemon import Daemon
from support.desk import DeskCase

ADDRESSES = itertools.count(1)


class ChatDesk:
    """The inboxes website (anonymous welcome), members (identity required) and asked (questions first)."""

    def __init__(self):
        common = {"connector": "webchat", "allowed_origins": [PAGE], "identity_secret": SECRET}
        self.daemon = Daemon([
            {"name": "website", **common, "title": "Bottega", "greeting": "Ciao!", "color": "#0a7d4f"},
            {"name": "members", **common, "require_identity": True},
            {"name": "asked", **common, "fields": ["name!: Your name", "email!: E-mail", "topic: Topic = Sales | Support",
                                                   "consent!: I agree"]},
            {"name": "strict", **common, "messages_per_minute_max": 5, "visitors_per_hour_max": 3, "uploads_per_hour_max": 2,
             "sockets_per_visitor_max": 2, "upload_bytes_max": 1000}], server={"trusted_proxies": ["127.0.0.1"]})

    def open(self):
        self.admin_id, self.admin = self.daemon.add_user("ada", "admin")
        self.daemon.start()
        return self

    def close(self):
        try:
            code = self.daemon.stop()
            if code not in (0, -9):
                raise AssertionError(f"the daemon ended with {code}")
        finally:
            self.daemon.remove()


class ChatCase(DeskCase):
    """One daemon per class; each visitor comes from an address of its own."""

    @classmethod
    def setUpClass(cls):
        cls.desk = ChatDesk()
        cls.addClassCleanup(cls.desk.close)
        cls.desk.open()
        cls.admin, cls.daemon = cls.desk.admin, cls.desk.daemon

    def setUp(self):
        super().setUp()
        self.visitors = []

    def tearDown(self):
        for visitor in self.visitors:
            visitor.close()
        super().tearDown()

    def visitor(self, inbox="website", opened=True, address=None, **fields):
        address = address or f"198.51.100.{next(ADDRESSES) % 250 + 1}"
        visitor = Visitor(self.daemon.port, inbox, address=address)
        self.visitors.append(visitor)
        return visitor.open(**fields) if opened else visitor

    def contact_of(self, conversation):
        return self.admin.get(f"/v1/contacts/{self.admin.get(f'/v1/conversations/{conversation}')['contact']}")
