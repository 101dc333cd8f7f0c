// What was written before: in its place, with its own times, and nobody is disturbed by it.
#include "daemon/core/messages/history.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/core_desk.hpp"

namespace inboxd::core {
namespace {

using std::chrono::days;
using std::chrono::hours;

struct Archive : CoreDesk {
  MessageReceived old(const std::string& id, days ago, const std::vector<std::string>& references = {}) const {
    auto event = incoming(id);
    event.created_at = clock.now() - ago;
    event.placement = PlacementHints{{}, references, 0, {}};
    return event;
  }
  Received import(const MessageReceived& event, ConversationStatus status = ConversationStatus::closed) {
    return write([&](Context& context) {
      ProviderRequest request{shop.id, {{event}, {}, {}}, "raw bytes", "message/rfc822", {}};
      request.history = History{status, days{3}, "tally"};
      return core::receive(context, *channels()(), request).value();
    });
  }
  HistoryTally tally() {
    return tally_from_text(
        read([&](const storage::Tables& tables) { return tables.inboxes().stream_state(shop.id, "tally"); }));
  }
  Conversation of(const std::string& external_id) { return conversation_row(by_external(external_id)->conversation); }
};

TEST_CASE("history: a conversation has its mails' times, is closed, and nothing in it is unread") {
  Archive desk;
  const auto before = desk.head();
  desk.import(desk.old("1", days{400}));
  desk.import(desk.old("2", days{399}, {"1"}));
  const auto conversation = desk.of("1");
  CHECK(desk.of("2").id == conversation.id);
  CHECK(conversation.status == ConversationStatus::closed);
  CHECK(conversation.unread == 0);
  CHECK(conversation.created_at == desk.clock.now() - days{400});
  CHECK(conversation.last_message_at == desk.clock.now() - days{399});
  CHECK(conversation.last_customer_message_at == desk.clock.now() - days{399});
  CHECK(desk.by_external("1")->created_at == desk.clock.now() - days{400});
  CHECK_FALSE(conversation.reply_window_ends_at);
  for (const auto& event : desk.events_after(before)) CHECK(event.actor.kind == ActorKind::system);
  CHECK_FALSE(desk.read([](const storage::Tables& tables) { return tables.timers().next_due(); }));
}

TEST_CASE("history: news that answer it open a conversation that goes on from it") {
  Archive desk;
  desk.import(desk.old("1", days{30}));
  desk.receive({desk.old("2", days{0}, {"1"})});
  CHECK(desk.of("2").continues == desk.of("1").id);
  CHECK(desk.of("2").unread == 1);
}

TEST_CASE("history: what belongs to a live conversation is in it, and moves nothing") {
  Archive desk;
  desk.receive({desk.old("1", days{1})});
  const auto before = desk.of("1");
  desk.import(desk.old("2", days{2}, {"1"}));
  const auto after = desk.of("2");
  CHECK(after.id == before.id);
  CHECK(after.status == ConversationStatus::open);
  CHECK(after.unread == before.unread);
  CHECK(after.last_message_at == before.last_message_at);
}

TEST_CASE("history: a message that came before or comes again is there once, and is counted as such") {
  Archive desk;
  desk.receive({desk.old("1", days{1})});
  desk.import(desk.old("1", days{1}));
  desk.import(desk.old("2", days{2}));
  desk.import(desk.old("2", days{2}));
  desk.receive({desk.old("2", days{2})});
  CHECK(desk.tally().imported == 1);
  CHECK(desk.tally().repeated == 2);
  CHECK(desk.tally().total() == 3);
  CHECK_FALSE(desk.read([](const storage::Tables& tables) { return tables.messages().find(MessageId{3}); }));
}

TEST_CASE("history: a message with a note of what could not be read is counted apart") {
  Archive desk;
  auto event = desk.old("1", days{1});
  EmailContent email;
  email.notes = {"The mail has no header; what came is shown as its text."};
  event.content.detail = email;
  desk.import(event);
  CHECK(desk.tally().unreadable == 1);
  CHECK(desk.tally().imported == 0);
}

TEST_CASE("history: what was left resolved is closed when its time comes, and was resolved by its last message") {
  Archive desk;
  desk.import(desk.old("1", days{9}), ConversationStatus::resolved);
  desk.import(desk.old("2", days{8}, {"1"}), ConversationStatus::resolved);
  CHECK(desk.of("1").resolved_at == desk.clock.now() - days{8});
  const auto due = desk.read([](const storage::Tables& tables) { return tables.timers().next_due(); });
  CHECK(due == desk.clock.now() + days{3});
}

TEST_CASE("history: that somebody could not be reached then says nothing of now") {
  Archive desk;
  desk.receive({desk.incoming("1")});
  IdentityChanged gone;
  gone.origin.dedupe_key = "gone";
  gone.identity = CoreDesk::person("anna");
  gone.reachable = false;
  desk.write([&](Context& context) {
    ProviderRequest request{desk.shop.id, {{gone}, {}, {}}, "raw bytes", "message/rfc822", {}};
    request.history = History{ConversationStatus::closed, days{3}, "tally"};
    return receive(context, *desk.channels()(), request).value().stored;
  });
  CHECK_FALSE(desk.identity("anna")->unreachable_since);
}

}  // namespace
}  // namespace inboxd::core
