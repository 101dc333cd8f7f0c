// The stream as a client sees it, frame by frame: entering, subscribing, commands, what is never stored, and each way
// in which a connection ends.
#include "daemon/http/api/stream_session.hpp"

#include <algorithm>

#include "daemon/core/agents/users.hpp"
#include "tests/support/api_desk.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::http {
namespace {

struct Fixture : ApiDesk {
  Fixture() {
    support = add_inbox("support").id;
    sales = add_inbox("sales").id;
    first = conversation(support, "anna");
    second = conversation(sales, "bruno");
    agent_id = add_agent("ada", Role::agent, {support});
    add_agent("lena", Role::lead, {support, sales});
    tell();
  }
  /// Entered and subscribed without a cursor.
  std::unique_ptr<StreamClient> subscriber(const std::string& agent) {
    auto client = std::make_unique<StreamClient>(stream);
    client->enter(agent);
    client->say(R"({"type":"subscribe","id":2})");
    return client;
  }
  std::string typing(ConversationId id) { return R"({"type":"typing","conversation":")" + to_string(id) + R"("})"; }

  static std::size_t typings(const StreamClient& client) {
    const auto frames = client.frames.of_type("ephemeral");
    return static_cast<std::size_t>(std::count_if(frames.begin(), frames.end(), [](const boost::json::object& frame) {
      return field(frame, "event") == "typing";
    }));
  }

  InboxId support;
  InboxId sales;
  ConversationId first;
  ConversationId second;
  AgentId agent_id;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "hello comes first, and a good token is answered with who one is and where the log stands") {
  StreamClient client(stream);
  CHECK(field(client.frames.at(0), "type") == "hello");
  CHECK(client.frames.at(0).at("max_frame") == 65536);
  const auto ok = client.enter("ada");
  CHECK(field(ok, "type") == "ok");
  CHECK(ok.at("id") == 1);
  const auto& entry = ok.at("data").as_object();
  CHECK(field(entry, "agent") == to_string(agent_id));
  CHECK(field(entry, "head") == cursor(head()));
}

TEST_CASE_METHOD(Fixture, "a wrong token, or another frame before it, ends with 4401; what is no frame with 4400") {
  StreamClient wrong(stream);
  CHECK(field(wrong.enter("nobody"), "type") == "error");
  CHECK(wrong.connection.closed_with == 4401);
  StreamClient early(stream);
  CHECK(field(early.say(R"({"type":"subscribe","id":1})"), "type") == "bye");
  CHECK(early.connection.closed_with == 4401);
  for (const std::string text : {"", "[]", "{", R"({"type":7})", "{}"}) {
    StreamClient bad(stream);
    bad.say(text);
    CHECK(bad.connection.closed_with == 4400);
  }
}

TEST_CASE_METHOD(Fixture,
                 "frames sent right behind auth are answered after it, in order; too many or a wrong token end it") {
  StreamClient client(stream);
  deferred_reads.held = true;
  client.enter("ada");
  client.session->on_text(R"({"type":"subscribe","id":2})");
  client.session->on_text(R"({"type":"unsubscribe","id":3,"subscription":"s7"})");
  client.session->on_text(R"({"type":"ping"})");
  CHECK(client.connection.closed_with == 0);
  CHECK(client.frames.texts.size() == 2);  // hello, pong
  deferred.answer_one();
  CHECK(client.frames.at(2).at("id") == 1);
  CHECK(client.frames.at(3).at("id") == 3);  // the subscribe waits for its own read
  deferred.answer_one();
  CHECK(client.frames.at(4).at("id") == 2);
  CHECK(field(client.frames.last(), "type") == "live");

  StreamClient eager(stream);
  eager.enter("ada");
  for (std::size_t i = 0; i <= stream.limits.pipelined_max; ++i)
    eager.session->on_text(R"({"type":"subscribe","id":2})");
  CHECK(eager.connection.closed_with == 4401);
  StreamClient wrong(stream);
  wrong.enter("nobody");
  wrong.session->on_text(R"({"type":"subscribe","id":2})");
  deferred.answer_all();
  CHECK(wrong.connection.closed_with == 4401);
  CHECK(wrong.frames.of_type("ok").empty());
}

TEST_CASE_METHOD(Fixture, "who follows from now on is told who else is here, behind live") {
  const auto ada = subscriber("ada");
  ada->say(R"({"type":"presence","state":"away"})");
  const auto lena = subscriber("lena");
  const auto& told = lena->frames.last();
  CHECK(field(told, "event") == "presence");
  CHECK(field(told, "state") == "away");
  CHECK(field(told.at("actor").as_object(), "id") == to_string(agent_id));
  CHECK(field(lena->frames.at(lena->frames.texts.size() - 2), "type") == "live");
  CHECK(lena->frames.of_type("ephemeral").size() == 1);
}

TEST_CASE_METHOD(Fixture, "a store that cannot be read while one enters says come back, not stay away") {
  StreamClient client(stream);
  deferred_reads.held = true;
  client.enter("ada");
  deferred.fail_one();
  CHECK(client.error_code().empty());
  CHECK(client.connection.closed_with == 4000);
  CHECK(client.frames.last().contains("retry_in_ms"));
}

TEST_CASE_METHOD(Fixture, "no auth within its time: 4401; no frame for two beats: 4002; no byte taken: 4001") {
  StreamClient silent(stream);
  clock.advance(Milliseconds{5'000});
  CHECK(silent.connection.closed_with == 4401);

  StreamClient deaf(stream);
  deaf.enter("ada");
  clock.advance(Milliseconds{40'000});
  CHECK(deaf.connection.closed_with == 0);
  CHECK(deaf.frames.of_type("ping").size() == 1);
  clock.advance(Milliseconds{20'000});
  CHECK(deaf.connection.closed_with == 4002);

  StreamClient slow(stream);
  slow.enter("ada");
  slow.frames.slow = true;
  for (int i = 0; i < 14; ++i) {
    slow.say(R"({"type":"ping"})");
    clock.advance(Milliseconds{5'000});
  }
  CHECK(slow.connection.closed_with == 4001);
}

TEST_CASE_METHOD(Fixture, "subscribe answers ok, snapshot, live, then events; only of inboxes that one sees") {
  const auto client = subscriber("ada");
  REQUIRE(client->frames.texts.size() == 5);
  CHECK(field(client->frames.at(2), "type") == "ok");
  const auto snapshot = client->frames.at(3);
  CHECK(field(snapshot, "type") == "snapshot");
  CHECK(snapshot.at("last") == true);
  CHECK(snapshot.at("conversations").as_array().size() == 1);
  CHECK(snapshot.at("inboxes").as_array().size() == 1);
  CHECK(client->frames.texts.at(3).find("sales") == std::string::npos);
  CHECK(field(client->frames.at(4), "type") == "live");
  add_message(second, "hidden");
  add_message(first, "seen");
  tell();
  const auto events = client->frames.of_type("event");
  REQUIRE(events.size() == 1);
  CHECK(field(events[0], "previous") == field(snapshot, "cursor"));
}

TEST_CASE_METHOD(Fixture, "a cursor of another epoch, beyond the head, or from before a change of rights is refused") {
  add_messages(first, "hi", 3);
  tell();
  StreamClient client(stream);
  client.enter("ada");
  const auto subscribe = [&](const std::string& since) {
    client.say(R"({"type":"subscribe","id":"a","since":")" + since + "\"}");
    return client.error_code();
  };
  CHECK(subscribe("e2:1") == "epoch_changed");
  CHECK(subscribe(cursor(head() + 1)) == "epoch_changed");
  CHECK(subscribe("nonsense") == "bad_request");
  CHECK(field(client.frames.last(), "id") == "a");
  const auto before = head();
  write([&](core::Context& context) {
    return core::change_rights(context, {agent_id, {}, std::vector<std::string>{"support"}, false}).ok();
  });
  // Nothing else happened: the change moved the log on by itself.
  CHECK(head() == before + 1);
  CHECK(subscribe(cursor(before)) == "resync_required");
  CHECK(subscribe(cursor(before + 1)).empty());
  client.say(R"({"type":"subscribe","id":3,"inboxes":["sales"]})");
  CHECK(client.error_code() == "not_found");
  client.say(R"({"type":"subscribe","id":3,"events":["typing","message.*","sla.*"]})");
  CHECK(client.error_code().empty());
}

TEST_CASE_METHOD(Fixture, "people who come and whose rights change are told to everybody, without their inboxes") {
  const auto client = subscriber("ada");
  client->say(R"({"type":"subscribe","id":3,"events":["agent.*"],"inboxes":["support"]})");
  const auto ask_admin = [&](const std::string& target, const std::string& body) {
    return ask("POST", target, "", body, Listener::admin)->status;
  };
  REQUIRE(ask_admin("/admin/users", R"({"email":"new@example.com","role":"agent","inboxes":["sales"]})") == 200);
  REQUIRE(ask_admin("/admin/rights", R"({"email":"new@example.com","role":"lead"})") == 200);
  tell();
  const auto events = client->frames.of_type("event");
  REQUIRE(events.size() == 4);  // two for each subscription
  CHECK(field(events[0], "event") == "agent.created");
  CHECK(field(events[1], "event") == "agent.updated");
  const auto& person = events[1].at("data").as_object();
  CHECK(field(person, "role") == "lead");
  CHECK(client->frames.texts.back().find("sales") == std::string::npos);
  CHECK(field(events[2], "subscription") != field(events[0], "subscription"));
}

TEST_CASE_METHOD(Fixture, "unsubscribe ends the events; a wrong type is named, an unknown one not found") {
  const auto client = subscriber("ada");
  CHECK(field(client->say(R"({"type":"unsubscribe","id":3,"subscription":"s1"})"), "type") == "ok");
  add_message(first, "late");
  tell();
  CHECK(client->frames.of_type("event").empty());
  client->say(R"({"type":"unsubscribe","id":3,"subscription":"s1"})");
  CHECK(client->error_code() == "not_found");
  client->say(R"({"type":"unsubscribe","id":3,"subscription":4})");
  CHECK(client->error_code() == "bad_request");
}

TEST_CASE_METHOD(Fixture, "a command needs a key and known arguments, is carried out once and says its cursor") {
  StreamClient client(stream);
  client.enter("ada");
  const auto note = [&](const std::string& key, const std::string& text) {
    return client.say(R"({"type":"command","id":9,"key":")" + key +
                      R"(","name":"message.send","args":{"note":true,"text":")" + text + R"(","conversation":")" +
                      to_string(first) + R"("}})");
  };
  const auto ok = note("k1", "remember");
  REQUIRE(field(ok, "type") == "ok");
  CHECK(field(ok.at("data").as_object(), "cursor") == cursor(head()));
  CHECK(ok.at("data").at("delivery").is_null());
  const auto before = head();
  CHECK(note("k1", "remember") == ok);
  CHECK(head() == before);
  note("k1", "other");
  CHECK(client.error_code() == "idempotency_mismatch");
  note("", "x");
  CHECK(client.error_code() == "bad_request");
  client.say(R"({"type":"command","id":9,"key":"k","name":"message.burn"})");
  CHECK(client.error_code() == "bad_request");
  client.say(R"({"type":"command","id":9,"key":"k","name":"conversation.read","args":{"conversation":")" +
             to_string(second) + "\"}}");
  CHECK(client.error_code() == "not_found");
  client.say(R"({"type":"dance","id":"x"})");
  CHECK(client.error_code() == "bad_request");
}

TEST_CASE_METHOD(Fixture, "typing reaches those who see the inbox and asked for it, never its sender, ten a second") {
  const auto ada = subscriber("ada");
  const auto lena = subscriber("lena");
  StreamClient narrowed(stream);
  narrowed.enter("lena");
  narrowed.say(R"({"type":"subscribe","id":2,"inboxes":["support"]})");
  StreamClient idle(stream);
  idle.enter("lena");

  lena->say(typing(second));
  CHECK(typings(*ada) == 0);
  CHECK(typings(narrowed) == 0);
  ada->say(typing(second));  // not hers to see
  CHECK(told_typing.size() == 1);
  for (int i = 0; i < 30; ++i) ada->say(typing(first));
  CHECK(typings(*lena) == 9);
  CHECK(typings(narrowed) == 9);
  CHECK(typings(*ada) == 0);
  CHECK(typings(idle) == 0);
}

TEST_CASE_METHOD(Fixture, "what lives for seconds is not kept for a client that does not read") {
  const auto ada = subscriber("ada");
  const auto lena = subscriber("lena");
  lena->frames.slow = true;
  lena->frames.unsent = live::unsent_max;
  ada->say(typing(first));
  CHECK(typings(*lena) == 0);
}

TEST_CASE_METHOD(Fixture, "a client that asks on and reads nothing is cut off before its answers fill the memory") {
  StreamClient client(stream);
  client.enter("ada");
  client.frames.slow = true;
  for (int i = 0; i < 100'000 && client.connection.closed_with == 0; ++i)
    client.session->on_text(R"({"type":"subscribe","id":1,"since":"x"})");
  CHECK(client.connection.closed_with == 4001);
  CHECK(client.frames.unsent < (5U << 20U));
}

TEST_CASE_METHOD(Fixture, "a change of rights ends the agent's streams with 4004, a disabled agent's with 4401") {
  const auto ada = subscriber("ada");
  const auto lena = subscriber("lena");
  auto answer = ask("POST", "/admin/rights", "", R"({"email":"ada@example.com","inboxes":["sales"]})", Listener::admin);
  CHECK(answer->status == 200);
  CHECK(ada->connection.closed_with == 4004);
  CHECK(lena->connection.closed_with == 0);
  add_message(first, "hidden from now on");
  tell();
  CHECK(ada->frames.of_type("event").empty());
  ask("POST", "/admin/rights", "", R"({"email":"lena@example.com","disable":true})", Listener::admin);
  CHECK(lena->connection.closed_with == 4401);
}

TEST_CASE_METHOD(Fixture, "the end of the daemon reaches members, guests and those who come too late") {
  const auto ada = subscriber("ada");
  StreamClient guest(stream);
  StreamClient entering(stream);
  deferred_reads.held = true;
  entering.enter("ada");
  room.drain();
  deferred.answer_all();
  StreamClient late(stream);
  for (const auto* client : {ada.get(), &guest, &entering, &late}) {
    CHECK(client->connection.closed_with == 4000);
    CHECK(field(client->frames.last(), "type") == "bye");
    CHECK(client->frames.last().at("retry_in_ms").as_int64() >= 250);
  }
}

TEST_CASE_METHOD(Fixture, "answers that come after the connection is gone touch nothing") {
  auto client = std::make_unique<StreamClient>(stream);
  client->enter("ada");
  deferred_reads.held = true;
  client->say(R"({"type":"subscribe","id":2})");
  client->say(typing(first));
  deferred.read_one();
  client.reset();
  deferred.answer_all();
  CHECK(room.size() == 0);
  CHECK(hub.followers() == 0);
}

TEST_CASE_METHOD(Fixture, "a page's Origin must be the public one, however its port and case are written") {
  const auto verdict = [&](const std::string& origin) {
    const auto match = router.match(Listener::main, "GET", "/v1/stream");
    Request request;
    if (!origin.empty()) request.headers.emplace_back("origin", origin);
    return static_cast<bool>(match.route->live(request).accept);
  };
  CHECK(verdict(""));
  CHECK(verdict("https://desk.example"));
  CHECK_FALSE(verdict("https://evil.example"));
  CHECK_FALSE(verdict("http://desk.example"));
  CHECK_FALSE(verdict("null"));
  stream.public_origin = "https://Desk.Example:443";
  CHECK(verdict("https://desk.example"));
}

}  // namespace inboxd::http
