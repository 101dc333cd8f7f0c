// A visitor's socket: who gets in, what is acknowledged, how it resumes, and what ends it.
#include "daemon/visitors/chat_socket.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/visitor_desk.hpp"

using namespace inboxd;

namespace {

std::int64_t number(const boost::json::object& frame, std::string_view name) {
  return frame.at(boost::json::string_view(name.data(), name.size())).as_int64();
}

ConversationId conversation_of(const boost::json::object& frame) {
  return *parse_id<ConversationId>(field(frame, "conversation"));
}

}  // namespace

TEST_CASE("a visitor's message is acknowledged with its id and seq, once however often it is sent") {
  VisitorDesk desk;
  VisitorClient client(desk);
  client.hello(desk.ask_session().value());
  client.say("ciao");
  client.say("ciao");
  const auto acks = client.frames.of_type("ack");
  REQUIRE(acks.size() == 2);
  CHECK(acks[0] == acks[1]);
  CHECK(number(acks[0], "seq") == 1);
  CHECK(client.frames.of_type("message").size() == 1);
}

TEST_CASE("a message that could not be stored is refused, and stored once when it is sent again") {
  VisitorDesk desk;
  VisitorClient client(desk);
  client.hello(desk.ask_session().value());
  desk.bus.disk_full = true;
  client.say("ciao");
  const auto refused = client.frames.of_type("error").at(0);
  CHECK(field(refused.at("error").as_object(), "code") == "storage_unavailable");
  CHECK(client.frames.of_type("ack").empty());
  desk.bus.disk_full = false;
  client.say("ciao");
  CHECK(number(client.frames.of_type("ack").at(0), "seq") == 1);
}

TEST_CASE("an agent's reply is sent when it is stored, delivered when acknowledged, read at the mark") {
  VisitorDesk desk;
  VisitorClient client(desk);
  client.hello(desk.ask_session().value());
  client.say("ciao");
  const auto sent = desk.reply(conversation_of(client.frames.of_type("ack").at(0)), "salve");
  const MessageId id{sent.id};
  CHECK(desk.message(id).delivery->state == DeliveryState::sent);
  CHECK(number(client.frames.of_type("message").back(), "seq") == 2);
  client.socket->on_text(R"({"type":"received","seq":2})");
  CHECK(desk.message(id).delivery->state == DeliveryState::delivered);
  client.socket->on_text(R"({"type":"read","seq":2})");
  CHECK(desk.message(id).delivery->state == DeliveryState::read);
}

TEST_CASE("nobody has read what was not given to them") {
  VisitorDesk desk;
  VisitorClient client(desk);
  client.hello(desk.ask_session().value());
  client.say("ciao");
  const auto conversation = conversation_of(client.frames.of_type("ack").at(0));
  client.connection.frames.slow = true;
  client.connection.frames.unsent = visitors::SocketLimits{}.unsent_max;
  const auto sent = desk.reply(conversation, "salve");
  client.socket->on_text(R"({"type":"read","seq":99})");
  CHECK(desk.message(MessageId{sent.id}).delivery->state == DeliveryState::sent);
  client.frames.drain();
  client.socket->on_drained();
  CHECK(number(client.frames.of_type("message").back(), "seq") == 2);
}

TEST_CASE("a visitor who comes back gets what they missed, in order and once") {
  VisitorDesk desk;
  const auto session = desk.ask_session().value();
  ConversationId conversation;
  {
    VisitorClient client(desk);
    client.hello(session);
    client.say("ciao");
    conversation = conversation_of(client.frames.of_type("ack").at(0));
  }
  for (int i = 0; i < 120; ++i) desk.reply(conversation, "riga");
  VisitorClient again(desk);
  again.hello(session, R"(,"last_seq":1,"conversation":")" + to_string(conversation) + '"');
  const auto messages = again.frames.of_type("message");
  REQUIRE(messages.size() == 120);
  for (std::size_t i = 0; i < messages.size(); ++i)
    CHECK(number(messages[i], "seq") == static_cast<std::int64_t>(i) + 2);
}

TEST_CASE("what a client knows of another conversation is reset") {
  VisitorDesk desk;
  const auto session = desk.ask_session().value();
  VisitorClient first(desk);
  first.hello(session);
  first.say("ciao");
  VisitorClient again(desk);
  again.hello(session, R"(,"last_seq":9,"conversation":"cv_99")");
  const auto chat = again.frames.of_type("chat").at(0);
  CHECK(chat.at("reset").as_bool());
  CHECK(again.frames.of_type("message").size() == 1);
}

TEST_CASE("another tab of the same visitor gets the message too") {
  VisitorDesk desk;
  const auto session = desk.ask_session().value();
  VisitorClient one(desk);
  VisitorClient two(desk);
  one.hello(session);
  two.hello(session);
  one.say("ciao");
  CHECK(two.frames.of_type("message").size() == 1);
}

TEST_CASE("a socket without a valid session is ended") {
  VisitorDesk desk;
  VisitorClient silent(desk);
  desk.clock.advance(Milliseconds{10'000});
  CHECK(silent.connection.closed_with == 4401);
  VisitorClient forged(desk);
  forged.socket->on_text(R"({"type":"hello","token":"1.1.9999999999999.x"})");
  CHECK(forged.connection.closed_with == 4401);
  VisitorClient hasty(desk);
  hasty.say("no hello");
  CHECK(hasty.connection.closed_with == 4401);
}

TEST_CASE("a peer that says nothing for two heartbeats is gone, and one that answers stays") {
  VisitorDesk desk;
  VisitorClient quiet(desk);
  quiet.hello(desk.ask_session().value());
  desk.clock.advance(Milliseconds{30'000});
  CHECK(quiet.frames.of_type("ping").size() == 1);
  quiet.socket->on_text(R"({"type":"pong"})");
  desk.clock.advance(Milliseconds{40'000});
  CHECK(quiet.connection.closed_with == 0);
  desk.clock.advance(Milliseconds{30'000});
  CHECK(quiet.connection.closed_with == 4002);
}

TEST_CASE("typing is passed on at most every three seconds") {
  VisitorDesk desk;
  VisitorClient client(desk);
  client.hello(desk.ask_session().value());
  client.say("ciao");
  for (int i = 0; i < 5; ++i) client.socket->on_text(R"({"type":"typing","on":true})");
  CHECK(desk.typing.size() == 1);
  desk.clock.advance(Milliseconds{3'000});
  client.socket->on_text(R"({"type":"typing","on":true})");
  client.socket->on_text(R"({"type":"typing","on":false})");
  client.socket->on_text(R"({"type":"typing","on":false})");
  CHECK(desk.typing.size() == 3);
}

TEST_CASE("an agent's typing shows the name that may be shown") {
  VisitorDesk desk;
  VisitorClient client(desk);
  client.hello(desk.ask_session().value());
  client.say("ciao");
  const auto conversation = conversation_of(client.frames.of_type("ack").at(0));
  desk.visitors.followers().agent_types(conversation, "Ada", true);
  CHECK(field(client.frames.last(), "name") == "Ada");
  desk.visitors.followers().agent_types(conversation, "ada@example.com", true);
  CHECK(field(client.frames.last(), "name").empty());
}

TEST_CASE("the end of the daemon tells visitors when to come back") {
  VisitorDesk desk;
  VisitorClient client(desk);
  client.hello(desk.ask_session().value());
  desk.visitors.followers().drain();
  CHECK(client.connection.closed_with == 1012);
  CHECK(number(client.frames.of_type("bye").at(0), "retry_in_ms") >= 500);
  VisitorClient late(desk);
  CHECK(late.connection.closed_with == 1012);
}

TEST_CASE("where identity becomes required, open anonymous sockets end and no new session begins") {
  VisitorDesk desk;
  VisitorClient client(desk);
  const auto session = desk.ask_session().value();
  client.hello(session);
  client.say("ciao");
  desk.replace_channel("website", VisitorDesk::chat(true));
  client.say("ancora", 2);
  CHECK(field(client.frames.of_type("error").at(0).at("error").as_object(), "code") == "forbidden");
  desk.reply(conversation_of(client.frames.of_type("ack").at(0)), "salve");
  CHECK(client.connection.closed_with == 4403);
  CHECK(desk.ask_session(session.visitor_token).error().code == ErrorCode::forbidden);
}

TEST_CASE("signing out ends every socket of the visitor's, and the token") {
  VisitorDesk desk;
  VisitorClient client(desk);
  const auto session = desk.ask_session().value();
  client.hello(session);
  desk.visitors.end_session(desk.caller_of(session), [](const Result<VisitorId>& ended) { CHECK(ended.ok()); });
  CHECK(client.connection.closed_with == 4401);
  const auto next = desk.ask_session(session.visitor_token).value();
  CHECK(next.visitor_token != session.visitor_token);
  CHECK(next.chat.visitor.id != desk.caller_of(session).visitor);
}
