// Typing and read marks: throttled, and silent where there is nothing to say.
#include "daemon/delivery/signals.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/desk.hpp"

namespace inboxd::delivery {
namespace {

class Deaf final : public Observer {
 public:
  void settled(InboxId /*inbox*/, OutboxId /*row*/, const SendOutcome& /*outcome*/) override {}
  void failed(InboxId /*inbox*/, std::string_view /*what*/, std::string_view /*detail*/) override {}
};

TEST_CASE("typing goes out at most every four seconds per conversation, a read mark once per message") {
  Desk desk;
  Deaf observer;
  const auto inbox = desk.add_inbox("shop");
  const auto anna = desk.conversation(inbox.id, "anna");
  const auto bruno = desk.conversation(inbox.id, "bruno");
  Signals signals({desk.channels(), desk.readers, desk.transfers, desk.clock, observer});
  for (int i = 0; i < 8; ++i) {
    signals.show_typing(anna);
    desk.clock.advance(Milliseconds{1'000});
  }
  signals.show_typing(bruno);
  CHECK(desk.made("typing") == std::vector<std::string>{"anna", "anna", "bruno"});
  signals.mark_read(anna);
  signals.mark_read(anna);
  CHECK(desk.made("read") == std::vector<std::string>{"from-anna"});
  signals.show_typing(ConversationId{999});
  CHECK(desk.made("typing").size() == 3);
}

}  // namespace
}  // namespace inboxd::delivery
