// The long poll: events after a cursor at once, the next one while waiting, or an empty answer in time; never twice,
// never under rights that are gone.
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
    tell();
    start = head();
  }
  std::shared_ptr<Answered> poll(const std::string& query) { return ask("GET", "/v1/events?" + query, "ada"); }

  InboxId support;
  InboxId sales;
  ConversationId first;
  ConversationId second;
  AgentId agent_id;
  std::int64_t start = 0;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "events after a cursor come at once, chained, and the answer's cursor goes on after them") {
  add_messages(first, "hi", 3);
  tell();
  const auto page = poll("limit=2&since=" + cursor(start));
  REQUIRE(page->status == 200);
  const auto body = page->body();
  const auto& items = body.at("items").as_array();
  REQUIRE(items.size() == 2);
  CHECK(field(items[0].as_object(), "previous") == cursor(start));
  CHECK(field(items[1].as_object(), "previous") == cursor(start + 1));
  const auto rest = poll("since=" + field(page->body(), "cursor"));
  REQUIRE(rest->body().at("items").as_array().size() == 1);
  CHECK(field(rest->body(), "cursor") == cursor(head()));
  CHECK(poll("since=" + cursor(head()))->body().at("items").as_array().empty());
}

TEST_CASE_METHOD(Fixture, "a waiting poll is answered by the next event that it may see, and by nothing else") {
  const auto waiting = poll("wait=25");
  CHECK(waiting->status == 0);
  add_message(second, "hidden");
  tell();
  CHECK(waiting->status == 0);
  add_message(first, "seen");
  tell();
  REQUIRE(waiting->status == 200);
  CHECK(waiting->body().at("items").as_array().size() == 1);
  CHECK(hub.followers() == 0);
  CHECK(clock.waits() == 0);
}

TEST_CASE_METHOD(Fixture, "a poll whose time is over is answered with the cursor as far as the log was looked at") {
  const auto waiting = poll("wait=10&since=" + cursor(start));
  add_message(second, "hidden");
  tell();
  clock.advance(Milliseconds{10'000});
  REQUIRE(waiting->status == 200);
  CHECK(waiting->body().at("items").as_array().empty());
  CHECK(field(waiting->body(), "cursor") == cursor(head()));
}

TEST_CASE_METHOD(Fixture, "rights that change while a poll waits hold at once") {
  const auto waiting = poll("wait=25");
  ask("POST", "/admin/rights", "", R"({"email":"ada@example.com","inboxes":["sales"]})", Listener::admin);
  add_message(first, "not hers any more");
  tell();
  REQUIRE(waiting->status == 410);
  CHECK(waiting->code() == "resync_required");
}

TEST_CASE_METHOD(Fixture, "the end of the daemon answers polls that wait, and those that come after") {
  const auto waiting = poll("wait=60");
  hub.end();
  CHECK(waiting->status == 200);
  CHECK(poll("wait=60")->status == 200);
  CHECK(hub.followers() == 0);
}

TEST_CASE_METHOD(Fixture, "a client that is gone is waited for no more") {
  const auto peer = std::make_shared<PeerWatch>();
  auto answered = std::make_shared<Answered>();
  follow_events(hub, clock, {agent(agent_id), head(), head(), 60, 100, peer},
                [answered](const Response& response) { answered->status = response.status; });
  CHECK(hub.followers() == 1);
  peer->tell();
  CHECK(answered->status == 200);
  CHECK(hub.followers() == 0);
  CHECK(clock.waits() == 0);
  CHECK_FALSE(peer->watched());
}

TEST_CASE_METHOD(Fixture, "the time-out during a read answers once, with what the read brings") {
  const auto waiting = poll("wait=5&since=" + cursor(start));
  add_message(first, "seen");
  deferred_reads.held = true;
  live::Hub slow(deferred, channels(), "e1", head());
  auto answered = std::make_shared<Answered>();
  follow_events(slow, clock, {agent(agent_id), start, head(), 5, 100}, [answered](Response response) {
    CHECK(answered->status == 0);
    answered->status = response.status;
    answered->response = std::move(response);
  });
  clock.advance(Milliseconds{5'000});
  CHECK(answered->status == 0);
  deferred.answer_all();
  REQUIRE(answered->status == 200);
  CHECK(answered->body().at("items").as_array().size() == 1);
}

TEST_CASE_METHOD(Fixture,
                 "a poll that does not wait still gives what was committed before it, as far as the hub ever comes") {
  add_message(first, "committed");
  const auto ask_at_once = [&] {
    auto answered = std::make_shared<Answered>();
    follow_events(hub, clock, {agent(agent_id), start, head(), 0, 100}, [answered](Response response) {
      answered->status = response.status;
      answered->response = std::move(response);
    });
    return answered;
  };
  const auto early = ask_at_once();
  CHECK(early->status == 0);
  tell();
  REQUIRE(early->status == 200);
  CHECK(early->body().at("items").as_array().size() == 1);

  start = head();
  add_message(first, "never told");
  const auto late = ask_at_once();
  CHECK(late->status == 0);
  clock.advance(Milliseconds{5'000});
  REQUIRE(late->status == 200);
  CHECK(late->body().at("items").as_array().empty());
  CHECK(field(late->body(), "cursor") == cursor(start));
  CHECK(clock.waits() == 0);
}

TEST_CASE_METHOD(Fixture, "cursors that cannot be served and parameters that do not fit are refused by name") {
  CHECK(poll("since=e2:1")->code() == "epoch_changed");
  CHECK(poll("since=" + cursor(head() + 1))->code() == "epoch_changed");
  CHECK(poll("since=x")->status == 400);
  CHECK(poll("wait=61")->status == 400);
  CHECK(poll("wait=-1")->status == 400);
  CHECK(poll("limit=0")->status == 400);
  CHECK(ask("GET", "/v1/events")->status == 401);
  CHECK(ask("GET", "/v1/events")->header("www-authenticate") == "Bearer");
}

}  // namespace inboxd::http
