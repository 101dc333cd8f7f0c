#!/usr/bin/python3
"""Who sees and does what: roles and inboxes over REST and the stream, and a change of rights at once."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.desk import DeskCase, main  # noqa: E402


class Rights(DeskCase):
    def setUp(self):
        super().setUp()
        self.n = self.desk.number()
        self.live = self.stream()

    def person(self, role, *inboxes):
        self.name = f"{role}-{self.desk.number()}"
        agent, client = self.daemon.add_user(self.name, role, *inboxes)
        return agent, client, f"{self.name}@example.test"

    def shop(self, text, who=None):
        self.desk.loopback_says(who or f"carla{self.n}", text)
        return self.live.event("message.created", text=text)

    def telegram(self, text, chat=None):
        self.desk.telegram_says(chat or 80_000 + self.n, text)
        return self.live.event("message.created", text=text)

    def change_rights(self, email, **fields):
        status, body = self.daemon.ask_admin_socket("POST", "/admin/rights", {"email": email, **fields})
        self.assertEqual(status, 200, body)

    def test_an_agent_sees_only_its_own_inboxes(self):
        _, agent, _ = self.person("agent", "shop")
        mine, other = self.shop(f"mio {self.n}"), self.telegram(f"altrui {self.n}")
        agent.get(f"/v1/conversations/{mine['conversation']}")
        hidden, contact = other["conversation"], self.admin.get(f"/v1/conversations/{other['conversation']}")["contact"]
        message = other["data"]["id"]
        for method, path, body in (("GET", f"/v1/conversations/{hidden}", None),
                                   ("PATCH", f"/v1/conversations/{hidden}", {"priority": "low"}),
                                   ("GET", f"/v1/conversations/{hidden}/messages", None),
                                   ("POST", f"/v1/conversations/{hidden}/messages", {"text": "x"}),
                                   ("POST", f"/v1/conversations/{hidden}/read", {}),
                                   ("GET", f"/v1/messages/{message}", None), ("GET", f"/v1/messages/{message}/raw", None),
                                   ("DELETE", f"/v1/messages/{message}", None),
                                   ("GET", f"/v1/contacts/{contact}", None),
                                   ("PATCH", f"/v1/contacts/{contact}", {"name": "x"}),
                                   ("GET", f"/v1/contacts/{contact}/messages", None),
                                   ("GET", "/v1/conversations?inbox=telegram", None),
                                   ("GET", "/v1/inboxes/telegram/quarantine", None),
                                   ("POST", "/v1/conversations", {"inbox": "telegram", "to": "7", "text": "x"})):
            agent.refused(404, "not_found", method, path, body)
        self.assertEqual({c["inbox"] for c in agent.conversations()}, {"shop"})
        self.assertEqual([i["name"] for i in agent.get("/v1/inboxes")["items"]], ["shop"])
        self.assertNotIn(contact, [c["id"] for c in agent.pages("/v1/contacts")])
        self.until(lambda: self.admin.conversations(f"?q={self.n}"))
        self.assertEqual({c["inbox"] for c in agent.conversations(f"?q={self.n}")} - {"shop"}, set())

    def test_an_agent_without_inboxes_sees_nothing(self):
        _, agent, _ = self.person("agent")
        self.shop(f"nessuno {self.n}")
        self.assertEqual((agent.conversations(), agent.pages("/v1/contacts"), agent.get("/v1/inboxes")["items"],
                          agent.conversations("?q=nessuno")), ([], [], [], []))

    def test_what_an_agent_sees_but_may_not_do_is_403(self):
        _, agent, _ = self.person("agent", "shop")
        one, two = self.shop(f"a {self.n}", f"a{self.n}"), self.shop(f"b {self.n}", f"b{self.n}")
        contacts = [self.admin.get(f"/v1/conversations/{e['conversation']}")["contact"] for e in (one, two)]
        agent.refused(403, "forbidden", "POST", f"/v1/contacts/{contacts[0]}/merge", {"from": contacts[1]})
        agent.refused(403, "forbidden", "GET", "/v1/inboxes/shop/quarantine")
        agent.patch(f"/v1/conversations/{one['conversation']}", {"tags": ["mio"], "priority": "high"})
        agent.reply(one["conversation"], "nota", note=True)
        self.desk.loopback.faults.append("cut_after")
        message = self.admin.reply(one["conversation"], "di un altro")["id"]
        self.live.delivery(message, "uncertain")
        agent.refused(403, "forbidden", "POST", f"/v1/messages/{message}/resolve", {"as": "sent"})
        _, lead, _ = self.person("lead", "shop")
        lead.post(f"/v1/messages/{message}/resolve", {"as": "sent"})

    def test_a_lead_merges_and_splits_contacts_and_the_merge_can_be_undone(self):
        _, lead, _ = self.person("lead", "shop", "telegram")
        events = self.shop(f"unione {self.n}"), self.telegram(f"unione tg {self.n}")
        into, other = [lead.get(f"/v1/conversations/{e['conversation']}")["contact"] for e in events]
        name = lead.get(f"/v1/contacts/{other}")["name"]
        merged = lead.post(f"/v1/contacts/{into}/merge", {"from": other})
        self.assertEqual(len(merged["identities"]), 2)
        self.live.event("contact.merged", id=into)
        texts = [m["text"] for m in lead.pages(f"/v1/contacts/{into}/messages")]
        self.assertEqual(texts, [f"unione {self.n}", f"unione tg {self.n}"])
        self.assertEqual(lead.get(f"/v1/conversations/{events[1]['conversation']}")["contact"], into)
        self.admin.refused(409, "conflict", "POST", f"/v1/contacts/{into}/merge", {"from": other})
        moved = [i["id"] for i in merged["identities"] if i["connector"] == "telegram"]
        back = lead.post(f"/v1/contacts/{into}/split", {"identities": moved})
        self.assertEqual((back["id"], back["name"]), (other, name))
        self.assertEqual(lead.get(f"/v1/conversations/{events[1]['conversation']}")["contact"], other)
        lead.refused(400, "bad_request", "POST", f"/v1/contacts/{other}/split", {"identities": moved})

    def test_a_contact_is_cut_to_the_caller_s_inboxes(self):
        _, agent, _ = self.person("agent", "shop")
        events = self.shop(f"taglio {self.n}"), self.telegram(f"taglio tg {self.n}")
        into, other = [self.admin.get(f"/v1/conversations/{e['conversation']}")["contact"] for e in events]
        self.admin.post(f"/v1/contacts/{into}/merge", {"from": other})
        self.assertEqual([i["inbox"] for i in agent.get(f"/v1/contacts/{into}")["identities"]], ["shop"])
        self.assertEqual([m["text"] for m in agent.pages(f"/v1/contacts/{into}/messages")], [f"taglio {self.n}"])

    def test_a_manager_sees_every_inbox(self):
        _, manager, _ = self.person("manager")
        self.assertEqual(len(manager.get("/v1/inboxes")["items"]), 4)
        manager.pages("/v1/inboxes/telegram/quarantine")
        event = self.telegram(f"capo {self.n}")
        manager.get(f"/v1/conversations/{event['conversation']}")

    def test_the_stream_gives_only_what_may_be_seen(self):
        _, agent, _ = self.person("agent", "shop")
        stream = self.stream(agent.token)
        self.telegram(f"altrui {self.n}")
        self.shop(f"mio {self.n}")
        stream.event("message.created", text=f"mio {self.n}")
        inboxes = {self.admin.get(f"/v1/conversations/{e['conversation']}")["inbox"]
                   for e in stream.history if e["conversation"]}
        self.assertEqual(inboxes, {"shop"})
        refusal = stream.ask("subscribe", inboxes=["telegram"])
        self.assertEqual(refusal["error"]["code"], "not_found")

    def test_a_change_of_rights_ends_open_sockets_at_once(self):
        _, agent, email = self.person("agent", "shop", "telegram")
        stream = self.stream(agent.token)
        before = stream.live["cursor"]
        self.telegram(f"ancora {self.n}")
        stream.event("message.created", text=f"ancora {self.n}")
        self.change_rights(email, inboxes=["shop"])
        self.telegram(f"non più {self.n}")
        self.assertEqual(stream.wait_closed(), 4004)
        self.assertNotIn(f"non più {self.n}", [e["data"].get("text") for e in stream.history])
        again = self.stream(agent.token)
        refusal = again.ask("subscribe", since=before)
        self.assertEqual(refusal["error"]["code"], "resync_required")
        agent.refused(410, "resync_required", "GET", f"/v1/events?since={before}")
        self.assertEqual([i["name"] for i in agent.get("/v1/inboxes")["items"]], ["shop"])

    def test_a_change_of_rights_on_a_quiet_desk_makes_the_newest_cursor_too_old(self):
        agent_id, agent, email = self.person("agent", "shop", "telegram")
        watching = self.stream(self.admin.token)
        head = agent.get("/v1/events?wait=0")["cursor"]
        self.change_rights(email, inboxes=["shop"])
        told = watching.expect(lambda f: f.get("event") == "agent.updated" and f["data"]["id"] == agent_id)
        self.assertNotIn("inboxes", told["data"])
        refusal = self.stream(agent.token).ask("subscribe", since=head)
        self.assertEqual(refusal["error"]["code"], "resync_required")
        agent.refused(410, "resync_required", "GET", f"/v1/events?since={head}")
        agent.get(f"/v1/events?wait=0&since={told['cursor']}")

    def test_a_disabled_person_is_out_at_once(self):
        _, agent, email = self.person("agent", "shop")
        stream = self.stream(agent.token)
        self.change_rights(email, disable=True)
        self.assertEqual(stream.wait_closed(), 4401)
        agent.refused(401, "unauthenticated", "GET", "/v1/me")

    def test_typing_and_viewing_reach_only_those_who_see_the_conversation(self):
        insider_id, insider, _ = self.person("agent", "telegram")
        _, outsider, _ = self.person("agent", "shop")
        watching, blind, typist = (self.stream(c.token) for c in (self.admin, outsider, insider))
        conversation = self.telegram(f"scrivo {self.n}")["conversation"]
        for kind, fields in (("typing", {"on": True}), ("viewing", {})):
            typist.send(kind, conversation=conversation, **fields)
            frame = watching.expect(lambda f: f["type"] == "ephemeral" and f["event"] == kind)
            self.assertEqual((frame["conversation"], frame["actor"]), (conversation, {"kind": "agent", "id": insider_id}))
            self.assertGreater(frame["ttl_ms"], 0)
        blind_typist = blind
        blind_typist.send("typing", conversation=conversation, on=True)  # says nothing to anybody
        self.shop(f"segno {self.n}")
        blind.event("message.created", text=f"segno {self.n}")
        self.assertTrue(blind.quiet(lambda f: f["type"] == "ephemeral" and f["event"] in ("typing", "viewing")))
        self.assertTrue(watching.quiet(lambda f: f["type"] == "ephemeral" and f["event"] == "typing"))

    def test_a_customer_s_typing_is_shown(self):
        event = self.shop(f"penso {self.n}")
        typing = {"type": "typing", "at": self.desk.loopback.message("x", "x", "x")["at"],
                  "from": {"id": f"carla{self.n}"}, "on": True}
        self.assertEqual(self.desk.loopback_post(typing), 200)
        frame = self.live.expect(lambda f: f["type"] == "ephemeral" and f["event"] == "typing")
        self.assertEqual((frame["conversation"], frame["actor"]["kind"]), (event["conversation"], "contact"))

    def test_presence_comes_and_goes(self):
        agent_id, agent, _ = self.person("agent", "shop")

        def told(state):
            return self.live.expect(lambda f: f["type"] == "ephemeral" and f["event"] == "presence" and
                                    f["actor"]["id"] == agent_id and f["state"] == state, what=f"presence {state}")

        stream = self.stream(agent.token)
        told("online")
        stream.send("presence", state="away")
        told("away")
        stream.close()
        told("offline")


if __name__ == "__main__":
    main()
